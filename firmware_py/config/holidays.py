"""Reads the calendar of holidays (``config/holidays.toml``) by which working days are counted.

Nobody can work it out: the State Council's notice says each year which days are free and which
weekends are worked for them. ``years`` names those whose notice is filled in, so that a hall
knows when it counts by weekends alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from firmware_py.config.hours import dates_of
from firmware_py.config.mistakes import Findings
from firmware_py.core.dates import day_number, weekday_of
from firmware_py.core.rules import NO_CALENDAR, Rules
from firmware_py.core.working_days import Calendar, add_working_days, only_weekends_known
from firmware_py.settings import Date, Settings, Table, Words

__all__ = ["HolidayFile", "calendar_warning", "read_holidays"]

Year = Annotated[int, Meta(ge=2000, le=2200)]
_SATURDAY = 5


class HolidayEntry(Table, frozen=True, kw_only=True):
    """One of ``[[holidays]]``: free from ``first`` to ``last``, that day alone without it."""

    first: Date
    last: Date | None = None
    name: Words | None = None


class WorkdayEntry(Table, frozen=True, kw_only=True):
    """One of ``[[workdays]]``: a Saturday or Sunday that is worked (调休)."""

    date: Date
    name: Words | None = None


class HolidayFile(Table, frozen=True, kw_only=True):
    """The whole file."""

    version: Literal[1]
    years: tuple[Year, ...]
    #: The file as it is shipped; whoever has checked its dates takes the line out.
    example: bool = False
    holidays: tuple[HolidayEntry, ...] = ()
    workdays: tuple[WorkdayEntry, ...] = ()


def read_holidays(path: Path) -> tuple[Calendar, Findings]:
    """Return the calendar, and what is wrong with its file; with mistakes it is empty."""
    # Not needed, and so not loaded, in a hall without such a file.
    from firmware_py.config.toml import read_toml
    from firmware_py.config.walk import convert

    data, found = read_toml(path)
    if not data and found:
        return NO_CALENDAR, found
    table = convert(data, HolidayFile, (), found)
    if table is None:
        return NO_CALENDAR, found
    holidays = _holidays(table, found)
    workdays = _workdays(table, holidays, found)
    if found:
        return NO_CALENDAR, found
    years = frozenset(table.years)
    return Calendar(frozenset(holidays), frozenset(workdays), years, table.example), found


def _holidays(table: HolidayFile, found: Findings) -> dict[int, int]:
    """Return each free day, and which entry says so."""
    free: dict[int, int] = {}
    for n, entry in enumerate(table.holidays):
        dates = dates_of(("holidays", n), "first", entry.first, entry.last, found)
        if dates is None:
            continue
        _check_year(dates[0].year, ("holidays", n, "first"), table, found)
        for day in range(day_number(str(dates[0])), day_number(str(dates[1])) + 1):
            if day in free:
                line = found.lines.get(("holidays", free[day], "first"), 0)
                found.add(
                    ("holidays", n, "first"),
                    f"a day of these is in another holiday too (line {line})",
                    f"其中有一天已在另一个假期内（第 {line} 行）",
                )
                break
            free[day] = n
    return free


def _workdays(table: HolidayFile, free: dict[int, int], found: Findings) -> dict[int, int]:
    worked: dict[int, int] = {}
    for n, entry in enumerate(table.workdays):
        at = ("workdays", n, "date")
        dates = dates_of(("workdays", n), "date", entry.date, None, found)
        if dates is None:
            continue
        _check_year(dates[0].year, at, table, found)
        day = day_number(entry.date)
        if day in worked:
            line = found.lines.get(("workdays", worked[day], "date"), 0)
            found.add(
                at,
                f"{entry.date} stands twice (first on line {line})",
                f"{entry.date} 重复（首次出现在第 {line} 行）",
            )
        elif day in free:
            line = found.lines.get(("holidays", free[day], "first"), 0)
            found.add(
                at,
                f"{entry.date} is a holiday (line {line})",
                f"{entry.date} 在假期内（第 {line} 行）",
            )
        elif weekday_of(entry.date) < _SATURDAY:
            found.add(
                at,
                f"{entry.date} is no Saturday or Sunday: a working day anyway; is the date right?",
                f"{entry.date} 不是周末，本来就上班，请核对日期",
            )
        worked[day] = n
    return worked


def _check_year(year: int, at: tuple[str | int, ...], table: HolidayFile, found: Findings) -> None:
    # Nothing stands there when the years themselves could not be read.
    if table.years and year not in table.years:
        found.add(at, f"{year} is not among years", f"years 中没有 {year} 年")


def calendar_warning(settings: Settings, rules: Rules, today: str) -> tuple[str, str] | None:
    """Return in both languages why the due date of a form made ``today`` is none to rely on.

    It is reckoned by weekends alone, or by an example's dates that nobody has checked. The
    catalogue's longest statutory limit is looked at; without any there are no forms.
    """
    longest = max((item.statutory_days for item in rules.items.values()), default=0)
    if not longest:
        return None
    calendar = rules.forms.calendar
    due = add_working_days(today, longest, calendar)
    if calendar.example:
        return (
            (
                f"{settings.forms.holidays} 还是示例，受理单按示例日期推算办结期限；"
                "请按国务院办公厅的放假通知核对，再删去 example 一行。"
            ),
            (
                f"{settings.forms.holidays} is still the example, and acceptance forms are due by "
                "its dates. Check them against the State Council's notice, then take out the line "
                "example."
            ),
        )
    if not only_weekends_known(today, due, calendar):
        return None
    if settings.forms.holidays is None:
        return (
            "没有节假日文件（[forms] holidays），受理单的办结日期只除去周末。",
            (
                "There is no file of holidays ([forms] holidays): due dates of acceptance forms "
                "leave out weekends alone."
            ),
        )
    wanted = range(int(today[:4]), int(due[:4]) + 1)
    years = [str(year) for year in wanted if year not in calendar.years]
    return (
        (
            f"节假日文件中没有 {'、'.join(years)} 年，现在开的受理单最晚 {due} 办结，只除去周末；"
            f"放假通知公布后请填写 {settings.forms.holidays}。"
        ),
        (
            f"The holidays of {', '.join(years)} are not filled in; a form made now may be due on "
            f"{due}, reckoned by weekends alone. Fill in {settings.forms.holidays} once the notice "
            "is out."
        ),
    )
