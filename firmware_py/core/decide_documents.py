"""Decisions on documents of a transaction: added, scanned again, taken out."""

from __future__ import annotations

from firmware_py.core import commands_papers as c
from firmware_py.core.decide_tickets import find
from firmware_py.core.events import Event
from firmware_py.core.events_papers import DocumentAdded, DocumentRemoved, DocumentReplaced
from firmware_py.core.model import State, Ticket, TicketStatus
from firmware_py.core.papers import TicketDocument
from firmware_py.core.refusals import Refusal, refuse
from firmware_py.core.rules import Rules

__all__ = [
    "MOST_DOCUMENTS",
    "add",
    "is_sha256",
    "next_document",
    "paper_of_kind",
    "remove",
    "replace",
]

#: Of one ticket, those taken out counted too.
MOST_DOCUMENTS = 200
MOST_PAGES = 500
#: Bytes of one document.
MOST_SIZE = 1 << 30
LONGEST_KIND = 40
LONGEST_REASON = 200

_HEX = frozenset("0123456789abcdef")
SHA256_DIGITS = 64
#: More papers than an item can have.
_LONGEST_PLACE = 3
#: Nobody stands at a window with it.
_AWAY = frozenset({TicketStatus.MISSED, TicketStatus.CANCELLED})


def is_sha256(text: str) -> bool:
    """Say whether a text is a digest: 64 hexadecimal digits."""
    return len(text) == SHA256_DIGITS and _HEX.issuperset(text)


def next_document(ticket: Ticket) -> str:
    """Return the id of a ticket's next document: ``A012-1``, ``A012-2`` ..."""
    return f"{ticket.number}-{ticket.last_document + 1}"


def paper_of_kind(kind: str) -> int | None:
    """Return which of the item's papers (from 1) a kind such as ``paper:2`` means."""
    word, _, place = kind.partition(":")
    digits = place.isascii() and place.isdigit() and len(place) <= _LONGEST_PLACE
    return int(place) if word == "paper" and digits and place[0] != "0" else None


def add(rules: Rules, state: State, command: c.AddDocument, now_ms: int) -> list[Event] | Refusal:
    """Add a document; its ticket was called today, however its service ended since."""
    ticket = _in_reach(state, command.number)
    if isinstance(ticket, Refusal):
        return ticket
    if ticket.last_document >= MOST_DOCUMENTS:
        return refuse("too_many_documents", number=ticket.number, max=MOST_DOCUMENTS)
    if command.document != next_document(ticket):
        return refuse("document_id", document=command.document, next=next_document(ticket))
    refusal = _check(rules, ticket, command)
    if refusal is not None:
        return refusal
    return [
        DocumentAdded(
            ticket.number,
            command.document,
            command.kind.strip(),
            command.pages,
            command.size,
            command.sha256,
        )
    ]


def replace(
    rules: Rules, state: State, command: c.ReplaceDocument, now_ms: int
) -> list[Event] | Refusal:
    """Take what was scanned again in place of what it was."""
    ticket = _in_reach(state, command.number)
    if isinstance(ticket, Refusal):
        return ticket
    present = _find(ticket, command.document)
    if isinstance(present, Refusal):
        return present
    refusal = _check(rules, ticket, command)
    if refusal is not None:
        return refusal
    return [
        DocumentReplaced(
            ticket.number,
            present.document,
            command.kind.strip(),
            command.pages,
            command.size,
            command.sha256,
            present.version + 1,
        )
    ]


def remove(
    rules: Rules, state: State, command: c.RemoveDocument, now_ms: int
) -> list[Event] | Refusal:
    """Take a document out, whatever became of its ticket."""
    ticket = find(state, command.number)
    if isinstance(ticket, Refusal):
        return ticket
    present = _find(ticket, command.document)
    if isinstance(present, Refusal):
        return present
    if len(command.reason) > LONGEST_REASON:
        return refuse("words_too_long", max=LONGEST_REASON)
    return [DocumentRemoved(ticket.number, present.document, command.reason.strip())]


def _in_reach(state: State, number: str) -> Ticket | Refusal:
    ticket = find(state, number)
    if isinstance(ticket, Refusal):
        return ticket
    if ticket.called_ms is None or ticket.status in _AWAY:
        return refuse("document_not_now", number=ticket.number, status=ticket.status)
    return ticket


def _find(ticket: Ticket, document: str) -> TicketDocument | Refusal:
    typed = document.strip().upper()
    for one in ticket.documents:
        if one.document == typed:
            return one
    return refuse("unknown_document", number=ticket.number, document=document)


def _check(
    rules: Rules, ticket: Ticket, command: c.AddDocument | c.ReplaceDocument
) -> Refusal | None:
    kind = command.kind.strip()
    if not 1 <= len(kind) <= LONGEST_KIND:
        return refuse("document_kind", max=LONGEST_KIND)
    item = rules.items.get(ticket.item)
    papers = item.papers if item is not None else ()
    paper = paper_of_kind(kind)
    if paper is not None and paper > len(papers):
        return refuse("unknown_paper", paper=paper, max=len(papers))
    sound = (
        1 <= command.pages <= MOST_PAGES
        and 1 <= command.size <= MOST_SIZE
        and is_sha256(command.sha256)
    )
    return None if sound else refuse("bad_document", max=MOST_PAGES)
