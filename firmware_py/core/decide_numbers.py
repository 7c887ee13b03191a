"""Decisions on numbers that other Pis hold: lend a block, write off what a lost Pi had."""

from __future__ import annotations

from firmware_py.core import commands_spread as s
from firmware_py.core import events as e
from firmware_py.core.blocks import Taken, free_of, lendable
from firmware_py.core.decide_hubs import has_usual_numbers, written_off
from firmware_py.core.events_spread import NumbersLent, NumbersWrittenOff
from firmware_py.core.model import State
from firmware_py.core.refusals import Refusal, refuse
from firmware_py.core.rules import Rules
from firmware_py.core.series import number_text

__all__ = ["held_by", "lend", "wanted", "write_off"]

Decision = list[e.Event] | Refusal


def lend(rules: Rules, state: State, command: s.LendNumbers, now_ms: int) -> Decision:
    """Lend the highest free stretch of a series; blocks end with the day."""
    if not state.day_open:
        return refuse("day_closed")
    series = rules.series.get(command.series)
    if series is None:
        return refuse("unknown_series", number=command.series)
    if not has_usual_numbers(state):
        return refuse("numbers_elsewhere", former=state.numbers_at)
    taken = Taken(state.tickets, state.lent)
    last = state.counters.get(series.id)
    stretch = lendable(series, last, taken, command.count, state.lend_above)
    if stretch is None:
        return refuse("nothing_to_lend", series=series.id)
    first, last = stretch
    return [
        NumbersLent(
            holder=command.holder,
            series=series.id,
            first=first,
            last=last,
            handing=state.handings.get(series.id, 0) + 1,
            first_number=number_text(series, first),
            last_number=number_text(series, last),
            reserve=command.reserve,
        )
    ]


def held_by(rules: Rules, state: State, holder: str, series: str) -> int:
    """Return how many numbers of a series ``holder`` may still give, as far as is known here."""
    found = rules.series.get(series)
    if found is None:
        return 0
    return sum(
        free_of(block, found, state.tickets)
        for block in state.lent
        if (block.holder, block.series) == (holder, series) and not block.written_off
    )


def wanted(
    rules: Rules, state: State, holders: dict[str, frozenset[str]], count: int
) -> list[s.LendNumbers]:
    """Return what is to be lent now: to each holder a block of each of its series.

    Another one when less than half of ``count`` numbers are left.
    """
    if not state.day_open or not count or not has_usual_numbers(state):
        return []
    return [
        s.LendNumbers(holder, series, count)
        for holder, of_holder in holders.items()
        for series in sorted(of_holder)
        if 2 * held_by(rules, state, holder, series) < count
    ]


def write_off(rules: Rules, state: State, command: s.WriteOffNumbers, now_ms: int) -> Decision:
    """Take a Pi for gone: its numbers are given by nobody any more (rule 4)."""
    events = written_off(rules, state, command.node, command.reason, now_ms)
    for block in state.lent:
        if block.holder != command.node or block.written_off:
            continue
        series = rules.series.get(block.series)
        missing = 0 if series is None else free_of(block, series, state.tickets)
        events.append(
            NumbersWrittenOff(
                holder=block.holder,
                series=block.series,
                first=block.first,
                last=block.last,
                handing=block.handing,
                first_number=block.first_number,
                last_number=block.last_number,
                missing=missing,
                reason=command.reason,
            )
        )
    return events or refuse("no_numbers_held", node=command.node)
