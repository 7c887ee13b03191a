"""Plays an ID-card reader with an SDT/SAM module, from the protocol's document.

It knows reset, status, number, find, select, read and the added address; another command is
answered with 21, a wrong checksum with 10. A card is found once: after a reading or a failure it
must be lifted and laid again. What it reads are people who do not exist.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, ClassVar

from devices.card_reader.made_up import PEOPLE, damaged
from devices.simulator import Simulator, UnknownKey

__all__ = ["SdtSimulator"]

_HEADER = b"\xaa\xaa\xaa\x96\x69"
_LATE_S = 0.7
#: 05.03-20240101-0000000042-0123456789, each low byte first.
_SAM_ID = bytes.fromhex("0500 0300 E5D63401 2A000000 15CD5B07")
#: What a photo would be; nobody looks at it.
_PHOTO = b"WLf" + b"\x7e" * 1021
_NAMES = tuple(PEOPLE)


class SdtSimulator(Simulator):
    """One reader and the card on it.

    Keys: a made-up person's card (``citizen``, ``citizen-2``, ``compatriot``, ``foreigner-2017``,
    ``foreigner-2023``, ``citizen-3`` whose card has expired, ``citizen-4``), or ``card`` with its
    place in that list; ``lift``.

    Faults: ``select-failed``, ``read-failed``, ``wrong-card``, ``not-genuine``, ``lifted-early``
    (between select and read, at once and once), ``bad-card`` (a digit of the number is wrong),
    ``bad-checksum``, ``late`` (answers after 0.7 s), ``unauthorised``, ``self-test-failed``,
    ``no-addition`` (does not know 30 03), ``finds-again`` (finds a card as long as it lies).
    """

    faults: ClassVar[tuple[str, ...]] = (
        "select-failed", "read-failed", "wrong-card", "not-genuine", "lifted-early", "bad-card",
        "bad-checksum", "late", "unauthorised", "self-test-failed", "no-addition", "finds-again",
    )  # fmt: skip

    def __init__(self, name: str, options: Any) -> None:
        super().__init__(name, options)
        self._bytes = b""
        self._card: str | None = None
        #: It was read, or failed: it must be lifted first.
        self._used = False
        self._selected = False
        self._counts = dict.fromkeys(("laid", "finds", "finds_too_soon", "reads", "refused"), 0)
        self._found_ns = 0

    def press(self, key: str, value: int | None = None) -> None:
        """Lay a card, or lift it. Raises ``UnknownKey``."""
        name = key.replace("-", "_")
        if name == "card" and value is not None and 1 <= value <= len(_NAMES):
            name, value = _NAMES[value - 1], None
        if name == "lift" and value is None:
            self._card = None
            self._selected = False
        elif name in PEOPLE and value is None:
            self._card = name
            self._used = self._selected = False
            self._counts["laid"] += 1
        else:
            names = ", ".join(_NAMES).replace("_", "-")
            raise UnknownKey(f"lift, {names}, card 1..{len(_NAMES)}")

    def seen(self) -> Mapping[str, Any]:
        """Which card lies there, and how often it was looked for and read."""
        return {"card": self._card, **self._counts}

    def plugged(self) -> None:
        """Switched on, it has forgotten what came before."""
        self._bytes = b""
        self._selected = False

    def feed(self, data: bytes) -> None:
        """Answer each frame that ``data`` completes."""
        self._bytes += data
        while True:
            start = self._bytes.find(_HEADER)
            if start < 0:
                self._bytes = self._bytes[-4:]
                return
            self._bytes = self._bytes[start:]
            if len(self._bytes) < 7:
                return
            length = self._bytes[5] * 256 + self._bytes[6]
            if not 3 <= length <= 64:
                self._bytes = self._bytes[1:]
                continue
            if len(self._bytes) < 7 + length:
                return
            frame, self._bytes = self._bytes[5 : 7 + length], self._bytes[7 + length :]
            self._take(frame[2:-1], good=_xor(frame) == 0)

    def _take(self, command: bytes, *, good: bool) -> None:
        state, data = self._obey(command) if good else (0x10, b"")
        body = bytes((0, 0, state)) + data
        length = (len(body) + 1).to_bytes(2, "big")
        check = _xor(length + body)
        if "bad-checksum" in self.active_faults:
            check ^= 0x01
        frame = _HEADER + length + body + bytes((check,))
        if "late" in self.active_faults:
            self.later(_LATE_S, lambda: self.send(frame))
        else:
            self.send(frame)

    def _obey(self, command: bytes) -> tuple[int, bytes]:
        """Return SW3 and the data."""
        if "self-test-failed" in self.active_faults:
            return 0x60, b""
        if "unauthorised" in self.active_faults:
            return 0x66, b""
        match command:
            case b"\x10\xff" | b"\x11\xff":
                return 0x90, b""
            case b"\x12\xff":
                return 0x90, _SAM_ID
            case b"\x20\x01":
                return self._find()
            case b"\x20\x02":
                return self._select()
            case b"\x30\x01":
                return self._read()
            case b"\x30\x03" if "no-addition" not in self.active_faults:
                return (0x91 if self._card and self._used else 0x41), b""
            case _:
                return 0x21, b""

    def _find(self) -> tuple[int, bytes]:
        now_ns = time.monotonic_ns()
        self._counts["finds"] += 1
        self._counts["finds_too_soon"] += now_ns - self._found_ns < 290_000_000
        self._found_ns = now_ns
        self._selected = False
        if self._card is None or (self._used and "finds-again" not in self.active_faults):
            return 0x80, b""
        return 0x9F, bytes(4)

    def _select(self) -> tuple[int, bytes]:
        if self._card is None or "select-failed" in self.active_faults:
            return self._failed(0x81)
        self._selected = True
        if "lifted-early" in self.active_faults:
            self.active_faults.discard("lifted-early")
            self._card = None
        return 0x90, bytes(8)

    def _read(self) -> tuple[int, bytes]:
        if self._card is None or not self._selected:
            return self._failed(0x41)
        for fault, state in (("read-failed", 0x41), ("wrong-card", 0x40), ("not-genuine", 0x33)):
            if fault in self.active_faults:
                return self._failed(state)
        self._used = True
        self._counts["reads"] += 1
        text = PEOPLE[self._card]
        if "bad-card" in self.active_faults:
            text = damaged(text)
        return 0x90, b"\x01\x00\x04\x00" + text + _PHOTO

    def _failed(self, state: int) -> tuple[int, bytes]:
        self._used = True
        self._selected = False
        self._counts["refused"] += 1
        return state, b""


def _xor(data: bytes) -> int:
    value = 0
    for byte in data:
        value ^= byte
    return value
