"""The day's figures: what a director reads, and what is kept when events are compacted.

They are made from the journal's events alone, so they can be made again at any time and nobody
can argue with them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from firmware_py.app.ports import StoredEvent
from firmware_py.app.wire import decode_event
from firmware_py.core import events as e

__all__ = ["DayFigures", "Tally", "figures_by_day"]


@dataclass(slots=True)
class Tally:
    """What one clerk, window or item did in a day. Times are seconds."""

    served: int = 0
    service_s: int = 0
    longest_s: int = 0
    missed: int = 0
    overtime: int = 0
    rated: int = 0
    score_sum: int = 0
    bad: int = 0
    unanswered: int = 0


@dataclass(slots=True)
class DayFigures:
    """One business day. ``waits_s`` sums the time from ticket to first call."""

    day: str
    taken: int = 0
    cancelled: int = 0
    left: int = 0
    called: int = 0
    wait_s: int = 0
    longest_wait_s: int = 0
    total: Tally = field(default_factory=Tally)
    by_item: dict[str, Tally] = field(default_factory=dict)
    by_window: dict[str, Tally] = field(default_factory=dict)
    by_clerk: dict[str, Tally] = field(default_factory=dict)
    first_seq: int = 0
    last_seq: int = 0


class _Day:
    def __init__(self, day: str) -> None:
        self.figures = DayFigures(day)
        self.issued: dict[str, tuple[int, str]] = {}
        self.called: set[str] = set()
        self.rated: set[str] = set()
        self.clerks: dict[str, str] = {}

    def tallies(self, number: str, window: str) -> list[Tally]:
        figures = self.figures
        found = [figures.total, figures.by_window.setdefault(window, Tally())]
        if number in self.issued:
            found.append(figures.by_item.setdefault(self.issued[number][1], Tally()))
        if clerk := self.clerks.get(window):
            found.append(figures.by_clerk.setdefault(clerk, Tally()))
        return found

    def take(self, event: e.Event, time_ms: int) -> None:
        figures = self.figures
        match event:
            case e.TicketIssued():
                figures.taken += 1
                self.issued[event.number] = (time_ms, event.item)
            case e.TicketCancelled():
                figures.cancelled += 1
            case e.TicketTransferred():
                issued_ms = self.issued.get(event.number, (time_ms, ""))[0]
                self.issued[event.number] = (issued_ms, event.item)
            case e.WindowOpened():
                self.clerks[event.window] = event.clerk
            case e.DayClosed():
                figures.left = len(event.left)
            case e.TicketCalled():
                self._called(event, time_ms)
            case _:
                self._at_window(event)

    def _called(self, event: e.TicketCalled, time_ms: int) -> None:
        figures = self.figures
        if event.number not in self.called:
            self.called.add(event.number)
            wait_s = (time_ms - self.issued.get(event.number, (time_ms, ""))[0]) // 1000
            figures.called += 1
            figures.wait_s += wait_s
            figures.longest_wait_s = max(figures.longest_wait_s, wait_s)

    def _at_window(self, event: e.Event) -> None:
        match event:
            case e.ServiceFinished():
                for tally in self.tallies(event.number, event.window):
                    tally.served += 1
                    tally.service_s += event.service_s
                    tally.longest_s = max(tally.longest_s, event.service_s)
            case e.TicketMissed():
                for tally in self.tallies(event.number, event.window):
                    tally.missed += 1
            case e.RatingGiven() if event.number not in self.rated:
                # A reason that comes later repeats the event with the same score.
                self.rated.add(event.number)
                for tally in self.tallies(event.number, event.window):
                    tally.rated += 1
                    tally.score_sum += event.score
                    tally.bad += event.bad
            case e.RatingUnanswered():
                for tally in self.tallies(event.number, event.window):
                    tally.unanswered += 1
            case e.AlarmRaised(kind="service", level="red") if event.window:
                for tally in self.tallies("", event.window):
                    tally.overtime += 1
            case _:
                pass


def figures_by_day(stored: Iterable[StoredEvent]) -> list[DayFigures]:
    """Return the figures of every business day in these events, in order."""
    days: dict[str, _Day] = {}
    current: _Day | None = None
    for record in stored:
        event = decode_event(record.type, record.body)
        if isinstance(event, e.DayOpened):
            current = days.setdefault(event.day, _Day(event.day))
            current.figures.first_seq = current.figures.first_seq or record.seq
        if current is not None:
            current.take(event, record.time_ms)
            current.figures.last_seq = record.seq
    return [day.figures for day in days.values()]
