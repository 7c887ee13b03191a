"""Working days: Monday to Friday, but for public holidays and the weekends worked for them (调休).

Statutory limits are counted in them: the day on which papers are accepted does not count, the
due date is the last of the days that do. Which holidays there are, a hall is told by a file that
is filled in from the State Council's yearly notice; no rule gives them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from firmware_py.core.dates import day_number, day_text

__all__ = [
    "Calendar",
    "add_working_days",
    "is_working_day",
    "only_weekends_known",
    "working_days_between",
]

#: Day number 0, 1970-01-01, was a Thursday; 0 is Monday.
_WEEKDAY_OF_DAY_0 = 3
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Calendar:
    """What is known of holidays: days as numbers (``dates.day_number``).

    ``holidays`` are free though they may be weekdays, ``workdays`` are worked though they are
    weekends. ``years`` are those whose notice is filled in: of others only weekends are known.
    ``example``: nobody has held these dates against the notice yet.
    """

    holidays: frozenset[int] = frozenset()
    workdays: frozenset[int] = frozenset()
    years: frozenset[int] = frozenset()
    example: bool = False


def is_working_day(day: str, calendar: Calendar) -> bool:
    """Say whether a date is worked."""
    return _works(day_number(day), calendar)


def _works(number: int, calendar: Calendar) -> bool:
    if number in calendar.workdays:
        return True
    weekday = (number + _WEEKDAY_OF_DAY_0) % 7
    return weekday < _SATURDAY and number not in calendar.holidays


@lru_cache(maxsize=64)
def add_working_days(day: str, count: int, calendar: Calendar) -> str:
    """Return the ``count``-th working day after ``day``, which itself does not count.

    None of them: ``day`` itself. Raises ``ValueError`` for a negative count.
    """
    if count < 0:
        raise ValueError(f"{count} working days from {day} on")
    number = day_number(day)
    while count:
        number += 1
        count -= _works(number, calendar)
    return day_text(number)


def working_days_between(first: str, last: str, calendar: Calendar) -> int:
    """Return the working days after ``first`` up to ``last``; below 0 when ``last`` is before.

    So ``working_days_between(day, add_working_days(day, n, calendar), calendar) == n``.
    """
    begin, end = day_number(first), day_number(last)
    if end < begin:
        return -working_days_between(last, first, calendar)
    return sum(_works(number, calendar) for number in range(begin + 1, end + 1))


def only_weekends_known(first: str, last: str, calendar: Calendar) -> bool:
    """Say whether a year between two dates is one whose holidays nobody has filled in."""
    years = range(int(first[:4]), int(last[:4]) + 1)
    return any(year not in calendar.years for year in years)
