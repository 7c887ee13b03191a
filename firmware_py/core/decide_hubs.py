"""Decisions on the usual numbers of a hall whose hub was replaced (spread-rules, 1 to 4)."""

from __future__ import annotations

from firmware_py.core import commands as c
from firmware_py.core import commands_spread as s
from firmware_py.core import events as e
from firmware_py.core.blocks import Taken, next_lent
from firmware_py.core.decide_series import jump
from firmware_py.core.events_hubs import NumbersTakenOver
from firmware_py.core.model import State
from firmware_py.core.opening import local_day, local_seconds, plan_of
from firmware_py.core.refusals import Refusal, refuse
from firmware_py.core.rules import Rules, Series
from firmware_py.core.series import next_number, number_text

__all__ = ["has_usual_numbers", "next_of", "take_over", "written_off"]

#: Numbers of each series that a hub which is written off may have given unseen: its copy lags by
#: moments, and a kiosk gives a ticket in seconds.
GAP = 50


def has_usual_numbers(state: State) -> bool:
    """Say whether this hub gives the usual numbers, or only those of its reserve (rule 2)."""
    return not state.numbers_at or state.numbers_at == state.hub


def next_of(state: State, series: Series) -> tuple[int, str] | Refusal:
    """Return the next number that this hub may give, count and text."""
    if has_usual_numbers(state):
        taken = Taken(state.tickets, state.lent) if state.lent else state.tickets
        return next_number(series, state.counters.get(series.id), taken)
    found = next_lent(series, state.lent, state.hub, state.tickets)
    return found or refuse("reserve_used_up", former=state.numbers_at)


def take_over(
    rules: Rules, state: State, command: s.TakeOverNumbers, now_ms: int
) -> list[e.Event] | Refusal:
    """``former`` gave them to this hub by name (rule 3); from another hub there is nothing."""
    if has_usual_numbers(state) or command.former != state.numbers_at:
        return []
    return [NumbersTakenOver(state.hub, command.former)]


def written_off(rules: Rules, state: State, node: str, reason: str, now_ms: int) -> list[e.Event]:
    """Return what follows when the hub that has the usual numbers is thought gone for good.

    What it may have given unseen is passed over: nobody gives it again that day (rule 4).
    """
    if has_usual_numbers(state) or node != state.numbers_at:
        return []
    events: list[e.Event] = [NumbersTakenOver(state.hub, node, written_off=True, reason=reason)]
    if not state.day_open:
        return [*events, *_opened_unseen(rules, state, now_ms)]
    taken = Taken(state.tickets, state.lent)
    for series in rules.series.values():
        first, text = next_number(series, state.counters.get(series.id), taken)
        last = first + GAP - 1
        events.append(
            e.SeriesJumped(
                series=series.id,
                count=last,
                first=text,
                number=number_text(series, last),
                next=next_number(series, last, taken)[1],
                passed=GAP - sum(first <= skipped <= last for skipped in series.skip),
                day=state.day,
                reason="safe_gap",
            )
        )
    return events


def _opened_unseen(rules: Rules, state: State, now_ms: int) -> list[e.SeriesJumped]:
    """Return the gap on a day that may have been opened at the lost hub, and is not known here.

    Before the hours of a new day begin nobody has a number of it.
    """
    day, now_s = local_day(state, now_ms), local_seconds(state, now_ms)
    if day is not None and state.day is not None and day < state.day:
        day = None
    elif day is not None and day != state.day:
        hours = plan_of(rules, day).hours or ()
        if hours and now_s is not None and now_s < hours[0].opens_s:
            return []
    found = list[e.SeriesJumped]()
    for series in rules.series.values():
        known = series.first - 1
        if day == state.day:
            known = state.counters.get(series.id, known)
        command = c.JumpSeries(number_text(series, known + GAP), day, "safe_gap")
        decision = jump(rules, state, command, now_ms)
        # Refused: it goes on behind that already.
        for event in decision if isinstance(decision, list) else ():
            if isinstance(event, e.SeriesJumped) and event.series == series.id:
                found.append(event)
    return found
