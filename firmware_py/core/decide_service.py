"""Decisions at a window: call, recall, start, finish, missed."""

from __future__ import annotations

from firmware_py.core import commands as c
from firmware_py.core import events as e
from firmware_py.core.alarms import clear_of_ticket, clear_of_window
from firmware_py.core.decide_rating import ask
from firmware_py.core.decide_tickets import IN_HAND, find
from firmware_py.core.decide_windows import find_window
from firmware_py.core.events_aside import AlarmCleared
from firmware_py.core.model import (
    AlarmKind,
    State,
    Ticket,
    TicketStatus,
    Window,
    WindowStatus,
)
from firmware_py.core.refusals import Refusal, refuse
from firmware_py.core.rules import Rules
from firmware_py.core.waiting import key_of, next_ticket, priority_of

__all__ = ["ask_rating", "call_next", "call_ticket", "finish", "missed", "recall", "start"]

Decision = list[e.Event] | Refusal

#: Left when the day closed too early: callable again once the same day is open.
CALLABLE = frozenset(
    {TicketStatus.WAITING, TicketStatus.MISSED, TicketStatus.PARKED, TicketStatus.LEFT}
)


def _calling(rules: Rules, state: State, name: str, now_ms: int) -> Window | Refusal:
    """Find a window that may call somebody now."""
    window = find_window(state, name)
    if isinstance(window, Refusal):
        return window
    if not state.day_open:
        return refuse("day_closed")
    if window.status is WindowStatus.CLOSED:
        return refuse("window_closed", window=window.id)
    if window.status is WindowStatus.PAUSED:
        return refuse("window_paused", window=window.id)
    if window.ticket is not None:
        if now_ms - window.last_call_ms < rules.next_guard_s * 1000:
            return refuse("too_soon", number=window.ticket)
        if state.tickets[window.ticket].status is TicketStatus.CALLED:
            return refuse("ticket_in_hand", window=window.id, number=window.ticket)
    return window


def call_next(rules: Rules, state: State, command: c.CallNext, now_ms: int) -> Decision:
    """Call whoever is next; the service in hand ends with this one key."""
    window = _calling(rules, state, command.window, now_ms)
    if isinstance(window, Refusal):
        return window
    events: list[e.Event] = []
    if window.ticket is not None:
        if not _meant(window.ticket, command.number):
            return refuse("another_in_hand", window=window.id, now=window.ticket)
        events += _finish(rules, state, window, state.tickets[window.ticket], now_ms)
    found = next_ticket(rules, state, window, now_ms)
    if found is None:
        # The key has still ended the service in hand; with nothing in hand it did nothing.
        return events or refuse("nobody_waiting", window=window.id)
    ticket, reason = found
    return [*events, *_call(state, window, ticket, reason)]


def call_ticket(rules: Rules, state: State, command: c.CallTicket, now_ms: int) -> Decision:
    """Call one ticket by its number, out of turn; the reason says so."""
    window = _calling(rules, state, command.window, now_ms)
    if isinstance(window, Refusal):
        return window
    ticket = find(state, command.number)
    if isinstance(ticket, Refusal):
        return ticket
    if ticket.status not in CALLABLE:
        return refuse("not_waiting", number=ticket.number, status=ticket.status)
    waited_s = max(now_ms - ticket.issued_ms, 0) // 1000
    priority, _ = priority_of(rules, ticket, key_of(ticket), now_ms)
    over = next_ticket(rules, state, window, now_ms)
    events: list[e.Event] = []
    if window.ticket is not None:
        events += _finish(rules, state, window, state.tickets[window.ticket], now_ms)
    reason = e.CallReason(
        rule="named",
        waited_s=waited_s,
        priority=round(priority, 1),
        eligible=over[1].eligible if over else 0,
        over=over[0].number if over and over[0] is not ticket else None,
        over_priority=over[1].priority if over and over[0] is not ticket else 0.0,
    )
    return [*events, *_call(state, window, ticket, reason)]


def _call(state: State, window: Window, ticket: Ticket, reason: e.CallReason) -> list[e.Event]:
    events: list[e.Event] = [*clear_of_ticket(state, ticket)]
    idle = f"{AlarmKind.IDLE}:{window.id}"
    if idle in state.alarms:
        events.append(AlarmCleared(idle))
    events.append(e.TicketCalled(ticket.number, window.id, reason))
    return events


