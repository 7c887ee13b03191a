"""Who waits, in what order, and who is next.

Priority accumulates: ``bonus_s + rate * waited``, in seconds of ordinary waiting, with a rate for
each class. Inside one queue everybody has the same classes, so the one who has waited longest is
its best and only the heads of the queues are compared; a call costs the number of queues, not of
people. Only tickets with an appointment and those back after a miss are looked at one by one.

Nobody starves: with the smallest rate ``r`` and the largest ``R``, whoever has waited ``w`` can
only be passed by people who came before ``w * (1 - r / R) + bonus / R`` of that wait was over.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator

from firmware_py.core.events import CallReason
from firmware_py.core.model import QueueKey, State, Ticket, TicketStatus, Window, WindowStatus
from firmware_py.core.rules import Rules, Trait, Weight, Weights

__all__ = [
    "Candidate",
    "candidates",
    "dequeue",
    "eligible",
    "enqueue",
    "next_ticket",
    "rebuild",
    "waiting_since_ms",
    "waits_for",
]

#: Marks of queues whose order is not simply that of waiting.
PLAIN, APPOINTMENT, RETURNED, RESUMED = "", "appointment", "returned", "resumed"

#: A parked ticket that is back goes before everybody at its window.
RESUMED_PRIORITY = 1e9

#: ``(priority, -issued_ms, -ordinal, number, rule)``: the largest is next.
Candidate = tuple[float, int, int, str, str]


def key_of(ticket: Ticket) -> QueueKey:
    """Return the queue in which this ticket waits."""
    classes = ["ordinary"]
    if Trait.A_GRADE in ticket.traits:
        classes.append("a_grade")
    if Trait.ELDERLY in ticket.traits or Trait.DISABLED in ticket.traits:
        classes.append("elderly")
    if ticket.transferred:
        classes.append("transferred")
    mark = PLAIN
    if ticket.resumed:
        mark = RESUMED
    elif ticket.returned_from_call is not None:
        mark = RETURNED
        classes.append("returned")
    elif ticket.appointment_ms is not None:
        mark = APPOINTMENT
    return (ticket.skill, ticket.bound or "", tuple(classes), mark)


def enqueue(state: State, ticket: Ticket) -> None:
    """Put a waiting ticket into its queue, at its place in time."""
    queue = state.queues.setdefault(key_of(ticket), [])
    entry = (ticket.issued_ms, ticket.ordinal, ticket.number)
    if queue and entry < queue[-1]:
        insort(queue, entry)
    else:
        queue.append(entry)
    state.waiting += 1


def dequeue(state: State, ticket: Ticket) -> None:
    """Take a ticket out of its queue; before its fields change."""
    key = key_of(ticket)
    queue = state.queues[key]
    entry = (ticket.issued_ms, ticket.ordinal, ticket.number)
    at = bisect_left(queue, entry)
    if at == len(queue) or queue[at] != entry:
        raise LookupError(f"{ticket.number} is not in its queue")
    del queue[at]
    if not queue:
        del state.queues[key]
    state.waiting -= 1


def rebuild(state: State) -> None:
    """Build the queues from the tickets, after a snapshot was loaded."""
    state.queues.clear()
    state.waiting = 0
    state.requests = {t.request: t.number for t in state.tickets.values() if t.request}
    for ticket in state.tickets.values():
        if ticket.status is TicketStatus.WAITING:
            enqueue(state, ticket)


def waits_for(state: State, bound: str, mark: str) -> bool:
    """Say whether a bound ticket waits for its window alone.

    Not when that is closed; one that was parked does not sit out a break either.
    """
    window = state.windows.get(bound)
    if window is None or window.status is WindowStatus.CLOSED:
        return False
    return mark != RESUMED or window.status is WindowStatus.OPEN


def waiting_since_ms(state: State, window: Window) -> int | None:
    """Return since when somebody waits whom this window may call, or None."""
    best: int | None = None
    held_back: int | None = None
    for key, queue in state.queues.items():
        if not eligible(state, window, key):
            continue
        # Only those who were called before wait since another time than their place says.
        again = key[3] != PLAIN or "transferred" in key[2]
        for _, _, number in queue if again else queue[:1]:
            ticket = state.tickets[number]
            since_ms = ticket.waits_since_ms
            if key[3] == RETURNED and state.calls < (ticket.returned_from_call or 0):
                held_back = since_ms if held_back is None else min(held_back, since_ms)
            else:
                best = since_ms if best is None else min(best, since_ms)
    # When nobody else waits, those who let others pass have nobody to let pass.
    return held_back if best is None else best


def eligible(state: State, window: Window, key: QueueKey) -> bool:
    """Say whether this window may call from this queue."""
    skill, bound, _, mark = key
    if bound and bound != window.id:
        if waits_for(state, bound, mark):
            return False
    elif bound:
        # Sent here by name: the duty manager's word stands above the window's skills.
        return True
    return window.skills is None or skill in window.skills


def _weight(weights: Weights, name: str) -> Weight:
    weight: Weight = getattr(weights, name)
    return weight


def _static(rules: Rules, classes: tuple[str, ...], waited_s: float) -> tuple[float, str]:
    best, rule = -1.0, "ordinary"
    for name in classes:
        weight = _weight(rules.weights, name)
        priority = weight.bonus_s + weight.rate * waited_s
        if priority > best:
            best, rule = priority, name
    return best, rule


def priority_of(rules: Rules, ticket: Ticket, key: QueueKey, now_ms: int) -> tuple[float, str]:
    """Return a waiting ticket's priority now and the class that gives it."""
    waited_s = max(now_ms - ticket.issued_ms, 0) / 1000
    best, rule = _static(rules, key[2], waited_s)
    mark = key[3]
    if mark == RESUMED:
        return RESUMED_PRIORITY + waited_s, RESUMED
    if mark == APPOINTMENT and ticket.appointment_ms is not None:
        weight = rules.weights.appointment
        if now_ms >= ticket.appointment_ms - rules.appointment_early_s * 1000:
            since_ms = max(ticket.issued_ms, ticket.appointment_ms)
            priority = weight.bonus_s + weight.rate * max(now_ms - since_ms, 0) / 1000
            if priority > best:
                return priority, APPOINTMENT
    return best, rule


