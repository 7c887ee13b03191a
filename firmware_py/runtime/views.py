"""The hall as plain data: what ``hallctl``, screens and the broker are shown. Pure."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from firmware_py.app.clock import local_text
from firmware_py.core.estimate import Estimate, estimate
from firmware_py.core.model import Alarm, AlarmKind, State, Ticket, TicketStatus, Window
from firmware_py.core.opening import (
    DayPlan,
    clock_text,
    local_day,
    next_opening,
    opening_words,
    plan_of,
    tickets_until_s,
)
from firmware_py.core.rules import Item, Rules, Text
from firmware_py.core.waiting import eligible

__all__ = [
    "alarm_view",
    "category_views",
    "hall_view",
    "hours_view",
    "item_view",
    "last_calls",
    "longest_wait_s",
    "mode_of",
    "ticket_view",
    "waiting_for",
    "window_view",
]

CALLED_NOW = frozenset({TicketStatus.CALLED, TicketStatus.SERVING})


def waiting_for(state: State, window: Window) -> int:
    """Return how many people this window could call."""
    return sum(len(q) for key, q in state.queues.items() if eligible(state, window, key))


def ticket_view(rules: Rules, state: State, ticket: Ticket) -> dict[str, Any]:
    """Return a ticket for people; the person's hash stays inside."""
    view = asdict(ticket)
    del view["person"], view["appointment"]
    item = rules.items.get(ticket.item)
    view["item_name"] = {"zh": item.name.zh, "en": item.name.en} if item else None
    for name in ("issued", "called", "started", "missed", "parked", "ended", "appointment"):
        at_ms = view.pop(f"{name}_ms")
        view[f"{name}_ms"] = at_ms
        view[f"{name}_at"] = local_text(state.wall_offset_ms, at_ms) if at_ms is not None else ""
    view["has_person"] = ticket.person is not None
    return view


def window_view(rules: Rules, state: State, window: Window, now_ms: int) -> dict[str, Any]:
    """Return a window with what it has in hand and for how long.

    ``called_ms`` is the newest call; ``auto``: nobody has said that the person came.
    """
    ticket = state.tickets.get(window.ticket) if window.ticket else None
    item = rules.items.get(ticket.item) if ticket else None
    seconds = 0
    if ticket is not None:
        since_ms = ticket.started_ms if ticket.started_ms is not None else ticket.called_ms
        seconds = (now_ms - (since_ms or now_ms) + ticket.served_before_ms) // 1000
    rule = rules.windows.get(window.id)
    return {
        "id": window.id,
        "name": {"zh": rule.name.zh, "en": rule.name.en} if rule else None,
        "status": window.status,
        "clerk": window.clerk,
        "skills": sorted(window.skills) if window.skills is not None else None,
        "ticket": window.ticket,
        "ticket_status": ticket.status if ticket else None,
        "auto": ticket.auto_started if ticket else False,
        "called_ms": ticket.called_ms if ticket else None,
        "item": ticket.item if ticket else None,
        "item_name": {"zh": item.name.zh, "en": item.name.en} if item else None,
        "seconds": seconds,
        "limit_s": item.service_limit_s if item else None,
        "waiting": waiting_for(state, window),
        "served": window.served,
        "rating_open": window.rating_ticket,
    }


def alarm_view(state: State, alarm: Alarm, now_ms: int) -> dict[str, Any]:
    """Return an alarm with its age; ``carried`` when its day closed without anybody seeing it."""
    return {
        "id": alarm.key,
        "kind": alarm.kind,
        "level": alarm.level,
        "subject": alarm.subject,
        "window": alarm.window,
        "since_ms": alarm.since_ms,
        "since_at": local_text(state.wall_offset_ms, alarm.since_ms),
        "seconds": (now_ms - alarm.since_ms) // 1000,
        "acknowledged_by": alarm.acknowledged_by,
        "day": alarm.day,
        "carried": alarm.carried,
    }


def bad_reason(rules: Rules, state: State, alarm: Alarm) -> Text | None:
    """Return why somebody gave the bad rating of an alarm; None without a reason, or no more known.

    For people in the hall alone: it may be somebody's own words.
    """
    ticket = state.tickets.get(alarm.subject)
    if alarm.kind is not AlarmKind.RATING or ticket is None or alarm.day != state.day:
        return None
    reason = ticket.rating_reason
    return rules.rating_reasons.get(reason, Text(reason, reason)) if reason else None


def last_calls(state: State, most: int) -> list[dict[str, Any]]:
    """Return the newest calls, newest first, looked for among the day's newest tickets."""
    called = [t for t in state.tickets.values() if t.called_ms is not None and t.window is not None]
    called.sort(key=lambda t: t.called_ms or 0, reverse=True)
    return [
        {
            "number": t.number,
            "window": t.window,
            "at": local_text(state.wall_offset_ms, t.called_ms or 0, "%H:%M:%S"),
            "status": t.status,
        }
        for t in called[:most]
    ]


