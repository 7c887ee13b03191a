"""A hall as a kiosk's and a window's Pi decides it while the hub is away."""

from __future__ import annotations

from collections.abc import Callable

from firmware_py.core import commands as c
from firmware_py.core import events as e
from firmware_py.core.commands_spread import LendNumbers
from firmware_py.core.decide import decide
from firmware_py.core.decide_alone import Here, decide_alone
from firmware_py.core.evolve import evolve
from firmware_py.core.refusals import RecordedRefusal, Refusal
from tests.core.hall import Hall

__all__ = ["CASES", "AloneHall"]

HERE = Here("pi-1", frozenset({"1"}), frozenset({"kiosk-1"}))


class AloneHall(Hall):
    """``cut`` begins it; until then the hub decides."""

    alone = False

    def lend(self, count: int = 20) -> AloneHall:
        """Have the hub lend numbers to this Pi."""
        self.do(LendNumbers(HERE.node, "common", count))
        return self

    def cut(self) -> AloneHall:
        """Cut the cable."""
        self.alone = True
        return self

    def ask(self, command: c.Command) -> list[e.Event] | Refusal:
        """Decide here or there."""
        if not self.alone:
            decision = decide(self.rules, self.state, command, self.now_ms)
        else:
            decision = decide_alone(
                self.rules, self.state, HERE, (), command, self.now_ms, "request-1"
            )
        noted = decision.events if isinstance(decision, RecordedRefusal) else ()
        for event in noted if isinstance(decision, Refusal) else decision:
            evolve(self.state, event, self.now_ms)
            self.history.append((event, self.now_ms))
        return decision


def _cut() -> Hall:
    return AloneHall().cut()


#: The cases for ``test_refusals``.
CASES: dict[str, list[tuple[Callable[[], Hall], c.Command]]] = {
    "alone_cannot": [(_cut, c.OpenWindow("1", "1001")), (_cut, c.CloseDay())],
    "alone_cannot_call": [(_cut, c.CallNext("1"))],
    "alone_no_numbers": [(_cut, c.TakeTicket("D01", "kiosk-1"))],
}
