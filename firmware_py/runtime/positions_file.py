"""What this Pi's printers owe, where the hall's journal is on another Pi.

Papers are counted here, in the order in which they were wanted: a hub's numbers of events begin
anew with another hub, and a ticket of our own has none of the hub's. One small file of JSON holds
how far each printer is, what is owed with all that is needed to print it, and which tickets had
their paper: a ticket that is told again, or that comes back merged, prints no second one.

A file that cannot be read is kept aside and said; printing begins anew at what is wanted then.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from firmware_py.app.ports import Happened
from firmware_py.app.spool import PrinterSpool
from firmware_py.app.wire import decode_event, encode
from firmware_py.core.events import (
    EVENT_NAMES,
    EVENTS,
    DayOpened,
    Event,
    ReprintRequested,
    TicketIssued,
)
from firmware_py.core.events_papers import FormChanged, FormMade, FormReprintRequested
from firmware_py.runtime.durable import write_durably

__all__ = ["PositionsFile"]

log = logging.getLogger(__name__)


class _Owed(msgspec.Struct):
    """An event that wants paper; ``seq`` counts them at this Pi."""

    seq: int
    time_ms: int
    name: str
    by: str
    body: msgspec.Raw
    printer: str

    def happened(self) -> Happened:
        body = bytes(self.body)
        event = decode_event(self.name, body)
        return Happened(self.seq, self.time_ms, self.name, self.by, "", event, body)


class _Kept(msgspec.Struct):
    positions: dict[str, int] = {}
    last: int = 0
    owed: list[_Owed] = []
    #: number -> when it was issued, of the day's tickets that printers of this Pi have, or owe.
    tickets: dict[str, int] = {}


class PositionsFile:
    """As ``runtime.kept_positions.KeptPositions``: reader -> the number of a paper."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept = _Kept()
        try:
            self._kept = _read(path.read_bytes())
        except FileNotFoundError:
            pass
        except (OSError, msgspec.DecodeError) as error:
            log.error("the printers' positions cannot be read: %s", error)  # noqa: TRY400
            path.replace(path.with_suffix(".unreadable"))
        self.of = self._kept.positions

    def owed(self) -> list[Happened]:
        """Return what was wanted before this start and is not confirmed.

        What only a newer program can print, which this Pi had before, stays for that one.
        """
        return [one.happened() for one in self._kept.owed if one.name in EVENTS]

    def take(
        self,
        happened: Sequence[Happened],
        printer_of: Callable[[Event], str | None],
        positions_with: Callable[[Sequence[Happened]], Mapping[str, int]],
    ) -> list[Happened]:
        """Write down what wants paper here, with this Pi's own numbers; return it to be printed."""
        kept, new = self._kept, list[Happened]()
        for one in happened:
            event = one.event
            if isinstance(event, DayOpened) and not event.reopened:
                kept.tickets = {}
            printer = printer_of(event)
            if printer is None or self._has(one):
                continue
            kept.last += 1
            if isinstance(event, TicketIssued):
                kept.tickets[event.number] = _issued_ms(event, one)
            numbered = one._replace(seq=kept.last)
            new.append(numbered)
            kept.owed.append(
                _Owed(kept.last, one.time_ms, one.name, one.by, msgspec.Raw(one.body), printer)
            )
        if new:
            self.of.update(positions_with(new))
            self._write()
        return new

    def _has(self, one: Happened) -> bool:
        event = one.event
        if not isinstance(event, TicketIssued):
            return False
        return self._kept.tickets.get(event.number) == _issued_ms(event, one)

    def perhaps_printed(self, wanted: Sequence[Happened]) -> list[Happened]:
        """Return reprints in place of papers that an older copy of this file may not know of."""
        found = list[Happened]()
        for one in wanted:
            event, again = one.event, one.event
            if isinstance(event, TicketIssued):
                if self._has(one):
                    continue
                self._kept.tickets[event.number] = _issued_ms(event, one)
                again = ReprintRequested(event.number, event.origin)
            elif isinstance(event, FormMade | FormChanged):
                again = FormReprintRequested(event.form, event.version, event.window)
            name = EVENT_NAMES[type(again)]
            found.append(one._replace(name=name, event=again, body=encode(again)))
        return found

    def only(self, tickets: Mapping[str, int]) -> None:
        """Another day's hall was taken as a whole: forget tickets that it does not have."""
        kept = self._kept
        kept.tickets = {n: ms for n, ms in kept.tickets.items() if tickets.get(n) == ms}

    def keep(self, positions: Mapping[str, int], done: Callable[[], None] | None) -> None:
        """Write positions durably, then call ``done``; while the disk fails it is said."""
        self.of.update(positions)
        confirmed = {name: self.of.get(f"print:{name}:confirmed", 0) for name in self._printers()}
        self._kept.owed = [one for one in self._kept.owed if one.seq > confirmed[one.printer]]
        self._write()
        if done is not None:
            done()

    def _printers(self) -> set[str]:
        return {one.printer for one in self._kept.owed}

    def sent_with_events(self, spools: Iterable[PrinterSpool]) -> None:
        """Positions that were written with a ticket's own events."""
        for spool in spools:
            if spool.sent > self.of.get(spool.sent_key, 0):
                self.of[spool.sent_key] = spool.sent

    def _write(self) -> None:
        try:
            write_durably(self._path, msgspec.json.encode(self._kept))
        except OSError as error:
            # The paper comes all the same: twice after a power cut is better than never.
            log.warning("positions were not written: %s", error)


def _issued_ms(event: TicketIssued, happened: Happened) -> int:
    return happened.time_ms if event.issued_ms is None else event.issued_ms


def _read(content: bytes) -> _Kept:
    kept = msgspec.json.decode(content, type=dict[str, msgspec.Raw])
    if "positions" in kept:
        return msgspec.json.decode(content, type=_Kept)
    # Of a version that counted by the hub's events.
    positions = msgspec.json.decode(content, type=dict[str, int])
    return _Kept(positions, max(positions.values(), default=0))
