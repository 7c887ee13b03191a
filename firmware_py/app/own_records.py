"""What this Pi decided by itself: its own journal, offered to each hub until the day is over.

Written before anything moves (rule 5 of docs/spread-rules.md), read again at the next start. A hub
acknowledges for its epoch alone (rule 10): the next one is offered everything anew, and takes what
it knows already for what it is.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from firmware_py.app.left_records import LeftRecords
from firmware_py.app.ports import Entry, Happened, JournalPort, NewEvent, Outcome, Posts
from firmware_py.app.wire import decode_event, encode, encode_outcome
from firmware_py.core.events import EVENT_NAMES, Event, TicketIssued
from firmware_py.core.refusals import Refusal

__all__ = ["OwnRecords", "Told"]

log = logging.getLogger(__name__)

#: Records in one question.
AT_ONCE = 100
_READ = 1000


@dataclass(frozen=True, slots=True)
class Told:
    """Where the day began among the records, how they are named, and which hub has them.

    ``sources`` are ``(from this record on, source)``: a source names the journal and the boot in
    which it was written, for an old copy of a card goes on with numbers that were used before.
    """

    day_from: int = 0
    sources: tuple[tuple[int, str], ...] = ()
    #: epoch of a hub -> the last record that it has.
    merged: tuple[tuple[str, int], ...] = ()
    #: (record, wire version of the hub that did not know it); see ``left_records``.
    left: tuple[tuple[int, int], ...] = ()


class OwnRecords:
    """``journal`` is read while this is made, and afterwards only through ``posts``."""

    def __init__(
        self,
        journal: JournalPort,
        posts: Posts,
        told: Told,
        source: str,
        sentence_for: Callable[[Exception], Refusal],
        mark: Callable[[int, str], None] = lambda seq, command_id: None,
    ) -> None:
        self._posts = posts
        self._sentence_for = sentence_for
        #: Told of each record once it is on the disk, before anything comes of it.
        self._mark = mark
        self.last_seq = journal.last_seq
        self._last_ms = journal.last_time_ms
        self._merged = dict(told.merged)
        self._sources = list(told.sources)
        if not self._sources or self._sources[-1][1] != source:
            self._sources.append((self.last_seq + 1, source))
        #: Records after this one are of the present day, or nobody has them yet.
        self.day_from = min(told.day_from, self.last_seq)
        self.all: list[Happened] = []
        #: The numbers that were given here, and what became of the commands.
        self.given: set[str] = set()
        self._outcomes: dict[str, Outcome] = {}
        #: Records that a hub did not want, since this start.
        self.refusals = 0
        self._left = LeftRecords(journal, told.left)
        #: Of the last question: to whom, and which record if it was one that was left.
        self._asked: tuple[int, Happened | None] = (0, None)
        after = max(self.day_from, journal.first_seq - 1)
        while batch := journal.read(after, _READ):
            for one in batch:
                try:
                    event = decode_event(one.type, one.body)
                except KeyError:
                    if one.seq > max(self._merged.values(), default=0):
                        self._left.not_readable(one.seq, one.type)
                    continue
                self._take(
                    Happened(
                        one.seq, one.time_ms, one.type, one.by, one.command_id, event, one.body
                    )
                )
            after = batch[-1].seq

    def _take(self, happened: Happened) -> None:
        self.all.append(happened)
        if isinstance(happened.event, TicketIssued):
            self.given.add(happened.event.number)
        known = self._outcomes.get(happened.command_id, Outcome())
        self._outcomes[happened.command_id] = Outcome((*known.happened, happened))

    @property
    def told(self) -> Told:
        """What the next start must know beside the journal."""
        merged = tuple(self._merged.items())
        return Told(self.day_from, tuple(self._sources), merged, self._left.told)

    def outcome(self, command_id: str) -> Outcome | None:
        """Return what became here of a command; None when it was not decided here."""
        found = self._outcomes.get(command_id)
        return None if found is None else Outcome(found.happened, found.refusal, repeated=True)

    def write(
        self,
        command_id: str,
        by: str,
        now_ms: int,
        events: Sequence[Event],
        done: Callable[[tuple[Happened, ...]], None],
        failed: Callable[[Refusal], None],
    ) -> None:
        """Record what a command made happen; ``done`` or ``failed`` once the disk has answered."""
        at_ms = max(now_ms, self._last_ms)
        happened = tuple(
            Happened(
                self.last_seq + nth, at_ms, EVENT_NAMES[type(event)], by, command_id, event,
                encode(event),
            )
            for nth, event in enumerate(events, 1)
        )  # fmt: skip
        outcome = encode_outcome(happened[0].seq, len(happened), None)
        entry = Entry(
            command_id, by, at_ms, outcome, tuple(NewEvent(h.name, h.body) for h in happened)
        )

        def record(journal: JournalPort) -> None:
            journal.append([entry])
            self._mark(happened[-1].seq, command_id)

        def written(_: object) -> None:
            self.last_seq, self._last_ms = happened[-1].seq, at_ms
            for one in happened:
                self._take(one)
            done(happened)

        self._posts.commit(
            record,
            written,
            lambda error: failed(self._sentence_for(error)),
        )

    # ---- the hub

    def waiting(self, epoch: str) -> int:
        """Return how many records a hub of this epoch has not acknowledged; "" no hub at all."""
        had = self._merged.get(epoch, 0) if epoch else max(self._merged.values(), default=0)
        return sum(1 for one in self.all if one.seq > had or one.seq in self._left.seqs)

    @property
    def passed_by(self) -> int:
        """How many records wait for a newer hub, or for a newer program here."""
        return len(self._left.seqs)

    def question(self, epoch: str, wire: int) -> dict[str, Any] | None:
        """Return the next of them as a question to a hub that speaks ``wire``; None: it has all."""
        had, left = self._merged.get(epoch, 0), self._left.seqs
        offered = [one for one in self.all if one.seq > had and one.seq not in left][:AT_ONCE]
        self._asked = wire, None
        if offered:
            source = self._source(offered[0].seq)
            same = [one for one in offered if self._source(one.seq) == source]
            return {"what": "records", "source": source, "told": [_told(one) for one in same]}
        late = self._left.next_for(wire)
        if late is None:
            return None
        self._asked = wire, late
        return {"what": "records", "source": self._source(late.seq), "told": [_told(late)]}

    def _source(self, seq: int) -> str:
        return next(name for first, name in reversed(self._sources) if first <= seq)

    def merged(self, epoch: str, seq: int) -> None:
        """A hub of this epoch has all records up to ``seq`` on its disk."""
        wire, late = self._asked
        if late is None:
            self._merged[epoch] = max(seq, self._merged.get(epoch, 0))
        elif dict(self._left.told).get(late.seq) != wire:
            self._left.over(late.seq)

    def passed_over(self, seqs: Sequence[int]) -> None:
        """The hub that was asked is of an older version and does not know these records."""
        wire, late = self._asked
        for one in [late] if late is not None else self.all:
            if one.seq in seqs:
                self._left.passed_over(one, wire)

    def refused(self, epoch: str, question: Mapping[str, Any], code: str) -> None:
        """A hub of this epoch will not have them: said, kept here, and offered to it no more."""
        told = question["told"]
        log.error(
            "the hub does not take our records %d to %d (%s); they stay in the journal here",
            told[0]["seq"], told[-1]["seq"], code,
        )  # fmt: skip
        self.refusals += len(told)
        if self._asked[1] is not None:
            self._left.over(self._asked[1].seq)
            return
        self.merged(epoch, told[-1]["seq"])

    def has(self, epoch: str, seq: int) -> bool:
        """Say whether a hub of this epoch has acknowledged a record, or did not know it."""
        return seq <= self._merged.get(epoch, 0) or seq in self._left.seqs

    def since(self, seq: int) -> list[Happened]:
        """Return the records after ``seq``."""
        return [one for one in self.all if one.seq > seq]

    def new_day(self) -> None:
        """Another day began, and its hub has everything of the one before: that is over.

        What a hub did not know waits on.
        """
        self.day_from = self.last_seq
        self.all.clear()
        self.given.clear()
        self._outcomes.clear()
        needed = min(self._left.seqs, default=self.last_seq)
        past = [nth for nth, (first, _) in enumerate(self._sources) if first <= needed]
        self._sources = self._sources[past[-1] if past else -1 :]


def _told(one: Happened) -> dict[str, Any]:
    """Return a record as it is offered (``sync.records``)."""
    return {
        "seq": one.seq,
        "time_ms": one.time_ms,
        "type": one.name,
        "by": one.by,
        "id": one.command_id,
        "data": msgspec.Raw(_body(one)),
    }


def _body(one: Happened) -> bytes:
    """Return a record's content as it leaves this Pi: nobody's hash goes with it."""
    event = one.event
    if not isinstance(event, TicketIssued) or (event.person is None and event.appointment is None):
        return one.body
    return encode(replace(event, person=None, appointment=None))
