"""What each clerk did today, counted on as it happens: as the report of the day counts it.

The journal is read once, when a window's screen asks for the first time; a hall without such
screens counts nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from firmware_py.app.figures import Figures, Tally
from firmware_py.app.ports import Happened
from firmware_py.core.events import DayOpened
from firmware_py.core.model import Window
from firmware_py.runtime.reports import Reports

__all__ = ["Shifts"]

log = logging.getLogger(__name__)

#: A screen is not kept waiting longer for its first figures: a disk may hang.
PATIENCE_S = 0.5


class Shifts:
    """The present day's figures. Lives in the event loop."""

    def __init__(self, reports: Reports) -> None:
        self._reports = reports
        self._day: str | None = None
        self._figures: Figures | None = None
        #: What was recorded while the journal was being read.
        self._meanwhile: list[Happened] = []
        self._counting: asyncio.Task[None] | None = None
        #: Up to which event the journal was read.
        self._upto = 0
        self._failed = False

    def recorded(self, happened: Sequence[Happened]) -> None:
        """Count on."""
        for h in happened:
            if isinstance(h.event, DayOpened) and h.event.day != self._day:
                self._forget()
            if self._figures is not None and h.seq > self._upto:
                self._figures.add(h.event, h.seq, h.time_ms)
            elif self._counting is not None:
                self._meanwhile.append(h)

    def _forget(self) -> None:
        self._day, self._figures, self._failed = None, None, False
        if self._counting is not None:
            self._counting.cancel()
            self._counting = None

    async def tally(self, day: str, window: Window) -> Tally | None:
        """Return what the window's clerk did today, at any window; None while nobody can say.

        Where a window was opened without a clerk's number, it is what was done at the window.
        """
        if self._figures is None:
            await self._counted(day)
        if self._figures is None:
            return None
        figures = next((one for one in self._figures.days if one.day == day), None)
        if figures is None:
            return None
        if window.clerk:
            return figures.by_clerk.get(window.clerk, Tally())
        return figures.by_window.get(window.id, Tally())

    async def _counted(self, day: str) -> None:
        if self._failed:
            return
        if self._counting is None:
            self._day, self._meanwhile = day, []
            self._counting = asyncio.create_task(self._count(day))
        await asyncio.wait([self._counting], timeout=PATIENCE_S)

    async def _count(self, day: str) -> None:
        try:
            figures, upto = await self._reports.counting(day)
        except Exception:
            # Said once a day, not every two seconds by every window.
            log.exception("the day's figures for the windows' screens could not be counted")
            self._failed, self._meanwhile, self._counting = True, [], None
            return
        self._figures, self._upto, self._counting = figures, upto, None
        meanwhile, self._meanwhile = self._meanwhile, []
        for h in meanwhile:
            if h.seq > upto:
                figures.add(h.event, h.seq, h.time_ms)
