"""How far each reader of the journal has come, kept in the journal as well as the disk allows."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping

from firmware_py.app.ports import Posts
from firmware_py.app.spool import PrinterSpool

__all__ = ["KeptPositions"]

log = logging.getLogger(__name__)

RETRY_S = 1.0


class KeptPositions:
    """Reader -> sequence number; ``of`` is the present picture, which is ahead of the disk."""

    def __init__(
        self, journal: Posts, loop: asyncio.AbstractEventLoop, recorded: Mapping[str, int]
    ) -> None:
        self.of = dict(recorded)
        self._journal = journal
        self._loop = loop
        self._failing = False

    def keep(self, positions: Mapping[str, int], done: Callable[[], None] | None) -> None:
        """Record reader positions; while the disk fails it is tried again every second."""
        self.of.update(positions)

        def kept(_: object) -> None:
            self._failing = False
            if done is not None:
                done()

        def failed(error: Exception) -> None:
            # Once, not every second for as long as the disk is full.
            level = logging.DEBUG if self._failing else logging.WARNING
            log.log(level, "positions were not recorded: %s", error)
            self._failing = True
            self._loop.call_later(RETRY_S, again)

        def again() -> None:
            # What was recorded meanwhile is newer: an old position must not come after it.
            present = {n: seq for n, seq in positions.items() if self.of.get(n) == seq}
            if present:
                self.keep(present, done)
            else:
                kept(None)

        self._journal.post(lambda journal: journal.set_positions(positions), kept, failed)

    def sent_with_events(self, spools: Iterable[PrinterSpool]) -> None:
        """Positions that went to the disk with a ticket's own commit."""
        for spool in spools:
            if spool.sent > self.of.get(spool.sent_key, 0):
                self.of[spool.sent_key] = spool.sent
