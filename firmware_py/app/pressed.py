"""What was pressed at this Pi and is on its way to the hub: nobody knows yet what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from firmware_py.app.ports import Outcome, Submission
from firmware_py.core.commands import Command

__all__ = ["Carried", "Pressed"]

Reply = Callable[[Outcome], None]


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Carried:
    """What answers a command that is carried to the hub, and whether it still wants an answer."""

    answered: Reply
    wanted: Callable[[], bool] = _always


@dataclass(slots=True)
class Pressed:
    """A command of which nobody knows yet what becomes of it."""

    submission: Submission
    command: Command
    reply: Reply
    #: When the hub was heard last, and how long this Pi has run since without hearing it.
    heard_s: float
    silent_s: float = 0.0
    seen: Outcome | None = None
    over: bool = False

    def answer(self, outcome: Outcome) -> None:
        """Answer, once: what comes later is dropped."""
        if not self.over:
            self.over = True
            self.reply(outcome)
