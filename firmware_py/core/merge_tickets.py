"""Decisions on records about a ticket that another Pi had in hand; see ``decide_merge``."""

from __future__ import annotations

from dataclasses import dataclass, replace

from firmware_py.core import events as e
from firmware_py.core.alarms import clear_of_ticket
from firmware_py.core.events_spread import RecordMerged
from firmware_py.core.merging import Outcome, claim_of, claims_with, settle
from firmware_py.core.model import State, Ticket, TicketStatus
from firmware_py.core.rules import Rules

__all__ = ["ABOUT_A_TICKET", "Told", "bring", "moved", "ticket_record"]

IN_HAND = (TicketStatus.CALLED, TicketStatus.SERVING)
AWAY = (TicketStatus.PARKED, TicketStatus.MISSED)

#: Records that say where a ticket is.
ABOUT_A_TICKET = (
    e.TicketCalled
    | e.ServiceStarted
    | e.ServiceFinished
    | e.TicketParked
    | e.TicketMissed
    | e.TicketCancelled
)
Moved = e.TicketTransferred | e.TicketResumed | e.TicketReturned


@dataclass(frozen=True, slots=True)
class Told:
    """What the newest record itself says, as far as events can be made of it."""

    at_ms: int
    event: e.Event | None = None
    service_s: int = 0


def ticket_record(
    rules: Rules, state: State, trace: RecordMerged, event: ABOUT_A_TICKET
) -> list[e.Event]:
    """Return what follows from a record that says where a ticket is, its trace first."""
    ticket = state.tickets.get(event.number)
    if ticket is None:
        return [replace(trace, outcome="early")]
    claim = claim_of(trace)
    if claim is None:
        return [trace]
    claims = claims_with(ticket, claim)
    target = settle(claims)
    told = Told(trace.at_ms, event, claim.service_s)
    events = bring(rules, state, ticket, target, told)
    if events is None:
        # The window has somebody else in hand: this one waits on.
        now_there = _has(state, target[1])
        waits = _to_waiting(state, ticket) if ticket.status in IN_HAND else []
        return [replace(trace, outcome="busy", other=now_there), *waits]
    return [_explained(trace, ticket, target, claim.status, changed=bool(events)), *events]


def _explained(
    trace: RecordMerged, ticket: Ticket, target: Outcome, said: TicketStatus, *, changed: bool
) -> RecordMerged:
    if target == (said, trace.window or ""):
        return replace(trace, outcome="kept" if changed else "same")
    if target[0] is said:
        return replace(trace, outcome="elsewhere", other=target[1])
    return replace(trace, outcome="stands", other=str(target[0]))


def bring(
    rules: Rules, state: State, ticket: Ticket, target: Outcome, told: Told
) -> list[e.Event] | None:
    """Return what brings a ticket to where it belongs; None when its window is busy."""
    status, window = target
    number = ticket.number
    if status in IN_HAND:
        return _in_hand(rules, state, ticket, target, told)
    if status is ticket.status and (ticket.window or "") == window:
        return []
    if status is ticket.status and status in {TicketStatus.CANCELLED, TicketStatus.LEFT}:
        return []
    cleared: list[e.Event] = [*clear_of_ticket(state, ticket)]
    match status:
        case TicketStatus.FINISHED:
            return [*cleared, _finish(number, window, told)]
        case TicketStatus.CANCELLED:
            reason = told.event.reason if isinstance(told.event, e.TicketCancelled) else ""
            return [*cleared, e.TicketCancelled(number, reason)]
        case TicketStatus.PARKED:
            reason = told.event.reason if isinstance(told.event, e.TicketParked) else ""
            return [*cleared, e.TicketParked(number, window, reason)]
        case TicketStatus.MISSED:
            return [*cleared, e.TicketMissed(number, window)]
        case TicketStatus.WAITING:
            return _to_waiting(state, ticket)
        case _:
            # Left at closing: that is the day's own event.
            return []


