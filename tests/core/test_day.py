"""The business day: opened and closed by events, whatever the wall clock says."""

from __future__ import annotations

import pytest

from firmware_py.core import commands as c
from firmware_py.core import events as e
from firmware_py.core.events_aside import AlarmCleared, ClockSet
from firmware_py.core.model import TicketStatus, WindowStatus
from tests.core.hall import FILING, INVOICES, Hall, of, only, windows


def test_numbers_begin_again_with_a_new_day() -> None:
    hall = Hall()
    assert [hall.take(), hall.take()] == ["A001", "A002"]
    hall.do(c.CloseDay())
    hall.do(c.OpenDay("2026-03-03"))
    assert hall.take() == "A001"
    assert len(hall.state.tickets) == 1


def test_the_same_date_opened_again_goes_on_counting() -> None:
    hall = Hall()
    hall.take()
    hall.do(c.CloseDay())
    assert only(hall.do(c.OpenDay("2026-03-02")), e.DayOpened).reopened
    assert hall.take() == "A002"


def test_a_wrong_date_set_right_goes_on_counting_because_its_slips_are_out() -> None:
    hall = Hall(day="2062-03-02")
    hall.take()
    hall.do(c.CloseDay())
    assert hall.refused(c.OpenDay("2026-03-02")).code == "day_before_last"
    hall.do(c.OpenDay("2026-03-02", override=True))
    assert hall.state.day == "2026-03-02"
    assert hall.take() == "A002"


@pytest.mark.parametrize(
    "day",
    ["", "today", "2026-3-2", "2026-13-01", "2026-00-01", "2026-02-29", "2026-04-31",
     "2026-01-00", "２０２６-01-01", "2026-01-01-01", "-026-01-01"],
)  # fmt: skip
def test_what_is_no_date_opens_nothing(day: str) -> None:
    hall = Hall(day=None)
    assert hall.refused(c.OpenDay(day)).code == "bad_day"
    assert not hall.state.day_open


@pytest.mark.parametrize("day", ["2026-12-31", "2028-02-29", "2000-02-29"])
def test_the_last_days_of_months_are_dates(day: str) -> None:
    assert Hall(day=day).state.day == day


def test_closing_names_whoever_is_left_and_empties_the_windows() -> None:
    hall = Hall().open("1")
    served, waits, gone = hall.take(), hall.take(), hall.take()
    hall.next()
    hall.do(c.StartService("1"))
    hall.do(c.CancelTicket(gone))
    closed = only(hall.do(c.CloseDay("power_cut")), e.DayClosed)
    assert closed.left == (served, waits)
    assert [hall.status(n) for n in (served, waits)] == [TicketStatus.LEFT, TicketStatus.LEFT]
    assert hall.ticket(waits).reason == "power_cut"
    assert hall.in_hand("1") is None
    assert hall.state.windows["1"].status is WindowStatus.CLOSED
    assert hall.state.waiting == 0
    assert not hall.state.queues


def test_closing_ends_open_ratings_as_unanswered_and_clears_the_alarms_of_work() -> None:
    hall = Hall(wait_limit_s=300, rating_wait_s=3600).open("1", "2")
    number = hall.take()
    hall.take()
    hall.serve("1")
    hall.tick(200)
    assert {"waiting:A002", "idle:1", "idle:2"} <= set(hall.state.alarms)
    events = hall.do(c.CloseDay())
    assert only(events, e.RatingUnanswered).number == number
    assert {cleared.alarm for cleared in of(events, AlarmCleared)} == {
        "waiting:A002", "idle:1", "idle:2",
    }  # fmt: skip
    assert hall.ticket(number).rating_state == "none"
    assert not hall.state.alarms


def test_nothing_happens_by_the_clock_while_the_day_is_closed() -> None:
    hall = Hall()
    hall.take()
    hall.do(c.CloseDay())
    assert hall.tick(100_000) == []


def test_a_day_that_was_never_closed_keeps_its_date_over_midnight() -> None:
    hall = Hall().clock("23:59")
    hall.take()
    hall.tick(120)
    assert hall.state.day == "2026-03-02"
    assert hall.take() == "A002"
    assert hall.refused(c.OpenDay("2026-03-03")).code == "day_still_open"


def test_people_left_by_a_closing_too_early_go_on_waiting_where_they_were() -> None:
    hall = Hall().open("1")
    first, second = hall.take(), hall.later(10).take()
    hall.do(c.CloseDay())
    hall.later(60).do(c.OpenDay("2026-03-02"))
    later = hall.take()
    for number in (second, first):
        hall.do(c.ResumeTicket(number))
    hall.open("1").later(60)
    order = [hall.serve() for _ in range(3)]
    assert order == [first, second, later]


def test_somebody_left_by_a_closing_too_early_can_be_called_by_number() -> None:
    hall = Hall()
    number = hall.take()
    hall.do(c.CloseDay())
    hall.do(c.OpenDay("2026-03-02"))
    hall.open("1").do(c.CallTicket("1", number))
    assert hall.status(number) is TicketStatus.CALLED
    assert hall.ticket(number).ended_ms is None


def test_a_call_for_help_before_opening_still_stands_after_it() -> None:
    hall = Hall(day=None)
    hall.do(c.CallHelp("2"))
    hall.do(c.OpenDay("2026-03-02"))
    assert hall.alarm("help:2") is not None


def test_a_new_day_gives_windows_back_the_skills_of_the_configuration() -> None:
    hall = Hall(windows=windows(w1=frozenset({INVOICES}), w2=None))
    hall.do(c.SetWindowSkills("1", (FILING,)))
    hall.do(c.CloseDay())
    events = hall.do(c.OpenDay("2026-03-03"))
    assert only(events, e.WindowSkillsChanged).skills == frozenset({INVOICES})
    assert hall.state.windows["1"].skills == frozenset({INVOICES})


def test_reopening_a_day_keeps_the_skills_the_duty_manager_gave() -> None:
    hall = Hall(windows=windows(w1=frozenset({INVOICES})))
    hall.do(c.SetWindowSkills("1", (FILING,)))
    hall.do(c.CloseDay())
    hall.do(c.OpenDay("2026-03-02"))
    assert hall.state.windows["1"].skills == frozenset({FILING})


def test_a_clock_that_has_not_changed_is_no_event() -> None:
    hall = Hall()
    assert only(hall.do(c.SetClock(5000)), ClockSet).wall_offset_ms == 5000
    assert hall.do(c.SetClock(5000)) == []
