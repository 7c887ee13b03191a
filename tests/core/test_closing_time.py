"""Another closing time today: later for many people, earlier for a power cut."""

from __future__ import annotations

import pytest

from firmware_py.core import commands as c
from firmware_py.core import events as e
from firmware_py.core.rules import Hours
from tests.core.hall import Hall, only

DAY = "2026-03-02"
HOURS = (Hours(9 * 3600, 12 * 3600), Hours(13 * 3600, 17 * 3600))


def hall_at(clock: str) -> Hall:
    hall = Hall(day=None, hours=HOURS, last_ticket_s=900).clock("08:00", DAY)
    hall.do(c.OpenDay(DAY))
    return hall.clock(clock)


def test_an_extended_day_gives_tickets_until_as_long_before_its_new_end() -> None:
    hall = hall_at("16:50")
    assert hall.refused(c.TakeTicket("D01")).code == "last_ticket_passed"
    changed = only(hall.do(c.SetClosingTime("18:00")), e.ClosingTimeChanged)
    assert changed.hours == (HOURS[0], Hours(13 * 3600, 18 * 3600))
    assert (changed.closes_s, changed.before_s) == (18 * 3600, 17 * 3600)
    assert hall.take() == "A001"
    assert hall.clock("17:44").take() == "A002"
    assert hall.clock("17:45").refused(c.TakeTicket("D01")).code == "last_ticket_passed"
    assert hall.clock("18:00").refused(c.TakeTicket("D01")).code == "after_hours"


def test_a_day_may_be_extended_after_its_end_while_it_is_open() -> None:
    hall = hall_at("17:20")
    hall.do(c.SetClosingTime("18:30"))
    assert hall.take() == "A001"


def test_an_earlier_time_must_be_meant() -> None:
    hall = hall_at("10:00")
    assert hall.refused(c.SetClosingTime("16:00")).code == "closing_not_later"
    hall.do(c.SetClosingTime("16:00", earlier=True))
    assert hall.clock("15:45").refused(c.TakeTicket("D01")).code == "last_ticket_passed"


@pytest.mark.parametrize("at", ["12:30", "13:00", "12:00"])
def test_a_closing_time_in_the_break_leaves_the_morning(at: str) -> None:
    hall = hall_at("10:00")
    changed = only(hall.do(c.SetClosingTime(at, earlier=True)), e.ClosingTimeChanged)
    assert changed.hours == (HOURS[0],)
    assert changed.closes_s == 12 * 3600


def test_the_closing_time_that_it_has_anyway_changes_nothing() -> None:
    assert hall_at("10:00").do(c.SetClosingTime("17:00", earlier=True)) == []


def test_a_day_without_hours_can_have_a_closing_time() -> None:
    hall = Hall(day=None).clock("10:00", DAY)
    hall.do(c.OpenDay(DAY))
    changed = only(hall.do(c.SetClosingTime("12:00")), e.ClosingTimeChanged)
    assert changed.before_s is None
    hall.take()
    assert hall.clock("12:00").refused(c.TakeTicket("D01")).code == "after_hours"


def test_a_day_that_goes_on_keeps_its_new_closing_time_and_the_next_has_the_usual_one() -> None:
    hall = hall_at("16:00")
    hall.do(c.SetClosingTime("18:00"))
    hall.do(c.CloseDay())
    hall.do(c.OpenDay(DAY))
    assert hall.clock("17:30").take() == "A001"
    hall.do(c.CloseDay())
    hall.do(c.OpenDay("2026-03-03"))
    assert hall.state.hours == HOURS


@pytest.mark.parametrize("at", ["", ":", "１８:００", "018:00", "18:0", "-1:00", "24:01"])
def test_what_is_no_time_of_day_changes_nothing(at: str) -> None:
    assert hall_at("10:00").refused(c.SetClosingTime(at)).code == "bad_time"


def test_a_day_opened_again_after_its_end_has_no_hours_until_somebody_sets_them() -> None:
    hall = hall_at("16:00")
    hall.do(c.CloseDay())
    hall.clock("18:30")
    assert only(hall.do(c.OpenDay(DAY)), e.DayOpened).hours == ()
    assert hall.take() == "A001"
    hall.do(c.SetClosingTime("19:00"))
    assert hall.clock("19:00").refused(c.TakeTicket("D01")).code == "after_hours"


def test_midnight_is_a_closing_time() -> None:
    hall = hall_at("16:00")
    assert only(hall.do(c.SetClosingTime("24:00")), e.ClosingTimeChanged).closes_s == 86_400


def test_without_a_known_clock_a_closing_time_can_be_set_all_the_same() -> None:
    hall = Hall(hours=HOURS)
    hall.do(c.SetClosingTime("18:00"))
    assert hall.state.hours == (HOURS[0], Hours(13 * 3600, 18 * 3600))
