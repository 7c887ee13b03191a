"""Dates as text, ``YYYY-MM-DD``, and the arithmetic on them. No clock and no calendar of a hall."""

from __future__ import annotations

__all__ = ["day_number", "day_text", "is_day", "weekday_of"]

MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def is_day(text: str) -> bool:
    """Say whether this is a date as ``2026-01-31``."""
    parts = text.split("-")
    if [len(part) for part in parts] != [4, 2, 2]:
        return False
    if not all(part.isascii() and part.isdigit() for part in parts):
        return False
    year, month, day = (int(part) for part in parts)
    if not 1 <= month <= 12:
        return False
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 1 <= day <= MONTH_DAYS[month - 1] + (leap and month == 2)


def day_number(day: str) -> int:
    """Return the days since 1970-01-01 (Gregorian calendar, years counted from March)."""
    year, month, date = (int(part) for part in day.split("-"))
    year -= month <= 2
    era, of_era = divmod(year, 400)
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + date - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468


def day_text(number: int) -> str:
    """Return the date of a day number; the reverse of ``day_number``."""
    era, of_era = divmod(number + 719_468, 146_097)
    years = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * years + years // 4 - years // 100)
    months = (5 * of_year + 2) // 153
    date = of_year - (153 * months + 2) // 5 + 1
    month = months + 3 if months < 10 else months - 9
    return f"{era * 400 + years + (month <= 2):04d}-{month:02d}-{date:02d}"


def weekday_of(day: str) -> int:
    """Return 0 for a Monday to 6 for a Sunday."""
    return (day_number(day) + 3) % 7
