"""A scanner of QR and bar codes that types as a USB keyboard (never tried on hardware).

Wiring: USB, as it comes out of its box; set to a US keyboard, and to end each code with Enter or
Tab. It is grabbed while it is open: a code reaches no console, no screen and no form. Lock its
setting codes: else anybody can hold one before it.

Keys become the characters of a US keyboard, and those a line, which is what the serial scanner's
is (``devices.card_reader.scanner_driver``): bounded, held against the hall's patterns, never a
command. Which keys were typed stands in no trace. Keys that type nothing, and all with Ctrl, Alt or
Meta, make their line none. A CapsLock that the scanner itself types counts up to the code's end;
what lamps say does not. When the kernel lost records, the code is refused as read in part.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar

from devices.base import HealthState, Line, Report, Sentence, Status
from devices.card_reader.scanner_driver import SerialScanner
from devices.card_reader.scanner_options import ScannerOptions
from devices.hid.keyboard import Edge, Keyboard
from devices.hid.keys import CODES, typed
from devices.hid.opening import must_be_input
from devices.hid.port import keys_down, who_is

__all__ = ["HidScanner"]

_SHIFTS = frozenset(CODES[name] for name in ("LEFTSHIFT", "RIGHTSHIFT"))
_OTHERS = frozenset(
    CODES[name]
    for name in ("LEFTCTRL", "RIGHTCTRL", "LEFTALT", "RIGHTALT", "LEFTMETA", "RIGHTMETA")
)
_LOCKS = frozenset(CODES[name] for name in ("NUMLOCK", "SCROLLLOCK"))
_ENDS = frozenset(CODES[name] for name in ("ENTER", "KPENTER", "TAB"))
#: Stands for a key that types nothing: no code has it.
_NO_CHARACTER = "\0"

UNREADABLE = Status(
    HealthState.WARNING,
    "unreadable",
    Sentence(
        "扫码器连续发来无法识别的内容：请把键盘布局设为美国英语，结束符设为回车或 Tab。",
        "What the scanner types cannot be read, time after time: set it to a US keyboard, and to "
        "end codes with Enter or Tab.",
    ),
)


class HidScanner(SerialScanner):
    """One scanner. ``options`` are ``ScannerOptions``; ``clock`` is any steady clock in seconds."""

    unreadable: ClassVar[Status] = UNREADABLE

    def __init__(
        self,
        name: str,
        options: ScannerOptions,
        line: Line | None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(name, options, line, clock=clock)
        self._begin(frozenset())

    def _begin(self, down: frozenset[int]) -> None:
        self._keys = Keyboard(down)
        self._keys_at = 0.0
        self._caps = False

    def open(self) -> Status:
        """Begin to listen. Raises ``DeviceUnavailable``."""
        fd = must_be_input(self.line)
        self.identity = who_is(fd)
        self._begin(keys_down(fd))
        return super().open()

    def close(self) -> None:
        """Forget what was read."""
        super().close()
        self._begin(frozenset())

    def feed(self, data: bytes) -> list[Report]:
        """Take records; return the codes that they type."""
        self._keys_at = self._clock()
        reports: list[Report] = []
        text = ""
        for edge in self._keys.feed(data):
            if isinstance(edge, Edge):
                text += self._character(edge)
            else:
                reports += super().feed(text.encode("ascii"))
                text = ""
                self._keys.now_down(keys_down(self.line.fileno()))
                self._lines.spoil()
        if text:
            reports += super().feed(text.encode("ascii"))
        self._count_what_was_lost()
        return reports

    def poll(self) -> list[Report]:
        """As the serial scanner's; a record that does not go on is forgotten too."""
        if self._keys.unfinished and self._clock() - self._keys_at >= self.options.gap_s:
            self._keys.give_up()
            self._count_what_was_lost()
        return super().poll()

    def _count_what_was_lost(self) -> None:
        for what, times in (("overruns", self._keys.dropped), ("bad_records", self._keys.bad)):
            if times:
                self.counters.extra[what] = times

    def _character(self, edge: Edge) -> str:
        """Return what a key types as it goes down; the end of a line is CR."""
        code, down = edge.code, self._keys.down
        if not edge.down or code in _SHIFTS or code in _OTHERS or code in _LOCKS:
            return ""
        if code in _ENDS:
            self._caps = False
            return "\r"
        if code == CODES["CAPSLOCK"]:
            self._caps = not self._caps
            return ""
        if down & _OTHERS:
            return _NO_CHARACTER
        return typed(code, shift=bool(down & _SHIFTS), caps=self._caps) or _NO_CHARACTER
