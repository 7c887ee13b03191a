"""How long a start takes with a long journal."""

from __future__ import annotations

import time
from pathlib import Path

from tests.store.making import entry, opened
from tests.timing import quickest

EVENTS = 200_000


def test_a_start_with_200000_events_reads_what_came_after_the_snapshot(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with opened(path) as journal:
        journal._connection.execute("PRAGMA synchronous = OFF")
        for start in range(0, EVENTS, 1_000):
            journal.append([entry(number) for number in range(start, start + 1_000)])
        # A snapshot is due long before so many events have come after it.
        journal.save_snapshot(EVENTS - 10_000, b"x" * 500_000)
    # Beside reading all of it, in the same run: machines differ, and others work on them.
    whole = whole_s(path)
    assert quickest(lambda: start_s(path), whole / 2) < whole / 2


def start_s(path: Path) -> float:
    begun = time.perf_counter()
    with opened(path) as journal:
        found = journal.newest_snapshot()
        assert found is not None
        tail = journal.read(found[0], EVENTS)
        took_s = time.perf_counter() - begun
        assert len(tail) == 10_000
    return took_s


def whole_s(path: Path) -> float:
    with opened(path) as journal:
        begun = time.perf_counter()
        assert sum(len(journal.read(after, 5_000)) for after in range(0, EVENTS, 5_000)) == EVENTS
        return time.perf_counter() - begun
