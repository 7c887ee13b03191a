"""Scans at windows: from the scanner's worker into the vault, then into the journal.

A document is whole or not there. Its pages lie encrypted on the disk before it is recorded; what
fails or is refused removes them again, and what a power cut leaves is put in order at the next
start (``document_files``). Nothing of a page comes into the event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import msgspec

from devices.scanner.base import ScanSettings
from firmware_py.app.wire import encode
from firmware_py.core import commands_papers as c
from firmware_py.core import decide_documents as decide
from firmware_py.core.decide_tickets import find
from firmware_py.core.decide_windows import find_window
from firmware_py.core.model import Ticket
from firmware_py.core.refusals import Refusal, refuse
from firmware_py.runtime import keep_words
from firmware_py.runtime import scan_words as words
from firmware_py.runtime.control import Query, QueryError, Stream, Subscriber
from firmware_py.runtime.device_events import Outcome as Ended
from firmware_py.runtime.device_events import Result
from firmware_py.runtime.document_files import end, page_name
from firmware_py.runtime.elsewhere import elsewhere
from firmware_py.runtime.kept_port import Handed
from firmware_py.runtime.outcomes import submitted
from firmware_py.runtime.params_documents import ScanAt, WithScanner
from firmware_py.store.vault_errors import VaultError

if TYPE_CHECKING:
    from devices.scanner.pages.works import PageWorks
    from firmware_py.runtime.hall import Hall
    from firmware_py.runtime.scan_job import ScanJob

__all__ = ["Scans", "scan_queries", "scanner_at"]

log = logging.getLogger(__name__)

_OTHER = "other"
#: Stands for what is not known before a scan, when it is asked whether it may begin.
_A_DIGEST = "0" * 64


def scan_queries(hall: Hall) -> dict[str, Query]:
    """Return the methods that answer once."""
    return {"document.scan": hall.scans.scan, "document.cancel": hall.scans.cancel}


def scanner_at(hall: Hall, window: str) -> str:
    """Return the scanner at a window. Raises ``QueryError``."""
    found = find_window(hall.state(), window)
    if isinstance(found, Refusal):
        raise QueryError(found)
    for one in hall.settings.windows:
        if one.id == window and one.scanner is not None:
            return one.scanner
    node = elsewhere(hall.settings, window)
    if node is not None:
        raise QueryError(keep_words.elsewhere(window, node))
    raise QueryError(words.no_scanner(window))


@dataclass(slots=True)
class _Running:
    """A scan that goes on, at one window and of one ticket."""

    device: str
    window: str
    number: str
    job: ScanJob


class Scans:
    """Lives in the event loop. ``busy`` are documents whose files come or go just now."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._works: PageWorks | None = None
        self._at: dict[str, _Running] = {}
        self._watchers: dict[str, list[Subscriber]] = {}
        self.busy: set[str] = set()
        #: Held while files are put in order, and for the moment in which a scan begins.
        self.ordering = asyncio.Lock()

    def streams(self) -> dict[str, Stream]:
        """Return the methods that go on."""
        return {"document.progress": self.progress}

    def works(self) -> PageWorks:
        """Return the hand on the process that works on pages; it starts with the first page."""
        if self._works is None:
            from devices.scanner.pages.works import PageWorks

            self._works = PageWorks()
        return self._works

    async def stop(self) -> None:
        """End the process that works on pages; the workers have ended."""
        if self._works is not None:
            await asyncio.to_thread(self._works.close)

    async def scan(self, params: dict[str, Any], user: str) -> Any:
        """Scan a document for a ticket; answers when it is recorded, or with why it is not."""
        wanted = msgspec.convert(params, ScanAt)
        async with self.ordering:
            running, command = self._may_begin(wanted)
            target = running.job.target
            self._at[wanted.window] = running
            self.busy.add(target.document)
        try:
            self._tell(running, "scanning")
            answer = await self._whole(running, command, f"window-{wanted.window}:{user}")
        except BaseException:
            self._tell(running, "failed")
            raise
        else:
            self._tell(running, "done")
            return answer
        finally:
            del self._at[wanted.window]
            self.busy.discard(target.document)

    async def cancel(self, params: dict[str, Any], user: str) -> Any:
        """End the scan at a window; whoever waits for it is told that nothing was kept."""
        window = msgspec.convert(params, WithScanner).window
        scanner_at(self._hall, window)
        running = self._at.get(window)
        if running is None:
            raise QueryError(words.nothing_running(window))
        running.job.cancel()
        self._hall.supervisor.interrupt(running.device)
        return {"window": window, "number": running.number}

    def progress(
        self, params: dict[str, Any], subscriber: Subscriber
    ) -> tuple[Any, Callable[[], None]]:
        """Tell how scans at a window go on: a notification ``document.progress`` a page."""
        window = msgspec.convert(params, WithScanner).window
        device = scanner_at(self._hall, window)
        watchers = self._watchers.setdefault(window, [])
        watchers.append(subscriber)
        running = self._at.get(window)
        answer = {"window": window, "device": device, "scanning": running is not None}
        return answer, lambda: watchers.remove(subscriber)

    # ---- inside

    def _may_begin(self, wanted: ScanAt) -> tuple[_Running, c.AddDocument | c.ReplaceDocument]:
        """Return the scan as it is to be, and its command but for what is not known yet."""
        from firmware_py.runtime.scan_job import ScanJob, Target

        hall, state = self._hall, self._hall.state()
        device = scanner_at(hall, wanted.window)
        ticket = self._ticket(wanted)
        for one in self._at.values():
            if one.window == wanted.window or one.number == ticket.number:
                raise QueryError(words.running(one.window, one.number))
        version, command = _command_of(ticket, wanted)
        verdict = hall.writer.vet(command)
        if verdict is None:
            decided = (
                decide.add(hall.rules, state, command, state.now_ms)
                if isinstance(command, c.AddDocument)
                else decide.replace(hall.rules, state, command, state.now_ms)
            )
            verdict = decided if isinstance(decided, Refusal) else None
        if verdict is not None:
            # Before the clerk has scanned fifty pages.
            raise QueryError(verdict)
        document = command.document
        if hall.kept.handing is not None:
            again = command.document if version > 1 else None
            document = hall.kept.handing.document_for(ticket, again)
        if document in self.busy:
            raise QueryError(words.running(wanted.window, ticket.number))
        settings = ScanSettings(
            wanted.source, wanted.resolution_dpi, wanted.mode, wanted.turn, wanted.most_pages
        )
        target = Target(state.day or "", ticket.number, document, version)
        tell = self._from_worker(wanted.window)
        job = ScanJob(hall.vault, self.works(), target, settings, tell)
        return _Running(device, wanted.window, ticket.number, job), command

    def _ticket(self, wanted: ScanAt) -> Ticket:
        state = self._hall.state()
        window = find_window(state, wanted.window)
        if isinstance(window, Refusal):
            raise QueryError(window)
        number = wanted.number or (wanted.document or "").rpartition("-")[0]
        number = number or window.ticket or window.last_ticket or ""
        if not number:
            raise QueryError(refuse("form_without_ticket", window=window.id))
        ticket = find(state, number)
        if isinstance(ticket, Refusal):
            raise QueryError(ticket)
        if ticket.window != window.id:
            raise QueryError(words.other_window(ticket.number, window.id, ticket.window))
        return ticket

    async def _whole(
        self, running: _Running, command: c.AddDocument | c.ReplaceDocument, by: str
    ) -> dict[str, Any]:
        job, target = running.job, running.job.target
        refusal, kept = await self._scanned(running), job.kept
        if refusal is None and not await asyncio.to_thread(self._all_there, job):
            refusal = words.forgotten_meanwhile(target.number)
        if refusal is None:
            self._tell(running, "recording")
            command = replace(command, pages=kept.pages, size=kept.size, sha256=kept.sha256)
            handing = self._hall.kept.handing
            if handing is not None:
                return _answer(running, command, await handing.take(target, command, kept, by))
            refusal = (await submitted(self._hall, command, by)).refusal
        before = target.version - 1 or None
        await self.tidied(
            target.day, target.document, before if refusal is not None else target.version
        )
        if refusal is not None:
            raise QueryError(refusal)
        return _answer(running, command, Handed(target.document, target.version))

    async def _scanned(self, running: _Running) -> Refusal | None:
        """Have the worker scan; return why nothing is to be recorded."""
        hall, job = self._hall, running.job
        finished: asyncio.Future[Result] = hall.loop.create_future()

        def done(result: Result) -> None:
            if not finished.done():
                finished.set_result(result)

        hall.post(running.device, job.run, done=done)
        result = await finished
        if isinstance(result.value, VaultError):
            log.warning("a scan for %s was not kept: %s", running.number, result.value)
            return words.vault_said(result.value, job.kept.pages)
        if result.outcome is not Ended.DONE:
            return words.ended(result, job.kept.pages)
        return None

    def _all_there(self, job: ScanJob) -> bool:
        """Whether nobody has deleted pages while others still came."""
        target = job.target
        pages = range(1, job.kept.pages + 1)
        wanted = {page_name(target.document, target.version, page) for page in pages}
        return wanted <= set(self._hall.vault.names(target.day))

    async def tidied(self, day: str, document: str, stays: int | None) -> None:
        """Leave the files of one version; what fails is put in order at the next start."""
        try:
            await asyncio.to_thread(end, self._hall.vault, day, document, stays)
        except VaultError as error:
            log.warning("files of %s are left until the next start: %s", document, error)

    def _from_worker(self, window: str) -> Callable[[int], None]:
        def tell(pages: int) -> None:
            # The loop may have ended before the worker.
            with contextlib.suppress(RuntimeError):
                self._hall.loop.call_soon_threadsafe(self._page_kept, window, pages)

        return tell

    def _page_kept(self, window: str, pages: int) -> None:
        running = self._at.get(window)
        if running is not None:
            self._tell(running, "scanning", pages)

    def _tell(self, running: _Running, state: str, pages: int | None = None) -> None:
        target = running.job.target
        told = {
            "window": running.window,
            "number": target.number,
            "document": target.document,
            "version": target.version,
            "state": state,
            "pages": running.job.kept.pages if pages is None else pages,
        }
        line = encode({"jsonrpc": "2.0", "method": "document.progress", "params": told}) + b"\n"
        for watcher in self._watchers.get(running.window, ()):
            watcher.send(line)


