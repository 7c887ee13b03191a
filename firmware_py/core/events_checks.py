"""What happened to checks at a window (请核对): names of fields, never what stands in them."""

from __future__ import annotations

from dataclasses import dataclass

from firmware_py.core.checks import CheckState

__all__ = ["CHECK_EVENTS", "CheckAnswered", "CheckAsked", "CheckEvent", "CheckWithdrawn"]


@dataclass(frozen=True, slots=True)
class CheckAsked:
    """A taxpayer was asked to check ``fields`` (ids, in order)."""

    window: str
    number: str
    check: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckAnswered:
    """The taxpayer answered; ``corrected`` are the ids of fields that were changed."""

    window: str
    number: str
    check: str
    outcome: CheckState
    corrected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckWithdrawn:
    """A check ended without an answer.

    ``reason``: ``withdrawn`` by somebody, ``replaced`` by another check, or ``ended`` because its
    ticket left the window.
    """

    window: str
    number: str
    check: str
    reason: str = "withdrawn"


CheckEvent = CheckAsked | CheckAnswered | CheckWithdrawn

CHECK_EVENTS: dict[str, type[CheckEvent]] = {
    "check.asked": CheckAsked,
    "check.answered": CheckAnswered,
    "check.withdrawn": CheckWithdrawn,
}
