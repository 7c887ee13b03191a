"""Plays a Modbus RTU relay board with a lamp on its relays, from the standard and boards' manuals.

It knows 01, 05, 0F and the vendor's "flash on" (05 at 0x0200 + relay, in tenths of a second);
another function, coil or value is answered with an exception. A frame for another unit, or with a
checksum that is wrong, gets no answer. One board is one device: on the bench two lamps do not
share a board.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, ClassVar

from devices.lamp.modbus_options import ModbusLampOptions
from devices.lamp.simulator import LampSimulator
from devices.simulator import UnknownKey

__all__ = ["ModbusLampSimulator", "crc16"]

_FEWEST_RELAYS = 8
_LONGEST = 256
#: A frame that goes on after this much silence is another one (3.5 characters, and the slowness
#: of the machine that plays the board).
_SILENCE_NS = 50_000_000
_LATE_S = 0.5
_FLASH = 0x0200


def crc16(data: bytes) -> bytes:
    """Return the two bytes that end a frame: the standard's appendix B, bit by bit."""
    value = 0xFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ 0xA001 if value & 1 else value >> 1
    return value.to_bytes(2, "little")


class ModbusLampSimulator(LampSimulator):
    """One board. ``options`` are ``ModbusLampOptions``.

    Faults: ``exception`` (a failure of its own), ``busy``, ``no-0f`` (does not know that
    function), ``bad-crc``, ``late`` (answers after half a second), ``other-unit`` (answers with
    another's number), ``stuck`` (says yes, and its coils stay), ``power-cycle`` (all relays drop,
    at once and once). Key ``coil`` with a number: another master changes that coil.
    """

    faults: ClassVar[tuple[str, ...]] = (
        "exception", "busy", "no-0f", "bad-crc", "late", "other-unit", "stuck", "power-cycle",
    )  # fmt: skip

    def __init__(self, name: str, options: ModbusLampOptions) -> None:
        super().__init__(name, options, options.by_part())
        self._part_of = {coil: part for part, coil in options.by_part().items()}
        highest = max([*self._part_of, options.heartbeat or 0])
        self._relays = [False] * max(_FEWEST_RELAYS, highest + 1)
        self._bytes = b""
        self._heard_ns = 0
        self._frames = self._bad_frames = self._foreign_frames = 0
        self._heartbeats = 0
        self._flashes = [0] * len(self._relays)
        self._set_all(dict.fromkeys(range(len(self._relays)), False))

    def feed(self, data: bytes) -> None:
        """Answer each frame that ``data`` completes."""
        now_ns = time.monotonic_ns()
        if now_ns - self._heard_ns > _SILENCE_NS:
            self._bytes = b""
        self._heard_ns = now_ns
        self._bytes += data
        while len(self._bytes) >= 8:
            length = 9 + self._bytes[6] if self._bytes[1] == 0x0F else 8
            if length > _LONGEST:
                self._bytes = self._bytes[1:]
            elif len(self._bytes) < length:
                return
            elif crc16(self._bytes[: length - 2]) == self._bytes[length - 2 : length]:
                frame, self._bytes = self._bytes[: length - 2], self._bytes[length:]
                self._take(frame)
            else:
                self._bad_frames += 1
                self._bytes = self._bytes[1:]

    def faults_changed(self) -> None:
        """Lose the power when told to."""
        if "power-cycle" in self.active_faults:
            self.active_faults.discard("power-cycle")
            self._set_all(dict.fromkeys(range(len(self._relays)), False))

    def press(self, key: str, value: int | None = None) -> None:
        """Change a coil as another master would. Raises ``UnknownKey``."""
        if key != "coil" or value is None or not 0 <= value < len(self._relays):
            raise UnknownKey(f"coil 0..{len(self._relays) - 1}")
        self._set_all({value: not self._relays[value]})

    def seen(self) -> Mapping[str, Any]:
        """Return what a person sees, which relays are pulled in, and what came over the wire."""
        return {
            **super().seen(),
            "relays": [number for number, on in enumerate(self._relays) if on],
            "heartbeats": self._heartbeats,
            "frames": self._frames,
            "bad_frames": self._bad_frames,
            "foreign_frames": self._foreign_frames,
        }

    def _take(self, frame: bytes) -> None:
        unit, function = frame[0], frame[1]
        if unit != self.options.address:
            self._foreign_frames += 1
            return
        self._frames += 1
        if "exception" in self.active_faults:
            answer = bytes((function | 0x80, 4))
        elif "busy" in self.active_faults:
            answer = bytes((function | 0x80, 6))
        else:
            answer = self._obey(function, frame[2:])
        wrong_unit = "other-unit" in self.active_faults
        answer = bytes(((unit % 247 + 1) if wrong_unit else unit,)) + answer
        crc = crc16(answer)
        if "bad-crc" in self.active_faults:
            crc = bytes((crc[0] ^ 0x01, crc[1]))
        if "late" in self.active_faults:
            self.later(_LATE_S, lambda: self.send(answer + crc))
        else:
            self.send(answer + crc)

    def _obey(self, function: int, data: bytes) -> bytes:
        """Return the answer without the unit's number and the checksum."""
        first, second = int.from_bytes(data[:2], "big"), int.from_bytes(data[2:4], "big")
        refusal = bytes((function | 0x80,))
        if function == 0x05 and first >= _FLASH and first - _FLASH < len(self._relays):
            self._flash(first - _FLASH, second)
            return b"\x05" + data
        known = {0x01, 0x05} if "no-0f" in self.active_faults else {0x01, 0x05, 0x0F}
        if function not in known:
            return refusal + b"\x01"
        count = 1 if function == 0x05 else second
        if first + count > len(self._relays):
            return refusal + b"\x02"
        if not count or (function == 0x05 and second not in {0xFF00, 0x0000}):
            return refusal + b"\x03"
        if function == 0x01:
            packed = sum(on << n for n, on in enumerate(self._relays[first : first + count]))
            size = (count + 7) // 8
            return bytes((0x01, size)) + packed.to_bytes(size, "little")
        if function == 0x05:
            self._obeyed({first: second == 0xFF00})
            return b"\x05" + data
        if data[4] != (count + 7) // 8:
            return refusal + b"\x03"
        bits = int.from_bytes(data[5:], "little")
        self._obeyed({first + n: bool(bits >> n & 1) for n in range(count)})
        return b"\x0f" + data[:4]

    def _flash(self, relay: int, tenths: int) -> None:
        self._flashes[relay] += 1
        mine = self._flashes[relay]
        self._obeyed({relay: True})

        def drop() -> None:
            # A later flash has taken up the time anew.
            if self._flashes[relay] == mine:
                self._set_all({relay: False})

        self.later(tenths / 10, drop)

    def _obeyed(self, coils: Mapping[int, bool]) -> None:
        self._heartbeats += self.options.heartbeat in coils
        if "stuck" not in self.active_faults:
            self._set_all(coils)

    def _set_all(self, coils: Mapping[int, bool]) -> None:
        for coil, on in coils.items():
            self._relays[coil] = on
            if coil in self._part_of:
                self.light(self._part_of[coil], on=on != self.options.active_low)
