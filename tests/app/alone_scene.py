"""A hub and one other Pi between which the test carries what is said, or does not."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from firmware_py.app.alone import Alone
from firmware_py.app.followed import FollowedWriter
from firmware_py.app.own_records import OwnRecords, Told
from firmware_py.app.ports import Happened, Outcome, Submission
from firmware_py.app.wire import (
    decode_event,
    decode_state,
    encode_state,
    outcome_json,
    parse_command,
)
from firmware_py.core import commands as c
from firmware_py.core.commands_spread import LendNumbers, MergeRecord, WriteOffNumbers
from firmware_py.core.decide_alone import Here
from firmware_py.core.evolve import initial
from firmware_py.core.records import Record
from firmware_py.core.refusals import Refusal
from firmware_py.sync.followed import Followed
from tests.app.desk import DISK_FULL, Desk, Disk, MemoryJournal
from tests.core.hall import RULES

__all__ = ["HERE", "Pi", "Scene"]

HERE = Here("kiosk-1", frozenset({"1"}), frozenset({"kiosk-1"}))
AFTER_S = 2.0
EPOCH = "E1"


class Pi:
    """The Pi's daemon; ``restart`` leaves it what is on its card."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.journal = MemoryJournal()
        self.told = Told()
        self.boot = 1
        #: What came out, in order: events, answers.
        self.seen: list[str] = []
        self.start(None)

    def start(self, kept: bytes | None) -> None:
        """Start with what was kept of the hall in this boot, if anything was."""
        self.disk = Disk(self.journal)
        records = OwnRecords(
            self.journal, self.disk, self.told, f"{HERE.node}:J.{self.boot}",
            lambda error: DISK_FULL,
        )  # fmt: skip
        self.alone = Alone(
            HERE, records, AFTER_S, lambda: self.scene.now_s, lambda: self.scene.hub.now_ms,
            ready=kept is not None, joined_records=records.last_seq,
        )  # fmt: skip
        self.alone.heard_s = lambda: self.scene.heard_s
        self.alone.give_up = self._give_up
        state = initial(RULES) if kept is None else decode_state(kept)
        self.writer = FollowedWriter(RULES, state, self.alone)
        self.writer.carry = self.scene.carry
        self.writer.on_recorded.append(lambda happened: self.seen.extend(h.name for h in happened))

    def restart(self, *, boot: bool = False) -> None:
        """End without a word and start again, in another boot or the same."""
        self.told = self.alone.records.told
        self.boot += boot
        self.start(None if boot else encode_state(self.writer.recorded))

    def _give_up(self) -> None:
        self.give(WriteOffNumbers(HERE.node, "restarted"), f"restarted:{self.boot}")

    def give(self, command: c.Command, command_id: str) -> list[Outcome]:
        """Give a command; the list gets its outcome once there is one."""
        outcomes = list[Outcome]()

        def reply(outcome: Outcome) -> None:
            outcomes.append(outcome)
            self.seen.append(f"reply {command_id}")

        self.writer.submit(Submission(command_id, "screen", command), reply)
        return outcomes

    def press(self, command_id: str) -> list[Outcome]:
        """Press for a ticket."""
        return self.give(c.TakeTicket("D01", "kiosk-1"), command_id)

    def may_give(self) -> bool:
        """Say whether numbers may be given without the hub at all."""
        return self.alone.ready

    def stale(self) -> bool:
        """Say whether there are decisions here that the hub has not told back."""
        return self.alone.stale

    @property
    def numbers(self) -> list[str]:
        """The tickets as this Pi knows them."""
        return list(self.writer.recorded.tickets)


class Scene:
    """``hub`` decides; what ``pi`` asks waits in ``asked`` until ``answer``."""

    def __init__(self, lent: int = 20) -> None:
        self.hub = Desk()
        self.hub.done(c.OpenDay("2026-03-02"))
        self.now_s = self.heard_s = 1000.0
        self.asked: list[tuple[Mapping[str, Any], Callable[[dict[str, Any] | None], None]]] = []
        self.pi = Pi(self)
        self.join()
        if lent:
            self.lend(lent)

    def lend(self, count: int) -> None:
        """The hub lends numbers, and they are heard of."""
        self.hub.done(LendNumbers(HERE.node, "common", count))
        self.join()

    # ---- the line

    def carry(
        self,
        question: Mapping[str, Any],
        within_s: float,
        answered: Callable[[dict[str, Any] | None], None],
        wanted: Callable[[], bool],
    ) -> None:
        """Keep a question of the Pi's."""
        self.asked.append((question, answered))

    def decide(self, nth: int = -1) -> tuple[dict[str, Any], Sequence[Happened]]:
        """Have the hub decide what was asked; return its answer and events, not heard yet."""
        question, _ = self.asked[nth]
        command = parse_command(str(question["name"]), dict(question["params"]))
        outcome = self.hub.done(command, str(question["id"]))
        if outcome.refusal is not None:
            return {"refusal": {"code": outcome.refusal.code, "zh": "。", "en": "."}}, ()
        return dict(json.loads(outcome_json(outcome))), outcome.happened

    def answer(self, told: dict[str, Any] | None, nth: int = -1) -> None:
        """Bring an answer."""
        self.heard_s = self.now_s
        self.asked[nth][1](told)
        self.pi.disk.run()

    def stands(self, trouble: str) -> None:
        """Say how the line stands."""
        self.pi.alone.stands(trouble)

    def later(self, seconds: float) -> None:
        """Let time pass, looking four times a second."""
        for _ in range(round(seconds * 4)):
            self.now_s += 0.25
            self.hub.now_ms += 250
            self.pi.alone.look()

    def cut(self) -> None:
        """The broker is away, and known to be."""
        self.stands("broker")
        self.later(AFTER_S)

    def join(self) -> None:
        """The hub is heard, and taken as a whole."""
        self.heard_s = self.now_s
        self.stands("joining")
        self._joined(EPOCH)

    def back(self, epoch: str = EPOCH) -> int:
        """Back again: records first, then the hall; return how many were offered."""
        self.heard_s, offered = self.now_s, 0
        while (question := self.pi.alone.question(epoch)) is not None:
            for told in question["told"]:
                offered += 1
                event = decode_event(told["type"], bytes(told["data"]))
                record = Record(
                    question["source"], told["seq"], told["time_ms"], told["type"], told["by"],
                    told["id"], event,
                )  # fmt: skip
                merge_id = f"merge:{record.source}:{record.seq}"
                self.hub.done(MergeRecord(record), merge_id)
            self.pi.alone.merged(epoch, question["told"][-1]["seq"])
        self.stands("joining")
        self._joined(epoch)
        return offered

    def _joined(self, epoch: str) -> None:
        hub = self.hub.writer
        self.pi.writer.joined(encode_state(hub.recorded), hub.last_seq, epoch)
        self.stands("")

    def events(self, happened: Sequence[Happened]) -> None:
        """Bring events of the hub's."""
        self.heard_s = self.now_s
        self.pi.writer.came(
            [Followed(EPOCH, h.seq, h.time_ms, h.name, h.by, h.body) for h in happened]
        )

    @property
    def queue(self) -> list[str]:
        """Who waits at the hub, in order of issue."""
        state = self.hub.writer.recorded
        return [number for queue in state.queues.values() for _, _, number in sorted(queue)]


def refusal_of(outcomes: list[Outcome]) -> Refusal:
    """Return why it was refused."""
    (outcome,) = outcomes
    assert outcome.refusal is not None
    return outcome.refusal
