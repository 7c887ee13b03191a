"""Amber, red, acknowledged: at the lamp, in the hall's status and on the broker."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.e2e.scene import Change, Scene, until
from tests.faults.test_clock import HallClock, with_clock
from tests.sync.support import Ear

#: One item with a limit that a test can wait for.
CATALOGUE = """\
version = 1
[[categories]]
id = "advice"
prefix = "F"
name = { zh = "咨询", en = "Advice" }
[[items]]
id = "F01"
category = "advice"
name = { zh = "涉税政策咨询", en = "Tax policy advice" }
service_limit_s = 3
wait_limit_s = 2
"""
AMBER_AT_1_S = "\n[limits]\namber_share = 0.34\nidle_s = 2\n"


def help_button(options: str = "") -> list[Change]:
    """A button at window 1 that calls the duty manager, on a free pin."""
    entry = f'{{ pin = 2, {options}pins = "mock:${{HALL_RUN}}/wire/gpio" }} }}\n'
    return [
        ('\npad = "pad-1"\n', '\nbutton = "help-1"\npad = "pad-1"\n'),
        (
            "\nkiosk-1-button = {",
            f'\nhelp-1 = {{ kind = "button.gpio", options = {entry}kiosk-1-button = {{',
        ),
    ]


def short_limits(place: Path) -> list[Change]:
    (place / "short.toml").write_text(CATALOGUE, encoding="utf-8")
    return [('catalogue = "items.toml"', f'catalogue = "{place}/short.toml"')]


async def alarms(hall: Scene) -> dict[str, Any]:
    return {alarm["id"]: alarm for alarm in await hall.hall.call("alarm.list")}


async def raised(hall: Scene, alarm: str, level: str) -> dict[str, Any]:
    async def look() -> dict[str, Any] | None:
        found = (await alarms(hall)).get(alarm)
        return found if found is not None and found["level"] == level else None

    return await until(look)


async def test_a_late_service_lights_amber_then_red_until_it_is_acknowledged(place: Path) -> None:
    clock = HallClock(place)
    clock.stand("2026-11-23 09:00:00+08:00")
    async with with_clock(
        place,
        clock,
        broker=True,
        windows=("1",),
        changes=short_limits(place),
        more=AMBER_AT_1_S,
    ) as hall:
        ear = Ear(hall.stage.broker_port)
        try:
            await hall.take()
            await hall.do("window.next", window="1")
            await hall.do("window.start", window="1")
            assert (await hall.seen("lamp-1"))["lit"] == []
            clock.stand("2026-11-23 09:00:02+08:00")
            await hall.shows("lamp-1", lit=["amber"])
            assert (await raised(hall, "service:1", "amber"))["window"] == "1"
            clock.stand("2026-11-23 09:00:04+08:00")
            await raised(hall, "service:1", "red")
            await lit(hall, "lamp-1", "red")
            assert (await hall.seen("lamp-2"))["lit"] == []
            acknowledged = await hall.hallctl("alarms", "ack", "service:1", lang="zh")
            assert acknowledged.code == 0
            await hall.shows("lamp-1", lit=[])
            assert (await alarms(hall))["service:1"]["acknowledged_by"].startswith("hallctl:")
            await hall.do("window.finish", window="1")
            assert "service:1" not in await alarms(hall)

            async def told() -> bool:
                types = [heard.topic.rpartition("/")[2] for heard in ear.on("event/")]
                picture = ear.on("state/alarm/service:1")
                return "alarm.cleared" in types and bool(picture) and picture[-1].payload == b""

            await until(told)
            levels = [h.json["data"]["level"] for h in ear.on("event/alarm.raised")]
            assert levels == ["amber", "red"]
        finally:
            ear.close()


async def lit(hall: Scene, lamp: str, colour: str) -> None:
    """Wait for a colour: a red lamp flashes, so it is looked for in what the lamp did."""

    async def look() -> bool:
        return any(one["colour"] == colour for one in (await hall.seen(lamp))["history"])

    await until(look)


async def test_a_help_button_lights_the_lamp_until_the_duty_manager_comes(place: Path) -> None:
    async with Scene(place, changes=help_button()) as hall:
        await hall.press("help-1")
        assert (await raised(hall, "help:1", "red"))["kind"] == "help"
        await until(lambda: changed(hall, "lamp-1", 2))
        await hall.press("help-1")
        assert len(await alarms(hall)) == 1
        assert (await hall.hallctl("alarms", "ack", "help:1")).code == 0
        await hall.shows("lamp-1", lit=[])
        assert await alarms(hall) == {}


async def test_a_held_help_button_takes_back_only_a_call_that_stood_before(place: Path) -> None:
    # A program presses again sooner than any finger: without a bounce to sit out, each letting go
    # counts at once, so what follows it is another press.
    async with Scene(place, changes=help_button("bounce_s = 0, hold_s = 1, ")) as hall:
        # Whoever is in trouble holds on to it: that is one call, and it stays.
        await hall.press("help-1", "hold", 2500)
        await raised(hall, "help:1", "red")
        await until(lambda: released(hall, "help-1"))
        assert "help:1" in await alarms(hall)
        await hall.press("help-1", "hold", 2500)

        async def over() -> bool:
            return "help:1" not in await alarms(hall)

        await until(over)
        told = [one["data"] for one in await hall.journal() if "acknowledged" in one["type"]]
        assert [one["by"] for one in told] == ["window 1"]


async def released(hall: Scene, button: str) -> bool:
    return not (await hall.seen(button))["down"]


async def changed(hall: Scene, lamp: str, times: int) -> bool:
    return len((await hall.seen(lamp))["history"]) >= times


async def test_people_who_wait_too_long_and_a_window_that_calls_nobody_raise_alarms(
    place: Path,
) -> None:
    async with Scene(place, windows=("1",), changes=short_limits(place), more=AMBER_AT_1_S) as hall:
        await hall.take()
        await raised(hall, "waiting:A001", "red")
        assert (await raised(hall, "idle:1", "red"))["window"] == "1"
        await lit(hall, "lamp-1", "red")
        await hall.press("pad-1", "next")
        await hall.shows("lamp-1", lit=[])
        assert await alarms(hall) == {}


async def test_a_bad_rating_reaches_the_duty_manager_at_once(place: Path) -> None:
    async with Scene(place, windows=("1",)) as hall:
        await hall.take()
        await hall.do("window.next", window="1")
        await hall.do("window.finish", window="1")
        await hall.shows("pad-1", rating_open=True)
        await hall.press("pad-1", "rating", 1)
        assert (await raised(hall, "rating:A001", "red"))["window"] == "1"
        await lit(hall, "lamp-1", "red")
        await hall.do("alarm.ack", alarm="rating:A001")
        await hall.shows("lamp-1", lit=[])
