"""The day's figures: what a director reads, and what is kept when events are compacted.

They are made from the journal's events alone, so they can be made again at any time and nobody
can argue with them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from firmware_py.app.ports import StoredEvent
from firmware_py.app.wire import known_event
from firmware_py.core import events as e
from firmware_py.core.events_aside import AlarmAcknowledged, AlarmRaised
from firmware_py.core.events_spread import NumbersWrittenOff, TicketReplaced
from firmware_py.core.model import AlarmKind, Level

__all__ = ["FORM", "Counts", "DayFigures", "Figures", "Tally", "figures_by_day"]

#: What ``DayFigures`` of this program hold.
FORM = 2

#: A reason in somebody's own words, which may name people, counts as this.
OTHER_WORDS = "words"
_ID = re.compile(r"[a-z][a-z_]{0,31}")

#: A value -> how often it was met.
Counts = dict[int, int]


def count(counts: Counts, value: int) -> None:
    """Count one more of ``value``."""
    counts[value] = counts.get(value, 0) + 1


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
    #: Seconds of a service -> how many took so long.
    services: Counts = field(default_factory=dict)
    #: Score -> how many gave it.
    scores: Counts = field(default_factory=dict)
    #: Reason of a bad rating (its id; ``words`` for any other words) -> how many gave it.
    reasons: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class DayFigures:
    """One business day. ``wait_s`` sums the time from ticket to first call.

    ``left`` counts the tickets that were still open when the day closed for good. Gaps in the
    numbers: ``passed_over`` are those that a restore or a lost hub left out (given perhaps, and
    never given again), ``written_off`` those that a lost or restarted Pi held, as far as none of
    them is known to have been given, ``skipped`` those whose request got another number on its
    paper. Waits, services
    and times to acknowledge are kept to the second, so the median of many days is that of all
    their people, compacted or not. ``form`` 1 are days compacted before that: they have neither
    ``waits``, ``services``, ``scores`` nor alarms.
    """

    day: str
    form: int = 1
    taken: int = 0
    cancelled: int = 0
    left: int = 0
    passed_over: int = 0
    written_off: int = 0
    skipped: int = 0
    called: int = 0
    wait_s: int = 0
    longest_wait_s: int = 0
    #: Seconds from ticket to first call -> how many waited so long.
    waits: Counts = field(default_factory=dict)
    #: Alarms that began at, or went up to, each level.
    amber: int = 0
    red: int = 0
    #: Seconds from there until somebody acknowledged it on the same day -> how many.
    acknowledged: Counts = field(default_factory=dict)
    total: Tally = field(default_factory=Tally)
    by_item: dict[str, Tally] = field(default_factory=dict)
    by_window: dict[str, Tally] = field(default_factory=dict)
    by_clerk: dict[str, Tally] = field(default_factory=dict)
    first_seq: int = 0
    last_seq: int = 0


class _Day:
    def __init__(self, day: str) -> None:
        self.figures = DayFigures(day, FORM)
        self.issued: dict[str, tuple[int, str]] = {}
        self.called: set[str] = set()
        self.left: set[str] = set()
        self.rated: set[str] = set()
        self.reasoned: set[str] = set()
        self.clerks: dict[str, str] = {}
        self.in_hand: dict[str, str] = {}
        #: Item and clerk of each finished transaction: its rating may come after the next clerk.
        self.finished: dict[str, tuple[str, str]] = {}
        #: Window and seconds of each: another Pi's record may show that it counts elsewhere.
        self.served: dict[str, tuple[str, int]] = {}
        self.given_up: set[str] = set()
        self.closed = False
        #: Blocks that were written off, and the numbers that were given of them all the same.
        self.lost: list[NumbersWrittenOff] = []
        #: When each alarm was last raised.
        self.raised_ms: dict[str, int] = {}

    def now(self, number: str, window: str) -> tuple[str, str]:
        """Return the item and clerk of what happens at a window now."""
        return self.issued.get(number, (0, ""))[1], self.clerks.get(window, "")

    def tallies(self, window: str, item: str, clerk: str) -> list[Tally]:
        figures = self.figures
        found = [figures.total, figures.by_window.setdefault(window, Tally())]
        if item:
            found.append(figures.by_item.setdefault(item, Tally()))
        if clerk:
            found.append(figures.by_clerk.setdefault(clerk, Tally()))
        return found

    def rated_tallies(self, number: str, window: str) -> list[Tally]:
        return self.tallies(window, *self.finished.get(number, self.now(number, window)))

    def take(self, event: e.Event, time_ms: int) -> None:
        figures = self.figures
        match event:
            case e.TicketIssued():
                figures.taken += 1
                at_ms = time_ms if event.issued_ms is None else event.issued_ms
                self.issued[event.number] = (at_ms, event.item)
                self._found(event.number)
                if self.closed:
                    self.left.add(event.number)
                    figures.left = len(self.left)
            case e.TicketCancelled():
                self.given_up.add(event.number)
                figures.cancelled += 1
                self._goes_on(event.number)
            case e.TicketTransferred():
                issued_ms = self.issued.get(event.number, (time_ms, ""))[0]
                self.issued[event.number] = (issued_ms, event.item)
            case e.WindowOpened():
                self.clerks[event.window] = event.clerk
            case e.DayClosed():
                self.closed = True
                self.left.update(event.left)
                figures.left = len(self.left)
            case e.TicketResumed():
                self._goes_on(event.number)
            case e.TicketCalled():
                self._called(event, time_ms if event.called_ms is None else event.called_ms)
            case AlarmRaised():
                self._raised(event, time_ms)
            case AlarmAcknowledged():
                self._acknowledged(event, time_ms)
            case _:
                self._at_window(event)

    def _raised(self, event: AlarmRaised, time_ms: int) -> None:
        if event.kind is AlarmKind.FORM:
            # It is about the back office, not about this day at the counters.
            return
        self.raised_ms[event.alarm] = time_ms
        if event.level is Level.RED:
            self.figures.red += 1
        else:
            self.figures.amber += 1
        if event.kind is AlarmKind.SERVICE and event.level is Level.RED and event.window:
            number = self.in_hand.get(event.window, "")
            for tally in self.tallies(event.window, *self.now(number, event.window)):
                tally.overtime += 1

    def _acknowledged(self, event: AlarmAcknowledged, time_ms: int) -> None:
        # Raised before the day's figures begin: how long it took is not known.
        if event.alarm in self.raised_ms:
            count(self.figures.acknowledged, (time_ms - self.raised_ms[event.alarm]) // 1000)

    def _called(self, event: e.TicketCalled, time_ms: int) -> None:
        figures = self.figures
        self._goes_on(event.number)
        self.in_hand[event.window] = event.number
        if event.number not in self.called:
            self.called.add(event.number)
            wait_s = (time_ms - self.issued.get(event.number, (time_ms, ""))[0]) // 1000
            figures.called += 1
            figures.wait_s += wait_s
            figures.longest_wait_s = max(figures.longest_wait_s, wait_s)
            count(figures.waits, wait_s)

    def _goes_on(self, number: str) -> None:
        """Left when the day closed too early, and taken up again."""
        self.left.discard(number)
        self.figures.left = len(self.left)

    def _at_window(self, event: e.Event) -> None:
        match event:
            case e.ServiceFinished():
                self._finished(event)
            case e.TicketMissed():
                for tally in self.tallies(event.window, *self.now(event.number, event.window)):
                    tally.missed += 1
            case e.RatingGiven():
                self._rated(event)
            case e.RatingUnanswered():
                for tally in self.rated_tallies(event.number, event.window):
                    tally.unanswered += 1
            case TicketReplaced():
                self._replaced(event)
            case NumbersWrittenOff():
                self.lost.append(event)
                self.figures.written_off += event.missing
            case _:
                pass

    def _finished(self, event: e.ServiceFinished) -> None:
        number, service_s = event.number, event.service_s
        if number in self.served:
            # At two windows, cut off from each other: it counts for one.
            self._not_served(number)
        elif number in self.given_up:
            self.figures.cancelled -= 1
        self.given_up.discard(number)
        self._goes_on(number)
        done = self.finished[number] = self.now(number, event.window)
        self.served[number] = (event.window, service_s)
        for tally in self.tallies(event.window, *done):
            tally.served += 1
            tally.service_s += service_s
            tally.longest_s = max(tally.longest_s, service_s)
            count(tally.services, service_s)

    def _not_served(self, number: str) -> None:
        window, service_s = self.served.pop(number)
        for tally in self.tallies(window, *self.finished[number]):
            tally.served -= 1
            tally.service_s -= service_s
            tally.services[service_s] -= 1
            if not tally.services[service_s]:
                del tally.services[service_s]
            tally.longest_s = max(tally.services, default=0)

    def _replaced(self, event: TicketReplaced) -> None:
        """One request, two numbers: one ticket."""
        number, figures = event.number, self.figures
        if number not in self.issued:
            return
        figures.taken -= 1
        figures.skipped += 1
        if number in self.given_up:
            figures.cancelled -= 1
            self.given_up.discard(number)
        self._goes_on(number)
        if event.carried and number in self.served:
            self.served[event.paper] = self.served.pop(number)
            self.finished[event.paper] = self.finished.pop(number)
            self._goes_on(event.paper)

    def _found(self, number: str) -> None:
        """A number of a block that was written off was given after all."""
        if any(_covers(block, number) for block in self.lost):
            self.figures.written_off -= 1

    def _rated(self, event: e.RatingGiven) -> None:
        tallies = self.rated_tallies(event.number, event.window)
        # A reason that comes later repeats the event with the same score.
        if event.number not in self.rated:
            self.rated.add(event.number)
            for tally in tallies:
                tally.rated += 1
                tally.score_sum += event.score
                tally.bad += event.bad
                count(tally.scores, event.score)
                # It had been counted as none.
                tally.unanswered -= event.late
        if event.bad and event.reason and event.number not in self.reasoned:
            self.reasoned.add(event.number)
            reason = event.reason if _ID.fullmatch(event.reason) else OTHER_WORDS
            for tally in tallies:
                tally.reasons[reason] = tally.reasons.get(reason, 0) + 1


def _covers(block: NumbersWrittenOff, number: str) -> bool:
    # Past the digits a number grows, so by its length first.
    first, last = block.first_number, block.last_number
    return (len(first), first) <= (len(number), number) <= (len(last), last)


class Figures:
    """Counts events as they are read, in order; nothing of them is kept."""

    def __init__(self) -> None:
        self._days: dict[str, _Day] = {}
        self._current: _Day | None = None
        #: Passed over on a day that opens later.
        self._ahead: dict[str, int] = {}

    def take(self, record: StoredEvent) -> None:
        """Count one event; those before the first opening belong to no day.

        One that only a newer program knows, which this Pi had before, counts for nothing.
        """
        event = known_event(record.type, record.body)
        if event is not None:
            self.add(event, record.seq, record.time_ms)

    def add(self, event: e.Event, seq: int, time_ms: int) -> None:
        """Count one event that is decoded already."""
        if isinstance(event, e.DayOpened):
            self._current = self._days.setdefault(event.day, _Day(event.day))
            self._current.closed = False
            figures = self._current.figures
            figures.first_seq = figures.first_seq or seq
            figures.passed_over += self._ahead.pop(event.day, 0)
        if isinstance(event, e.SeriesJumped):
            self._jumped(event)
        if self._current is not None:
            self._current.take(event, time_ms)
            self._current.figures.last_seq = seq

    def _jumped(self, event: e.SeriesJumped) -> None:
        current = self._current.figures if self._current is not None else None
        if current is not None and event.day in (None, current.day):
            current.passed_over += event.passed
        elif event.day is not None:
            self._ahead[event.day] = self._ahead.get(event.day, 0) + event.passed

    @property
    def days(self) -> list[DayFigures]:
        """The figures of every business day, in order."""
        return [day.figures for day in self._days.values()]


def figures_by_day(stored: Iterable[StoredEvent]) -> list[DayFigures]:
    """Return the figures of every business day in these events, in order."""
    figures = Figures()
    for record in stored:
        figures.take(record)
    return figures.days
