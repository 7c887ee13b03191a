"""Notices, price lists and pictures on a wall: from a folder and a broker, by a real daemon."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

from kiosk_ui.ops import Image
from kiosk_ui.wall.states import EXAMPLE
from tests.e2e.scene import Change, Scene, until
from tests.kiosk_ui.on_x import open_today
from tests.kiosk_ui.test_wall_live import Wall
from tests.sync.support import ROOT, Ear

SCREEN: Change = ("[displays]\n", '[displays]\nscreens = ["lobby"]\n')
FEES = 'text = "收费标准"\nlines = ["开具完税证明 | 免费", "材料复印 | 0.20元"]\n'


async def told(hall: Scene) -> dict[str, dict[str, Any]]:
    listed = await hall.hall.call("notice.list")
    return {one["notice"]: one for one in listed["notices"]}


async def ordered(hall: Scene, name: str, **params: object) -> None:
    """Give a command over the broker, as the city centre does; it must be done."""
    epoch = (await hall.status())["epoch"]
    ear = await asyncio.to_thread(Ear, hall.stage.broker_port, f"{ROOT}/reply/ear")
    try:
        body = {"id": name, "epoch": epoch, "params": params}
        await asyncio.to_thread(ear.command, name, **body)

        async def answered() -> Any:
            return next((heard.json for heard in ear.on("reply/ear")), None)

        reply = await until(answered)
        assert "error" not in reply, reply
    finally:
        await asyncio.to_thread(ear.close)


def has_picture(wall: Wall) -> bool:
    """Say whether the example stands on the panel, in pixels: it alone has this blue."""
    picture = wall.runner.picture
    op = next((op for op in picture.ops if isinstance(op, Image)), None) if picture else None
    if op is None:
        return False
    x, y, w, h = op.rect
    red, green, blue = tuple(wall.shell.window_surface.get_at((x + w // 2, y + h // 2)))[:3]
    return red < 60 and 110 < green < 190 and 140 < blue < 220


async def test_the_folder_and_the_broker_reach_the_wall_and_a_broken_picture_harms_nobody(
    place: Path,
) -> None:
    folder = place / "notices"
    folder.mkdir()
    (folder / "fees.toml").write_text(FEES, encoding="utf-8")
    hall = Scene(place, open_day=False, broker=True, changes=[SCREEN])
    hall.allowed.append("a notice cannot be shown")
    async with hall:
        await open_today(hall, "1", "3")
        wall = Wall(hall.stage.hall_socket)
        try:
            text = await wall.shows(lambda text: "收费标准" in text and "0.20元" in text)
            assert "开具完税证明" in text

            # From the broker: of a higher priority, so it stands there alone.
            await ordered(hall, "notice.show", text="系统升级，请稍候办理", notice="it", priority=5)
            text = await wall.shows(lambda text: "系统升级" in text)
            assert "收费标准" not in text
            await ordered(hall, "notice.remove", notice="it")
            await wall.shows(lambda text: "收费标准" in text)

            # A copy that stopped in the middle, then the whole of it.
            whole = EXAMPLE.read_bytes()
            (folder / "poster.jpg").write_bytes(whole[:20_000])
            (folder / "plan.png").write_text("平面图", encoding="utf-8")

            async def both_refused() -> bool:
                now = await told(hall)
                return {"poster.jpg", "plan.png"} <= now.keys()

            await until(both_refused)
            now = await told(hall)
            assert now["poster.jpg"]["state"] == now["plan.png"]["state"] == "refused"
            assert "不完整" in now["poster.jpg"]["problems"][0]["zh"]
            said = await hall.hallctl("notice", "list", lang="zh")
            assert "plan.png" in said.out
            assert "不是 PNG 或 JPEG 图片" in said.out
            await wall.shows(lambda text: "收费标准" in text)

            shutil.copy(EXAMPLE, folder / "poster.jpg")
            await wall.shows(lambda _: has_picture(wall))
            listed = json.loads((await hall.hallctl("notice", "list", "--json")).out)
            states = {one["notice"]: one["state"] for one in listed["notices"]}
            assert states["poster.jpg"] == "shown"
            # It vanishes: the wall goes on with what is left.
            (folder / "poster.jpg").unlink()
            await wall.shows(lambda text: "0.20元" in text and not has_picture(wall))
        finally:
            wall.close()
