"""Plays an Alpha sign, from the protocol's description (not from a real sign).

It keeps TEXT and STRING files, shows its priority file or else the TEXT of its run sequence, and
answers ``06`` or ``15`` when ``ack`` is set. A STRING for which no room was made is refused, and
one that is longer than its room is emptied, as a real sign was seen to do. Its files outlive a
power cut as long as its battery does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, ClassVar

from devices.led_wall.alpha_options import AlphaOptions
from devices.led_wall.panel_simulator import PanelSimulator
from devices.led_wall.picture import PanelText

__all__ = ["AlphaSimulator"]

_NUL, _SOH, _STX, _ETX, _EOT = 0, 1, 2, 3, 4
_LONGEST = 8192
_SLOW_S = 0.8
_COLOURS: dict[str, Any] = {"1": "red", "2": "green", "3": "yellow", "8": "yellow"}
_ROOM = re.compile(r"(.)([ABD])([UL])([0-9A-F]{4})(.{4})", re.DOTALL)


class _RefusedError(ValueError):
    """A packet that the sign does not obey."""


class AlphaSimulator(PanelSimulator):
    """One sign. ``options`` are ``AlphaOptions``; several may listen on one wire.

    Faults: ``no-ack`` (shows but says nothing), ``nak`` (refuses everything), ``slow-ack``
    (answers 0.8 s late), ``power-cycle`` (without a battery: forgets its files, at once and once).
    """

    faults: ClassVar[tuple[str, ...]] = ("no-ack", "nak", "slow-ack", "power-cycle")

    def __init__(self, name: str, options: AlphaOptions) -> None:
        super().__init__(name, options)
        self.options: AlphaOptions = options
        #: Since the newest SOH, without it; None while no packet has begun.
        self._packet: bytearray | None = None
        self._hasty = 0
        self._level = 0
        self._power_cycle()

    def _power_cycle(self) -> None:
        self._packet = None
        self._texts: dict[str, str] = {"A": ""}
        self._strings: dict[str, str] = {}
        self._rooms: dict[str, int] = {}
        self._sequence = "A"
        self._mode = "b"

    def seen(self) -> dict[str, Any]:
        """Return what is on show; ``hasty`` counts commands without the pause after STX."""
        return {**super().seen(), "hasty": self._hasty, "dimmed": self._level}

    def _on_show(self) -> Sequence[tuple[PanelText, int]]:
        text = self._texts["0"] if "0" in self._texts else self._texts.get(self._sequence, "")
        if not text:
            return []
        called = re.sub("\x10(.)", lambda match: self._strings.get(match[1], ""), text)
        effect = ord(self._mode)
        shown = []
        for row, line in enumerate(called.split("\r")[: self.options.rows]):
            colours = re.findall("\x1c(.)", line)
            colour = _COLOURS.get(colours[-1], "red") if colours else "red"
            plain = re.sub("\x1c.|[\x00-\x1f]", "", line)
            shown.append((self._row(row, plain, colour, "center"), effect))
        return shown

    def _take(self, data: bytes) -> None:
        for at, byte in enumerate(data):
            if byte == _SOH:
                self._packet = bytearray()
            elif self._packet is None:
                continue
            elif byte == _EOT:
                packet, self._packet = bytes(self._packet), None
                self._obey_packet(packet)
            elif len(self._packet) < _LONGEST:
                # Whoever waits after STX sends it as the end of a piece.
                if self._packet[-1:] == b"\x02" and at:
                    self._hasty += 1
                self._packet.append(byte)

    def _obey_packet(self, packet: bytes) -> None:
        kind, address, body = packet[:1], packet[1:3], packet[3:]
        ours = f"{self.options.address:02X}".encode()
        types = {b"Z", self.options.sign_type.encode()}
        if kind not in types or address not in {b"00", b"??", ours}:
            self._foreign_frames += 1
            return
        try:
            for command in _commands(body):
                self._obey(command)
        except (ValueError, IndexError):
            self._bad_frames += 1
            self._answer(b"\x15")
            return
        self._frames += 1
        self._remember()
        self._answer(b"\x06")

    def _obey(self, command: str) -> None:
        code, label, rest = command[0], command[1], command[2:]
        if "nak" in self.active_faults:
            raise _RefusedError
        if code == "A":
            self._write_text(label, rest)
        elif code == "G":
            if label not in self._rooms:
                raise _RefusedError
            self._strings[label] = rest if len(rest) <= self._rooms[label] else ""
        elif code == "E" and label == "$":
            self._divide(rest)
        elif code == "E" and label == ".":
            self._sequence = rest[2]
        elif code == "E" and label == "/":
            self._level = int(rest[2:4])
        else:
            raise _RefusedError

    def _write_text(self, label: str, rest: str) -> None:
        if not rest and label == "0":
            self._texts.pop("0", None)
            return
        if label not in self._texts and label not in {"0", *self._rooms}:
            raise _RefusedError
        if rest[0] != "\x1b" or len(rest) < 3:
            raise _RefusedError
        if label in self._rooms and len(rest) - 3 > self._rooms[label]:
            raise _RefusedError
        self._mode = rest[2]
        self._texts[label] = rest[3:]

    def _divide(self, table: str) -> None:
        if len(table) % 11:
            raise _RefusedError
        rooms = [_ROOM.fullmatch(table[at : at + 11]) for at in range(0, len(table), 11)]
        if not all(rooms):
            raise _RefusedError
        self._rooms = {room[1]: int(room[4], 16) for room in rooms if room}
        self._texts = {room[1]: "" for room in rooms if room and room[2] == "A"}
        self._strings = {}

    def _answer(self, answer: bytes) -> None:
        if not self.options.ack or "no-ack" in self.active_faults:
            return
        if "slow-ack" in self.active_faults:
            self.later(_SLOW_S, lambda: self.send(answer))
        else:
            self.send(answer)


def _commands(body: bytes) -> list[str]:
    """Return a packet's commands, their checksums tried. Raises ``_RefusedError``."""
    found = []
    if body[:1] != b"\x02":
        raise _RefusedError
    for part in body[1:].split(b"\x02"):
        command, etx, told = part.partition(b"\x03")
        total = _STX + sum(command) + _ETX
        if told and (len(told) != 4 or told != f"{total % 65536:04X}".encode()):
            raise _RefusedError
        if len(command) < 2 or (told and not etx):
            raise _RefusedError
        found.append(command.decode("ascii"))
    return found
