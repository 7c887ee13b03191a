"""The lease at a running hall: what it may see and do there. Without ``[spread]`` nothing of it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from firmware_py.app.writer import HallWriter
from firmware_py.config.spread import voters_of
from firmware_py.core.epoch import NO_EPOCH, Epoch, latest_epoch
from firmware_py.runtime.set_back import is_set_back

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall
    from firmware_py.runtime.lease import LeaseKeeper
    from firmware_py.sync.copier import CopyStatus

__all__ = ["HALL_TROUBLE", "LeasedHall", "is_fresh", "lease_of_hall"]

log = logging.getLogger(__name__)

#: A copy is level each second; a hub with much to write leaves it behind for some.
STALE_S = 30.0
#: What this Pi's own screens are told while it has not the lease.
HALL_TROUBLE = "lease"


def lease_of_hall(
    hall: Hall, clock: Callable[[], float] | None = None, chance: Random | None = None
) -> LeaseKeeper | None:
    """Return this Pi's part in the lease, not started; None where it has none.

    ``clock`` is that of ``sync.lease``, ``chance`` spreads the askings; usually the machine's.
    """
    if hall.settings.hall.node not in voters_of(hall.settings):
        return None
    # Imported here: other halls do without.
    from firmware_py.runtime.lease import LeaseHall, LeaseKeeper, running_s

    wired = LeasedHall(hall)
    folder = Path(hall.settings.journal.path).parent
    keeper = LeaseKeeper(
        hall.settings,
        folder,
        LeaseHall(wired.epoch, wired.known, wired.may_stand, wired.promote, wired.changed),
        clock or running_s,
        chance,
    )
    if isinstance(hall.writer, HallWriter):
        hall.writer.held_back = keeper.why_not
        hall.trouble = HALL_TROUBLE
    return keeper


def is_fresh(copy: CopyStatus, silent_s: float) -> bool:
    """Say whether a copy was level when the hub was heard last, ``silent_s`` seconds ago.

    One that stood still while the hub went on lacks what was decided meanwhile.
    """
    if copy.level_s is None or copy.state not in {"level", "behind"}:
        return False
    return copy.level_s - silent_s <= STALE_S


class LeasedHall:
    """What the lease asks of a hall, and tells it: see ``runtime.lease.LeaseHall``."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        names = [one.epoch for one in hall.store.epochs]
        own = hall.settings.hall.node
        self._epoch = latest_epoch(names, own) if hall.role.decides else None
        self._begun = False

    def epoch(self) -> Epoch | None:
        """Return the epoch that this hall decides in; None once it has stood down.

        Nor does one decide whose card is an old copy: the standby may have the lease.
        """
        out = self._hall.role.change.wanted.is_set() or is_set_back(self._hall)
        return None if out else self._epoch

    def known(self) -> Epoch:
        """Return the highest epoch that is known to have begun."""
        hall = self._hall
        keeper = hall.role.keeper
        noted = (hall.role.note if keeper is None else keeper.records.note).epoch
        heard: Epoch = getattr(hall.sync, "highest", NO_EPOCH)
        return max(self._epoch or NO_EPOCH, noted, heard)

    def may_stand(self) -> bool:
        """Say whether this Pi's copy was level with the hub's journal since it started.

        One that was not may be of yesterday: that is for a person to decide. One whose newest
        events this program does not know is for a newer program.
        """
        if self._epoch is not None:
            # A hub that has not heard of another: its own journal is all that there is.
            return self.epoch() is not None
        keeper = self._hall.role.keeper
        status = None if keeper is None else keeper.status()
        if status is None or self._hall.trouble in ("", "version") or status.unknown:
            return False
        if keeper is not None and keeper.unread is not None:
            # Numbers that it gave as hub could be given twice: that is for a person to decide.
            return False
        return is_fresh(status, getattr(self._hall.sync, "silent_s", 0.0))

    async def promote(self, epoch: Epoch) -> bool:
        """Begin the epoch that this Pi was voted for."""
        from firmware_py.runtime.control import QueryError
        from firmware_py.runtime.hub_queries import HubQueries

        change = self._hall.role.change
        if change.wanted.is_set() or is_set_back(self._hall):
            # It has stood down, with time of its lease left: that was another hub's end of it.
            return False
        if self._epoch is not None:
            change.raised = epoch
            change.wanted.set()
            return True
        try:
            await HubQueries(self._hall).begin("lease", epoch=epoch)
        except QueryError as error:
            log.error("this Pi cannot take over: %s", error.refusal.en)  # noqa: TRY400
            return False
        return True

    def changed(self, has: bool) -> None:
        """Decide from now on, or no more."""
        hall = self._hall
        if not isinstance(hall.writer, HallWriter):
            return
        if has and hall.beginning.due:
            # Its own records come first; nobody is answered, and so given a number, before.
            hall.beginning.start(self._began)
        else:
            self._decides(has)

    def _began(self) -> None:
        if self._hall.may_decide:
            self._decides(True)

    def _decides(self, has: bool) -> None:
        hall = self._hall
        if isinstance(hall.writer, HallWriter) and hall.writer.held_back() is not None:
            # Its card was set back, or it stood down: a lease alone does not make it decide.
            has = False
        if hall.sync is not None:
            hall.sync.decides(has)
        hall.tell_screens("" if has else HALL_TROUBLE)
        if not has:
            return
        if not self._begun:
            # What a hub without the lease may not do at its start.
            self._begun = True
            hall.print_owed()
        if isinstance(hall.writer, HallWriter):
            hall.writer.release()
