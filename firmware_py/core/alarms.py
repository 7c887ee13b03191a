"""Which alarms end when something happens to a ticket or a window."""

from __future__ import annotations

from collections.abc import Iterator

from firmware_py.core import events as e
from firmware_py.core.model import AlarmKind, State, Ticket, TicketStatus

__all__ = ["clear_of_ticket", "clear_of_window"]


def clear_of_ticket(state: State, ticket: Ticket) -> Iterator[e.AlarmCleared]:
    """Yield the end of a ticket's alarms when it leaves the queue or its window's hand."""
    if not state.alarms:
        return
    waiting = f"{AlarmKind.WAITING}:{ticket.number}"
    if waiting in state.alarms:
        yield e.AlarmCleared(waiting)
    in_hand = ticket.status in (TicketStatus.CALLED, TicketStatus.SERVING)
    if in_hand and ticket.window is not None:
        yield from clear_of_window(state, ticket.window)


def clear_of_window(state: State, window: str) -> Iterator[e.AlarmCleared]:
    """Yield the end of a window's alarms that end with the work in hand."""
    if not state.alarms:
        return
    for kind in (AlarmKind.SERVICE, AlarmKind.IDLE, AlarmKind.HELP):
        key = f"{kind}:{window}"
        if key in state.alarms:
            yield e.AlarmCleared(key)