def _meant(in_hand: str, number: str | None) -> bool:
    """Say whether a press that names ``number`` is about the ticket in hand.

    A press that comes late, or that a pad's came before, must not act on the next person.
    """
    return number is None or in_hand in (number, number.strip().upper())


def _in_hand(state: State, window_id: str, number: str | None) -> tuple[Window, Ticket] | Refusal:
    window = find_window(state, window_id)
    if isinstance(window, Refusal):
        return window
    if window.ticket is None:
        return refuse("nobody_in_hand", window=window.id)
    if not _meant(window.ticket, number):
        return refuse("another_in_hand", window=window.id, now=window.ticket)
    return window, state.tickets[window.ticket]


def recall(rules: Rules, state: State, command: c.Recall, now_ms: int) -> Decision:
    """Call the ticket in hand again."""
    found = _in_hand(state, command.window, command.number)
    if isinstance(found, Refusal):
        return found
    window, ticket = found
    return [e.TicketRecalled(ticket.number, window.id, ticket.calls + 1)]


def start(rules: Rules, state: State, command: c.StartService, now_ms: int) -> Decision:
    """The taxpayer is here: the service's time runs from now."""
    found = _in_hand(state, command.window, command.number)
    if isinstance(found, Refusal):
        return found
    window, ticket = found
    if ticket.status is TicketStatus.SERVING and not ticket.auto_started:
        return refuse("already_started", number=ticket.number)
    if ticket.status is TicketStatus.SERVING:
        # It had begun by itself; the clerk's key only confirms it.
        since_ms = ticket.started_ms if ticket.started_ms is not None else now_ms
    else:
        since_ms = now_ms
    limit_s = rules.items[ticket.item].service_limit_s if ticket.item in rules.items else 0
    return [e.ServiceStarted(ticket.number, window.id, limit_s, since_ms=since_ms)]


def finish(rules: Rules, state: State, command: c.FinishService, now_ms: int) -> Decision:
    """The work is done; a ticket that was never started counts from its call."""
    found = _in_hand(state, command.window, command.number)
    if isinstance(found, Refusal):
        return found
    window, ticket = found
    return _finish(rules, state, window, ticket, now_ms)


def _finish(
    rules: Rules, state: State, window: Window, ticket: Ticket, now_ms: int
) -> list[e.Event]:
    events: list[e.Event] = []
    started_ms = ticket.started_ms
    if ticket.status is TicketStatus.CALLED or started_ms is None:
        started_ms = ticket.called_ms if ticket.called_ms is not None else now_ms
        limit_s = rules.items[ticket.item].service_limit_s if ticket.item in rules.items else 0
        events.append(
            e.ServiceStarted(ticket.number, window.id, limit_s, auto=True, since_ms=started_ms)
        )
    service_s = (now_ms - started_ms + ticket.served_before_ms) // 1000
    events += clear_of_window(state, window.id)
    events.append(e.ServiceFinished(ticket.number, window.id, service_s))
    if rules.rating_asked:
        events += ask(rules, window, ticket.number, now_ms)
    return events


def missed(rules: Rules, state: State, command: c.MarkMissed, now_ms: int) -> Decision:
    """Nobody came. A service that began by itself may still turn out to be a miss."""
    found = _in_hand(state, command.window, command.number)
    if isinstance(found, Refusal):
        return found
    window, ticket = found
    if ticket.status is TicketStatus.SERVING and not ticket.auto_started:
        return refuse("missed_being_served", number=ticket.number)
    if ticket.calls < rules.calls_before_missed:
        return refuse("call_again_first", number=ticket.number, calls=ticket.calls)
    events: list[e.Event] = [*clear_of_window(state, window.id)]
    events.append(e.TicketMissed(ticket.number, window.id))
    return events


def ask_rating(rules: Rules, state: State, command: c.AskRating, now_ms: int) -> Decision:
    """Ask for a rating: with a ticket in hand that is the end of its service."""
    window = find_window(state, command.window)
    if isinstance(window, Refusal):
        return window
    if window.ticket is not None and state.tickets[window.ticket].status in IN_HAND:
        if not _meant(window.ticket, command.number):
            return refuse("another_in_hand", window=window.id, now=window.ticket)
        return _finish(rules, state, window, state.tickets[window.ticket], now_ms)
    if window.rating_ticket is None or not _meant(window.rating_ticket, command.number):
        return refuse("no_rating_open")
    return ask(rules, window, window.rating_ticket, now_ms)
