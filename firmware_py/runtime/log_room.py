"""Widens the journal's log after a start, a piece at a time, so that commits go in between."""

from __future__ import annotations

import logging

from firmware_py.app.journal_thread import JournalThread
from firmware_py.store.journal import Journal

__all__ = ["make_room"]

log = logging.getLogger(__name__)


def make_room(thread: JournalThread, store: Journal) -> None:
    """Begin; the rest follows on the journal's thread. See ``store.log_room``."""

    def next_piece(more: bool) -> None:
        if more:
            thread.post(lambda _: store.widen_log(), next_piece, failed)

    def failed(error: Exception) -> None:
        log.warning("the journal's log was not widened: %s", error)

    next_piece(True)
