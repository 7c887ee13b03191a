"""The bench's day waits for devices that a busy machine held up, not for what is so on purpose."""

from __future__ import annotations

import asyncio
from typing import Any

from firmware_py.bench.waits import LIGHTS_S, MOST_S, PRINTS_S, LampWait, PaperWait


class Printer:
    """Owes what it is told; each look at it takes some seconds of its clock."""

    def __init__(self, *owed: int) -> None:
        self.owed, self.now_s, self.looks = list(owed), 100.0, 0

    async def look(self) -> int:
        self.looks += 1
        self.now_s += PRINTS_S / 2
        return self.owed.pop(0) if len(self.owed) > 1 else self.owed[0]

    def wait(self, *, excused: bool = False) -> PaperWait:
        return PaperWait(self.look, lambda: excused, lambda: self.now_s)


def test_a_slip_that_comes_out_as_usual_holds_nobody_up() -> None:
    async def story() -> None:
        printer = Printer(1, 1, 0, 1)
        wait = printer.wait()
        for looks in (1, 2, 3, 4):
            await wait.over()
            assert printer.looks == looks

    asyncio.run(story())


def test_what_has_been_owed_for_too_long_is_waited_for() -> None:
    async def story() -> None:
        printer = Printer(1, 2, 2, 1, 1, 0)
        wait = printer.wait()
        await wait.over()
        await wait.over()
        assert printer.looks == 2
        await wait.over()
        assert printer.looks == 6

    asyncio.run(story())


def test_paper_that_is_out_on_purpose_is_not_waited_for() -> None:
    async def story() -> None:
        printer = Printer(3)
        wait = printer.wait(excused=True)
        for looks in range(1, 20):
            await wait.over()
            assert printer.looks == looks

    asyncio.run(story())


def test_a_printer_that_never_prints_does_not_end_the_day() -> None:
    async def story() -> None:
        printer = Printer(1)
        wait = printer.wait()
        for _ in range(3):
            await wait.over()
        assert printer.now_s - 100 >= MOST_S
        looks = printer.looks
        await wait.over()
        assert printer.looks == looks + 1

    asyncio.run(story())


class Lamp:
    """Lights up when it has been looked at so often; each look takes a second of its clock."""

    def __init__(self, after: int) -> None:
        self.after, self.now_s, self.looked = after, 100.0, list[str]()

    async def seen(self, lamp: str) -> dict[str, Any]:
        self.looked.append(lamp)
        self.now_s += 1
        lit = len(self.looked) > self.after
        return {"history": [{"colour": "amber", "on": lit}, {"colour": "red", "on": False}]}

    def wait(self) -> LampWait:
        return LampWait(self.seen, lambda: self.now_s)


def raised(kind: str, level: str) -> dict[str, Any]:
    return {"type": "alarm.raised", "data": {"kind": kind, "window": "3", "level": level}}


def test_a_lamp_is_waited_for_until_it_has_the_colour_of_its_alarm() -> None:
    async def story() -> None:
        lamp = Lamp(after=2)
        wait = lamp.wait()
        wait.happened(raised("idle", "amber"))
        await wait.over()
        assert lamp.looked == []
        wait.happened(raised("service", "amber"))
        await wait.over()
        assert lamp.looked == ["lamp-3"] * 3

    asyncio.run(story())


def test_a_lamp_that_is_never_lit_does_not_end_the_day() -> None:
    async def story() -> None:
        lamp = Lamp(after=99)
        wait = lamp.wait()
        wait.happened(raised("service", "red"))
        await wait.over()
        assert lamp.now_s - 100 == LIGHTS_S
        await wait.over()
        assert len(lamp.looked) == LIGHTS_S

    asyncio.run(story())
