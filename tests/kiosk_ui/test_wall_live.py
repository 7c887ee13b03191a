"""The wall with a real daemon: what happens in the hall is on its picture, and survives a kill."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from kiosk_ui.app import Runner
from kiosk_ui.link import Link
from kiosk_ui.panel import Panel
from kiosk_ui.shell import Shell
from kiosk_ui.wall.model import WallModel
from kiosk_ui.wall.screen import WallScreen
from tests.e2e.scene import Scene
from tests.kiosk_ui.looks import look
from tests.kiosk_ui.on_x import open_today

PANEL = Panel(1280, 720, 1210, 680)


class Wall:
    """A wall as ``hall-screen`` runs it, on a panel that nobody sees."""

    def __init__(self, socket: Path) -> None:
        self.shell = Shell(PANEL, look().faces, position=(0, 0))
        self.link = Link(socket, time.monotonic, by="screen-wall")
        self.runner: Runner[WallModel] = Runner(
            WallScreen(wall="lobby"), self.shell, self.link, look(PANEL)
        )

    async def shows(self, wanted: Callable[[str], bool], seconds: float = 60.0) -> str:
        """Turn until the text of the picture is as wanted; return it."""
        end = time.monotonic() + seconds
        while True:
            self.runner.turn()
            picture = self.runner.picture
            text = "\n".join(picture.texts()) if picture is not None else ""
            if wanted(text):
                return text
            assert time.monotonic() < end, text
            await asyncio.sleep(0.01)

    def pixels(self) -> bytes:
        return bytes(self.shell.window_surface.get_buffer().raw)

    def close(self) -> None:
        self.link.close()
        self.shell.close()


def says(*words: str) -> Callable[[str], bool]:
    """Return what tells whether all of these stand in a text."""
    return lambda text: all(word in text for word in words)


async def test_a_call_changes_the_wall_and_a_killed_daemon_leaves_no_old_number(
    place: Path,
) -> None:
    async with Scene(place, open_day=False) as hall:
        await open_today(hall, "1", "3")
        wall = Wall(hall.stage.hall_socket)
        try:
            assert "正在启动" in await wall.shows(bool)
            await wall.shows(lambda text: "请留意叫号" in text and "开放窗口" in text)
            number = await hall.take(override=True)
            await wall.shows(lambda text: "现有 1 人等候" in text)
            before = wall.pixels()
            await hall.do("window.next", window="3")
            text = await wall.shows(lambda text: number in text)
            assert "3号窗口" in text
            assert wall.pixels() != before

            await hall.kill()
            text = await wall.shows(lambda text: "叫号显示暂时中断" in text)
            assert number not in text

            await hall.start()
            text = await wall.shows(lambda text: number in text)
            assert "3号窗口" in text
            await hall.do("window.start", window="3")
            await hall.do("window.finish", window="3")
            await wall.shows(lambda text: number not in text)
        finally:
            wall.close()


async def test_waits_by_category_and_notices_come_to_the_wall(place: Path) -> None:
    screens = ("[displays]\n", '[displays]\nscreens = ["lobby", "stairs"]\n')
    async with Scene(place, open_day=False, changes=[screens]) as hall:
        await open_today(hall, "1", "3")
        for _ in range(3):
            await hall.take("F01", override=True)
        await hall.take("A01", override=True)
        waits = {one["id"]: one for one in await hall.hall.call("category.list")}
        assert (waits["advice"]["waiting"], waits["registration"]["waiting"]) == (3, 1)
        assert waits["advice"]["wait_s"] > 0
        await hall.do("notice.show", text="今天下午停电检修", walls=["stairs"], notice="power")
        await hall.do("notice.show", text="大厅一楼讲座", walls=["lobby"], notice="talk")
        await hall.do("notice.show", text="请保管好随身物品", notice="bags")
        shown = {one["notice"]: one for one in (await hall.hall.call("notice.list"))["notices"]}
        assert shown["power"]["on"] == shown["power"]["walls"] == ["stairs"]
        wall = Wall(hall.stage.hall_socket)
        try:
            for notice in ("讲座", "请保管好"):
                text = await wall.shows(says(notice, "3人"), 30)
                assert "咨询信用投诉" in text
            named = {one.key for one in wall.runner.model.notices}
            assert named & {"power", "talk", "bags"} == {"talk", "bags"}
        finally:
            wall.close()


async def test_the_command_draws_its_first_picture_and_ends_when_it_is_told(place: Path) -> None:
    path = place / "nobody.sock"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "kiosk_ui.main", "wall", "--socket", str(path)),
        *("--panel", "1280x720", "--size", "55in"),
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    said = b""
    try:
        async with asyncio.timeout(60):
            while b"first picture after" not in said:
                said += await process.stderr.readline()
        assert b"the daemon is not there" in said
    finally:
        process.send_signal(signal.SIGTERM)
        _, rest = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, rest


async def test_a_panel_that_is_miswritten_is_told_in_one_line(place: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "kiosk_ui.main", "wall", "--panel", "large"),
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 2
    assert said.decode().startswith("hall-screen: 'large' is no panel; write 1920x1080")
