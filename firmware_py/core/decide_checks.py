"""Decisions on checks at a window: asked, answered, withdrawn, ended with their ticket."""

from __future__ import annotations

from collections.abc import Iterable

from firmware_py.core import commands_checks as c
from firmware_py.core import events as e
from firmware_py.core.checks import CheckState, WindowCheck
from firmware_py.core.decide_windows import find_window
from firmware_py.core.events_checks import CheckAnswered, CheckAsked, CheckWithdrawn
from firmware_py.core.model import State, Window
from firmware_py.core.refusals import Refusal, refuse
from firmware_py.core.rules import Rules

__all__ = ["MOST_FIELDS", "answer", "ask", "standing", "with_ended", "withdraw"]

Decision = list[e.Event] | Refusal

MOST_FIELDS = 12
LONGEST_ID = 32
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")
_OF_AN_ID = _LETTERS | frozenset("0123456789_")
#: With these a ticket leaves the window that has it.
_LEAVES = (
    e.ServiceFinished,
    e.TicketMissed,
    e.TicketParked,
    e.TicketTransferred,
    e.TicketCancelled,
)


def ask(rules: Rules, state: State, command: c.AskCheck, now_ms: int) -> Decision:
    """Ask whoever is in the window's hand; a check that waits there is replaced."""
    window = find_window(state, command.window)
    if isinstance(window, Refusal):
        return window
    if window.ticket is None:
        return refuse("nobody_in_hand", window=window.id)
    fields = command.fields
    sound = 1 <= len(fields) <= MOST_FIELDS and len(set(fields)) == len(fields)
    if not sound or not all(_is_id(one) for one in fields):
        return refuse("check_fields", max=MOST_FIELDS)
    ticket = state.tickets[window.ticket]
    asked = CheckAsked(
        window.id, ticket.number, f"{ticket.number}-c{ticket.last_check + 1}", fields
    )
    return [*_over(window, "replaced"), asked]


def _is_id(text: str) -> bool:
    """Say whether it is a word of a program: never one of a person."""
    return 1 <= len(text) <= LONGEST_ID and text[0] in _LETTERS and _OF_AN_ID.issuperset(text)


def standing(state: State, window: str, check: str) -> WindowCheck | Refusal:
    """Return the check ``check`` while it waits for an answer at a window, or why it does not."""
    found = find_window(state, window)
    if isinstance(found, Refusal):
        return found
    present = found.check
    if present is None:
        return refuse("no_check", window=found.id)
    if present.check != check:
        return refuse("check_over", check=check, now=present.check)
    if present.state is not CheckState.OPEN:
        return refuse("check_answered", check=check)
    return present


def answer(rules: Rules, state: State, command: c.AnswerCheck, now_ms: int) -> Decision:
    """Take the taxpayer's answer: once."""
    present = standing(state, command.window, command.check)
    if isinstance(present, Refusal):
        return present
    corrected = command.corrected
    known = set(corrected) <= set(present.fields) and len(set(corrected)) == len(corrected)
    if command.outcome is CheckState.OPEN or not known:
        return refuse("check_corrections")
    if (command.outcome is CheckState.CORRECTED) != bool(corrected):
        return refuse("check_corrections")
    return [
        CheckAnswered(command.window, present.number, present.check, command.outcome, corrected)
    ]


def withdraw(rules: Rules, state: State, command: c.WithdrawCheck, now_ms: int) -> Decision:
    """Take a check back that waits for its answer."""
    present = standing(state, command.window, command.check)
    if isinstance(present, Refusal):
        return present
    return [CheckWithdrawn(command.window, present.number, present.check)]


def with_ended(state: State, events: list[e.Event]) -> list[e.Event]:
    """Return the events, before them the end of each check whose ticket leaves its window."""
    left = (window for event in events for window in _left_by(state, event))
    ended = [one for window in left for one in _over(window, "ended")]
    return [*ended, *events] if ended else events


def _left_by(state: State, event: e.Event) -> Iterable[Window]:
    """Return the windows whose ticket in hand leaves with an event."""
    if isinstance(event, e.DayClosed):
        return state.windows.values()
    if isinstance(event, _LEAVES):
        # A record may tell of a ticket that comes with it.
        ticket = state.tickets.get(event.number)
        window = None if ticket is None else state.windows.get(ticket.window or "")
        if window is not None and window.ticket == event.number:
            return (window,)
    return ()


def _over(window: Window, reason: str) -> list[e.Event]:
    present = window.check
    if present is None or present.state is not CheckState.OPEN:
        return []
    return [CheckWithdrawn(window.id, present.number, present.check, reason)]
