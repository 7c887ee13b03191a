"""Notices and price lists on a wall of a whole hall, beside the calls; two protocols at once."""

from __future__ import annotations

import json
from pathlib import Path

from PIL import Image

from tests.e2e.scene import Change, Scene, refused

FREE = """\
[[zone]]
show = "calls"
rows = 3
when_free = "lists"
page_s = 600

[[zone]]
show = "notices"
"""
QUICK: list[Change] = [
    ("min_show_s = 8\n", "min_show_s = 1\n"),
    ('layout = "calls-and-notice"\n', 'layout = "./wall-2.toml"\nmin_show_s = 1\n'),
]


def colours_of(path: Path) -> set[str]:
    """Return which colours shine on a picture of a wall."""
    with Image.open(path) as picture:
        counted = picture.convert("RGB").getcolors(1 << 24) or ()
    found = [colour for _, colour in counted if isinstance(colour, tuple)]
    bright = {(red > 200, green > 200) for red, green, _ in found}
    names = {(True, False): "red", (False, True): "green", (True, True): "yellow"}
    return {names[one] for one in bright if one in names}


async def test_notices_come_from_files_and_commands_and_no_call_waits_for_them(
    place: Path,
) -> None:
    (place / "wall-2.toml").write_text(FREE, encoding="utf-8")
    folder = place / "notices"
    folder.mkdir()
    (folder / "fees.toml").write_text(
        'text = "收费标准"\nlines = ["开具完税证明 | 免费", "材料复印 | 0.20元"]\n',
        encoding="utf-8",
    )
    async with Scene(place, windows=("1", "2"), changes=QUICK) as hall:
        prices = [
            "收费标准",
            "开具完税证明 .............. 免费",
            "材料复印 ................ 0.20元",
        ]
        await hall.shows("led-wall-2", lines=[*prices, ""])
        (folder / "holiday.txt").write_text("10月1日至7日放假", encoding="gb18030")
        notice = "10月1日至7日放假"
        await hall.shows("led-wall-2", lines=[*prices, notice])

        # A call takes the place of the prices, whose turn has ten minutes to go; the wall without
        # a layout knows calls alone.
        await hall.take()
        await hall.do("window.next", window="1")
        await hall.shows("led-wall-2", lines=["请A001号到1号窗口", "", "", notice])
        await hall.shows("led-wall", lines=["请A001号到1号窗口", "", "", ""])
        await hall.do("window.missed", window="1")
        await hall.shows("led-wall-2", lines=[*prices, notice])

        # By command, with its end, who gave it, and after a power cut.
        ran = await hall.hallctl(
            "notice", "show", "系统升级，请稍候", "--id", "it", "--priority", "5",
            "--until", "2099-01-01",
        )  # fmt: skip
        assert ran.code == 0, ran
        assert "notice it for the walls: 系统升级，请稍候 (until 2099-01-01 24:00)" in ran.out
        await hall.shows("led-wall-2", lines=[*prices, "系统升级，请稍候"])
        await hall.kill()
        await hall.start()
        await hall.shows("led-wall-2", lines=[*prices, "系统升级，请稍候"])
        (shown,) = [e for e in await hall.journal() if e["type"] == "notice.shown"]
        assert shown["by"].startswith("hallctl:")

        (folder / "broken.toml").write_text("text = 放假\n", encoding="utf-8")
        await hall.shows("led-wall-2", lines=[*prices, "系统升级，请稍候"])

        async def states() -> dict[str, str]:
            ran = await hall.hallctl("notice", "list", "--json")
            return {one["notice"]: one["state"] for one in json.loads(ran.out)["notices"]}

        wanted = {
            "fees.toml": "shown", "holiday.txt": "yields", "it": "shown", "broken.toml": "refused"
        }  # fmt: skip
        for _ in range(100):
            if await states() == wanted:
                break
        assert await states() == wanted
        told = await hall.hallctl("notice", lang="zh")
        assert "有更优先的通知" in told.out
        assert "broken.toml:1" in told.out

        refusal = await refused(hall.do("notice.show", text="喆"))
        assert refusal.code == "notice_unwritable"
        assert (await hall.hallctl("notice", "remove", "it")).code == 0
        await hall.shows("led-wall-2", lines=[*prices, notice])
        pictures = await hall.bench.do("pictures", "led-wall-2", folder=str(place))
        seen = [colours_of(Path(picture)) for picture in pictures]
        assert {"red", "yellow"} in seen, "a call above the notice"
        assert any(one >= {"green", "yellow"} for one in seen), "prices above it"


async def test_a_wall_whose_layout_is_broken_shows_calls_alone_and_the_log_says_why(
    place: Path,
) -> None:
    (place / "wall-2.toml").write_text('[[zone]]\nshow = "call"\n', encoding="utf-8")
    hall = Scene(place, windows=("1",), changes=QUICK)
    hall.allowed.append("a wall shows calls alone")
    async with hall:
        await hall.take()
        await hall.do("window.next", window="1")
        await hall.shows("led-wall-2", lines=["请A001号到1号窗口", "", "", ""])
        log = hall.stage.log_of("halld")
        assert "wall-2.toml:2: zone[1].show" in log
