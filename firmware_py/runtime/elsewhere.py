"""What is at another Pi: a window's screens and scanner, and the hub that records.

Asked at the wrong Pi it would be shown to nobody; who asks is told where.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware_py.app.followed import HUB_AWAY
from firmware_py.app.ports import Outcome, Submission
from firmware_py.core.decide_windows import find_window
from firmware_py.core.refusals import Refusal
from firmware_py.runtime import keep_words as words
from firmware_py.runtime.control import QueryError
from firmware_py.runtime.outcomes import outcome_of
from firmware_py.settings import Settings

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall

__all__ = ["elsewhere", "recorded_outcome", "stands_here"]

#: How a command ends that nobody could decide just now.
_NOBODY = frozenset({HUB_AWAY.code, "alone_cannot"})


def elsewhere(settings: Settings, window: str) -> str | None:
    """Return the Pi at which a window stands; None when it is this one."""
    nodes = settings.nodes
    if not nodes:
        return None
    own = settings.hall.node
    at = next((name for name, node in nodes.items() if window in node.windows), None)
    if at is None:
        # What no node has is the first hub's.
        at = settings.spread.hub if own in nodes else own
    return None if at == own else at


def stands_here(hall: Hall, window: str) -> None:
    """Raise ``QueryError`` for a window whose screens and scanner are at another Pi."""
    found = find_window(hall.state(), window)
    if isinstance(found, Refusal):
        raise QueryError(found)
    node = elsewhere(hall.settings, window)
    if node is not None:
        raise QueryError(words.elsewhere(window, node))


async def recorded_outcome(hall: Hall, submission: Submission) -> Outcome:
    """Return a command's outcome; in words that fit, when the hub cannot be reached for it."""
    outcome = await outcome_of(hall.writer, submission)
    if outcome.refusal is not None and outcome.refusal.code in _NOBODY:
        return Outcome(refusal=words.AWAY)
    return outcome
