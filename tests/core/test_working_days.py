"""Working days: weekends, holidays, and the weekends that are worked for them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_py.core.dates import day_number
from firmware_py.core.working_days import (
    Calendar,
    add_working_days,
    is_working_day,
    only_weekends_known,
    working_days_between,
)
from tests.core.paper_hall import NATIONAL_DAY, days

dates = st.dates(date(1980, 1, 1), date(2100, 12, 31)).map(date.isoformat)
day_numbers = st.dates(date(2026, 1, 1), date(2027, 12, 31)).map(
    lambda one: day_number(one.isoformat())
)
calendars = st.builds(
    lambda free, worked: Calendar(free - worked, worked, frozenset({2026, 2027})),
    st.frozensets(day_numbers, max_size=60),
    st.frozensets(day_numbers, max_size=20),
)
near = st.dates(date(2026, 1, 1), date(2027, 12, 31)).map(date.isoformat)


@pytest.mark.parametrize(
    ("accepted", "count", "due"),
    [
        # A Monday in a week of five working days.
        ("2026-09-21", 1, "2026-09-22"),
        ("2026-09-21", 4, "2026-09-25"),
        # The Sunday before is worked; the weekend between is not.
        ("2026-09-19", 1, "2026-09-20"),
        ("2026-09-25", 1, "2026-09-28"),
        # Wednesday before National Day: seven days off, then Thursday, Friday and a Saturday.
        ("2026-09-30", 1, "2026-10-08"),
        ("2026-09-30", 2, "2026-10-09"),
        ("2026-09-30", 3, "2026-10-10"),
        ("2026-09-30", 4, "2026-10-12"),
        # Accepted on a worked Saturday, in a holiday, and on an ordinary Sunday.
        ("2026-10-10", 1, "2026-10-12"),
        ("2026-10-03", 1, "2026-10-08"),
        ("2026-10-11", 1, "2026-10-12"),
        ("2026-09-24", 5, "2026-10-08"),
        ("2026-09-24", 15, "2026-10-21"),
    ],
)
def test_around_national_day(accepted: str, count: int, due: str) -> None:
    assert add_working_days(accepted, count, NATIONAL_DAY) == due
    assert working_days_between(accepted, due, NATIONAL_DAY) == count


def test_without_a_calendar_only_weekends_are_free() -> None:
    assert add_working_days("2026-09-30", 1, Calendar()) == "2026-10-01"
    assert not is_working_day("2026-10-03", Calendar())
    assert only_weekends_known("2026-09-30", "2026-10-01", Calendar())


def test_a_year_that_nobody_filled_in_is_noticed() -> None:
    assert not only_weekends_known("2026-01-01", "2026-12-31", NATIONAL_DAY)
    assert only_weekends_known("2026-12-31", "2027-01-04", NATIONAL_DAY)
    assert only_weekends_known("2025-12-31", "2028-01-01", NATIONAL_DAY)


def test_no_days_are_the_day_itself_and_fewer_are_none() -> None:
    assert add_working_days("2026-10-03", 0, NATIONAL_DAY) == "2026-10-03"
    with pytest.raises(ValueError, match="-1 working days from 2026-10-03 on"):
        add_working_days("2026-10-03", -1, NATIONAL_DAY)


@given(dates, st.integers(0, 400))
def test_without_a_calendar_it_is_as_the_standard_library_counts(first: str, count: int) -> None:
    day = date.fromisoformat(first)
    left = count
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    assert add_working_days(first, count, Calendar()) == day.isoformat()


@given(near, st.integers(0, 60), calendars)
def test_adding_and_counting_are_each_others_reverse(
    first: str, count: int, calendar: Calendar
) -> None:
    due = add_working_days(first, count, calendar)
    assert working_days_between(first, due, calendar) == count
    assert working_days_between(due, first, calendar) == -count
    assert count == 0 or is_working_day(due, calendar)


@given(near, st.integers(0, 60), st.integers(0, 60), calendars)
def test_working_days_add_up(first: str, one: int, more: int, calendar: Calendar) -> None:
    between = add_working_days(first, one, calendar)
    assert add_working_days(between, more, calendar) == add_working_days(
        first, one + more, calendar
    )


@given(near, st.integers(1, 60), calendars, near)
def test_one_more_holiday_never_makes_it_due_earlier(
    first: str, count: int, calendar: Calendar, free: str
) -> None:
    also = Calendar(calendar.holidays | days(free), calendar.workdays, calendar.years)
    assert add_working_days(first, count, also) >= add_working_days(first, count, calendar)
