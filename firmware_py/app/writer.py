"""The single writer: decides commands, records them together, then tells what happened.

Two states are kept. ``decided`` is ahead: commands are decided on it while earlier ones still
wait for the disk. ``recorded`` follows once the disk has them, and only from it and from recorded
events does anything in the world move. When a write fails, the commands in it are refused and
``decided`` is made anew from ``recorded``.

Commands that arrive together, or while a commit is under way, share one commit.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from firmware_py.app.held_back import BUSY, NOT_SURE
from firmware_py.app.issued import given_before
from firmware_py.app.known_ids import KnownIds
from firmware_py.app.ports import (
    Entry,
    Happened,
    JournalPort,
    NewEvent,
    Outcome,
    Posts,
    Submission,
)  # fmt: skip
from firmware_py.app.recovery import match_windows
from firmware_py.app.wire import (
    decode_outcome,
    decode_state,
    encode,
    encode_outcome,
    encode_state,
    happened_of,
)
from firmware_py.core.commands import Command, TakeTicket, Tick
from firmware_py.core.decide import decide
from firmware_py.core.events import EVENT_NAMES, Event
from firmware_py.core.evolve import evolve
from firmware_py.core.model import State
from firmware_py.core.refusals import RecordedRefusal, Refusal
from firmware_py.core.rules import Rules

__all__ = ["HallWriter", "Reply"]

log = logging.getLogger(__name__)

Reply = Callable[[Outcome], None]
T = TypeVar("T")

#: Outcomes kept at hand; older ones are looked up in the journal.
RECENT_OUTCOMES = 4096
#: More commands than this waiting for the disk are refused.
MAX_WAITING = 20_000
#: A snapshot after so many events: replaying as many at start takes about 0.2 s.
SNAPSHOT_EVERY = 20_000
#: After a failed write, the disk is tried again at most this often.
RETRY_MS = 1000


@dataclass(slots=True)
class _Waiting:
    """A decided command on its way to the disk."""

    entry: Entry
    happened: tuple[Happened, ...]
    refusal: Refusal | None
    replies: list[Reply] = field(default_factory=list)


def _now(call: Callable[[], None]) -> object:
    call()
    return None


def _no_positions(happened: Sequence[Happened]) -> Mapping[str, int]:
    return {}


class HallWriter:
    """Everything that changes the hall goes through ``submit``. Lives in the event loop."""

    def __init__(
        self,
        rules: Rules,
        state: State,
        journal: Posts,
        *,
        last_seq: int,
        known: KnownIds,
        clock_ms: Callable[[], int],
        sentence_for: Callable[[Exception], Refusal],
        soon: Callable[[Callable[[], None]], object] = _now,
    ) -> None:
        """Take over from ``recovery``.

        ``soon`` runs a callable once what has arrived by now was read (``loop.call_soon``): then
        commands that arrived together share a commit.
        """
        self.rules = rules
        #: What the disk has. Read it, never change it.
        self.recorded = state
        self.last_seq = last_seq
        #: Called with what was just recorded, before the commands are answered.
        self.on_recorded: list[Callable[[Sequence[Happened]], None]] = []
        #: Reader positions to be recorded in the same commit as these events.
        self.positions_with: Callable[[Sequence[Happened]], Mapping[str, int]] = _no_positions
        #: Puts into a command what its origin knows: who is at the kiosk.
        self.complete: Callable[[Command], Command] = lambda command: command
        #: Refuses what the core cannot judge: a text that no display can write.
        self.vet: Callable[[Command], Refusal | None] = lambda command: None
        #: Called when the disk begins to fail (with the sentence) and when it works again (None).
        self.on_storage: Callable[[Refusal | None], None] = lambda refusal: None
        #: Why nothing may be decided at this moment, no lease or another hub; None: it may.
        self.held_back: Callable[[], Refusal | None] = lambda: None
        #: Why a command has to wait for others that come first; None: it need not.
        self.waits_for: Callable[[Command], Refusal | None] = lambda command: None
        self.commits = 0
        self._decided = decode_state(encode_state(state))
        self._next_seq = last_seq + 1
        self._journal = journal
        self._soon = soon
        self._write_due = False
        #: When those arrived that will be written together: one look at the clock for all.
        self._arrived_ms = 0
        self._known = known
        self._clock_ms = clock_ms
        self._sentence_for = sentence_for
        self._recent: OrderedDict[str, _Waiting | Outcome] = OrderedDict()
        self._gathered: list[_Waiting] = []
        self._writing: list[_Waiting] = []
        #: On the disk, and told nobody: the right to decide ended while the disk worked.
        self._withheld: list[_Waiting] = []
        self._failing: Refusal | None = None
        self._retry_ms = 0
        self._snapshot_seq = last_seq

    @property
    def storage_failure(self) -> Refusal | None:
        """Why nothing can be recorded at present, or None."""
        return self._failing

    @property
    def ahead(self) -> State:
        """The hall with what is still on its way to the disk; read it, never change it."""
        return self._decided

    def take_rules(self, rules: Rules) -> None:
        """Decide by other rules from now on; windows come and go as at a start with them."""
        self.rules = rules
        for state in (self.recorded, self._decided):
            match_windows(rules, state)

    def submit(self, submission: Submission, reply: Reply, *, fresh: bool = False) -> None:
        """Decide and record a command; ``reply`` runs once, when the disk has it.

        ``fresh``: whoever submits it knows from the state that it is new, or does not mind; then
        it is decided at once, in the order in which it came.
        """
        if (why := self.held_back() or self.waits_for(submission.command)) is not None:
            reply(Outcome(refusal=why))
            return
        self.release()
        known = self._recent.get(submission.id)
        if known is None:
            if not fresh and submission.id in self._known:
                self._look_up(submission, reply)
            else:
                self._decide(submission, reply)
        elif isinstance(known, _Waiting):
            known.replies.append(lambda outcome: reply(_repeated(outcome)))
        else:
            reply(_repeated(known))

    def _look_up(self, submission: Submission, reply: Reply) -> None:
        """The id may be an old one: the journal knows."""

        def look(journal: JournalPort) -> Outcome | None:
            body = journal.outcome(submission.id)
            if body is None:
                return None
            first, count, refusal = decode_outcome(body)
            # Events that were compacted are gone; that the command was carried out is not.
            kept = count and first >= journal.first_seq
            stored = journal.read(first - 1, count) if kept else ()
            # What only a newer program knows, which this Pi had before, is left out.
            happened = tuple(one for s in stored if (one := happened_of(s)) is not None)
            return Outcome(happened, refusal, repeated=True)

        def found(outcome: Outcome | None) -> None:
            if outcome is not None:
                reply(outcome)
            else:
                # What was true when it was asked may not be any more: the right to decide, the id.
                self.submit(submission, reply, fresh=True)

        self._journal.post(look, found, lambda error: reply(self._failed(error)))

    def _decide(self, submission: Submission, reply: Reply) -> None:
        if not self._write_due:
            self._arrived_ms = self._clock_ms()
        now_ms = max(self._arrived_ms, self._decided.now_ms)
        if self._failing is not None and now_ms < self._retry_ms:
            reply(Outcome(refusal=self._failing))
            return
        if len(self._gathered) >= MAX_WAITING:
            reply(Outcome(refusal=BUSY))
            return
        command = self.complete(submission.command)
        if isinstance(command, TakeTicket) and submission.id in self._decided.requests:
            # A kiosk gave it by itself, or another hub did: one id, one answer (rule 6).
            reply(given_before(self.recorded, submission.id) or Outcome(refusal=BUSY))
            return
        decision = self.vet(command) or decide(
            self.rules, self._decided, command, now_ms, submission.id
        )
        refusal: Refusal | None = None
        happened: tuple[Happened, ...] = ()
        if isinstance(decision, Refusal):
            refusal = decision
            if isinstance(decision, RecordedRefusal):
                refusal = decision.told()
                happened = self._fold(submission, decision.events, now_ms)
        elif not decision and type(submission.command) is Tick:
            reply(Outcome())
            return
        else:
            happened = self._fold(submission, decision, now_ms)
        outcome = encode_outcome(happened[0].seq if happened else 0, len(happened), refusal)
        entry = Entry(
            submission.id,
            submission.by,
            now_ms,
            outcome,
            tuple([NewEvent(h.name, h.body) for h in happened]),
        )
        waiting = _Waiting(entry, happened, refusal, [reply])
        self._recent[submission.id] = waiting
        self._gathered.append(waiting)
        if not self._writing and not self._write_due:
            self._write_due = True
            self._soon(self._write)

    def _fold(
        self, submission: Submission, events: Sequence[Event], now_ms: int
    ) -> tuple[Happened, ...]:
        happened = []
        for event in events:
            evolve(self._decided, event, now_ms)
            happened.append(
                Happened(
                    self._next_seq,
                    now_ms,
                    EVENT_NAMES[type(event)],
                    submission.by,
                    submission.id,
                    event,
                    encode(event),
                )
            )
            self._next_seq += 1
        return tuple(happened)

    def _write(self) -> None:
        self._write_due = False
        if self._writing or not self._gathered:
            return
        if (why := self.held_back()) is not None:
            self._drop(Outcome(refusal=why))
            return
        batch = self._writing = self._gathered
        self._gathered = []
        entries = [waiting.entry for waiting in batch]
        positions = self.positions_with([h for waiting in batch for h in waiting.happened])
        self._journal.commit(
            lambda journal: journal.append(entries, positions), self._written, self._not_written
        )

    def _written(self, result: object) -> None:
        batch, self._writing = self._writing, []
        self.commits += 1
        if self.held_back() is None:
            self._tell(batch)
        else:
            self._withhold(batch)
        # Only now: a quick commit is answered within this call, and must not overtake this one.
        self._write()

    def _withhold(self, batch: list[_Waiting]) -> None:
        """What is written cannot be undone, and a hub without the lease must not act on it.

        It is a record like any that its hub wrote last: had the lease again, it is told late; else
        it is handed over. Whoever waits hears that it is not sure.
        """
        self._withheld += batch
        for waiting in batch:
            replies, waiting.replies = waiting.replies, []
            for reply in replies:
                _alone(reply, Outcome(refusal=NOT_SURE))

    def release(self) -> None:
        """Tell what was written and withheld; the right to decide is had again."""
        if self._withheld and self.held_back() is None:
            batch, self._withheld = self._withheld, []
            self._tell(batch)

    def _tell(self, batch: list[_Waiting]) -> None:
        happened = [h for waiting in batch for h in waiting.happened]
        for h in happened:
            evolve(self.recorded, h.event, h.time_ms)
        if happened:
            self.last_seq = happened[-1].seq
        if self._failing is not None:
            self._failing = None
            self.on_storage(None)
        for react in self.on_recorded:
            _alone(react, happened)
        for waiting in batch:
            outcome = Outcome(waiting.happened, waiting.refusal)
            self._known.add(waiting.entry.command_id)
            self._recent[waiting.entry.command_id] = outcome
            self._answer(waiting, outcome)
        self._forget_oldest()
        # A snapshot of more tickets than that costs more than it saves at the next start.
        worth = max(SNAPSHOT_EVERY, len(self.recorded.tickets))
        if self.last_seq - self._snapshot_seq >= worth:
            self.snapshot()

    def _forget_oldest(self) -> None:
        # Those that still wait for the disk are newer than any that is dropped here.
        while len(self._recent) > RECENT_OUTCOMES + len(self._writing) + len(self._gathered):
            self._recent.popitem(last=False)

    def _not_written(self, error: Exception) -> None:
        self._drop(self._failed(error))

    def _drop(self, outcome: Outcome) -> None:
        """Refuse what the disk does not have, and decide as if it had never been."""
        batch = self._writing + self._gathered
        self._writing, self._gathered = [], []
        self._decided = decode_state(encode_state(self.recorded))
        withheld = [h for waiting in self._withheld for h in waiting.happened]
        for h in withheld:
            evolve(self._decided, h.event, h.time_ms)
        self._next_seq = (withheld[-1].seq if withheld else self.last_seq) + 1
        for waiting in batch:
            self._recent.pop(waiting.entry.command_id, None)
        for waiting in batch:
            self._answer(waiting, outcome)

    def _answer(self, waiting: _Waiting, outcome: Outcome) -> None:
        for reply in waiting.replies:
            _alone(reply, outcome)

    def _failed(self, error: Exception) -> Outcome:
        refusal = self._sentence_for(error)
        if self._failing is None:
            log.error("nothing can be recorded: %s", error)
            self.on_storage(refusal)
        self._failing = refusal
        self._retry_ms = self._clock_ms() + RETRY_MS
        return Outcome(refusal=refusal)

    def snapshot(self) -> None:
        """Keep the state, so that the next start has little to replay."""
        seq, body = self.last_seq, encode_state(self.recorded)
        if seq == self._snapshot_seq:
            return
        self._snapshot_seq = seq
        self._journal.post(
            lambda journal: journal.save_snapshot(seq, body),
            lambda _: None,
            lambda error: log.warning("no snapshot: %s", error),
        )


def _alone(call: Callable[[T], None], given: T) -> None:
    """Run a consequence: one that fails must not leave the others undone or unanswered."""
    try:
        call(given)
    except Exception:
        log.exception("a consequence of a recorded command failed")


def _repeated(outcome: Outcome) -> Outcome:
    return Outcome(outcome.happened, outcome.refusal, repeated=True)
