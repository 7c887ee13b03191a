"""Paper: every ticket is a print job in the journal, and prints until it is confirmed.

A job is an event that asks for paper (``ticket.issued``, ``ticket.reprint_requested``). For each
printer the journal keeps two positions: up to which event paper was *sent* and up to which it was
*confirmed*. "Sent" is recorded before a byte leaves, in the ticket's own commit when the printer
is free, so after a crash a job between the two may have come out: it prints again, the same
number, marked as a reprint.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from firmware_py.app.ports import Happened
from firmware_py.core.events import Event, ReprintRequested, TicketIssued
from firmware_py.core.model import State, TicketStatus

__all__ = ["Job", "Paper", "PrinterSpool"]

#: Only these still need the paper of their issue.
WANTS_PAPER = frozenset({TicketStatus.WAITING, TicketStatus.CALLED, TicketStatus.PARKED})
#: Whoever asked for the paper again gets it as long as the ticket is good for something.
WANTS_PAPER_AGAIN = WANTS_PAPER | {TicketStatus.SERVING, TicketStatus.MISSED}


@dataclass(slots=True)
class Job:
    """One paper to print. ``again`` marks it as a reprint for the person who holds it.

    ``issued`` is None for a paper that somebody asked for again; ``at_ms`` is when it was wanted.
    """

    seq: int
    number: str
    issued: TicketIssued | None
    at_ms: int
    again: bool = False

    def wanted(self, state: State) -> bool:
        """Say whether somebody still needs this paper."""
        ticket = state.tickets.get(self.number)
        if ticket is None:
            return False
        if self.issued is None:
            return self.at_ms >= ticket.issued_ms and ticket.status in WANTS_PAPER_AGAIN
        # The same number may be another day's by now.
        return self.at_ms == ticket.issued_ms and ticket.status in WANTS_PAPER


class Paper(Protocol):
    """Hands a job to the printer; ``done(confirmed, some_left)`` runs in the event loop.

    ``some_left`` says whether bytes left for the printer: then a part may be on paper.
    """

    def __call__(self, job: Job, done: Callable[[bool, bool], None]) -> None:
        """Print ``job``."""
        ...


class KeepPositions(Protocol):
    """Records reader positions; ``done``, if given, runs in the loop once the disk has them."""

    def __call__(self, positions: Mapping[str, int], done: Callable[[], None] | None) -> None:
        """Record ``positions``."""
        ...


class PrinterSpool:
    """The jobs of one printer, in the order of the journal, one at a time."""

    def __init__(
        self,
        printer: str,
        positions: Mapping[str, int],
        paper: Paper,
        keep: KeepPositions,
        state: Callable[[], State],
    ) -> None:
        self.printer = printer
        self.sent_key = f"print:{printer}:sent"
        self.confirmed_key = f"print:{printer}:confirmed"
        self.sent = positions.get(self.sent_key, 0)
        self.confirmed = positions.get(self.confirmed_key, 0)
        self._paper = paper
        self._keep = keep
        self._state = state
        self._jobs: deque[Job] = deque()
        self._busy = False
        self._ready = False
        #: The job that a commit on its way to the disk records as sent; 0: none.
        self._planned = 0

    @property
    def waiting(self) -> int:
        """How many papers are not confirmed."""
        return len(self._jobs)

    def owes(self, number: str) -> bool:
        """Say whether this number's paper is not confirmed yet."""
        return any(job.number == number for job in self._jobs)

    def owed(self) -> list[str]:
        """Return the numbers whose paper is still wanted, in their order."""
        return [job.number for job in self._jobs if job.wanted(self._state())]

    def settle(self, seq: int) -> Mapping[str, int]:
        """Nothing is owed: both positions may follow the journal to ``seq``."""
        if self._jobs or self._planned > seq:
            # A ticket came in between, or is just being recorded: its positions are newer.
            return {}
        self.sent = self.confirmed = max(seq, self.confirmed)
        return {self.sent_key: self.sent, self.confirmed_key: self.confirmed}

    def position_with(self, first: Happened | None) -> Mapping[str, int]:
        """Return the position to record with a commit that holds this first job for us.

        A free printer takes it as soon as the commit is durable, so it counts as sent.
        """
        if first is not None and first.seq <= self._planned:
            # That commit failed, and its number is used again.
            self._planned = 0
        if first is None or self._busy or self._jobs or self._planned or not self._ready:
            return {}
        self._planned = first.seq
        return {self.sent_key: first.seq}

    def add(self, happened: Happened) -> None:
        """Take a recorded job; one that was confirmed before a restart is done."""
        if happened.seq <= self.confirmed:
            return
        event = happened.event
        if isinstance(event, TicketIssued):
            job = Job(happened.seq, event.number, event, happened.time_ms)
        elif isinstance(event, ReprintRequested):
            job = Job(happened.seq, event.number, None, happened.time_ms, again=True)
        else:
            raise TypeError(happened.name)
        # Recovered after a restart: it was sent and nobody knows whether it came out.
        if job.seq <= self.sent:
            job.again = True
        self._jobs.append(job)
        if self._planned == job.seq:
            self.sent = job.seq
        if self._planned <= job.seq:
            self._planned = 0
        self._next()

    def ready(self, ready: bool) -> None:
        """The printer says that it can print, or cannot."""
        self._ready = ready
        self._next()

    def _next(self) -> None:
        while self._ready and not self._busy and self._jobs:
            job = self._jobs[0]
            if not job.wanted(self._state()):
                self._confirm(job)
                continue
            self._busy = True
            if job.seq > self.sent:
                self.sent = job.seq
                self._keep({self.sent_key: job.seq}, lambda job=job: self._print(job))  # type: ignore[misc]
            else:
                self._print(job)

    def _print(self, job: Job) -> None:
        self._paper(job, lambda confirmed, some_left: self._done(job, confirmed, some_left))

    def _done(self, job: Job, confirmed: bool, some_left: bool) -> None:
        self._busy = False
        if confirmed:
            self._confirm(job)
        else:
            job.again = job.again or some_left
            # Nothing more until the printer says that it is well.
            self._ready = False
        self._next()

    def _confirm(self, job: Job) -> None:
        self._jobs.popleft()
        self.confirmed = job.seq
        self.sent = max(self.sent, job.seq)
        # Not "sent": tried again later on a failing disk, it would undo a newer one.
        self._keep({self.confirmed_key: job.seq}, None)


def asks_for_paper(event: Event) -> str | None:
    """Return the origin whose printer should print for this event, or None."""
    if isinstance(event, TicketIssued | ReprintRequested):
        return event.origin
    return None


def first_for(happened: Sequence[Happened], wants: Callable[[str], bool]) -> Happened | None:
    """Return the first job of a commit whose origin this printer serves."""
    for h in happened:
        origin = asks_for_paper(h.event)
        if origin is not None and wants(origin):
            return h
    return None
