"""At the start: files of documents that a power cut left are made what the journal says."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from typing import TYPE_CHECKING

from firmware_py.app.newest_first import Run, newest_first
from firmware_py.app.ports import StoredEvent
from firmware_py.app.wire import decode_event, known_event
from firmware_py.core.events import DayOpened
from firmware_py.core.events_papers import DocumentAdded, DocumentRemoved, DocumentReplaced
from firmware_py.core.model import State
from firmware_py.runtime.document_files import marked, page_files, settle
from firmware_py.store.vault import Vault
from firmware_py.store.vault_errors import VaultError

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall

__all__ = ["DocumentOrder", "recorded_on"]

log = logging.getLogger(__name__)

AGAIN_S = 60.0
#: So many documents are named in the log.
_NAMED = 10


class DocumentOrder:
    """``run`` is a task of the daemon: it ends when all is in order."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall

    async def run(self) -> None:
        """Put in order, and try again while the disk does not let us."""
        in_order = await self.once()
        while not in_order:
            await asyncio.sleep(AGAIN_S)
            in_order = await self.once()

    async def once(self) -> bool:
        """Look once; False when the vault could not be read or written."""
        hall, scans = self._hall, self._hall.scans
        try:
            async with scans.ordering:
                left = await asyncio.to_thread(marked, hall.vault)
                left = [one for one in left if one[1] not in scans.busy]
                known = {day: await self._recorded(day) for day in {day for day, _ in left}}
                await asyncio.to_thread(settle, hall.vault, left, known.get)
            await self._tell_lacking()
        except VaultError as error:
            log.warning("files of documents cannot be put in order yet: %s", error)
            return False
        return True

    async def _recorded(self, day: str) -> dict[str, int] | None:
        state = self._hall.state()
        if day == state.day:
            return todays_documents(state)
        return await recorded_on(self._hall.journal.run, self._hall.writer.last_seq, day)

    async def _tell_lacking(self) -> None:
        state = self._hall.state()
        wanted = {
            (one.document, one.version): one.pages
            for ticket in state.tickets.values()
            for one in ticket.documents
        }
        if not wanted or state.day is None:
            return
        lacking = await asyncio.to_thread(_lacking, self._hall.vault, state.day, wanted)
        if lacking:
            named = ", ".join(lacking[:_NAMED]) + (" ..." if len(lacking) > _NAMED else "")
            log.warning(
                "%d documents of today lack pages (deleted on request, or lost): %s",
                len(lacking),
                named,
            )


def todays_documents(state: State) -> dict[str, int]:
    """Return the documents of the state's business day and their versions."""
    return {
        one.document: one.version for ticket in state.tickets.values() for one in ticket.documents
    }


def _lacking(vault: Vault, day: str, wanted: dict[tuple[str, int], int]) -> list[str]:
    names = vault.names(day) if vault.begun() else []
    there = Counter((one.document, one.version) for one in page_files(names))
    return [key[0] for key, pages in wanted.items() if there[key] < pages]


async def recorded_on(run: Run, last_seq: int, day: str) -> dict[str, int] | None:
    """Return the documents that a business day had at its end; None when it is not whole there.

    Looks back from the end. A day may have been closed and opened again.
    """
    changes: list[StoredEvent] = []
    later: list[StoredEvent] = []
    async for stored in newest_first(run, last_seq):
        if stored.type.startswith("document."):
            later.append(stored)
        elif stored.type == "day.opened":
            opened = decode_event(stored.type, stored.body)
            if isinstance(opened, DayOpened) and opened.day == day:
                changes += later
                if not opened.reopened:
                    return _folded(changes[::-1])
            later = []
    return None


def _folded(changes: list[StoredEvent]) -> dict[str, int]:
    known: dict[str, int] = {}
    for stored in changes:
        match known_event(stored.type, stored.body):
            case DocumentAdded(document=document):
                known[document] = 1
            case DocumentReplaced(document=document, version=version):
                known[document] = version
            case DocumentRemoved(document=document):
                known.pop(document, None)
            case _:
                pass
    return known
