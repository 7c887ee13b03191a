"""A bank of clips that espeak-ng speaks: for a hall until it has recorded its own.

Every clip is trimmed and brought to one level, as a recording is. The chime is two tones.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable
from pathlib import Path

from devices.voice import espeak
from devices.voice.bank import INDEX, index_text
from devices.voice.sound import Sound, joined, normalised, trimmed
from devices.voice.wording import CHIME, WORDS, Word

__all__ = ["chime", "make", "spoken"]

RATE = 22_050
#: Frequencies of the chime, a falling third, and how long each rings.
_TONES = ((659.3, 0.35), (523.3, 0.6))


def chime() -> Sound:
    """Return the two tones before an announcement."""
    return joined(_tone(frequency, seconds) for frequency, seconds in _TONES)


def _tone(frequency: float, seconds: float) -> Sound:
    count = round(seconds * RATE)
    samples = array("h", bytes(count * 2))
    for n in range(count):
        # It dies away as a struck bar does, and begins without a click.
        loud = math.exp(-4.0 * n / count) * min(1.0, n / (0.005 * RATE)) * min(1, (count - n) / 200)
        samples[n] = round(9000 * loud * math.sin(2 * math.pi * frequency * n / RATE))
    return Sound(samples.tobytes(), RATE)


def spoken(word: Word) -> Sound:
    """Return a word as espeak-ng says it. Raises ``DeviceFault``, ``DeviceTimeout``."""
    if word.text == CHIME:
        return chime()
    letter = len(word.say) == 1
    if word.language == "en" or letter:
        # The Chinese voice swallows letters that stand alone.
        sound = espeak.say(f"{word.say}." if letter else word.say, "en")
    else:
        sound = espeak.say_pinyin(word.say)
    return normalised(trimmed(sound))


def make(folder: Path, made: Callable[[Word, Path], None] = lambda _word, _path: None) -> int:
    """Write every clip that is not there yet, and the index; return how many were written.

    What a hall has recorded stays. Raises ``DeviceFault``, ``DeviceTimeout``, ``OSError``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = 0
    for word in WORDS:
        path = folder / word.file
        if not path.exists():
            path.write_bytes(spoken(word).wav())
            written += 1
            made(word, path)
    index = folder / INDEX
    if not index.exists():
        index.write_text(index_text(), encoding="utf-8")
    return written
