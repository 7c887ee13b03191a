"""Fold what stands beside the queue: alarms, notices, a technician's acts, the clock."""

from __future__ import annotations

from firmware_py.core.events_aside import (
    ActionTaken,
    AlarmAcknowledged,
    AlarmCleared,
    AlarmRaised,
    ClockSet,
    NoticeRemoved,
    NoticeShown,
)
from firmware_py.core.evolve_papers import pass_over
from firmware_py.core.evolve_spread import restored
from firmware_py.core.model import Alarm, Disabled, Notice, State

__all__ = [
    "action_taken",
    "alarm_acknowledged",
    "alarm_cleared",
    "alarm_raised",
    "clock_set",
    "notice_removed",
    "notice_shown",
]


def alarm_raised(state: State, event: AlarmRaised, at_ms: int) -> None:
    """An alarm stands, or stands at another level."""
    # Red after an acknowledged amber is news: it has to be acknowledged again.
    state.alarms[event.alarm] = Alarm(
        event.alarm,
        event.kind,
        event.level,
        event.subject,
        event.window,
        at_ms,
        day=state.day if state.day_open else None,
    )


def alarm_acknowledged(state: State, event: AlarmAcknowledged, at_ms: int) -> None:
    """Somebody has seen it."""
    if (alarm := state.alarms.get(event.alarm)) is not None:
        alarm.acknowledged_by = event.by


def alarm_cleared(state: State, event: AlarmCleared, at_ms: int) -> None:
    """It is over."""
    state.alarms.pop(event.alarm, None)


def notice_shown(state: State, event: NoticeShown, at_ms: int) -> None:
    """A notice is for the walls; the same id replaces it."""
    state.notices[event.notice] = Notice(
        event.notice,
        event.text,
        event.lines,
        event.since,
        event.until,
        event.priority,
        event.walls,
        at_ms,
    )


def notice_removed(state: State, event: NoticeRemoved, at_ms: int) -> None:
    """It is no more."""
    state.notices.pop(event.notice, None)


def action_taken(state: State, event: ActionTaken, at_ms: int) -> None:
    """A device taken out of use stays so; after a restore no form's number comes again."""
    if event.action == "device.disable":
        state.disabled[event.subject] = Disabled(event.by, at_ms)
    elif event.action == "device.enable":
        state.disabled.pop(event.subject, None)
    elif event.action == "journal.restore":
        pass_over(state)
        restored(state)


def clock_set(state: State, event: ClockSet, at_ms: int) -> None:
    """The wall clock is known."""
    state.wall_offset_ms = event.wall_offset_ms
