"""Pages of documents taken out at another Pi than the hub: from there, or from this Pi's own card.

What the hub has comes from it, a piece at a time, in boxes; it judges whose they are and records
who took them. A document that is not there yet waits in this Pi's vault and is read from it, once
the hub has recorded that.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from firmware_py.runtime.control import Query, QueryError
from firmware_py.runtime.document_files import page_name
from firmware_py.runtime.documents import no_export, piece
from firmware_py.runtime.params_documents import Export, Part

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall
    from firmware_py.runtime.handing_over import Owed
    from firmware_py.runtime.hub_vault import HubVault

__all__ = ["NodeDocuments"]

_OPEN_S = 600.0


@dataclass(frozen=True, slots=True)
class _Open:
    """A document of this Pi's own vault: who may fetch it, and until when."""

    by: str
    day: str
    waits: Owed
    until_s: float


class NodeDocuments:
    """The methods ``document.export`` and ``document.part`` where the hub is another Pi."""

    def __init__(self, hall: Hall, hub: HubVault) -> None:
        self._hall, self._hub = hall, hub
        self._open: dict[str, _Open] = {}

    def queries(self) -> dict[str, Query]:
        """Return the methods."""
        return {"document.export": self.export, "document.part": self.part}

    async def export(self, params: dict[str, Any], user: str) -> Any:
        """Open a document, or all of a form's, for its pages to be fetched; recorded with who."""
        wanted = msgspec.convert(params, Export)
        waits = None if wanted.document is None else self._waits(wanted.document.upper())
        if waits is None:
            return await self._hub.typed("document.export", params, user)
        day = self._hall.state().day or ""
        # Whoever asks reads at once why it cannot be, and nothing is recorded that did not happen.
        first = page_name(waits.document, waits.version, 1)
        await asyncio.to_thread(self._hall.vault.get, day, first)
        told = {"document": waits.document}
        await self._hub.typed("document.exported", told, user)
        now_s, name = time.monotonic(), secrets.token_urlsafe(18)
        self._open = {key: one for key, one in self._open.items() if one.until_s > now_s}
        self._open[name] = _Open(user, day, waits, now_s + _OPEN_S)
        return {"export": name, "title": waits.document, "day": day, "pages": waits.pages}

    async def part(self, params: dict[str, Any], user: str) -> Any:
        """Return a piece of a page that was exported, in base64."""
        wanted = msgspec.convert(params, Part)
        opened = self._open.get(wanted.export)
        if opened is None:
            return await self._hub.typed("document.part", params, user)
        waits = opened.waits
        if opened.by != user or opened.until_s < time.monotonic() or wanted.page > waits.pages:
            raise QueryError(no_export())
        name = page_name(waits.document, waits.version, wanted.page)
        data, parts = await asyncio.to_thread(
            piece, self._hall.vault, opened.day, name, wanted.part, wanted.most
        )
        if not data:
            raise QueryError(no_export())
        return {"page": wanted.page, "part": wanted.part, "parts": parts, "data": data}

    def _waits(self, document: str) -> Owed | None:
        """Return what waits here of that name; None when it is the hub's, or nobody's."""
        number = document.rpartition("-")[0]
        ticket = self._hall.state().tickets.get(number)
        recorded = {one.document: one.version for one in ticket.documents} if ticket else {}
        found = [one for one in self._hub.handing.waiting(number) if one.document == document]
        # Of one that is scanned again the newer version counts, and that is here.
        return next((one for one in found if one.version > recorded.get(document, 0)), None)
