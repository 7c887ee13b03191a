"""Decisions on what another Pi recorded by itself; see docs/spread-rules.md.

A record is never refused: it happened. It makes ordinary events of what follows from it, and
leaves a trace (``RecordMerged``) that says what came of it.
"""

from __future__ import annotations

from dataclasses import replace

from firmware_py.core import events as e
from firmware_py.core.blocks import STANDBY, block_of
from firmware_py.core.commands_spread import MergeRecord
from firmware_py.core.events_spread import NumbersReturned, RecordMerged, TicketReplaced
from firmware_py.core.model import State, Ticket, TicketStatus
from firmware_py.core.records import Record
from firmware_py.core.refusals import Refusal
from firmware_py.core.rules import Rules

__all__ = ["merge"]

Decision = list[e.Event] | Refusal


def merge(rules: Rules, state: State, command: MergeRecord, now_ms: int) -> Decision:
    """Return what follows from a record, with its trace; nothing for one that is known."""
    record = command.record
    if record.seq <= state.merged.get(record.source, 0):
        return []
    match record.event:
        case e.TicketIssued() as issued:
            return _issued(state, record, issued)
        case NumbersReturned() as returned:
            return [returned, _trace(record, "kept")]
        case _:
            return [_trace(record, "noted")]


def _issued(state: State, record: Record, event: e.TicketIssued) -> list[e.Event]:
    number, request = event.number, event.request or record.command_id
    issued_ms = record.time_ms if event.issued_ms is None else event.issued_ms
    if issued_ms < state.began_ms:
        return [_trace(record, "former_day", number)]
    if number in state.tickets:
        same = state.tickets[number].request == request
        return [_trace(record, "same" if same else "number_twice", number)]
    issued = replace(event, issued_ms=issued_ms, request=request)
    other = state.requests.get(request)
    if other is None:
        # First the trace: what follows is explained by it.
        return [_trace(record, "kept", number), issued]
    if _on_paper(state, event):
        replaced = TicketReplaced(other, number, _somebody_sat(state.tickets[other]))
        return [_trace(record, "paper", number, other), issued, replaced]
    # Another hub's answer to the same request: its kiosk printed the later one, which is here.
    return [_trace(record, "skipped", number, other), TicketReplaced(number, other)]


def _on_paper(state: State, event: e.TicketIssued) -> bool:
    """Whether a kiosk gave the number itself: then it is on the paper (rules 7 and 8)."""
    block = block_of(state.lent, event.number)
    return event.issued_ms is not None or (block is not None and block.holder != STANDBY)


def _somebody_sat(ticket: Ticket) -> bool:
    """Whether a clerk said that somebody is there; a service that began by itself says nothing."""
    began = ticket.status in {TicketStatus.SERVING, TicketStatus.FINISHED}
    return began and not ticket.auto_started


def _trace(
    record: Record, outcome: str, number: str | None = None, other: str | None = None
) -> RecordMerged:
    return RecordMerged(
        record.source, record.seq, record.type, record.time_ms, outcome, number, other=other
    )
