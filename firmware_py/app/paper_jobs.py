"""What asks for paper: a ticket for one slip, an acceptance form for two copies of a sheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from firmware_py.app.ports import Happened
from firmware_py.core.events import Event, ReprintRequested, TicketIssued
from firmware_py.core.events_papers import FormChanged, FormMade, FormReprintRequested
from firmware_py.core.model import State, Ticket, TicketStatus
from firmware_py.core.papers import FormState

__all__ = [
    "PAPER_EVENTS",
    "WANTS_PAPER",
    "AnyJob",
    "Asks",
    "FormJob",
    "Job",
    "asks_for_paper",
    "first_for",
    "given_meanwhile",
    "jobs_of",
]

#: Types, as in the journal, of the events that ask for paper.
PAPER_EVENTS = frozenset({
    "ticket.issued", "ticket.reprint_requested", "form.made", "form.changed",
    "form.reprint_requested",
})  # fmt: skip
#: Only these still need the paper of their issue.
WANTS_PAPER = frozenset({TicketStatus.WAITING, TicketStatus.CALLED, TicketStatus.PARKED})
#: Whoever asked for the paper again gets it as long as the ticket is good for something.
WANTS_PAPER_AGAIN = WANTS_PAPER | {TicketStatus.SERVING, TicketStatus.MISSED}

#: The taxpayer keeps the first copy of a form, the hall the second, which is signed.
COPIES = 2


@dataclass(slots=True)
class Job:
    """One ticket to print. ``again`` marks it as a reprint for the person who holds it.

    ``issued`` is None for a paper that somebody asked for again; ``at_ms`` is when it was wanted.
    """

    seq: int
    number: str
    issued: TicketIssued | None
    at_ms: int
    again: bool = False

    @property
    def second(self) -> bool:
        """A ticket has one paper."""
        return False

    @property
    def last(self) -> bool:
        """Its event is done with when this has come out."""
        return True

    def wanted(self, state: State) -> bool:
        """Say whether somebody still needs this paper."""
        ticket = state.tickets.get(self.number)
        if ticket is None:
            return False
        if self.issued is None:
            return self.at_ms >= ticket.issued_ms and ticket.status in WANTS_PAPER_AGAIN
        # The same number may be another day's by now.
        return self.at_ms == ticket.issued_ms and ticket.status in WANTS_PAPER


@dataclass(slots=True)
class FormJob:
    """One copy of an acceptance form to print: 1 for the taxpayer, 2 to be signed for the hall."""

    seq: int
    number: str
    version: int
    window: str
    copy: int
    again: bool = False

    @property
    def second(self) -> bool:
        """Say whether another paper of the same event comes before this one."""
        return self.copy == COPIES

    @property
    def last(self) -> bool:
        """Say whether its event is done with when this has come out."""
        return self.copy == COPIES

    def wanted(self, state: State) -> bool:
        """Say whether this is still what the form says: only the newest version is printed."""
        form = state.forms.get(self.number)
        return form is not None and form.state is FormState.OPEN and form.version == self.version


AnyJob = Job | FormJob


class Asks(NamedTuple):
    """Where paper is wanted: a ticket's origin, a form's window."""

    origin: str
    form: bool


def asks_for_paper(event: Event) -> Asks | None:
    """Return where a printer should print for this event, or None."""
    if isinstance(event, TicketIssued | ReprintRequested):
        return Asks(event.origin, form=False)
    if isinstance(event, FormMade | FormChanged | FormReprintRequested):
        return Asks(event.window, form=True)
    return None


def jobs_of(happened: Happened) -> list[AnyJob]:
    """Return the papers that an event asks for, in the order in which they come out."""
    event, seq = happened.event, happened.seq
    if isinstance(event, TicketIssued):
        # A number that the hub answered, cut off before its event came, is recorded here later.
        at_ms = happened.time_ms if event.issued_ms is None else event.issued_ms
        return [Job(seq, event.number, event, at_ms)]
    if isinstance(event, ReprintRequested):
        return [Job(seq, event.number, None, happened.time_ms, again=True)]
    if isinstance(event, FormMade | FormChanged | FormReprintRequested):
        again = isinstance(event, FormReprintRequested)
        return [
            FormJob(seq, event.form, event.version, event.window, copy, again)
            for copy in range(1, COPIES + 1)
        ]
    raise TypeError(happened.name)


def first_for(happened: Sequence[Happened], wants: Callable[[Asks], bool]) -> Happened | None:
    """Return the first event of a commit that asks this printer for paper."""
    for h in happened:
        asks = asks_for_paper(h.event)
        if asks is not None and wants(asks):
            return h
    return None


def given_meanwhile(known: State, state: State) -> list[Ticket]:
    """Return the tickets of a hall taken as a whole that want a paper and were not known here.

    Whose request has a number here already has the paper (docs/spread-rules.md, 7 and 8).
    """
    if known.day is None or known.day != state.day:
        return []
    return [
        ticket
        for ticket in state.tickets.values()
        if ticket.status in WANTS_PAPER
        and ticket.number not in known.tickets
        and not (ticket.request and ticket.request in known.requests)
    ]
