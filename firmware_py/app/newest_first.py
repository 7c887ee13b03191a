"""The journal read back from its end in pieces, so that a question keeps no ticket waiting."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

from firmware_py.app.ports import JournalPort, StoredEvent

__all__ = ["READ_AT_ONCE", "Run", "newest_first"]

#: Events in one piece.
READ_AT_ONCE = 2000
#: Runs a call on the journal's thread.
Run = Callable[[Callable[[JournalPort], list[StoredEvent]]], Awaitable[list[StoredEvent]]]


async def newest_first(run: Run, last_seq: int) -> AsyncIterator[StoredEvent]:
    """Yield the events up to ``last_seq`` that are still there, newest first."""
    upper = last_seq
    while upper > 0 and (batch := await run(partial(_before, upper=upper))):
        for stored in reversed(batch):
            yield stored
        upper = batch[0].seq - 1


def _before(journal: JournalPort, upper: int) -> list[StoredEvent]:
    after = max(upper - READ_AT_ONCE, journal.first_seq - 1, 0)
    return list(journal.read(after, upper - after)) if after < upper else []
