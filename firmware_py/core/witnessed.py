"""What a Pi saw happen at itself and another hub does not know. Pure.

A hub that dies may have decided more than its standby had copied. A number that it gave is on a
paper at the kiosk, and whoever it called stands in front of a window: both Pis saw it, and say so
to the new hub as records of their own (docs/spread-rules.md, 8, 10 and 13).
"""

from __future__ import annotations

from collections.abc import Iterator

from firmware_py.core import events as e
from firmware_py.core.decide_alone import Here
from firmware_py.core.model import State, Ticket, TicketStatus
from firmware_py.core.rules import Rules
from firmware_py.core.series import count_of

__all__ = ["witnessed"]

_IN_HAND = frozenset({TicketStatus.CALLED, TicketStatus.SERVING})


def witnessed(
    rules: Rules, before: State, found: State, here: Here
) -> Iterator[tuple[str, list[e.Event]]]:
    """Yield what to record, each with a command id: ``before`` was known here, ``found`` is new."""
    if before.day is None or before.day != found.day:
        return
    for ticket in before.tickets.values():
        if ticket.origin in here.kiosks and ticket.number not in found.tickets:
            request = ticket.request or f"witnessed:{here.node}:{ticket.number}"
            yield request, [_issued(rules, ticket, request)]
    for name in sorted(here.windows):
        number = before.windows[name].ticket if name in before.windows else None
        there = found.windows.get(name)
        if number is None or there is None or there.ticket is not None:
            continue
        ticket, now = before.tickets[number], found.tickets.get(number)
        if ticket.status in _IN_HAND and now is not None and now.status is TicketStatus.WAITING:
            command_id = f"witnessed:{here.node}:{number}:{ticket.called_ms}"
            yield command_id, _in_hand(rules, ticket, name)


def _issued(rules: Rules, ticket: Ticket, request: str) -> e.TicketIssued:
    item = rules.items.get(ticket.item)
    series = None if item is None else rules.series_of(item)
    count = None if series is None else count_of(series, ticket.number)
    return e.TicketIssued(
        number=ticket.number,
        series="" if series is None or count is None else series.id,
        count=count or 0,
        item=ticket.item,
        skill=ticket.skill,
        origin=ticket.origin,
        traits=ticket.traits,
        estimate_s=ticket.estimate_s,
        request=request,
        issued_ms=ticket.issued_ms,
    )


def _in_hand(rules: Rules, ticket: Ticket, window: str) -> list[e.Event]:
    why = e.CallReason(ticket.call_rule, 0, 0.0, 0)
    called = e.TicketCalled(ticket.number, window, why, ticket.called_ms)
    started_ms = ticket.started_ms
    if ticket.status is not TicketStatus.SERVING or started_ms is None:
        return [called]
    item = rules.items.get(ticket.item)
    limit_s = 0 if item is None else item.service_limit_s
    return [called, e.ServiceStarted(ticket.number, window, limit_s, since_ms=started_ms)]
