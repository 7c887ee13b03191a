"""Sound in memory: 16-bit samples, mono, as WAV files hold them. Pure but for reading a file.

Joining is a copy of bytes: 12 clips of half a second take 0.1 ms. numpy is no part of the daemon;
what looks at single samples (levels, trimming, volume) happens when a clip is made or loaded, never
between a call and its sound. ``audioop`` would be quicker, but Python 3.13 has it no more.

The samples are those of the machine: a Pi and a PC have the low byte first, as WAV has.
"""

from __future__ import annotations

import math
import wave
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

__all__ = ["RATES", "Sound", "joined", "level_db", "normalised", "peak_db", "read", "silence"]

#: Samples a second that a clip may have.
RATES = (16_000, 22_050)
_FULL = 32_768
_WINDOW_S = 0.01


@dataclass(frozen=True, slots=True)
class Sound:
    """``pcm``: 16-bit samples, mono, ``rate`` of them a second."""

    pcm: bytes
    rate: int

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.pcm) / 2 / self.rate

    def wav(self) -> bytes:
        """Return it as a WAV file."""
        size, rate = len(self.pcm), self.rate
        head = (
            b"RIFF" + (36 + size).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little")
        )
        form = b"\x01\x00\x01\x00" + rate.to_bytes(4, "little") + (rate * 2).to_bytes(4, "little")
        return head + form + b"\x02\x00\x10\x00data" + size.to_bytes(4, "little") + self.pcm

    def scaled(self, factor: float) -> Sound:
        """Return it louder or softer; what would be too loud is cut at full level."""
        if factor == 1:
            return self
        samples = (round(one * factor) for one in array("h", self.pcm))
        clipped = array("h", (max(-_FULL, min(_FULL - 1, one)) for one in samples))
        return Sound(clipped.tobytes(), self.rate)


def read(path: Path) -> Sound:
    """Read a WAV file: 16 bit, mono. Raises ``ValueError`` with what is wrong, ``OSError``."""
    try:
        with wave.open(str(path), "rb") as file:
            form = (file.getnchannels(), file.getsampwidth(), file.getframerate())
            # At most: a program that writes to a pipe cannot know the length, and says a large one.
            pcm = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise ValueError(f"{path.name}: {str(error) or 'it ends too soon'}") from error
    if form[:2] != (1, 2):
        raise ValueError(
            f"{path.name}: {form[0]} channels of {form[1] * 8} bits; mono of 16 wanted"
        )
    return Sound(pcm[: len(pcm) // 2 * 2], form[2])


def silence(seconds: float, rate: int) -> Sound:
    """Return so much silence."""
    return Sound(bytes(round(seconds * rate) * 2), rate)


def joined(parts: Iterable[Sound]) -> Sound:
    """Return the parts one after another. Raises ``ValueError`` when their rates differ."""
    sounds = list(parts)
    rates = {one.rate for one in sounds}
    if len(rates) != 1:
        raise ValueError(f"sounds of {sorted(rates)} samples a second cannot be joined")
    return Sound(b"".join(one.pcm for one in sounds), sounds[0].rate)


def peak_db(sound: Sound) -> float:
    """Return the loudest sample, in dB below full level; -inf for silence."""
    samples = array("h", sound.pcm)
    return _db(max(max(samples, default=0), -min(samples, default=0)))


def level_db(sound: Sound) -> float:
    """Return the level of what is spoken (the root mean square), in dB below full level."""
    samples = array("h", sound.pcm)
    return (
        _db(math.sqrt(sum(one * one for one in samples) / len(samples))) if samples else -math.inf
    )


def quiet_ends(sound: Sound, threshold_db: float = -45.0) -> tuple[float, float]:
    """Return the seconds of silence at the beginning and at the end."""
    samples = array("h", sound.pcm)
    window = max(1, round(sound.rate * _WINDOW_S))
    limit = _FULL * 10 ** (threshold_db / 20)
    loud = [
        start
        for start in range(0, len(samples), window)
        if max(abs(one) for one in samples[start : start + window]) > limit
    ]
    if not loud:
        return sound.seconds, sound.seconds
    return loud[0] / sound.rate, max(0, len(samples) - loud[-1] - window) / sound.rate


def trimmed(sound: Sound, keep_s: float = 0.02) -> Sound:
    """Return it without the silence at both ends, but for ``keep_s`` of it."""
    before_s, after_s = quiet_ends(sound)
    first = max(0, round((before_s - keep_s) * sound.rate))
    last = max(0, round((after_s - keep_s) * sound.rate))
    return Sound(sound.pcm[first * 2 : len(sound.pcm) - last * 2], sound.rate)


def normalised(sound: Sound, level: float = -20.0, peak: float = -1.0) -> Sound:
    """Return it at a level in dB, or as near to it as its peaks allow."""
    now_db, peak_now_db = level_db(sound), peak_db(sound)
    if math.isinf(now_db):
        return sound
    return sound.scaled(10 ** (min(level - now_db, peak - peak_now_db) / 20))


def _db(value: float) -> float:
    return 20 * math.log10(value / _FULL) if value else -math.inf
