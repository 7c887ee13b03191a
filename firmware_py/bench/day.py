"""The bench's day: people come, clerks work, the duty manager sees to alarms, and it closes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine, Sequence
from functools import partial
from typing import Any

from firmware_py.bench.cast import Person, Story
from firmware_py.bench.clerks import Clerk, Pads
from firmware_py.bench.client import BenchClient, HallClient, Refused
from firmware_py.bench.follow import Event, Follow
from firmware_py.bench.halltime import HallTime
from firmware_py.bench.paperwork import Paperwork
from firmware_py.bench.polling import until

__all__ = ["BUTTON", "DESK", "WINDOWS", "Day", "clerk_number"]

BUTTON = "kiosk-1-button"
KIOSK, READER = "kiosk-1", "id-kiosk-1"
DESK = "15"
WINDOWS = ("1", "2", "3", "4", "5", DESK)
OPENS_S, CLOSES_S = 9 * 3600, 17 * 3600
#: More windows open when so many wait.
PILE_UP = 5
#: An empty hall with nobody coming for so long is passed quickly.
QUIET_S, QUICKER, LEAD_S = 600.0, 10.0, 90.0
#: Two presses within a second (real time) are one person's; so people queue at the button.
BUTTON_S = 1.15
MANAGER_S, FETCHES_S = 75.0, 300.0
ENDS = ("rating.given", "rating.unanswered")


def clerk_number(window: str) -> str:
    """Return the number of the clerk who works at a window."""
    return f"10{int(window):02}"


class Day:
    """Plays the people. ``speed`` is how many seconds of the hall pass in one."""

    #: Opened in this order; exceptions go to the last.
    windows: Sequence[str] = WINDOWS
    #: Who took the number of whoever presses the kiosk's button, as the event says.
    pressed_by = BUTTON

    def __init__(
        self,
        people: Sequence[Person],
        hall: HallClient,
        bench: BenchClient,
        follow: Follow,
        time: HallTime,
        *,
        speed: float,
        seed: int,
    ) -> None:
        self.people = people
        self.time = time
        self.speed = speed
        self.pads = Pads(bench)
        self.come = 0
        self.gone_home = 0
        #: Keeps the clock at the day's speed while something else goes on (a fault).
        self.busy = 0
        self._slower = 1.0
        self._hall = hall
        self._follow = follow
        self._by_number: dict[str, Person] = {}
        self._bench = bench
        self.paperwork = Paperwork(hall, bench, self._by_number.get)
        self._pressed = asyncio.Lock()
        #: Whoever stands at the kiosk whose reader a card lies on.
        self._at_kiosk = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        start = self.windows[: max(1, len(people) // 20)]
        self._opened = {*start, self.windows[-1]}
        self.clerks = {
            window: Clerk(
                window,
                Pads(bench),
                self._seen_at(window),
                time,
                self._by_number.get,
                self._away,
                self._resume,
                self._spawn,
                seed,
            )
            for window in self.windows
        }
        self.clerks["2"].takes_break = True

    def _spawn(self, work: Coroutine[object, object, None]) -> None:
        task: asyncio.Task[None] = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not self._failed.done():
            self._failed.set_exception(error)

    async def play(self) -> None:
        """Open, live through the day, close. Raises what went wrong in anybody's part."""
        self._follow.on_event += [self._manager_hears, self._clerk_sees]
        self.time.run(20.0)
        await self.time.until(OPENS_S - 30)
        await self._hall.call("day.open", day=self.time.day.isoformat(), by="duty-manager")
        for window in sorted(self._opened, key=int):
            await self._open(window)
        self.time.run(self.speed)
        whole = asyncio.ensure_future(self._until_closing())
        try:
            await asyncio.wait({whole, self._failed}, return_when=asyncio.FIRST_COMPLETED)
            if self._failed.done():
                self._failed.result()
            await whole
        finally:
            whole.cancel()
            await self.stop()

    async def stop(self) -> None:
        """Everybody leaves."""
        for hears in (self._manager_hears, self._clerk_sees):
            if hears in self._follow.on_event:
                self._follow.on_event.remove(hears)
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._failed.done():
            self._failed.exception()

    async def _until_closing(self) -> None:
        for clerk in self.clerks.values():
            self._spawn(clerk.run())
        self._spawn(self._opens_more())
        for person in self.people:
            await self._wait_for(person.at_s)
            self.come += 1
            self._spawn(self._comes(person))
        await self._wait_for(CLOSES_S)
        while self.busy:
            await self._follow.changed(0.1)
        for clerk in self.clerks.values():
            clerk.stopped = True
        await self._hall.call("day.close", by="duty-manager")

    async def _wait_for(self, at_s: float) -> None:
        """Wait until a time; pass it quickly while the hall stands empty."""
        while (left_s := at_s - self.time.now_s()) > 0:
            if left_s < QUIET_S or not self._empty():
                self.time.run(self._pace)
                if left_s < LEAD_S:
                    await self.time.until(at_s)
                else:
                    await self._follow.changed(0.05)
                continue
            self.time.run(self.speed * QUICKER)
            slow_s = at_s - LEAD_S if at_s < CLOSES_S else at_s
            await until(partial(self._quiet_until, slow_s), 0.02)
            self.time.run(self._pace)
        self.time.run(self._pace)

    async def _quiet_until(self, at_s: float) -> bool:
        return not self._empty() or self.time.now_s() >= at_s

    def _empty(self) -> bool:
        """Say whether everybody who came is gone, ratings and faults included."""
        return not self.busy and self.gone_home == self.come

    def slow_down(self, times: float) -> None:
        """Let the clock pass so many times slower than usual; 1 is as usual again."""
        self._slower = times
        self.time.run(self._pace)

    @property
    def _pace(self) -> float:
        return self.speed / self._slower

    # ---- taxpayers

    async def _comes(self, person: Person) -> None:
        if person.way == "button":
            await self._pressed.acquire()
            asyncio.get_running_loop().call_later(BUTTON_S, self._pressed.release)
            async with self._at_kiosk:
                issued = self._follow.expect("ticket.issued", by=self.pressed_by)
                event = await self.pads.press(BUTTON, "press", None, issued)
            self._by_number_set(person, event["data"]["number"] if event else "")
        elif person.way == "card":
            self._by_number_set(person, await self._by_card(person))
        else:
            due_ms = await self._hall_ms() + 240_000 if person.appointment else None
            async with self._at_kiosk if person.way == KIOSK else contextlib.nullcontext():
                number = await self._touched(
                    person.way,
                    item=person.item.id,
                    traits=person.traits,
                    appointment_ms=due_ms,
                )
            self._by_number_set(person, number)
        if not person.number:
            raise RuntimeError(f"nobody got a number at {person.way}")
        ends = ("ticket.missed",) if person.story is Story.GONE else ENDS
        await self._follow.expect(*ends, number=person.number)
        self.gone_home += 1

    async def _touched(self, kiosk: str, **wanted: Any) -> str:
        """Take a number at a kiosk's screen; return it."""
        outcome = await self._hall.call("ticket.take", origin=kiosk, by=kiosk, **wanted)
        return str(outcome["events"][0]["data"]["number"])

    def _seen_at(self, window: str) -> Follow:
        """Return what the clerk at a window sees of the hall."""
        del window
        return self._follow

    async def _by_card(self, person: Person) -> str:
        """Lay a card at the kiosk, choose the item, take card and ticket; return the number."""

        async def known() -> bool:
            found = await self._hall.call("kiosk.card", kiosk=KIOSK)
            return bool(found["there"] and found["known"])

        async def nobody() -> bool:
            return not (await self._hall.call("kiosk.card", kiosk=KIOSK))["card"]

        async with self._at_kiosk:
            await self._bench.do("press", READER, key=person.card)
            await until(known, 0.02)
            outcome = await self._hall.call(
                "ticket.take", item=person.item.id, origin=KIOSK, by=KIOSK
            )
            await self._bench.do("press", READER, key="lift")
            await until(nobody, 0.02)
        issued = outcome["events"][0]["data"]
        if not issued["person"] or ("elderly" in issued["traits"]) is not person.elderly:
            raise RuntimeError(f"the card {person.card} was not taken for what it is")
        return str(issued["number"])

    def _by_number_set(self, person: Person, number: str) -> None:
        person.number = number
        self._by_number[number] = person

    async def _hall_ms(self) -> int:
        status = await self._hall.call("hall.status")
        now_ms: int = status["now_ms"]
        return now_ms

    def _away(self, person: Person, window: str) -> None:
        if person.story is not Story.GONE:
            self._spawn(self._comes_back(person, window))

    async def _comes_back(self, person: Person, window: str) -> None:
        await self.time.sleep(FETCHES_S)
        person.present = True
        if person.story is Story.CALLED_BACK:
            self.clerks[window].back.append(person)
        else:
            await self._resume(person)

    async def _resume(self, person: Person) -> None:
        """The guide at the entrance announces somebody who is back."""
        try:
            await self._hall.call("ticket.resume", number=person.number, by="guide")
        except Refused as error:
            # The clerk's key has called them already; on a busy machine that is seen late.
            if error.code != "not_away":
                raise

    def _clerk_sees(self, event: Event) -> None:
        number = self.paperwork.wanted(event)
        if number is not None:
            self.busy += 1
            self._spawn(self._papers(number))

    async def _papers(self, number: str) -> None:
        try:
            await self.paperwork.serve(number)
        finally:
            self.busy -= 1

    # ---- the duty manager

    async def _open(self, window: str) -> None:
        self._opened.add(window)
        clerk = clerk_number(window)
        await self._hall.call("window.open", window=window, clerk=clerk, by="duty-manager")

    async def _opens_more(self) -> None:
        for window in self.windows:
            while window not in self._opened and len(self._follow.waiting) < PILE_UP:
                await self._follow.changed(5.0)
            if window not in self._opened:
                await self.time.sleep(60)
                await self._open(window)

    def _manager_hears(self, event: Event) -> None:
        if event["type"] == "alarm.raised" and event["data"]["level"] == "red":
            self._spawn(self._acknowledges(event["data"]))
        elif event["type"] == "rating.given" and event["data"]["bad"]:
            self._spawn(self._says_why(event["data"]))

    async def _acknowledges(self, alarm: dict[str, Any]) -> None:
        await self.time.sleep(MANAGER_S)
        try:
            await self._hall.call("alarm.ack", alarm=alarm["alarm"], by="duty-manager")
        except Refused as refusal:
            # It is over already: the work came to its end first.
            if refusal.code != "unknown_alarm":
                raise

    async def _says_why(self, rating: dict[str, Any]) -> None:
        """A bad rating's reason comes from the screen, which asks for it once."""
        if rating["reason"]:
            return
        await self.time.sleep(15)
        try:
            await self._hall.call(
                "rate",
                number=rating["number"],
                score=rating["score"],
                reason="等候时间太长" if rating["score"] == 1 else "一次没有说清要带的资料",
                by="screen",
            )
        except Refused as refusal:
            # On a busy machine those fifteen seconds may have been two minutes.
            if refusal.code != "reason_late":
                raise
