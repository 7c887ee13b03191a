"""Decisions on windows: open, pause, resume, close, skills."""

from __future__ import annotations

from firmware_py.core import commands as c
from firmware_py.core import events as e
from firmware_py.core.alarms import clear_of_window
from firmware_py.core.events_aside import AlarmCleared
from firmware_py.core.model import State, Window, WindowStatus
from firmware_py.core.refusals import Refusal, refuse
from firmware_py.core.rules import Rules

__all__ = ["close", "find_window", "open_window", "pause", "resume", "set_skills"]

Decision = list[e.Event] | Refusal


def find_window(state: State, window: str) -> Window | Refusal:
    """Return a configured window, or why there is none."""
    return state.windows.get(window) or refuse("unknown_window", window=window)


def open_window(rules: Rules, state: State, command: c.OpenWindow, now_ms: int) -> Decision:
    """Open a window; a closed hall has no open windows."""
    window = find_window(state, command.window)
    if isinstance(window, Refusal):
        return window
    if not state.day_open:
        return refuse("day_closed")
    if window.status is not WindowStatus.CLOSED:
        return refuse("window_open", window=window.id)
    return [e.WindowOpened(window.id, command.clerk, window.skills)]


def pause(rules: Rules, state: State, command: c.PauseWindow, now_ms: int) -> Decision:
    """Send a window on a break."""
    window = find_window(state, command.window)
    if isinstance(window, Refusal):
        return window
    if window.status is WindowStatus.CLOSED:
        return refuse("window_closed", window=window.id)
    if window.status is WindowStatus.PAUSED:
        return refuse("window_paused", window=window.id)
    idle = state.alarms.get(f"idle:{window.id}")
    events: list[e.Event] = [AlarmCleared(idle.key)] if idle else []
    events.append(e.WindowPaused(window.id))
    return events


def resume(rules: Rules, state: State, command: c.ResumeWindow, now_ms: int) -> Decision:
    """End a window's break."""
    window = find_window(state, command.window)
    if isinstance(window, Refusal):
        return window
    if window.status is not WindowStatus.PAUSED:
        return refuse("window_not_paused", window=window.id)
    return [e.WindowResumed(window.id)]


def close(rules: Rules, state: State, command: c.CloseWindow, now_ms: int) -> Decision:
    """Close a window, once nobody is in its hand."""
    window = find_window(state, command.window)
    if isinstance(window, Refusal):
        return window
    if window.status is WindowStatus.CLOSED:
        return refuse("window_closed", window=window.id)
    if window.ticket is not None:
        return refuse("ticket_in_hand", window=window.id, number=window.ticket)
    # A rating stays open for its time: the last taxpayer may still be at the pad.
    return [*clear_of_window(state, window.id), e.WindowClosed(window.id)]


def set_skills(rules: Rules, state: State, command: c.SetWindowSkills, now_ms: int) -> Decision:
    """Change what a window takes."""
    window = find_window(state, command.window)
    if isinstance(window, Refusal):
        return window
    skills = None if command.skills is None else frozenset(command.skills)
    if skills is not None:
        known = {item.skill for item in rules.items.values()}
        for skill in sorted(skills - known):
            return refuse("unknown_skill", skill=skill)
    if skills == window.skills:
        return []
    return [e.WindowSkillsChanged(window.id, skills)]
