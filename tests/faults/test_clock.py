"""The clock is wrong, jumps, is set late, passes midnight: the day and its numbers do not care."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from firmware_py.runtime.bench_clock import ClockFile, write_clock
from tests.e2e.scene import Scene, until

HOURS = '\n[day]\nmode = "auto"\nhours = [["08:00", "18:00"]]\nclose_after_min = 30\n'


class HallClock:
    """Sets the hall's clocks: the wall's local time, and how long the machine has been up."""

    def __init__(self, place: Path) -> None:
        self.path = place / "clock.json"
        self.up_ms = 1_000_000
        self._since_ns = time.clock_gettime_ns(time.CLOCK_BOOTTIME)

    def set(self, local: str, *, synchronised: bool = True, speed: float = 1.0) -> None:
        """Set the wall clock; the time since boot goes on."""
        wall = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo("Asia/Shanghai"))
        boot_ns = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
        up_ms = self.up_ms + (boot_ns - self._since_ns) // 1_000_000
        wall_ms = int(wall.timestamp() * 1000)
        write_clock(self.path, ClockFile(boot_ns, up_ms, wall_ms, speed, synchronised))

    def stand(self, local: str) -> None:
        """Set both clocks, where they stand still: no second passes but by the next call."""
        wall_ms = int(datetime.fromisoformat(local).timestamp() * 1000)
        boot_ns = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
        up_ms = self.up_ms + wall_ms
        write_clock(self.path, ClockFile(boot_ns, up_ms, wall_ms, 1.0, halts_ns=boot_ns))

    def reboot(self) -> None:
        """The time since boot begins again."""
        self.up_ms, self._since_ns = 5_000, time.clock_gettime_ns(time.CLOCK_BOOTTIME)


def with_clock(place: Path, clock: HallClock, **more: Any) -> Scene:
    hall = Scene(place, **more)
    hall.stage.environment["HALL_CLOCK"] = f"file:{clock.path}"
    return hall


async def shows_time(hall: Scene, beginning: str) -> None:
    async def look() -> bool:
        return str((await hall.status())["now"]).startswith(beginning)

    await until(look)


async def time_never_runs_backwards(hall: Scene) -> None:
    times = [event["time_ms"] for event in await hall.journal()]
    assert times == sorted(times)


async def test_years_forward_and_back_change_no_number_and_no_waiting_time(place: Path) -> None:
    clock = HallClock(place)
    clock.set("2026-11-23 09:00:00")
    async with with_clock(place, clock, windows=("1",)) as hall:
        await hall.on_paper(await hall.take())
        assert "2026-11-23 09:00" in (await hall.seen("printer"))["last"]
        for local, year in (("2036-01-01 00:00:00", "2036"), ("2026-11-23 09:01:00", "2026")):
            clock.set(local)
            await shows_time(hall, year)
            status = await hall.status()
            assert (status["day"], status["day_open"]) == ("2026-11-23", True)
            assert status["alarm_list"] == []
            await hall.take()
        clock.set("2019-05-01 12:00:00")
        await shows_time(hall, "2019")
        await hall.kill()
        await hall.start()
        await hall.take()
        await hall.do("window.next", window="1")
        assert await hall.issued() == ["A001", "A002", "A003", "A004"]
        shown = await hall.hall.call("ticket.show", number="A001")
        assert shown["called_ms"] - shown["issued_ms"] < 60_000
        await time_never_runs_backwards(hall)
        await hall.verified()


async def test_before_the_network_has_set_the_clock_the_hall_works_without_one(
    place: Path,
) -> None:
    clock = HallClock(place)
    clock.set("1970-01-01 08:00:30", synchronised=False)
    async with with_clock(place, clock, windows=("1",)) as hall:
        assert (await hall.status())["now"] == ""
        await hall.on_paper(await hall.take())
        assert not any("1970" in line for line in (await hall.seen("printer"))["last"])
        await hall.do("window.next", window="1")
        clock.set("2026-11-23 09:00:00", synchronised=True)
        await shows_time(hall, "2026-11-23 09:00")
        await hall.on_paper(await hall.take())
        assert any("2026-11-23 09:0" in line for line in (await hall.seen("printer"))["last"])
        # What lies before is placed in time now, too.
        shown = await hall.hall.call("ticket.show", number="A001")
        assert shown["issued_at"].startswith("2026-11-23 0")
        await time_never_runs_backwards(hall)


async def test_a_clock_that_nobody_vouches_for_is_not_believed_when_it_leaps(place: Path) -> None:
    clock = HallClock(place)
    clock.set("2026-11-23 09:00:00")
    async with with_clock(place, clock, more=HOURS, open_day=False) as hall:
        await until(lambda: day(hall, "2026-11-23"))
        assert await hall.take() == "A001"
        clock.set("2031-11-23 09:00:00", synchronised=False)
        before = (await hall.status())["last_seq"]
        await hall.take()
        clock.set("2001-11-23 09:00:00", synchronised=False)
        await hall.take()
        assert (await hall.status())["now"].startswith("2026-11-23 09:0")
        assert (await hall.status())["last_seq"] == before + 2
        assert await day(hall, "2026-11-23")


async def day(hall: Scene, wanted: str, *, is_open: bool = True) -> bool:
    status = await hall.status()
    return (status["day"], status["day_open"]) == (wanted, is_open)


async def test_midnight_passes_an_open_day_by(place: Path) -> None:
    clock = HallClock(place)
    clock.set("2026-11-23 23:59:58")
    async with with_clock(place, clock, windows=("1",)) as hall:
        assert await hall.take() == "A001"
        await shows_time(hall, "2026-11-24 00:00")
        assert await hall.take() == "A002"
        assert await day(hall, "2026-11-23")
        await hall.kill()
        await hall.start()
        assert await hall.take() == "A003"
        await hall.do("day.close")
        await hall.do("day.open", day="2026-11-24")
        assert await hall.take() == "A001"


async def test_a_day_that_nobody_closed_is_closed_with_its_reason_before_the_next_begins(
    place: Path,
) -> None:
    clock = HallClock(place)
    clock.set("2026-11-23 09:00:00")
    async with with_clock(place, clock, more=HOURS, open_day=False) as hall:
        await until(lambda: day(hall, "2026-11-23"))
        assert [await hall.take(), await hall.take()] == ["A001", "A002"]
        await hall.kill()
        # Over the night the power was off; there is no clock but the network's.
        clock.set("2026-11-24 08:30:00")
        await hall.start()
        await until(lambda: day(hall, "2026-11-24"))
        assert await hall.take() == "A001"
        (closed,) = [e["data"] for e in await hall.journal() if e["type"] == "day.closed"]
        assert (closed["day"], closed["reason"]) == ("2026-11-23", "never_closed")
        assert closed["left"] == ["A001", "A002"]
        await hall.on_paper("A001")


async def test_a_pi_that_wakes_up_in_the_past_goes_on_with_its_day(place: Path) -> None:
    clock = HallClock(place)
    clock.set("2026-11-23 15:00:00")
    async with with_clock(place, clock, windows=("1",)) as hall:
        assert await hall.take() == "A001"
        await hall.kill()
        hall.stage.run.joinpath("clock.json").unlink()
        clock.reboot()
        clock.set("2026-11-23 07:00:00", synchronised=False)
        await hall.start()
        assert await hall.take() == "A002"
        assert (await hall.status())["now"].startswith("2026-11-23 15:0")
        clock.set("2026-11-23 15:20:00", synchronised=True)
        await shows_time(hall, "2026-11-23 15:20")
        assert await hall.take() == "A003"
        assert await day(hall, "2026-11-23")
        await time_never_runs_backwards(hall)


async def test_a_service_that_crosses_a_restart_keeps_its_time(place: Path) -> None:
    clock = HallClock(place)
    clock.set("2026-11-23 10:00:00")
    async with with_clock(place, clock, windows=("1",)) as hall:
        await hall.take()
        await hall.do("window.next", window="1")
        await hall.do("window.start", window="1")
        await hall.kill()
        # Ten minutes for a new power supply, as the network's clock tells afterwards.
        hall.stage.run.joinpath("clock.json").unlink()
        clock.reboot()
        clock.set("2026-11-23 10:10:00")
        await hall.start()
        (window,) = [w for w in (await hall.status())["windows"] if w["id"] == "1"]
        assert window["ticket"] == "A001"
        assert 590 <= window["seconds"] < 900


async def test_an_automatic_day_opens_and_closes_by_its_hours(place: Path) -> None:
    clock = HallClock(place)
    clock.set("2026-11-23 07:55:00", speed=600)
    async with with_clock(place, clock, more=HOURS, open_day=False) as hall:
        await until(lambda: day(hall, "2026-11-23"))
        clock.set("2026-11-23 17:50:00", speed=1)
        assert await hall.take() == "A001"
        clock.set("2026-11-23 18:00:30", speed=600)
        await until(lambda: day(hall, "2026-11-23", is_open=False))
        closed = [e["data"] for e in await hall.journal() if e["type"] == "day.closed"]
        assert [c["reason"] for c in closed] == ["closing_time"]
        clock.set("2026-11-24 08:00:01", speed=1)
        await until(lambda: day(hall, "2026-11-24"))
