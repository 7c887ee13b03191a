"""The hall's queue as another Pi has it: the hub decides and records, here it is followed.

It stands where ``HallWriter`` stands, so whoever reacts to what was recorded, or gives commands,
cannot tell the two apart. A command is carried to the hub with its id and counts once there; its
answer is handed on when what it brought about was seen here too. What may be decided here while the
hub is away, ``Alone`` decides.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import fields
from functools import partial
from typing import Any, Protocol

import msgspec

from firmware_py.app.alone import Alone
from firmware_py.app.ports import Happened, Outcome, Submission, ToldEvent
from firmware_py.app.pressed import Carried
from firmware_py.app.recovery import match_windows
from firmware_py.app.wire import decode_event, decode_state
from firmware_py.app.writer import Reply
from firmware_py.core.commands import Command
from firmware_py.core.commands_carried import NAMES
from firmware_py.core.events import EVENTS, TicketIssued
from firmware_py.core.evolve import evolve
from firmware_py.core.model import State
from firmware_py.core.refusals import Refusal
from firmware_py.core.rules import Rules

__all__ = ["Apart", "Carry", "FollowedWriter"]

log = logging.getLogger(__name__)

#: A command that the hub has not answered by then is given up: the person presses again.
COMMAND_S = 8.0

#: ``apart(command id, command, reply)``: what goes beside the command, the command, its reply.
Apart = Callable[[str, Command, Reply], tuple[Mapping[str, str], Command, Reply]]

HUB_AWAY = Refusal(
    "hub_away",
    "与主控失去联系，操作可能没有生效。请看屏幕上的号码，必要时再按一次。",
    "The hub does not answer; this may not have been done. Look at the number shown, and press "
    "again if need be.",
)
#: What the hub's own daemon alone gives.
NOT_FROM_HERE = Refusal(
    "only_at_hub",
    "此操作只能在主控上进行，请到主控上执行同一命令。",
    "This can only be done at the hub: give the same command there.",
)


#: How a hub of an older version refuses what only this one has.
_NOT_THERE = frozenset({"unknown_command", "unknown_field"})
HUB_OLDER = Refusal(
    "hub_older",
    "主控的程序版本较旧，还不支持此操作。请先升级主控。",
    "The hub's program is older and cannot do this yet; update the hub first.",
)


class Carry(Protocol):
    """Carries a question to the hub; ``sync.follower.Follower.ask`` does."""

    def __call__(
        self,
        question: Mapping[str, Any],
        within_s: float,
        answered: Callable[[dict[str, Any] | None], None],
        wanted: Callable[[], bool],
    ) -> None:
        """Ask; ``answered`` runs once, with None when nobody answered in time.

        What is not ``wanted`` any more is not asked again on a new connection.
        """


class FollowedWriter:
    """Lives in the event loop. ``carry`` is there before the first command."""

    def __init__(
        self, rules: Rules, state: State, alone: Alone | None = None, *, last_seq: int = 0
    ) -> None:
        self.rules = rules
        self.recorded = state
        self.last_seq = last_seq
        self.alone = alone
        if alone is not None:
            alone.follow(self)
        self.on_recorded: list[Callable[[Sequence[Happened]], None]] = []
        #: Not used here: what this Pi's printers owe is in a file of its own.
        self.positions_with: Callable[[Sequence[Happened]], Mapping[str, int]] = lambda _: {}
        self.complete: Callable[[Command], Command] = lambda command: command
        self.vet: Callable[[Command], Refusal | None] = lambda command: None
        #: Takes out of a command what is known of people, before it is carried anywhere or recorded
        #: here; what is told the hub in its place.
        self.apart: Apart = lambda command_id, command, reply: ({}, command, reply)
        self.on_storage: Callable[[Refusal | None], None] = lambda refusal: None
        #: Called when the hall was taken as a whole, with what was known before: all is shown anew.
        self.on_joined: list[Callable[[State], None]] = []
        self.carry: Carry | None = None
        #: Why nothing may be asked of the hub, nor decided here; None: it may.
        self.barred: Refusal | None = None
        #: Whether the hub's program is older than this one.
        self.hub_is_older: Callable[[], bool] = lambda: False
        self.commits = 0
        #: Answers that wait for their events to come here: last event, what to do.
        self._owed: list[tuple[int, Callable[[], None]]] = []
        #: What the hub said, while our disk has a number for the same request.
        self._later: list[Callable[[], None]] = []

    @property
    def storage_failure(self) -> Refusal | None:
        """Nothing is recorded here that could fail."""
        return None

    @property
    def ahead(self) -> State:
        """The hall as far as it is known here."""
        return self.recorded

    def take_rules(self, rules: Rules) -> None:
        """Show by other rules from now on; the hub decides by its own."""
        self.rules = rules
        match_windows(rules, self.recorded)

    def snapshot(self) -> None:
        """The hub keeps snapshots."""

    # ---- what the hub says

    def joined(self, state: bytes, seq: int, epoch: str = "") -> None:
        """Take the hall as it stands after event ``seq``. Raises ``msgspec.DecodeError``."""
        found = decode_state(state)
        if self._waits(found.requests):
            self._later.append(partial(self.joined, state, seq, epoch))
            return
        match_windows(self.rules, found)
        before, self.recorded, self.last_seq = self.recorded, found, seq
        if self.alone is not None:
            for one in self.alone.joined(epoch):
                # Decided here meanwhile: it is true here, and the hub is told again.
                self.fold(one)
            self.alone.witness(before)
        for react in self.on_joined:
            _alone(partial(react, before))
        self._answer_owed()

    def came(self, events: Sequence[ToldEvent]) -> int:
        """Take the next events, in order; return how many.

        It stops at one that this version does not know: what that changes cannot be told from it,
        so the hall is taken as a whole then.
        """
        happened = list[Happened]()
        for told in events:
            known = _known(told)
            if known is None:
                break
            happened.append(known)
        if self._waits(_requests_of(happened)):
            self._later.append(partial(self._take, happened))
        else:
            self._take(happened)
        return len(happened)

    def _take(self, happened: list[Happened]) -> None:
        for one in happened:
            self.last_seq = one.seq
            evolve(self.recorded, one.event, one.time_ms)
        self._heard(happened)

    def passed(self, events: Sequence[ToldEvent]) -> None:
        """Hear of what the hall, as it was just taken as a whole, has already.

        What follows from it (paper, words, lamps) is still to be done.
        """
        happened = [known for told in events if (known := _known(told)) is not None]
        if self._waits(_requests_of(happened)):
            self._later.append(partial(self._heard, happened))
        else:
            self._heard(happened)

    def _heard(self, happened: Sequence[Happened]) -> None:
        if self.alone is not None:
            self.alone.came(happened)
        self._tell(happened)
        self._answer_owed()

    def _waits(self, requests: Container[str]) -> bool:
        """Say whether what the hub says has to wait for our own disk.

        It gave a number for the very request that has ours already, whose record is being written:
        shown and printed now, it would be a second paper (rule 7).
        """
        writing = "" if self.alone is None else self.alone.writing
        return bool(self._later) or (bool(writing) and writing in requests)

    def disk_answered(self, *, recorded: bool) -> None:
        """Go on with what waited; once ours is recorded, the hub's picture is taken anew anyway."""
        later, self._later = self._later, []
        for call in later if not recorded else ():
            _alone(call)

    def here(self, happened: Sequence[Happened]) -> None:
        """Take what was decided and recorded at this Pi."""
        for one in happened:
            self.fold(one)
        self._tell(happened)

    def fold(self, one: Happened) -> None:
        """Show what is in our own records."""
        try:
            evolve(self.recorded, one.event, one.time_ms)
        except KeyError as error:
            # What it is about is not in the picture that the hub gave: the hub judges it.
            log.warning("our record %d (%s) cannot be shown: %s", one.seq, one.name, error)

    def _tell(self, happened: Sequence[Happened]) -> None:
        for react in self.on_recorded:
            _alone(partial(react, happened))

    def _answer_owed(self) -> None:
        ready = [answer for seq, answer in self._owed if seq <= self.last_seq]
        self._owed = [owed for owed in self._owed if owed[0] > self.last_seq]
        for answer in ready:
            _alone(answer)

    # ---- commands

    def submit(self, submission: Submission, reply: Reply) -> None:
        """Have a command decided at the hub; ``reply`` runs once."""
        command = self.complete(submission.command)
        refusal = self.barred or self.vet(command)
        if refusal is not None:
            reply(Outcome(refusal=refusal))
            return
        if type(command) not in NAMES:
            reply(Outcome(refusal=NOT_FROM_HERE))
            return
        beside, command, reply = self.apart(submission.id, command, reply)
        carried = Carried(reply)
        if self.alone is not None:
            found = self.alone.begin(submission, command, reply)
            if found is None:
                return
            carried = found
        if self.carry is None:
            carried.answered(Outcome(refusal=HUB_AWAY))
            return
        question = {
            "what": "command",
            "id": submission.id,
            "name": NAMES[type(command)],
            "params": _given(command),
            "by": submission.by,
            **beside,
        }
        self.carry(
            question,
            COMMAND_S,
            lambda answer: self._answered(answer, submission, carried.answered),
            carried.wanted,
        )

    def when(self, seq: int, call: Callable[[], None]) -> None:
        """Do something once this event of the hub was seen here."""
        if seq <= self.last_seq:
            call()
        else:
            self._owed.append((seq, call))

    def _answered(
        self, answer: dict[str, Any] | None, submission: Submission, reply: Reply
    ) -> None:
        if answer is None:
            reply(Outcome(refusal=HUB_AWAY))
            return
        if (refusal := answer.get("refusal")) is not None:
            told = msgspec.convert(refusal, Refusal)
            not_there = told.code in _NOT_THERE and self.hub_is_older()
            reply(Outcome(refusal=HUB_OLDER if not_there else told))
            return
        events = answer.get("events", ())
        # Of a newer hub some may be unknown here: the others are the answer.
        outcome = Outcome(
            tuple(_happened(event, submission) for event in events if event["type"] in EVENTS),
            repeated=bool(answer.get("repeated")),
        )
        if self.alone is not None:
            self.alone.seen(submission.id, outcome)
        last = int(events[-1]["seq"]) if events else 0
        self.when(last, lambda: reply(outcome))


