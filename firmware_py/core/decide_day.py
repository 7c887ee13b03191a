"""Decisions on the business day and its clock."""

from __future__ import annotations

from firmware_py.core import commands as c
from firmware_py.core import events as e
from firmware_py.core.model import State, TicketStatus
from firmware_py.core.refusals import Refusal, refuse
from firmware_py.core.rules import Rules

__all__ = [
    "ENDED",
    "check_hours",
    "close_day",
    "local_seconds",
    "open_day",
    "record_action",
    "set_clock",
]

#: Statuses after which nothing more happens to a ticket.
ENDED = frozenset({TicketStatus.FINISHED, TicketStatus.CANCELLED, TicketStatus.LEFT})

DAY_S = 86_400
MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def _is_day(text: str) -> bool:
    parts = text.split("-")
    if [len(part) for part in parts] != [4, 2, 2]:
        return False
    if not all(part.isascii() and part.isdigit() for part in parts):
        return False
    year, month, day = (int(part) for part in parts)
    if not 1 <= month <= 12:
        return False
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 1 <= day <= MONTH_DAYS[month - 1] + (leap and month == 2)


def open_day(
    rules: Rules, state: State, command: c.OpenDay, now_ms: int
) -> list[e.Event] | Refusal:
    """Open a day. A date that comes again goes on counting: no number twice in a day.

    So does a date set right by ``override``: slips of the wrong date are in people's hands. With
    a new day every window takes again what the configuration says.
    """
    if not _is_day(command.day):
        return refuse("bad_day", day=command.day)
    if state.day_open:
        if state.day == command.day:
            return refuse("day_already_open", day=state.day)
        return refuse("day_still_open", day=state.day)
    if state.day is not None and command.day <= state.day:
        if command.day < state.day and not command.override:
            return refuse("day_before_last", day=command.day, last=state.day)
        return [e.DayOpened(command.day, reopened=True)]
    events: list[e.Event] = [e.DayOpened(command.day)]
    for rule in rules.windows.values():
        window = state.windows.get(rule.id)
        if window is not None and window.skills != rule.skills:
            events.append(e.WindowSkillsChanged(rule.id, rule.skills))
    return events


def close_day(
    rules: Rules, state: State, command: c.CloseDay, now_ms: int
) -> list[e.Event] | Refusal:
    """Close the day: ratings still open end as unanswered, whoever is left is named."""
    if not state.day_open or state.day is None:
        return refuse("day_closed")
    events: list[e.Event] = [
        e.RatingUnanswered(window.rating_ticket, window.id)
        for window in state.windows.values()
        if window.rating_ticket is not None
    ]
    events.extend(e.AlarmCleared(key) for key in state.alarms)
    left = tuple(t.number for t in state.tickets.values() if t.status not in ENDED)
    events.append(e.DayClosed(state.day, command.reason, left))
    return events


def record_action(
    rules: Rules, state: State, command: c.RecordAction, now_ms: int
) -> list[e.Event] | Refusal:
    """Keep what a technician did to the controller itself."""
    return [e.ActionTaken(command.action, command.subject)]


def set_clock(
    rules: Rules, state: State, command: c.SetClock, now_ms: int
) -> list[e.Event] | Refusal:
    """Take a new relation of hall time and wall clock; nothing when it is the same."""
    if state.wall_offset_ms == command.wall_offset_ms:
        return []
    return [e.ClockSet(command.wall_offset_ms)]


def local_seconds(state: State, now_ms: int) -> int | None:
    """Return the local time of day in seconds, or None while the clock is not known."""
    if state.wall_offset_ms is None:
        return None
    return (now_ms + state.wall_offset_ms) // 1000 % DAY_S


def clock_text(seconds: int) -> str:
    """Return a time of day as ``13:30``."""
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"


def check_hours(rules: Rules, state: State, now_ms: int) -> Refusal | None:
    """Refuse a ticket outside the hours. Without a known clock the hall just goes on."""
    now_s = local_seconds(state, now_ms)
    if not rules.hours or now_s is None:
        return None
    last = rules.hours[-1]
    if now_s >= last.closes_s:
        return refuse("after_hours")
    for index, span in enumerate(rules.hours):
        if now_s < span.opens_s:
            code = "before_hours" if index == 0 else "on_break"
            return refuse(code, time=clock_text(span.opens_s))
        if now_s < span.closes_s:
            break
    if now_s >= last.closes_s - rules.last_ticket_s:
        return refuse("last_ticket_passed")
    return None
