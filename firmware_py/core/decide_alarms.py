"""Decisions that time makes: alarms, services that begin by themselves, ratings that end."""

from __future__ import annotations

from collections.abc import Iterator

from firmware_py.core import commands as c
from firmware_py.core import events as e
from firmware_py.core.alarms import ENDED_BY_ACKNOWLEDGEMENT, free_key
from firmware_py.core.decide_windows import find_window
from firmware_py.core.events_aside import AlarmAcknowledged, AlarmCleared, AlarmRaised
from firmware_py.core.model import AlarmKind, Level, State, TicketStatus, Window, WindowStatus
from firmware_py.core.refusals import Refusal, refuse
from firmware_py.core.rules import Rules
from firmware_py.core.waiting import waiting_since_ms

__all__ = ["acknowledge", "call_help", "level_at", "tick"]

Decision = list[e.Event] | Refusal


def call_help(rules: Rules, state: State, command: c.CallHelp, now_ms: int) -> Decision:
    """A window calls the duty manager; a second press changes nothing."""
    window = find_window(state, command.window)
    if isinstance(window, Refusal):
        return window
    for alarm in state.alarms.values():
        # One that an earlier day left is about something else, and lights no lamp any more.
        if alarm.kind is AlarmKind.HELP and alarm.window == window.id and not alarm.carried:
            return []
    key = free_key(state, AlarmKind.HELP, window.id)
    return [AlarmRaised(key, AlarmKind.HELP, Level.RED, window.id, window.id)]


def acknowledge(rules: Rules, state: State, command: c.AcknowledgeAlarm, now_ms: int) -> Decision:
    """The duty manager has seen it: its lamp goes out."""
    alarm = state.alarms.get(command.alarm)
    if alarm is None:
        return refuse("unknown_alarm", alarm=command.alarm)
    if alarm.acknowledged_by:
        return refuse("already_acknowledged", by=alarm.acknowledged_by)
    events: list[e.Event] = [AlarmAcknowledged(alarm.key, command.by or "duty_manager")]
    if alarm.kind in ENDED_BY_ACKNOWLEDGEMENT:
        events.append(AlarmCleared(alarm.key))
    return events


def tick(rules: Rules, state: State, command: c.Tick, now_ms: int) -> list[e.Event]:
    """Return what has become due; an empty list most of the time."""
    if not state.day_open:
        return []
    events: list[e.Event] = []
    for window in state.windows.values():
        if window.ticket is not None:
            events += _service(rules, state, window, now_ms)
        elif window.status is WindowStatus.OPEN:
            events += _idle(rules, state, window, now_ms)
        if window.rating_ticket is not None and now_ms >= window.rating_until_ms:
            events.append(e.RatingUnanswered(window.rating_ticket, window.id))
    events += _waiting(rules, state, now_ms)
    return events


def level_at(rules: Rules, seconds: float, limit_s: float) -> Level | None:
    """Return how bad ``seconds`` are where ``limit_s`` are allowed."""
    if seconds >= limit_s:
        return Level.RED
    return Level.AMBER if seconds >= limit_s * rules.amber_share else None


def _raise(
    state: State, kind: AlarmKind, level: Level | None, subject: str, window: str | None, value: int
) -> Iterator[e.Event]:
    """Yield an alarm that is new or has become worse."""
    if level is None:
        return
    key = f"{kind}:{subject}"
    present = state.alarms.get(key)
    if present is None or (present.level is Level.AMBER and level is Level.RED):
        yield AlarmRaised(key, kind, level, subject, window, value)


def _service(rules: Rules, state: State, window: Window, now_ms: int) -> Iterator[e.Event]:
    ticket = state.tickets[window.ticket or ""]
    item = rules.items.get(ticket.item)
    if item is None:
        return
    if ticket.status is TicketStatus.CALLED:
        called_ms = ticket.called_ms if ticket.called_ms is not None else now_ms
        if rules.auto_start_s and now_ms - called_ms >= rules.auto_start_s * 1000:
            yield e.ServiceStarted(
                ticket.number, window.id, item.service_limit_s, auto=True, since_ms=called_ms
            )
        return
    if ticket.started_ms is None:
        return
    seconds = (now_ms - ticket.started_ms + ticket.served_before_ms) // 1000
    level = level_at(rules, seconds, item.service_limit_s)
    yield from _raise(state, AlarmKind.SERVICE, level, window.id, window.id, seconds)


def _idle(rules: Rules, state: State, window: Window, now_ms: int) -> Iterator[e.Event]:
    """An open window calls nobody while people wait whom it could call."""
    key = f"{AlarmKind.IDLE}:{window.id}"
    if not rules.idle_limit_s:
        return
    since_ms = waiting_since_ms(state, window)
    if since_ms is None:
        if key in state.alarms:
            yield AlarmCleared(key)
        return
    seconds = (now_ms - max(since_ms, window.free_ms)) // 1000
    level = level_at(rules, seconds, rules.idle_limit_s)
    yield from _raise(state, AlarmKind.IDLE, level, window.id, window.id, seconds)


def _waiting(rules: Rules, state: State, now_ms: int) -> Iterator[e.Event]:
    items = rules.items
    due: list[tuple[tuple[int, int, str], int, int]] = []
    for queue in state.queues.values():
        for entry in queue:
            ticket = state.tickets[entry[2]]
            item = items.get(ticket.item)
            limit_s = (item.wait_limit_s if item else None) or rules.wait_limit_s
            seconds = (now_ms - ticket.waits_since_ms) // 1000
            if limit_s and seconds >= limit_s * rules.amber_share:
                due.append((entry, seconds, limit_s))
    # In order of issue: the order of the queues is another after a restart.
    for entry, seconds, limit_s in sorted(due):
        level = level_at(rules, seconds, limit_s)
        yield from _raise(state, AlarmKind.WAITING, level, entry[2], None, seconds)
