"""What a clerk asks of scanned documents: which there are, out with one, the pages themselves.

Pages leave the daemon on the control socket alone, to whoever asked, and never by a broker. An
export is recorded first, with who it was for; its pages are then fetched a piece at a time, so
that neither memory nor socket holds a whole document. A screen may have a small picture of a page
while its ticket is in hand.
"""

from __future__ import annotations

import asyncio
import base64
import secrets
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from devices.scanner.jpeg import jpeg_head
from firmware_py.core.commands import RecordAction
from firmware_py.core.commands_papers import RemoveDocument
from firmware_py.core.decide_documents import paper_of_kind
from firmware_py.core.decide_forms import find_form
from firmware_py.core.decide_tickets import find
from firmware_py.core.decide_windows import find_window
from firmware_py.core.model import Ticket
from firmware_py.core.papers import Form, FormState, TicketDocument
from firmware_py.core.refusals import Refusal, refuse
from firmware_py.core.rules import Text
from firmware_py.runtime import scan_words as words
from firmware_py.runtime.control import Query, QueryError
from firmware_py.runtime.document_files import (
    Kept,
    begin,
    how_kept,
    newest_pages,
    page_name,
)
from firmware_py.runtime.outcomes import submitted
from firmware_py.runtime.params_documents import DocumentsOf, Export, PageShown, Part, Remove
from firmware_py.store.vault import Vault
from firmware_py.store.vault_errors import KeyDestroyed

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall

__all__ = ["EXPORTED", "KEPT_WORDS", "Documents", "no_export", "piece"]

#: Says in the journal that somebody took pages out; the subject is which.
EXPORTED = "document.exported"
#: An export that nobody fetches is closed after so long; so many are open at once.
_OPEN_S, _MOST_OPEN = 600.0, 8

OTHER = Text("其他资料", "Other papers")

#: What a clerk reads of pages that cannot be read; nothing for whole ones.
KEPT_WORDS: dict[Kept, Text] = {
    Kept.GONE: Text(
        "扫描件已不在（已按要求删除，或丢失），如仍需要请重新扫描",
        "its pages are gone (deleted on request, or lost); scan it again if it is still needed",
    ),
    Kept.INCOMPLETE: Text("缺页，请重新扫描", "pages are lacking; scan it again"),
    Kept.DAMAGED: Text("文件损坏，请重新扫描", "its files are damaged; scan it again"),
    Kept.LOCKED: Text(
        "密钥盘不在，暂时无法读取，请联系技术人员",
        "the medium with its key is away; call a technician",
    ),
    Kept.DESTROYED: Text("已过保存期，不能再读取", "its time is over; nobody can read it any more"),
}


@dataclass(frozen=True, slots=True)
class _Open:
    """An export: names of files in order; who may fetch it, and until when."""

    by: str
    day: str
    names: tuple[str, ...]
    until_s: float


