"""The clerks of the bench's day: they press the keys of their pads, and see what comes of it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine

from firmware_py.bench.cast import Person, Story
from firmware_py.bench.client import BenchClient
from firmware_py.bench.follow import Event, Follow
from firmware_py.bench.halltime import HallTime

__all__ = ["Clerk", "Pads"]

#: Whoever pressed a key and saw nothing for so long (real seconds) presses again, and is more
#: patient each time. A busy machine is slow: who presses "next" again too early finishes the next.
SEES_S, TRIES, PATIENCE, MOST_S = 3.0, 6, 1.5, 8.0
#: Whoever called sees so often whether somebody else was quicker.
LOOKS_S = 0.25
#: Seconds of the hall between people, until a recall and until a no-show.
BREATHES_S, RECALL_S, GIVES_UP_S = (6.0, 18.0), 35.0, 40.0
#: A clerk goes on a break after so many people, for so long.
BREAK_AFTER, BREAK_S = 4, 480.0
#: What "transfer" asks: where to.
TO_DESK = 3


class Pads:
    """Fingers on keys. A key that brought nothing is pressed again, as people do."""

    def __init__(self, bench: BenchClient) -> None:
        self._bench = bench
        self.presses = 0
        self.again = 0

    async def press(
        self,
        device: str,
        key: str,
        value: int | None,
        wanted: asyncio.Future[Event],
        *,
        first: str = "",
    ) -> Event | None:
        """Press until the event came, another key ``first``; None when it did not."""
        for attempt in range(TRIES):
            self.presses += 1
            self.again += attempt > 0
            if first:
                await self._bench.do("press", device, key=first)
            await self._bench.do("press", device, key=key, value=value)
            waits_s = min(SEES_S * PATIENCE**attempt, MOST_S)
            try:
                async with asyncio.timeout(waits_s):
                    return await asyncio.shield(wanted)
            except TimeoutError:
                continue
        wanted.cancel()
        return None

    async def once(
        self, device: str, key: str, wanted: asyncio.Future[Event], hopeless: Callable[[], bool]
    ) -> Event | None:
        """Press once: whether anything comes of it is not sure."""
        self.presses += 1
        await self._bench.do("press", device, key=key)
        for _ in range(round(MOST_S / LOOKS_S)):
            no_hope = hopeless()
            try:
                async with asyncio.timeout(LOOKS_S):
                    return await asyncio.shield(wanted)
            except TimeoutError:
                if no_hope:
                    break
        wanted.cancel()
        return None


class Clerk:
    """Works at one window until ``stop``. ``person_of`` finds who has a number."""

    def __init__(
        self,
        window: str,
        pads: Pads,
        follow: Follow,
        time: HallTime,
        person_of: Callable[[str], Person | None],
        away: Callable[[Person, str], None],
        resume: Callable[[Person], Coroutine[object, object, None]],
        spawn: Callable[[Coroutine[object, object, None]], None],
        seed: int,
    ) -> None:
        self.window = window
        self.pad = f"pad-{window}"
        self._pads = pads
        self._follow = follow
        self._time = time
        self._person_of = person_of
        self._away = away
        self._resume = resume
        self._spawn = spawn
        self._chance = random.Random(seed * 100 + int(window))
        #: Parked people who are back and stand at this window.
        self.back: list[Person] = []
        self.takes_break = False
        self.stopped = False
        self._served = 0

    async def run(self) -> None:
        """Call, serve, ask for the rating; again and again."""
        while not self.stopped:
            number = self._follow.at_window.get(self.window)
            if self.window not in self._follow.open_windows:
                await self._follow.changed()
            elif number is not None:
                await self._serve(number)
            elif self.takes_break and self._served >= BREAK_AFTER:
                self.takes_break = False
                await self._break()
            elif self.back:
                await self._time.sleep(self._chance.uniform(*BREATHES_S))
                await self._call_back(self.back.pop(0))
            elif self._follow.callable_at(self.window):
                await self._time.sleep(self._chance.uniform(*BREATHES_S))
                if self._follow.callable_at(self.window):
                    await self._call("next", self._nobody_waits)
            else:
                await self._follow.changed()

    async def _call(self, key: str, hopeless: Callable[[], bool]) -> Event | None:
        called = self._follow.expect("ticket.called", window=self.window)
        return await self._pads.once(self.pad, key, called, hopeless)

    def _nobody_waits(self) -> bool:
        return not self._follow.callable_at(self.window)

    async def _call_back(self, person: Person) -> None:
        """The key calls whoever left this window last; for anybody else the guide is asked."""
        called = await self._call("call-back", lambda: True)
        if called is None or called["data"]["number"] != person.number:
            await self._resume(person)

    async def _press(self, key: str, kind: str, number: str) -> None:
        wanted = self._follow.expect(kind, number=number)
        await self._pads.press(self.pad, key, None, wanted)

    async def _break(self) -> None:
        paused = self._follow.expect("window.paused", window=self.window)
        await self._pads.press(self.pad, "pause", None, paused)
        await self._time.sleep(BREAK_S)
        resumed = self._follow.expect("window.resumed", window=self.window)
        await self._pads.press(self.pad, "pause", None, resumed)

    async def _serve(self, number: str) -> None:
        person = self._person_of(number)
        if person is None:
            await self._follow.changed()
            return
        if not person.present:
            await self._nobody_comes(person)
            return
        begun_s = self._time.now_s()
        await self._time.sleep(person.walk_s)
        leaves_early = person.story in (Story.CALLED_BACK, Story.RESUMED, Story.TRANSFERRED)
        if leaves_early and not person.served_s:
            await self._time.sleep(person.service_s * 0.3)
            person.served_s = self._time.now_s() - begun_s
            if person.story is Story.TRANSFERRED:
                moved = self._follow.expect("ticket.transferred", number=number)
                await self._pads.press(self.pad, "enter", TO_DESK, moved, first="transfer")
            else:
                await self._press("park", "ticket.parked", number)
                self._away(person, self.window)
            return
        # A service that the clerk has not started counts as begun 30 s after the call.
        await self._time.until(begun_s + max(person.service_s - person.served_s, 60.0))
        await self._finish(person)

    async def _finish(self, person: Person) -> None:
        self._served += 1
        self._spawn(self._rated(person))
        others = self.back or not self._follow.callable_at(self.window)
        key = "finish" if person.asked or self.takes_break or others else "next"
        await self._press(key, "service.finished", person.number)

    async def _rated(self, person: Person) -> None:
        """The taxpayer presses a star, or goes."""
        asked = self._follow.expect("rating.asked", number=person.number)
        await asked
        if person.score is None:
            return
        await self._time.sleep(person.answers_s)
        over = self._follow.expect("rating.given", "rating.unanswered", number=person.number)
        await self._pads.press(self.pad, "rating", person.score, over)

    async def _nobody_comes(self, person: Person) -> None:
        await self._time.sleep(RECALL_S)
        await self._press("recall", "ticket.recalled", person.number)
        await self._time.sleep(GIVES_UP_S)
        await self._press("no-show", "ticket.missed", person.number)
        self._away(person, self.window)
