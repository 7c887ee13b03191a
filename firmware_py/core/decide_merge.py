"""Decisions on what another Pi recorded by itself; docs/spread-rules.md, "Two sides".

A record is never refused: it happened. It makes ordinary events of what follows from it, and
leaves a trace (``RecordMerged``) before them that says what came of it. Where a ticket is follows
from what all sides say of it (``merging``), so the order in which records come does not matter.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from firmware_py.core import events as e
from firmware_py.core.blocks import block_of
from firmware_py.core.commands_spread import MergeRecord
from firmware_py.core.events_aside import ActionTaken, NoticeRemoved, NoticeShown
from firmware_py.core.events_papers import (
    FormChanged,
    FormDone,
    FormMade,
    FormSigned,
    FormWithdrawn,
)
from firmware_py.core.events_spread import RecordMerged, TicketReplaced
from firmware_py.core.merge_ratings import told_early
from firmware_py.core.merge_rest import rest
from firmware_py.core.merge_tickets import ABOUT_A_TICKET, Told, bring, moved, ticket_record
from firmware_py.core.merging import settle
from firmware_py.core.model import State, Ticket, TicketStatus
from firmware_py.core.records import Record
from firmware_py.core.rules import Rules

__all__ = ["merge"]

#: What is still true on the next day.
OUTLIVES_THE_DAY = (
    FormMade
    | FormChanged
    | FormDone
    | FormWithdrawn
    | FormSigned
    | NoticeShown
    | NoticeRemoved
    | ActionTaken
    | e.SeriesJumped
)


def merge(rules: Rules, state: State, command: MergeRecord, now_ms: int) -> list[e.Event]:
    """Return what follows from a record, with its trace; nothing for one that is known."""
    record = command.record
    if record.seq <= state.merged.get(record.source, 0):
        return []
    trace = _trace(record)
    if not command.allowed:
        return [replace(trace, outcome="not_allowed")]
    if record.time_ms < state.began_ms and not _of_today(state, record.event):
        return [replace(trace, outcome="former_day")]
    number = trace.number
    if number in state.skipped and not isinstance(record.event, e.TicketIssued):
        return [replace(trace, outcome="skipped", other=state.skipped[number])]
    match record.event:
        case e.TicketIssued() as issued:
            return _issued(rules, state, record, trace, issued)
        case e.TicketTransferred() | e.TicketResumed() | e.TicketReturned() as event:
            return moved(state, trace, event)
        case e.TicketRecalled() as again:
            window = state.windows.get(again.window)
            has = window is not None and window.ticket == again.number
            return [trace if has else replace(trace, outcome="noted")]
        case event if isinstance(event, ABOUT_A_TICKET):
            return ticket_record(rules, state, trace, event)
        case event:
            return rest(rules, state, trace, event, now_ms)


def _of_today(state: State, event: e.Event) -> bool:
    """Whether an event from before this day's opening here matters today."""
    if isinstance(event, e.DayOpened):
        return event.day >= (state.day or "")
    return isinstance(event, OUTLIVES_THE_DAY)


def _issued(
    rules: Rules, state: State, record: Record, trace: RecordMerged, event: e.TicketIssued
) -> list[e.Event]:
    number, request = event.number, event.request or record.command_id
    known = state.tickets.get(number)
    if known is not None:
        return [replace(trace, outcome="same" if known.request == request else "number_twice")]
    issued_ms = record.time_ms if event.issued_ms is None else event.issued_ms
    issued = replace(event, issued_ms=issued_ms, request=request)
    other = state.requests.get(request)
    events: list[e.Event] = []
    if other is None:
        events += [replace(trace, outcome=_counts(state, number)), issued]
    elif _on_paper(state, event):
        carried = _somebody_sat(state.tickets[other])
        events += [replace(trace, outcome="paper", other=other), issued]
        events.append(TicketReplaced(other, number, carried))
        if carried:
            return events
    else:
        # Another hub's answer to the same request: its kiosk printed the later one, ours.
        return [replace(trace, outcome="skipped", other=other), TicketReplaced(number, other)]
    early = state.early.get(number)
    if early:
        events += _as_was_told(rules, state, issued, early, issued_ms)
        if settle(early)[0] is TicketStatus.FINISHED:
            events += told_early(rules, state, number)
    return events


def _as_was_told(
    rules: Rules, state: State, issued: e.TicketIssued, early: Any, at_ms: int
) -> list[e.Event]:
    """Return what other Pis said of a number before we knew that it was given."""
    target = settle(early)
    ticket = Ticket(issued.number, 0, issued.item, issued.skill, issued.origin, at_ms)
    if not state.day_open:
        ticket.status = TicketStatus.LEFT
        if target[0] not in {TicketStatus.FINISHED, TicketStatus.CANCELLED}:
            return []
    service_s = max((claim.service_s for claim in early if claim.window == target[1]), default=0)
    return bring(rules, state, ticket, target, Told(at_ms, None, service_s)) or []


def _counts(state: State, number: str) -> str:
    """Say how a kiosk's own number counts: rule 4 for one that was written off."""
    block = block_of(state.lent, number)
    if block is not None and block.written_off:
        return "written_off"
    return "kept"


def _on_paper(state: State, event: e.TicketIssued) -> bool:
    """Whether a kiosk gave the number itself: then it is on the paper (rules 7 and 8)."""
    block = block_of(state.lent, event.number)
    return event.issued_ms is not None or (block is not None and not block.reserve)


def _somebody_sat(ticket: Ticket) -> bool:
    """Whether a clerk said that somebody is there; a service that began by itself says nothing."""
    began = ticket.status in {TicketStatus.SERVING, TicketStatus.FINISHED}
    return began and not ticket.auto_started


def _trace(record: Record) -> RecordMerged:
    """Return the trace of a record of which nothing is judged yet."""
    event: Any = record.event
    value: int | None = None
    if isinstance(event, e.ServiceFinished):
        value = event.service_s
    elif isinstance(event, e.RatingGiven):
        value = event.score
    elif isinstance(event, e.ServiceStarted):
        value = int(event.auto)
    return RecordMerged(
        record.source,
        record.seq,
        record.type,
        record.time_ms,
        "kept",
        number=getattr(event, "number", None),
        window=getattr(event, "window", None),
        value=value,
        word=event.reason or None if isinstance(event, e.RatingGiven) else None,
    )
