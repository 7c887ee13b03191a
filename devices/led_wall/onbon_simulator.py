"""Plays an Onbon BX-5/BX-6 card and its panel, from its description (not from a real card).

The card obeys frames to its number, shows its dynamic areas and answers ``A000`` with status 0,
or ``A001`` with a status that says why not. Power off and on, and its areas are gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from devices.led_wall.onbon_options import OnbonOptions
from devices.led_wall.panel_simulator import PanelSimulator
from devices.led_wall.picture import PanelText

__all__ = ["OnbonSimulator"]

_LONGEST = 16384
_SLOW_S = 0.8
#: Brightness when it was never set.
_FULL = 16
_DONE, _NO_COMMAND, _BUSY, _WRONG_KIND = 0x00, 0x02, 0x03, 0x0D
_COLOURS: dict[str, Any] = {"1": "red", "2": "green", "3": "yellow"}


@dataclass(frozen=True, slots=True)
class _Area:
    x: int
    y: int
    width: int
    height: int
    effect: int
    colour: Any
    text: str


class _NotWellFormedError(ValueError):
    """Data that does not hold what it says."""


class OnbonSimulator(PanelSimulator):
    """One card. ``options`` are ``OnbonOptions``; several may listen on one wire.

    Faults: ``no-ack`` (shows but says nothing), ``nak`` (refuses everything as a wrong kind of
    card), ``busy`` (refuses the next frame), ``bad-crc`` (answers with a wrong checksum),
    ``slow-ack`` (answers 0.8 s late), ``power-cycle`` (forgets its areas, at once and once).
    """

    faults: ClassVar[tuple[str, ...]] = (
        "no-ack",
        "nak",
        "busy",
        "bad-crc",
        "slow-ack",
        "power-cycle",
    )

    def __init__(self, name: str, options: OnbonOptions) -> None:
        super().__init__(name, options)
        self.options: OnbonOptions = options
        self._areas: dict[int, _Area] = {}
        self._level = _FULL
        #: What came since the last A5; None before the first and after a 5A.
        self._body: bytearray | None = None

    def seen(self) -> dict[str, Any]:
        """Return what the panel shows, and ``brightness``, 1 to 16."""
        return {**super().seen(), "brightness": self._level}

    def _power_cycle(self) -> None:
        self._areas.clear()
        self._body = None

    def _on_show(self) -> Sequence[tuple[PanelText, int]]:
        inside = sorted(self._areas.values(), key=lambda area: (area.y, area.x))
        return [
            (
                PanelText(
                    area.x,
                    area.y,
                    area.width,
                    area.height,
                    area.text,
                    self.options.font,
                    area.colour,
                    "left",
                ),
                area.effect,
            )
            for area in inside
        ]

    def _take(self, data: bytes) -> None:
        for byte in data:
            if byte == 0xA5:
                self._body = bytearray()
            elif self._body is None:
                continue
            elif byte == 0x5A:
                body, self._body = self._body, None
                self._frame(bytes(body))
            elif len(self._body) < _LONGEST:
                self._body.append(byte)

    def _frame(self, escaped: bytes) -> None:
        try:
            body = _unescaped(escaped)
        except _NotWellFormedError:
            self._bad_frames += 1
            return
        if len(body) < 21:
            self._bad_frames += 1
            return
        to, asker = int.from_bytes(body[0:2], "little"), body[2:4]
        if to != self.options.address:
            self._foreign_frames += 1
            return
        data = body[14:-2]
        if _crc(body[:-2]) != int.from_bytes(body[-2:], "little"):
            self._bad_frames += 1
            return
        if int.from_bytes(body[12:14], "little") != len(data):
            self._bad_frames += 1
            return
        status = self._status(body[10], data)
        if data[2] == 1:
            self._answer(asker, status)

    def _status(self, kind: int, data: bytes) -> int:
        if "nak" in self.active_faults or kind not in {0xFE, self.options.card_type}:
            self._bad_frames += 1
            return _WRONG_KIND
        if "busy" in self.active_faults:
            self.active_faults.discard("busy")
            return _BUSY
        try:
            self._obey(data[:2], data[5:])
        except (_NotWellFormedError, UnicodeDecodeError, IndexError):
            self._bad_frames += 1
            return _NO_COMMAND
        self._frames += 1
        self._remember()
        return _DONE

    def _obey(self, command: bytes, payload: bytes) -> None:
        if command == b"\xa2\x00":
            return
        if command == b"\xa3\x10":
            self._areas.clear()
        elif command == b"\xa3\x02":
            if payload[0] != 1 or not 1 <= payload[1] <= _FULL:
                raise _NotWellFormedError
            self._level = payload[1]
        elif command == b"\xa3\x06":
            self._areas = self._changed(payload)
        else:
            raise _NotWellFormedError

    def _changed(self, payload: bytes) -> dict[int, _Area]:
        areas = dict(self._areas)
        deleted = payload[0]
        for number in payload[1 : 1 + deleted]:
            areas.pop(number, None)
        count, rest = payload[1 + deleted], payload[2 + deleted :]
        for _ in range(count):
            size = rest[0] | rest[1] << 8
            record, rest = rest[2 : 2 + size], rest[2 + size :]
            if len(record) != size:
                raise _NotWellFormedError
            areas[record[9]] = self._area(record)
        if rest:
            raise _NotWellFormedError
        return areas

    def _area(self, record: bytes) -> _Area:
        x, width = _across(record[1:3]), _across(record[5:7])
        y, height = int.from_bytes(record[3:5], "little"), int.from_bytes(record[7:9], "little")
        text = record[27:]
        if record[0] != 0 or int.from_bytes(record[23:27], "little") != len(text):
            raise _NotWellFormedError
        if not width or not height or not text:
            raise _NotWellFormedError
        if x + width > self.options.width or y + height > self.options.height:
            raise _NotWellFormedError
        if not (record[17] in {1, 2} and record[18] in {1, 2} and 1 <= record[19] <= 6):
            raise _NotWellFormedError
        colour, words = "red", text.decode("gb2312")
        if words[:2] == "\\C":
            colour, words = _COLOURS.get(words[2:3], "red"), words[3:]
        return _Area(x, y, width, height, record[19], colour, words)

    def _answer(self, asker: bytes, status: int) -> None:
        if "no-ack" in self.active_faults:
            return
        word = b"\xa0\x00" if status == _DONE else b"\xa0\x01"
        data = word + bytes([status, 0, 0])
        us = self.options.address.to_bytes(2, "little")
        body = asker + us + bytes(6) + bytes([self.options.card_type, 2, len(data), 0]) + data
        check = _crc(body) ^ (1 if "bad-crc" in self.active_faults else 0)
        frame = b"\xa5" * 8 + _escaped(body + check.to_bytes(2, "little")) + b"\x5a"
        if "slow-ack" in self.active_faults:
            self.later(_SLOW_S, lambda: self.send(frame))
        else:
            self.send(frame)


def _across(two: bytes) -> int:
    """X and width: bytes of 8 dots, or dots when the high bit is set."""
    number = int.from_bytes(two, "little")
    return number - 0x8000 if number >= 0x8000 else number * 8


def _crc(data: bytes) -> int:
    """CRC-16/ARC, bit by bit as the description has it."""
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            odd = value & 1
            value >>= 1
            if odd:
                value ^= 0xA001
    return value


def _unescaped(data: bytes) -> bytes:
    plain, bytes_left = bytearray(), iter(data)
    meant = {(0xA6, 2): 0xA5, (0xA6, 1): 0xA6, (0x5B, 2): 0x5A, (0x5B, 1): 0x5B}
    for byte in bytes_left:
        if byte not in {0xA6, 0x5B}:
            plain.append(byte)
            continue
        pair = (byte, next(bytes_left, 0))
        if pair not in meant:
            raise _NotWellFormedError
        plain.append(meant[pair])
    return bytes(plain)


def _escaped(data: bytes) -> bytes:
    pairs = {0xA5: b"\xa6\x02", 0xA6: b"\xa6\x01", 0x5A: b"\x5b\x02", 0x5B: b"\x5b\x01"}
    return b"".join(pairs.get(byte, bytes([byte])) for byte in data)
