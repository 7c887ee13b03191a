"""A kiosk as its screen needs it: may tickets be taken, what works here, how long it takes. Pure.

Asked every two seconds by every kiosk, so nothing here looks at each ticket.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from devices.base import HealthState
from firmware_py.app.clock import local_text
from firmware_py.core.decide_tickets import all_taken, cannot_take, item_cannot_be_taken
from firmware_py.core.model import State
from firmware_py.core.opening import (
    local_day,
    local_seconds,
    next_opening,
    opening_words,
    plan_of,
    tickets_until_s,
    todays_hours,
)
from firmware_py.core.refusals import Refusal
from firmware_py.core.rules import Item, Rules
from firmware_py.runtime.supervisor import Health
from firmware_py.runtime.views import item_view, longest_wait_s

__all__ = ["one_item_view", "paper_of", "printer_view", "queue_view"]

#: What the paper is, by a state of its printer; what a fault is about decides the rest.
_PAPER = {
    HealthState.STARTING: "ok",
    HealthState.OK: "ok",
    HealthState.WARNING: "ok",
    HealthState.UNKNOWN: "ok",
    HealthState.FAULT: "fault",
    HealthState.GONE: "gone",
    HealthState.DISABLED: "none",
}
#: And by what the printer says of it, in states in which its own words count.
_PAPER_BY_CODE = {"paper_near_end": "low", "paper_end": "out"}
_SAYS = frozenset({HealthState.WARNING, HealthState.FAULT})


def queue_view(rules: Rules, state: State, now_ms: int) -> dict[str, Any]:
    """Return whether and when people can take tickets, and how long somebody waits who does."""
    take = cannot_take(rules, state, now_ms)
    return {
        "now": local_text(state.wall_offset_ms, now_ms),
        "day": state.day,
        "day_open": state.day_open,
        "waiting": state.waiting,
        "wait_s": longest_wait_s(rules, state, now_ms),
        "take": _told(take),
        "next_words": None if take is None else _next_words(rules, state, now_ms),
        "last_ticket_s": _last_ticket_s(rules, state, now_ms),
        "full": [item.id for item in rules.items.values() if all_taken(state, item)],
    }


def one_item_view(rules: Rules, state: State, item: Item, now_ms: int) -> dict[str, Any]:
    """Return an item as ``item.list`` has it, and why nobody can take a ticket for it now."""
    refusal = cannot_take(rules, state, now_ms) or item_cannot_be_taken(rules, state, item)
    return {**item_view(rules, state, item, now_ms), "refused": _told(refusal)}


def printer_view(health: Health | None) -> dict[str, Any] | None:
    """Return how a kiosk's printer is; None for a kiosk without one that is in use."""
    if health is None:
        return None
    return {
        "device": health.device,
        "state": health.state,
        "code": health.code,
        "zh": health.say.zh,
        "en": health.say.en,
    }


def paper_of(health: Health | None) -> str:
    """Return what somebody who takes a ticket here gets of paper.

    ``ok``, ``low``, ``out``; ``fault``: something else that a person must clear; ``gone``: not
    there; ``none``: no printer, or one that is out of use. One that cannot say or is just being
    opened counts as ``ok``: the number is owed, and what it says decides within seconds.
    """
    if health is None:
        return "none"
    told = _PAPER_BY_CODE.get(health.code) if health.state in _SAYS else None
    return told or _PAPER[health.state]


def _told(refusal: Refusal | None) -> dict[str, str] | None:
    if refusal is None:
        return None
    return {"code": refusal.code, "zh": refusal.zh, "en": refusal.en}


def _next_words(rules: Rules, state: State, now_ms: int) -> dict[str, str] | None:
    today, opening = local_day(state, now_ms), next_opening(rules, state, now_ms)
    if today is None or opening is None:
        return None
    return asdict(opening_words(today, opening, rest_day=plan_of(rules, today).rest_day))


def _last_ticket_s(rules: Rules, state: State, now_ms: int) -> int | None:
    """Return the seconds until no more tickets are given today, 0 from then on."""
    hours, now_s = todays_hours(rules, state), local_seconds(state, now_ms)
    if not hours or now_s is None or not state.day_open:
        return None
    return max(tickets_until_s(rules, hours) - now_s, 0)