def _to_waiting(state: State, ticket: Ticket) -> list[e.Event]:
    """Return what lets a ticket wait on at its place in time."""
    cleared: list[e.Event] = [*clear_of_ticket(state, ticket)]
    if ticket.status in IN_HAND:
        return [*cleared, e.TicketTransferred(
            ticket.number, ticket.item, ticket.skill, None, ticket.window
        )]  # fmt: skip
    if ticket.status in AWAY:
        return [*cleared, e.TicketResumed(ticket.number, None)]
    return []


def _in_hand(
    rules: Rules, state: State, ticket: Ticket, target: Outcome, told: Told
) -> list[e.Event] | None:
    status, window = target
    here = ticket.status in IN_HAND and ticket.window == window
    events: list[e.Event] = []
    if not here:
        other = state.tickets.get(_has(state, window) or "")
        if other is not None:
            if not _goes_first(status, ticket, other, told):
                return None
            events += _to_waiting(state, other)
        events += clear_of_ticket(state, ticket)
        events.append(_call(ticket, window, told))
    if status is TicketStatus.SERVING and not (
        here and ticket.status is TicketStatus.SERVING and not ticket.auto_started
    ):
        events.append(_start(rules, ticket, window, told))
    return events


def _has(state: State, window: str) -> str | None:
    """Return what a window has in hand; one that is not known here has nothing."""
    found = state.windows.get(window)
    return None if found is None else found.ticket


def _goes_first(status: TicketStatus, ticket: Ticket, other: Ticket, told: Told) -> bool:
    """Whether it takes the window's hand: who is being served, else who was called last."""
    served = other.status is TicketStatus.SERVING and not other.auto_started
    if (status is TicketStatus.SERVING) is not served:
        return not served
    other_ms = other.started_ms if served else other.called_ms
    return (told.at_ms, ticket.number) > (other_ms or 0, other.number)


def _call(ticket: Ticket, window: str, told: Told) -> e.TicketCalled:
    if isinstance(told.event, e.TicketCalled) and told.event.window == window:
        reason = told.event.reason
    else:
        waited_s = max(told.at_ms - ticket.issued_ms, 0) // 1000
        reason = e.CallReason("elsewhere", waited_s, 0.0, 0)
    return e.TicketCalled(ticket.number, window, reason, called_ms=told.at_ms)


def _start(rules: Rules, ticket: Ticket, window: str, told: Told) -> e.ServiceStarted:
    if isinstance(told.event, e.ServiceStarted) and told.event.window == window:
        return told.event
    item = rules.items.get(ticket.item)
    limit_s = 0 if item is None else item.service_limit_s
    return e.ServiceStarted(ticket.number, window, limit_s, since_ms=told.at_ms)


def _finish(number: str, window: str, told: Told) -> e.ServiceFinished:
    ended_ms = None if told.event is None else told.at_ms
    if isinstance(told.event, e.ServiceFinished) and told.event.ended_ms is not None:
        ended_ms = told.event.ended_ms
    return e.ServiceFinished(number, window, told.service_s, ended_ms)


def moved(state: State, trace: RecordMerged, event: Moved) -> list[e.Event]:
    """Return what follows from a record after which a ticket waits again."""
    ticket = state.tickets.get(event.number)
    if ticket is None:
        return [replace(trace, outcome="early")]
    if not _may_move(state, ticket, event):
        return [replace(trace, outcome="stands", other=str(ticket.status))]
    return [trace, *clear_of_ticket(state, ticket), event]


def _may_move(state: State, ticket: Ticket, event: Moved) -> bool:
    match event:
        case e.TicketTransferred(from_window=window):
            if ticket.status in IN_HAND:
                return window == ticket.window
            return ticket.status in AWAY or (
                ticket.status is TicketStatus.WAITING and not _moved_already(ticket, event)
            )
        case e.TicketResumed():
            left = ticket.status is TicketStatus.LEFT and state.day_open
            return left or ticket.status is TicketStatus.PARKED
        case e.TicketReturned():
            return ticket.status is TicketStatus.MISSED


def _moved_already(ticket: Ticket, event: e.TicketTransferred) -> bool:
    """Sent elsewhere here too: the first by item and window counts, whichever came first."""
    here, there = (ticket.item, ticket.bound or ""), (event.item, event.window or "")
    return ticket.transferred and here <= there
