"""Paper: every ticket is a print job in the journal, and prints until it is confirmed.

Events ask for paper (``paper_jobs``). For each printer the journal keeps two positions: up to
which event paper was *sent* and up to which it was *confirmed*. "Sent" is recorded before a byte
leaves, in the ticket's own commit when the printer is free, so after a crash a job between the two
may have come out: it prints again, the same number, marked as a reprint.

An acceptance form has two papers. A printer that prints such forms has two positions more: of
which event the *first* paper is confirmed, and of which the *second* was sent. So each of the two
is owed by itself, and only the one that nobody confirmed prints again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from typing import Protocol

from firmware_py.app.paper_jobs import AnyJob, jobs_of
from firmware_py.app.ports import Happened
from firmware_py.core.model import State

__all__ = ["KeepPositions", "Paper", "PrinterSpool"]


class Paper(Protocol):
    """Hands a job to the printer; ``done(confirmed, some_left)`` runs in the event loop.

    ``some_left`` says whether bytes left for the printer: then a part may be on paper.
    """

    def __call__(self, job: AnyJob, done: Callable[[bool, bool], None]) -> None:
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
        self.first_key = f"print:{printer}:first"
        self.second_key = f"print:{printer}:second"
        self.first = positions.get(self.first_key, 0)
        self.second = positions.get(self.second_key, 0)
        self._paper = paper
        self._keep = keep
        self._state = state
        self._jobs: deque[AnyJob] = deque()
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

    def owed(self) -> list[AnyJob]:
        """Return the papers that are still wanted, in their order."""
        return [job for job in self._jobs if job.wanted(self._state())]

    def settle(self, seq: int) -> Mapping[str, int]:
        """Nothing is owed: the positions may follow the journal to ``seq``."""
        if self._jobs or self._planned > seq:
            # A ticket came in between, or is just being recorded: its positions are newer.
            return {}
        self.sent = self.confirmed = max(seq, self.confirmed)
        settled = {self.sent_key: self.sent, self.confirmed_key: self.confirmed}
        if self.first or self.second:
            # They would hold back what may be compacted.
            self.first = self.second = self.confirmed
            settled |= {self.first_key: self.first, self.second_key: self.second}
        return settled

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
        for job in jobs_of(happened):
            if not job.last and job.seq <= self.first:
                continue
            # Recovered after a restart: it was sent and nobody knows whether it came out.
            if job.seq <= (self.second if job.second else self.sent):
                job.again = True
            self._jobs.append(job)
        if self._planned == happened.seq:
            self.sent = happened.seq
        if self._planned <= happened.seq:
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
            if job.seq > (self.second if job.second else self.sent):
                self._keep(self._now_sent(job), partial(self._print, job))
            else:
                self._print(job)

    def _now_sent(self, job: AnyJob) -> Mapping[str, int]:
        if job.second:
            self.second = job.seq
            return {self.second_key: job.seq}
        self.sent = job.seq
        return {self.sent_key: job.seq}

    def _print(self, job: AnyJob) -> None:
        self._paper(job, lambda confirmed, some_left: self._done(job, confirmed, some_left))

    def _done(self, job: AnyJob, confirmed: bool, some_left: bool) -> None:
        self._busy = False
        if confirmed:
            self._confirm(job)
        else:
            job.again = job.again or some_left
            # Nothing more until the printer says that it is well.
            self._ready = False
        self._next()

    def _confirm(self, job: AnyJob) -> None:
        self._jobs.popleft()
        if not job.last:
            self.first = job.seq
            self._keep({self.first_key: job.seq}, None)
            return
        self.confirmed = job.seq
        self.sent = max(self.sent, job.seq)
        # Not "sent": tried again later on a failing disk, it would undo a newer one.
        self._keep({self.confirmed_key: job.seq}, None)
