"""Documents that were scanned at a window's Pi, on their way to the hub.

Pages are finished and encrypted at the window, into this Pi's own vault, as they would be at the
hub. A whole document then goes to the hub page by page, is recorded there, and its pages leave this
card. While the hub is away it waits here, over restarts too: ``<document>v<version>.owed`` beside
its pages says what it is. Its number is given at the hub: one that waited may get another.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from firmware_py.app.ports import Happened, Submission
from firmware_py.core import commands_papers as p
from firmware_py.core.decide_documents import next_document
from firmware_py.core.events_aside import ActionTaken
from firmware_py.core.model import Ticket
from firmware_py.core.papers import TicketDocument
from firmware_py.core.refusals import Refusal
from firmware_py.runtime import keep_words as words
from firmware_py.runtime.control import QueryError
from firmware_py.runtime.document_files import end, marked, page_name
from firmware_py.runtime.document_order import todays_documents
from firmware_py.runtime.elsewhere import recorded_outcome
from firmware_py.runtime.keeping import DESTROYED
from firmware_py.runtime.kept_port import Handed
from firmware_py.runtime.privacy import FORGOTTEN, forget
from firmware_py.runtime.scan_words import forgotten_meanwhile
from firmware_py.store.vault import Vault
from firmware_py.store.vault_errors import VaultError, VaultMissing

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall
    from firmware_py.runtime.hub_vault import HubVault
    from firmware_py.runtime.scan_job import Scanned, Target

__all__ = ["HandingOver", "Owed"]

log = logging.getLogger(__name__)

_OWED = ".owed"
#: The clerk waits for a document to be at the hub; when nothing moves for so long it goes on
#: without them.
WAIT_S = 10.0
#: What could not be handed over is tried again.
AGAIN_S = 5.0
#: The hub's picture was a moment old: with the next it is another number, or sent again.
_ONCE_MORE = frozenset({
    "document_id", "pages_lacking", "document_in_use", "document_recorded", "busy", "failed",
    words.BAD_PART.code,
})  # fmt: skip


class Owed(msgspec.Struct, frozen=True):
    """A document that waits; ``document`` and ``version`` name its files here."""

    number: str
    issued_ms: int
    document: str
    version: int
    kind: str
    pages: int
    size: int
    sha256: str
    by: str
    command_id: str
    #: It takes the place of one that the hub has.
    again: bool
    #: Under which id and version it was given to be recorded last, the answer being still out.
    tried: str = ""
    #: Hall time at which it was scanned; 0: a program of before did not note it.
    at_ms: int = 0


class _Later(Exception):
    """It cannot be handed over just now."""


class HandingOver:
    """Lives in the event loop; ``run`` is a task of the daemon."""

    def __init__(self, hall: Hall, hub: HubVault) -> None:
        self._hall, self._hub = hall, hub
        self._owed: dict[tuple[str, str], Owed] = {}
        self._waited: dict[str, asyncio.Future[Handed]] = {}
        self._said: set[str] = set()
        self._wake = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self.wait_s, self.again_s = WAIT_S, AGAIN_S
        #: Counts the pages that the hub took.
        self._moved = 0
        #: Whether what waits on the card is known.
        self._read = False

    # ---- scans

    def document_for(self, ticket: Ticket, document: str | None) -> str:
        """Return under which name a scan's pages lie here; ``document`` is to be scanned again."""
        there = [one.document for one in self._owed.values() if one.number == ticket.number]
        if document is not None:
            if document in there:
                raise QueryError(words.in_use(document))
            return document
        used = [int(one.rpartition("-")[2]) for one in there]
        return f"{ticket.number}-{max([ticket.last_document, *used]) + 1}"

    async def take(
        self, target: Target, command: p.AddDocument | p.ReplaceDocument, kept: Scanned, by: str
    ) -> Handed:
        """Hand a document over; return when the hub has it, or when it will be a while.

        Raises ``QueryError`` when the hub does not take it; then nothing is kept.
        """
        ticket = self._hall.state().tickets.get(target.number)
        owed = Owed(
            target.number, 0 if ticket is None else ticket.issued_ms, target.document,
            target.version, command.kind, kept.pages, kept.size, kept.sha256, by,
            f"scan:{secrets.token_hex(8)}", isinstance(command, p.ReplaceDocument),
            at_ms=self._hall.clock.now_ms(),
        )  # fmt: skip
        waits = Handed(owed.document, owed.version, waits=True)
        # Before the disk has it: whoever begins just now finds it there, and must know who waits.
        future: asyncio.Future[Handed] = self._hall.loop.create_future()
        self._waited[owed.command_id] = future
        try:
            await asyncio.to_thread(
                self._hall.vault.put, target.day, _name(owed), msgspec.json.encode(owed)
            )
            if not future.done():
                self._owed.setdefault((target.day, _name(owed)), owed)
            if self._hub.away:
                return waits
            self._wake.set()
            while True:
                moved = self._moved
                done, _ = await asyncio.wait([future], timeout=self.wait_s)
                if done:
                    return future.result()
                if self._moved == moved:
                    return waits
        finally:
            self._waited.pop(owed.command_id, None)
            # Nobody looks at it any more.
            future.cancel()

    def waiting(self, number: str) -> list[Owed]:
        """Return the documents of a ticket that are here and not at the hub."""
        day = self._hall.state().day
        return [one for (at, _), one in self._owed.items() if (at, one.number) == (day, number)]

    def view(self) -> dict[str, Any]:
        """Return what waits here: documents, their pages, and for how long the oldest has.

        ``documents`` is None until this Pi's card could be read; ``late`` are of a former day: the
        hub records them no more. ``oldest_s`` is None where nobody noted when it was scanned.
        """
        if not self._read:
            return {"documents": None, "pages": 0, "late": 0, "oldest_s": None}
        day, owed = self._hall.state().day, list(self._owed.items())
        times = [one.at_ms for _, one in owed if one.at_ms]
        oldest_ms = self._hall.clock.now_ms() - min(times) if times else None
        return {
            "documents": len(owed),
            "pages": sum(one.pages for _, one in owed),
            "late": sum(at != day for (at, _), _ in owed),
            "oldest_s": None if oldest_ms is None else max(oldest_ms // 1000, 0),
        }

    # ---- over time

    def back(self) -> None:
        """The hub is heard again."""
        self._wake.set()

    def recorded(self, happened: Sequence[Happened]) -> None:
        """What the hall deletes is deleted here, too."""
        for one in happened:
            match one.event:
                case ActionTaken(action=action, subject=subject) if action == FORGOTTEN:
                    number, _, day = subject.partition(" ")
                    self._drop(lambda at, owed: at == day and owed.number == number)  # noqa: B023
                    self._delete(partial(forget, self._hall.vault, day, number))
                case ActionTaken(action=action, subject=day) if action == DESTROYED:
                    self._drop(lambda at, owed: at == day)  # noqa: B023
                    self._delete(partial(self._hall.vault.destroy, day))

    def _drop(self, which: Callable[[str, Owed], bool]) -> None:
        """Tell no more of what goes; of whom somebody waits for, the next try says it."""
        for (at, name), owed in list(self._owed.items()):
            if which(at, owed) and owed.command_id not in self._waited:
                del self._owed[at, name]

    def _delete(self, job: Callable[[], object]) -> None:
        task = self._hall.loop.create_task(self._deleted(job), name="forget")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deleted(self, job: Callable[[], object]) -> None:
        if not await asyncio.to_thread(self._hall.vault.begun):
            return
        try:
            await asyncio.to_thread(job)
        except (VaultError, ValueError) as error:
            log.error("what the hall deleted is still here: %s", error)  # noqa: TRY400

    async def stop(self) -> None:
        """Wait for what is being deleted."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def run(self) -> None:
        """Hand over whatever waits, when the hub is there, until cancelled."""
        await self._from_disk()
        tidied = False
        while True:
            # Whatever comes from here on is looked at once more.
            self._wake.clear()
            if not self._hall.trouble:
                tidied = tidied or await self._tidied()
                for key, owed in list(self._owed.items()):
                    await self._try(key, owed)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.again_s if self._owed or not tidied else None):
                    await self._wake.wait()

    async def _from_disk(self) -> None:
        while True:
            try:
                found = await asyncio.to_thread(_found, self._hall.vault)
            except VaultError as error:
                log.warning("documents that wait here cannot be read yet: %s", error)
                await asyncio.sleep(self.again_s)
                continue
            self._owed, self._read = found | self._owed, True
            if found:
                log.info("%d documents wait here for the hub", len(found))
            return

    async def _tidied(self) -> bool:
        """Remove what a scan left that a power cut ended; what is recorded stays."""
        state, scans = self._hall.state(), self._hall.scans
        known = todays_documents(state)
        kept = {(day, one.document) for (day, _), one in self._owed.items()}
        try:
            async with scans.ordering:
                left = await asyncio.to_thread(marked, self._hall.vault)
                for day, document in left:
                    if day == state.day and (day, document) not in kept | {
                        (day, one) for one in scans.busy
                    }:
                        stays = known.get(document)
                        await asyncio.to_thread(end, self._hall.vault, day, document, stays)
        except VaultError as error:
            log.warning("files of documents cannot be put in order yet: %s", error)
            return False
        return True

    async def _try(self, key: tuple[str, str], owed: Owed) -> None:
        day, name = key
        waited = self._waited.get(owed.command_id)
        try:
            handed = await self._hand_over(key, owed)
        except _Later:
            return
        except VaultMissing:
            log.warning("%s: %s was deleted here before the hub had it", day, owed.document)
            if waited is not None and not waited.done():
                waited.set_exception(QueryError(forgotten_meanwhile(owed.number)))
        except (QueryError, VaultError) as error:
            zh, en = _said(error)
            if waited is None or waited.done():
                # Nobody stands there any more: it is kept, and tried again.
                if owed.command_id not in self._said:
                    self._said.add(owed.command_id)
                    log.error("%s: %s is not at the hub: %s", day, owed.document, en)  # noqa: TRY400
                return
            waited.set_exception(QueryError(Refusal(_code(error), zh, en)))
        else:
            if waited is not None and not waited.done():
                waited.set_result(handed)
        self._owed.pop(key, None)
        try:
            await asyncio.to_thread(_removed, self._hall.vault, day, name, owed.document)
        except VaultError as error:
            log.warning("files of %s are left here: %s", owed.document, error)

    async def _hand_over(self, key: tuple[str, str], owed: Owed) -> Handed:
        """Hand one over. Raises ``_Later``, ``QueryError`` and ``VaultError``."""
        (day, name), state = key, self._hall.state()
        ticket = state.tickets.get(owed.number) if day == state.day else None
        if ticket is None or ticket.issued_ms != owed.issued_ms:
            raise QueryError(words.day_over(owed.document, day))
        same = _recorded(ticket, owed)
        if same is not None:
            # It was recorded, and the answer did not come.
            return Handed(same.document, same.version)
        document, version = next_document(ticket), 1
        command: p.AddDocument | p.ReplaceDocument = p.AddDocument(
            owed.number, document, owed.kind, owed.pages, owed.size, owed.sha256
        )
        if owed.again:
            document = owed.document
            version = todays_documents(state).get(document, 0) + 1
            command = p.ReplaceDocument(
                owed.number, document, owed.kind, owed.pages, owed.size, owed.sha256
            )
        try:
            for page in range(1, owed.pages + 1):
                here = page_name(owed.document, owed.version, page)
                data = await asyncio.to_thread(self._hall.vault.get, day, here)
                await self._hub.keep(day, page_name(document, version, page), data)
                self._moved += 1
        except QueryError as error:
            raise self._later(error.refusal) from None
        tried = f"{document}v{version}"
        if tried != owed.tried:
            # Before it is given: whoever restarts must know what may have been recorded.
            owed = self._owed[key] = msgspec.structs.replace(owed, tried=tried)
            await asyncio.to_thread(self._hall.vault.put, day, name, msgspec.json.encode(owed))
        command_id = f"{owed.command_id}:{tried}"
        outcome = await recorded_outcome(self._hall, Submission(command_id, owed.by, command))
        if outcome.refusal is not None:
            raise self._later(outcome.refusal)
        return Handed(document, version)

    @staticmethod
    def _later(refusal: Refusal) -> Exception:
        again = refusal.code == words.AWAY.code or refusal.code in _ONCE_MORE
        return _Later() if again else QueryError(refusal)


def _name(owed: Owed) -> str:
    return f"{owed.document}v{owed.version}{_OWED}"


def _recorded(ticket: Ticket, owed: Owed) -> TicketDocument | None:
    return next(
        (
            one
            for one in ticket.documents
            if (f"{one.document}v{one.version}", one.sha256) == (owed.tried, owed.sha256)
        ),
        None,
    )


def _code(error: QueryError | VaultError) -> str:
    return error.refusal.code if isinstance(error, QueryError) else "not_kept"


def _said(error: QueryError | VaultError) -> tuple[str, str]:
    if isinstance(error, QueryError):
        return error.refusal.zh, error.refusal.en
    return error.zh, error.en


# ---- in a thread


def _found(vault: Vault) -> dict[tuple[str, str], Owed]:
    found = dict[tuple[str, str], Owed]()
    if not vault.begun():
        return found
    for day in vault.days():
        for name in vault.names(day):
            if name.endswith(_OWED):
                try:
                    found[day, name] = msgspec.json.decode(vault.get(day, name), type=Owed)
                except (VaultError, msgspec.DecodeError) as error:
                    log.warning("%s of %s cannot be read: %s", name, day, error)
    return found


def _removed(vault: Vault, day: str, name: str, document: str) -> None:
    end(vault, day, document, None)
    with contextlib.suppress(VaultMissing):
        vault.remove(day, name)
