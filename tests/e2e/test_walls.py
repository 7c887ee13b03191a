"""The LED wall, seen as people in the hall see it: whose number stands there, and for how long."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from tests.e2e.scene import Change, Scene, until

SHORT_SHOW: list[Change] = [("min_show_s = 8\n", "min_show_s = 1\n")]
LONGER_SHOW: list[Change] = [("min_show_s = 8\n", "min_show_s = 3\n")]


async def called(hall: Scene, *windows: str) -> None:
    """Take a number for each window and call it there, one after the other."""
    for window in windows:
        await hall.take()
        await hall.do("window.next", window=window)


async def test_a_number_leaves_the_wall_with_its_ticket_and_takes_no_other_along(
    place: Path,
) -> None:
    async with Scene(place, windows=("1", "2", "3", "4"), changes=SHORT_SHOW) as hall:
        await called(hall, "1", "2", "3", "4")
        await hall.shows("led-wall", lines=[f"请A00{n}号到{n}号窗口" for n in (4, 3, 2, 1)])
        await hall.do("window.missed", window="2")
        await hall.shows(
            "led-wall", lines=["请A004号到4号窗口", "请A003号到3号窗口", "请A001号到1号窗口", ""]
        )
        await hall.do("ticket.cancel", number="A004")
        await hall.shows("led-wall", lines=["请A003号到3号窗口", "请A001号到1号窗口", "", ""])
        await hall.do("ticket.park", number="A001")
        await hall.shows("led-wall", lines=["请A003号到3号窗口", "", "", ""])
        await hall.do("window.start", window="3")
        await hall.shows("led-wall", lines=["A003号在3号窗口", "", "", ""])
        await hall.do("window.finish", window="3")
        await hall.shows("led-wall", lines=["", "", "", ""])
        await hall.do("window.close", window="3")


async def test_a_call_that_is_over_at_once_still_stands_for_its_time(place: Path) -> None:
    async with Scene(place, windows=("1", "2"), changes=LONGER_SHOW) as hall:
        # The missed one is there when the other comes, and goes alone. A pause of the machine may
        # be longer than its time, but not each time.
        stood: list[bool] = []
        for number in (1, 3, 5, 7, 9):
            await called(hall, "1")
            await hall.do("window.missed", window="1")
            await called(hall, "2")
            missed, other = f"请A00{number}号到1号窗口", f"请A00{number + 1}号到2号窗口"
            both, alone = [other, missed, "", ""], [other, "", "", ""]
            stood.append(await until(partial(one_of, hall, [both, alone])) == both)
            await hall.shows("led-wall", lines=alone)
            if any(stood):
                break
            await hall.do("window.missed", window="2")
        assert any(stood)


async def one_of(hall: Scene, wanted: list[list[str]]) -> list[str] | None:
    lines: list[str] = (await hall.seen("led-wall"))["lines"]
    return lines if lines in wanted else None


async def test_a_number_that_was_sent_to_another_window_stands_there_once(place: Path) -> None:
    async with Scene(place, windows=("1", "3"), changes=SHORT_SHOW) as hall:
        await called(hall, "1")
        await hall.do("ticket.transfer", number="A001", window="3")
        await hall.shows("led-wall", lines=["", "", "", ""])
        await hall.do("window.next", window="3")
        await hall.shows("led-wall", lines=["请A001号到3号窗口", "", "", ""])


async def test_the_wall_is_the_same_after_a_power_cut_and_empty_after_the_day(place: Path) -> None:
    async with Scene(place, windows=("1", "2", "3"), changes=SHORT_SHOW) as hall:
        await called(hall, "1", "2", "3")
        await hall.do("window.start", window="3")
        await hall.do("window.finish", window="1")
        picture = ["A003号在3号窗口", "请A002号到2号窗口", "", ""]
        await hall.shows("led-wall", lines=picture)
        await hall.kill()
        await hall.fault("led-wall", "power-cycle")
        await hall.shows("led-wall", lines=[])
        await hall.start()
        await hall.shows("led-wall", lines=picture)
        await hall.do("day.close")
        await hall.shows("led-wall", lines=["", "", "", ""])
