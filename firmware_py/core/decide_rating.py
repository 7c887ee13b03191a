"""Decisions on ratings: a rating belongs to the transaction that it rates.

A pad knows only its window. While a question is open there, a press answers it, also when the next
taxpayer was called already. Any other press rates nothing, and which one it was is recorded, once
for each transaction and cause: a key that is held down must not fill the journal.

========================================  ============================================
pressed                                   decided
========================================  ============================================
question open                             counts
its time is over, nobody called since     counts as late within ``rating_late_s``, else ``late``
rated already                             ``double``
work in hand not finished                 ``early``
a ticket that was served elsewhere        ``other_window``
nobody served here today                  ``nothing``
========================================  ============================================
"""

from __future__ import annotations

from dataclasses import dataclass

from firmware_py.core import commands as c
from firmware_py.core import events as e
from firmware_py.core.alarms import free_key
from firmware_py.core.decide_tickets import find
from firmware_py.core.decide_windows import find_window
from firmware_py.core.events_aside import AlarmRaised
from firmware_py.core.model import AlarmKind, Level, State, Ticket, TicketStatus, Window
from firmware_py.core.refusals import RecordedRefusal, Refusal, refuse
from firmware_py.core.rules import Rules

__all__ = ["ask", "give_reason", "rate"]

Decision = list[e.Event] | Refusal

#: Why a rating does not count -> the refusal that says so.
_SAID = {
    "late": "rating_late",
    "double": "already_rated",
    "early": "rating_early",
    "other_window": "rating_elsewhere",
    "nothing": "no_rating_open",
}


@dataclass(frozen=True, slots=True)
class _Meant:
    """The transaction that a press can only mean; ``why`` it does not count, "" when it does."""

    ticket: Ticket | None
    why: str = ""
    late: bool = False


def ask(rules: Rules, window: Window, number: str, now_ms: int) -> list[e.Event]:
    """Ask for the rating of ``number``; a question still open there ends unanswered."""
    events: list[e.Event] = []
    if window.rating_ticket is not None and window.rating_ticket != number:
        events.append(e.RatingUnanswered(window.rating_ticket, window.id))
    events.append(e.RatingAsked(number, window.id, now_ms + rules.rating_wait_s * 1000))
    return events


def rate(rules: Rules, state: State, command: c.Rate, now_ms: int) -> Decision:
    """Take a rating at a window's pad, or for a named ticket."""
    if not 1 <= command.score <= rules.rating_max:
        return refuse("bad_score", max=rules.rating_max)
    window: Window | None = None
    if command.window is not None:
        found = find_window(state, command.window)
        if isinstance(found, Refusal):
            return found
        window = found
    if command.number is not None:
        named = find(state, command.number)
        if isinstance(named, Refusal):
            return named
        meant = _named(rules, state, named, window, now_ms)
    elif window is not None:
        meant = _at(rules, state, window, now_ms)
    else:
        return refuse("rating_where")
    ticket = meant.ticket
    if ticket is not None and meant.why == "double" and _adds_reason(rules, ticket, command):
        return give_reason(rules, state, c.GiveReason(command.reason, None, ticket.number), now_ms)
    if meant.why or ticket is None or ticket.window is None:
        return _rejected(command, meant, window)
    return _given(rules, state, ticket, ticket.window, command, late=meant.late)


def _given(
    rules: Rules, state: State, ticket: Ticket, window: str, command: c.Rate, *, late: bool
) -> list[e.Event]:
    bad = command.score <= rules.rating_bad
    reason = command.reason if bad else ""
    events: list[e.Event] = [e.RatingGiven(ticket.number, window, command.score, bad, reason, late)]
    if bad:
        key = free_key(state, AlarmKind.RATING, ticket.number)
        events.append(
            AlarmRaised(key, AlarmKind.RATING, Level.RED, ticket.number, window, command.score)
        )
    return events


