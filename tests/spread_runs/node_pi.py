"""A Pi that follows: the real writer of such a Pi, going on alone, with its records and papers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from firmware_py.app.alone import Alone
from firmware_py.app.followed import FollowedWriter
from firmware_py.app.own_records import OwnRecords, Told
from firmware_py.app.paper_jobs import given_meanwhile
from firmware_py.app.ports import Happened, Outcome, Submission
from firmware_py.app.wire import decode_state, encode_state
from firmware_py.core import commands as c
from firmware_py.core.commands_spread import WriteOffNumbers
from firmware_py.core.decide_alone import Here
from firmware_py.core.epoch import NO_EPOCH, Epoch
from firmware_py.core.events import TicketIssued
from firmware_py.core.evolve import initial
from firmware_py.core.model import State
from firmware_py.core.rules import Rules
from firmware_py.sync.followed import Followed
from firmware_py.sync.rights import NodePlace
from tests.app.desk import DISK_FULL, Disk, MemoryJournal
from tests.spread_runs.hub_pi import HubPi

__all__ = ["AFTER_S", "Asked", "NodePi"]

AFTER_S = 2.0


@dataclass
class Asked:
    """A question under way; ``answers`` are on their way back, each with its hub's epoch."""

    question: Mapping[str, Any]
    until_s: float
    answered: Callable[[dict[str, Any] | None], None]
    wanted: Callable[[], bool]
    answers: list[tuple[Epoch, list[Outcome]]] = field(default_factory=list)


class NodePi:
    """``now_s`` is running time; its wall clock is wrong, and what it reckons is what hubs told."""

    def __init__(self, here: Here, rules: Rules, now_s: Callable[[], float]) -> None:
        self.here, self.rules, self.now_s = here, rules, now_s
        self.place = NodePlace(here.node, frozenset(), here.windows, here.kiosks)
        self.journal, self.told = MemoryJournal(), Told()
        self.boot = 1
        self.known = NO_EPOCH
        #: Hall time beyond running time: minutes off before a hub told it (``FollowedClock``).
        self.ahead_ms = 0
        #: On the card: which tickets have their paper, and for which request.
        self.papers: dict[str, str] = {}
        self.asked: list[Asked] = []
        self.start(None)

    def start(self, kept: bytes | None) -> None:
        """Start, with what was kept of the hall in this boot."""
        self.disk = Disk(self.journal)
        source = f"{self.here.node}:J.{self.boot}"
        records = OwnRecords(self.journal, self.disk, self.told, source, lambda error: DISK_FULL)
        self.heard_s = 0.0
        self.alone = Alone(
            self.here, records, AFTER_S, self.now_s, self.clock_ms,
            ready=kept is not None, joined_records=records.last_seq,
        )  # fmt: skip
        self.alone.heard_s = lambda: self.heard_s
        self.alone.give_up = self._give_up
        state = initial(self.rules) if kept is None else decode_state(kept)
        self.writer = FollowedWriter(self.rules, state, self.alone)
        self.writer.carry = self._carry
        self.writer.on_recorded.append(self._recorded)
        self.writer.on_joined.append(self._joined)
        #: The hub that is followed, by its epoch, and up to which event; None: to be joined.
        self.at: tuple[str, int] | None = None
        self.asked = []

    def _give_up(self) -> None:
        command = WriteOffNumbers(self.here.node, "restarted")
        self.give(command, f"{self.here.node}:boot{self.boot}")

    def restart(self, *, boot: bool) -> None:
        """Crash, and start again; another boot knows no hall until it has joined."""
        self.told = self.alone.records.told
        self.boot += boot
        known = self.alone.ready and not boot
        self.start(encode_state(self.writer.recorded) if known else None)

    def clock_ms(self) -> int:
        """Hall time as this Pi reckons it."""
        return round(self.now_s() * 1000) + self.ahead_ms

    @property
    def state(self) -> State:
        """The hall as it is known here."""
        return self.writer.recorded

    def give(self, command: c.Command, command_id: str) -> list[Outcome]:
        """Press something here."""
        found = list[Outcome]()
        self.writer.submit(Submission(command_id, self.here.node, command), found.append)
        return found

    def _carry(
        self,
        question: Mapping[str, Any],
        within_s: float,
        answered: Callable[[dict[str, Any] | None], None],
        wanted: Callable[[], bool],
    ) -> None:
        self.asked.append(Asked(question, self.now_s() + within_s, answered, wanted))

    # ---- paper, as runtime.papers has it

    def _print(self, number: str, request: str, origin: str | None) -> None:
        if origin in self.here.kiosks and number not in self.papers:
            self.papers[number] = request

    def _recorded(self, happened: Sequence[Happened]) -> None:
        for one in happened:
            if isinstance(one.event, TicketIssued):
                self._print(one.event.number, one.event.request, one.event.origin)

    def _joined(self, before: State) -> None:
        for ticket in given_meanwhile(before, self.state):
            self._print(ticket.number, ticket.request, ticket.origin)

    # ---- the line

    def stands(self, trouble: str) -> None:
        """Hear how the line stands."""
        self.alone.stands(trouble)
        if trouble:
            self.at = None if trouble == "joining" else self.at

    def look(self) -> None:
        """Do what time brings."""
        self.alone.look()
        self.alone.tick()
        for asked in list(self.asked):
            if self.now_s() >= asked.until_s:
                self.asked.remove(asked)
                asked.answered(None)

    def follow(self, hub: HubPi, most: int, *, heard: bool) -> bool:
        """One exchange with the hub: records first, then all of it, or what is next.

        ``heard``: the acknowledgment of records came. False: there was nothing left to do.
        """
        if hub.epoch < self.known:
            return False
        name, self.known, self.heard_s = hub.epoch_name, hub.epoch, self.now_s()
        self.ahead_ms = hub.here.now_ms - round(self.now_s() * 1000)
        question = self.alone.question(name)
        if question is not None:
            hub.merge(self.place, question["source"], question["told"])
            if heard:
                self.alone.merged(name, question["told"][-1]["seq"])
            return True
        writer = hub.here.writer
        if self.at is None or self.at[0] != name or self.alone.stale or self.alone.trouble:
            self.alone.stands("joining")
            self.writer.joined(encode_state(writer.recorded), writer.last_seq, name)
            self.at = name, writer.last_seq
            self.alone.stands("")
            return True
        ready = [
            Followed(name, r.seq, r.time_ms, r.type, r.by, r.body)
            for r in hub.journal.records
            if self.at[1] < r.seq <= writer.last_seq
        ][:most]
        if ready:
            self.writer.came(ready)
            self.at = name, ready[-1].seq
        return bool(ready)
