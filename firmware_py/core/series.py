"""Numbers: how the next one of a series looks."""

from __future__ import annotations

from collections.abc import Container

from firmware_py.core.rules import Series

__all__ = ["MOST_DIGITS", "count_of", "next_count", "next_number", "number_text"]

#: Longer numbers are slips of the finger: a day has 20,000 tickets at most.
MOST_DIGITS = 6


def next_count(series: Series, last: int | None) -> int:
    """Return the count after ``last`` (None before the first), over the numbers to skip."""
    count = series.first if last is None else last + 1
    while count in series.skip:
        count += 1
    return count


def number_text(series: Series, count: int) -> str:
    """Return the number as printed: ``A001``; past the digits it grows, ``A1000``."""
    return f"{series.prefix}{count:0{series.digits}d}"


def count_of(series: Series, number: str) -> int | None:
    """Return which count of ``series`` is printed as ``number``, None when it is not of it.

    Zeros that somebody left out (``A45``) or typed too many do not matter.
    """
    digits = number.removeprefix(series.prefix)
    if not number.startswith(series.prefix) or not 0 < len(digits) <= MOST_DIGITS:
        return None
    return int(digits) if digits.isascii() and digits.isdigit() else None


def next_number(series: Series, last: int | None, given: Container[str]) -> tuple[int, str]:
    """Return the next count and its number; what was ``given`` today is never given again.

    Two series meet when the configuration changed during the day, or when a prefix ends in a
    digit: A + 1001 looks like A1 + 001.
    """
    count = next_count(series, last)
    while (number := number_text(series, count)) in given:
        count = next_count(series, count)
    return count, number
