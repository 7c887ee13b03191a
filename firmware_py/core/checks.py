"""What a taxpayer is asked to check on the outer screen (请核对).

Only names of fields stand here. What stands in them may be somebody's name, address or number: it
is never in a state, an event or a refusal.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["CheckState", "WindowCheck"]


class CheckState(StrEnum):
    """What became of a check: it waits for an answer, or which it was."""

    OPEN = "open"
    #: All is right.
    CONFIRMED = "confirmed"
    #: Right but for what the taxpayer changed.
    CORRECTED = "corrected"
    #: Not right, and not changed here: the clerk asks.
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class WindowCheck:
    """The check of the ticket in a window's hand; ``check`` is its id, ``A001-c1``.

    ``fields`` and ``corrected`` are ids of fields; ``asked_ms`` is hall time.
    """

    check: str
    number: str
    fields: tuple[str, ...]
    asked_ms: int
    state: CheckState = CheckState.OPEN
    corrected: tuple[str, ...] = ()
