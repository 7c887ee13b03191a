"""How long a ticket will wait, from the day's own service times and the open windows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from firmware_py.core.model import QueueKey, State, Ticket, Window, WindowStatus
from firmware_py.core.rules import Item, Rules
from firmware_py.core.waiting import RETURNED, eligible, key_of, priority_of

__all__ = [
    "Estimate",
    "estimate",
    "estimate_for",
    "go_before",
    "open_windows_for",
    "windows_of",
]

#: Before the day has figures of its own, a service is thought to take this share of its limit,
#: and that guess weighs as much as so many real services.
PRIOR_SHARE = 0.5
PRIOR_COUNT = 5

MEDIUM_FROM, HIGH_FROM = 8, 30


class Estimate(NamedTuple):
    """``ahead`` people; the wait in seconds with a low and a high value; and how sure it is.

    ``wait_s`` is None when no open window takes the item. ``sure`` is ``low``, ``medium`` or
    ``high``, after how many services of the day stand behind it.
    """

    ahead: int
    wait_s: int | None
    low_s: int
    high_s: int
    sure: str


def open_windows_for(state: State, skill: str) -> list[Window]:
    """Return the open windows that take this skill."""
    return [
        window
        for window in state.windows.values()
        if window.status is WindowStatus.OPEN and (window.skills is None or skill in window.skills)
    ]


def estimate(rules: Rules, state: State, item: Item, now_ms: int) -> Estimate:
    """Return the wait of somebody who took a ticket for ``item`` now."""
    windows = open_windows_for(state, item.skill)
    if not windows:
        # Nobody is served now; ahead are those whom the same windows will call.
        able = [w for w in state.windows.values() if w.skills is None or item.skill in w.skills]
        behind = (len(q) for key, q in state.queues.items() if _reachable(state, able, key))
        return Estimate(sum(behind), None, 0, 0, "low")
    waiting: dict[str, int] = {}
    for key, queue in state.queues.items():
        if _reachable(state, windows, key):
            waiting[key[0]] = waiting.get(key[0], 0) + len(queue)
    return _wait(rules, state, windows, waiting, item.skill, now_ms)


def windows_of(state: State, ticket: Ticket) -> list[Window]:
    """Return the open windows that may call this waiting ticket."""
    key = key_of(ticket)
    return [
        window
        for window in state.windows.values()
        if window.status is WindowStatus.OPEN and eligible(state, window, key)
    ]


def go_before(
    rules: Rules, state: State, ticket: Ticket, windows: Sequence[Window], now_ms: int
) -> list[Ticket]:
    """Return who would be called before this waiting ticket at any of ``windows``.

    Who came back after a miss and still lets others pass is left out: it is not called now.
    """
    own, _ = priority_of(rules, ticket, key_of(ticket), now_ms)
    place = (own, -ticket.issued_ms, -ticket.ordinal)
    found: list[Ticket] = []
    for key, queue in state.queues.items():
        if not _reachable(state, windows, key):
            continue
        for issued_ms, ordinal, number in queue:
            other = state.tickets[number]
            if key[3] == RETURNED and state.calls < (other.returned_from_call or 0):
                continue
            priority, _ = priority_of(rules, other, key, now_ms)
            if (priority, -issued_ms, -ordinal) > place:
                found.append(other)
    return found


def estimate_for(rules: Rules, state: State, ticket: Ticket, now_ms: int) -> Estimate:
    """Return how long a waiting ticket still waits; who comes later may yet pass it."""
    windows = windows_of(state, ticket)
    if not windows:
        key = key_of(ticket)
        able = [window for window in state.windows.values() if eligible(state, window, key)]
        ahead = len(go_before(rules, state, ticket, able, now_ms))
        return Estimate(ahead, None, 0, 0, "low")
    before = go_before(rules, state, ticket, windows, now_ms)
    waiting: dict[str, int] = {}
    for other in before:
        waiting[other.skill] = waiting.get(other.skill, 0) + 1
    # Back after a miss, so many others are called first, as far as there are any.
    passing = min((ticket.returned_from_call or 0) - state.calls, state.waiting - 1) - len(before)
    if passing > 0:
        waiting[ticket.skill] = waiting.get(ticket.skill, 0) + passing
    return _wait(rules, state, windows, waiting, ticket.skill, now_ms)


def _wait(
    rules: Rules,
    state: State,
    windows: list[Window],
    waiting: Mapping[str, int],
    skill: str,
    now_ms: int,
) -> Estimate:
    """Return the wait at ``windows`` behind so many people of each skill."""
    ahead = sum(waiting.values())
    # Summed exactly: a state read back has its queues in another order, and must say the same.
    parts_s = [count * _mean_s(rules, state, one) for one, count in waiting.items()]
    free = 0
    for window in windows:
        if window.ticket is None:
            free += 1
        else:
            parts_s.append(_rest_s(rules, state, window, now_ms))
    wait_s = 0.0 if free > ahead else math.fsum(parts_s) / len(windows)
    times = state.service_times.get("")
    count = times.count if times else 0
    spread = (
        math.sqrt(times.m2 / count)
        if times and count > 1
        else rules.usual_limit_s.get(skill, 0.0) / 2
    )
    # The sum of independent services spreads with the root of their number.
    margin_s = spread * math.sqrt(max(ahead, 1)) / len(windows) if wait_s else 0.0
    sure = "high" if count >= HIGH_FROM else "medium" if count >= MEDIUM_FROM else "low"
    return Estimate(
        ahead=ahead,
        wait_s=round(wait_s),
        low_s=max(round(wait_s - margin_s), 0),
        high_s=round(wait_s + margin_s),
        sure=sure,
    )


def _reachable(state: State, windows: Sequence[Window], key: QueueKey) -> bool:
    for window in windows:  # noqa: SIM110 - the first one decides nearly always; any() costs twice
        if eligible(state, window, key):
            return True
    return False


def _mean_s(rules: Rules, state: State, skill: str) -> float:
    """Return how long somebody of this skill's queue is probably served."""
    times = state.service_times.get(skill)
    prior_s = PRIOR_SHARE * rules.usual_limit_s.get(skill, 0.0)
    everything = state.service_times.get("")
    if everything and everything.count:
        weight = min(everything.count, PRIOR_COUNT) / PRIOR_COUNT
        prior_s = weight * everything.mean_s + (1 - weight) * prior_s
    if times is None:
        return prior_s
    return (times.count * times.mean_s + PRIOR_COUNT * prior_s) / (times.count + PRIOR_COUNT)


def _rest_s(rules: Rules, state: State, window: Window, now_ms: int) -> float:
    """Return how much longer a busy window probably needs: never less than a fifth."""
    number = window.ticket
    ticket = state.tickets.get(number) if number else None
    if ticket is None:
        return 0.0
    mean_s = _mean_s(rules, state, ticket.skill)
    since_ms = ticket.started_ms if ticket.started_ms is not None else now_ms
    return max(mean_s - (now_ms - since_ms) / 1000, mean_s * 0.2)
