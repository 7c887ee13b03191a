"""Where this Pi's hall is decided: here, or at the hub that it follows."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from firmware_py.app.clock import FollowedClock, HallClock
from firmware_py.app.followed import FollowedWriter
from firmware_py.app.journal_thread import JournalThread
from firmware_py.app.recovery import recover, remembered_ids
from firmware_py.app.writer import HallWriter
from firmware_py.core.refusals import Refusal
from firmware_py.core.rules import Rules
from firmware_py.runtime.bench_clock import clocks_of
from firmware_py.runtime.hub_role import HubRole
from firmware_py.settings import Settings
from firmware_py.store.errors import JournalError
from firmware_py.store.journal import Journal

if TYPE_CHECKING:
    from firmware_py.runtime.followed_hall import FollowedHall

__all__ = ["Queue", "queue_of", "sentence_for"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Queue:
    """``decides`` says whether it is here. ``speed`` is that of ``runtime.bench_clock``."""

    clock: HallClock | FollowedClock
    writer: HallWriter | FollowedWriter
    speed: Callable[[], float]
    decides: bool
    #: Where it is not here: how it is gone on with.
    followed: FollowedHall | None = None


def sentence_for(error: Exception) -> Refusal:
    """Return what a person is told when something could not be recorded."""
    if isinstance(error, JournalError):
        return Refusal("not_recorded", error.zh, error.en)
    log.error("unexpected failure of the journal", exc_info=error)
    return Refusal(
        "not_recorded",
        "无法记录，操作未生效。请联系技术人员查看日志。",
        "Nothing was recorded and nothing was done; a technician should see the log.",
    )


def queue_of(
    settings: Settings,
    rules: Rules,
    journal: Journal,
    thread: JournalThread,
    run_folder: Path,
    loop: asyncio.AbstractEventLoop,
    role: HubRole,
) -> Queue:
    """Return the queue of this Pi. Raises as ``app.recovery.recover`` does."""
    clocks, speed = clocks_of(settings.hall.clock)
    if not role.decides:
        # Imported here: a hall of one Pi does without.
        from firmware_py.runtime.followed_hall import followed_hall

        found = followed_hall(settings, rules, journal, thread, clocks, sentence_for, run_folder)
        return Queue(found.clock, found.writer, speed, decides=False, followed=found)
    state = recover(rules, journal)
    clock = HallClock(clocks, settings.hall.timezone, run_folder / "clock.json")
    clock.resume(journal.epoch, journal.last_time_ms, state.wall_offset_ms)
    writer = HallWriter(
        rules,
        state,
        thread,
        last_seq=journal.last_seq,
        known=remembered_ids(journal),
        clock_ms=clock.now_ms,
        sentence_for=sentence_for,
        soon=loop.call_soon,
    )
    return Queue(clock, writer, speed, decides=True)
