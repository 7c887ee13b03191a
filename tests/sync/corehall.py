"""A hall that really decides: the queue's core behind the broker's port, journal in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import SimpleNamespace
from typing import Any, cast

from firmware_py.app.ports import Happened, Outcome
from firmware_py.app.wire import encode, outcome_json, parse_command
from firmware_py.core.commands import Command
from firmware_py.core.decide import decide
from firmware_py.core.events import EVENT_NAMES, Event
from firmware_py.core.evolve import evolve
from firmware_py.core.model import State, Window
from firmware_py.core.refusals import RecordedRefusal, Refusal
from firmware_py.core.rules import Category, Item, Rules, Text, WindowRule
from firmware_py.runtime.broker_port import BrokerPort
from firmware_py.runtime.hall import Hall
from tests.sync.support import FakeHall, Stored

WINDOWS = ("1", "2", "3")


def rules() -> Rules:
    """Return a small hall: two categories, three windows, ten minutes for each item."""
    return Rules(
        categories={
            "invoices": Category("invoices", "D", Text("发票办理", "Invoices")),
            "filing": Category("filing", "B", Text("申报征收", "Filing and collection")),
        },
        items={
            "D01": Item("D01", "invoices", Text("发票领用", "Collect invoices"), 600, "invoices"),
            "B01": Item("B01", "filing", Text("纳税申报", "File a return"), 600, "filing"),
        },
        windows={w: WindowRule(w, Text(f"{w}号窗口", f"Window {w}")) for w in WINDOWS},
        next_guard_s=0,
        return_after_calls=0,
    )


class CoreHall(FakeHall):
    """Commands are decided at ``now_ms``, which the test moves."""

    def __init__(self) -> None:
        super().__init__()
        self.rules = rules()
        self.state = State(windows={w: Window(w) for w in WINDOWS})
        self.now_ms = 1_000

    @property
    def wall_offset_ms(self) -> int | None:
        return self.state.wall_offset_ms

    @wall_offset_ms.setter
    def wall_offset_ms(self, value: int | None) -> None:
        """The core's events say it here."""

    def snapshots(self) -> Iterable[tuple[str, bytes]]:
        """Return the pictures as the daemon draws them."""
        hall = SimpleNamespace(
            rules=self.rules,
            state=lambda: self.state,
            store=SimpleNamespace(epochs=[], first_seq=1),
            configuration=SimpleNamespace(picture=numbered),
        )
        return list(BrokerPort(cast("Hall", hall)).snapshots())

    def carry_out(self, command: Command, command_id: str, by: str) -> Outcome:
        """Decide and record a command."""
        decision = decide(self.rules, self.state, command, self.now_ms, command_id)
        refusal = decision if isinstance(decision, Refusal) else None
        noted = refusal.events if isinstance(refusal, RecordedRefusal) else ()
        happened = self.record(noted if isinstance(decision, Refusal) else decision, command_id, by)
        return Outcome(
            tuple(happened), refusal.told() if isinstance(refusal, RecordedRefusal) else refusal
        )

    def record(self, events: Sequence[Event], command_id: str, by: str) -> list[Happened]:
        """Record what happened, whatever decided it."""
        happened = []
        for event in events:
            evolve(self.state, event, self.now_ms)
            name, body = EVENT_NAMES[type(event)], encode(event)
            seq = self.last_seq + 1
            self.events.append(Stored(seq, self.now_ms, name, by, command_id, body))
            happened.append(Happened(seq, self.now_ms, name, by, command_id, event, body))
        if self.sync is not None:
            self.sync.recorded(happened)
        return happened

    async def submit(self, name: str, params: dict[str, Any], command_id: str, by: str) -> bytes:
        outcome = self.carry_out(parse_command(name, params), command_id, by)
        if outcome.refusal is not None:
            return encode({"refusal": outcome.refusal})
        return outcome_json(outcome)


def numbered() -> dict[str, Any]:
    """Return which configuration is in force."""
    return {"in_force": {"epoch": "EPOCH-A", "number": 7, "digest": "5b" * 32}, "offered": None}
