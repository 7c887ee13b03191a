"""What may be asked about checks at a window (请核对); their values travel beside, never here.

None has a name for other programs: those give values, and what takes them out of a request
(``runtime.checks``) makes these of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from firmware_py.core.checks import CheckState

__all__ = ["AnswerCheck", "AskCheck", "CheckCommand", "WithdrawCheck"]


@dataclass(frozen=True, slots=True)
class AskCheck:
    """Have the taxpayer in hand check fields with these ids; one that stands is withdrawn."""

    window: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnswerCheck:
    """The taxpayer's answer; ``corrected`` are the ids of fields that were changed."""

    window: str
    check: str
    outcome: CheckState
    corrected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WithdrawCheck:
    """Take a check off the outer screen before it is answered."""

    window: str
    check: str


CheckCommand = AskCheck | AnswerCheck | WithdrawCheck
