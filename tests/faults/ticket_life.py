"""The life of one ticket over five Pis, with a cut at one of its steps.

Pressed at the kiosk -> decided -> printed -> waiting -> next is pressed at the window -> shown on
strip and wall -> started -> finished -> rated. What a Pi that is cut off can do by itself must be
done while it is cut off; everything else as soon as it is back, and once.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from firmware_py.bench.client import Refused
from firmware_py.bench.spread import HUB
from firmware_py.runtime.people import DOUBLE_PRESS_S
from tests.e2e.scene import until
from tests.faults.cut_hall import (
    KIOSK,
    PATIENT_S,
    STANDBY,
    WALL,
    WINDOW,
    Cut,
    CutHall,
)
from tests.faults.spread_judging import judge_journals, judge_papers, told_by

__all__ = ["STEPS", "live", "lived"]

STEPS = (
    "press", "decided", "printed", "waiting", "next", "shown", "started", "finished", "rated",
)  # fmt: skip
#: What a window says that can call nobody now.
_NOT_NOW = {"alone_cannot_call", "hub_away"}
_ids = count(1)


async def live(hall: CutHall, cut: Cut) -> str:
    """Take one ticket from its press to its rating; return its number."""
    life = _Life(hall, cut)
    number = await life.issued()
    async with life.at("waiting"):
        pass
    await life.known_at(HUB, number, status="waiting")
    await life.called(number)
    async with life.at("started"):
        await life.at_window("window.start", window="1", number=number)
    async with life.at("finished"):
        await hall.press("pad-1", "finish")
        await life.known_at(WINDOW, number, rating_state="asked")
    async with life.at("rated"):
        await hall.bench.do("press", "pad-1", key="rating", value=5)
        await life.known_at(WINDOW, number, rating=5)
    await life.known_at(HUB, number, rating=5, status="finished")
    return number


async def lived(place: Path, cuts: Sequence[Cut], *, apart: bool) -> list[str]:
    """A ticket for each cut; then all that the Pis and their papers know is compared.

    Return what each was like: the figures of a long run.
    """
    async with CutHall(place, apart=apart) as hall:
        await hall.stands()
        numbers, said = list[str](), list[str]()
        for cut in cuts:
            begin_s = time.monotonic()
            try:
                numbers.append(await live(hall, cut))
                await hall.heals()
                await hall.has_numbers()
            except AssertionError as error:
                raise AssertionError(f"{cut}: {error}") from error
            said.append(f"{cut}: {numbers[-1]}, {time.monotonic() - begin_s:.1f} s")
        await hall.copy_is_level()
        seen = await hall.bench.do("seen", "printer-1")
        events = await told_by(hall)
        judge_papers(events, {KIOSK: seen})
        assert sorted(seen["numbers"]) == sorted(numbers)
        for kind in ("service.started", "service.finished", "rating.given"):
            done = [e["data"]["number"] for e in events if e["type"] == kind]
            assert sorted(done) == sorted(numbers), kind
        for node in (WINDOW, KIOSK, STANDBY, WALL, HUB):
            await hall.end(node)
        records = judge_journals(hall, copies=[STANDBY], deciding=[KIOSK, WINDOW])
        return [*said, f"{len(numbers)} tickets, {records} records"]


class _Life:
    def __init__(self, hall: CutHall, cut: Cut) -> None:
        self._hall, self._cut = hall, cut

    @contextlib.asynccontextmanager
    async def at(self, step: str) -> AsyncIterator[None]:
        """Cut at this step, if it is the one."""
        if step != self._cut.step:
            yield
            return
        async with self._hall.cut(self._cut):
            yield

    # ---- at the kiosk

    async def issued(self) -> str:
        """Press, and wait for the slip, which comes out whatever is cut; return its number."""
        hall, cut = self._hall, self._cut
        before = await self._slips()
        if cut.step == "printed":
            await hall.bench.do("fault", "printer-1", fault="paper-out", active=True)
        waited = {one["number"] for one in await hall.at(KIOSK).call("ticket.list")}
        await until(self._no_double_touch)
        async with self.at("press"):
            await hall.bench.do("press", "kiosk-1-button", key="press")
            if cut.step == "printed":
                await self._decided(waited)
            async with self.at("decided"), self.at("printed"):
                await hall.bench.do("fault", "printer-1", fault="paper-out", active=False)
                number = await self._slip_after(before)
        hall.pressed_s = time.monotonic()
        return number

    async def _no_double_touch(self) -> bool:
        return time.monotonic() - self._hall.pressed_s > 1.2 * DOUBLE_PRESS_S

    async def _slips(self) -> list[str]:
        found: list[str] = (await self._hall.bench.do("seen", "printer-1"))["numbers"]
        return found

    async def _decided(self, before: set[str]) -> None:
        async def look() -> bool:
            tickets = await self._hall.at(KIOSK).call("ticket.list")
            return any(one["number"] not in before for one in tickets)

        await until(look, PATIENT_S)

    async def _slip_after(self, before: list[str]) -> str:
        async def look() -> list[str]:
            return (await self._slips())[len(before) :]

        return (await until(look, PATIENT_S))[0]

    # ---- at the window

    async def called(self, number: str) -> None:
        """Press "next" until somebody is called; the press keeps its id, so it counts once."""
        hall, cut = self._hall, self._cut
        params = {"window": "1", "command_id": f"next-{next(_ids)}", "by": "screen"}
        async with self.at("next"):
            pressed = asyncio.create_task(self._asked("window.next", params))
            await asyncio.sleep(0)
            async with self.at("shown"):
                done = await pressed
                if done and not (cut.step in {"next", "shown"} and cut.cuts_off(WINDOW)):
                    await hall.shows("strip-1", PATIENT_S, lines=[number])

        async def look() -> bool:
            return await self._asked("window.next", params)

        await until(look, PATIENT_S)
        await hall.shows("strip-1", PATIENT_S, lines=[number])
        await self._on_the_wall(number)

    async def _asked(self, method: str, params: dict[str, Any]) -> bool:
        try:
            done = await self._hall.at(WINDOW).call(method, **params)
        except Refused as refused:
            if refused.code not in _NOT_NOW:
                raise
            return False
        return bool(done["events"])

    async def _on_the_wall(self, number: str) -> None:
        async def look() -> bool:
            lines = (await self._hall.bench.do("seen", "led-wall"))["lines"]
            return any(number in line for line in lines)

        await until(look, PATIENT_S)

    async def at_window(self, method: str, **params: Any) -> None:
        """Do what a window can do whatever is cut."""
        done = await self._hall.at(WINDOW).call(method, by="screen", **params)
        assert done["events"], method

    # ---- seen

    async def known_at(self, node: str, number: str, **wanted: Any) -> None:
        """Wait until a Pi knows this of the ticket."""

        async def look() -> bool:
            tickets = await self._hall.at(node).call("ticket.list")
            found = next((one for one in tickets if one["number"] == number), None)
            return found is not None and all(found[k] == v for k, v in wanted.items())

        await until(look, PATIENT_S)
