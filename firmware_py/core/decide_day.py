"""Decisions on the business day and its clock."""

from __future__ import annotations

from firmware_py.core import commands as c
from firmware_py.core import events as e
from firmware_py.core.alarms import ENDED_BY_ACKNOWLEDGEMENT, OUTLIVES_THE_DAY
from firmware_py.core.events_aside import ActionTaken, AlarmCleared, ClockSet
from firmware_py.core.form_alarms import alarms_at_opening
from firmware_py.core.model import State, TicketStatus
from firmware_py.core.opening import is_day, local_day, local_seconds, plan_of
from firmware_py.core.refusals import Refusal, refuse
from firmware_py.core.rules import Rules

__all__ = [
    "ENDED",
    "close_day",
    "is_day",
    "open_day",
    "record_action",
    "set_clock",
]

#: Statuses after which nothing more happens to a ticket.
ENDED = frozenset({TicketStatus.FINISHED, TicketStatus.CANCELLED, TicketStatus.LEFT})


def open_day(
    rules: Rules, state: State, command: c.OpenDay, now_ms: int
) -> list[e.Event] | Refusal:
    """Open a day. A date that comes again goes on counting: no number twice in a day.

    So does a date set right by ``override``: slips of the wrong date are in people's hands. With
    a new day every window takes again what the configuration says.

    Who opens a rest day, or a day after its end, may: it has no hours then, and whoever opened it
    closes it. A day that goes on keeps its hours.
    """
    if not is_day(command.day):
        return refuse("bad_day", day=command.day)
    if state.day_open:
        if state.day == command.day:
            return refuse("day_already_open", day=state.day)
        return refuse("day_still_open", day=state.day)
    if state.day is not None and command.day <= state.day:
        if command.day < state.day and not command.override:
            return refuse("day_before_last", day=command.day, last=state.day)
        opened = _opened(rules, state, command.day, now_ms, reopened=True)
        return [opened, *alarms_at_opening(rules, state, command.day)]
    events: list[e.Event] = [_opened(rules, state, command.day, now_ms, reopened=False)]
    for rule in rules.windows.values():
        window = state.windows.get(rule.id)
        if window is not None and window.skills != rule.skills:
            events.append(e.WindowSkillsChanged(rule.id, rule.skills))
    return [*events, *alarms_at_opening(rules, state, command.day)]


def _opened(rules: Rules, state: State, day: str, now_ms: int, *, reopened: bool) -> e.DayOpened:
    plan = plan_of(rules, day)
    hours = state.hours if day == state.day and state.hours is not None else plan.hours
    now_s = local_seconds(state, now_ms)
    if hours and now_s is not None and local_day(state, now_ms) == day:
        hours = () if now_s >= hours[-1].closes_s else hours
    return e.DayOpened(day, reopened, hours, plan.rest_day, plan.name)


def close_day(
    rules: Rules, state: State, command: c.CloseDay, now_ms: int
) -> list[e.Event] | Refusal:
    """Close the day: ratings still open end as unanswered, whoever is left is named.

    Alarms of work end with it. A bad rating and a call for help stay until somebody has seen them.
    """
    if not state.day_open or state.day is None:
        return refuse("day_closed")
    events: list[e.Event] = [
        e.RatingUnanswered(window.rating_ticket, window.id)
        for window in state.windows.values()
        if window.rating_ticket is not None
    ]
    stay = []
    for alarm in state.alarms.values():
        if alarm.kind not in OUTLIVES_THE_DAY:
            events.append(AlarmCleared(alarm.key))
        elif alarm.kind not in ENDED_BY_ACKNOWLEDGEMENT:
            continue
        elif not alarm.carried or alarm.day == state.day:
            stay.append(alarm.key)
    left = tuple(t.number for t in state.tickets.values() if t.status not in ENDED)
    events.append(e.DayClosed(state.day, command.reason, left, tuple(stay)))
    return events


def record_action(
    rules: Rules, state: State, command: c.RecordAction, now_ms: int
) -> list[e.Event] | Refusal:
    """Keep what a technician did to the controller itself."""
    return [ActionTaken(command.action, command.subject, command.by)]


def set_clock(
    rules: Rules, state: State, command: c.SetClock, now_ms: int
) -> list[e.Event] | Refusal:
    """Take a new relation of hall time and wall clock; nothing when it is the same."""
    if state.wall_offset_ms == command.wall_offset_ms:
        return []
    return [ClockSet(command.wall_offset_ms)]
