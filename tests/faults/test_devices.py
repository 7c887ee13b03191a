"""Devices that are pulled, silent, noisy or slow: each costs only itself."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.scene import Change, Scene, until

SHORT_SHOW: list[Change] = [("min_show_s = 8\n", "min_show_s = 1\n")]


async def test_a_wall_that_was_unplugged_shows_the_present_calls_again_and_no_stale_ones(
    place: Path,
) -> None:
    async with Scene(place, windows=("1", "2"), changes=SHORT_SHOW) as hall:
        for window in ("1", "2"):
            await hall.take()
            await hall.do("window.next", window=window)
        await hall.shows("led-wall", lines=["请A002号到2号窗口", "请A001号到1号窗口", "", ""])
        await hall.bench.do("unplug", "led-wall")
        await hall.becomes("led-wall", "gone")
        # A new card, which knows nothing, comes in its place.
        await hall.fault("led-wall", "power-cycle")
        await hall.bench.do("plug", "led-wall")
        await hall.shows("led-wall", lines=["请A002号到2号窗口", "请A001号到1号窗口", "", ""])
        await hall.bench.do("unplug", "led-wall")
        await hall.becomes("led-wall", "gone")
        await hall.do("day.close")
        await hall.bench.do("plug", "led-wall")
        await hall.becomes("led-wall", "ok")
        await hall.shows("led-wall", lines=["", "", "", ""])


async def test_a_wall_after_a_restart_shows_who_is_called_and_who_has_come(place: Path) -> None:
    async with Scene(place, windows=("1", "2"), changes=SHORT_SHOW) as hall:
        for window in ("1", "2"):
            await hall.take()
            await hall.do("window.next", window=window)
        await hall.do("window.start", window="1")
        await hall.kill()
        await hall.fault("led-wall", "power-cycle")
        await hall.start()
        await hall.shows("led-wall", lines=["请A002号到2号窗口", "A001号在1号窗口", "", ""])
        await hall.shows("strip-1", lines=["A001"])
        await hall.shows("pad-2", number="002")


async def test_a_line_of_pads_that_was_unplugged_works_again_by_itself(place: Path) -> None:
    async with Scene(place, windows=("1", "2")) as hall:
        await hall.take()
        await hall.take()
        await hall.bench.do("unplug", "pads")
        await hall.becomes("pad-2", "gone")
        await hall.do("window.next", window="1")
        await hall.bench.do("plug", "pads")
        await hall.shows("pad-2", waiting="1")
        await hall.shows("pad-1", number="001")
        await hall.press("pad-2", "next")
        await hall.shows("strip-2", lines=["A002"])


async def test_noise_on_the_pads_line_invents_no_key_and_swallows_none(place: Path) -> None:
    async with Scene(place, windows=("1", "2", "3")) as hall:
        await hall.fault("pads", "noise", 5)
        for _ in range(3):
            await hall.take()
        before = len(await hall.journal())
        for turn, window in enumerate(("1", "2", "3"), 1):
            await hall.press(f"pad-{window}", "next")
            await hall.shows(f"strip-{window}", lines=[f"A{turn:03}"])
        happened = [e["type"] for e in (await hall.journal())[before:]]
        assert happened == ["ticket.called"] * 3


async def test_a_pad_that_hears_no_acknowledgement_calls_once(place: Path) -> None:
    async with Scene(place, windows=("1",)) as hall:
        await hall.take()
        await hall.take()
        await hall.fault("pad-1", "no-ack-heard")
        await hall.press("pad-1", "next")

        async def given_up() -> bool:
            return bool((await hall.seen("pad-1"))["given_up"])

        await until(given_up)
        called = [e for e in await hall.journal() if e["type"] == "ticket.called"]
        assert len(called) == 1


async def test_the_hall_opens_and_works_while_every_device_is_silent(place: Path) -> None:
    async with Scene(place, start=False) as hall:
        for line in ("pads", "strips", "printer", "printer-2", "led-wall"):
            await hall.fault(line, "silent")
        await hall.start(devices=False)
        await hall.hall.call("day.open", day="2026-11-23")
        await hall.do("window.open", window="1")
        number = await hall.take()
        assert await hall.do("window.next", window="1") == ["ticket.called"]
        for device in ("printer", "printer-2", "led-wall", "strip-1", "strip-2"):
            assert (await hall.becomes(device, "gone"))["code"] == "silent"
        status = await hall.status()
        assert status["mode"] == "normal"
        trouble = {d["device"]: d for d in status["devices"]["trouble"]}
        assert all(d["say"]["zh"] and d["say"]["en"] for d in trouble.values())
        for line in ("pads", "strips", "printer", "printer-2", "led-wall"):
            await hall.fault(line, "silent", active=False)
        await hall.on_paper(number)
        await hall.shows("led-wall", lines=["请A001号到1号窗口", "", "", ""])
        await hall.shows("strip-1", lines=["A001"])


async def test_the_hall_works_without_any_device_at_all(place: Path) -> None:
    async with Scene(place, simulators=False, windows=("1",)) as hall:
        assert await hall.take() == "A001"
        assert await hall.do("window.next", window="1") == ["ticket.called"]
        shown = await hall.hallctl("devices", "--json")
        assert shown.code == 0


async def test_one_stalled_line_stops_nobody_else(place: Path) -> None:
    lines = ("pads", "strips", "led-wall", "printer", "printer-2")
    windows = ("1", "2", "3", "4", "5")
    # Five calls want four rows of the wall: none may have to wait for its row.
    async with Scene(place, windows=windows, changes=SHORT_SHOW) as hall:
        for stalled, window in zip(lines, windows, strict=True):
            await hall.fault(stalled, "stall")
            first, second = await hall.take(), await hall.take(origin="kiosk-2")
            if stalled == "pads":
                await hall.do("window.next", window=window)
            else:
                await hall.press(f"pad-{window}", "next")
            number = await until(lambda w=window: in_hand(hall, w))  # type: ignore[misc]
            strip = f"strip-{window}"
            if stalled != "led-wall":
                await until(lambda n=number: on_top(hall, n))  # type: ignore[misc]
            if stalled != "strips":
                await hall.shows(strip, lines=[number])
            if stalled != "printer":
                await hall.on_paper(first)
            if stalled != "printer-2":
                await hall.on_paper(second, "printer-2")
            await hall.fault(stalled, "stall", active=False)
            await until(lambda n=number: on_top(hall, n))  # type: ignore[misc]
            await hall.shows(strip, lines=[number])
            for device in ("printer", "printer-2", "led-wall", strip, f"pad-{window}"):
                await hall.becomes(device, "ok", "unknown")


async def in_hand(hall: Scene, window: str) -> str | None:
    found = {w["id"]: w for w in await hall.hall.call("window.list")}
    number: str | None = found[window]["ticket"]
    return number


async def on_top(hall: Scene, number: str) -> bool:
    return number in (await hall.seen("led-wall"))["lines"][0]
