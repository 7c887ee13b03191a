"""Decisions on series of numbers: going on after slips that the journal does not know.

A restore brings back a journal that is older than the newest slip in the hall. Its numbers are
given to nobody else: the series goes on behind them, and never back.
"""

from __future__ import annotations

from firmware_py.core import commands as c
from firmware_py.core import events as e
from firmware_py.core.blocks import Taken
from firmware_py.core.model import State
from firmware_py.core.opening import is_day
from firmware_py.core.refusals import Refusal, refuse
from firmware_py.core.rules import Rules, Series
from firmware_py.core.series import count_of, next_number, number_text

__all__ = ["jump"]


def jump(rules: Rules, state: State, command: c.JumpSeries, now_ms: int) -> list[e.Event] | Refusal:
    """Go on after a number, in each series that may have printed it."""
    if command.day is not None:
        if not is_day(command.day):
            return refuse("bad_day", day=command.day)
        if state.day is not None and command.day < state.day:
            return refuse("day_before_last", day=command.day, last=state.day)
    number = command.number.strip()
    printed = _printed(rules, number) or _printed(rules, number.upper())
    if not printed:
        return refuse("unknown_series", number=number)
    events: list[e.Event] = []
    for series, count in printed:
        before, first = _next(state, series, command.day)
        if count >= before:
            events.append(_jumped(state, series, command, range(before, count + 1), first))
    if not events:
        _, following = _next(state, printed[0][0], command.day)
        return refuse("number_not_ahead", number=number, next=following)
    return events


def _printed(rules: Rules, number: str) -> list[tuple[Series, int]]:
    found = ((series, count_of(series, number)) for series in rules.series.values())
    return [(series, count) for series, count in found if count is not None]


def _next(state: State, series: Series, day: str | None) -> tuple[int, str]:
    """Return the next number of the slips' day as the journal knows it, count and text."""
    if day is not None and day == state.day:
        taken = Taken(state.tickets, state.lent)
        return next_number(series, state.counters.get(series.id), taken)
    known = [f.count for f in state.floors if f.series == series.id and f.day == day]
    return next_number(series, max(known, default=None), ())


def _jumped(
    state: State, series: Series, command: c.JumpSeries, passed: range, first: str
) -> e.SeriesJumped:
    here = command.day is None or command.day == state.day
    last = count = passed[-1]
    if here:
        last = max(count, state.counters.get(series.id, count))
    taken = Taken(state.tickets, state.lent) if here else ()
    following = next_number(series, last, taken)[1]
    return e.SeriesJumped(
        series=series.id,
        count=count,
        first=first,
        number=number_text(series, count),
        next=following,
        passed=len(passed) - sum(n in passed for n in series.skip),
        day=command.day,
        reason=command.reason,
    )
