"""The journal read back from its end, as far as somebody wants to know; on the journal's thread."""

from __future__ import annotations

from collections.abc import Iterator

from firmware_py.app.ports import JournalPort, StoredEvent

__all__ = ["READ_AT_ONCE", "events_before", "newest_first"]

#: Events in one go.
READ_AT_ONCE = 5000


def newest_first(journal: JournalPort) -> Iterator[StoredEvent]:
    """Yield all events that are still there."""
    upper = journal.last_seq
    while batch := events_before(journal, upper):
        yield from reversed(batch)
        upper = batch[0].seq - 1


def events_before(journal: JournalPort, upper: int) -> list[StoredEvent]:
    """Return the next events back from ``upper``, that one too, in order; none: it ends there."""
    after = max(upper - READ_AT_ONCE, journal.first_seq - 1, 0)
    return list(journal.read(after, upper - after)) if after < upper else []
