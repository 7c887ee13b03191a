"""The first things that a promoted hub does: its own records of before, and a hub that is off."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from firmware_py.app.ports import Outcome, Submission
from firmware_py.app.wire import decode_event
from firmware_py.core.commands_spread import MergeRecord, WriteOffNumbers
from firmware_py.core.records import Record
from firmware_py.runtime.former_records import FormerRecords
from firmware_py.runtime.outcomes import outcome_of
from firmware_py.sync.ports import EpochStart

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall

__all__ = ["begin_as_hub"]

log = logging.getLogger(__name__)


async def begin_as_hub(hall: Hall) -> None:
    """Take this Pi's own records of a former time as hub, before anybody is given a number."""
    role = hall.role
    if not role.decides:
        return
    if role.note.kept:
        await _take_own(hall)
    former = hall.state().numbers_at
    if role.change.write_off and former and former != hall.state().hub:
        role.change.write_off = False
        command = WriteOffNumbers(former, "promoted")
        outcome = await outcome_of(
            hall.writer, Submission(f"write-off:{hall.store.epoch}", "halld", command)
        )
        if outcome.refusal is not None:
            log.warning("the former hub's numbers are not written off: %s", outcome.refusal.en)


async def _take_own(hall: Hall) -> None:
    records = FormerRecords(Path(hall.settings.journal.path), hall.role.note)
    epochs = [EpochStart(one.epoch, one.cut_seq + 1) for one in hall.store.epochs]
    while (question := records.question(epochs)) is not None:
        if question["what"] == "records":
            source = str(question["source"])
            outcomes = await asyncio.gather(
                *(_merge(hall, source, told) for told in question["told"])
            )
            if (refusal := next((o.refusal for o in outcomes if o.refusal), None)) is not None:
                log.error("our own records wait for the next start: %s", refusal.en)
                return
            records.merged(epochs, question, int(question["told"][-1]["seq"]))
        else:
            records.merged(epochs, question, int(question["after"]))


def _merge(hall: Hall, source: str, told: dict[str, object]) -> asyncio.Future[Outcome]:
    seq, data = int(str(told["seq"])), told["data"]
    kind, command_id = str(told["type"]), str(told["id"])
    event = decode_event(kind, bytes(data))  # type: ignore[call-overload]
    record = Record(
        source, seq, int(str(told["time_ms"])), kind, str(told["by"]), command_id, event
    )
    submission = Submission(f"merge:{source}:{seq}", record.by, MergeRecord(record))
    return outcome_of(hall.writer, submission)
