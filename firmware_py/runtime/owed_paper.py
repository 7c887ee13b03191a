"""Which tickets and forms may still owe somebody their paper, after a restart."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from firmware_py.app.paper_jobs import PAPER_EVENTS, WANTS_PAPER, asks_for_paper
from firmware_py.app.ports import Happened, JournalPort
from firmware_py.app.wire import decode_event
from firmware_py.core.model import State
from firmware_py.core.papers import FormState
from firmware_py.runtime.kept_positions import KeptPositions
from firmware_py.runtime.positions_file import PositionsFile
from firmware_py.runtime.printers import Printers
from firmware_py.settings import Settings

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall

__all__ = ["paper_of", "unprinted"]

READ_AT_ONCE = 5000


def paper_of(hall: Hall) -> tuple[KeptPositions | PositionsFile, list[Happened]]:
    """Return how far this Pi's printers are, and what they may owe from before this start."""
    if not hall.queue.decides:
        beside = Path(hall.settings.journal.path).with_name("printed.json")
        file = PositionsFile(beside)
        return file, file.owed()
    journal = hall.store
    kept = KeptPositions(hall.journal, hall.loop, journal.positions())
    return kept, unprinted(hall.settings, journal, hall.state(), kept.of)


def unprinted(
    settings: Settings, journal: JournalPort, state: State, positions: Mapping[str, int]
) -> list[Happened]:
    """Return the events whose paper some printer may not have confirmed.

    These are of today's tickets, and of open forms. A printer that never confirmed anything owes
    from the beginning of the day: forms of earlier days were nothing to it.
    """
    printers = Printers(settings)
    confirmed = {name: positions.get(f"print:{name}:confirmed") for name in printers.all()}
    wanted_ms = [t.issued_ms for t in state.tickets.values() if t.status in WANTS_PAPER]
    wanted_ms += [f.made_ms for f in state.forms.values() if f.state is FormState.OPEN]

    def may_be_owed(happened: Happened) -> bool:
        asks = asks_for_paper(happened.event)
        printer = printers.of(asks) if asks is not None else None
        if printer not in confirmed:
            # None, or it stands at another Pi, which knows what it owes.
            return False
        seq = confirmed[printer]
        return happened.time_ms >= state.opened_ms if seq is None else happened.seq > seq

    known = [seq for seq in confirmed.values() if seq is not None]
    lowest, some_new = min(known, default=journal.last_seq), len(known) < len(confirmed)
    found: list[Happened] = []
    upper, first = journal.last_seq, journal.first_seq - 1
    while wanted_ms and upper > (first if some_new else max(lowest, first)):
        after = max(upper - READ_AT_ONCE, first)
        batch = journal.read(after, upper - after)
        for r in reversed(batch):
            if r.type in PAPER_EVENTS:
                event = decode_event(r.type, r.body)
                happened = Happened(r.seq, r.time_ms, r.type, r.by, r.command_id, event, r.body)
                if may_be_owed(happened):
                    found.append(happened)
        oldest_ms = batch[0].time_ms
        some_new = some_new and oldest_ms >= state.opened_ms
        if oldest_ms < min(wanted_ms):
            break
        upper = after
    return found[::-1]
