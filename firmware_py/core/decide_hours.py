"""Decisions on opening hours: whether tickets are given now, and another closing time today."""

from __future__ import annotations

from firmware_py.core import commands as c
from firmware_py.core import events as e
from firmware_py.core.model import State
from firmware_py.core.opening import (
    DAY_S,
    clock_text,
    local_day,
    local_seconds,
    next_opening,
    opening_words,
    plan_of,
    tickets_until_s,
    todays_hours,
)
from firmware_py.core.refusals import Refusal, refuse
from firmware_py.core.rules import Hours, Rules, Text

__all__ = ["check_hours", "check_open", "set_closing"]


def check_open(rules: Rules, state: State, now_ms: int) -> Refusal | None:
    """Refuse a ticket while the day is closed; by the hours, say when it opens."""
    if state.day_open:
        return None
    today, now_s = local_day(state, now_ms), local_seconds(state, now_ms)
    if today is None or now_s is None:
        return refuse("day_closed")
    plan = plan_of(rules, today)
    if plan.hours is None:
        return refuse("day_closed")
    if not plan.hours:
        name = Text(f"（{plan.name.zh}）", f" ({plan.name.en})") if plan.name else Text("", "")
        return _until_next("closed_today", rules, state, now_ms, name=name)
    if now_s >= plan.hours[-1].closes_s:
        return _until_next("after_hours", rules, state, now_ms)
    if now_s < plan.hours[0].opens_s and state.day != today:
        return refuse("before_hours", time=clock_text(plan.hours[0].opens_s))
    return refuse("day_closed")


def check_hours(rules: Rules, state: State, now_ms: int) -> Refusal | None:
    """Refuse a ticket outside the day's hours. Without a known clock the hall just goes on."""
    now_s, hours = local_seconds(state, now_ms), todays_hours(rules, state)
    if not hours or now_s is None:
        return None
    closes_s = hours[-1].closes_s
    if now_s >= closes_s:
        return _until_next("after_hours", rules, state, now_ms)
    for index, span in enumerate(hours):
        if now_s < span.opens_s:
            code = "before_hours" if index == 0 else "on_break"
            return refuse(code, time=clock_text(span.opens_s))
        if now_s < span.closes_s:
            break
    if now_s >= tickets_until_s(rules, hours):
        return _until_next("last_ticket_passed", rules, state, now_ms)
    return None


def _until_next(code: str, rules: Rules, state: State, now_ms: int, **words: Text) -> Refusal:
    """Refuse with the next opening: in words, and for programs as ``opens``."""
    opening = next_opening(rules, state, now_ms)
    opens = f"{opening.day} {clock_text(opening.opens_s)}" if opening else ""
    rest_day = code == "closed_today"
    said = opening_words(local_day(state, now_ms), opening, rest_day=rest_day)
    return refuse(code, opens=opens, next=said, **words)


def set_closing(
    rules: Rules, state: State, command: c.SetClosingTime, now_ms: int
) -> list[e.Event] | Refusal:
    """Close at another time today; a time that is earlier must be meant so."""
    at_s = _seconds(command.at)
    if at_s is None:
        return refuse("bad_time", time=command.at)
    if not state.day_open or state.day is None:
        return refuse("day_closed")
    hours = todays_hours(rules, state)
    before_s = hours[-1].closes_s if hours else None
    if before_s is not None and at_s <= before_s and not command.earlier:
        return refuse("closing_not_later", time=clock_text(at_s), closes=clock_text(before_s))
    now_s = local_seconds(state, now_ms)
    if now_s is not None and local_day(state, now_ms) == state.day and at_s <= now_s:
        return refuse("closing_passed", time=clock_text(at_s))
    if hours and at_s <= hours[0].opens_s:
        return refuse("closing_before_opening", opens=clock_text(hours[0].opens_s))
    if at_s == before_s:
        return []
    changed = _closing_at(hours, at_s)
    return [e.ClosingTimeChanged(state.day, changed, changed[-1].closes_s, before_s)]


def _closing_at(hours: tuple[Hours, ...], at_s: int) -> tuple[Hours, ...]:
    """Return hours that end at ``at_s``, or before the break in which it lies."""
    if not hours:
        return (Hours(0, at_s),)
    last = hours[-1]
    if at_s > last.closes_s:
        return (*hours[:-1], Hours(last.opens_s, at_s))
    return tuple(Hours(h.opens_s, min(h.closes_s, at_s)) for h in hours if h.opens_s < at_s)


def _seconds(text: str) -> int | None:
    """Return a time of day as seconds: ``9:30``, ``18:00``, up to ``24:00``; None for others."""
    hours, colon, minutes = text.partition(":")
    if not (colon and len(hours) in (1, 2) and len(minutes) == 2):
        return None
    if not all(part.isascii() and part.isdigit() for part in (hours, minutes)):
        return None
    seconds = int(hours) * 3600 + int(minutes) * 60
    return seconds if int(minutes) < 60 and 0 < seconds <= DAY_S else None
