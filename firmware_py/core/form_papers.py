"""What stands on an acceptance form: papers ticked or typed, scanned documents, words in bounds."""

from __future__ import annotations

from collections.abc import Sequence

from firmware_py.core.model import Ticket
from firmware_py.core.papers import FormPaper, PaperTicked, TicketDocument
from firmware_py.core.refusals import Refusal, refuse
from firmware_py.core.rules import Item, Text

__all__ = [
    "LONGEST_ASKED",
    "LONGEST_COME",
    "LONGEST_NAME",
    "LONGEST_REASON",
    "MOST_DAYS",
    "MOST_PAPERS",
    "check_words",
    "papers_of",
    "scanned_of",
]

MOST_PAPERS = 60
MOST_COUNT = 999
#: Characters; a form is one sheet of paper from a slip printer.
LONGEST_NAME = 60
LONGEST_ASKED = 200
LONGEST_COME = 120
LONGEST_REASON = 200
#: Working days, as in the catalogue.
MOST_DAYS = 3650


def papers_of(item: Item | None, ticked: Sequence[PaperTicked]) -> tuple[FormPaper, ...] | Refusal:
    """Return the papers as a form has them: those of the list in its order, then the typed ones."""
    if not ticked:
        return refuse("form_without_papers")
    if len(ticked) > MOST_PAPERS:
        return refuse("too_many_papers", max=MOST_PAPERS)
    listed = item.papers if item is not None else ()
    by_place: dict[int, FormPaper] = {}
    typed: list[FormPaper] = []
    for one in ticked:
        name = one.name.strip()
        if not 1 <= one.count <= MOST_COUNT:
            return refuse("paper_count", max=MOST_COUNT)
        if bool(one.paper) == bool(name):
            return refuse("paper_which")
        if len(name) > LONGEST_NAME:
            return refuse("words_too_long", max=LONGEST_NAME)
        if name:
            typed.append(FormPaper(Text(name, name), one.count, listed=False))
        elif not 1 <= one.paper <= len(listed):
            return refuse("unknown_paper", paper=one.paper, max=len(listed))
        elif one.paper in by_place:
            return refuse("paper_twice", paper=one.paper)
        else:
            by_place[one.paper] = FormPaper(listed[one.paper - 1], one.count, listed=True)
    return (*(by_place[place] for place in sorted(by_place)), *typed)


def scanned_of(
    ticket: Ticket, wanted: Sequence[str] | None
) -> tuple[TicketDocument, ...] | Refusal:
    """Return the ticket's documents that belong to a form; all of them if none are named."""
    if wanted is None:
        return ticket.documents
    known = {one.document: one for one in ticket.documents}
    names = dict.fromkeys(name.strip().upper() for name in wanted)
    for name in names:
        if name not in known:
            return refuse("unknown_document", number=ticket.number, document=name)
    return tuple(known[name] for name in names)


def check_words(asked: str, come: str) -> Refusal | None:
    """Return why typed words do not fit, None when they do."""
    for words, longest in ((asked, LONGEST_ASKED), (come, LONGEST_COME)):
        if len(words.strip()) > longest:
            return refuse("words_too_long", max=longest)
    return None
