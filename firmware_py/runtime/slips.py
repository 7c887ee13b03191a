"""From a ticket in the queue to the slip that the printer lays out."""

from __future__ import annotations

from datetime import UTC, datetime

from devices.ticket_printer.slip import Slip
from firmware_py.app.paper_jobs import Job
from firmware_py.core.estimate import estimate_for
from firmware_py.core.model import State, TicketStatus
from firmware_py.core.rules import Rules, Text

__all__ = ["slip_of", "wait_words"]

#: What was told at the issue is no longer true on a paper that comes out so much later.
FRESH_MS = 60_000


def wait_words(wait_s: int | None, sure: str) -> Text:
    """Return an estimate in words; how sure it is decides how they are chosen."""
    if wait_s is None:
        return Text("请留意叫号", "please watch for your call")
    if wait_s < 60:
        return Text("马上就到", "very soon")
    # Rounded up to what people remember; a vague guess to a vaguer number.
    step = 5 if sure == "low" or wait_s > 1800 else 1
    minutes = -(-wait_s // 60 // step) * step or step
    return Text(f"约{minutes}分钟", f"~{minutes} min")


def slip_of(rules: Rules, state: State, hall: Text, job: Job) -> Slip:
    """Return the slip for a print job; a ticket printed later shows the wait as of now.

    Nothing is said of the wait of a ticket that waits no more.
    """
    ticket = state.tickets[job.number]
    item = rules.items.get(ticket.item)
    issued = job.issued
    fresh = not job.again and state.now_ms - ticket.issued_ms < FRESH_MS
    ahead: int | None = None
    wait = Text("", "")
    if ticket.status is TicketStatus.WAITING and issued is not None and fresh:
        # Given while cut off, nobody knows who else waits.
        ahead = issued.ahead if issued.issued_ms is None else None
        wait = wait_words(issued.estimate_s, issued.sure)
    elif ticket.status is TicketStatus.WAITING:
        guess = estimate_for(rules, state, ticket, state.now_ms)
        ahead, wait = guess.ahead, wait_words(guess.wait_s, guess.sure)
    name = item.name if item is not None else Text(ticket.item, ticket.item)
    return Slip(
        number=ticket.number,
        hall_zh=hall.zh,
        hall_en=hall.en,
        item_zh=name.zh,
        item_en=name.en,
        issued=_minute(state.wall_offset_ms, ticket.issued_ms),
        ahead=ahead,
        wait_zh=wait.zh,
        wait_en=wait.en,
        papers_zh=tuple(paper.zh for paper in item.papers) if item else (),
        papers_en=tuple(paper.en for paper in item.papers) if item else (),
        qr=f"{state.day}/{ticket.number}",
        reprint=job.again,
    )


def _minute(wall_offset_ms: int | None, at_ms: int) -> str:
    """Return ``2026-03-02 09:15``; empty while no clock is known."""
    if wall_offset_ms is None:
        return ""
    # strftime takes as long as all the rest of a slip.
    return datetime.fromtimestamp((at_ms + wall_offset_ms) / 1000, UTC).isoformat(" ")[:16]
