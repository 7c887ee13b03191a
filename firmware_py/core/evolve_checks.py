"""Fold what happened to checks at a window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from firmware_py.core import events_checks as k
from firmware_py.core.checks import WindowCheck
from firmware_py.core.events import Event
from firmware_py.core.model import State

__all__ = ["FOLD"]


def _asked(state: State, event: k.CheckAsked, at_ms: int) -> None:
    state.tickets[event.number].last_check = int(event.check.rpartition("-c")[2])
    window = state.window_of(event.window)
    window.check = WindowCheck(event.check, event.number, event.fields, at_ms)


def _answered(state: State, event: k.CheckAnswered, at_ms: int) -> None:
    window = state.window_of(event.window)
    if window.check is not None and window.check.check == event.check:
        window.check = replace(window.check, state=event.outcome, corrected=event.corrected)


def _withdrawn(state: State, event: k.CheckWithdrawn, at_ms: int) -> None:
    window = state.window_of(event.window)
    if window.check is not None and window.check.check == event.check:
        window.check = None


#: One function an event; ``Any`` because the value's type follows from the key.
FOLD: dict[type[Event], Callable[[State, Any, int], None]] = {
    k.CheckAsked: _asked,
    k.CheckAnswered: _answered,
    k.CheckWithdrawn: _withdrawn,
}
