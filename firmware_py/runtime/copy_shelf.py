"""The hub's side of the copy: pages of its journal, and the whole of it as a file by parts."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from firmware_py.store.errors import JournalError
from firmware_py.store.journal import Journal
from firmware_py.store.pages import Wanted, read_page
from firmware_py.sync.running import running_s

__all__ = ["CopyShelf", "Follows"]

log = logging.getLogger(__name__)

#: Bytes of the file in one answer; as base64 a message of the broker holds it.
PART = 96 * 1024
#: A file that was made so long ago is made anew for whoever begins.
FRESH_S = 60.0


@dataclass(slots=True)
class Follows:
    """How far a Pi's copy is: its last event, when it asked, when it was level (running time)."""

    seq: int
    asked_s: float
    level_s: float | None = None


class CopyShelf:
    """Lives in the event loop; reads beside the writer, in threads."""

    def __init__(
        self,
        journal: Journal,
        now_s: Callable[[], float] = running_s,
        set_back: Callable[[str, Wanted], None] = lambda node, wanted: None,
    ) -> None:
        self._journal, self._now_s = journal, now_s
        #: Told who stands where in this very epoch, when that is not in this journal.
        self._set_back = set_back
        self._folder = journal.path.with_name("for-standby")
        self._making: asyncio.Task[Path] | None = None
        self._made_s = 0.0
        #: Who fetches the file, as far as is known.
        self._fetching: set[str] = set()
        #: Whether nothing is left of a daemon that was killed.
        self._tidy = False
        self._stopping = False
        self.follows: dict[str, Follows] = {}

    async def answer(self, node: str, what: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Answer ``what`` of ``sync.copier``. Raises the journal's errors, ``ValidationError``."""
        if what == "journal.file":
            self._fetching.add(node)
            return {"file": self._file()}
        if what == "journal.part":
            return await asyncio.to_thread(self._part, str(params["name"]), int(params["at"]))
        wanted = msgspec.convert(dict(params), Wanted)
        page = await asyncio.to_thread(read_page, self._journal.path, wanted)
        if page.forked:
            self._set_back(node, wanted)
        self._note(node, wanted.after)
        # It goes on by pages: for this Pi the file has done its part.
        self._fetching.discard(node)
        making = self._making
        if not self._fetching and (not self._tidy if making is None else making.done()):
            self._making, self._tidy = None, True
            await asyncio.to_thread(self._clear)
        return {"page": page}

    def _note(self, node: str, after: int) -> None:
        now_s = self._now_s()
        known = self.follows.setdefault(node, Follows(after, now_s))
        known.seq, known.asked_s = after, now_s
        if after >= self._journal.last_seq:
            known.level_s = now_s

    def told(self, last_seq: int, names: Sequence[str]) -> list[dict[str, Any]]:
        """Return how far each copy is, for people; ``level_s`` is seconds ago, None never."""
        now_s = self._now_s()
        rows = list[dict[str, Any]]()
        for name in names:
            known = self.follows.get(name)
            level_s = None if known is None or known.level_s is None else now_s - known.level_s
            rows.append(
                {
                    "node": name,
                    "copied": None if known is None else known.seq,
                    "behind": None if known is None else max(last_seq - known.seq, 0),
                    "level_s": level_s,
                    "asked_s": None if known is None else now_s - known.asked_s,
                }
            )
        return rows

    def _file(self) -> dict[str, Any] | None:
        now_s = self._now_s()
        if self._making is not None and self._making.done():
            error = self._making.exception()
            if error is None and now_s - self._made_s < FRESH_S:
                path = self._making.result()
                return {"name": path.name, "size": path.stat().st_size}
            if error is not None:
                log.error("no copy of the journal could be made for the standby: %s", error)
            self._making = None
        if self._making is None:
            self._making = asyncio.create_task(asyncio.to_thread(self._make), name="journal-copy")
            self._making.add_done_callback(self._made)
        return None

    def _made(self, making: asyncio.Task[Path]) -> None:
        # From when it is there: one of a large journal takes longer than it stays fresh.
        self._made_s = self._now_s()

    def _make(self) -> Path:
        self._folder.mkdir(exist_ok=True)
        return self._journal.backup(self._folder, keep=1, between=self._go_on)

    def _go_on(self) -> None:
        if self._stopping:
            raise OSError(errno.ECANCELED, os.strerror(errno.ECANCELED))

    def _part(self, name: str, at: int) -> dict[str, Any]:
        path = self._folder / Path(name).name
        try:
            with path.open("rb") as file:
                file.seek(at)
                return {"bytes": b64encode(file.read(PART)).decode()}
        except OSError:
            return {"bytes": None}

    def _clear(self) -> None:
        try:
            for path in self._folder.iterdir():
                path.unlink()
            self._folder.rmdir()
        except FileNotFoundError:
            # Nothing is left.
            return
        except OSError as error:
            log.warning("the standby's file is still there: %s", error)

    async def stop(self) -> None:
        """End; a file that is being made is given up."""
        self._stopping = True
        if self._making is not None:
            try:
                await self._making
            except (JournalError, OSError) as error:
                log.warning("no copy of the journal was made for the standby: %s", error)
            await asyncio.to_thread(self._clear)
