"""What the queue core takes of a configuration, and what a technician is shown of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec

from firmware_py.config.catalogue import Catalogue
from firmware_py.config.devices import effective_devices
from firmware_py.config.hours import hours_from, seasons_from, special_days_from, weekdays_from
from firmware_py.core.rules import (
    COME,
    COMMON_SERIES,
    NO_CALENDAR,
    FormRules,
    Rules,
    Series,
    Text,
    Weight,
    Weights,
    WindowRule,
)
from firmware_py.core.working_days import Calendar
from firmware_py.settings import FormSettings, Settings, WindowSettings

__all__ = ["describe", "hide", "rules_from"]

_HIDDEN = "***"
#: A key that ends so holds a secret; ``password_file`` is only where one lies.
_SECRET = re.compile(r"(password|passwd|secret|token|(^|_)key)$", re.IGNORECASE)
_IN_URL = re.compile(r"(?<=://)[^/@\s]+(?=@)")


def rules_from(settings: Settings, catalogue: Catalogue, calendar: Calendar = NO_CALENDAR) -> Rules:
    """Return the queue's rules of a configuration that was found right."""
    quotas = settings.quotas.items
    queue = settings.queue
    return Rules(
        categories=dict(catalogue.categories),
        items={
            id_: replace(item, quota=quotas[id_]) if id_ in quotas else item
            for id_, item in catalogue.items.items()
        },
        windows={window.id: _window(window) for window in settings.windows},
        series=_series(settings, catalogue),
        weights=Weights(
            **{name: Weight(one.rate, one.bonus_s) for name, one in queue.weights.items()}
        ),
        exception_window=queue.exception_window,
        amber_share=settings.limits.amber_share,
        wait_limit_s=settings.limits.wait_s,
        idle_limit_s=settings.limits.idle_s,
        auto_start_s=queue.auto_start_s,
        next_guard_s=queue.next_guard_s,
        calls_before_missed=queue.calls_before_missed,
        return_within_s=queue.return_within_min * 60,
        return_after_calls=queue.return_after_calls,
        appointment_early_s=queue.appointment_early_min * 60,
        appointment_late_s=queue.appointment_late_min * 60,
        rating_asked=settings.rating.ask,
        rating_wait_s=settings.rating.wait_s,
        rating_max=settings.rating.scores,
        rating_bad=settings.rating.bad,
        rating_late_s=settings.rating.late_s,
        rating_reason_s=settings.rating.reason_wait_s,
        rating_reasons={one.id: Text(one.zh, one.en) for one in settings.rating.reasons},
        quota_day=settings.quotas.day,
        quota_person=settings.quotas.person,
        one_open=settings.people.one_open,
        hours=hours_from(settings.day.hours),
        weekdays=weekdays_from(settings.day.weekdays),
        special_days=special_days_from(settings.day),
        seasons=seasons_from(settings.day),
        last_ticket_s=settings.day.last_ticket_min * 60,
        forms=_forms(settings.forms, calendar),
    )


def _forms(forms: FormSettings, calendar: Calendar) -> FormRules:
    come = Text(forms.come.zh, forms.come.en) if forms.come else COME
    return FormRules(calendar, come, forms.warn_days, forms.keep_days)


def _window(window: WindowSettings) -> WindowRule:
    name = (
        Text(window.name.zh, window.name.en)
        if window.name
        else Text(f"{window.id}号窗口", f"Window {window.id}")
    )
    return WindowRule(window.id, name, None if window.skills is None else frozenset(window.skills))


def _series(settings: Settings, catalogue: Catalogue) -> dict[str, Series]:
    numbers = settings.numbers
    prefixes = (
        {COMMON_SERIES: numbers.prefix}
        if numbers.mode == "common"
        else {one.id: one.prefix for one in catalogue.categories.values()}
    )
    return {
        id_: Series(id_, prefix, numbers.digits, numbers.first, frozenset(numbers.skip))
        for id_, prefix in prefixes.items()
    }


def describe(settings: Settings) -> dict[str, Any]:
    """Return every value that is in effect, defaults of devices included, as plain data.

    Passwords, tokens and keys show as ``***``.
    """
    shown: dict[str, Any] = msgspec.to_builtins(settings)
    shown["devices"] = effective_devices(settings)
    return {table: hide(value) for table, value in shown.items()}


def hide(value: Any) -> Any:
    """Return plain data without what a key calls a password, a token or a key, or a URL has."""
    if isinstance(value, Mapping):
        return {
            key: _HIDDEN if _SECRET.search(key) and one not in (None, "") else hide(one)
            for key, one in value.items()
        }
    if isinstance(value, list | tuple):
        return [hide(one) for one in value]
    return _IN_URL.sub(_HIDDEN, value) if isinstance(value, str) else value
