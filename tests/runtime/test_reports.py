"""Reports over days, from a real journal, with some of its days compacted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from firmware_py.app.figures import figures_by_day
from firmware_py.app.ports import Entry, JournalPort, NewEvent
from firmware_py.app.wire import encode
from firmware_py.core import commands as c
from firmware_py.core.events import EVENT_NAMES
from firmware_py.runtime import reports as reports_module
from firmware_py.runtime.control import QueryError
from firmware_py.runtime.reports import Reports
from firmware_py.store.journal import Journal
from tests.core.hall import RULES, Hall

CATEGORIES = {item.id: item.category for item in RULES.items.values()}


class Place:
    """A hall, its journal, and reports over it."""

    def __init__(self, path: Path) -> None:
        self.hall = Hall(day=None)
        self.journal = Journal.open(path, node="hub")
        self._written = 0
        self.reports = Reports(
            self._run, self.journal.day_figures, lambda: self.hall.state.day, lambda: CATEGORIES
        )

    async def _run(self, call: Callable[[JournalPort], Any]) -> Any:
        return call(self.journal)

    def write(self) -> None:
        """Record what happened since the last call."""
        for event, at_ms in self.hall.history[self._written :]:
            self._written += 1
            made = (NewEvent(EVENT_NAMES[type(event)], encode(event)),)
            self.journal.append([Entry(f"t:{self._written}", "t", at_ms, b"{}", made)])

    def day(self, day: str, waits: list[int], *, close: bool = True) -> None:
        """Play a day: each waits for so long, and is served for 100 s at window 1."""
        self.hall.do(c.OpenDay(day))
        self.hall.open("1", clerk="1023")
        for wait_s in waits:
            self.hall.take()
            self.hall.later(wait_s)
            self.hall.serve("1", 100)
        if close:
            self.hall.do(c.CloseDay())
        self.write()

    def compact(self, days: int) -> None:
        """Let the first days go, as the daemon does."""
        figures = figures_by_day(self.journal.read(0, 100_000))[:days]
        self.journal.save_snapshot(self.journal.last_seq, b"{}")
        for one in figures:
            kept = {one.day: encode(asdict(one))}
            while self.journal.compact(before_seq=one.last_seq + 1, figures=kept):
                pass
        assert self.journal.first_seq > 1

    def range(self, first: str, last: str) -> Any:
        return asyncio.run(self.reports.range({"first": first, "last": last}, "anna"))

    def one(self, day: str | None = None) -> Any:
        params = {} if day is None else {"day": day}
        return asyncio.run(self.reports.day(params, "anna"))


@pytest.fixture(params=[3, 500], ids=["in pieces of 3", "in pieces of 500"])
def place(
    tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Place]:
    monkeypatch.setattr(reports_module, "READ_AT_ONCE", request.param)
    made = Place(tmp_path / "journal.db")
    yield made
    made.journal.close()


def week(place: Place) -> None:
    """Play Monday to Wednesday and Friday; Thursday is a holiday."""
    place.day("2026-03-02", [60, 600])
    place.day("2026-03-03", [60] * 7)
    place.day("2026-03-04", [])
    place.day("2026-03-06", [900])


def test_a_week_has_a_row_a_day_and_the_medians_of_all_its_people(place: Place) -> None:
    week(place)
    found = place.range("2026-03-02", "2026-03-08")
    rows = [(row["day"], row["taken"], row["median_wait_s"]) for row in found["days"]]
    assert rows == [
        ("2026-03-02", 2, 60),
        ("2026-03-03", 7, 60),
        ("2026-03-04", 0, None),
        ("2026-03-06", 1, 900),
    ]
    total = found["total"]
    assert (total["taken"], total["median_wait_s"], total["longest_wait_s"]) == (10, 60, 900)
    assert total["by_category"]["invoices"]["served"] == 10
    assert total["by_clerk"]["1023"]["median_s"] == 100


def test_a_date_without_a_day_is_closed_and_one_not_yet_lived_is_not(place: Place) -> None:
    week(place)
    found = place.range("2026-02-01", "2026-03-31")
    # Nothing is said of February: nobody knows whether the hall was there.
    assert (found["recorded_from"], found["closed"]) == ("2026-03-02", ["2026-03-05"])


def test_compacted_days_give_the_same_report(place: Place) -> None:
    week(place)
    before = place.range("2026-03-02", "2026-03-08")
    one = place.one("2026-03-03")
    place.compact(2)
    assert place.journal.first_seq > 1
    assert place.range("2026-03-02", "2026-03-08") == before
    assert place.one("2026-03-03") == one


def test_a_range_that_begins_later_leaves_the_days_before_out(place: Place) -> None:
    week(place)
    place.compact(1)
    for first, days in (("2026-03-03", 3), ("2026-03-04", 2), ("2026-03-06", 1)):
        assert len(place.range(first, "2026-03-06")["days"]) == days
    assert len(place.range("2026-03-02", "2026-03-03")["days"]) == 2


def test_the_day_that_is_open_is_as_far_as_it_has_come(place: Place) -> None:
    place.day("2026-03-02", [60], close=False)
    assert place.one()["taken"] == 1
    place.hall.take()
    place.write()
    found = place.one("2026-03-02")
    assert (found["taken"], found["total"]["served"]) == (2, 1)
    assert place.one("2026-03-03") is None


def test_a_day_opened_again_is_one_day(place: Place) -> None:
    place.day("2026-03-02", [60])
    place.day("2026-03-02", [60])
    place.day("2026-03-03", [60])
    assert [row["taken"] for row in place.range("2026-03-01", "2026-03-31")["days"]] == [2, 1]
    assert place.one("2026-03-02")["taken"] == 2


def test_a_day_opened_under_a_wrong_date_hides_none_of_the_others(place: Place) -> None:
    week(place)
    place.hall.do(c.OpenDay("2031-01-01"))
    place.hall.do(c.CloseDay())
    place.hall.do(c.OpenDay("2026-03-09", override=True))
    place.hall.do(c.CloseDay())
    place.day("2026-03-10", [60])
    days = [row["day"] for row in place.range("2026-03-03", "2026-03-10")["days"]]
    assert days == ["2026-03-03", "2026-03-04", "2026-03-06", "2026-03-09", "2026-03-10"]


def test_a_hall_that_never_opened_has_no_figures(place: Place) -> None:
    assert place.one() is None
    found = place.range("2026-03-02", "2026-03-08")
    assert (found["days"], found["closed"], found["recorded_from"]) == ([], [], None)
    assert found["total"]["taken"] == 0


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        ("2026-03-08", "2026-03-02", "bad_range"),
        ("2020-01-01", "2026-03-02", "long_range"),
        ("2026-02-30", "2026-03-02", "bad_day"),
    ],
)
def test_a_range_that_cannot_be_is_refused(place: Place, first: str, last: str, code: str) -> None:
    with pytest.raises(QueryError) as caught:
        place.range(first, last)
    assert caught.value.refusal.code == code
