"""What the daemon does by the clock: ticks, opening hours, backups, old days, proofs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict

from firmware_py.app.figures import Figures
from firmware_py.app.ports import Happened, StoredEvent
from firmware_py.app.wire import encode
from firmware_py.core import commands as c
from firmware_py.core.opening import local_day, local_seconds, plan_of, todays_hours
from firmware_py.runtime.document_order import DocumentOrder
from firmware_py.runtime.hall import Hall
from firmware_py.runtime.kept_room import look_after_kept
from firmware_py.runtime.lean import give_back
from firmware_py.runtime.notify import notify, watchdog_every_s
from firmware_py.store.errors import JournalError

__all__ = ["Upkeep"]

log = logging.getLogger(__name__)

#: Seconds of the hall's clock; on the bench it may run faster than we can look.
TICK_S = 1.0
SHORTEST_TICK_S = 0.05
PADS_S = 0.5
DAY_MS = 86_400_000
#: Outcomes of commands are remembered so long for late retries.
OUTCOMES_DAYS = 3


class Upkeep:
    """Runs as tasks of the event loop; ``stop`` ends them.

    ``died`` is called when one ended by an error: a hall without ticks would raise no alarm.
    """

    def __init__(self, hall: Hall, died: Callable[[], None]) -> None:
        self._hall = hall
        self._died = died
        self._tasks: list[asyncio.Task[None]] = []
        self._pads: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Start all timers."""
        loop = asyncio.get_running_loop()
        jobs = [self._ticks(), self._hall.backups.run(), self._old_days()]
        jobs.append(self._hall.notices.watch())
        jobs.append(self._hall.cards.watch_lists())
        jobs.append(self._hall.proof.run())
        jobs.append(self._hall.keeping.run())
        jobs.append(look_after_kept(self._hall))
        handing = self._hall.kept.handing
        jobs.append(DocumentOrder(self._hall).run() if handing is None else handing.run())
        if (every_s := watchdog_every_s()) is not None:
            jobs.append(self._watchdog(every_s))
        self._tasks = [loop.create_task(job) for job in jobs]
        for task in self._tasks:
            task.add_done_callback(self._ended)
        self._show_on_pads()
        self._hall.writer.on_recorded.append(self._recorded)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            log.critical("a timer of the hall ended by an error", exc_info=error)
            self._died()

    async def stop(self) -> None:
        """End all timers."""
        if self._pads is not None:
            self._pads.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _ticks(self) -> None:
        hall = self._hall
        while True:
            self.tick()
            # A task that fell behind must not catch up with a burst.
            every_s = max(TICK_S / hall.speed(), SHORTEST_TICK_S)
            await asyncio.sleep(every_s - hall.loop.time() % every_s)

    def tick(self) -> None:
        """Look at the clock once: its offset, the business day, what is due."""
        hall = self._hall
        if hall.queue.decides:
            if hall.may_decide:
                self._decide()
        elif hall.sync is not None:
            hall.sync.tick()
        hall.voices.tick()
        hall.notices.refresh()
        hall.brightness.tick()
        hall.screens.still_here()

    def _decide(self) -> None:
        hall = self._hall
        offset_ms = hall.clock.new_offset_ms(hall.state().wall_offset_ms)
        if offset_ms is not None:
            hall.submit_own(c.SetClock(offset_ms))
        if hall.settings.day.mode == "auto":
            self._automatic_day()
        hall.submit_own(c.Tick())
        hall.lender.look()

    def _automatic_day(self) -> None:
        hall, state = self._hall, self._hall.state()
        now_ms = hall.clock.now_ms()
        today, now_s = local_day(state, now_ms), local_seconds(state, now_ms)
        if today is None or now_s is None:
            return
        after_s = hall.settings.day.close_after_min * 60
        if state.day_open and state.day is not None and state.day < today:
            # Nobody closed it: the new day must begin with its own numbers.
            hall.submit_own(c.CloseDay("never_closed"))
        elif state.day_open and state.day == today:
            hours = todays_hours(hall.rules, state)
            # Without hours somebody opened it by hand, and closes it.
            if hours and now_s >= hours[-1].closes_s + after_s:
                hall.submit_own(c.CloseDay("closing_time"))
        elif not state.day_open and (state.day or "") < today:
            hours = plan_of(hall.rules, today).hours or ()
            if hours and hours[0].opens_s <= now_s < hours[-1].closes_s:
                hall.submit_own(c.OpenDay(today))

    def _recorded(self, _: Sequence[Happened]) -> None:
        """Show the pads how many wait, a moment after the first of a burst of events."""
        if self._pads is None:
            self._pads = asyncio.get_running_loop().call_later(PADS_S, self._show_on_pads)

    def _show_on_pads(self) -> None:
        self._pads = None
        self._hall.pads.refresh()

    async def _watchdog(self, every_s: float) -> None:
        while True:
            if self._hall.journal.alive:
                notify("WATCHDOG=1")
            await asyncio.sleep(every_s)

    async def _old_days(self) -> None:
        """After each closing: let go of outcomes and of days that are old enough."""
        hall, done_day, trimmed = self._hall, "", False
        while True:
            await asyncio.sleep(30)
            state = hall.state()
            if not trimmed:
                # By now every device was opened, and all is loaded that will be.
                trimmed = True
                give_back()
            try:
                await hall.journal.run(lambda _: hall.store.checkpoint())
            except JournalError as error:
                log.error("no checkpoint: %s", error)  # noqa: TRY400 - the sentence is enough
            if state.day_open or state.day is None or state.day == done_day:
                continue
            if not hall.may_decide:
                # Paper that waits for the lease is not settled yet.
                continue
            done_day, trimmed = state.day, False
            try:
                await self.tidy()
            except (JournalError, OSError) as error:
                log.error("old days were not tidied: %s", error)  # noqa: TRY400

    async def tidy(self) -> None:
        """Settle paper positions, forget old outcomes, compact old days to figures."""
        hall = self._hall
        now_ms = hall.clock.now_ms()
        for spool in hall.printing.spools.values():
            if not spool.waiting:
                # A printer that prints nothing must not hold old days back.
                hall.positions.keep(spool.settle(hall.papers.last), None)
        forget_before_ms = now_ms - OUTCOMES_DAYS * DAY_MS
        while await hall.journal.run(lambda _: hall.store.forget_outcomes(forget_before_ms)):
            pass
        await self._compact(now_ms - hall.settings.journal.keep_days * DAY_MS)

    async def _compact(self, before_ms: int) -> None:
        hall = self._hall
        figures = Figures()
        after = max(await hall.journal.run(lambda _: hall.store.first_seq) - 1, 0)
        while True:
            batch = await self._read(after)
            old = [s for s in batch if s.time_ms < before_ms]
            for stored in old:
                figures.take(stored)
            if not batch or len(old) < len(batch):
                break
            after = batch[-1].seq
        days = figures.days
        # The newest of them may go on after the limit: it stays for now.
        for day in days[:-1]:
            kept = {day.day: encode(asdict(day))}
            await self._replace(day.last_seq + 1, kept)
            log.info("the day %s was compacted to figures", day.day)

    async def _read(self, after_seq: int) -> Sequence[StoredEvent]:
        hall = self._hall
        return await hall.journal.run(lambda _: hall.store.read(after_seq, 500))

    async def _replace(self, before_seq: int, figures: dict[str, bytes]) -> None:
        """Put figures in place of the events before a number, some at a time."""
        hall = self._hall
        while await hall.journal.run(
            lambda _: hall.store.compact(before_seq=before_seq, figures=figures)
        ):
            pass
