"""Plays a SYN6288 or an XFS5152CE, from their data sheets (not from a real one).

It takes a frame, says 41, speaks for as long as the text takes, and says 4F. A frame that comes
while it speaks cuts the running one off, as the XFS5152CE's sheet says; the same is taken of the
SYN6288. Switched on, it says 4A.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from devices.errors import DeviceError
from devices.simulator import Simulator, UnknownFault
from devices.voice import espeak

__all__ = ["ChipSimulator", "Syn6288Simulator", "Xfs5152Simulator"]

_TAG = re.compile(r"\[([a-z])(\d+)\]")
#: So many sentences of the day can be heard afterwards.
_FIRST = 10
_CODECS = ("gb2312", "gbk", "big5", "utf-16-le")


class ChipSimulator(Simulator):
    """A chip and its loudspeaker.

    Faults: ``reject`` (45 to every text), ``never-idle`` (speaks for ever), ``lost-idle`` (does
    not say by itself that it has finished), ``power-cycle`` (at once and once), ``quick:N``
    (speaks N times as fast: a day of the bench passes in a minute).
    """

    faults: ClassVar[tuple[str, ...]] = (
        "reject",
        "never-idle",
        "lost-idle",
        "power-cycle",
        "quick",
    )
    #: Whether frames end with a checksum; bytes of text at most; encodings that it knows.
    checked: ClassVar[bool]
    longest: ClassVar[int]
    encodings: ClassVar[tuple[int, ...]]

    def __init__(self, name: str, options: Any) -> None:
        super().__init__(name, options)
        self._bytes = bytearray()
        self._said: deque[str] = deque(maxlen=200)
        self._speaking: str | None = None
        self._begun = 0
        self._cut_off = 0
        self._bad_frames = 0
        self._tags: dict[str, int] = {}
        self._faster = 1.0
        self._unheard: deque[tuple[int, str]] = deque()

    def plugged(self) -> None:
        """A chip that is switched on says that it is ready."""
        self._bytes.clear()
        self._silence()
        self.send(b"\x4a")

    def fault(self, name: str, *, active: bool = True) -> None:
        """Begin or end a fault; ``quick`` takes its number. Raises ``UnknownFault``."""
        kind, _, number = name.partition(":")
        if kind == "quick" and active:
            if not number or float(number) <= 0:
                raise UnknownFault(name)
            self._faster = float(number)
        elif number and active:
            raise UnknownFault(name)
        elif kind == "quick":
            self._faster = 1.0
        super().fault(kind, active=active)
        if kind == "power-cycle" and active:
            self.active_faults.discard(kind)
            self.plugged()

    def seen(self) -> Mapping[str, Any]:
        """What was said to its end, what is being said, and how often something was cut off."""
        return {
            "spoken": list(self._said)[-20:],
            "count": self._begun,
            "speaking": self._speaking,
            "cut_off": self._cut_off,
            "bad_frames": self._bad_frames,
            "volume": self._tags.get("v"),
        }

    def feed(self, data: bytes) -> None:
        """Take bytes; a frame is whole when its length is there."""
        self._bytes += data
        while len(self._bytes) >= 3:
            if self._bytes[0] != 0xFD:
                del self._bytes[0]
                continue
            whole = 3 + int.from_bytes(self._bytes[1:3], "big")
            if whole > self.longest + 6:
                self._bad_frames += 1
                del self._bytes[0]
                continue
            if len(self._bytes) < whole:
                return
            frame = bytes(self._bytes[:whole])
            del self._bytes[:whole]
            self._take(frame)

    def _take(self, frame: bytes) -> None:
        body = frame[3:]
        if self.checked:
            total = 0
            for byte in frame[:-1]:
                total ^= byte
            if not body or total != frame[-1]:
                self._bad_frames += 1
                self.send(b"\x45")
                return
            body = body[:-1]
        match body[:1]:
            case b"\x01" if len(body) > 2:
                self._say(body[1] & 7, body[2:])
            case b"\x02":
                self._silence()
                self.send(b"\x41")
            case b"\x03" | b"\x04":
                self.send(b"\x41")
            case b"\x21":
                self.send(b"\x41\x4f" if self._speaking is None else b"\x41\x4e")
            case _:
                self._bad_frames += 1
                self.send(b"\x45")

    def _say(self, encoding: int, data: bytes) -> None:
        if encoding not in self.encodings or "reject" in self.active_faults:
            self.send(b"\x45")
            return
        try:
            text = data.decode(_CODECS[encoding])
        except UnicodeDecodeError:
            self.send(b"\x45")
            return
        self._silence()
        self._tags = {tag: int(value) for tag, value in _TAG.findall(text)}
        self._speaking = _TAG.sub("", text)
        self._begun += 1
        self.send(b"\x41")
        if "never-idle" not in self.active_faults:
            turn = self._begun
            letters = sum(one.isascii() for one in self._speaking)
            seconds = 0.3 + 0.25 * (len(self._speaking) - letters) + 0.08 * letters
            self.later(seconds / self._faster, lambda: self._finished(turn))

    def _finished(self, turn: int) -> None:
        if turn != self._begun or self._speaking is None:
            return
        self._said.append(self._speaking)
        if self._begun <= _FIRST:
            self._unheard.append((self._begun, self._speaking))
        self._speaking = None
        if "lost-idle" not in self.active_faults:
            self.send(b"\x4f")

    def save_pictures(self, folder: Path) -> list[Path]:
        """Write one of the first sentences as a WAV file, spoken by espeak-ng, if that is there.

        One a call: speaking takes a tenth of a second, for which the bench's wires stand still.
        """
        if not self._unheard:
            return []
        number, text = self._unheard.popleft()
        path = folder / f"{self.name}-{number:03d}.wav"
        try:
            sound = espeak.say(text, "en" if text.isascii() else "zh")
        except DeviceError:
            return []
        path.write_bytes(sound.wav())
        return [path]

    def _silence(self) -> None:
        if self._speaking is not None:
            self._cut_off += 1
            self._speaking = None


class Syn6288Simulator(ChipSimulator):
    """A SYN6288."""

    checked: ClassVar[bool] = True
    longest: ClassVar[int] = 200
    encodings: ClassVar[tuple[int, ...]] = (0, 1)


class Xfs5152Simulator(ChipSimulator):
    """An XFS5152CE."""

    checked: ClassVar[bool] = False
    longest: ClassVar[int] = 4096
    encodings: ClassVar[tuple[int, ...]] = (0, 1, 3)
