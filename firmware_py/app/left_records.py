"""Own records that a hub of an older version did not know, or that this program does not.

They are not lost, and keep none of the others waiting: each is offered again by itself, to a hub of
a newer version than the one that passed it over, on whichever day that comes. A record that this
very program cannot read (it was put back to an older one) waits for the newer program.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from firmware_py.app.ports import Happened, JournalPort
from firmware_py.app.wire import decode_event
from firmware_py.core.events import EVENTS

__all__ = ["LeftRecords"]

log = logging.getLogger(__name__)

#: Of a record that this program cannot read: any hub may have it, once it can be.
_ANY = 0


class LeftRecords:
    """``seqs`` are the records; who passed them over is kept with them."""

    def __init__(self, journal: JournalPort, left: Iterable[tuple[int, int]]) -> None:
        #: The wire version that did not know a record, by its number.
        self._wire = dict(left)
        self._read = dict[int, Happened]()
        for seq in self._wire:
            for one in journal.read(seq - 1, 1):
                if one.seq != seq or one.type not in EVENTS:
                    continue
                event = decode_event(one.type, one.body)
                self._read[seq] = Happened(
                    one.seq, one.time_ms, one.type, one.by, one.command_id, event, one.body
                )

    @property
    def seqs(self) -> frozenset[int]:
        """The records that no hub has, and that are not offered in their turn."""
        return frozenset(self._wire)

    @property
    def told(self) -> tuple[tuple[int, int], ...]:
        """What the next start must know."""
        return tuple(sorted(self._wire.items()))

    def not_readable(self, seq: int, kind: str) -> None:
        """This program does not know a record of its own journal: a newer one wrote it."""
        if seq not in self._wire:
            log.error("our record %d (%s) is of a newer program; it waits for that", seq, kind)
        self._wire[seq] = self._wire.get(seq, _ANY)

    def passed_over(self, one: Happened, wire: int) -> None:
        """A hub that speaks ``wire`` does not know it."""
        log.warning(
            "the hub does not know our record %d (%s): it is offered again to a newer one",
            one.seq, one.name,
        )  # fmt: skip
        self._wire[one.seq], self._read[one.seq] = wire, one

    def next_for(self, wire: int) -> Happened | None:
        """Return the first of them that a hub speaking ``wire`` may know."""
        for seq in sorted(self._read):
            if self._wire[seq] < wire:
                return self._read[seq]
        return None

    def over(self, seq: int) -> None:
        """A hub has it, or will not have it."""
        self._wire.pop(seq, None)
        self._read.pop(seq, None)
