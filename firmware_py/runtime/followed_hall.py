"""The hall as a Pi that follows the hub begins with it: as it was kept, or with nothing known."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from firmware_py.app.alone import Alone
from firmware_py.app.clock import Clocks, FollowedClock
from firmware_py.app.followed import FollowedWriter
from firmware_py.app.own_records import OwnRecords, Told
from firmware_py.app.ports import JournalPort, Posts
from firmware_py.app.recovery import match_windows
from firmware_py.app.wire import decode_state
from firmware_py.core.decide_alone import Here
from firmware_py.core.evolve import initial
from firmware_py.core.model import State
from firmware_py.core.refusals import Refusal
from firmware_py.core.rules import Rules
from firmware_py.core.wire_version import WIRE, apart
from firmware_py.runtime.boot_mark import BootMark
from firmware_py.runtime.kept_hall import Known, KnownFile, boot_id
from firmware_py.runtime.node_memory import NodeMemory
from firmware_py.settings import Settings
from firmware_py.sync.running import running_s
from firmware_py.sync.seen import NOTHING_SEEN

__all__ = ["FollowedHall", "followed_hall"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FollowedHall:
    """``memory`` is None at a Pi where nothing is decided: one of walls alone.

    ``former`` is what was known last, in whichever boot; None before the first time.
    """

    clock: FollowedClock
    writer: FollowedWriter
    memory: NodeMemory | None = None
    former: State | None = None


def followed_hall(
    settings: Settings,
    rules: Rules,
    journal: JournalPort,
    thread: Posts,
    clocks: Clocks,
    sentence_for: Callable[[Exception], Refusal],
    run_folder: Path,
    boot: str | None = None,
) -> FollowedHall:
    """Return it; ``boot`` is this boot's id. Raises the journal's errors.

    An old copy of a card does not know which numbers are on papers: only what was kept in this very
    boot, and is not older than ``run_folder`` knows, is gone on from without having heard the hub.
    """
    clock, state = FollowedClock(clocks), initial(rules)
    match_windows(rules, state)
    own, node = settings.hall, settings.nodes.get(settings.hall.node)
    if node is None or not (node.windows or node.kiosks):
        return FollowedHall(clock, FollowedWriter(rules, state))
    here = Here(own.node, frozenset(node.windows), frozenset(node.kiosks))
    boot = boot_id() if boot is None else boot
    file = KnownFile(Path(settings.journal.path).with_name("known.hall"))
    known, kept = _kept(file, rules)
    told = Told() if known is None else known.told
    same_boot = known if known is not None and boot and known.boot == boot else None
    mark = BootMark(run_folder, boot, journal.epoch)
    if not mark.fits(journal, journal.epoch, None if kept is None else kept.day):
        mark.begin_anew(journal, journal.epoch)
        same_boot = None
    # An old copy of a card goes on with numbers of records that the hub has already of the newer
    # one: what is written in another boot, or after one was put back, is of another source.
    put_back = f".{mark.put_back}" if mark.put_back else ""
    source = f"{own.node}:{journal.epoch}.{boot[:8]}{put_back}"
    records = OwnRecords(journal, thread, told, source, sentence_for, mark.recorded)
    alone = Alone(
        here, records, settings.spread.alone_after_s, running_s, clock.now_ms,
        joined_records=records.last_seq if known is None else known.joined_records,
    )  # fmt: skip
    if same_boot is None or kept is None:
        alone.former = kept
        writer = FollowedWriter(rules, state, alone)
        memory = NodeMemory(file, mark, writer, alone, clock, boot, None)
        memory.seen_before = NOTHING_SEEN if known is None else known.seen
        return FollowedHall(clock, writer, memory, kept)
    alone.ready = True
    if same_boot.ahead_ms is not None:
        clock.go_on(same_boot.ahead_ms, kept.now_ms)
    writer = FollowedWriter(rules, kept, alone, last_seq=same_boot.seq)
    for one in records.since(same_boot.records):
        writer.fold(one)
    memory = NodeMemory(file, mark, writer, alone, clock, boot, same_boot)
    memory.seen_before = same_boot.seen
    return FollowedHall(clock, writer, memory, kept)


def _kept(file: KnownFile, rules: Rules) -> tuple[Known | None, State | None]:
    found = file.load()
    if found is None:
        return None, None
    known, body = found
    try:
        state = decode_state(body)
    except msgspec.DecodeError as error:
        log.warning("what was known of the hall is of another version: %s", error)
        return msgspec.structs.replace(known, boot=""), None
    match_windows(rules, state)
    if apart(WIRE, known.wire) or apart(WIRE, known.hub_wire):
        # Not by this program: it may see numbers lent to it where there are none any more.
        log.warning("what was known of the hall is two versions away; the hub is asked")
        return msgspec.structs.replace(known, boot=""), state
    return known, state
