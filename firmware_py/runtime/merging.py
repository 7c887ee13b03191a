"""Records of other Pis on their way into the hub's journal: one command each, in their order."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace

import msgspec

from firmware_py.app.followed import FollowedWriter
from firmware_py.app.ports import Outcome, Submission
from firmware_py.app.wire import decode_event, encode
from firmware_py.app.writer import HallWriter
from firmware_py.core.blocks import block_of
from firmware_py.core.commands_spread import MergeRecord
from firmware_py.core.events_aside import ActionTaken
from firmware_py.core.model import State, Ticket
from firmware_py.core.records import Record
from firmware_py.runtime.personal import vet_texts, vet_words
from firmware_py.sync.records import Merged, Offered
from firmware_py.sync.sentences import Refused

__all__ = ["late_source", "may_give", "may_have_called", "may_have_served", "merge_offered"]

log = logging.getLogger(__name__)


def may_give(state: State, node: str, number: str) -> bool:
    """Say whether a number is this Pi's to give: lent to it, written off, or in nobody's block.

    The last is a block of which this hub never heard: its journal is older than that, or another
    hub lent it. What was a hub's reserve may have been given at any kiosk.
    """
    block = block_of(state.lent, number)
    return block is None or block.holder == node or bool(block.written_off) or block.reserve


def may_have_called(state: State, window: str, number: str) -> bool:
    """Say whether a window's Pi may know of a call: made here, or unseen by a hub before this."""
    ticket = state.tickets.get(number)
    return bool(state.hub) or (ticket is not None and _called(ticket, window))


def may_have_served(state: State, window: str, number: str) -> bool:
    """Say whether a number was called to a window; of one that is not known, it may have been.

    So may any, after a promotion: the former hub may have called it unseen.
    """
    ticket = state.tickets.get(number)
    return ticket is None or bool(state.hub) or _called(ticket, window)


def _called(ticket: Ticket, window: str) -> bool:
    return window == ticket.window or window in ticket.called_at


async def merge_offered(
    writer: HallWriter | FollowedWriter, node: str, source: str, offered: Sequence[Offered]
) -> Merged:
    """Return the last record that is on disk with all before it, and which are not known here.

    All are submitted at once and share a commit. Raises ``Refused`` when none could be taken.
    """
    if not isinstance(writer, HallWriter):
        raise Refused("failed")
    loop = asyncio.get_running_loop()
    under_way: list[tuple[int, asyncio.Future[Outcome]]] = []
    unknown: list[int] = []
    #: From here on nothing was taken.
    not_taken = offered[-1].record.seq + 1
    wrong: Refused | None = None
    merged, on_disk = 0, writer.recorded.merged.get(source, 0)
    for one in offered:
        try:
            record = _record(source, one, late=one.record.seq <= on_disk)
        except (KeyError, msgspec.DecodeError) as error:
            # Of a newer version: whoever offers it keeps it, and the others need not wait for it.
            log.warning("record %d of %s is not known here: %s", one.record.seq, source, error)
            unknown.append(one.record.seq)
            continue
        except ValueError as error:
            # What comes before it counts.
            log.error("record %d of %s cannot be taken: %s", one.record.seq, source, error)  # noqa: TRY400
            wrong, not_taken = Refused("bad_field", f"told: {one.record.seq}"), one.record.seq
            break
        if not one.allowed:
            log.warning("record %d of %s is not that Pi's to bring", one.record.seq, source)
        future: asyncio.Future[Outcome] = loop.create_future()
        command = MergeRecord(record, one.allowed)
        if vet_words(command) is not None:
            # Somebody's ID number is in it: that it was there is all that is kept.
            command = MergeRecord(replace(record, event=ActionTaken("withheld")), allowed=False)
        submission = Submission(f"merge:{source}:{record.seq}", node, command)
        # New, or on its way to the disk, unless others after it are there already.
        writer.submit(submission, future.set_result, fresh=record.seq > on_disk)
        under_way.append((record.seq, future))
    for seq, future in under_way:
        if (await future).refusal is not None:
            wrong, not_taken = Refused("busy"), seq
            break
        merged = seq
    unknown = [seq for seq in unknown if seq < not_taken]
    merged = max(merged, *unknown[-1:], 0)
    if not merged:
        raise wrong or Refused("failed")
    return Merged(merged, tuple(unknown))


def late_source(source: str, seq: int) -> str:
    """Return the source of a record that others of ``source`` went before."""
    return f"{source}.{seq}"


def _record(source: str, offered: Offered, *, late: bool) -> Record:
    """Return a record; a ``late`` one counts by itself, if its id has not counted.

    An older program passed it over then, and took what came after it.
    """
    told = offered.record
    event = decode_event(told.type, encode(told.data))
    if vet_texts(told.id, told.by) is not None:
        raise ValueError(told.type)
    source = late_source(source, told.seq) if late else source
    return Record(source, told.seq, told.time_ms, told.type, told.by, told.id, event)
