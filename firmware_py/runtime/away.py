"""Who was parked or missed at which window today, so that nobody looks through the whole day."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from firmware_py.app.ports import Happened
from firmware_py.core.events import DayOpened, TicketMissed, TicketParked
from firmware_py.core.model import State, Ticket, TicketStatus

__all__ = ["Away"]


class Away:
    """Numbers by window, in the order in which they left. Lives in the event loop."""

    def __init__(self, state: Callable[[], State]) -> None:
        self._left: dict[str, dict[str, None]] = {}
        gone = (TicketStatus.PARKED, TicketStatus.MISSED)
        for ticket in sorted(
            (one for one in state().tickets.values() if one.status in gone), key=_left_ms
        ):
            if ticket.window is not None:
                self._add(ticket.window, ticket.number)

    def recorded(self, happened: Sequence[Happened]) -> None:
        """Follow the day."""
        for h in happened:
            match h.event:
                case TicketParked() | TicketMissed():
                    self._add(h.event.window, h.event.number)
                case DayOpened(reopened=False):
                    self._left.clear()
                case _:
                    pass

    def _add(self, window: str, number: str) -> None:
        left = self._left.setdefault(window, {})
        left.pop(number, None)
        left[number] = None

    def of(self, window: str, stays: Callable[[str], bool]) -> list[str]:
        """Return who left a window, the newest first; whom ``stays`` denies is forgotten."""
        left = self._left.get(window, {})
        for number in [one for one in left if not stays(one)]:
            del left[number]
        return list(reversed(left))


def _left_ms(ticket: Ticket) -> int:
    parked = ticket.status is TicketStatus.PARKED
    return (ticket.parked_ms if parked else ticket.missed_ms) or 0
