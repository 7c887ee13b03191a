"""The far end of what types: records as the kernel writes them for a USB keypad or scanner.

As drivers/hid/hid-input.c and drivers/input/input.c write them: each press and each release is a
packet of ``MSC_SCAN`` (the HID usage), ``EV_KEY`` and ``SYN_REPORT`` with one time; the repeats of
a key that is held have no ``MSC_SCAN`` and end with a ``SYN_REPORT`` of 1. It shares nothing with
the driver's codec.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Iterable

__all__ = ["FAULTS", "Typist", "now_us"]

#: Faults of whatever types; ``Typist`` plays them.
FAULTS = ("repeat-storm", "overrun", "garbage", "half-record")

_SYN, _KEY, _MSC = 0, 1, 4
_DROPPED = 3
_REPEAT = 2
_SCAN = 4
_STORM = 400
_BOUNCE_US = 4_000
_HOLD_US = 60_000


class Typist:
    """Writes keys to ``send``; ``faults`` are those that are active."""

    def __init__(
        self, send: Callable[[bytes], None], faults: set[str], clock_us: Callable[[], int]
    ) -> None:
        self._send = send
        self._faults = faults
        self._clock_us = clock_us
        self._at_us = 0

    def tap(self, code: int, held: Iterable[int] = ()) -> None:
        """Press a key and let it go, with the keys of ``held`` down meanwhile."""
        self._at_us = max(self._at_us, self._clock_us())
        if "garbage" in self._faults:
            self._send(b"\x5a\xa5\xff\x01\x7f")
        if "half-record" in self._faults:
            self._send(self._packet(code, 1)[:11])
        for shift in held:
            self._move(shift, 1)
        self._move(code, 1)
        if "bounce" in self._faults:
            self._chatter(code)
        if "repeat-storm" in self._faults:
            for _ in range(_STORM):
                self._move(code, _REPEAT)
        self._at_us += _HOLD_US
        if "overrun" in self._faults:
            self._send(self._record(_SYN, _DROPPED, 0))
        self._move(code, 0)
        if "bounce" in self._faults:
            self._chatter(code, first=1)
        for shift in held:
            self._move(shift, 0)
        # No finger is back sooner.
        self._at_us += _HOLD_US

    def hold(self, code: int, *, down: bool) -> None:
        """Put a key down, or let it go."""
        self._at_us = max(self._at_us, self._clock_us())
        self._move(code, int(down))

    def _chatter(self, code: int, first: int = 0) -> None:
        for value in (first, 1 - first) * 3:
            self._at_us += _BOUNCE_US
            self._move(code, value)

    def _move(self, code: int, value: int) -> None:
        self._at_us += 1
        self._send(self._packet(code, value))

    def _packet(self, code: int, value: int) -> bytes:
        scan = b"" if value == _REPEAT else self._record(_MSC, _SCAN, 0x70000 + code)
        return scan + self._record(_KEY, code, value) + self._record(_SYN, 0, int(value == _REPEAT))

    def _record(self, type_: int, code: int, value: int) -> bytes:
        seconds, micros = divmod(self._at_us, 1_000_000)
        return struct.pack("@llHHi", seconds, micros, type_, code, value)


def now_us() -> int:
    """Return the steady clock's microseconds."""
    return time.monotonic_ns() // 1000
