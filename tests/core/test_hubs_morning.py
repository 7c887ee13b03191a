"""A hub that dies overnight: what the promoted one gives in the morning, and what was unseen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from firmware_py.core import commands as c
from firmware_py.core import events as e
from firmware_py.core.commands_spread import LendNumbers, TakeOverNumbers, WriteOffNumbers
from firmware_py.core.decide_numbers import held_by, wanted
from firmware_py.core.events_hubs import HubPromoted
from firmware_py.core.events_spread import NumbersLent
from firmware_py.core.evolve import evolve
from firmware_py.core.model import TicketStatus
from firmware_py.core.rules import Hours, Series
from tests.core.hall import Hall, only
from tests.core.two_sides import Side, merge, split, trace

TUESDAY = "2026-03-03"
HUBS = {"standby": frozenset({"common"})}


def evening() -> Hall:
    """Return a hall after its day, as both the hub and its copy have it; 8:00 to 17:00."""
    hall = Hall(hours=(Hours(8 * 3600, 17 * 3600),)).clock("16:00")
    for _ in range(3):
        hall.take()
    hall.do(LendNumbers("standby", "common", 3, reserve=True))
    hall.do(LendNumbers("kiosk-1", "common", 5))
    hall.do(c.CloseDay())
    return hall


def promoted() -> tuple[Hall, Side]:
    """Return the promoted hall, and the hub that it was cut off from in the evening."""
    hall = evening()
    hub = split(hall, "hub")
    evolve(hall.state, HubPromoted("standby", "hub", "2-standby", "hub", 9), hall.now_ms)
    return hall, hub


def test_a_reserve_is_its_holders_in_the_morning_too() -> None:
    hall, hub = promoted()
    for side in (hall, hub.hall):
        side.do(c.OpenDay(TUESDAY))
        assert [(b.holder, b.first_number, b.handing) for b in side.state.lent] == [
            ("standby", "A997", 1)
        ]
    assert [hall.take() for _ in range(3)] == ["A997", "A998", "A999"]
    # The hub that was only cut off opened the same day: none is on two papers.
    assert [hub.hall.take() for _ in range(3)] == ["A001", "A002", "A003"]
    assert hall.refused(c.TakeTicket("D01", "kiosk-1")).code == "reserve_used_up"
    assert wanted(hub.hall.rules, hub.hall.state, HUBS, 3) == []


def test_a_reserve_that_was_written_off_ends_with_the_day() -> None:
    hall = evening()
    hall.do(WriteOffNumbers("standby", "broken"))
    hall.do(c.OpenDay(TUESDAY))
    assert hall.state.lent == []
    assert wanted(hall.rules, hall.state, HUBS, 3) == [LendNumbers("standby", "common", 3)]


def test_of_a_series_that_is_printed_anew_the_old_reserve_gives_nothing() -> None:
    hall, _ = promoted()
    hall.do(c.OpenDay(TUESDAY))
    hall.rules = replace(hall.rules, series={"common": Series("common", "B")})
    assert held_by(hall.rules, hall.state, "standby", "common") == 0
    assert hall.refused(c.TakeTicket("D01", "kiosk-1")).code == "reserve_used_up"


def test_numbers_that_a_former_version_lent_anew_are_whose_the_event_says() -> None:
    hall = evening()
    hall.do(c.OpenDay(TUESDAY))
    lent = NumbersLent("kiosk-1", "common", 980, 999, 1, "A980", "A999")
    evolve(hall.state, lent, hall.now_ms)
    assert [block.holder for block in hall.state.lent] == ["kiosk-1"]


@pytest.mark.parametrize(
    ("when", "day", "first"),
    [
        # Nobody has a number of a day that cannot have begun.
        ("07:10", TUESDAY, "A001"),
        # It may have been opened, unseen, before the hub was off.
        ("08:10", TUESDAY, "A051"),
        # Tonight it may have been opened again; tomorrow begins as ever.
        ("17:30", "2026-03-02", "A001"),
    ],
)
def test_a_hub_that_is_off_for_certain_leaves_a_gap_where_it_may_have_opened_unseen(
    when: str, day: str, first: str
) -> None:
    hall, _ = promoted()
    hall.later(3600).clock(when, day)
    hall.do(WriteOffNumbers("hub", "promoted"))
    hall.do(c.OpenDay(TUESDAY))
    assert hall.take(override=True) == first


def test_tonight_the_gap_is_behind_what_was_given_today() -> None:
    hall, _ = promoted()
    hall.later(3600).clock("17:30")
    jumped = only(hall.do(WriteOffNumbers("hub", "promoted")), e.SeriesJumped)
    assert (jumped.first, jumped.number, jumped.day) == ("A004", "A053", "2026-03-02")


def test_without_a_clock_the_gap_is_on_the_day_that_opens_next() -> None:
    hall, _ = promoted()
    hall.state.wall_offset_ms = None
    assert only(hall.do(WriteOffNumbers("hub")), e.SeriesJumped).day is None
    hall.do(c.OpenDay(TUESDAY))
    assert hall.take() == "A051"
    # It goes on behind that already: an evening later there is nothing to add.
    again, _ = promoted()
    again.state.wall_offset_ms = None
    again.do(c.JumpSeries("A060"))
    assert [type(one).__name__ for one in again.do(WriteOffNumbers("hub"))] == ["NumbersTakenOver"]


@pytest.mark.parametrize("opened_here_too", [True, False])
def test_a_day_that_the_other_hub_opened_earlier_and_unseen_is_this_day(
    *, opened_here_too: bool
) -> None:
    hall, hub = promoted()
    for side in (hall, hub.hall):
        side.later(16.5 * 3600)
    hub.do(c.OpenDay(TUESDAY))
    hub.later(60).do(c.TakeTicket("D01", "kiosk-1"), request="press-1")
    hall.later(600)
    if opened_here_too:
        hall.do(c.OpenDay(TUESDAY))
        assert hall.take() == "A997"
    events = merge(hall, hub.records)
    assert trace(events) == ["same" if opened_here_too else "kept", "kept"]
    assert hall.state.day_open
    # By the time of issue it is the first of the day.
    assert hall.status("A001") is TicketStatus.WAITING
    hall.do(TakeOverNumbers("hub"))
    hall.open("1")
    assert hall.next() == "A001"


def test_a_record_of_yesterday_is_not_brought_into_the_day_by_that() -> None:
    hall, hub = promoted()
    hub.tell(e.WindowOpened("1", "1001"))
    for side in (hall, hub.hall):
        side.later(16.5 * 3600)
    hub.do(c.OpenDay(TUESDAY))
    hall.later(600).do(c.OpenDay(TUESDAY))
    assert trace(merge(hall, hub.records)) == ["former_day", "same"]
