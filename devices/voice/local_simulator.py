"""A sound card with a loudspeaker at the bench's socket, and what was heard from it.

It takes WAV files one after another, plays each for as long as it lasts, and answers ``done``;
``STOP`` cuts one off and is answered by ``stopped``.
"""

from __future__ import annotations

import time
from array import array
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from devices.simulator import Simulator, UnknownFault

__all__ = ["LocalSimulator"]

#: Shorter than any word: the driver's trial of the card.
_TRIAL_S = 0.1
#: Five minutes of sound; a header that says more is none.
_LONGEST = 16_000_000
#: Stands between two files.
_STOP = b"STOP"


class LocalSimulator(Simulator):
    """Keeps the last sounds. Faults: ``busy`` (another program has it), ``hangs``, ``quick:N``."""

    faults: ClassVar[tuple[str, ...]] = ("busy", "hangs", "quick")

    def __init__(self, name: str, options: Any) -> None:
        super().__init__(name, options)
        self._bytes = bytearray()
        self._first_ns = 0
        self._playing = False
        self._turn = 0
        self._overlaps = 0
        self._cut_off = 0
        self._faster = 1.0
        self._count = 0
        self._heard: deque[dict[str, Any]] = deque(maxlen=50)
        self._unsaved: deque[tuple[int, bytes]] = deque(maxlen=50)

    def fault(self, name: str, *, active: bool = True) -> None:
        """Begin or end a fault; ``quick`` takes its number. Raises ``UnknownFault``."""
        kind, _, number = name.partition(":")
        if kind == "quick":
            if active and (not number or float(number) <= 0):
                raise UnknownFault(name)
            self._faster = float(number) if active else 1.0
        elif number:
            raise UnknownFault(name)
        super().fault(kind, active=active)

    def feed(self, data: bytes) -> None:
        """Take bytes; a WAV says in its header how long it is."""
        if not self._bytes:
            self._first_ns = time.monotonic_ns()
        self._bytes += data
        while len(self._bytes) >= 8 or self._bytes == _STOP:
            if self._bytes[:4] == _STOP:
                del self._bytes[: len(_STOP)]
                self._stop()
                continue
            if self._bytes[:4] != b"RIFF":
                del self._bytes[0]
                continue
            whole = 8 + int.from_bytes(self._bytes[4:8], "little")
            if whole > _LONGEST:
                del self._bytes[0]
                continue
            if len(self._bytes) < whole:
                return
            wav = bytes(self._bytes[:whole])
            del self._bytes[:whole]
            if wav[8:16] == b"WAVEfmt " and len(wav) > 44:
                self._play(wav)

    def _play(self, wav: bytes) -> None:
        if "busy" in self.active_faults:
            self.send(b"error audio open error: Device or resource busy\n")
            return
        if "hangs" in self.active_faults:
            return
        rate = int.from_bytes(wav[24:28], "little") or 22_050
        samples = array("h", wav[44 : 44 + (len(wav) - 44) // 2 * 2])
        seconds = len(samples) / rate
        self._overlaps += self._playing
        self._playing = True
        self._turn += 1
        turn = self._turn
        if seconds > _TRIAL_S:
            self._count += 1
            self._heard.append(
                {
                    "at_ns": self._first_ns,
                    "seconds": round(seconds, 3),
                    "rate": rate,
                    "peak": max(abs(one) for one in samples),
                }
            )
            self._unsaved.append((self._count, wav))
        self.later(seconds / self._faster, lambda: self._done(turn))

    def _done(self, turn: int) -> None:
        if turn != self._turn:
            return  # It was cut off.
        self._playing = False
        self.send(b"done\n")

    def _stop(self) -> None:
        self._cut_off += self._playing
        self._playing = False
        self._turn += 1
        self.send(b"stopped\n")

    def seen(self) -> Mapping[str, Any]:
        """What was heard: when it began, how long it was and how loud."""
        return {
            "count": self._count,
            "playing": self._playing,
            "overlaps": self._overlaps,
            "cut_off": self._cut_off,
            "heard": list(self._heard),
        }

    def save_pictures(self, folder: Path) -> list[Path]:
        """Write what was heard since the last call as WAV files; return them."""
        written: list[Path] = []
        while self._unsaved:
            number, wav = self._unsaved.popleft()
            written.append(folder / f"{self.name}-{number:04d}.wav")
            written[-1].write_bytes(wav)
        return written
