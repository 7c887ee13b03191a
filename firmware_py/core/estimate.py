"""How long a new ticket will wait, from the day's own service times and the open windows."""

from __future__ import annotations

import math
from typing import NamedTuple

from firmware_py.core.model import QueueKey, State, Window, WindowStatus
from firmware_py.core.rules import Item, Rules
from firmware_py.core.waiting import eligible

__all__ = ["Estimate", "estimate", "open_windows_for"]

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
        waiting = (len(q) for key, q in state.queues.items() if _reachable(state, able, key))
        return Estimate(sum(waiting), None, 0, 0, "low")
    ahead = 0
    # Summed exactly: a state read back has its queues in another order, and must say the same.
    parts_s: list[float] = []
    mean_by_skill: dict[str, float] = {}
    for key, queue in state.queues.items():
        if _reachable(state, windows, key):
            skill = key[0]
            if skill not in mean_by_skill:
                mean_by_skill[skill] = _mean_s(rules, state, skill)
            ahead += len(queue)
            parts_s.append(len(queue) * mean_by_skill[skill])
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
        else rules.usual_limit_s.get(item.skill, 0.0) / 2
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


def _reachable(state: State, windows: list[Window], key: QueueKey) -> bool:
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
