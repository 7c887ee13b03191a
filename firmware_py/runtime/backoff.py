"""Growing, jittered pauses between attempts; short ones where there is nothing to attempt yet."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from devices.errors import DeviceError, PortAbsent

__all__ = ["Backoff"]

__all__ = ["LINE_LIMIT_S", "Backoff"]

#: What is plugged in again is back in 3 s: a pause, an attempt that still failed, the greeting.
LINE_LIMIT_S = 1.5


@dataclass(slots=True)
class Backoff:
    """Pauses in seconds that grow from ``first_s`` to ``limit_s``.

    The jitter only shortens them, so that ``limit_s`` holds: a device that is plugged in again is
    back within it. Jitter keeps 32 pads of one dead hub from coming back in step.
    """

    first_s: float = 0.2
    limit_s: float = 2.5
    factor: float = 1.7
    random: random.Random = field(default_factory=random.Random)
    #: How often a port is looked for that is not there: one look at a folder, nothing is sent.
    absent_s: float = 1.0
    _next_s: float = 0.0

    def pause(self) -> float:
        """Return how long to wait before the next attempt."""
        base = self._next_s or self.first_s
        self._next_s = min(self.limit_s, base * self.factor)
        return base * self.random.uniform(0.7, 1.0)

    def pause_after(self, error: DeviceError) -> float:
        """Return how long to wait after ``error``.

        A port that is not there is looked for often, and what is plugged in then is a new start.
        """
        if isinstance(error, PortAbsent):
            self._next_s = 0.0
            return self.absent_s * self.random.uniform(0.7, 1.0)
        return self.pause()

    def of_a_line(self) -> Backoff:
        """Make it a line's, which is opened for itself: no neighbour waits for that."""
        self.limit_s = min(self.limit_s, LINE_LIMIT_S)
        return self

    def succeeded(self, lasted_s: float) -> None:
        """Begin again from the shortest pause, if what was reached lasted.

        A device that opens and fails at once, again and again, is left alone longer.
        """
        if lasted_s >= self.limit_s:
            self._next_s = 0.0
