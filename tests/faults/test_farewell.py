"""The daemon is dead or stopped: what people see then, told by the program that systemd runs."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from firmware_py.bench.stage import ROOT
from firmware_py.runtime.farewell_plan import FILE
from tests.e2e.scene import Scene, until

#: The usual four seconds are for a machine of its own; here many tests share the processor.
PATIENT = ("--line-s", "25", "--end-s", "30")
#: Where something hangs, its line has the usual three.
LESS_PATIENT = ("--end-s", "15")
#: Python's start on top.
LONGEST_S = 60.0
ON_WALL = [
    "叫号系统故障",
    "请听人工叫号 号票继续有效",
    "有疑问请找值班长",
    "Out of order. Please ask staff.",
]
KILLED = {"SERVICE_RESULT": "signal", "EXIT_CODE": "killed", "EXIT_STATUS": "KILL"}
STOPPED = {"SERVICE_RESULT": "success", "EXIT_CODE": "exited", "EXIT_STATUS": "0"}
REFUSED = {"SERVICE_RESULT": "exit-code", "EXIT_CODE": "exited", "EXIT_STATUS": "2"}
ANOTHER = {"SERVICE_RESULT": "exit-code", "EXIT_CODE": "exited", "EXIT_STATUS": "4"}


async def farewell(hall: Scene, *patience: str, **given: str) -> list[str]:
    """Run the program as the unit does; return its lines of log."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "firmware_py.runtime.farewell"),
        *("--config", str(hall.stage.config), *(patience or PATIENT)),
        env={**hall.stage.environment, "PYTHONPATH": str(ROOT), **given},
        cwd=hall.folder,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, err = await asyncio.wait_for(process.communicate(), LONGEST_S)
    assert process.returncode == 0, err.decode()
    return [json.loads(line)["text"] for line in err.decode().splitlines()]


async def called(hall: Scene) -> None:
    """Have A001 called to window 1, and seen everywhere; window 2 has an alarm."""
    await hall.take()
    await hall.take()
    await hall.do("window.next", window="1")
    await hall.shows("led-wall", lines=["请A001号到1号窗口", "", "", ""])
    await hall.shows("strip-1", lines=["A001"])
    await hall.shows("pad-1", waiting="1", number="001")


async def all_as_before(hall: Scene) -> None:
    """Wait until every display says again what ``called`` made it say."""
    await hall.shows("led-wall", lines=["请A001号到1号窗口", "", "", ""])
    await hall.shows("strip-1", lines=["A001"])
    await hall.shows("strip-2", lines=["2号窗口"])
    await hall.shows("strip-3", lines=["暂停服务"], colours=["yellow"])
    await hall.shows("pad-1", waiting="1", number="001")
    await hall.shows("lamp-1", lit=[])
    await hall.shows("lamp-7", lit=[])


async def test_a_killed_daemon_is_told_on_every_display_and_a_new_one_shows_the_truth_again(
    place: Path,
) -> None:
    async with Scene(place, windows=("1", "2")) as hall:
        await called(hall)
        await hall.kill()
        await hall.shows("led-wall", lines=["请A001号到1号窗口", "", "", ""])
        (said,) = await farewell(hall, **KILLED)
        await hall.shows("led-wall", lines=ON_WALL, colours=["red"] * 4)
        for window in range(1, 16):
            await hall.shows(f"strip-{window}", lines=["系统故障"], colours=["red"])
            await hall.shows(f"pad-{window}", waiting="", number="")
        await hall.shows("lamp-1", lit=["red", "amber"])
        await hall.shows("lamp-15", lit=["red"])
        assert said == (
            "叫号服务已停止（被信号 KILL 终止）。"
            "已告知：主屏 2/2、窗口屏 15/15、评价器 15/15、报警灯 15/15。"
            " halld was ended by signal KILL. "
            "Told: walls 2/2, strips 15/15, pads 15/15, lamps 15/15."
        )
        await hall.start()
        await all_as_before(hall)
        await hall.verified()


async def test_one_display_that_is_unplugged_and_two_that_hang_keep_nobody_else_from_being_told(
    place: Path,
) -> None:
    async with Scene(place, windows=("1", "2")) as hall:
        await called(hall)
        await hall.kill()
        await hall.bench.do("unplug", "led-wall")
        await hall.fault("strip-3", "silent")
        await hall.fault("strip-9", "slow-ack")
        await hall.fault("pads", "stall")
        (said,) = await farewell(hall, *LESS_PATIENT, **KILLED)
        for window in {*range(1, 16)} - {3}:
            await hall.shows(f"strip-{window}", lines=["系统故障"])
        await hall.shows("lamp-2", lit=["red", "amber"])
        # strip-9 shows it, but its answer came too late to say so.
        assert "Told: walls 1/2, strips 13/15, pads 0/15, lamps 15/15." in said
        assert "led-wall (no such port (is it plugged in?))" in said
        assert "strip-3（没有应答）" in said
        await hall.bench.do("plug", "led-wall")
        for device in ("strip-3", "strip-9"):
            await hall.bench.do("clear", device)
        await hall.fault("pads", "stall", active=False)
        await hall.start()
        await all_as_before(hall)


