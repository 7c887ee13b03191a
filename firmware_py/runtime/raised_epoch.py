"""A hub begins a higher epoch of its own: somebody voted for one that nobody holds.

A witness that voted for the standby, which then died, never votes for the hub's lower epoch again
(rule 20). Voted for above it, the hub goes on with its own journal, in that epoch.
"""

from __future__ import annotations

import logging
from pathlib import Path

from firmware_py.app.recovery import recover
from firmware_py.core.epoch import Epoch, latest_epoch
from firmware_py.core.events_hubs import HubPromoted
from firmware_py.core.rules import Rules
from firmware_py.runtime.hub_queries import promotion_entry
from firmware_py.settings import Settings
from firmware_py.store.copied import CopiedJournal
from firmware_py.store.opening import now_ms

__all__ = ["raise_epoch"]

log = logging.getLogger(__name__)


def raise_epoch(settings: Settings, rules: Rules, epoch: Epoch) -> None:
    """Begin ``epoch`` in this Pi's own journal, which nobody has open. Raises as ``Journal.open``.

    One that is not above the journal's own changes nothing.
    """
    own = settings.hall.node
    journal = CopiedJournal.open_copy(Path(settings.journal.path))
    try:
        if epoch <= latest_epoch([one.epoch for one in journal.epochs], own):
            return
        state = recover(rules, journal)
        event = HubPromoted(
            hub=own,
            former=own,
            epoch=str(epoch),
            numbers_at=state.numbers_at or own,
            copy_seq=journal.last_seq,
            by_lease=True,
        )
        entry = promotion_entry(journal.last_seq + 1, [event], "lease", state.now_ms)
        journal.promote(str(epoch), own, now_ms(), [entry])
        log.warning("epoch %s begins after event %d", epoch, event.copy_seq)
    finally:
        journal.close()
