"""The hub's desk for windows' Pis: their papers, forms, signatures and checks are kept here.

What a window's Pi scanned, or had signed, comes in parts into the hub's vault and is recorded
afterwards: a document that the journal has is whole on this disk. Nothing that is recorded is ever
overwritten from outside, and each Pi puts and reads what is of its own windows alone.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from firmware_py.app.ports import Submission
from firmware_py.app.wire import BadCommandError, encode, outcome_json, parse_command
from firmware_py.core import commands_papers as p
from firmware_py.core.commands import COMMANDS, Command
from firmware_py.core.commands_carried import CARRIED
from firmware_py.core.commands_checks import AnswerCheck
from firmware_py.core.decide_forms import find_form
from firmware_py.core.decide_signatures import may_sign
from firmware_py.core.events_papers import FormReprintRequested
from firmware_py.core.papers import Form
from firmware_py.core.refusals import Refusal, refuse
from firmware_py.core.rules import Text
from firmware_py.runtime import keep_words as words
from firmware_py.runtime.control import Query, QueryError
from firmware_py.runtime.document_files import Kept, begin, how_kept, page_files
from firmware_py.runtime.form_archive import FormArchive
from firmware_py.runtime.form_paper import paper_view
from firmware_py.runtime.keeps import Keep, keep_of
from firmware_py.runtime.outcomes import outcome_of
from firmware_py.runtime.params import check_params
from firmware_py.runtime.personal import vet_texts
from firmware_py.runtime.taken_out import TakenOut, told
from firmware_py.runtime.whose_papers import WhosePapers
from firmware_py.store.vault_errors import VaultError
from firmware_py.sync.rights import NodePlace
from firmware_py.sync.rights_papers import may_ask_papers
from firmware_py.sync.session_asks import PART

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall

__all__ = ["NodeDesk"]

log = logging.getLogger(__name__)

_COMMANDS: Mapping[str, type[Command]] = {**COMMANDS, **CARRIED}


class _Part(msgspec.Struct, frozen=True):
    """A part, from 1, of what is kept under ``name``; ``data`` is base64."""

    name: str
    part: int
    parts: int
    data: str


class _Wanted(msgspec.Struct, frozen=True):
    name: str
    part: int = 1


class _Sheet(msgspec.Struct, frozen=True):
    form: str


@dataclass(slots=True)
class _Coming:
    """What a Pi is just sending; one at a time."""

    name: str
    parts: int
    got: int = 0
    data: bytearray = field(default_factory=bytearray)


class NodeDesk(WhosePapers):
    """Implements ``firmware_py.sync.ports.PapersPort``. Lives in the event loop."""

    def __init__(self, hall: Hall, queries: Callable[[], Mapping[str, Query]]) -> None:
        super().__init__(hall)
        self._queries = queries
        self._coming: dict[str, _Coming] = {}
        self._taken_out = TakenOut(hall, queries)

    # ---- commands

    async def submit(self, name: str, params: dict[str, Any], command_id: str, by: str) -> bytes:
        """Have a command decided, when what it is about is here; return the reply."""
        try:
            command = parse_command(name, params, _COMMANDS)
        except BadCommandError as error:
            return encode({"refusal": Refusal(error.code, error.zh, error.en)})
        refusal = vet_texts(command_id, by)
        if refusal is None and isinstance(command, p.AddDocument | p.ReplaceDocument):
            return await self._document(command, Submission(command_id, by, command))
        if refusal is None and isinstance(command, p.SignForm):
            refusal = await self._signature_lacks(command)
        if refusal is not None:
            return encode({"refusal": refusal})
        return await self._decided(Submission(command_id, by, command))

    async def _decided(self, submission: Submission) -> bytes:
        outcome = await outcome_of(self._hall.writer, submission)
        command = submission.command
        if isinstance(command, p.SignForm):
            await self._hall.signatures.tidied(command.form, command.version)
        if outcome.refusal is not None:
            if isinstance(command, AnswerCheck):
                await self._hall.checks.unkept(command.check)
            return encode({"refusal": outcome.refusal})
        return outcome_json(outcome)

    async def _document(
        self, command: p.AddDocument | p.ReplaceDocument, submission: Submission
    ) -> bytes:
        """Record a document whose pages are all here, and no other; nobody tidies it meanwhile."""
        hall, scans, document = self._hall, self._hall.scans, command.document
        day = hall.state().day or ""
        async with scans.ordering:
            if document in scans.busy:
                return encode({"refusal": words.in_use(document)})
            scans.busy.add(document)
        try:
            version = self._version(command)
            kept = await asyncio.to_thread(
                how_kept, hall.vault, day, document, version, command.pages, command.sha256
            )
            if kept is not Kept.WHOLE:
                return encode({"refusal": words.pages_lacking(document)})
            reply = await self._decided(submission)
            await scans.tidied(day, document, self._recorded(document))
        except VaultError as error:
            return encode({"refusal": Refusal("not_kept", error.zh, error.en)})
        finally:
            scans.busy.discard(document)
        return reply

    def _version(self, command: p.AddDocument | p.ReplaceDocument) -> int:
        """Return which version it is to be; also for one that comes again, recorded already."""
        recorded = self._recorded(command.document)
        ticket = self._hall.state().tickets.get(command.number)
        same = ticket is not None and any(
            one.document == command.document and one.sha256 == command.sha256
            for one in ticket.documents
        )
        return (recorded or 0) + (0 if same else 1)

    def _recorded(self, document: str) -> int | None:
        ticket = self._hall.state().tickets.get(document.rpartition("-")[0])
        documents = ticket.documents if ticket is not None else ()
        return next((one.version for one in documents if one.document == document), None)

    async def _signature_lacks(self, command: p.SignForm) -> Refusal | None:
        """Refuse a signature whose picture is not here."""
        found = may_sign(self._hall.state(), command.window, command.form)
        if isinstance(found, Refusal):
            return found
        png = await self._hall.signatures.picture(found, command.version, command.sha256)
        right = png is not None and len(png) == command.size
        return None if right else refuse("bad_signature")

    # ---- questions

    async def query(
        self, place: NodePlace, name: str, params: dict[str, Any], by: str, act: str = ""
    ) -> dict[str, Any]:
        """Answer a question of a Pi that may ask it."""
        if self._taken_out.answers(name):
            return await self._taken_out.answer(name, params, by, act)
        if name == "form.sheet":
            return await told(self._sheet(place, params))
        return await told(self._asked(name, params, by))

    async def _asked(self, name: str, params: dict[str, Any], by: str) -> Any:
        check_params(name, params)
        return await self._queries()[name](params, by)

    async def _sheet(self, place: NodePlace, params: dict[str, Any]) -> dict[str, Any]:
        """Return what a printer at a window puts on a form's paper, the signature with it."""
        typed = msgspec.convert(params, _Sheet).form
        hall, state = self._hall, self._hall.state()
        form = find_form(state, typed)
        if isinstance(form, Refusal) or not await self._printed_at(form, place.windows):
            raise QueryError(refuse("unknown_form", form=typed))
        reader = hall.signatures.reader(form.form)
        png = await asyncio.to_thread(reader) if reader is not None else b""
        own = hall.settings.hall.name
        return {
            **paper_view(Text(own.zh, own.en), state, form),
            "version": form.version,
            "signed": form.signed is not None,
            "signature": base64.b64encode(png).decode(),
        }

    async def _printed_at(self, form: Form, windows: frozenset[str]) -> bool:
        """Whether a form was made at one of these windows, or was to be printed there."""
        if form.window in windows:
            return True
        hall = self._hall
        archive = FormArchive(hall.journal.run, lambda: hall.writer.last_seq)
        steps = await archive.steps_of(form.form)
        asked = (one.event for one in steps)
        return any(isinstance(e, FormReprintRequested) and e.window in windows for e in asked)

    # ---- the vault

    async def keep(self, place: NodePlace, params: Mapping[str, Any]) -> dict[str, Any]:
        """Take a part; with the last one it is in the vault."""
        try:
            part = msgspec.convert(params, _Part)
            data = base64.b64decode(part.data, validate=True)
        except (msgspec.ValidationError, binascii.Error, ValueError):
            return {"refusal": words.BAD_PART}
        keep = keep_of(self._hall.state(), place.windows, part.name)
        if isinstance(keep, Refusal):
            return {"refusal": keep}
        coming = self._coming.get(place.node)
        if part.part == 1:
            coming = self._coming[place.node] = _Coming(part.name, part.parts)
        if coming is None or (coming.name, coming.parts) != (part.name, part.parts):
            return {"refusal": words.BAD_PART}
        if part.part != coming.got + 1 or len(data) > PART:
            # Sent twice, or one was lost: from the beginning.
            del self._coming[place.node]
            return {"refusal": words.BAD_PART}
        coming.got += 1
        coming.data += data
        if len(coming.data) > keep.most or coming.got > coming.parts:
            del self._coming[place.node]
            return {"refusal": words.TOO_LARGE}
        if coming.got < coming.parts:
            return {"answer": {"kept": False}}
        del self._coming[place.node]
        return await self._put(keep, bytes(coming.data))

    async def _put(self, keep: Keep, data: bytes) -> dict[str, Any]:
        if not hashlib.sha256(data).hexdigest().startswith(keep.digest):
            return {"refusal": words.BAD_PART}
        vault, day = self._hall.vault, self._hall.state().day or ""

        def put() -> None:
            if keep.document and keep.first:
                # Whatever ends it half-way: the next start puts it in order.
                begin(vault, day, keep.document, keep.version)
            vault.put(day, keep.name, data)

        try:
            await asyncio.to_thread(put)
        except VaultError as error:
            log.warning("%s of a window's Pi is not kept: %s", keep.name, type(error).__name__)
            return {"refusal": Refusal("not_kept", error.zh, error.en)}
        return {"answer": {"kept": True}}

    async def read(self, place: NodePlace, params: Mapping[str, Any]) -> dict[str, Any]:
        """Return a part of a page that is recorded, of whoever is in the window's hand."""
        try:
            wanted = msgspec.convert(params, _Wanted)
        except msgspec.ValidationError:
            return {"refusal": words.BAD_PART}
        page = next(page_files([wanted.name]), None)
        about = {"document": page.document if page is not None else ""}
        mine = may_ask_papers(place, "document.read", about, self)
        if page is None or not mine or self._recorded(page.document) != page.version:
            return {"refusal": words.not_yours(wanted.name)}
        try:
            day = self._hall.state().day or ""
            data = await asyncio.to_thread(self._hall.vault.get, day, page.name)
        except VaultError as error:
            return {"refusal": Refusal("failed", error.zh, error.en)}
        start = (wanted.part - 1) * PART
        told = base64.b64encode(memoryview(data)[start : start + PART]).decode()
        return {"answer": {"data": told, "parts": -(-len(data) // PART)}}
