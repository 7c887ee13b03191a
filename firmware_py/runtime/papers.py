"""What is recorded becomes paper: at the hub as its journal has it, elsewhere by this Pi's file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from firmware_py.app.followed import FollowedWriter
from firmware_py.app.issued import forms_meanwhile, issued_as
from firmware_py.app.paper_jobs import given_meanwhile
from firmware_py.app.ports import Happened
from firmware_py.core.model import State
from firmware_py.runtime.positions_file import PositionsFile

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall
    from firmware_py.runtime.printing import Printing

__all__ = ["HubPapers", "NodePapers", "papers_of"]


class HubPapers:
    """The journal's numbers count the papers too."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        hall.writer.positions_with = hall.printing.positions_with

    @property
    def last(self) -> int:
        """The newest event: a printer without work is as far."""
        return self._hall.writer.last_seq

    def recorded(self, happened: Sequence[Happened]) -> None:
        """Print what was recorded."""
        self._hall.printing.recorded(happened)

    def owed_before(self, happened: Sequence[Happened]) -> None:
        """Print what an earlier start left."""
        self._hall.printing.recorded(happened)


class NodePapers:
    """Another Pi counts its own papers; see ``PositionsFile``."""

    def __init__(self, hall: Hall, file: PositionsFile, writer: FollowedWriter) -> None:
        self._printing: Printing = hall.printing
        self._file, self._writer = file, writer
        followed = hall.queue.followed
        #: What was known before this start, until the hall is known again.
        self._former: State | None = None if followed is None else followed.former
        self._before: Sequence[Happened] = ()
        writer.on_joined.append(self._joined)

    @property
    def last(self) -> int:
        """Return 0: nothing is compacted here, so no printer holds it back."""
        return 0

    def recorded(self, happened: Sequence[Happened]) -> None:
        """Write down what is wanted here, and print it."""
        printing = self._printing
        new = self._file.take(happened, printing.printer_of, printing.positions_with)
        printing.recorded(new)

    def owed_before(self, happened: Sequence[Happened]) -> None:
        """Print what an earlier start left, once it is known who still wants it."""
        alone = self._writer.alone
        if alone is not None and alone.ready:
            self._former = None
            self._printing.recorded(happened)
        else:
            self._before = happened

    def _joined(self, before: State) -> None:
        """The hall was taken as a whole: tickets that were given meanwhile want their paper.

        A Pi that never knew a hall of this day is new, or was away for longer: what its
        predecessor printed nobody knows, and nothing is printed twice. After a reboot its card may
        be an old copy: what it does not know may be on papers, and prints marked as a reprint.
        """
        state = self._writer.recorded
        owed, self._before = self._before, ()
        unsure = self._former is not None
        known = self._former if self._former is not None else before
        self._former = None
        self._file.only({one.number: one.issued_ms for one in state.tickets.values()})
        self._printing.recorded(owed)
        issued = [issued_as(ticket) for ticket in given_meanwhile(known, state)]
        wanted = [*issued, *forms_meanwhile(known, state)]
        self.recorded(self._file.perhaps_printed(wanted) if unsure else wanted)


def papers_of(hall: Hall) -> HubPapers | NodePapers:
    """Return this Pi's papers, bound to its queue."""
    if isinstance(hall.positions, PositionsFile) and isinstance(hall.writer, FollowedWriter):
        return NodePapers(hall, hall.positions, hall.writer)
    return HubPapers(hall)
