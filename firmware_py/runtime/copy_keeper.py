"""Keeps the copy of the hub's journal at a Pi that may be promoted, and promotes it.

The disk is worked on a thread of its own, one call at a time; what is asked and when is decided in
``sync.copier``, what a former hub hands over in ``sync.handover``. Lives in the event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from firmware_py.app.ports import Entry
from firmware_py.app.recovery import recover
from firmware_py.app.wire import encode_state
from firmware_py.core.events import EVENTS
from firmware_py.core.rules import Rules
from firmware_py.runtime.former_records import FormerRecords
from firmware_py.runtime.hub_note import HubNote, Kept
from firmware_py.runtime.kept_promotion import drop_taken, take_kept
from firmware_py.runtime.kept_proof import KeptUnread, prove_kept
from firmware_py.settings import Settings
from firmware_py.store.copied import CopiedJournal, put_aside, take_whole
from firmware_py.store.errors import JournalDamaged, JournalError
from firmware_py.store.opening import now_ms
from firmware_py.store.pages import Page
from firmware_py.store.records import Epoch
from firmware_py.sync.copier import Copier, CopyStatus, Done
from firmware_py.sync.handover import Handover
from firmware_py.sync.running import running_s

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall
    from firmware_py.runtime.node_line import NodeLine

__all__ = ["CopyDisk", "CopyKeeper"]

log = logging.getLogger(__name__)

TICK_S = 0.25
#: What failed is tried again after this.
AGAIN_S = 10.0
#: As in ``app.writer``: a promoted hub has at most so many events to replay.
SNAPSHOT_EVERY = 20_000
#: The disk is waited for at the end no longer.
STOP_S = 20.0


class CopyDisk:
    """Implements ``sync.copier.CopyPort``. ``run`` has a call done and its result told."""

    def __init__(self, path: Path, rules: Rules, run: Callable[[Callable[[], str], Done], None]):
        self._path, self._rules, self._run = path, rules, run
        self.journal: CopiedJournal | None = None
        self._snapshot_seq = 0
        #: Types of events that a newer hub recorded; kept word for word, and not known here.
        self._unknown: set[str] = set()

    @property
    def _part_path(self) -> Path:
        return self._path.with_name(self._path.name + ".part")

    def open(self) -> None:
        """Open what is there; a copy that is damaged is kept aside and begun anew."""
        if not self._path.exists():
            return
        try:
            self.journal = CopiedJournal.open_copy(self._path)
        except JournalDamaged as error:
            log.error("the copy of the hub's journal is damaged: %s", error)  # noqa: TRY400
            put_aside(self._path, f"damaged-{now_ms()}")
            return
        newest = self.journal.newest_snapshot()
        self._snapshot_seq = 0 if newest is None else newest[0]
        self._unknown = self.journal.types_after(self._snapshot_seq) - EVENTS.keys()
        self._say_unknown()

    def close(self) -> None:
        """Close the copy."""
        if self.journal is not None:
            self.journal.close()
            self.journal = None

    def wanted(self) -> Mapping[str, Any] | None:
        """Return where the copy stands."""
        return None if self.journal is None else msgspec.structs.asdict(self.journal.wanted())

    def copied(self) -> int:
        """Return its last event."""
        return 0 if self.journal is None else self.journal.last_seq

    def unknown(self) -> tuple[str, ...]:
        """Return types of events in it that this program does not know."""
        return tuple(sorted(self._unknown))

    def _say_unknown(self) -> None:
        if self._unknown:
            log.warning(
                "账本副本中有本机程序不认识的记录（%s），升级本机前不能接替主控。 The copy of the "
                "hub's journal has records of a newer program (%s): it goes on, and this Pi cannot "
                "be promoted before its program is updated.",
                "、".join(self.unknown()), ", ".join(self.unknown()),
            )  # fmt: skip

    def take(self, page: Mapping[str, Any], done: Done) -> None:
        """Record a page."""

        def work() -> str:
            journal = self.journal
            if journal is None:
                return "there is no copy"
            told = msgspec.convert(page, Page)
            journal.take(told)
            if new := {row[2] for row in told.events} - EVENTS.keys() - self._unknown:
                self._unknown |= new
                self._say_unknown()
            if not self._unknown and journal.last_seq - self._snapshot_seq >= SNAPSHOT_EVERY:
                state = recover(self._rules, journal)
                journal.save_snapshot(journal.last_seq, encode_state(state))
                self._snapshot_seq = journal.last_seq
            if told.first_seq > journal.first_seq and told.figures:
                figures = {day: body.encode() for day, body in told.figures.items()}
                while journal.compact(before_seq=told.first_seq, figures=figures):
                    pass
            return ""

        self._run(work, done)

    def put_aside(self, done: Done) -> None:
        """Keep what is here under another name."""

        def work() -> str:
            journal = self.journal
            if journal is not None:
                name = f"before-{journal.epoch}"
                self.close()
                log.warning("the former copy is kept as %s", put_aside(self._path, name).name)
            return ""

        self._run(work, done)

    def part(self, after: int, data: bytes, done: Done) -> None:
        """Write a part of the file."""

        def work() -> str:
            with self._part_path.open("r+b" if after else "wb") as file:
                file.seek(after)
                file.write(data)
            return ""

        self._run(work, done)

    def whole(self, done: Done) -> None:
        """Prove the file and make it the copy."""

        def work() -> str:
            try:
                take_whole(self._part_path, self._path)
            finally:
                self._part_path.unlink(missing_ok=True)
            self.open()
            return ""

        self._run(work, done)


class CopyKeeper:
    """Made with the role, started with the line to the hub, stopped before it."""

    def __init__(self, settings: Settings, path: Path, note: HubNote) -> None:
        self.settings, self.path = settings, path
        self.records = FormerRecords(path, note)
        self.copier: Copier | None = None
        self.handover: Handover | None = None
        self.disk: CopyDisk | None = None
        self._hall: Hall | None = None
        self._ticking: asyncio.Task[None] | None = None
        self._opened = False
        self._away = True
        #: Why this Pi was not promoted: a person has to decide that.
        self.unread: KeptUnread | None = None
        #: A promotion is under way, or done: the daemon is built anew then.
        self.promoting = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal-copy")

    def start(self, hall: Hall) -> None:
        """Begin to copy, and to hand over what is kept; the line to the hub is there."""
        line: NodeLine = hall.sync
        self.records.whole = line.private
        self._hall = hall
        self.disk = CopyDisk(self.path, hall.rules, self._run)
        self.copier = Copier(line.ask, self.disk)
        self.handover = Handover(line.ask, self.records)
        hall.writer.on_recorded.append(self._recorded)
        self._ticking = asyncio.create_task(self._tick(), name="journal-copy")

    def _run(self, work: Callable[[], str], done: Done) -> None:
        def call() -> str:
            try:
                return work()
            except JournalError as error:
                return error.en
            except (OSError, ValueError) as error:
                return f"{type(error).__name__}: {error}"
            except Exception as error:
                # Whoever waits is told whatever happens: else nothing would ever be copied again.
                log.exception("the copy of the hub's journal could not be written")
                return type(error).__name__

        under_way = asyncio.get_running_loop().run_in_executor(self._thread, call)
        under_way.add_done_callback(lambda ended: done(ended.result()))

    def _recorded(self, happened: object) -> None:
        if self.copier is not None and self._hall is not None:
            self.copier.newest(self._hall.writer.last_seq)

    async def _tick(self) -> None:
        while True:
            try:
                pause_s = await self._turn()
            except Exception:
                # A standby whose copy stands still for good would be found out when it is needed.
                log.exception("the copy's turn failed")
                pause_s = AGAIN_S
            await asyncio.sleep(pause_s)

    async def _turn(self) -> float:
        """Go on where something is due; return the pause after it, in seconds."""
        disk, hall, copier, handover = self.disk, self._hall, self.copier, self.handover
        if disk is None or hall is None or copier is None or handover is None:
            return TICK_S
        if not self._opened:
            try:
                await asyncio.get_running_loop().run_in_executor(self._thread, disk.open)
            except JournalError as error:
                copier.cannot(error.en)
                return AGAIN_S
            except OSError as error:
                copier.cannot(str(error))
                return AGAIN_S
            self._opened = True
        line: NodeLine = hall.sync
        away, self._away = self._away, line.trouble != ""
        if not self._away:
            now_s = running_s()
            if away:
                copier.back()
            copier.tick(now_s)
            handover.tick(now_s, line.epochs, line.hub_wire)
        return TICK_S

    def status(self) -> CopyStatus | None:
        """Return how far the copy is."""
        return None if self.copier is None else self.copier.status(running_s())

    async def stop(self) -> None:
        """End; what is being written is written."""
        if self.copier is not None:
            self.copier.stop()
        if self._ticking is not None:
            self._ticking.cancel()
            await asyncio.wait([self._ticking])
            self._ticking = None
        if self.disk is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(STOP_S):
                    await asyncio.get_running_loop().run_in_executor(self._thread, self.disk.close)
        self._thread.shutdown(wait=False)

    async def promote(
        self,
        begin: Callable[[CopiedJournal], tuple[str, list[Entry]]],
        kept: Kept | None = None,
        *,
        without_kept: bool = False,
    ) -> Epoch:
        """Make the copy this Pi's own; ``begin`` says in which epoch, and what it begins with.

        Where there is no copy, ``kept`` of this Pi's own time as hub is gone on with. Raises the
        journal's errors, ``ValueError`` without either, and ``KeptUnread`` where what this Pi kept
        as hub cannot be merged afterwards, unless that is known (``without_kept``).
        """
        copier, disk = self.copier, self.disk
        if copier is None or disk is None:
            raise ValueError("nothing was copied yet")
        own = self.settings.hall.node

        def work() -> Epoch:
            if kept is not None:
                if disk.journal is not None:
                    raise ValueError("there is a copy to go on with")
                try:
                    take_kept(self.path, kept)
                except (JournalError, OSError) as error:
                    raise KeptUnread(kept.file, error) from error
                disk.open()
            try:
                return begun()
            except BaseException:
                if kept is not None:
                    # It was no copy of the hub's, and must not be gone on with as one.
                    disk.close()
                    drop_taken(self.path)
                raise

        def begun() -> Epoch:
            journal = disk.journal
            if journal is None:
                raise ValueError("there is no copy to go on with")
            name, entries = begin(journal)
            if not without_kept:
                prove_kept(self.records, journal.epochs, name, journal.last_seq)
            return journal.promote(name, own, now_ms(), entries)

        # Nothing is added to the copy from here on; what is on its way to the disk comes before.
        copier.stop()
        self.promoting = True
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except BaseException as error:
            self.promoting = False
            self.unread = error if isinstance(error, KeptUnread) else None
            copier.go_on()
            raise