def candidates(
    rules: Rules, state: State, window: Window, now_ms: int
) -> Iterator[tuple[Candidate, int]]:
    """Yield the best of each queue this window may call from, and how many it stands for."""
    for key, queue in state.queues.items():
        if not eligible(state, window, key):
            continue
        mark = key[3]
        if mark in (PLAIN, RESUMED):
            issued_ms, ordinal, number = queue[0]
            if mark == RESUMED:
                priority, rule = RESUMED_PRIORITY + (now_ms - issued_ms) / 1000, RESUMED
            else:
                priority, rule = _static(rules, key[2], max(now_ms - issued_ms, 0) / 1000)
            yield (priority, -issued_ms, -ordinal, number, rule), len(queue)
            continue
        for issued_ms, ordinal, number in queue:
            ticket = state.tickets[number]
            if mark == RETURNED and state.calls < (ticket.returned_from_call or 0):
                continue
            priority, rule = priority_of(rules, ticket, key, now_ms)
            yield (priority, -issued_ms, -ordinal, number, rule), 1


def next_ticket(
    rules: Rules, state: State, window: Window, now_ms: int
) -> tuple[Ticket, CallReason] | None:
    """Return who is next at this window and why, or None when nobody is.

    When all who wait are back after a miss and still have to let others pass, the first of them
    is next: there are no others.
    """
    found = list(candidates(rules, state, window, now_ms))
    if not found:
        return _only_returned(state, window, now_ms)
    found.sort(key=lambda pair: pair[0], reverse=True)
    priority, issued, _, number, rule = found[0][0]
    runner_up = _runner_up(rules, state, found, number, now_ms)
    reason = CallReason(
        rule=rule,
        waited_s=max(now_ms + issued, 0) // 1000,
        priority=round(priority, 1),
        eligible=sum(count for _, count in found),
        over=runner_up[1] if runner_up else None,
        over_priority=round(runner_up[0], 1) if runner_up else 0.0,
    )
    return state.tickets[number], reason


def _runner_up(
    rules: Rules, state: State, found: list[tuple[Candidate, int]], number: str, now_ms: int
) -> tuple[float, str] | None:
    """Return the second best: the next queue's head, or the one behind the winner."""
    second = found[1][0] if len(found) > 1 else None
    best = (second[0], second[3]) if second else None
    if found[0][1] > 1:
        key = key_of(state.tickets[number])
        behind = state.tickets[state.queues[key][1][2]]
        priority, _ = priority_of(rules, behind, key, now_ms)
        if best is None or priority > best[0]:
            best = (priority, behind.number)
    return best


def _only_returned(state: State, window: Window, now_ms: int) -> tuple[Ticket, CallReason] | None:
    first: tuple[int, int, str] | None = None
    count = 0
    for key, queue in state.queues.items():
        if key[3] == RETURNED and eligible(state, window, key):
            count += len(queue)
            if first is None or queue[0] < first:
                first = queue[0]
    if first is None:
        return None
    waited_s = max(now_ms - first[0], 0) // 1000
    return state.tickets[first[2]], CallReason("returned", waited_s, float(waited_s), count)
