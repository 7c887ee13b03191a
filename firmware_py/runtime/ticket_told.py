"""What the journal tells of one ticket of the newest day: its calls, and other Pis' records."""

from __future__ import annotations

from dataclasses import dataclass, field

from firmware_py.app.clock import local_text
from firmware_py.app.newest_first import Run, newest_first
from firmware_py.app.ports import StoredEvent
from firmware_py.app.wire import decode_event
from firmware_py.core.events import EVENT_NAMES, DayOpened, TicketCalled
from firmware_py.core.events_spread import RecordMerged, TicketReplaced
from firmware_py.core.explain_records import record_words, replaced_words
from firmware_py.core.rules import Text

__all__ = ["TicketTold", "told_of"]

_TELLING = frozenset(EVENT_NAMES[kind] for kind in (TicketCalled, RecordMerged, TicketReplaced))


@dataclass(slots=True)
class TicketTold:
    """In the order of the journal."""

    calls: list[TicketCalled] = field(default_factory=list)
    records: list[RecordMerged | TicketReplaced] = field(default_factory=list)

    def words(self, wall_offset_ms: int | None) -> list[Text]:
        """Return what other Pis did with it by themselves."""
        found = []
        for one in self.records:
            if isinstance(one, TicketReplaced):
                found.append(replaced_words(one))
            else:
                found.append(record_words(one, local_text(wall_offset_ms, one.at_ms)[11:]))
        return found


async def told_of(run: Run, last_seq: int, number: str) -> TicketTold:
    """Look back from the journal's end to where the newest day began."""
    told = TicketTold()
    async for stored in newest_first(run, last_seq):
        if stored.type == "day.opened" and not _reopened(stored):
            break
        if stored.type in _TELLING:
            _take(told, stored, number)
    return _in_order(told)


def _take(told: TicketTold, stored: StoredEvent, number: str) -> None:
    match decode_event(stored.type, stored.body):
        case TicketCalled() as called if called.number == number:
            told.calls.append(called)
        case RecordMerged() as record if record.number == number:
            told.records.append(record)
        case TicketReplaced() as replaced if number in {replaced.number, replaced.paper}:
            told.records.append(replaced)
        case _:
            pass


def _in_order(told: TicketTold) -> TicketTold:
    return TicketTold(told.calls[::-1], told.records[::-1])


def _reopened(stored: StoredEvent) -> bool:
    event = decode_event(stored.type, stored.body)
    return isinstance(event, DayOpened) and event.reopened
