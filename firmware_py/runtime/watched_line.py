"""A line that remembers that it is gone, so that nobody has to guess it from a driver's error."""

from __future__ import annotations

from devices.base import Line
from devices.errors import DeviceUnavailable

__all__ = ["WatchedLine"]


class WatchedLine:
    """Passes everything on; ``gone`` is the first ``DeviceUnavailable`` that the line raised."""

    def __init__(self, line: Line) -> None:
        self.port = line.port
        self.gone: DeviceUnavailable | None = None
        self._line = line

    def read_available(self) -> bytes:
        """As ``Line.read_available``."""
        try:
            return self._line.read_available()
        except DeviceUnavailable as error:
            self.gone = error
            raise

    def read_some(self, timeout_s: float) -> bytes:
        """As ``Line.read_some``."""
        try:
            return self._line.read_some(timeout_s)
        except DeviceUnavailable as error:
            self.gone = error
            raise

    def write(self, data: bytes, timeout_s: float = 2.0) -> None:
        """As ``Line.write``."""
        try:
            self._line.write(data, timeout_s)
        except DeviceUnavailable as error:
            self.gone = error
            raise

    def fileno(self) -> int | None:
        """As ``Line.fileno``."""
        return self._line.fileno()

    def close(self) -> None:
        """As ``Line.close``."""
        self._line.close()