def _answer(
    running: _Running, command: c.AddDocument | c.ReplaceDocument, handed: Handed
) -> dict[str, Any]:
    kept = running.job.kept
    return {
        "window": running.window,
        "number": running.number,
        "document": handed.document,
        "version": handed.version,
        "kind": command.kind,
        "pages": kept.pages,
        "size": kept.size,
        "sha256": kept.sha256,
        "blank": kept.blank,
        **({"waiting": True, "say": asdict(keep_words.WAITS)} if handed.waits else {}),
    }


def _command_of(ticket: Ticket, wanted: ScanAt) -> tuple[int, c.AddDocument | c.ReplaceDocument]:
    """Return the version that a scan makes, and its command but for what is scanned."""
    typed = (wanted.document or "").upper()
    if not typed:
        kind = wanted.kind.strip() or _OTHER
        new = decide.next_document(ticket)
        return 1, c.AddDocument(ticket.number, new, kind, 1, 1, _A_DIGEST)
    present = next((one for one in ticket.documents if one.document == typed), None)
    if present is None:
        raise QueryError(refuse("unknown_document", number=ticket.number, document=typed))
    kind = wanted.kind.strip() or present.kind
    again = c.ReplaceDocument(ticket.number, present.document, kind, 1, 1, _A_DIGEST)
    return present.version + 1, again
