"""Hours by weekday, holiday and season; what today's are, and when the hall opens next."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_py.core import commands as c
from firmware_py.core import events as e
from firmware_py.core.dates import day_number, day_text
from firmware_py.core.opening import (
    DayPlan,
    Opening,
    is_day,
    next_opening,
    opening_words,
    plan_of,
    todays_hours,
    weekday_of,
)
from firmware_py.core.rules import Hours, Rules, Season, SpecialDays, Text
from tests.core.hall import RULES, Hall, only

MORNING, AFTERNOON = Hours(9 * 3600, 12 * 3600), Hours(13 * 3600, 17 * 3600)
USUAL = (MORNING, AFTERNOON)
LONG = (Hours(8 * 3600 + 1800, 18 * 3600),)
NATIONAL_DAY, EXTRA = Text("国庆节", "National Day"), Text("调休上班", "Extra working day")
FILING = Text("申报期", "Filing season")
URGENT = "Close to closing time, no more tickets; ask the duty manager if it is urgent."
#: 2026: 1 October is a Thursday, 10 October a Saturday; 1 to 23 October is a filing season.
CALENDAR: dict[str, Any] = {
    "hours": USUAL,
    "weekdays": {5: (MORNING,), 6: ()},
    "special_days": (
        SpecialDays("2026-10-01", "2026-10-07", (), NATIONAL_DAY),
        SpecialDays("2026-10-10", "2026-10-10", USUAL, EXTRA),
    ),
    "seasons": (Season("2026-10-01", "2026-10-23", LONG, frozenset(range(5)), FILING),),
    "last_ticket_s": 900,
}


def rules() -> Rules:
    return replace(RULES, **CALENDAR)


def hall_at(day: str, clock: str, *, is_open: bool = True) -> Hall:
    hall = Hall(day=None, **CALENDAR).clock("08:00", day)
    if is_open:
        hall.do(c.OpenDay(day))
    return hall.clock(clock, day)


@given(st.dates(min_value=date(1600, 1, 1), max_value=date(2400, 12, 31)))
def test_dates_are_those_of_the_gregorian_calendar(day: date) -> None:
    text = day.isoformat()
    assert is_day(text)
    assert day_number(text) == (day - date(1970, 1, 1)).days
    assert day_text(day_number(text)) == text
    assert weekday_of(text) == day.weekday()


@pytest.mark.parametrize(
    ("day", "plan"),
    [
        ("2026-09-28", DayPlan(USUAL)),
        ("2026-09-26", DayPlan((MORNING,))),
        ("2026-09-27", DayPlan(())),
        ("2026-09-30", DayPlan(USUAL)),
        # A holiday comes before the season that it lies in, and before its weekday.
        ("2026-10-01", DayPlan((), NATIONAL_DAY)),
        ("2026-10-07", DayPlan((), NATIONAL_DAY)),
        ("2026-10-08", DayPlan(LONG, FILING)),
        ("2026-10-10", DayPlan(USUAL, EXTRA)),
        # A season opens no Sunday, and leaves the Saturdays that it does not name.
        ("2026-10-11", DayPlan(())),
        ("2026-10-17", DayPlan((MORNING,))),
        ("2026-10-23", DayPlan(LONG, FILING)),
        ("2026-10-26", DayPlan(USUAL)),
    ],
)
def test_a_date_has_the_hours_of_its_holiday_season_or_weekday(day: str, plan: DayPlan) -> None:
    assert plan_of(rules(), day) == plan


def test_hours_of_every_day_alone_are_those_of_sundays_too() -> None:
    assert plan_of(replace(RULES, hours=USUAL), "2026-09-27") == DayPlan(USUAL)


def test_a_hall_without_hours_has_no_rest_days() -> None:
    assert plan_of(RULES, "2026-09-27") == DayPlan(None)
    assert not plan_of(RULES, "2026-09-27").rest_day


def test_the_hours_of_a_day_are_kept_with_its_opening() -> None:
    hall = hall_at("2026-10-08", "08:30")
    assert only([event for event, _ in hall.history], e.DayOpened) == e.DayOpened(
        "2026-10-08", hours=LONG, name=FILING
    )
    # Another configuration, after a restart: today stays as it was opened.
    hall.rules = replace(hall.rules, hours=(MORNING,), seasons=())
    assert todays_hours(hall.rules, hall.state) == LONG
    hall.clock("12:30").take()


def test_a_day_that_an_earlier_version_opened_has_the_hours_of_the_configuration() -> None:
    hall = hall_at("2026-10-08", "08:30")
    hall.state.hours = None
    assert todays_hours(hall.rules, hall.state) == LONG


def test_a_holiday_opened_by_hand_says_so_and_has_no_hours() -> None:
    hall = hall_at("2026-10-02", "21:00", is_open=False)
    opened = only(hall.do(c.OpenDay("2026-10-02")), e.DayOpened)
    assert opened == e.DayOpened("2026-10-02", hours=(), rest_day=True, name=NATIONAL_DAY)
    assert hall.take() == "A001"


@pytest.mark.parametrize(
    ("day", "clock", "is_open", "opens"),
    [
        ("2026-09-28", "07:00", False, Opening("2026-09-28", 9 * 3600)),
        ("2026-09-28", "10:00", True, Opening("2026-09-28", 13 * 3600)),
        ("2026-09-28", "12:30", True, Opening("2026-09-28", 13 * 3600)),
        ("2026-09-28", "14:00", True, Opening("2026-09-29", 9 * 3600)),
        ("2026-09-30", "17:30", True, Opening("2026-10-08", 8 * 3600 + 1800)),
        ("2026-10-03", "10:00", False, Opening("2026-10-08", 8 * 3600 + 1800)),
        ("2026-10-09", "19:00", True, Opening("2026-10-10", 9 * 3600)),
        ("2026-10-10", "19:00", True, Opening("2026-10-12", 8 * 3600 + 1800)),
        ("2026-12-31", "19:00", True, Opening("2027-01-01", 9 * 3600)),
    ],
)
def test_the_next_opening_skips_rest_days(
    day: str, clock: str, is_open: bool, opens: Opening
) -> None:
    hall = hall_at(day, clock, is_open=is_open)
    assert next_opening(hall.rules, hall.state, hall.now_ms) == opens


def test_a_day_that_was_closed_by_hand_does_not_open_again_after_lunch() -> None:
    hall = hall_at("2026-09-28", "10:00")
    hall.do(c.CloseDay("power_cut"))
    assert next_opening(hall.rules, hall.state, hall.now_ms) == Opening("2026-09-29", 9 * 3600)


def test_without_a_clock_or_hours_nobody_can_say_when_it_opens() -> None:
    hall = Hall(**CALENDAR)
    assert next_opening(hall.rules, hall.state, hall.now_ms) is None
    assert next_opening(RULES, Hall().clock("10:00").state, 0) is None
    assert opening_words(None, None).zh == "开门时间请留意大厅公告。"


@given(
    st.dates(min_value=date(2026, 9, 1), max_value=date(2026, 11, 30)), st.integers(0, 24 * 60 - 1)
)
def test_nothing_opens_between_now_and_the_next_opening(day: date, minute: int) -> None:
    hall = hall_at(day.isoformat(), f"{minute // 60:02d}:{minute % 60:02d}", is_open=False)
    opening = next_opening(hall.rules, hall.state, hall.now_ms)
    assert opening is not None
    now, then = (day.isoformat(), minute * 60), (opening.day, opening.opens_s)
    assert then > now
    for ahead in range((date.fromisoformat(opening.day) - day).days + 1):
        between = (day + timedelta(ahead)).isoformat()
        for span in plan_of(hall.rules, between).hours or ():
            assert not now < (between, span.opens_s) < then


@pytest.mark.parametrize(
    ("day", "clock", "is_open", "code", "zh", "en"),
    [
        ("2026-09-28", "17:30", True, "after_hours",
         "今天的取号已结束。下次开门：明天 9:00。",
         "No more tickets today. It opens tomorrow at 9:00."),
        ("2026-09-30", "17:30", True, "after_hours",
         "今天的取号已结束。明天休息，下次开门：10月8日（星期四）8:30。",
         "No more tickets today. It is closed tomorrow and opens on Thursday 8 October at 8:30."),
        ("2026-09-30", "16:50", True, "last_ticket_passed",
         "临近下班，已停止取号，急事请找值班长。明天休息，下次开门：10月8日（星期四）8:30。",
         URGENT + " It is closed tomorrow and opens on Thursday 8 October at 8:30."),
        ("2026-10-03", "10:00", False, "closed_today",
         "今天休息（国庆节）。下次开门：10月8日（星期四）8:30。",
         "The hall is closed today (National Day). It opens on Thursday 8 October at 8:30."),
        ("2026-10-25", "10:00", False, "closed_today",
         "今天休息。下次开门：明天 9:00。",
         "The hall is closed today. It opens tomorrow at 9:00."),
        ("2026-10-10", "08:50", False, "before_hours",
         "还没到办公时间，09:00 开始取号。",
         "Not open yet; tickets from 09:00."),
    ],
)  # fmt: skip
def test_who_cannot_take_a_ticket_is_told_when_to_come(
    day: str, clock: str, is_open: bool, code: str, zh: str, en: str
) -> None:
    refusal = hall_at(day, clock, is_open=is_open).refused(c.TakeTicket("D01"))
    assert (refusal.code, refusal.zh, refusal.en) == (code, zh, en)


def test_programs_get_the_next_opening_as_a_date_and_time() -> None:
    refusal = hall_at("2026-09-30", "17:30").refused(c.TakeTicket("D01"))
    assert refusal.data == {"opens": "2026-10-08 08:30"}
