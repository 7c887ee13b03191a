"""Fold what happened between the Pis of one hall: blocks of numbers, merged records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from firmware_py.core import events_hubs as h
from firmware_py.core import events_spread as s
from firmware_py.core.blocks import Block, block_of
from firmware_py.core.events import Event, TicketIssued
from firmware_py.core.evolve_papers import pass_over
from firmware_py.core.merge_forms import renumbered_as
from firmware_py.core.merge_ratings import early_rating
from firmware_py.core.merging import (
    MOVED_BACK,
    UNHEARD,
    claim_of,
    claims_with,
    joined,
    settle,
    stamp,
)
from firmware_py.core.model import State, Ticket, TicketStatus
from firmware_py.core.waiting import dequeue

__all__ = [
    "FOLD",
    "begin_day",
    "block_lent",
    "count_issued",
    "counted_at",
    "heard_early",
    "ordinal",
    "out_of_queue",
    "restored",
    "taken_after_all",
]


def begin_day(state: State) -> None:
    """Blocks end with the day, and so does what was told of its numbers.

    A reserve is its holder's on the next day too: a hub that is dead lends nothing in the morning.
    """
    reserves = [block for block in state.lent if block.reserve and not block.written_off]
    state.lent, state.handings = [], {}
    for block in reserves:
        handing = state.handings.get(block.series, 0) + 1
        state.lent.append(replace(block, handing=handing))
        state.handings[block.series] = handing
    state.early, state.early_ratings, state.skipped = {}, {}, {}
    state.lend_above_days = max(state.lend_above_days - 1, 0)
    if not state.lend_above_days:
        state.lend_above = 0


def restored(state: State) -> None:
    """After a restore, numbers of today or of the next day may be lent that nobody knows of."""
    state.lend_above += 1
    state.lend_above_days = 2


def count_issued(state: State, event: TicketIssued) -> None:
    """Count on in the series; a number from a block does not move it."""
    if state.lent and block_of(state.lent, event.number) is not None:
        return
    before = state.counters.get(event.series, 0)
    # As recorded, also where a series was made anew within the day; a merged one may be an old one.
    state.counters[event.series] = (
        event.count if event.issued_ms is None else max(event.count, before)
    )


def ordinal(state: State, event: TicketIssued) -> int:
    """Return a ticket's place among those of the same moment: behind the hub's own, by kiosk.

    When a record of it came does not matter (rule 9).
    """
    if event.issued_ms is None:
        return len(state.tickets)
    # The end of a kiosk's id: they differ there, and it fits into 56 bits.
    return int.from_bytes(event.origin.encode()[-7:].rjust(7, b"\0"))


def out_of_queue(state: State, ticket: Ticket) -> None:
    """Another Pi may have had a ticket in hand that still waits here."""
    if ticket.status is TicketStatus.WAITING:
        dequeue(state, ticket)


def taken_after_all(state: State, ticket: Ticket) -> None:
    """Cancelled here and served there: it was not given up."""
    if ticket.status is TicketStatus.CANCELLED:
        state.taken_by_item[ticket.item] += 1
        if ticket.person is not None:
            state.taken_by_person[ticket.person] += 1


def counted_at(state: State, ticket: Ticket, window: str) -> None:
    """Served at two windows: it counts for this one."""
    state.window_of(ticket.window or "").served -= 1
    state.window_of(window).served += 1
    ticket.window = window


def block_lent(event: s.NumbersLent) -> Block:
    """Return the block that was lent."""
    return Block(
        event.holder,
        event.series,
        event.first,
        event.last,
        event.handing,
        event.first_number,
        event.last_number,
        reserve=event.reserve,
    )


def _lent(state: State, event: s.NumbersLent, at_ms: int) -> None:
    # A version that knew of no reserve from the day before lent its numbers anew.
    others = [block for block in state.lent if not (block.reserve and _overlaps(block, event))]
    state.lent = [*others, block_lent(event)]
    _count(state, event.series, event.handing)


def _returned(state: State, event: s.NumbersReturned, at_ms: int) -> None:
    _count(state, event.series, event.handing)
    state.lent = [block for block in state.lent if not _same(block, event)]


def _written_off(state: State, event: s.NumbersWrittenOff, at_ms: int) -> None:
    reason = event.reason or "gone"
    state.lent = [
        replace(block, written_off=reason) if _same(block, event) else block for block in state.lent
    ]


def _overlaps(block: Block, event: s.NumbersLent) -> bool:
    apart = block.last < event.first or event.last < block.first
    return block.series == event.series and not apart


def _same(block: Block, event: s.NumbersReturned | s.NumbersWrittenOff) -> bool:
    told = (event.holder, event.series, event.first, event.last)
    return (block.holder, block.series, block.first, block.last) == told


def _count(state: State, series: str, handing: int) -> None:
    state.handings[series] = max(handing, state.handings.get(series, 0))


_RATINGS = frozenset({"rating.given", "rating.unanswered"})


def _merged(state: State, event: s.RecordMerged, at_ms: int) -> None:
    state.merged[event.source] = max(event.seq, state.merged.get(event.source, 0))
    if event.type == "day.opened" and event.other == state.day:
        # The other hub opened it first: what it decided from then on is of this day.
        state.began_ms = min(state.began_ms, event.at_ms)
    number = event.number
    if event.outcome == "renumbered" and number is not None and event.other is not None:
        state.renumbered[renumbered_as(event.source, number)] = event.other
        return
    if number is None or event.outcome in UNHEARD:
        return
    ticket, claim = state.tickets.get(number), claim_of(event)
    if ticket is None:
        if event.outcome == "early" and event.type in _RATINGS:
            known = state.early_ratings.get(number)
            state.early_ratings[number] = early_rating(known, event)
        if claim is not None:
            state.early[number] = joined(state.early.get(number, ()), claim)
    elif claim is not None:
        ticket.claims = claims_with(ticket, claim)
        ticket.settled = stamp(*settle(ticket.claims))
    elif event.outcome == "kept" and event.type in MOVED_BACK:
        ticket.claims, ticket.settled = (), ""
    elif event.outcome == "kept" and event.type == "ticket.recalled":
        ticket.calls += 1


def heard_early(state: State, ticket: Ticket) -> None:
    """What was told of a number before it was told that it was given."""
    state.early_ratings.pop(ticket.number, None)
    claims = state.early.pop(ticket.number, ())
    if claims:
        ticket.claims, ticket.settled = claims, stamp(*settle(claims))


def _replaced(state: State, event: s.TicketReplaced, at_ms: int) -> None:
    state.skipped[event.number] = event.paper
    old, new = state.tickets.get(event.number), state.tickets.get(event.paper)
    if old is None or new is None:
        # The other hub's number was never in this queue.
        return
    if event.carried:
        _carry(state, old, new)
    if old.status is TicketStatus.WAITING:
        dequeue(state, old)
    if old.status is not TicketStatus.CANCELLED:
        state.taken_by_item[old.item] -= 1
        if old.person is not None:
            state.taken_by_person[old.person] -= 1
    window = None if old.window is None else state.window_of(old.window)
    if window is not None and window.ticket == old.number:
        window.ticket, window.check, window.free_ms = None, None, at_ms
    old.status = TicketStatus.CANCELLED
    old.reason = "replaced"
    old.ended_ms = at_ms


def _carry(state: State, old: Ticket, new: Ticket) -> None:
    """What was done for one number counts for the other: it is the same person."""
    if new.status is TicketStatus.WAITING:
        dequeue(state, new)
    for name in _DONE:
        setattr(new, name, getattr(old, name))
    window = state.window_of(old.window or "")
    for name in ("ticket", "last_ticket", "rating_ticket", "rated_ticket"):
        if getattr(window, name) == old.number:
            setattr(window, name, new.number)


#: What a ticket has from being called and served.
_DONE = (
    "status", "window", "calls", "called_ms", "call_rule", "started_ms", "auto_started",
    "served_before_ms", "ended_ms", "rating", "rating_state", "rating_reason", "rated_ms",
    "rating_rejected", "documents", "last_document", "last_check",
)  # fmt: skip


def _promoted(state: State, event: h.HubPromoted, at_ms: int) -> None:
    state.hub, state.numbers_at = event.hub, event.numbers_at
    if event.hub != event.former:
        # The other one may still make forms, unseen: ours are counted on behind them.
        pass_over(state)


def _taken_over(state: State, event: h.NumbersTakenOver, at_ms: int) -> None:
    state.numbers_at = event.hub


#: One function an event; ``Any`` because the value's type follows from the key.
FOLD: dict[type[Event], Callable[[State, Any, int], None]] = {
    s.NumbersLent: _lent,
    s.NumbersReturned: _returned,
    s.NumbersWrittenOff: _written_off,
    s.RecordMerged: _merged,
    s.TicketReplaced: _replaced,
    h.HubPromoted: _promoted,
    h.NumbersTakenOver: _taken_over,
}
