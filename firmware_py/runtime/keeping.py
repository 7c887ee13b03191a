"""How long what is kept of people is kept: the days' keys go when their time is over.

A day is due ``privacy.keep_days`` after its own. What "today" is, nobody takes from a clock that is
not believed: it is the local date by the journal's offset (``app.clock`` says when a leap is
believed), while a business day is open never later than that day (a date may be mistyped), and a
date that leaps by weeks counts when it has lasted (``store.day_seen``). Without a known date
nothing is destroyed. When in doubt it comes later, never sooner.

The key goes first and the event comes after: what the journal says was destroyed is destroyed. A
power cut between the two leaves the day's mark "destroyed, not yet told" (``store.vault_keys``),
and the next look tells the journal; the command's id is the day's, so it counts once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Protocol

from firmware_py.app.clock import FollowedClock, HallClock
from firmware_py.app.followed import FollowedWriter
from firmware_py.app.ports import Happened, Submission
from firmware_py.app.writer import HallWriter
from firmware_py.core.commands import RecordAction
from firmware_py.core.events import EVENT_NAMES, DayClosed, DayOpened
from firmware_py.core.events_aside import ClockSet
from firmware_py.core.model import State
from firmware_py.core.opening import local_day
from firmware_py.core.refusals import Refusal
from firmware_py.runtime.outcomes import outcome_of
from firmware_py.settings import PrivacySettings, Settings
from firmware_py.store.vault import Vault
from firmware_py.store.vault_errors import VaultError

__all__ = ["DESTROYED", "Keeping", "KeepingHall", "due_before", "kept_in"]

log = logging.getLogger(__name__)

#: Says in the journal that a day's key was destroyed; the subject is the day.
DESTROYED = "privacy.destroyed"
LOOK_S = 600.0
#: After one that failed.
AGAIN_S = 60.0
#: Before every day: nothing is due, only what a power cut left half done is ended.
_NO_DAY = "0001-01-01"
_MOVES_DAYS = frozenset({EVENT_NAMES[DayOpened], EVENT_NAMES[DayClosed], EVENT_NAMES[ClockSet]})


class KeepingHall(Protocol):
    """What of a hall is needed here."""

    settings: Settings

    @property
    def writer(self) -> HallWriter | FollowedWriter:
        """What decides, here or at the hub."""

    def state(self) -> State:
        """Return what is recorded."""
        ...

    @property
    def clock(self) -> HallClock | FollowedClock:
        """Hall time."""
        ...


def kept_in(settings: PrivacySettings) -> Vault:
    """Return the hall's vault; nothing is read or made before it is used."""
    return Vault(Path(settings.vault), Path(settings.keys))


def todays_date(state: State, now_ms: int) -> date | None:
    """Return which day it is, as far as anybody can say; None when nobody can."""
    today = local_day(state, now_ms)
    if today is None:
        return None
    if state.day_open and state.day is not None:
        today = min(today, state.day)
    try:
        return date.fromisoformat(today)
    except ValueError:
        return None


def due_before(today: date, keep_days: int) -> str:
    """Return the day (``YYYY-MM-DD``) before which all days are due."""
    first = date(1, 1, 1)
    kept = timedelta(days=keep_days)
    return str(today - kept) if today - first > kept else _NO_DAY


class Keeping:
    """Lives in the event loop; the vault is asked in threads, one job at a time."""

    def __init__(self, hall: KeepingHall, vault: Vault) -> None:
        self._hall = hall
        self._vault = vault
        self._look = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        #: Why days that are due are still there; None when none is.
        self.problem: Refusal | None = None

    def recorded(self, happened: Sequence[Happened]) -> None:
        """The day or the clock has changed: look at once."""
        if any(h.name in _MOVES_DAYS for h in happened):
            self._look.set()

    async def run(self) -> None:
        """Look at the start, whenever the day changes, and every ten minutes, until cancelled."""
        while True:
            self._look.clear()
            await self.look()
            try:
                async with asyncio.timeout(LOOK_S if self.problem is None else AGAIN_S):
                    await self._look.wait()
            except TimeoutError:
                continue

    async def due_before(self) -> str | None:
        """Return the day before which all days are due now. Raises ``VaultError``."""
        hall = self._hall
        today = todays_date(hall.state(), hall.clock.now_ms())
        if today is None:
            return None
        believed = await asyncio.to_thread(self._vault.day_seen, today)
        return due_before(believed, hall.settings.privacy.keep_days)

    async def look(self) -> None:
        """Destroy what is due and tell the journal; what fails is tried again with the next."""
        try:
            async with self._one_at_a_time:
                if not await asyncio.to_thread(self._vault.begun):
                    return
                before = await self.due_before()
                await asyncio.to_thread(self._vault.destroy_before, before or _NO_DAY)
            self.problem = None
        except VaultError as error:
            if self.problem is None:
                log.error("days whose time is over are still kept: %s", error)  # noqa: TRY400
            self.problem = Refusal("privacy_overdue", error.zh, error.en)
        await self.tell("halld")

    async def destroy(self, day: str, by: str, *, lost: bool = False) -> bool:
        """Destroy one day now; False while its key is not where keys lie. Raises ``VaultError``."""
        async with self._one_at_a_time:
            destroyed = await asyncio.to_thread(self._vault.destroy, day, lost=lost)
        await self.tell(by)
        return destroyed

    async def tell(self, by: str) -> None:
        """Record each destroyed day that the journal does not have yet."""
        async with self._one_at_a_time:
            try:
                for day in await asyncio.to_thread(self._vault.untold):
                    if await self._recorded(day, by):
                        log.info("the key of %s was destroyed; nobody can read that day", day)
                        await asyncio.to_thread(self._vault.told, [day])
            except VaultError as error:
                log.error("a destroyed day was not marked as recorded: %s", error)  # noqa: TRY400

    async def _recorded(self, day: str, by: str) -> bool:
        if isinstance(self._hall.writer, FollowedWriter):
            # What waited here was never recorded: the hub tells of its own days.
            return True
        told = Submission(f"{DESTROYED}:{day}", by, RecordAction(DESTROYED, day))
        return (await outcome_of(self._hall.writer, told)).refusal is None
