"""A clerk's figures of today, counted on as things happen, are those of the day's report."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from firmware_py.app.figures import Tally
from firmware_py.app.ports import Happened, JournalPort
from firmware_py.core import commands as c
from firmware_py.core.events import EVENT_NAMES
from firmware_py.runtime import shift
from firmware_py.runtime.reports import Reports
from firmware_py.runtime.shift import Shifts
from tests.core.hall import Hall
from tests.runtime.test_reports import CATEGORIES, Place

TODAY = "2026-03-03"


class Counted:
    """A hall, its journal, and a count that follows both."""

    def __init__(self, path: Path) -> None:
        self.place = Place(path)
        #: While it is clear, the journal does not answer.
        self.answers = asyncio.Event()
        self.answers.set()
        reports = Reports(
            self._run,
            self.place.journal.day_figures,
            lambda: self.place.hall.state.day,
            lambda: CATEGORIES,
        )
        self.shifts = Shifts(reports)
        self.failing: Exception | None = None
        self.asked = 0
        self.began = asyncio.Event()

    async def _run(self, call: Callable[[JournalPort], Any]) -> Any:
        self.asked += 1
        self.began.set()
        if self.failing is not None:
            raise self.failing
        found = call(self.place.journal)
        await self.answers.wait()
        return found

    def play(self, work: Callable[[Hall], object], *, late: bool = False) -> list[Happened]:
        """Let something happen, be written, and be told; ``late``: told by the caller."""
        hall = self.place.hall
        begin = len(hall.history)
        work(hall)
        self.place.write()
        told = [
            Happened(n + 1, at_ms, EVENT_NAMES[type(event)], "t", f"t:{n}", event, b"{}")
            for n, (event, at_ms) in enumerate(hall.history[begin:], begin)
        ]
        if not late:
            self.shifts.recorded(told)
        return told

    async def tally(self, window: str = "1") -> Tally | None:
        """Return what its clerk did."""
        hall = self.place.hall
        return await self.shifts.tally(hall.state.day or "", hall.state.windows[window])

    async def report(self, clerk: str) -> dict[str, Any]:
        """Return what the day's report says of a clerk."""
        found = await self.place.reports.day({}, "t")
        row: dict[str, Any] = found["by_clerk"][clerk]
        return row

    async def agrees(self, clerk: str = "1023", window: str = "1") -> bool:
        """Say whether both count the same."""
        tally, row = await self.tally(window), await self.report(clerk)
        assert tally is not None
        mine = (tally.served, tally.service_s, tally.missed, tally.rated, tally.bad)
        return mine == tuple(row[key] for key in ("served", "service_s", "missed", "rated", "bad"))


def serve(seconds: int, score: int | None = None) -> Callable[[Hall], None]:
    """Return one transaction at window 1."""

    def work(hall: Hall) -> None:
        hall.take()
        hall.serve("1", seconds)
        if score is not None:
            hall.do(c.Rate(score, window="1"))

    return work


def miss(hall: Hall) -> None:
    """Call somebody who does not come."""
    hall.take()
    hall.next("1")
    hall.do(c.MarkMissed("1"))


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Counted]:
    made = Counted(tmp_path / "journal.db")
    made.place.day("2026-03-02", [10, 20, 30])
    made.place.day(TODAY, [10], close=False)
    yield made
    made.place.journal.close()


async def test_it_begins_with_what_the_journal_has_of_today_and_counts_on(at: Counted) -> None:
    tally = await at.tally()
    assert tally is not None
    assert (tally.served, tally.service_s, tally.missed, tally.rated) == (1, 100, 0, 0)
    asked = at.asked
    at.play(serve(40, 1))
    at.play(serve(50, 5))
    at.play(miss)
    counted = await at.tally()
    assert counted is not None
    assert (counted.served, counted.service_s, counted.missed) == (3, 190, 1)
    assert (counted.rated, counted.bad) == (2, 1)
    # The journal was read once.
    assert at.asked == asked
    assert await at.agrees()


async def test_a_clerk_who_changes_the_window_takes_the_figures_along(at: Counted) -> None:
    await at.tally()

    def change(hall: Hall) -> None:
        hall.do(c.CloseWindow("1"))
        hall.open("1", clerk="2001")
        hall.open("2", clerk="1023")

    at.play(change)
    at.play(serve(30))
    old, new = await at.tally("2"), await at.tally("1")
    assert old is not None
    assert new is not None
    assert (old.served, new.served) == (1, 1)
    assert (old.service_s, new.service_s) == (100, 30)
    assert await at.agrees("2001")
    assert await at.agrees("1023", "2")


async def test_without_a_clerks_number_it_is_what_was_done_at_the_window(at: Counted) -> None:
    def change(hall: Hall) -> None:
        hall.do(c.CloseWindow("1"))
        hall.open("1", clerk="")

    at.play(change)
    at.play(serve(30))
    tally = await at.tally()
    assert tally is not None
    assert tally.served == 2


async def test_a_clerk_who_has_done_nothing_yet_has_zeros(at: Counted) -> None:
    at.play(lambda hall: hall.open("2", clerk="3003"))
    assert await at.tally("2") == Tally()


async def test_what_happens_while_the_journal_is_read_counts_once(at: Counted) -> None:
    at.answers.clear()
    # On the disk when the journal is asked for its last event, told while it is read.
    written = at.play(serve(40), late=True)
    asking = asyncio.ensure_future(at.tally())
    await at.began.wait()
    at.shifts.recorded(written)
    at.play(serve(50))
    at.answers.set()
    tally = await asking
    assert tally is not None
    assert (tally.served, tally.service_s) == (3, 190)
    assert await at.agrees()
    at.play(serve(60))
    assert await at.agrees()


async def test_a_screen_does_not_wait_for_a_disk_that_hangs(
    at: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shift, "PATIENCE_S", 0.01)
    at.answers.clear()
    assert await at.tally() is None
    at.play(serve(40))
    monkeypatch.undo()
    at.answers.set()
    assert await at.agrees()


async def test_a_journal_that_cannot_be_read_is_said_once_and_tried_again_next_day(
    at: Counted, caplog: pytest.LogCaptureFixture
) -> None:
    at.failing = OSError(5, "Input/output error")
    assert [await at.tally() for _ in range(3)] == [None] * 3
    assert caplog.text.count("could not be counted") == 1
    at.failing = None
    assert await at.tally() is None

    def tomorrow(hall: Hall) -> None:
        hall.do(c.CloseDay())
        hall.do(c.OpenDay("2026-03-04"))
        hall.open("1", clerk="1023")

    at.play(tomorrow)
    at.play(serve(70))
    assert await at.agrees()


async def test_a_new_day_begins_at_nothing_and_a_reopened_one_goes_on(at: Counted) -> None:
    await at.tally()
    at.play(serve(40))

    def reopened(hall: Hall) -> None:
        hall.do(c.CloseDay())
        hall.do(c.OpenDay(TODAY))
        hall.open("1", clerk="1023")

    at.play(reopened)
    again = await at.tally()
    assert again is not None
    assert again.served == 2

    def tomorrow(hall: Hall) -> None:
        hall.do(c.CloseDay())
        hall.do(c.OpenDay("2026-03-04"))
        hall.open("1", clerk="1023")

    at.play(tomorrow)
    assert await at.tally() == Tally()
    at.play(serve(70))
    assert await at.agrees()
