"""A window as its two screens need it: who is in hand, who is next, who may come back. Pure.

Asked every two seconds and after every event by the screens of every window, so nothing here looks
at each ticket of the day.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from firmware_py.app.clock import local_text
from firmware_py.app.figures import Tally
from firmware_py.core.decide_alarms import level_at
from firmware_py.core.decide_tickets import too_late_to_return
from firmware_py.core.explain import rule_words
from firmware_py.core.model import (
    Alarm,
    AlarmKind,
    Level,
    State,
    Ticket,
    TicketStatus,
    Window,
    WindowStatus,
)
from firmware_py.core.papers import Form, FormState
from firmware_py.core.rules import Rules, Text
from firmware_py.core.waiting import next_ticket
from firmware_py.runtime.views import waiting_for

__all__ = ["may_come_back", "shift_view", "work_view"]

#: Of those who may still come back; more do not fit on a screen.
MOST_AWAY = 10
NO_LEVEL = "none"


def work_view(
    rules: Rules, state: State, window: Window, now_ms: int, away: Iterable[str]
) -> dict[str, Any]:
    """Return the work at a window. ``away`` are those who left it today, the newest first."""
    rule = rules.windows.get(window.id)
    return {
        "window": window.id,
        "name": asdict(rule.name) if rule is not None else None,
        "status": window.status,
        "clerk": window.clerk,
        "now": local_text(state.wall_offset_ms, now_ms),
        "day": state.day,
        "day_open": state.day_open,
        "ticket": _in_hand(rules, state, window, now_ms),
        "next": _next(rules, state, window, now_ms),
        "waiting": waiting_for(state, window),
        "waiting_hall": state.waiting,
        "away": _away(rules, state, window, now_ms, away),
        "rating": _rating(rules, window, now_ms),
        "rated": _rated(rules, state, window),
        "last": _last(rules, state, window),
        "alarms": [_alarm(one) for one in state.alarms.values() if _concerns(one, window)],
    }


def _item(rules: Rules, ticket: Ticket) -> dict[str, Any]:
    item = rules.items.get(ticket.item)
    return {"item": ticket.item, "item_name": asdict(item.name) if item is not None else None}


def _in_hand(rules: Rules, state: State, window: Window, now_ms: int) -> dict[str, Any] | None:
    ticket = state.tickets.get(window.ticket or "")
    if ticket is None:
        return None
    item = rules.items.get(ticket.item)
    serving = ticket.status is TicketStatus.SERVING
    since_ms = ticket.started_ms if serving else ticket.called_ms
    seconds = (now_ms - (now_ms if since_ms is None else since_ms)) // 1000
    level: Level | None = None
    if serving:
        # As the alarm counts it.
        seconds = (now_ms - (ticket.started_ms or now_ms) + ticket.served_before_ms) // 1000
        level = level_at(rules, seconds, item.service_limit_s) if item is not None else None
    limit_s = item.service_limit_s if item is not None else None
    at_ms = ticket.appointment_ms
    return {
        "number": ticket.number,
        **_item(rules, ticket),
        "status": ticket.status,
        "seconds": max(seconds, 0),
        "limit_s": limit_s,
        "amber_s": None if limit_s is None else math.ceil(limit_s * rules.amber_share),
        "level": NO_LEVEL if level is None else level,
        "calls": ticket.calls,
        "traits": list(ticket.traits),
        "appointment_at": "" if at_ms is None else local_text(state.wall_offset_ms, at_ms),
        "why": asdict(rule_words(ticket.call_rule)),
        "papers": [asdict(paper) for paper in item.papers] if item is not None else [],
        "statutory_days": item.statutory_days if item is not None else 0,
        "pages": sum(document.pages for document in ticket.documents),
        "forms": [form.form for form in _forms(state, ticket.number)],
        "signed": [f.form for f in _forms(state, ticket.number) if f.signed is not None],
        "auto": ticket.auto_started,
    }


def _forms(state: State, number: str) -> list[Form]:
    """Return the day's forms of a ticket; those of other days may be of the same number."""
    found: list[Form] = []
    for form in reversed(state.forms.values()):
        # In the order in which they were made: the present day's are the last.
        if form.day != state.day:
            break
        if form.ticket == number and form.state is not FormState.WITHDRAWN:
            found.append(form)
    return found[::-1]


def _next(rules: Rules, state: State, window: Window, now_ms: int) -> dict[str, Any] | None:
    """Return whom the window's key calls now, or once the ticket in hand is done."""
    if not state.day_open or window.status is not WindowStatus.OPEN:
        return None
    found = next_ticket(rules, state, window, now_ms)
    if found is None:
        return None
    ticket, reason = found
    return {
        "number": ticket.number,
        **_item(rules, ticket),
        "waited_s": reason.waited_s,
        "traits": list(ticket.traits),
        "why": asdict(rule_words(reason.rule)),
    }


