"""Two sides that both go on: a hall, other Pis with their own journals, and their records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from firmware_py.app.wire import decode_state, encode_state
from firmware_py.core import commands as c
from firmware_py.core import events as e
from firmware_py.core.commands_spread import LendNumbers, MergeRecord
from firmware_py.core.decide import decide
from firmware_py.core.events import EVENT_NAMES
from firmware_py.core.events_spread import RecordMerged
from firmware_py.core.evolve import evolve
from firmware_py.core.model import TicketStatus
from firmware_py.core.records import Record
from firmware_py.core.refusals import Refusal
from tests.core.hall import Hall, only

__all__ = [
    "QuickHall",
    "Side",
    "again",
    "merge",
    "outcomes",
    "own_number",
    "queue",
    "split",
    "trace",
]


class QuickHall(Hall):
    """Does not look whether deciding changes anything: other tests do, and it takes the time."""

    def ask(self, command: c.Command) -> list[e.Event] | Refusal:
        """Decide a command; what it makes happen, happens."""
        decision = decide(self.rules, self.state, command, self.now_ms)
        for event in [] if isinstance(decision, Refusal) else decision:
            evolve(self.state, event, self.now_ms)
            self.history.append((event, self.now_ms))
        return decision

    def again(self) -> QuickHall:
        """Return a hall that stands as this one does."""
        return again(self)


def again(hall: Hall) -> QuickHall:
    """Return a hall that stands as this one does."""
    made = QuickHall(rules=hall.rules, day=None)
    made.state = decode_state(encode_state(hall.state))
    made.now_ms, made.history = hall.now_ms, list(hall.history)
    return made


@dataclass
class Side:
    """A Pi that decides by itself, from where it was cut off: its own hall and its records."""

    source: str
    hall: QuickHall
    records: list[Record] = field(default_factory=list)

    def do(self, command: c.Command, request: str = "") -> list[e.Event]:
        """Decide here; whatever happens is a record."""
        events = self.hall.do(command)
        self.tell(*events, request=request)
        return events

    def tell(self, *events: e.Event, request: str = "") -> Side:
        """Write down what happened here."""
        for event in events:
            seq = len(self.records) + 1
            self.records.append(
                Record(
                    f"{self.source}:E", seq, self.hall.now_ms, EVENT_NAMES[type(event)],
                    self.source, request or f"{self.source}-{seq}", event,
                )
            )  # fmt: skip
        return self

    def later(self, seconds: float) -> Side:
        """Let time pass here."""
        self.hall.later(seconds)
        return self


def split(hall: Hall, source: str) -> Side:
    """Cut a Pi off: it knows the hall as it stands, and goes on from there."""
    return Side(source, again(hall))


def merge(hall: Hall, records: Sequence[Record]) -> list[e.Event]:
    """Take records in this order."""
    return [event for record in records for event in hall.do(MergeRecord(record))]


def trace(events: Sequence[e.Event]) -> list[str]:
    """Return what the traces say came of the records."""
    return [event.outcome for event in events if isinstance(event, RecordMerged)]


def own_number(hall: Hall, kiosk: str = "kiosk-1", at: int = 0) -> e.TicketIssued:
    """Return the event of a number that a kiosk gives of its own block; lent here if need be."""
    block = next((b for b in hall.state.lent if b.holder == kiosk), None)
    if block is None:
        hall.do(LendNumbers(kiosk, "common", 20))
        block = hall.state.lent[-1]
    count = block.first + at
    return e.TicketIssued(f"A{count}", "common", count, "D01", "invoices", kiosk)


def outcomes(hall: Hall) -> dict[str, tuple[TicketStatus, str]]:
    """Return what became of each ticket, and at which window where somebody was served."""
    return {
        number: (
            ticket.status,
            (ticket.window or "") if ticket.status is TicketStatus.FINISHED else "",
        )
        for number, ticket in hall.state.tickets.items()
    }


def queue(hall: Hall) -> list[str]:
    """Return who waits, in order."""
    entries = sorted(entry for found in hall.state.queues.values() for entry in found)
    return [number for _, _, number in entries]


def issued(hall: Hall, item: str = "D01") -> str:
    """Take a ticket at the hub and return its number."""
    return only(hall.do(c.TakeTicket(item, "kiosk-1")), e.TicketIssued).number
