"""A hall with holidays and a season: it opens and closes by its calendar, and people may differ."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.e2e.scene import Scene, refused, until
from tests.faults.test_clock import HallClock, day, shows_time, with_clock

#: 2026: 1 October is a Thursday, 10 October a Saturday.
CALENDAR = """
[day]
mode = "auto"
hours = [["09:00", "12:00"], ["13:00", "17:00"]]
last_ticket_min = 15
close_after_min = 30
[day.weekdays]
saturday = [["09:00", "12:00"]]
sunday = []
[[day.special]]
date = "2026-10-01"
last = "2026-10-07"
closed = true
name = { zh = "国庆节", en = "National Day" }
[[day.special]]
date = "2026-10-10"
hours = [["09:00", "12:00"], ["13:00", "17:00"]]
name = { zh = "调休上班", en = "Extra working day" }
"""


def at(place: Path, clock: HallClock, local: str, **more: Any) -> Scene:
    clock.set(local)
    return with_clock(place, clock, more=CALENDAR, open_day=False, **more)


async def ticked(hall: Scene, clock: HallClock, local: str) -> None:
    """Set the clock and wait until the hall has looked at it and done what was due."""
    clock.set(local)
    await shows_time(hall, local[:16])
    # The same look that takes the new time opens or closes the day; one more is surely after it.
    clock.set(f"{local[:17]}30")

    async def looked() -> bool:
        return f"{local[:17]}30" <= str((await hall.status())["now"]) < f"{local[:14]}60"

    await until(looked)


async def test_an_automatic_hall_stays_closed_on_a_holiday_and_says_when_it_opens(
    place: Path,
) -> None:
    clock = HallClock(place)
    async with at(place, clock, "2026-09-30 16:40:00", simulators=False) as hall:
        await until(lambda: day(hall, "2026-09-30"))
        await ticked(hall, clock, "2026-09-30 17:10:00")
        late = await refused(hall.take())
        assert late.zh == "今天的取号已结束。明天休息，下次开门：10月8日（星期四）9:00。"
        await ticked(hall, clock, "2026-09-30 17:31:00")
        assert await day(hall, "2026-09-30", is_open=False)
        await ticked(hall, clock, "2026-10-03 10:00:00")
        assert await day(hall, "2026-09-30", is_open=False)
        holiday = await refused(hall.take())
        assert (holiday.code, holiday.zh) == (
            "closed_today",
            "今天休息（国庆节）。下次开门：10月8日（星期四）9:00。",
        )
        shown = await hall.hallctl("status", lang="zh")
        assert "今天是休息日（国庆节），下次开门 2026-10-08 09:00" in shown.out
        await ticked(hall, clock, "2026-10-08 08:59:00")
        assert await day(hall, "2026-09-30", is_open=False)
        await ticked(hall, clock, "2026-10-08 09:00:00")
        assert await day(hall, "2026-10-08")
        assert await hall.take() == "A001"
        shown = await hall.hallctl("status")
        assert "Hours  09:00-12:00  13:00-17:00, last ticket 16:45\n" in shown.out


async def test_a_holiday_opened_by_hand_gives_tickets_until_it_is_closed_by_hand(
    place: Path,
) -> None:
    clock = HallClock(place)
    async with at(place, clock, "2026-10-03 10:00:00", simulators=False) as hall:
        await shows_time(hall, "2026-10-03 10:00")
        opened = await hall.hallctl("open", lang="zh")
        assert opened.out == "2026-10-03 开门营业（今天是国庆节，仍然开门）\n"
        await ticked(hall, clock, "2026-10-03 20:00:00")
        assert await hall.take() == "A001"
        (event,) = [e for e in await hall.journal() if e["type"] == "day.opened"]
        assert event["by"].startswith("hallctl:")
        assert event["data"]["rest_day"]
        closed = await hall.hallctl("close", lang="zh")
        assert closed.out == "2026-10-03 关门，未办理 1 人\n"


async def test_an_extra_working_day_opens_and_a_sunday_does_not(place: Path) -> None:
    clock = HallClock(place)
    async with at(place, clock, "2026-10-10 13:30:00", simulators=False) as hall:
        await until(lambda: day(hall, "2026-10-10"))
        assert await hall.take() == "A001"
        await ticked(hall, clock, "2026-10-11 10:00:00")
        assert await day(hall, "2026-10-10", is_open=False)


async def test_todays_closing_time_moves_with_who_moved_it(place: Path) -> None:
    clock = HallClock(place)
    async with at(place, clock, "2026-10-08 16:50:00", simulators=False) as hall:
        await until(lambda: day(hall, "2026-10-08"))
        assert (await refused(hall.take())).code == "last_ticket_passed"
        extended = await hall.hallctl("day", "extend", "18:00", lang="zh")
        assert extended.out == "2026-10-08 关门时间改为 18:00，办公时间 09:00-12:00 13:00-18:00\n"
        assert await hall.take() == "A001"
        await ticked(hall, clock, "2026-10-08 18:10:00")
        assert await day(hall, "2026-10-08")
        await hall.kill()
        await hall.start()
        assert (await hall.status())["hours"]["last_ticket"] == "17:45"
        (changed,) = [e for e in await hall.journal() if e["type"] == "day.closing_changed"]
        assert changed["by"].startswith("hallctl:")
        assert (changed["data"]["before_s"], changed["data"]["closes_s"]) == (61_200, 64_800)
        await ticked(hall, clock, "2026-10-08 18:31:00")
        assert await day(hall, "2026-10-08", is_open=False)
        # Opened again by hand after its end: nobody sends these people away at once.
        opened = await hall.hallctl("open", lang="zh")
        assert opened.out == "2026-10-08 开门营业（已过办公时间，请手动关门）\n"
        await hall.take()
        await ticked(hall, clock, "2026-10-08 18:40:00")
        assert await day(hall, "2026-10-08")


async def test_a_day_can_be_closed_earlier_at_a_time_and_only_when_that_is_meant(
    place: Path,
) -> None:
    clock = HallClock(place)
    async with at(place, clock, "2026-10-08 14:00:00", simulators=False) as hall:
        await until(lambda: day(hall, "2026-10-08"))
        slip = await hall.hallctl("day", "extend", "16:00", lang="zh")
        assert slip.code == 1
        assert "今天原定 17:00 关门，16:00 并不更晚" in slip.err
        assert (await hall.hallctl("close", "--at", "16:00", "--reason", "power cut")).code == 2
        assert (await hall.hallctl("close", "--at", "16:00")).out == (
            "2026-10-08 closes at 16:00, open 09:00-12:00 13:00-16:00\n"
        )
        assert await hall.take() == "A001"
        await ticked(hall, clock, "2026-10-08 16:31:00")
        assert await day(hall, "2026-10-08", is_open=False)


async def test_a_bad_rating_at_closing_time_is_in_the_list_of_the_next_day(place: Path) -> None:
    clock = HallClock(place)
    async with at(place, clock, "2026-10-08 16:40:00", broker=True) as hall:
        await until(lambda: day(hall, "2026-10-08"))
        await hall.do("window.open", window="1")
        await hall.take()
        await hall.do("window.next", window="1")
        await hall.do("window.finish", window="1")
        await hall.do("rate", window="1", score=1)
        await until(lambda: lamp_was_red(hall))
        closed = await hall.hallctl("close", lang="zh")
        assert closed.out == (
            "2026-10-08 关门，未办理 0 人，1 个告警未确认，请查看 hallctl alarms\n"
        )
        await hall.shows("lamp-1", lit=[])
        await hall.kill()
        await hall.start()
        await ticked(hall, clock, "2026-10-09 09:00:00")
        assert await day(hall, "2026-10-09")
        (alarm,) = (await hall.status())["alarm_list"]
        assert (alarm["id"], alarm["day"], alarm["carried"]) == ("rating:A001", "2026-10-08", True)
        listed = await hall.hallctl("alarms")
        assert "2026-10-08" in listed.out
        assert (await hall.seen("lamp-1"))["lit"] == []
        assert (await hall.hallctl("alarms", "ack", "rating:A001")).code == 0
        assert (await hall.status())["alarm_list"] == []


async def lamp_was_red(hall: Scene) -> bool:
    return any(one["colour"] == "red" for one in (await hall.seen("lamp-1"))["history"])