async def test_a_whole_hall_that_is_silent_holds_up_no_restart(place: Path) -> None:
    async with Scene(place, windows=("1",)) as hall:
        await hall.kill()
        for line in ("strips", "led-wall"):
            await hall.fault(line, "stall")
        (said,) = await farewell(hall, *LESS_PATIENT, **KILLED)
        assert "lamps 15/15. Not told: led-wall (no answer), strip-1 (no answer)" in said
        assert said.endswith("and 12 more.")
        for line in ("strips", "led-wall"):
            await hall.fault(line, "stall", active=False)
        await hall.start()
        await hall.shows("strip-1", lines=["1号窗口"])


async def test_an_orderly_stop_is_told_calmly_and_leaves_the_lamps_out(place: Path) -> None:
    async with Scene(place, windows=("1", "2")) as hall:
        await called(hall)
        assert await hall.end() == 0
        (said,) = await farewell(hall, **STOPPED)
        await hall.shows(
            "led-wall",
            lines=["叫号系统维护中", *ON_WALL[1:3], "Maintenance. Please ask staff."],
            colours=["yellow"] * 4,
        )
        await hall.shows("strip-1", lines=["人工叫号"], colours=["yellow"])
        await hall.shows("pad-1", waiting="", number="")
        await hall.shows("lamp-1", lit=[])
        assert said.startswith("叫号服务已停止（正常停止）。已告知：主屏 2/2")
        assert "lamps" not in said
        await hall.start()
        await all_as_before(hall)


async def test_a_daemon_that_is_stopped_in_a_closed_hall_leaves_it_dark(place: Path) -> None:
    async with Scene(place, windows=("1",)) as hall:
        hall.stage.environment["CACHE_DIRECTORY"] = str(place)
        await hall.end()
        await hall.start()
        await hall.do("day.close")
        await hall.end()
        (said,) = await farewell(hall, **STOPPED)
        assert said.endswith("The hall is closed; its displays stay dark.")
        await hall.shows("led-wall", lines=[])
        await hall.shows("strip-1", lines=[])
        # The same hall, but it died: whoever comes in must know.
        await farewell(hall, **KILLED)
        await hall.shows("strip-1", lines=["系统故障"])


async def test_a_refused_configuration_is_told_on_the_displays_that_the_last_daemon_drove(
    place: Path,
) -> None:
    async with Scene(place, start=False) as hall:
        hall.stage.environment["CACHE_DIRECTORY"] = f"{place}:/nonexistent"
        await hall.start()
        await hall.kill()
        good = await asyncio.to_thread(hall.stage.config.read_text, "utf-8")
        await asyncio.to_thread(hall.stage.config.write_text, good + "[nonsense]\n", "utf-8")
        hall.stage.start_hall()
        assert await asyncio.to_thread(hall.stage.processes["halld"].wait, 20) == 2
        await asyncio.to_thread(hall.stage.end, "halld")
        (said,) = await farewell(hall, **REFUSED)
        await hall.shows("led-wall", lines=ON_WALL)
        assert "halld refused its configuration. Told: walls 2/2" in said
        await asyncio.to_thread(hall.stage.config.write_text, good, "utf-8")
        hall.allowed = ["nonsense"]
        await hall.start()
        await hall.shows("led-wall", lines=["", "", "", ""])


async def test_where_nothing_is_known_it_says_so(place: Path) -> None:
    async with Scene(place, start=False) as hall:
        await asyncio.to_thread((place / FILE).write_bytes, b"")
        await asyncio.to_thread(hall.stage.config.write_text, "[hall\n", "utf-8")
        said = await farewell(hall, CACHE_DIRECTORY=str(place), **REFUSED)
        assert said[-1].startswith("没有可用的配置，不知道显示屏接在哪里")
        await hall.shows("led-wall", lines=[])


async def test_beside_a_daemon_that_serves_nothing_is_changed(place: Path) -> None:
    async with Scene(place, windows=("1", "2")) as hall:
        await called(hall)
        for ended in (KILLED, ANOTHER):
            (said,) = await farewell(hall, **ended)
            assert said.endswith("Another halld serves the hall: nothing is changed.")
        await all_as_before(hall)


async def test_a_lamp_of_a_dead_daemon_beats_no_more(place: Path) -> None:
    beating = ("options = { pin = 26, pins", "options = { pin = 26, heartbeat = 2, pins")
    async with Scene(place, changes=[beating]) as hall:

        async def beats() -> int:
            count: int = (await hall.seen("lamp-15"))["heartbeats"]
            return count

        async def beats_on() -> bool:
            return await beats() >= before + 3

        before = await beats()
        await until(beats_on)
        await hall.kill()
        before = await beats()
        await farewell(hall, **KILLED)
        await hall.shows("lamp-15", lit=["red"])
        # Opening the pin may be one change of its level; nobody goes on.
        assert await beats() <= before + 1
