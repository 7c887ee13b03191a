"""Journals for tests: made-up events of a made-up hall."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from firmware_py.store.journal import Journal
from firmware_py.store.records import Entry, NewEvent, Recorded

NODE = "hub-1"
#: 2026-11-22 08:30 in Beijing.
MORNING_MS = 1_795_307_400_000


def entry(number: int, events: int = 1) -> Entry:
    return Entry(
        f"kiosk-1:{number}",
        "kiosk-1",
        MORNING_MS + number * 1_000,
        b'{"ok":true,"number":%d}' % number,
        tuple(
            NewEvent("TicketTaken", b'{"ticket":"A%03d","part":%d}' % (number, part))
            for part in range(events)
        ),
    )


@contextmanager
def opened(path: Path, node: str = NODE) -> Iterator[Journal]:
    journal = Journal.open(path, node=node)
    try:
        yield journal
    finally:
        journal.close()


def filled(path: Path, count: int = 20) -> Path:
    """Make a closed journal of ``count`` commands with one event each."""
    with opened(path) as journal:
        journal.append([entry(number) for number in range(1, count + 1)])
    return path


def tamper(path: Path, *statements: str) -> None:
    """Change a closed journal behind its back."""
    connection = sqlite3.connect(path)
    for sql in statements:
        connection.execute(sql)
    connection.commit()
    connection.close()


def everything(journal: Journal) -> tuple[object, ...]:
    """Return all that a journal tells its callers."""
    first = journal.first_seq
    events: list[Recorded] = journal.read(first - 1, 1_000_000)
    return (
        journal.epochs,
        first,
        events,
        journal.last_hash,
        journal.newest_outcomes(1_000_000),
        journal.newest_snapshot(),
        journal.positions(),
        journal.day_figures(),
    )
