"""The alarm of an acceptance form: amber some working days before it is due, red when it is.

Looked at when a business day opens and when a form is made or changes, never in between: what it
depends on is the date alone. It is no alarm of a window, whose lamp is about the work in hand.
"""

from __future__ import annotations

from collections.abc import Iterator

from firmware_py.core.events_aside import AlarmCleared, AlarmRaised
from firmware_py.core.model import AlarmKind, Level, State
from firmware_py.core.papers import FormState
from firmware_py.core.rules import Rules
from firmware_py.core.working_days import add_working_days

__all__ = ["alarms_at_opening", "clear_of_form", "key_of_form", "level_of"]


def key_of_form(form: str) -> str:
    """Return the key of a form's alarm."""
    return f"{AlarmKind.FORM}:{form}"


def level_of(rules: Rules, due: str, today: str) -> Level | None:
    """Return how urgent a due date is on business day ``today``."""
    if due <= today:
        return Level.RED
    warns = due <= add_working_days(today, rules.forms.warn_days, rules.forms.calendar)
    return Level.AMBER if warns else None


def alarm_of(
    rules: Rules, state: State, form: str, due: str, today: str
) -> Iterator[AlarmRaised | AlarmCleared]:
    """Yield what makes a form's alarm stand as it should; nothing when it does."""
    key, level = key_of_form(form), level_of(rules, due, today)
    present = state.alarms.get(key)
    if present is not None and present.level is level:
        return
    if present is not None and level is not Level.RED:
        # Its limit moved away: a lower level is no worsening of the one that stood.
        yield AlarmCleared(key)
    if level is not None:
        yield AlarmRaised(key, AlarmKind.FORM, level, form)


def alarms_at_opening(
    rules: Rules, state: State, today: str
) -> Iterator[AlarmRaised | AlarmCleared]:
    """Yield the alarms that a business day begins with, the most urgent first."""
    due = [(one.due, one.form) for one in state.forms.values() if one.state is FormState.OPEN]
    for date, form in sorted(due):
        yield from alarm_of(rules, state, form, date, today)


def clear_of_form(state: State, form: str) -> Iterator[AlarmCleared]:
    """Yield the end of a form's alarm, when the form is over."""
    if (key := key_of_form(form)) in state.alarms:
        yield AlarmCleared(key)
