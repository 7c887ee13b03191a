"""Which alarms end when something happens to a ticket or a window, and which stay."""

from __future__ import annotations

from collections.abc import Iterator

from firmware_py.core.events_aside import AlarmCleared
from firmware_py.core.model import Alarm, AlarmKind, State, Ticket, TicketStatus

__all__ = [
    "ENDED_BY_ACKNOWLEDGEMENT",
    "OUTLIVES_THE_DAY",
    "clear_of_ticket",
    "clear_of_window",
    "free_key",
]

#: These have no end of their own: the duty manager's acknowledgement is it.
ENDED_BY_ACKNOWLEDGEMENT = frozenset({AlarmKind.RATING, AlarmKind.HELP})
#: They stand over the closing of the day. A form's end with the form.
OUTLIVES_THE_DAY = ENDED_BY_ACKNOWLEDGEMENT | {AlarmKind.FORM}


def free_key(state: State, kind: AlarmKind, subject: str) -> str:
    """Return the key of a new alarm.

    Numbers and windows come again every day: while one of an earlier day stands, that of today
    is ``rating:A001:2``.
    """
    key, count = f"{kind}:{subject}", 1
    while key in state.alarms:
        count += 1
        key = f"{kind}:{subject}:{count}"
    return key


def clear_of_ticket(state: State, ticket: Ticket) -> Iterator[AlarmCleared]:
    """Yield the end of a ticket's alarms when it leaves the queue or its window's hand."""
    if not state.alarms:
        return
    waiting = f"{AlarmKind.WAITING}:{ticket.number}"
    if waiting in state.alarms:
        yield AlarmCleared(waiting)
    in_hand = ticket.status in (TicketStatus.CALLED, TicketStatus.SERVING)
    if in_hand and ticket.window is not None:
        yield from clear_of_window(state, ticket.window)


def clear_of_window(state: State, window: str) -> Iterator[AlarmCleared]:
    """Yield the end of a window's alarms that end with the work in hand."""
    if not state.alarms:
        return
    for kind in (AlarmKind.SERVICE, AlarmKind.IDLE):
        key = f"{kind}:{window}"
        if key in state.alarms:
            yield AlarmCleared(key)
    for alarm in state.alarms.values():
        if alarm.kind is AlarmKind.HELP and alarm.window == window and _of_this_work(state, alarm):
            yield AlarmCleared(alarm.key)


def _of_this_work(state: State, alarm: Alarm) -> bool:
    """Say whether a call for help was about the work that ends now, not one of another day."""
    return alarm.day is not None and alarm.day == state.day and not alarm.carried
