"""Lets go of journals kept aside that nobody needs any more, at a Pi that is or was hub or standby.

Needed are a former hub's own journals until the hub has all of each, and the newest of them for
good: ``hallctl hub promote --from-kept`` goes on from it. Of the rest the newest ones stay and what
is younger than a month, by both the hall's clock and this Pi's: none of them alone is believed.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from firmware_py.config.spread import standby_of
from firmware_py.store.kept_files import kept_files, remove, superfluous

if TYPE_CHECKING:
    from firmware_py.runtime.former_records import FormerRecords
    from firmware_py.runtime.hall import Hall
    from firmware_py.sync.ports import EpochStart

__all__ = ["kept_view", "look_after_kept", "tidy_kept"]

log = logging.getLogger(__name__)

FIRST_S, EVERY_S = 120.0, 6 * 3600.0


async def look_after_kept(hall: Hall) -> None:
    """Let go of them now and then; a task of the daemon."""
    if not _has_some(hall):
        return
    pause_s = FIRST_S
    while True:
        await asyncio.sleep(pause_s)
        pause_s = EVERY_S
        # What is being merged from them comes first.
        if hall.beginning.due:
            continue
        try:
            await _tidy(hall)
        except (OSError, msgspec.DecodeError) as error:
            log.error("old journals are not tidied: %s", error)  # noqa: TRY400


def _has_some(hall: Hall) -> bool:
    roles = {"hub", "standby"} & set(hall.settings.hall.roles)
    return standby_of(hall.settings) is not None and bool(roles)


async def _tidy(hall: Hall) -> None:
    offset_ms, path = hall.state().wall_offset_ms, Path(hall.settings.journal.path)
    if offset_ms is None:
        return
    now_s = min((hall.clock.now_ms() + offset_ms) / 1000, time.time())
    keeper = hall.role.keeper
    if keeper is not None:
        epochs = getattr(hall.sync, "epochs", ())
        await tidy_kept(path, keeper.records, epochs, now_s)
        return
    # Imported here: only a hub that was another's before has such.
    from firmware_py.runtime.former_records import FormerRecords
    from firmware_py.runtime.hub_note import read_note
    from firmware_py.sync.ports import EpochStart

    note = await asyncio.to_thread(read_note, path)
    epochs = [EpochStart(one.epoch, one.cut_seq + 1) for one in hall.store.epochs]
    await tidy_kept(path, FormerRecords(path, note, whole=True), epochs, now_s)


async def tidy_kept(
    journal: Path, records: FormerRecords, epochs: Sequence[EpochStart], now_s: float
) -> list[str]:
    """Let go of what may go; return the names. ``epochs`` are those of the hub that decides now.

    A former hub's note of them goes first: cut off in between, the file goes with the next time.
    Raises ``OSError``.
    """
    needed = records.needed(epochs)
    gone = await asyncio.to_thread(lambda: superfluous(kept_files(journal), needed, now_s))
    records.forget({one.path.name for one in gone})

    def work() -> None:
        for one in gone:
            remove(one)

    await asyncio.to_thread(work)
    names = [one.path.name for one in gone]
    for name in names:
        log.info("%s was kept for long enough and is removed", name)
    return names


def kept_view(hall: Hall) -> dict[str, Any] | None:
    """Return how many are kept and their bytes; None in a hall without a standby."""
    if not _has_some(hall):
        return None
    found = []
    # A file that goes at this moment is counted with the next look.
    with contextlib.suppress(OSError):
        found = kept_files(Path(hall.settings.journal.path))
    return {"count": len(found), "bytes": sum(one.size for one in found)}
