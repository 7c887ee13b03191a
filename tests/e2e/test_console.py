"""``hallctl console`` on a terminal of 80 x 24, in a whole hall: keys pressed, the screen read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from firmware_py.cli import words
from firmware_py.cli.console.app import HallConsole
from firmware_py.cli.console.link import Link
from tests.e2e.scene import PATIENCE_S, Scene, until

WIDTH, HEIGHT = 80, 24


@pytest.fixture(params=["en", "zh"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    before = words.language()
    words.use(request.param)
    yield request.param
    words.use(before)


@pytest.fixture
def english() -> Iterator[None]:
    before = words.language()
    words.use("en")
    yield
    words.use(before)


class Screen:
    """A console at work, and what a person sees and does."""

    def __init__(self, app: HallConsole, pilot: Pilot[None]) -> None:
        self.app = app
        self.press = pilot.press
        self.click = pilot.click

    @property
    def lines(self) -> list[str]:
        """The screen as it is, a line of cells each."""
        return [strip.text for strip in self.app.screen._compositor.render_strips()]

    async def shows(self, *wanted: str, seconds: float = PATIENCE_S) -> str:
        """Wait until all of these stand on the screen."""

        async def look() -> str | None:
            text = "\n".join(self.lines)
            return text if all(one in text for one in wanted) else None

        try:
            return await until(look, seconds)
        except AssertionError:
            raise AssertionError(f"{wanted} not in:\n" + "\n".join(self.lines)) from None

    async def shows_no(self, unwanted: str) -> None:
        """Wait until this stands on the screen no more."""

        async def look() -> bool:
            return unwanted not in "\n".join(self.lines)

        await until(look)


@asynccontextmanager
async def console(hall: Scene) -> AsyncIterator[Screen]:
    app = HallConsole(hall.stage.hall_socket)
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        yield Screen(app, pilot)


async def acts(hall: Scene) -> list[tuple[str, str]]:
    """What technicians did, with who."""
    events = await hall.hall.call("journal.tail", limit=200)
    return [
        (f"{event['data']['action']} {event['data']['subject']}", event["by"].partition(":")[0])
        for event in events
        if event["type"] == "action.taken"
    ]


async def window(hall: Scene, name: str) -> dict[str, Any]:
    found = await hall.hall.call("window.list")
    return next(one for one in found if one["id"] == name)


async def test_a_device_is_tested_by_a_key_and_a_yes(place: Path, english: None) -> None:
    async with Scene(place) as hall, console(hall) as screen:
        await screen.press("2")
        await screen.shows(">printer ", "The ticket printer is ready.", "port ")
        await screen.press("t")
        await screen.shows("Test printer?")
        await screen.press("enter")  # is no yes
        await screen.shows("Test printer?")
        await screen.press("n")
        await screen.shows_no("Test printer?")
        assert await acts(hall) == []
        await screen.press("t")
        await screen.press("y")
        await screen.shows("ok test printer: A test slip came out: number TEST")
        assert await acts(hall) == [("device.test printer", "hallctl")]
        printed = await hall.bench.do("seen", "printer")
        assert any(
            "TEST" in str(one) for one in (printed if isinstance(printed, list) else [printed])
        )
        await screen.press("6")
        await screen.shows("ok test printer: A test slip came out: number TEST")


async def test_a_device_is_disabled_enabled_and_restarted(place: Path, english: None) -> None:
    async with Scene(place) as hall, console(hall) as screen:
        await screen.press("f2")
        await screen.shows(">printer ")
        await screen.press("d")
        await screen.press("y")
        await screen.shows("ok disable printer: Disabled (by hallctl:")
        await screen.shows("-  disabled")
        await screen.press("e")
        await screen.press("y")
        await screen.shows("ok enable printer: Enabled, and being opened.")
        await screen.shows_no("-  disabled")
        await screen.press("r")
        await screen.press("y")
        await screen.shows("ok restart printer: It is being opened again.")
        assert await acts(hall) == [
            ("device.disable printer", "hallctl"),
            ("device.enable printer", "hallctl"),
            ("device.restart printer", "hallctl"),
        ]


async def test_a_pulled_plug_comes_first_with_a_mark(place: Path, english: None) -> None:
    async with Scene(place) as hall, console(hall) as screen:
        hall.allowed.append("led-wall")
        await screen.press("2")
        await screen.shows(">printer ")
        await hall.bench.do("unplug", "led-wall")
        text = await screen.shows(" led-wall        !! ")
        rows = text.splitlines()
        # The cursor stays with its device, which is below now.
        assert rows[3].startswith(" led-wall ")
        assert any(row.startswith(">printer ") for row in rows[4:6])
        await screen.press("1")
        await screen.shows("!! gone 1")
        await hall.bench.do("plug", "led-wall")
        await screen.shows_no("!! gone 1")


async def test_a_trace_shows_bytes_and_what_they_mean(place: Path, english: None) -> None:
    async with Scene(place) as hall, console(hall) as screen:
        await screen.press("2")
        await screen.shows(">printer ")
        await screen.press("w")
        await screen.shows("the line of printer, live")
        # DLE EOT 4 and its answer (Epson's reference: 0x12 is "paper is there").
        await screen.shows("> 10 04 04 ", "DLE EOT", "< 12 ", "state 12: nothing to report")
        await screen.press("w")
        await screen.shows("identity")
        # A lamp on a pin has no bytes: the refusal stands where they would.
        for _ in range(30):
            if any(line.startswith(">kiosk-1-button") for line in screen.lines):
                break
            await screen.press("down")
        await screen.shows(">kiosk-1-button")
        await screen.press("w")
        await screen.shows("!! kiosk-1-button (button.gpio) has no line of ours")


async def test_an_alarm_is_acknowledged_by_a_key(place: Path, language: str) -> None:
    async with Scene(place, windows=("3",)) as hall, console(hall) as screen:
        await hall.do("window.help", window="3")
        call = {"en": "!! call for help, window 3", "zh": "!! 窗口求助：3 号窗口"}[language]
        await screen.shows(call)
        await screen.press("4")
        await screen.shows({"en": ">!! red", "zh": ">!! 红色"}[language])
        await screen.press("a")
        await screen.shows({"en": "No alarms.", "zh": "没有告警。"}[language])
        done = {"en": "acknowledged by hallctl:", "zh": "已确认（hallctl:"}[language]
        await screen.shows(done)
        assert await hall.hall.call("alarm.list") == []


async def test_windows_are_opened_sent_on_a_break_and_closed(place: Path, english: None) -> None:
    async with Scene(place) as hall, console(hall) as screen:
        await screen.shows(">   1 closed")
        await screen.press("down")
        await screen.shows(">   2 closed")
        await screen.press("o")
        await screen.shows("Open window 2. The clerk's number")
        await screen.press(*"1077", "enter")
        await screen.shows(">   2 open       1077", "ok open window 2: window 2 opened (1077)")
        assert (await window(hall, "2"))["clerk"] == "1077"
        await screen.press("p")
        await screen.shows("Send window 2 on a break?")
        await screen.press("y")
        await screen.shows(">   2 on a break")
        await screen.press("p")
        await screen.shows("End the break of window 2?")
        await screen.press("y")
        await screen.shows(">   2 open")
        await hall.take()
        await hall.do("window.next", window="2")
        await screen.press("c")
        await screen.press("y")
        # A refusal is shown in the hall's own words.
        await screen.shows("!! close window 2: Window 2 still has A001")
        assert (await window(hall, "2"))["status"] == "open"


async def test_a_number_is_found_and_its_reason_told(place: Path, english: None) -> None:
    async with Scene(place, windows=("1",)) as hall, console(hall) as screen:
        for _ in range(12):
            await hall.take()
        await hall.do("window.next", window="1")
        await hall.do("window.start", window="1")
        await hall.do("window.finish", window="1")
        await screen.press("3")
        await screen.shows(">A002", " A012", "Advice on tax policy")
        await screen.press("slash", *"12", "enter")
        await screen.shows_no(" A002")
        await screen.press("y")
        await screen.shows(">A012    waiting", "A012: ordinary queue")
        # One that has ended is found by its whole number.
        await screen.press("escape", "slash", *"a001", "enter")
        await screen.shows(">A001    finished")
        await screen.press("y")
        await screen.shows("A001 was called to window 1")


async def test_a_daemon_that_is_killed_is_said_to_be_gone_and_comes_back(
    place: Path, language: str
) -> None:
    lost = {"en": "!! halld is not running, trying again", "zh": "!! halld 没有运行，正在重试"}
    refused = {"en": "!! restart printer: ", "zh": "!! 重启 printer："}[language]
    async with Scene(place, windows=("1",)) as hall, console(hall) as screen:
        await screen.press("2")
        await screen.shows(">printer ")
        await hall.kill()
        text = await screen.shows(lost[language])
        # What is still shown is told to be old.
        assert {"en": "(below: as of ", "zh": "（以下为 "}[language] in text
        assert ">printer " in text
        await screen.press("r")
        await screen.press("y")
        await screen.shows(refused)
        await hall.start()
        await screen.shows_no(lost[language])
        await hall.take()
        await screen.press("1")
        await screen.shows({"en": "waiting 1", "zh": "等候 1"}[language])


async def test_a_console_that_is_opened_before_the_daemon_waits_for_it(
    place: Path, english: None
) -> None:
    async with Scene(place, start=False) as hall, console(hall) as screen:
        await screen.shows("!! halld is not running, trying again")
        await hall.start(devices=False)
        await screen.shows("Demo City Tax Service Hall", "to open: hallctl open")
        await screen.shows_no("!! halld")


async def test_safe_mode_says_what_to_do_and_nothing_else(place: Path, language: str) -> None:
    async with Scene(place) as hall, console(hall) as screen:
        hall.allowed.append("")
        await hall.kill()
        for file in hall.stage.data.glob("journal.db*"):
            file.write_bytes(b"not a journal" * 500)
        await hall.start(devices=False)
        safe = {"en": "SAFE MODE: no tickets, no calls.", "zh": "安全模式：不取号、不叫号。"}
        text = await screen.shows(f"!! {safe[language]}")
        assert ">   1" not in text
        await screen.press("2")
        await screen.shows(safe[language])


async def test_every_page_keeps_to_80_by_24_and_nothing_that_counts_is_cut(
    place: Path, language: str
) -> None:
    wanted = {
        "en": [
            ("[1 Overview]", "6 Answers", "waiting 3", "Time/limit", "/15:00", "Broker", "Backup",
             "Storage  good", "o open window", "q quit"),
            ("[2 Devices]", "What it says", "t test", "r restart", "d disable", "e enable",
             "w trace", "q quit"),
            ("[3 Queue]", "Number", "Advice on tax policy", "/ find a number", "q quit"),
            ("[4 Alarms]", "call for help", "window 3", "a acknowledge", "q quit"),
            ("[5 Journal]", "red alarm: call for help", "q quit"),
            ("[6 Answers]", "q quit"),
        ],
        "zh": [
            ("[1 总览]", "6 答复", "等候 3", "用时/时限", "/15:00", "消息服务器", "备份",
             "存储  正常", "o 开放窗口", "q 退出"),
            ("[2 设备]", "说明", "t 自检", "r 重启", "d 停用", "e 启用", "w 跟踪", "q 退出"),
            ("[3 排队]", "号码", "涉税政策咨询", "/ 按号码查找", "q 退出"),
            ("[4 告警]", "窗口求助", "3 号窗口", "a 确认", "q 退出"),
            ("[5 流水]", "红色告警：窗口求助", "q 退出"),
            ("[6 答复]", "q 退出"),
        ],
    }  # fmt: skip
    async with Scene(place, windows=("1", "3")) as hall, console(hall) as screen:
        for _ in range(4):
            await hall.take()
        await hall.do("window.next", window="1")
        await hall.do("window.help", window="3")
        for n, words_there in enumerate(wanted[language], 1):
            await screen.press(f"f{n}")
            await screen.shows(*words_there)
            assert [cell_len(line) for line in screen.lines] == [WIDTH] * HEIGHT


async def test_the_mouse_does_what_the_keys_do(place: Path, english: None) -> None:
    async with Scene(place) as hall, console(hall) as screen:
        await screen.shows(">   1 closed")
        await screen.click("#tabs", offset=(15, 0))
        await screen.shows("[2 Devices]", ">printer ")
        await screen.click("#device-list", offset=(5, 3))
        await screen.shows(">led-wall ")
        await screen.click("#keys", offset=(1, 0))
        await screen.shows("Test led-wall?")
        await screen.click("#choices", offset=(8, 0))
        await screen.shows_no("Test led-wall?")
        assert await acts(hall) == []


async def test_a_busy_hall_is_looked_at_twice_a_second_at_most(
    place: Path, english: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[float] = []
    ask = Link.ask

    async def counted(self: Link, method: str, /, *more: float, **params: Any) -> Any:
        if method == "hall.status":
            looks.append(asyncio.get_running_loop().time())
        return await ask(self, method, *more, **params)

    monkeypatch.setattr(Link, "ask", counted)
    async with Scene(place) as hall, console(hall) as screen:
        await screen.shows(">   1 closed")
        looks.clear()
        for _ in range(60):
            await hall.take()
            await asyncio.sleep(0.03)
        await screen.shows("taken 60")
        assert len(looks) >= 2
        assert all(b - a >= 0.5 for a, b in pairwise(looks))
