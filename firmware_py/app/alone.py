"""A kiosk or a window goes on by itself while the hub cannot be reached.

Commands go to the hub first. One that nobody answers, while nothing else is heard either, is
decided here if it can be (``core.decide_alone``): recorded on this Pi's disk, then true here, and
offered to the hub later. It keeps its id, so the hub's own answer, come late, is the answer to
nothing (rules 6 to 8 of docs/spread-rules.md).
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from firmware_py.app.issued import issued_as, seen_as
from firmware_py.app.own_records import OwnRecords
from firmware_py.app.ports import Happened, Outcome, Submission
from firmware_py.app.pressed import Carried, Pressed
from firmware_py.app.wire import encode
from firmware_py.core.blocks import Block
from firmware_py.core.commands import Command, TakeTicket
from firmware_py.core.decide_alone import (
    Here,
    decide_alone,
    due_alone,
    numbers_left,
    of_the_hub,
)
from firmware_py.core.events import EVENT_NAMES, Event, TicketIssued
from firmware_py.core.model import State
from firmware_py.core.refusals import RecordedRefusal, Refusal, refuse
from firmware_py.core.rules import Rules
from firmware_py.core.wire_version import WIRE
from firmware_py.core.witnessed import witnessed

__all__ = ["Alone", "AloneStands", "Hall"]

log = logging.getLogger(__name__)

Reply = Callable[[Outcome], None]

#: Longer between two looks, and this Pi itself stood still: that was no silence of the hub's.
LOOK_S = 0.5
#: The hub is asked again to take back what was lent in an earlier boot: a command waits 8 s.
GIVE_UP_AGAIN_S = 10.0
_AWAY = ("broker", "hub", "set_back")


class Hall(Protocol):
    """The hall as it is followed; ``FollowedWriter``."""

    rules: Rules
    recorded: State
    last_seq: int

    def here(self, happened: Sequence[Happened]) -> None:
        """Take what was decided and recorded here."""

    def disk_answered(self, *, recorded: bool) -> None:
        """What was decided here is recorded, or cannot be."""


@dataclass(frozen=True, slots=True)
class AloneStands:
    """How it stands, for people: ``waiting`` records of our own, ``left`` numbers by series."""

    now: bool
    since_s: float
    waiting: int
    left: dict[str, int]
    #: Why numbers of a block may not be given yet; "" when they may.
    why_not: str = ""
    #: Records that an older hub did not know, and that are kept for a newer one.
    passed_by: int = 0


@dataclass(slots=True)
class Alone:
    """Lives in the event loop; ``look`` is called some times a second, ``tick`` every second.

    ``after_s``: so long without the hub before anything is decided here. ``ready``: the hub was
    joined in this boot, so that what is held here is ours; ``heard_s`` is when it was heard last.
    """

    here: Here
    records: OwnRecords
    after_s: float
    now_s: Callable[[], float]
    clock_ms: Callable[[], int]
    ready: bool = False
    heard_s: Callable[[], float] = lambda: 0.0
    #: Which version of what passes between Pis the hub speaks.
    hub_wire: Callable[[], int] = lambda: WIRE
    hall: Hall | None = None
    #: Up to which of our records the hub's own picture has them, as it was taken last.
    joined_records: int = 0
    trouble: str = "broker"
    #: What was known in an earlier boot, until a hub is heard in this one.
    former: State | None = None
    #: Who is asked for it: numbers that were lent in an earlier boot are given up.
    give_up: Callable[[], None] = lambda: None
    _cut_s: float = 0.0
    _looked_s: float = 0.0
    _since_s: float | None = None
    _pending: list[Pressed] = field(default_factory=list)
    _todo: deque[Pressed] = field(default_factory=deque)
    #: Seen here under another hub, to be recorded: command id, events.
    _saw: deque[tuple[str, list[Event]]] = field(default_factory=deque)
    #: The command that was decided here and is on its way to the disk; "" none.
    writing: str = ""
    _ticks: int = 0
    _day: str | None = None
    #: Blocks of an earlier boot, (series, handing): an old copy of a card would not know which of
    #: their numbers are on papers.
    _former: frozenset[tuple[str, int]] = frozenset()
    _given_up_s: float = -float("inf")

    def __post_init__(self) -> None:
        """Begin to count."""
        self._looked_s = self.now_s()

    def follow(self, hall: Hall) -> None:
        """Take the hall that is followed, as it was kept, with our records on it."""
        self.hall, self._day = hall, hall.recorded.day

    # ---- how it stands

    @property
    def now(self) -> bool:
        """Whether this Pi decides by itself at present."""
        return self.ready and self.trouble in _AWAY and self._cut_s >= self.after_s

    @property
    def stale(self) -> bool:
        """Whether what is known here holds decisions of our own that the hub has not told back."""
        return self.records.last_seq > self.joined_records

    def stands(self, trouble: str) -> None:
        """Hear how it stands with the hub."""
        if trouble not in _AWAY:
            self._cut_s, self._since_s = 0.0, None
        elif self.trouble not in _AWAY or self._since_s is None:
            self._since_s = self.now_s()
        self.trouble = trouble

    def status(self, epoch: str) -> AloneStands:
        """Return how it stands; ``epoch`` is that of the hub that is heard, "" none."""
        hall = self._hall()
        left = numbers_left(hall.rules, hall.recorded, self.here, self.records.given)
        since_s = 0.0 if self._since_s is None else self.now_s() - self._since_s
        return AloneStands(
            self.now, since_s, self.records.waiting(epoch), left,
            "" if self.ready else "not_joined", self.records.passed_by,
        )  # fmt: skip

    def _hall(self) -> Hall:
        if self.hall is None:
            raise RuntimeError("nobody follows a hall here")
        return self.hall

    @property
    def goes_on(self) -> bool:
        """Whether people here may go on while it stands as it does, soon or already alone."""
        return self.ready and self.trouble not in ("", "version")

    # ---- our records, as ``sync.followed.RecordsPort``

    def question(self, epoch: str) -> Mapping[str, Any] | None:
        """Return the next question that offers records."""
        return self.records.question(epoch, self.hub_wire())

    def merged(self, epoch: str, seq: int) -> None:
        """A hub has them."""
        self.records.merged(epoch, seq)

    def passed_over(self, seqs: Sequence[int]) -> None:
        """A hub of an older version does not know them."""
        self.records.passed_over(seqs)

    def refused(self, epoch: str, question: Mapping[str, Any], code: str) -> None:
        """A hub does not take them."""
        self.records.refused(epoch, question, code)

    # ---- what the hub says

    def joined(self, epoch: str) -> list[Happened]:
        """The hub's picture was taken as a whole; return our records that it does not have."""
        records, state = self.records, self._hall().recorded
        lacking = [one for one in records.all if not records.has(epoch, one.seq)]
        self.joined_records = lacking[0].seq - 1 if lacking else records.last_seq
        if not self.ready and not self._former:
            self._former = frozenset((b.series, b.handing) for b in self._own(state))
        self.trust()
        self._give_up_former()
        self._turn_day()
        return lacking

    def witness(self, before: State) -> None:
        """Record what was seen here under another hub, and this one does not know."""
        hall, here, former, self.former = self._hall(), self.here, self.former, None
        if former is not None:
            # Papers are as they were before the boot; who sits at a window may be another.
            before, here = former, replace(here, windows=frozenset())
        for command_id, events in witnessed(hall.rules, before, hall.recorded, here):
            if self.records.outcome(command_id) is None:
                self._saw.append((command_id, events))
        self._next()

    def _give_up_former(self) -> None:
        """However often the hub does not answer: without that nothing is given here alone."""
        now_s = self.now_s()
        if self._former and not self.ready and now_s - self._given_up_s >= GIVE_UP_AGAIN_S:
            self._given_up_s = now_s
            self.give_up()

    def _turn_day(self) -> None:
        """Records are kept until their day is over, and until some hub has them."""
        day = self._hall().recorded.day
        if day != self._day and not self.stale:
            if self._day is not None:
                self.records.new_day()
            self._day = day

    def trust(self) -> None:
        """Numbers may be given from what was lent since this boot, and from nothing older."""
        if self.ready:
            return
        held = {(block.series, block.handing) for block in self._own(self._hall().recorded)}
        self.ready = not held & self._former
        if self.ready:
            self._former = frozenset()

    def _own(self, state: State) -> list[Block]:
        return [b for b in state.lent if b.holder == self.here.node and not b.written_off]

    def came(self, happened: Sequence[Happened]) -> None:
        """An event may tell what became of a command before its answer does."""
        if not self.ready:
            self.trust()
        self._turn_day()
        for one in happened if self._pending else ():
            if isinstance(one.event, TicketIssued) and one.event.request:
                self.seen(one.event.request, Outcome((one,)))

    def seen(self, command_id: str, outcome: Outcome) -> None:
        """The hub has decided this command."""
        for pressed in self._pending:
            if pressed.submission.id == command_id:
                pressed.seen = outcome

    # ---- commands

    def begin(self, submission: Submission, command: Command, reply: Reply) -> Carried | None:
        """Take a command, or return how it is carried to the hub."""
        known = self.records.outcome(submission.id)
        if known is not None:
            reply(known)
            return None
        may = self.here.may(self._hall().recorded, command)
        if self.now and not may:
            reply(Outcome(refusal=refuse("alone_cannot")))
            return None
        pressed = Pressed(submission, command, reply, self.heard_s())
        if self.now:
            self._todo.append(pressed)
            self._next()
            return None
        if not may:
            return Carried(reply)
        self._pending.append(pressed)

        def answered(outcome: Outcome) -> None:
            if pressed in self._pending:
                self._pending.remove(pressed)
                pressed.answer(outcome)

        # What the hub was seen to decide is asked of no other hub: its number is on the paper.
        return Carried(answered, lambda: pressed in self._pending and pressed.seen is None)

    def look(self) -> None:
        """Decide here what the hub has not answered for too long."""
        now_s = self.now_s()
        passed_s = min(now_s - self._looked_s, LOOK_S)
        self._looked_s = now_s
        if self.trouble in _AWAY:
            self._cut_s += passed_s
        heard_s = self.heard_s()
        for pressed in list(self._pending):
            # A hub that was heard after the press may have been cut off since.
            pressed.silent_s = pressed.silent_s + passed_s if heard_s == pressed.heard_s else 0.0
            pressed.heard_s = heard_s
            if not self.now and not (self.ready and pressed.silent_s >= self.after_s):
                continue
            self._pending.remove(pressed)
            self._todo.append(pressed)
        self._next()

    def tick(self) -> None:
        """Do what time makes happen at this Pi."""
        if self.trouble == "":
            self._give_up_former()
        if not self.now or self.writing or not self.here.windows:
            return
        hall, now_ms = self._hall(), self.clock_ms()
        recorded, shown = due_alone(hall.rules, hall.recorded, self.here, now_ms)
        if shown:
            hall.here([_shown(event, now_ms) for event in shown])
        if recorded:
            self._ticks += 1
            # Once in this journal: its number is that of the record.
            tick_id = f"alone:{self.here.node}:{self.records.last_seq + 1}:{self._ticks}"
            self._write(tick_id, "halld", now_ms, recorded, lambda outcome: None)

    def _next(self) -> None:
        while self._saw and not self.writing:
            command_id, events = self._saw.popleft()
            # It was shown and printed when it happened: here it is only written down.
            self._write(command_id, self.here.node, self.clock_ms(), events, None)
        while self._todo and not self.writing:
            self._decide(self._todo.popleft())

    def _decide(self, pressed: Pressed) -> None:
        hall, (command_id, _, _) = self._hall(), pressed.submission
        state, now_ms = hall.recorded, self.clock_ms()
        again = self.records.outcome(command_id)
        if again is None and (seen := pressed.seen) is not None:
            # The hub answered, and was cut off before its events came: they hold here from now on.
            fresh = [seen_as(one) for one in seen.happened if one.seq > hall.last_seq]
            self._carry_out(pressed, now_ms, fresh, seen)
            return
        again = again or self._decided_there(pressed)
        if again is not None:
            pressed.answer(again)
            return
        decision = decide_alone(
            hall.rules, state, self.here, self.records.given, pressed.command, now_ms, command_id
        )
        if isinstance(decision, RecordedRefusal):
            answer = Outcome(refusal=decision.told())
            self._carry_out(pressed, now_ms, list(decision.events), answer)
        elif isinstance(decision, Refusal):
            pressed.answer(Outcome(refusal=decision))
        else:
            self._carry_out(pressed, now_ms, decision, None)

    def _carry_out(
        self, pressed: Pressed, now_ms: int, decided: list[Event], answer: Outcome | None
    ) -> None:
        """Record what was decided; then answer with that, or with ``answer``."""
        events, shown = of_the_hub(decided)
        if shown:
            self._hall().here([_shown(event, now_ms) for event in shown])

        def told(outcome: Outcome) -> None:
            pressed.answer(outcome if answer is None else answer)

        if events:
            command_id, by, _ = pressed.submission
            self._write(command_id, by, now_ms, events, told)
        else:
            told(Outcome())

    def _decided_there(self, pressed: Pressed) -> Outcome | None:
        """What became of it at the hub, where the hub's picture tells."""
        state = self._hall().recorded
        number = state.requests.get(pressed.submission.id)
        if number is None or not isinstance(pressed.command, TakeTicket):
            return None
        return Outcome((issued_as(state.tickets[number]),), repeated=True)

    def _write(
        self, command_id: str, by: str, now_ms: int, events: list[Event], told: Reply | None
    ) -> None:
        self.writing = command_id

        def done(happened: tuple[Happened, ...]) -> None:
            self.writing = ""
            if told is not None:
                self._hall().here(happened)
                told(Outcome(happened))
            self._hall().disk_answered(recorded=True)
            self._next()

        def failed(refusal: Refusal) -> None:
            self.writing = ""
            log.error("nothing can be recorded here: %s", refusal.en)
            if told is not None:
                told(Outcome(refusal=refusal))
            self._hall().disk_answered(recorded=False)
            self._next()

        self.records.write(command_id, by, now_ms, events, done, failed)


def _shown(event: Event, at_ms: int) -> Happened:
    return Happened(0, at_ms, EVENT_NAMES[type(event)], "halld", "", event, encode(event))
