"""Which documents a day had, as the journal tells it: looked for from its end."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from firmware_py.app.ports import JournalPort, StoredEvent
from firmware_py.app.wire import encode
from firmware_py.core.events import EVENT_NAMES, DayClosed, DayOpened, Event
from firmware_py.core.events_papers import DocumentAdded, DocumentRemoved, DocumentReplaced
from firmware_py.runtime.document_order import recorded_on

SHA = "0" * 64


def added(document: str) -> DocumentAdded:
    return DocumentAdded(document.partition("-")[0], document, "other", 1, 10, SHA)


def again(document: str, version: int) -> DocumentReplaced:
    number = document.partition("-")[0]
    return DocumentReplaced(number, document, "other", 1, 10, SHA, version)


DAYS: list[Event] = [
    DayOpened("2026-11-19"),
    added("A001-1"),
    DayClosed("", "closing_time"),
    DayOpened("2026-11-20"),
    added("A001-1"),
    added("A001-2"),
    again("A001-1", 2),
    DayClosed("", "closing_time"),
    DayOpened("2026-11-20", reopened=True),
    DocumentRemoved("A001", "A001-2"),
    added("A002-1"),
    again("A001-1", 3),
    DayClosed("", "closing_time"),
    DayOpened("2026-11-23"),
    added("A001-1"),
    again("A001-1", 2),
]


def journal_of(events: list[Event], first_seq: int = 1) -> JournalPort:
    stored: list[Any] = [
        SimpleNamespace(seq=n, type=EVENT_NAMES[type(event)], body=encode(event))
        for n, event in enumerate(events, 1)
    ]

    def read(after: int, limit: int) -> list[Any]:
        return [one for one in stored if after < one.seq <= after + limit and one.seq >= first_seq]

    found: Any = SimpleNamespace(last_seq=len(stored), first_seq=first_seq, read=read)
    return cast("JournalPort", found)


async def recorded(journal: JournalPort, day: str) -> dict[str, int] | None:
    async def run(read: Callable[[JournalPort], list[StoredEvent]]) -> list[StoredEvent]:
        return read(journal)

    return await recorded_on(run, journal.last_seq, day)


@pytest.mark.parametrize("at_once", [1, 3, 500])
async def test_a_days_documents_are_those_that_it_ended_with(
    monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr("firmware_py.app.newest_first.READ_AT_ONCE", at_once)
    journal = journal_of(DAYS)
    assert await recorded(journal, "2026-11-19") == {"A001-1": 1}
    assert await recorded(journal, "2026-11-20") == {"A001-1": 3, "A002-1": 1}
    assert await recorded(journal, "2026-11-23") == {"A001-1": 2}


async def test_of_a_day_that_the_journal_does_not_have_nothing_is_known() -> None:
    assert await recorded(journal_of(DAYS), "2026-11-21") is None
    assert await recorded(journal_of([]), "2026-11-20") is None
    # Compacted to figures: a day that is not there from its beginning is not known whole.
    assert await recorded(journal_of(DAYS, first_seq=6), "2026-11-19") is None
    assert await recorded(journal_of(DAYS, first_seq=6), "2026-11-20") is None