def _at(rules: Rules, state: State, window: Window, now_ms: int) -> _Meant:
    """Say what a press at a window's own pad means."""
    if window.rating_ticket is not None:
        return _Meant(state.tickets[window.rating_ticket])
    last = state.tickets.get(window.rated_ticket or "")
    in_hand = state.tickets.get(window.ticket or "")
    if in_hand is not None and not _still_the_last_ones(rules, last, in_hand, now_ms):
        return _Meant(in_hand, "early")
    if last is None:
        return _Meant(None, "nothing")
    return _asked_before(rules, last, window, now_ms)


def _still_the_last_ones(rules: Rules, last: Ticket | None, in_hand: Ticket, now_ms: int) -> bool:
    """Whether the taxpayer before may still stand at the pad: called away while being asked."""
    if last is None or last.rated_ms is None or in_hand.called_ms is None:
        return False
    soon = now_ms - last.rated_ms <= rules.rating_wait_s * 1000
    return soon and in_hand.called_ms < last.rated_ms


def _named(
    rules: Rules, state: State, ticket: Ticket, window: Window | None, now_ms: int
) -> _Meant:
    """Say what a rating for a named ticket means."""
    if window is not None and ticket.window != window.id:
        return _Meant(ticket, "other_window")
    if ticket.rating_state == "asked":
        return _Meant(ticket)
    if ticket.rating_state:
        at = state.windows.get(ticket.window or "")
        return _asked_before(rules, ticket, at, now_ms)
    # Never asked: its work goes on, or the hall asks for no ratings.
    return _Meant(ticket, "nothing" if ticket.status is TicketStatus.FINISHED else "early")


def _asked_before(rules: Rules, ticket: Ticket, at: Window | None, now_ms: int) -> _Meant:
    if ticket.rating_state == "given":
        return _Meant(ticket, "double")
    counts = (
        at is not None
        and at.ticket is None
        and at.rated_ticket == ticket.number
        and ticket.rated_ms is not None
        and at.last_call_ms <= ticket.rated_ms
        and now_ms - ticket.rated_ms < rules.rating_late_s * 1000
    )
    return _Meant(ticket, late=True) if counts else _Meant(ticket, "late")


def _rejected(command: c.Rate, meant: _Meant, window: Window | None) -> Refusal:
    """Refuse; the first time for this transaction and cause, record it too."""
    ticket, why = meant.ticket, meant.why
    number = ticket.number if ticket is not None else ""
    refusal = refuse(_SAID[why], number=number)
    place = window.id if window is not None else ticket.window if ticket is not None else None
    if place is None:
        # Still waiting and named by number: no window took part.
        return refusal
    if ticket is None:
        known = window is None or window.rated_nothing
    else:
        known = why in ticket.rating_rejected
    if known:
        return refusal
    rejected = e.RatingRejected(place, command.score, why, number or None)
    return RecordedRefusal.of(refusal, rejected)


def _adds_reason(rules: Rules, ticket: Ticket, command: c.Rate) -> bool:
    """Whether this says again what was given, now with its reason."""
    return (
        ticket.rating == command.score <= rules.rating_bad
        and bool(command.reason)
        and not ticket.rating_reason
    )


def give_reason(rules: Rules, state: State, command: c.GiveReason, now_ms: int) -> Decision:
    """Take the reason of a bad rating: once, soon after it. The score itself stays."""
    number = command.number
    if number is None:
        if command.window is None:
            return refuse("rating_where")
        window = find_window(state, command.window)
        if isinstance(window, Refusal):
            return window
        if window.rated_ticket is None:
            return refuse("no_bad_rating")
        number = window.rated_ticket
    ticket = find(state, number)
    if isinstance(ticket, Refusal):
        return ticket
    score, at = ticket.rating, ticket.window
    if score is None or score > rules.rating_bad or at is None or ticket.rated_ms is None:
        return refuse("no_bad_rating")
    if not command.reason.strip():
        return refuse("reason_empty")
    if ticket.rating_reason:
        return refuse("reason_known", number=ticket.number)
    if now_ms - ticket.rated_ms >= rules.rating_reason_s * 1000:
        return refuse("reason_late", number=ticket.number)
    return [e.RatingGiven(ticket.number, at, score, bad=True, reason=command.reason)]
