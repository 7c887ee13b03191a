"""Decisions on records about ratings: the first that is told counts, whatever comes first.

A window's Pi may be back before the kiosk's whose number it served, when the hub that gave and
called it died with both unseen: what it says of the rating waits for the number then.
"""

from __future__ import annotations

from dataclasses import replace

from firmware_py.core import events as e
from firmware_py.core.alarms import free_key
from firmware_py.core.events_aside import AlarmRaised
from firmware_py.core.events_spread import RecordMerged
from firmware_py.core.model import AlarmKind, EarlyRating, Level, State
from firmware_py.core.rules import Rules

__all__ = ["RATING_RECORDS", "early_rating", "rating_record", "told_early"]

RATING_RECORDS = (e.RatingAsked, e.RatingGiven, e.RatingUnanswered, e.RatingRejected)
Rated = e.RatingAsked | e.RatingGiven | e.RatingUnanswered | e.RatingRejected


def rating_record(state: State, trace: RecordMerged, event: Rated) -> list[e.Event]:
    """Return what follows from a record about a rating, with its trace."""
    if event.number is not None and event.number not in state.tickets:
        waits = isinstance(event, e.RatingGiven | e.RatingUnanswered)
        return [replace(trace, outcome="early" if waits else "noted")]
    follows = _follows(state, event)
    return [trace, *follows] if follows else [replace(trace, outcome="noted")]


def _follows(state: State, event: Rated) -> list[e.Event]:
    if event.number is None:
        return []
    ticket = state.tickets[event.number]
    match event:
        case e.RatingAsked():
            window = state.windows.get(event.window)
            free = window is not None and window.rating_ticket is None
            wanted = free and not ticket.rating_state and ticket.window == event.window
            return [event] if wanted and state.day_open else []
        case e.RatingGiven():
            if ticket.rating_state == "given":
                adds = ticket.rating == event.score and not ticket.rating_reason
                return [event] if adds and event.reason else []
            return [*_given(state, event, late=ticket.rating_state == "none")]
        case e.RatingUnanswered():
            return [event] if ticket.rating_state in {"", "asked"} else []
        case e.RatingRejected():
            return [event] if event.why not in ticket.rating_rejected else []


def _given(state: State, event: e.RatingGiven, *, late: bool) -> list[e.Event]:
    events: list[e.Event] = [replace(event, late=late)]
    if event.bad:
        key = free_key(state, AlarmKind.RATING, event.number)
        events.append(
            AlarmRaised(key, AlarmKind.RATING, Level.RED, event.number, event.window, event.score)
        )
    return events


def early_rating(known: EarlyRating | None, told: RecordMerged) -> EarlyRating:
    """Return what is known of the rating of a number that is not known yet, with one word more."""
    window, reason = told.window or "", told.word or ""
    if known is None:
        return EarlyRating(window, told.value, reason)
    if known.score is None and told.value is not None:
        return EarlyRating(window, told.value, reason, late=True)
    if known.score == told.value and not known.reason:
        return replace(known, reason=reason)
    return known


def told_early(rules: Rules, state: State, number: str) -> list[e.Event]:
    """Return the rating of a number that is known from now on, if it was told before that."""
    rated = state.early_ratings.get(number)
    if rated is None:
        return []
    if rated.score is None:
        return [e.RatingUnanswered(number, rated.window)]
    bad = rated.score <= rules.rating_bad
    event = e.RatingGiven(number, rated.window, rated.score, bad, rated.reason)
    return _given(state, event, late=rated.late)
