"""A line that tells its tap every byte, those of an opening too."""

from __future__ import annotations

from devices.base import Line
from devices.errors import DeviceError, DeviceUnavailable
from devices.tracefile import OPENED
from firmware_py.runtime.tracing import LineTap

__all__ = ["TappedLine"]


class TappedLine:
    """Passes everything on; the tap hears of it when it has happened."""

    def __init__(self, line: Line, tap: LineTap) -> None:
        self.port = line.port
        self._line = line
        self._tap = tap
        self._open = True
        tap.note(f"{OPENED}{line.port}")

    def read_available(self) -> bytes:
        """As ``Line.read_available``."""
        try:
            data = self._line.read_available()
        except DeviceUnavailable as error:
            self._ended(f"gone: {error.reason}")
            raise
        if data:
            self._tap.heard(data)
        return data

    def read_some(self, timeout_s: float) -> bytes:
        """As ``Line.read_some``."""
        try:
            data = self._line.read_some(timeout_s)
        except DeviceUnavailable as error:
            self._ended(f"gone: {error.reason}")
            raise
        if data:
            self._tap.heard(data)
        return data

    def write(self, data: bytes, timeout_s: float = 2.0) -> None:
        """As ``Line.write``."""
        began_ns = self._tap.clock_ns()
        try:
            self._line.write(data, timeout_s)
        except DeviceUnavailable as error:
            self._tap.sent(data, began_ns)
            self._ended(f"gone: {error.reason}")
            raise
        except DeviceError:
            # A part may be on the wire: a stalled device is what traces are made for.
            self._tap.sent(data, began_ns)
            self._tap.note("the write above did not end in time: a part of it may be out")
            raise
        self._tap.sent(data, began_ns)

    def fileno(self) -> int | None:
        """As ``Line.fileno``."""
        return self._line.fileno()

    def close(self) -> None:
        """As ``Line.close``."""
        self._ended("closed")
        self._line.close()

    def _ended(self, words: str) -> None:
        if self._open:
            self._open = False
            self._tap.note(words)