class Documents:
    """The methods ``document.list``, ``remove``, ``export``, ``part`` and ``page``."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._open: dict[str, _Open] = {}

    def queries(self) -> dict[str, Query]:
        """Return the methods."""
        return {
            "document.list": self.list,
            "document.remove": self.remove,
            "document.export": self.export,
            "document.part": self.part,
            "document.page": self.page,
        }

    async def list(self, params: dict[str, Any], user: str) -> Any:
        """Return the documents of a ticket or form, each looked at: can it still be read?"""
        wanted = msgspec.convert(params, DocumentsOf)
        state = self._hall.state()
        if wanted.form:
            form = self._form(wanted.form)
            if form.day != state.day:
                return await self._of_another_day(form)
            ticket = self._ticket(form.ticket)
            chosen = [one for one in ticket.documents if one.document in form.documents]
            return await self._told(ticket, chosen, form)
        ticket = self._ticket(wanted.number) if wanted.number else self._in_hand(wanted.window)
        return await self._told(ticket, ticket.documents, None)

    async def remove(self, params: dict[str, Any], user: str) -> Any:
        """Take a document of today out: it is recorded, then its pages are deleted."""
        wanted = msgspec.convert(params, Remove)
        hall, state = self._hall, self._hall.state()
        document = wanted.document.upper()
        ticket, present = self._document(document)
        for form in state.forms.values():
            of_it = (form.day, form.ticket) == (state.day, ticket.number)
            if of_it and document in form.documents and form.state is not FormState.WITHDRAWN:
                raise QueryError(words.on_a_form(document, form.form))
        scans, day = hall.scans, state.day or ""
        async with scans.ordering:
            if document in scans.busy:
                raise QueryError(words.running(ticket.window or "", ticket.number))
            scans.busy.add(document)
        try:
            await asyncio.to_thread(_begin_if_there, hall.vault, day, document)
            command = RemoveDocument(ticket.number, document, wanted.reason)
            outcome = await submitted(hall, command, f"hallctl:{user}")
            refused = outcome.refusal is not None
            await scans.tidied(day, document, present.version if refused else None)
        finally:
            scans.busy.discard(document)
        if outcome.refusal is not None:
            raise QueryError(outcome.refusal)
        return {"number": ticket.number, "document": document}

    async def export(self, params: dict[str, Any], user: str) -> Any:
        """Open a document, or all of a form's, for its pages to be fetched; recorded with who."""
        wanted = msgspec.convert(params, Export)
        if wanted.document is not None:
            day, names = self._pages_of(wanted.document.upper())
            subject = title = wanted.document.upper()
        else:
            form = self._form(wanted.form)
            subject = title = form.form
            day, names = form.day, await self._pages_of_form(form)
        if not names:
            raise QueryError(_nothing_there(title))
        # Whoever asks reads at once why it cannot be, and nothing is recorded that did not happen.
        await asyncio.to_thread(self._hall.vault.get, day, names[0])
        command = RecordAction(EXPORTED, f"{subject} {day}")
        outcome = await submitted(self._hall, command, f"hallctl:{user}")
        if outcome.refusal is not None:
            raise QueryError(outcome.refusal)
        self._close_old(user)
        name = secrets.token_urlsafe(18)
        self._open[name] = _Open(user, day, tuple(names), time.monotonic() + _OPEN_S)
        return {"export": name, "title": title, "day": day, "pages": len(names)}

    async def part(self, params: dict[str, Any], user: str) -> Any:
        """Return a piece of a page that was exported, in base64: a JPEG when they are together."""
        wanted = msgspec.convert(params, Part)
        self._close_old()
        opened = self._open.get(wanted.export)
        if opened is None or opened.by != user or wanted.page > len(opened.names):
            raise QueryError(no_export())
        name = opened.names[wanted.page - 1]
        data, parts = await asyncio.to_thread(
            piece, self._hall.vault, opened.day, name, wanted.part, wanted.most
        )
        if not data:
            raise QueryError(no_export())
        return {"page": wanted.page, "part": wanted.part, "parts": parts, "data": data}

    async def page(self, params: dict[str, Any], user: str) -> Any:
        """Return a small picture of a page for a screen, while its ticket is in hand."""
        wanted = msgspec.convert(params, PageShown)
        ticket, present = self._document(wanted.document.upper())
        window = self._hall.state().windows.get(ticket.window or "")
        if window is None or ticket.number not in {window.ticket, window.last_ticket}:
            raise QueryError(_not_in_hand(ticket.number))
        if wanted.page > present.pages:
            raise QueryError(_no_page(present))
        name = page_name(present.document, present.version, wanted.page)
        works = self._hall.scans.works()
        whole = await self._hall.kept.page(self._hall.state().day or "", name)

        def small() -> tuple[str, int, int]:
            picture = works.reduced(whole, wanted.longest)
            head = jpeg_head(picture)
            return base64.b64encode(picture).decode(), head.width, head.height

        jpeg, width, height = await asyncio.to_thread(small)
        return {
            "document": present.document,
            "version": present.version,
            "page": wanted.page,
            "pages": present.pages,
            "width": width,
            "height": height,
            "jpeg": jpeg,
        }

    # ---- inside

    def _ticket(self, number: str) -> Ticket:
        found = find(self._hall.state(), number)
        if isinstance(found, Refusal):
            raise QueryError(found)
        return found

    def _in_hand(self, window: str) -> Ticket:
        found = find_window(self._hall.state(), window)
        if isinstance(found, Refusal):
            raise QueryError(found)
        number = found.ticket or found.last_ticket
        if not number:
            raise QueryError(refuse("form_without_ticket", window=window))
        return self._ticket(number)

    def _form(self, typed: str) -> Form:
        found = find_form(self._hall.state(), typed)
        if isinstance(found, Refusal):
            raise QueryError(found)
        return found

    def _document(self, document: str) -> tuple[Ticket, TicketDocument]:
        ticket = self._ticket(document.rpartition("-")[0])
        for one in ticket.documents:
            if one.document == document:
                return ticket, one
        raise QueryError(refuse("unknown_document", number=ticket.number, document=document))

    def _pages_of(self, document: str) -> tuple[str, Sequence[str]]:
        _, present = self._document(document)
        return self._hall.state().day or "", _names(present)

    async def _pages_of_form(self, form: Form) -> Sequence[str]:
        if form.day == self._hall.state().day:
            ticket = self._ticket(form.ticket)
            chosen = [one for one in ticket.documents if one.document in form.documents]
            return [name for one in chosen for name in _names(one)]
        found = await asyncio.to_thread(_found, self._hall.vault, form)
        return [page.name for pages in found.values() for page in pages]

    async def _told(
        self, ticket: Ticket, documents: Sequence[TicketDocument], form: Form | None
    ) -> dict[str, Any]:
        day, vault = self._hall.state().day or "", self._hall.vault
        item = self._hall.rules.items.get(ticket.item)
        papers = item.papers if item is not None else ()

        def look() -> list[Kept]:
            return [
                how_kept(vault, day, one.document, one.version, one.pages, one.sha256)
                for one in documents
            ]

        kept = await asyncio.to_thread(look)
        return {
            "number": ticket.number,
            "day": day,
            "form": form.form if form is not None else None,
            "documents": [
                asdict(one) | {"kind_words": asdict(_words(one.kind, papers)), **_kept(how)}
                for one, how in zip(documents, kept, strict=True)
            ],
        }

    async def _of_another_day(self, form: Form) -> dict[str, Any]:
        """Return what the vault has of a form's pages; the day's tickets are forgotten."""
        found = await asyncio.to_thread(_found, self._hall.vault, form)
        readable = form.day in await asyncio.to_thread(self._hall.vault.days)
        lacking = Kept.GONE if readable else Kept.DESTROYED
        return {
            "number": form.ticket,
            "day": form.day,
            "form": form.form,
            "documents": [
                {
                    "document": document,
                    "kind": None,
                    "kind_words": None,
                    "pages": len(pages),
                    "size": None,
                    "sha256": None,
                    "version": pages[0].version if pages else None,
                    **_kept(Kept.WHOLE if pages else lacking),
                }
                for document, pages in found.items()
            ],
        }

    def _close_old(self, by: str | None = None) -> None:
        """Close what is over; for one more of ``by`` their own oldest goes first."""
        now_s = time.monotonic()
        self._open = {name: one for name, one in self._open.items() if one.until_s > now_s}
        while by is not None and len(self._open) >= _MOST_OPEN:
            own = [name for name, one in self._open.items() if one.by == by]
            del self._open[next(iter([*own, *self._open]))]


