"""Spoken texts that come again and again: a notice before closing, a kiosk's pages."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from devices.voice.sound import Sound
from devices.voice.speech import Language

__all__ = ["KeptSounds"]

#: A minute and a half of 22,050 samples a second.
_MOST_BYTES = 4_000_000

Say = Callable[[str, Language, float], Sound]


class KeptSounds:
    """Calls ``say`` and keeps what it returned, those asked for last, up to ``most_bytes``."""

    def __init__(self, say: Say, most_bytes: int = _MOST_BYTES) -> None:
        self._speak = say
        self._most = most_bytes
        self._bytes = 0
        self._kept: OrderedDict[tuple[str, Language, float], Sound] = OrderedDict()

    def __call__(self, text: str, language: Language, factor: float) -> Sound:
        """Return a text spoken. Raises as ``say`` does."""
        key = (text, language, factor)
        sound = self._kept.get(key)
        if sound is not None:
            self._kept.move_to_end(key)
            return sound
        sound = self._speak(text, language, factor)
        if len(sound.pcm) <= self._most:
            self._kept[key] = sound
            self._bytes += len(sound.pcm)
            while self._bytes > self._most:
                _, dropped = self._kept.popitem(last=False)
                self._bytes -= len(dropped.pcm)
        return sound
