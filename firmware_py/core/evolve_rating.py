"""Folds what happened to ratings into the state."""

from __future__ import annotations

from firmware_py.core import events as e
from firmware_py.core.model import State, Window

__all__ = ["asked", "forget", "given", "rejected", "unanswered"]


def forget(window: Window) -> None:
    """A new day: nobody has been served at the window."""
    window.rating_ticket = window.rated_ticket = None
    window.rated_nothing = False


def asked(state: State, event: e.RatingAsked, at_ms: int) -> None:
    """The pad asks."""
    state.tickets[event.number].rating_state = "asked"
    window = state.window_of(event.window)
    window.rating_again = window.rating_ticket == event.number
    window.rating_ticket = event.number
    window.rating_until_ms = event.until_ms


def _closed(state: State, window: str, number: str, at_ms: int) -> None:
    found = state.window_of(window)
    if found.rating_ticket == number:
        found.rating_ticket = None
    found.rated_ticket = number
    state.tickets[number].rated_ms = at_ms


def given(state: State, event: e.RatingGiven, at_ms: int) -> None:
    """A rating counts."""
    ticket = state.tickets[event.number]
    ticket.rating = event.score
    ticket.rating_reason = event.reason
    if ticket.rating_state == "given":
        # Its reason came: neither the rating nor its time is new.
        return
    ticket.rating_state = "given"
    _closed(state, event.window, event.number, at_ms)


def unanswered(state: State, event: e.RatingUnanswered, at_ms: int) -> None:
    """No answer came."""
    state.tickets[event.number].rating_state = "none"
    _closed(state, event.window, event.number, at_ms)


def rejected(state: State, event: e.RatingRejected, at_ms: int) -> None:
    """A rating did not count."""
    if event.number is None:
        state.window_of(event.window).rated_nothing = True
        return
    ticket = state.tickets[event.number]
    ticket.rating_rejected = (*ticket.rating_rejected, event.why)