def may_come_back(rules: Rules, state: State, window: str, number: str, now_ms: int) -> bool:
    """Say whether a ticket that a window parked or missed is still away, and may come back."""
    ticket = state.tickets.get(number)
    if ticket is None or ticket.window != window or not state.day_open:
        return False
    if ticket.status is TicketStatus.PARKED:
        return True
    return ticket.status is TicketStatus.MISSED and not too_late_to_return(rules, ticket, now_ms)


def _away(
    rules: Rules, state: State, window: Window, now_ms: int, numbers: Iterable[str]
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for number in numbers:
        if len(found) == MOST_AWAY:
            break
        if may_come_back(rules, state, window.id, number, now_ms):
            ticket = state.tickets[number]
            parked = ticket.status is TicketStatus.PARKED
            since_ms = ticket.parked_ms if parked else ticket.missed_ms
            found.append(
                {
                    "number": number,
                    "item_name": _item(rules, ticket)["item_name"],
                    "status": ticket.status,
                    # None: parked before the program was updated.
                    "minutes": None if since_ms is None else (now_ms - since_ms) // 60_000,
                }
            )
    return found


def _rating(rules: Rules, window: Window, now_ms: int) -> dict[str, Any] | None:
    if window.rating_ticket is None:
        return None
    left_ms = window.rating_until_ms - now_ms
    return {
        "number": window.rating_ticket,
        "left_s": max(math.ceil(left_ms / 1000), 0),
        "scores": rules.rating_max,
        "asked_again": window.rating_again,
    }


def _rated(rules: Rules, state: State, window: Window) -> dict[str, Any] | None:
    ticket = state.tickets.get(window.rated_ticket or "")
    if ticket is None or ticket.rating is None:
        return None
    bad = ticket.rating <= rules.rating_bad
    return {"number": ticket.number, "score": ticket.rating, "bad": bad}


def _last(rules: Rules, state: State, window: Window) -> dict[str, Any] | None:
    ticket = state.tickets.get(window.last_ticket or "")
    if ticket is None:
        return None
    return {"number": ticket.number, "item_name": _item(rules, ticket)["item_name"]}


def shift_view(state: State, window: Window, tally: Tally) -> dict[str, Any]:
    """Return what the present clerk did today, as the day's report counts it."""
    return {
        "served": tally.served,
        "missed": tally.missed,
        "average_s": round(tally.service_s / tally.served) if tally.served else None,
        "rated": tally.rated,
        "bad": tally.bad,
        "since": ""
        if window.opened_ms is None
        else local_text(state.wall_offset_ms, window.opened_ms),
    }


#: What an alarm is to the clerk at whose window it stands, by kind and level.
_SAYS: dict[tuple[AlarmKind, Level], Text] = {
    (AlarmKind.SERVICE, Level.AMBER): Text(
        "本笔业务快到办结时限。", "This transaction is close to its time limit."
    ),
    (AlarmKind.SERVICE, Level.RED): Text(
        "本笔业务已超过办结时限。", "This transaction is over its time limit."
    ),
    (AlarmKind.IDLE, Level.AMBER): Text(
        "有人等候，请叫下一位。", "People are waiting: please call the next one."
    ),
    (AlarmKind.IDLE, Level.RED): Text(
        "有人等候，本窗口长时间没有叫号；要离开请按暂停。",
        "People are waiting and this window has called nobody for long; pause it if you leave.",
    ),
    (AlarmKind.HELP, Level.RED): Text(
        "已呼叫值班长，请稍候。", "The duty manager has been called and is on the way."
    ),
    (AlarmKind.RATING, Level.RED): Text(
        "{subject} 评价不满意，已通知值班长。",
        "{subject} was dissatisfied; the duty manager knows.",
    ),
}


def _concerns(alarm: Alarm, window: Window) -> bool:
    """Say whether an alarm is of this window, and of today."""
    return alarm.window == window.id and not alarm.carried and (alarm.kind, alarm.level) in _SAYS


def _alarm(alarm: Alarm) -> dict[str, Any]:
    says = _SAYS[alarm.kind, alarm.level]
    return {
        "id": alarm.key,
        "level": alarm.level,
        "zh": says.zh.format(subject=alarm.subject),
        "en": says.en.format(subject=alarm.subject),
        "acknowledged": bool(alarm.acknowledged_by),
    }
