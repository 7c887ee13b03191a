"""A line that is lent for a moment: whoever uses it longer is stopped."""

from __future__ import annotations

import time
from collections.abc import Callable

from devices.base import Line
from devices.errors import DeviceTimeout

__all__ = ["HurriedLine"]


class HurriedLine:
    """Passes everything on, but no wait lasts beyond ``lend``'s end.

    A driver has waits and retries of its own, longer than one of many devices on a line may take
    when there is no time. Every call after the end raises ``DeviceTimeout``.
    """

    def __init__(self, line: Line, clock: Callable[[], float] = time.monotonic) -> None:
        self.port = line.port
        self._line = line
        self._clock = clock
        self._lent_s = 0.0
        self._until = 0.0

    def lend(self, seconds: float) -> None:
        """Let it be used for ``seconds`` from now on."""
        self._lent_s = round(max(0.0, seconds), 2)
        self._until = self._clock() + seconds

    def read_available(self) -> bytes:
        """As ``Line.read_available``."""
        self._left()
        return self._line.read_available()

    def read_some(self, timeout_s: float) -> bytes:
        """As ``Line.read_some``."""
        return self._line.read_some(min(timeout_s, self._left()))

    def write(self, data: bytes, timeout_s: float = 2.0) -> None:
        """As ``Line.write``."""
        self._line.write(data, min(timeout_s, self._left()))

    def fileno(self) -> int | None:
        """As ``Line.fileno``."""
        return self._line.fileno()

    def close(self) -> None:
        """As ``Line.close``."""
        self._line.close()

    def _left(self) -> float:
        left = self._until - self._clock()
        if left <= 0:
            raise DeviceTimeout(f"waiting at {self.port}", self._lent_s)
        return left
