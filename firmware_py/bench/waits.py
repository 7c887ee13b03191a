"""A day that passes in a minute waits for its devices, as far as a busy machine holds them up.

A printer that was held up is back within a second or two. In a hall that is nothing; at 160 times
the usual speed somebody has been served meanwhile, and their paper is owed no longer. So it is with
a lamp that had no time to be amber.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

__all__ = ["LampWait", "PaperWait"]

#: Real seconds: a slip comes out in less, and a printer that needs more than that needs somebody.
PRINTS_S, MOST_S = 1.0, 20.0
#: A lamp is lit in less.
LIGHTS_S = 5.0
LOOKS_S = 0.05


class PaperWait:
    """``owed`` returns how many slips are owed; ``excused`` whether that is played on purpose."""

    def __init__(
        self,
        owed: Callable[[], Awaitable[int]],
        excused: Callable[[], bool] = lambda: False,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._owed, self._excused, self._now_s = owed, excused, now_s
        self._since_s: float | None = None

    async def over(self) -> None:
        """Return at once, or when what has been owed for too long is out."""
        while await self._owed() and not self._excused():
            now_s = self._now_s()
            if self._since_s is None:
                self._since_s = now_s
            if not PRINTS_S <= now_s - self._since_s < MOST_S:
                return
            await asyncio.sleep(LOOKS_S)
        self._since_s = None


class LampWait:
    """``seen`` returns what a device shows. It hears of events by ``happened``."""

    def __init__(
        self,
        seen: Callable[[str], Awaitable[Mapping[str, Any]]],
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._seen, self._now_s = seen, now_s
        #: Lamp and colour.
        self._wanted: list[tuple[str, str]] = []

    def happened(self, event: Mapping[str, Any]) -> None:
        """Take an event of the hall."""
        data = event["data"]
        if event["type"] == "alarm.raised" and data["kind"] == "service":
            self._wanted.append((f"lamp-{data['window']}", data["level"]))

    async def over(self) -> None:
        """Return when each lamp has had the colour of its alarm."""
        end_s = self._now_s() + LIGHTS_S
        while self._wanted:
            lamp, colour = self._wanted[0]
            shown = (await self._seen(lamp))["history"]
            if any(one["on"] and one["colour"] == colour for one in shown):
                del self._wanted[0]
            elif self._now_s() >= end_s:
                self._wanted.clear()
            else:
                await asyncio.sleep(LOOKS_S)
