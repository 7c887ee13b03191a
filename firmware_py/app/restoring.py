"""What a restored journal begins with, so that no number in people's hands is given again.

The backup is older than the newest slip. What is known of the slips since then comes from the
technician (``--last-number``), from what the replaced journal still tells, and, where that is not
everything, from a safe gap. Pure: the state of the backup and the evidence come as arguments.

The gap: twice what the busiest hour of the day would have issued in the time since the backup, at
least ``MARGIN``. An unknown time counts as ``LONGEST_H``. When the replaced journal's marker says
how many events are lost, no more than these (and ``MARGIN``: after a power cut a marker may be
half a minute behind), for a number is an event.

A backup of an earlier day that was closed in the evening knows nothing of today, which may have
been opened since. Then only the time counts since the hall opens on this date, or opened on the
backup's day, whichever is earlier in the day.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import ceil

import msgspec

from firmware_py.app.ports import StoredEvent
from firmware_py.app.wire import decode_event
from firmware_py.core import commands as c
from firmware_py.core import events as e
from firmware_py.core.blocks import Block, block_of
from firmware_py.core.decide import decide
from firmware_py.core.events import EVENT_NAMES
from firmware_py.core.events_spread import NumbersLent
from firmware_py.core.evolve import evolve
from firmware_py.core.evolve_spread import block_lent
from firmware_py.core.model import State
from firmware_py.core.opening import local_seconds, plan_of
from firmware_py.core.refusals import Refusal
from firmware_py.core.rules import Rules, Series
from firmware_py.core.series import count_of, number_text

__all__ = ["TELLING", "Evidence", "Slips", "jumps_after", "opens_a_day", "safe_gap", "slips_in"]

#: Numbers at least left out where the newest is not known.
MARGIN = 20
#: No day has more opening hours.
LONGEST_H = 12.0
HOUR_MS = 3_600_000
#: A day that has only begun says little: its pace is taken over so long at least.
SHORTEST_PACE_MS = HOUR_MS // 4

#: The types of events that tell which numbers were given.
TELLING = frozenset(
    EVENT_NAMES[kind] for kind in (e.DayOpened, e.TicketIssued, e.SeriesJumped, NumbersLent)
)


@dataclass(slots=True)
class Slips:
    """The newest business day of a journal, and how far each series went: count and number."""

    day: str
    newest: dict[str, tuple[int, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known beside the backup.

    ``today`` and ``elapsed_ms`` (since the backup's last event) are None while the clock cannot be
    believed. ``replaced`` is what the journal in the way still tells; ``whole`` when it goes on
    from the backup and proved itself, so that nothing is missing in it. ``lost`` is how many
    events came after the backup, ``tail`` how many of them cannot be read any more; None when no
    marker says so.
    """

    today: str | None
    elapsed_ms: int | None
    replaced: Slips | None = None
    whole: bool = False
    lost: int | None = None
    tail: int | None = None


def opens_a_day(stored: StoredEvent) -> bool:
    """Whether a day's numbers began with this event."""
    event = _read(stored)
    return isinstance(event, e.DayOpened) and not event.reopened


def slips_in(stored: Iterable[StoredEvent]) -> Slips | None:
    """Return the newest day that these events tell of; what cannot be read is passed over.

    A number from a block that was lent (A985) says nothing of how far the usual ones went.
    """
    slips: Slips | None = None
    lent = list[Block]()
    for one in stored:
        match _read(one):
            case e.DayOpened(day=day, reopened=reopened):
                lent = lent if reopened else []
                slips = Slips(day, slips.newest if slips is not None and reopened else {})
            case NumbersLent() as block:
                lent.append(block_lent(block))
            case e.TicketIssued(number=number) if block_of(lent, number) is not None:
                pass
            case e.TicketIssued() | e.SeriesJumped() as given if slips is not None:
                before = slips.newest.get(given.series, (-1, ""))
                slips.newest[given.series] = max(before, (given.count, given.number))
    return slips


def _read(stored: StoredEvent) -> e.Event | None:
    try:
        return decode_event(stored.type, stored.body)
    except (KeyError, msgspec.MsgspecError):
        return None


def jumps_after(
    rules: Rules, state: State, named: Sequence[str], found: Evidence, now_ms: int
) -> list[e.SeriesJumped] | Refusal:
    """Return how the series go on, or why a number that somebody ``named`` cannot be.

    ``state`` is the backup's and is brought forward by these events.
    """
    targets: dict[tuple[str, str | None], tuple[int, str]] = {}

    def aim(series: str, day: str | None, count: int, reason: str) -> None:
        if count > targets.get((series, day), (-1, ""))[0]:
            targets[series, day] = count, reason

    day_of_slips = _day_of_slips(state, found)
    for number in named:
        decision = decide(rules, state, c.JumpSeries(number, day_of_slips), now_ms)
        if isinstance(decision, Refusal):
            return decision
        for event in decision:
            if isinstance(event, e.SeriesJumped):
                aim(event.series, event.day, event.count, "last_slip")
    said = {series for series, _ in targets}
    replaced = found.replaced
    gap_day = _gap_day(state, found)
    gap = _GapTime(rules, state, found, now_ms)
    for series in rules.series.values():
        count = _newest(series, replaced)
        if replaced is not None and count is not None and replaced.day >= (state.day or ""):
            aim(series.id, replaced.day, count, "old_journal")
            if not found.whole and series.id not in said:
                aim(series.id, replaced.day, count + MARGIN + (found.tail or 0), "safe_gap")
        if gap_day is not None and series.id not in said:
            aim(series.id, gap_day.day, gap.end(series, gap_day.day), "safe_gap")
    return _decided(rules, state, targets, now_ms)


