"""What a person sees of a simulated lamp, whatever switches it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any

from devices.simulator import Simulator

__all__ = ["LampSimulator"]


class LampSimulator(Simulator):
    """A lamp of ``parts``; subclasses obey their wire and call ``light``."""

    def __init__(self, name: str, options: Any, parts: Iterable[str]) -> None:
        super().__init__(name, options)
        self._lit = dict.fromkeys(parts, False)
        self._last_rx_ns: int | None = None
        self._history: deque[dict[str, Any]] = deque(maxlen=500)

    def light(self, part: str, *, on: bool) -> None:
        """Switch a part on or off; what it was already is no change."""
        self._last_rx_ns = time.monotonic_ns()
        if self._lit[part] != on:
            self._lit[part] = on
            self._history.append({"at_ns": self._last_rx_ns, "colour": part, "on": on})

    def seen(self) -> Mapping[str, Any]:
        """Return which parts are lit now, and the last 500 changes.

        ``last_rx_ns`` is ``time.monotonic_ns()`` when a part was last switched.
        """
        return {
            "lit": [part for part, on in self._lit.items() if on],
            "colours": dict(self._lit),
            "last_rx_ns": self._last_rx_ns,
            "history": list(self._history),
        }
