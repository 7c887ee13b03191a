"""What several sides say of one ticket, put together. Pure; docs/spread-rules.md has the table.

Each side's last word on a ticket is a claim: that of each Pi that decided by itself, and our own.
What becomes of the ticket follows from all of them, whatever came first. What the hub decides after
that, it decides knowing them: then its own word stands for all.
"""

from __future__ import annotations

from collections.abc import Iterable

from firmware_py.core.events_spread import RecordMerged
from firmware_py.core.model import Claim, Ticket, TicketStatus

__all__ = [
    "MOVED_BACK", "UNHEARD", "Outcome", "claim_of", "claims_of", "claims_with", "joined", "settle",
    "stamp",
]  # fmt: skip

#: Where a ticket is, and at which window; "" none.
Outcome = tuple[TicketStatus, str]

#: Types of records that are a side's word on where a ticket is.
_STATUS = {
    "ticket.called": TicketStatus.CALLED,
    "service.started": TicketStatus.SERVING,
    "service.finished": TicketStatus.FINISHED,
    "ticket.parked": TicketStatus.PARKED,
    "ticket.missed": TicketStatus.MISSED,
    "ticket.cancelled": TicketStatus.CANCELLED,
}
#: After these a ticket waits again.
MOVED_BACK = frozenset({"ticket.transferred", "ticket.resumed", "ticket.returned"})
#: Outcomes after which a record says nothing of the ticket that has this number.
UNHEARD = frozenset({"former_day", "not_allowed", "skipped", "number_twice"})
_OPEN = (TicketStatus.SERVING, TicketStatus.CALLED)
_AWAY = (TicketStatus.PARKED, TicketStatus.MISSED)


def claim_of(event: RecordMerged) -> Claim | None:
    """Return what a merged record says of its ticket; None when it says nothing of that."""
    status = _STATUS.get(event.type)
    if status is None:
        return None
    if event.type == "service.started" and event.value:
        # It began by itself: nobody said that the person is there.
        status = TicketStatus.CALLED
    service_s = event.value or 0 if status is TicketStatus.FINISHED else 0
    return Claim(event.source, status, event.window or "", service_s)


def stamp(status: TicketStatus, window: str | None) -> str:
    """Return where a ticket is, as it is compared with where the last merge left it."""
    return f"{status}@{window or ''}"


def claims_of(ticket: Ticket) -> tuple[Claim, ...]:
    """Return what all sides say of a ticket; only our own word, if we went on knowing theirs."""
    if ticket.claims and ticket.settled == _stands(ticket):
        return ticket.claims
    status = ticket.status
    if status is TicketStatus.WAITING:
        return ()
    if status in {TicketStatus.CANCELLED, TicketStatus.LEFT}:
        return (Claim("", status),)
    if status is TicketStatus.SERVING and ticket.auto_started:
        status = TicketStatus.CALLED
    return (Claim("", status, ticket.window or ""),)


def _stands(ticket: Ticket) -> str:
    if ticket.status is TicketStatus.SERVING and ticket.auto_started:
        return stamp(TicketStatus.CALLED, ticket.window)
    ended = ticket.status in {TicketStatus.CANCELLED, TicketStatus.LEFT, TicketStatus.WAITING}
    return stamp(ticket.status, "" if ended else ticket.window)


def claims_with(ticket: Ticket, claim: Claim) -> tuple[Claim, ...]:
    """Return what all sides say, with the newest word of one of them in place of its older."""
    return joined(claims_of(ticket), claim)


def joined(claims: Iterable[Claim], claim: Claim) -> tuple[Claim, ...]:
    """Return the claims with one more; in an order that does not depend on when each came."""
    known = list(claims)
    if any(one.source == claim.source and one.status is TicketStatus.FINISHED for one in known):
        # Who was served was served, whatever the same side says later.
        return tuple(known)
    others = [one for one in known if one.source != claim.source]
    return tuple(sorted((*others, claim), key=lambda one: one.source))


def settle(claims: Iterable[Claim]) -> Outcome:
    """Return what becomes of a ticket.

    Served beats all: somebody sat in front of a clerk. Of several windows it is the first by name.
    A window that says that it parked or missed somebody knows more than who says that it called.
    """
    of: dict[TicketStatus, list[str]] = {}
    for claim in claims:
        of.setdefault(claim.status, []).append(claim.window)
    for status in (TicketStatus.FINISHED, TicketStatus.CANCELLED, TicketStatus.LEFT):
        if status in of:
            return status, min(of[status])
    parked, missed = (frozenset(of.get(status, ())) for status in _AWAY)
    gone = {TicketStatus.SERVING: parked, TicketStatus.CALLED: parked | missed}
    for status in _OPEN:
        if windows := [one for one in of.get(status, ()) if one not in gone[status]]:
            return status, min(windows)
    for status in _AWAY:
        if status in of:
            return status, min(of[status])
    return TicketStatus.WAITING, ""