def _newest(series: Series, slips: Slips | None) -> int | None:
    """Return how far a series went, by what stands on the slips: series may have been renamed."""
    numbers = [number for _, number in slips.newest.values()] if slips is not None else []
    counts = [count for n in numbers if (count := count_of(series, n)) is not None]
    return max(counts, default=None)


def _day_of_slips(state: State, found: Evidence) -> str | None:
    """Return the day of a slip seen in the hall, None when nobody can say it."""
    newest = max(state.day or "", found.replaced.day if found.replaced is not None else "")
    if found.today is not None and found.today >= newest:
        return found.today
    return None


@dataclass(frozen=True, slots=True)
class _GapDay:
    day: str | None


def _gap_day(state: State, found: Evidence) -> _GapDay | None:
    """Return for which day a gap is to be left; None: for none.

    A day that is closed in the backup may have been opened again, or the next one.
    """
    if found.whole:
        return None
    if found.today is not None and (found.today == state.day or not state.day_open):
        behind = state.day is not None and found.today < state.day
        return _GapDay(None if behind else found.today)
    # Left open on another date, or nobody knows the date: the next day may have slips too.
    return _GapDay(None)


class _GapTime:
    """How far a series may have gone since the backup."""

    def __init__(self, rules: Rules, state: State, found: Evidence, now_ms: int) -> None:
        self._rules = rules
        # As the backup has them: the jumps change its state.
        self._counters = dict(state.counters)
        self._state = state
        self._found = found
        self._now_ms = now_ms

    def end(self, series: Series, day: str | None) -> int:
        """Return the last count that is left out on ``day`` (None: the next that opens)."""
        known = series.first - 1
        elapsed_ms = self._found.elapsed_ms
        if day is None or day == self._state.day:
            known = self._counters.get(series.id, known)
        else:
            open_ms = self._open_ms(day)
            elapsed_ms = open_ms if elapsed_ms is None else min(elapsed_ms, open_ms)
        issued_ms = _issued_ms(self._rules, self._state, series)
        return known + safe_gap(issued_ms, elapsed_ms, self._found.lost)

    def _open_ms(self, day: str) -> int:
        """Return for how long the hall may have been open today."""
        now_s = local_seconds(self._state, self._now_ms)
        hours = plan_of(self._rules, day).hours
        opens_s = [span.opens_s for span in (hours or ())[:1]]
        if self._state.day is not None:
            opened_s = local_seconds(self._state, self._state.opened_ms)
            opens_s += [opened_s] if opened_s is not None else []
        return max(0, (now_s or 0) - min(opens_s, default=0)) * 1000


def _issued_ms(rules: Rules, state: State, series: Series) -> list[int]:
    found = []
    for ticket in state.tickets.values():
        item = rules.items.get(ticket.item)
        if item is not None and rules.series_of(item).id == series.id:
            found.append(ticket.issued_ms)
    return found


def safe_gap(issued_ms: Sequence[int], elapsed_ms: int | None, lost: int | None) -> int:
    """Return how many numbers to leave out; ``issued_ms`` are the day's, in order.

    See the module's head.
    """
    hours = LONGEST_H if elapsed_ms is None else min(elapsed_ms / HOUR_MS, LONGEST_H)
    gap = ceil(2 * _busiest_hour(issued_ms) * hours)
    if lost is not None:
        gap = min(gap, lost + MARGIN)
    return max(gap, MARGIN)


def _busiest_hour(issued_ms: Sequence[int]) -> float:
    """Return the most tickets of any hour; of a shorter day, what an hour of it would have."""
    if not issued_ms:
        return 0.0
    span_ms = max(issued_ms[-1] - issued_ms[0], SHORTEST_PACE_MS)
    if span_ms < HOUR_MS:
        return len(issued_ms) * HOUR_MS / span_ms
    return max(n + 1 - bisect_left(issued_ms, at - HOUR_MS) for n, at in enumerate(issued_ms))


def _decided(
    rules: Rules,
    state: State,
    targets: dict[tuple[str, str | None], tuple[int, str]],
    now_ms: int,
) -> list[e.SeriesJumped]:
    events: list[e.SeriesJumped] = []
    for (name, day), (count, reason) in targets.items():
        series = rules.series[name]
        decision = decide(
            rules, state, c.JumpSeries(number_text(series, count), day, reason), now_ms
        )
        # Refused: the backup is as far already.
        for event in decision if isinstance(decision, list) else ():
            evolve(state, event, now_ms)
            if isinstance(event, e.SeriesJumped):
                events.append(event)
    return events