def item_view(rules: Rules, state: State, item: Item, now_ms: int) -> dict[str, Any]:
    """Return what somebody who wants this item should know now."""
    guess = estimate(rules, state, item, now_ms)
    waiting = sum(
        1
        for key, queue in state.queues.items()
        if key[0] == item.skill
        for _, _, number in queue
        if state.tickets[number].item == item.id
    )
    return {
        "id": item.id,
        "category": item.category,
        "name": {"zh": item.name.zh, "en": item.name.en},
        "waiting": waiting,
        "taken": state.taken_by_item.get(item.id, 0),
        "ahead": guess.ahead,
        "wait_s": guess.wait_s,
        "low_s": guess.low_s,
        "high_s": guess.high_s,
        "sure": guess.sure,
        "papers": [{"zh": p.zh, "en": p.en} for p in item.papers],
        "elsewhere": list(item.elsewhere),
        "service_limit_s": item.service_limit_s,
        "statutory_days": item.statutory_days,
        "initials": item.initials,
    }


def category_views(rules: Rules, state: State, now_ms: int) -> list[dict[str, Any]]:
    """Return how many wait for each category, and how long: the longest of its skills' waits.

    ``wait_s`` None when no open window takes anything of it.
    """
    waiting = dict.fromkeys(rules.categories, 0)
    for queue in state.queues.values():
        for _, _, number in queue:
            item = rules.items.get(state.tickets[number].item)
            if item is not None:
                waiting[item.category] = waiting.get(item.category, 0) + 1
    guesses = _by_category(rules, state, now_ms)
    nothing = Estimate(0, None, 0, 0, "low")
    return [
        {
            **asdict(category),
            "waiting": waiting[category.id],
            **guesses.get(category.id, nothing)._asdict(),
        }
        for category in rules.categories.values()
    ]


def longest_wait_s(rules: Rules, state: State, now_ms: int) -> int | None:
    """Return the longest wait of all categories; None while no open window takes anything."""
    guesses = _by_category(rules, state, now_ms).values()
    return max((guess.wait_s for guess in guesses if guess.wait_s is not None), default=None)


def _by_category(rules: Rules, state: State, now_ms: int) -> dict[str, Estimate]:
    """Return the longest of its skills' waits for each category."""
    # One item stands for all of its skill: the wait is the skill's.
    of_skill = {(item.category, item.skill): item for item in rules.items.values()}
    found: dict[str, Estimate] = {}
    for (category, _), item in of_skill.items():
        guess, longest = estimate(rules, state, item, now_ms), found.get(category)
        if longest is None or _longer(guess, longest):
            found[category] = guess
    return found


def _longer(guess: Estimate, than: Estimate) -> bool:
    """Say whether somebody waits longer; nobody waits at all where no window takes them."""
    if guess.wait_s is None:
        return False
    return than.wait_s is None or guess.wait_s > than.wait_s


def hours_view(rules: Rules, state: State, now_ms: int) -> dict[str, Any]:
    """Return today's hours and the next opening.

    ``hours`` None: no limits, or today is not known without a clock. ``last_ticket`` is when the
    last ticket is given.
    """
    today = local_day(state, now_ms) or state.day
    plan = plan_of(rules, today) if today is not None else DayPlan(None)
    hours = state.hours if today == state.day and state.hours is not None else plan.hours
    opening = next_opening(rules, state, now_ms)
    last_s = tickets_until_s(rules, hours) if hours else None
    return {
        "day": today,
        "hours": None
        if hours is None
        else [[clock_text(h.opens_s), clock_text(h.closes_s)] for h in hours],
        "rest_day": plan.rest_day,
        "name": {"zh": plan.name.zh, "en": plan.name.en} if plan.name else None,
        "last_ticket": None if last_s is None else clock_text(last_s),
        "next_opening": {"day": opening.day, "time": clock_text(opening.opens_s)}
        if opening
        else None,
        "next_words": asdict(opening_words(today, opening, rest_day=plan.rest_day))
        if opening
        else None,
    }


def mode_of(storage: object, damage: object) -> str:
    """Return how the hall works: ``storage`` is why nothing is recorded, ``damage`` the journal's.

    Safe mode, ``safe``, has its own answers.
    """
    if storage is not None:
        return "storage_failing"
    return "journal_damaged" if damage is not None else "normal"


def hall_view(state: State) -> dict[str, Any]:
    """Return the hall's counts."""
    by_status: dict[str, int] = {}
    for ticket in state.tickets.values():
        by_status[ticket.status] = by_status.get(ticket.status, 0) + 1
    return {
        "day": state.day,
        "day_open": state.day_open,
        "waiting": state.waiting,
        "calls": state.calls,
        "finished": state.finished,
        "taken": len(state.tickets),
        "by_status": by_status,
        "alarms": len(state.alarms),
    }
