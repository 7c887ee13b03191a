"""A Pi that may decide: its journal, its writer, the copy it keeps, what it hands over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from typing import Any

from firmware_py.app.ports import Entry, NewEvent, Outcome, Submission
from firmware_py.app.recovery import recover
from firmware_py.app.wire import decode_event, encode, encode_outcome, parse_command
from firmware_py.core import commands as c
from firmware_py.core.commands_spread import MergeRecord, TakeOverNumbers
from firmware_py.core.epoch import Epoch, latest_epoch
from firmware_py.core.events import EVENT_NAMES
from firmware_py.core.events_hubs import HubPromoted
from firmware_py.core.model import State
from firmware_py.core.records import Record
from firmware_py.core.rules import Rules
from firmware_py.runtime.hub_role import stood_down
from firmware_py.runtime.merging import may_give, may_have_called, may_have_served
from firmware_py.sync.ledger import Stretch, common_seq
from firmware_py.sync.ports import EpochStart
from firmware_py.sync.rights import NodePlace, may_record
from tests.app.desk import Desk, MemoryJournal

__all__ = ["FIRST", "HubPi", "Kept"]

#: The name of the first hub's journal, which was never promoted.
FIRST = "E1"


@dataclass
class Kept:
    """The journal of this Pi's own time as hub, from where it stood down."""

    source: str
    journal: MemoryJournal
    starts: tuple[EpochStart, ...]
    merged: dict[str, int] = field(default_factory=dict)
    given: str = ""

    @property
    def stretches(self) -> list[Stretch]:
        """What it has of which epoch."""
        return _stretches(self.starts, self.journal.last_seq)


def _stretches(starts: Sequence[EpochStart], last: int) -> list[Stretch]:
    ends = [*(after.first_seq - 1 for _, after in pairwise(starts)), last][: len(starts)]
    return [
        Stretch(start.epoch, start.first_seq, end)
        for start, end in zip(starts, ends, strict=True)
        if end >= start.first_seq
    ]


