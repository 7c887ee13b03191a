"""This Pi's configuration as the hub has it: fetched, read as this daemon will, taken up in order.

What is decided when is in ``sync.configuration``; here are the files and the daemon. The folder of
the configuration must be writable to the daemon at a Pi that follows; where it is not, that is what
the hub is told.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from firmware_py.config.file import Configuration
from firmware_py.config.mistakes import Mistake
from firmware_py.config.versions import keep_version
from firmware_py.core.edition import Edition
from firmware_py.runtime.config_needs import lacking
from firmware_py.runtime.config_words import fixed_name, not_writable
from firmware_py.store.coming_files import ComingFiles
from firmware_py.store.editions import FOLDER, EditionBook, Kept
from firmware_py.sync.configuration import ConfigurationLine, File, Wrong

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall
    from firmware_py.runtime.reconfigure import Reconfigure

__all__ = ["NodeConfiguration", "coming_files"]

log = logging.getLogger(__name__)

TICK_S = 0.25


def coming_files(configuration: Configuration, file: Path) -> ComingFiles:
    """Return the files of this Pi, and the book of what is in place."""
    book = EditionBook(configuration.folders.data / FOLDER)
    return ComingFiles(file.absolute(), configuration.settings.hall.node, book)


class NodeConfiguration:
    """Implements ``ConfigurationPort``. Lives in the event loop; a thread works on the files."""

    def __init__(self, hall: Hall, reconfigure: Reconfigure, files: ComingFiles) -> None:
        self._hall, self._reconfigure, self._files = hall, reconfigure, files
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="configuration")
        self._line = ConfigurationLine(self._ask, self)
        self._has: Edition | None = None
        self._staged: Kept | None = None
        self._waits = False
        self._notices: Path | None = None
        self._ticking: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Begin to follow; the line to the hub is there, or will be."""
        self._ticking = asyncio.create_task(self._tick(), name="configuration")

    async def stop(self) -> None:
        """Take nothing any more; what is being written is written."""
        self._line.stop()
        for task in (self._ticking, *self._tasks):
            if task is not None:
                task.cancel()
                await asyncio.wait([task])
        await asyncio.to_thread(self._thread.shutdown)

    def hint(self) -> None:
        """The hub says that something may have changed."""
        self._line.hint()

    def of_node(self, node: str) -> dict[str, Any]:
        """Return how it stands here, as the hub tells of each Pi."""
        number = None if self._has is None else self._has.number
        if (refused := self._line.refused) is not None:
            mistakes = [_asdict(one) for one in refused[1]]
            return {"number": number, "state": "refused", "mistakes": mistakes}
        in_force = self._line.in_force
        state = "unknown" if in_force is None else "same" if in_force == self._has else "behind"
        return {"number": number, "state": state, "mistakes": []}

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        self._has = await loop.run_in_executor(self._thread, self._files.has)
        trouble = "broker"
        while True:
            before, trouble = trouble, str(getattr(self._hall.sync, "trouble", "broker"))
            if trouble and not before:
                self._line.lost()
            if not trouble:
                self._line.tick(time.monotonic())
            await asyncio.sleep(TICK_S)

    def _ask(
        self,
        question: Any,
        within_s: float,
        answered: Callable[[dict[str, Any] | None], None],
    ) -> None:
        if self._hall.sync is None:
            answered(None)
        else:
            self._hall.sync.ask(question, within_s, answered)

    def _run(self, work: Callable[[], Any], failed: Callable[[Exception], Any], done: Any) -> None:
        loop = asyncio.get_running_loop()

        def call() -> None:
            try:
                result = work()
            except (OSError, ValueError) as error:
                result = failed(error)
            except Exception as error:
                # Whatever it is, the hub hears of it, and it is tried again.
                log.exception("the hub's configuration could not be worked on")
                result = failed(error)
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(done, result)

        self._thread.submit(call)

    # ---- the files

    def has(self) -> Edition | None:
        """Return the edition in place."""
        return self._has

    def lacks(self, files: Sequence[File], told: Callable[[Sequence[File]], None]) -> None:
        """Tell which contents are not here."""

        def work() -> list[File]:
            lacking = self._files.lacks({one.name: one.sha256 for one in files})
            found = {one.sha256: one for one in files if one.sha256 in lacking}
            return list(found.values())

        # What is wrong is told by whoever judges.
        self._run(work, lambda error: [], told)

    def part(self, file: File, after: int, data: bytes, told: Callable[[str], None]) -> None:
        """Keep a part of a content."""

        def work() -> str:
            self._files.part(file.sha256, after, data)
            return ""

        self._run(work, _why, told)

    def judge(
        self,
        edition: Edition,
        files: Sequence[File],
        told: Callable[[Sequence[Wrong]], None],
    ) -> None:
        """Lay it beside, and read it as this daemon would."""
        kept = Kept(edition, {one.name: one.sha256 for one in files}, by="hub")
        folder = self._files.folder

        def work() -> list[Wrong]:
            if self._files.differs(kept.files) and not os.access(folder, os.W_OK):
                return [_wrong(not_writable(folder))]
            main = self._files.stage(kept.files)
            found, mistakes = self._reconfigure.judged(main)
            if found is not None and found.settings.hall.node != self._hall.settings.hall.node:
                mistakes = [fixed_name(str(main))]
            elif found is not None:
                mistakes = lacking(str(main), found.settings, self._hall.settings)
            self._staged = None if mistakes else kept
            tried = str(self._files.tried)
            notices = None if found is None else found.settings.displays.notices
            self._notices = None if notices is None else Path(notices.replace(tried, str(folder)))
            return [_wrong(one, tried, str(folder)) for one in mistakes]

        def failed(error: Exception) -> list[Wrong]:
            return [_wrong(Mistake(str(folder), 0, "", _why(error), _why(error)))]

        self._run(work, failed, told)

    def place(self, edition: Edition, told: Callable[[str], None], *, later: bool) -> None:
        """Put it in place and go by it; the former file is kept as a version."""
        staged = self._staged
        if staged is None or staged.edition != edition:
            told("it was not read before")
            return

        def work() -> str:
            main = self._files.folder / self._files.own("hall.toml")
            if "hall.toml" in self._files.differs(staged.files):
                keep_version(main, "hub")
            self._files.commit(staged)
            if self._notices is not None and self._notices.is_relative_to(self._files.folder):
                # An empty one comes as no file; people put notices there and look for it.
                self._notices.mkdir(exist_ok=True)
                self._notices.chmod(0o750)
            return ""

        def placed(why: str) -> None:
            if why:
                told(why)
                return
            self._has = edition
            log.info("configuration %s is in place", edition)
            task = asyncio.create_task(self._go_by_it(told, later=later), name="taking-up")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        self._run(work, _why, placed)

    async def _go_by_it(self, told: Callable[[str], None], *, later: bool) -> None:
        self._waits = await self._reconfigure.follow(later=later)
        told("")

    def restart_now(self) -> None:
        """Go by what waited for a restart."""
        if self._waits:
            task = asyncio.create_task(self._go_by_it(lambda why: None, later=False))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)


def _why(error: Exception) -> str:
    said = error.strerror if isinstance(error, OSError) else None
    return f"{type(error).__name__}: {said or error}"


def _wrong(mistake: Mistake, tried: str = "", folder: str = "") -> Wrong:
    """Return a mistake as the hub is told: of the folder, not of the trial's."""

    def shown(text: str) -> str:
        return text.replace(tried, folder)[:300] if tried else text[:300]

    return Wrong(shown(mistake.file), mistake.line, mistake.path[:200], shown(mistake.en),
                 shown(mistake.zh))  # fmt: skip


def _asdict(one: Wrong) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__struct_fields__}