def _names(document: TicketDocument) -> list[str]:
    pages = range(1, document.pages + 1)
    return [page_name(document.document, document.version, page) for page in pages]


def _found(vault: Vault, form: Form) -> dict[str, Any]:
    names = vault.names(form.day) if vault.begun() else []
    return {document: newest_pages(names, document) for document in form.documents}


def piece(vault: Vault, day: str, name: str, part: int, most: int) -> tuple[str, int]:
    """Return a piece of a page in base64, and how many there are. Raises ``VaultError``."""
    page = vault.get(day, name)
    start = (part - 1) * most
    data = base64.b64encode(memoryview(page)[start : start + most]).decode()
    return data, -(-len(page) // most)


def _begin_if_there(vault: Vault, day: str, document: str) -> None:
    if not vault.begun():
        return
    try:
        begin(vault, day, document)
    except KeyDestroyed:
        # Its pages are gone with the key.
        return


def _words(kind: str, papers: Sequence[Text]) -> Text:
    place = paper_of_kind(kind)
    if place is not None and place <= len(papers):
        return papers[place - 1]
    return OTHER if kind == "other" else Text(kind, kind)


def _kept(how: Kept) -> dict[str, Any]:
    said = KEPT_WORDS.get(how)
    return {"kept": how, "say": None if said is None else asdict(said)}


def _nothing_there(title: str) -> Refusal:
    return Refusal(
        "no_pages",
        f"{title} 没有可以导出的扫描件。",
        f"{title} has no pages to take out.",
        {"title": title},
    )


def no_export() -> Refusal:
    """Nothing can be fetched under this name, by whoever asks."""
    return Refusal(
        "no_export",
        "没有这次导出，或已过时；请重新导出（document.export）。",
        "There is no such export, or its time is over; ask for it again (document.export).",
    )


def _not_in_hand(number: str) -> Refusal:
    return Refusal(
        "not_in_hand",
        f"{number} 不在办理中，屏幕上不再显示它的扫描件；确有需要请导出（hallctl document pdf）。",
        f"{number} is not in hand any more, so no screen shows its pages; "
        "take them out if need be (hallctl document pdf).",
        {"number": number},
    )


def _no_page(document: TicketDocument) -> Refusal:
    return Refusal(
        "no_page",
        f"资料 {document.document} 只有 {document.pages} 页。",
        f"Document {document.document} has {document.pages} pages.",
        {"document": document.document, "pages": str(document.pages)},
    )
