"""Backups while the hall runs: when one is due, and how the last one went.

One is made when something has been recorded for ``backup_every_min`` that no backup has, and when
a day closes. A journal that has none of its own epoch gets one a minute after the start: after a
restore those of the former epoch are not its backups. One that fails is tried again after a
minute, then less and less often; until it succeeds, ``hall.status`` says what is wrong. What no
backup has for twice the interval is late.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from firmware_py.app.ports import Happened
from firmware_py.core.events import EVENT_NAMES, DayClosed
from firmware_py.core.refusals import Refusal
from firmware_py.settings import JournalSettings
from firmware_py.store.backup import newest_backup
from firmware_py.store.errors import BackupPlaceMissing, JournalError

__all__ = ["Backups", "Clocks", "NoBackupFolder", "SavedJournal"]

log = logging.getLogger(__name__)

DAY_CLOSED = EVENT_NAMES[DayClosed]
LOOK_S = 1.0
#: The first attempt after a start waits so long at least: the hall opens first.
FIRST_S = 30.0
RETRY_S = 60.0
#: The first backup of an epoch comes so long after the start.
FIRST_OF_EPOCH_S = 60.0


class NoBackupFolder(ValueError):
    """The configuration names no second place for backups."""

    zh = "配置中没有备份目录，请设置 journal.backup_folder。"
    en = "The configuration names no folder for backups; set journal.backup_folder."

    def __init__(self) -> None:
        super().__init__(self.en)


class SavedJournal(Protocol):
    """What is copied."""

    @property
    def epoch(self) -> str:
        """Name of the present epoch."""
        ...

    @property
    def last_seq(self) -> int:
        """The newest event."""
        ...

    def backup(self, folder: Path, *, keep: int) -> Path:
        """Copy and check; any thread may."""
        ...


@dataclass(frozen=True, slots=True)
class Clocks:
    """``run_s`` measures this run; ``wall_s`` only the age of a file of an earlier one."""

    run_s: Callable[[], float] = time.monotonic
    wall_s: Callable[[], float] = time.time


@dataclass(frozen=True, slots=True)
class _Good:
    path: Path
    seq: int
    #: On the clock ``run_s``; before this run it is negative or nearly so.
    at_s: float


class Backups:
    """Lives in the event loop; copies in a thread, one at a time."""

    def __init__(
        self,
        journal: SavedJournal,
        settings: JournalSettings,
        clocks: Clocks = Clocks(),
    ) -> None:
        self._journal = journal
        self._folder = Path(settings.backup_folder) if settings.backup_folder else None
        self._keep = settings.backups_kept
        self._every_s = settings.backup_every_min * 60.0
        self._closed = False
        self._clocks = clocks
        self._good: _Good | None = None
        self._problem: Refusal | None = None
        #: Since when something is recorded that no backup has.
        self._unsaved_s: float | None = None
        self._not_before_s = 0.0
        self._first_of_epoch_s = math.inf
        self._retry_s = RETRY_S
        self._one_at_a_time = asyncio.Lock()

    async def run(self) -> None:
        """Back up whenever it is due, until cancelled."""
        if self._folder is None:
            return
        await self.begin()
        while True:
            await asyncio.sleep(LOOK_S)
            await self.look()

    async def begin(self) -> None:
        """Find out what an earlier run left, and whether the place for backups is there at all."""
        folder, now_s = self._folder, self._clocks.run_s()
        if folder is None:
            return
        self._not_before_s = now_s + FIRST_S
        self._first_of_epoch_s = now_s + FIRST_OF_EPOCH_S
        # So that a place that hangs is late one day, too.
        self._unsaved_s = now_s if self._unsaved else None
        epoch = self._journal.epoch
        found = await asyncio.to_thread(newest_backup, folder, epoch)
        if found is not None and self._good is None:
            age_s = max(self._clocks.wall_s() - found.made_s, 0.0)
            self._good = _Good(found.path, found.last_seq, now_s - age_s)
            self._unsaved_s = self._good.at_s if self._unsaved else None
        if not await asyncio.to_thread(folder.is_dir):
            self._failed(BackupPlaceMissing(folder))

    def recorded(self, happened: Sequence[Happened]) -> None:
        """A day that was closed is backed up with the next look."""
        if any(h.name == DAY_CLOSED for h in happened):
            self._closed = True

    async def look(self) -> None:
        """Back up if it is due now."""
        now_s = self._clocks.run_s()
        closed, self._closed = self._closed, False
        if not self._unsaved:
            self._unsaved_s = None
            return
        if self._unsaved_s is None:
            self._unsaved_s = now_s
        due = (
            now_s - self._unsaved_s >= self._every_s
            or self._problem is not None
            or (self._good is None and now_s >= self._first_of_epoch_s)
        )
        if closed or (due and now_s >= self._not_before_s):
            try:
                await self.now()
            except (JournalError, OSError):
                # Kept for the status, said in the log, tried again later.
                return

    @property
    def _unsaved(self) -> int:
        """How many events no backup has."""
        return self._journal.last_seq - (self._good.seq if self._good is not None else 0)

    async def now(self) -> Path:
        """Back up and return the file.

        Raises ``NoBackupFolder``, the journal's errors, ``OSError``.
        """
        folder = self._folder
        if folder is None:
            raise NoBackupFolder
        async with self._one_at_a_time:
            seq = self._journal.last_seq
            try:
                path = await asyncio.to_thread(self._journal.backup, folder, keep=self._keep)
            except (JournalError, OSError) as error:
                self._failed(error)
                raise
            self._good = _Good(path, seq, self._clocks.run_s())
            self._unsaved_s = None
            if self._problem is not None:
                log.warning("backups are made again: %s", path)
            self._problem, self._retry_s, self._not_before_s = None, RETRY_S, 0.0
        return path

    def _failed(self, error: JournalError | OSError) -> None:
        # Once, not every minute for as long as the stick is in somebody's pocket.
        log.log(logging.DEBUG if self._problem else logging.ERROR, "no backup: %s", error)
        zh = error.zh if isinstance(error, JournalError) else f"写入备份目录出错：{error}。"
        en = error.en if isinstance(error, JournalError) else f"Writing there failed: {error}."
        self._problem = Refusal("backup_failed", zh, en)
        self._not_before_s = self._clocks.run_s() + self._retry_s
        self._retry_s = min(2 * self._retry_s, max(self._every_s, RETRY_S))

    def status(self) -> dict[str, Any] | None:
        """Return how backups are doing; None for a hall without a second place.

        ``state`` is ``ok``, ``failed`` (with ``problem``), ``late``, or ``none`` while there is
        none of this epoch yet. ``last`` is this epoch's newest good one, ``age_s`` seconds old;
        ``unsaved`` counts the events that it lacks.
        """
        if self._folder is None:
            return None
        now_s, good = self._clocks.run_s(), self._good
        last = None
        if good is not None:
            last = {"path": str(good.path), "seq": good.seq, "age_s": round(now_s - good.at_s)}
        return {
            "folder": str(self._folder),
            "every_min": round(self._every_s / 60),
            "state": self._state(now_s),
            "problem": self._problem,
            "last": last,
            "unsaved": self._unsaved,
        }

    def _state(self, now_s: float) -> str:
        if self._problem is not None:
            return "failed"
        if self._unsaved_s is not None and now_s - self._unsaved_s > 2 * self._every_s:
            return "late"
        return "ok" if self._good is not None else "none"
