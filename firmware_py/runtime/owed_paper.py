"""Which of today's tickets may still owe somebody their paper, after a restart."""

from __future__ import annotations

from collections.abc import Mapping

from firmware_py.app.ports import Happened
from firmware_py.app.spool import WANTS_PAPER, asks_for_paper
from firmware_py.app.wire import decode_event
from firmware_py.core.model import State
from firmware_py.settings import Settings
from firmware_py.store.journal import Journal

__all__ = ["unprinted"]

READ_AT_ONCE = 5000


def unprinted(
    settings: Settings, journal: Journal, state: State, positions: Mapping[str, int]
) -> list[Happened]:
    """Return the events of today's tickets whose paper some printer may not have confirmed."""
    owed_ms = [t.issued_ms for t in state.tickets.values() if t.status in WANTS_PAPER]
    printers = {kiosk.printer for kiosk in settings.kiosks if kiosk.printer is not None}
    # A printer that never confirmed anything owes from the beginning of the day.
    confirmed = [positions.get(f"print:{printer}:confirmed", 0) for printer in printers]
    lowest = max(min(confirmed, default=journal.last_seq), journal.first_seq - 1)
    found: list[Happened] = []
    upper = journal.last_seq
    while owed_ms and upper > lowest:
        after = max(upper - READ_AT_ONCE, lowest)
        batch = journal.read(after, upper - after)
        for r in reversed(batch):
            if r.type in ("ticket.issued", "ticket.reprint_requested"):
                event = decode_event(r.type, r.body)
                happened = Happened(r.seq, r.time_ms, r.type, r.by, r.command_id, event, r.body)
                if asks_for_paper(event) is not None:
                    found.append(happened)
        if batch[0].time_ms < min(owed_ms):
            break
        upper = after
    return found[::-1]