class HubPi:
    """``decides``: its journal is its own; else it is a copy of another's."""

    def __init__(self, name: str, rules: Rules, *, decides: bool) -> None:
        self.name, self.rules = name, rules
        self.decides = decides
        self.starts: tuple[EpochStart, ...] = (EpochStart(FIRST, 1),) if decides else ()
        self.heard = Epoch(1, "hub")
        self.kept: list[Kept] = []
        self.journal = MemoryJournal()
        self.desk: Desk | None = Desk(rules, self.journal) if decides else None

    @property
    def epoch(self) -> Epoch:
        """That of the journal here."""
        return latest_epoch([one.epoch for one in self.starts], "hub")

    @property
    def epoch_name(self) -> str:
        """As the journal and every message have it."""
        return self.starts[-1].epoch

    @property
    def here(self) -> Desk:
        """The writer, of one that decides."""
        assert self.desk is not None
        return self.desk

    @property
    def state(self) -> State:
        """What is recorded."""
        return self.here.writer.recorded

    def restart(self) -> None:
        """Crash: what was on its way to the disk is lost."""
        if self.desk is not None:
            now_ms = self.desk.now_ms
            self.desk.start()
            self.desk.now_ms = now_ms

    # ---- as the hub

    def command(self, question: Mapping[str, Any], by: str, reply: list[Outcome]) -> None:
        """Decide what a Pi asked; the answer is there when the disk has worked."""
        command = parse_command(str(question["name"]), dict(question["params"]))
        submission = Submission(str(question["id"]), by, command)
        self.here.writer.submit(submission, reply.append)

    def do(self, command: c.Command, command_id: str) -> Outcome:
        """Decide and record."""
        return self.here.done(command, command_id)

    def merge(self, place: NodePlace, source: str, told: Sequence[Mapping[str, Any]]) -> None:
        """Take records as they came over the line."""
        state = self.here.writer

        class Numbers:
            def may_give(self, node: str, number: str) -> bool:
                return may_give(state.ahead, node, number)

            def may_have_called(self, window: str, number: str) -> bool:
                return may_have_called(state.ahead, window, number)

            def may_have_served(self, window: str, number: str) -> bool:
                return may_have_served(state.ahead, window, number)

        for one in told:
            event = decode_event(str(one["type"]), bytes(one["data"]))
            record = Record(
                source, int(one["seq"]), int(one["time_ms"]), str(one["type"]), str(one["by"]),
                str(one["id"]), event,
            )  # fmt: skip
            data = {name: getattr(event, name) for name in event.__slots__}
            allowed = may_record(place, record.type, data, Numbers())
            assert allowed, (place, record)
            self.do(MergeRecord(record, allowed), f"merge:{source}:{record.seq}")

    # ---- copy, promotion, standing down

    def copy_from(self, hub: HubPi, most: int) -> None:
        """Take the next commands of the hub's journal; begin anew where this is another's."""
        own = _stretches(self.starts, self.journal.last_seq)
        if self.starts and common_seq(own, hub.starts) < self.journal.last_seq:
            self.journal, self.starts = MemoryJournal(), ()
        after = self.journal.last_seq
        ahead = [one for one in hub.journal.records if one.seq > after]
        by_command = [(of, list(rows)) for of, rows in groupby(ahead, lambda one: one.command_id)]
        for command_id, rows in by_command[:most]:
            events = tuple(NewEvent(one.type, one.body) for one in rows)
            outcome = hub.journal.outcomes[command_id]
            self.journal.append([Entry(command_id, rows[0].by, rows[0].time_ms, outcome, events)])
        last = self.journal.last_seq
        self.starts = tuple(one for one in hub.starts if one.first_seq <= max(last, 1))
        self.heard = max(self.heard, hub.epoch)

    def promote(self) -> None:
        """Begin the next epoch on what was copied (rules 11 and 12)."""
        state = recover(self.rules, self.journal)
        epoch = max(self.heard, self.epoch).next_of(self.name)
        holder = state.numbers_at or state.hub or "hub"
        given = "".join(one.given for one in self.kept[-1:])
        event = HubPromoted(
            hub=self.name,
            former=state.hub or "hub",
            epoch=str(epoch),
            numbers_at=given if holder == self.name and given else holder,
            copy_seq=self.journal.last_seq,
        )
        seq = self.journal.last_seq + 1
        entry = Entry(
            f"promote:{epoch}", "technician", max(state.now_ms, self.journal.last_time_ms),
            encode_outcome(seq, 1, None), (NewEvent(EVENT_NAMES[HubPromoted], encode(event)),),
        )  # fmt: skip
        self.journal.append([entry])
        self.starts = (*self.starts, EpochStart(str(epoch), seq))
        self.heard, self.decides = epoch, True
        self.desk = Desk(self.rules, self.journal)
        for kept in self.kept:
            while (told := self.next_told(kept, self.starts, 50)) is not None:
                self._merge_own(kept, told)
                kept.merged[self.epoch_name] = int(told[-1]["seq"])

    def _merge_own(self, kept: Kept, told: Sequence[Mapping[str, Any]]) -> None:
        place = NodePlace(self.name, frozenset({"standby"}))
        self.merge(place, kept.source, told)

    def stand_down(self, epoch: Epoch) -> None:
        """Another hub has begun a higher epoch: decide nothing, keep what was written (rule 14)."""
        why = stood_down(epoch.hub)
        self.here.writer.held_back = lambda: why
        source = f"{self.name}:{self.epoch_name}"
        self.kept.append(Kept(source, self.journal, self.starts))
        self.journal, self.starts = MemoryJournal(), ()
        self.heard, self.decides, self.desk = epoch, False, None

    # ---- handing over (rule 15)

    def next_told(
        self, kept: Kept, starts: Sequence[EpochStart], most: int
    ) -> list[dict[str, Any]] | None:
        """Return the next records that a hub with these epochs lacks."""
        had = kept.merged.get(starts[-1].epoch)
        after = common_seq(kept.stretches, starts) if had is None else had
        rows = kept.journal.read(after, most)
        return [
            {"seq": r.seq, "time_ms": r.time_ms, "type": r.type, "by": r.by, "id": r.command_id,
             "data": r.body}
            for r in rows
        ] or None  # fmt: skip

    def hand_over(self, hub: HubPi, most: int, *, heard: bool) -> bool:
        """Offer what is next; ``heard``: the acknowledgment came. False: there is nothing left."""
        for kept in self.kept:
            told = self.next_told(kept, hub.starts, most)
            if told is not None:
                place = NodePlace(self.name, frozenset({"standby"}))
                hub.merge(place, kept.source, told)
                if heard:
                    kept.merged[hub.epoch_name] = int(told[-1]["seq"])
                return True
        for kept in self.kept[-1:]:
            last, epoch = kept.journal.last_seq, hub.epoch_name
            after = kept.merged.get(epoch, common_seq(kept.stretches, hub.starts))
            if after <= last and kept.given in {"", hub.name}:
                kept.given = hub.name
                hub.do(TakeOverNumbers(self.name), f"handover:{epoch}:{self.name}")
                if heard:
                    kept.merged[epoch] = last + 1
                return True
        return False