def _given(command: Command) -> dict[str, Any]:
    """Return a command's parameters as plain data; what is as by default is left out."""
    data: dict[str, Any] = msgspec.to_builtins(command)
    usual = {field.name: field.default for field in fields(command)}
    return {
        name: value
        for name, value in data.items()
        if getattr(command, name) != usual[name] or value not in (None, "", [], False)
    }


def _requests_of(happened: Sequence[Happened]) -> set[str]:
    """Return the requests for which tickets were given."""
    return {one.event.request for one in happened if isinstance(one.event, TicketIssued)}


def _known(told: ToldEvent) -> Happened | None:
    """Return an event of the hub's; None for one that only a newer version knows."""
    try:
        event = decode_event(told.type, told.body)
    except (KeyError, msgspec.DecodeError) as error:
        log.warning("event %d (%s) is not known here: %s", told.seq, told.type, error)
        return None
    return Happened(told.seq, told.time_ms, told.type, told.by, "", event, told.body)


def _happened(told: Mapping[str, Any], submission: Submission) -> Happened:
    body = msgspec.json.encode(told["data"])
    name = str(told["type"])
    return Happened(
        int(told["seq"]), int(told["time_ms"]), name, submission.by, submission.id,
        decode_event(name, body), body,
    )  # fmt: skip


def _alone(call: Callable[[], None]) -> None:
    """Run a consequence: one that fails must not leave the others undone or unanswered."""
    try:
        call()
    except Exception:
        log.exception("a consequence of an event of the hub failed")
