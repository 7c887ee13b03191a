"""The first things that a promoted hub does: its own records of before, and a hub that is off.

Until they are done nothing else is decided: whoever was given a number now could get one that a
paper has, which this Pi gave as hub before and no copy had.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from firmware_py.app.held_back import BUSY
from firmware_py.app.ports import Outcome, Submission
from firmware_py.app.wire import decode_event
from firmware_py.app.writer import HallWriter
from firmware_py.core.commands import Command, SetClock, Tick
from firmware_py.core.commands_spread import MergeRecord, WriteOffNumbers
from firmware_py.core.records import Record
from firmware_py.core.refusals import Refusal
from firmware_py.core.wire_version import WIRE
from firmware_py.runtime.former_records import FormerRecords
from firmware_py.runtime.merging import late_source
from firmware_py.runtime.outcomes import outcome_of
from firmware_py.sync.ports import EpochStart

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall

__all__ = ["HubStart"]

log = logging.getLogger(__name__)

#: What failed is tried again after this.
AGAIN_S = 2.0


class HubStart:
    """Made before anything is decided; ``start`` when this Pi may decide, ``stop`` at the end."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        role = hall.role
        #: Whether others have to wait.
        self.due = role.decides and bool(role.note.kept or role.change.write_off)
        if self.due and isinstance(hall.writer, HallWriter):
            hall.writer.waits_for = _only_these_first

        self._task: asyncio.Task[None] | None = None

    def start(self, then: Callable[[], None] = lambda: None) -> asyncio.Task[None]:
        """Begin, and call ``then`` when it is done; what is under way goes on."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(then), name="hub-start")
        return self._task

    async def stop(self) -> None:
        """End, done or not."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self, then: Callable[[], None]) -> None:
        while self.due:
            try:
                self.due = not await self._done()
            except Exception:
                # By a mistake of ours the hall must not stand still for ever.
                log.exception("the records of this Pi's own time as hub could not be taken")
                self.due = False
            if self.due:
                await asyncio.sleep(AGAIN_S)
        if isinstance(self._hall.writer, HallWriter):
            self._hall.writer.waits_for = lambda command: None
        then()

    async def _done(self) -> bool:
        hall, change = self._hall, self._hall.role.change
        if not await _take_own(hall):
            return False
        former = hall.state().numbers_at
        if change.write_off and former and former != hall.state().hub:
            command = WriteOffNumbers(former, "promoted")
            outcome = await outcome_of(
                hall.writer, Submission(f"write-off:{hall.store.epoch}", "halld", command)
            )
            if outcome.refusal is not None:
                log.warning("the former hub's numbers are not written off: %s", outcome.refusal.en)
                return outcome.refusal.code == "no_numbers_held"
        change.write_off = False
        return True


def _only_these_first(command: Command) -> Refusal | None:
    first = isinstance(command, MergeRecord | WriteOffNumbers | SetClock | Tick)
    return None if first else BUSY


async def _take_own(hall: Hall) -> bool:
    """Merge what was kept of an earlier time as hub; say whether that is done."""
    # From this card to this card: nothing of it leaves the Pi.
    records = FormerRecords(Path(hall.settings.journal.path), hall.role.note, whole=True)
    epochs = [EpochStart(one.epoch, one.cut_seq + 1) for one in hall.store.epochs]
    while (question := records.question(epochs)) is not None:
        if question["what"] == "records":
            source, told = str(question["source"]), question["told"]
            on_disk = hall.writer.recorded.merged.get(source, 0)
            found = [(int(one["seq"]), _record(source, one, on_disk)) for one in told]
            outcomes = await asyncio.gather(
                *(
                    _merge(hall, f"merge:{source}:{seq}", record)
                    for seq, record in found
                    if record is not None
                )
            )
            if (refusal := next((o.refusal for o in outcomes if o.refusal), None)) is not None:
                log.error("our own records are not taken yet: %s", refusal.en)
                return False
            # Of a newer program that this Pi had then: they wait for it.
            records.passed_over(question, [seq for seq, one in found if one is None], WIRE)
            records.merged(epochs, question, int(told[-1]["seq"]))
        else:
            records.merged(epochs, question, int(question["after"]))
    if records.why:
        log.error(
            "本机以前当主控时的流水读不出，其中的号码可能已发出；请看最后一张号票，再执行 hallctl "
            "ticket jump。 A journal of this Pi's own time as hub cannot be read: numbers in it "
            "may be out. Look at the last slip, then: hallctl ticket jump. %s",
            records.why,
        )
    return True


def _record(source: str, told: dict[str, Any], on_disk: int) -> Record | None:
    """Return one of our own records; None for one that this program does not know."""
    seq, kind = int(told["seq"]), str(told["type"])
    try:
        event = decode_event(kind, bytes(told["data"]))
    except (KeyError, msgspec.DecodeError) as error:
        log.error("our own record %d (%s) cannot be read: %s", seq, kind, error)  # noqa: TRY400
        return None
    source = late_source(source, seq) if seq <= on_disk else source
    return Record(source, seq, int(told["time_ms"]), kind, str(told["by"]), str(told["id"]), event)


def _merge(hall: Hall, merge_id: str, record: Record) -> asyncio.Future[Outcome]:
    submission = Submission(merge_id, record.by, MergeRecord(record))
    return outcome_of(hall.writer, submission)
