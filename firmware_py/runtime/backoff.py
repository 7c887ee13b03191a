"""Growing, jittered pauses between attempts."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

__all__ = ["Backoff"]


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
    _next_s: float = 0.0

    def pause(self) -> float:
        """Return how long to wait before the next attempt."""
        base = self._next_s or self.first_s
        self._next_s = min(self.limit_s, base * self.factor)
        return base * self.random.uniform(0.7, 1.0)

    def succeeded(self, lasted_s: float) -> None:
        """Begin again from the shortest pause, if what was reached lasted.

        A device that opens and fails at once, again and again, is left alone longer.
        """
        if lasted_s >= self.limit_s:
            self._next_s = 0.0
