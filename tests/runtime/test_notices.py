"""Notices for the walls: from a folder and by command, each in its time; and the brightness."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from devices.led_wall.layout import Layout, Zone
from devices.led_wall.page import LedPage
from firmware_py.app.ports import Happened
from firmware_py.core import commands as c
from firmware_py.runtime.brightness import Brightness
from firmware_py.runtime.device_events import Outcome, Result
from firmware_py.runtime.displays import Walls
from firmware_py.runtime.notices import Notices
from firmware_py.settings import (
    BrightnessStep,
    DeviceSettings,
    DisplaysSettings,
    HallSettings,
    Settings,
    WallSettings,
    WindowSettings,
    Words,
)
from tests.core.hall import Hall

DAY = "2026-03-02"
LAYOUTS = {
    "wall": Layout(zone=(Zone(show="calls", rows=3), Zone(show="notices"))),
    "sign": Layout(zone=(Zone(show="notices+lists"),)),
}
DEVICES = {
    "led-wall": DeviceSettings(kind="led_wall.onbon", port="socket://127.0.0.1:5005"),
    "led-sign": DeviceSettings(kind="led_wall.alpha", port="socket://127.0.0.1:3001"),
    "strip-1": DeviceSettings(kind="led_wall.eq2013", port="socket://127.0.0.1:5006"),
}


class FakeDisplay:
    """Takes pages and percents as a driver does."""

    def __init__(self) -> None:
        self.page = LedPage()
        self.percents: list[int] = []

    def show(self, page: LedPage) -> None:
        self.page = page

    def brightness(self, percent: int) -> bool:
        self.percents.append(percent)
        return True


class Place:
    """A hall with a wall that writes Chinese and a sign that writes letters."""

    def __init__(
        self,
        folder: Path,
        loop: asyncio.AbstractEventLoop,
        brightness: tuple[BrightnessStep, ...] = (),
    ) -> None:
        self.folder = folder
        self._loop = loop
        self.settings = Settings(
            hall=HallSettings(id="demo", name=Words(zh="示范厅", en="Demo Hall")),
            walls=(
                WallSettings(id="wall", display="led-wall"),
                WallSettings(id="sign", display="led-sign"),
            ),
            windows=(WindowSettings(id="1", strip="strip-1"),),
            displays=DisplaysSettings(notices=str(folder), brightness=brightness),
            devices=DEVICES,
        )
        self.hall = Hall().clock("10:00", DAY)
        self.displays = {name: FakeDisplay() for name in DEVICES}
        self.walls = Walls(self.settings, self.post, lambda: 0.0, self._later, LAYOUTS)
        self.notices = Notices(
            self.settings, LAYOUTS, self.walls, lambda: self.hall.state, lambda: self.hall.now_ms
        )

    def _later(self, after_s: float, job: Callable[[], None]) -> asyncio.TimerHandle:
        """Nobody waits for what takes turns; what was due is shown when somebody looks."""
        return asyncio.TimerHandle(after_s, job, (), self._loop)

    def post(self, device: str, job: Callable[..., object], **how: Any) -> None:
        job(self.displays[device])
        if how.get("done"):
            how["done"](Result(device, Outcome.DONE))

    def file(self, name: str, text: str | bytes) -> None:
        """Put a file into the folder, as an editor would."""
        data = text if isinstance(text, bytes) else text.encode()
        (self.folder / name).write_bytes(data)
        self.look()

    def look(self) -> None:
        folder = self.notices._folder
        assert folder is not None
        folder.look()
        self.notices.refresh()

    def at(self, clock: str, day: str = DAY) -> Place:
        """Set the clock and let the hall look at it."""
        self.hall.clock(clock, day)
        self.hall.tick()
        self.notices.refresh()
        return self

    def do(self, command: c.Command) -> None:
        assert self.notices.vet(command) is None
        events = self.hall.do(command)
        self.notices.recorded([Happened(0, 0, "", "", "", event, b"") for event in events])

    def on(self, display: str) -> list[str]:
        return [line.text for line in self.displays[display].page.lines if line.text]

    def states(self) -> dict[str, str]:
        return {one["notice"]: one["state"] for one in self.notices.listing()["notices"]}


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    made = asyncio.new_event_loop()
    yield made
    made.close()


@pytest.fixture
def place(tmp_path: Path, loop: asyncio.AbstractEventLoop) -> Place:
    return Place(tmp_path, loop)


def test_a_file_is_on_the_wall_until_it_is_gone(place: Place) -> None:
    place.file("holiday.txt", "10月1日至7日放假\n")
    assert place.on("led-wall") == ["10月1日至7日放假"]
    place.file("holiday.txt", "10月1日至8日放假，8日调休")
    assert place.on("led-wall") == ["10月1日至8日放假，8日调休"]
    (place.folder / "holiday.txt").unlink()
    place.look()
    assert place.on("led-wall") == []


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_text_is_read_as_any_editor_saves_it(place: Place, codec: str) -> None:
    place.file("a.TXT", "请到\r\n3号窗口".encode(codec))
    assert place.on("led-wall") == ["请到 3号窗口"]


def test_a_file_that_cannot_be_used_is_named_and_the_others_go_on(place: Place) -> None:
    place.file("b.toml", 'text = "放假"\nuntil = "tomorrow"\nprio = 3\n')
    place.file("c.txt", "营业时间")
    place.file("d.txt", b"\xff\xff\x81")
    place.file(".e.txt.swp", "x")
    assert place.on("led-wall") == ["营业时间"]
    assert place.states() == {"b.toml": "refused", "c.txt": "shown", "d.txt": "refused"}
    (wrong,) = place.notices.listing()["notices"][1]["problems"]
    assert "b.toml:3: prio: unknown key" in wrong["en"]
    place.file("b.toml", 'text = "放假"\n')
    assert place.states()["b.toml"] == "shown"


def test_what_a_display_cannot_write_is_kept_off_it_alone(place: Place) -> None:
    place.file("a.txt", "喆字不在字库里")
    place.file("b.txt", "Open on Saturday")
    assert place.on("led-wall") == ["Open on Saturday"]
    assert place.on("led-sign") == ["Open on Saturday"]
    listed = {one["notice"]: one for one in place.notices.listing()["notices"]}
    assert listed["a.txt"]["state"] == "refused"
    assert {one["wall"] for one in listed["a.txt"]["problems"]} == {"wall", "sign"}
    assert "“喆”（U+5586）" in listed["a.txt"]["problems"][0]["zh"]
    assert listed["b.txt"]["on"] == ["wall", "sign"]


def test_dates_hours_and_walls_of_a_file_count(place: Place) -> None:
    place.file(
        "a.toml",
        'text = "Sale of stamps"\nfrom = 2026-03-02\nuntil = 2026-03-03\n'
        'hours = [["09:00", "11:00"], ["14:00", "15:00"]]\nwalls = ["sign"]\n',
    )
    assert place.on("led-sign") == ["Sale of stamps"]
    assert place.on("led-wall") == []
    for clock, day, state in [
        ("11:00", "2026-03-02", "off_hours"),
        ("14:00", "2026-03-02", "shown"),
        ("09:00", "2026-03-03", "shown"),
        ("09:00", "2026-03-04", "ended"),
    ]:
        place.at(clock, day)
        assert place.states() == {"a.toml": state}
        assert place.on("led-sign") == (["Sale of stamps"] if state == "shown" else [])


def test_a_notice_with_times_waits_for_a_clock_that_is_known(place: Place) -> None:
    place.file("a.toml", 'text = "停电通知"\nuntil = 2026-03-02\n')
    place.hall.state.wall_offset_ms = None
    place.notices.refresh()
    assert place.states() == {"a.toml": "later"}
    assert place.on("led-wall") == []


def test_the_same_by_command_and_its_end(place: Place) -> None:
    place.file("a.txt", "营业时间")
    place.do(c.ShowNotice("系统故障，请稍候", priority=9, until=f"{DAY} 12:00"))
    assert place.on("led-wall") == ["系统故障，请稍候"]
    assert place.states() == {"a.txt": "yields", "n1": "shown"}
    place.at("12:00")
    assert place.on("led-wall") == ["营业时间"]
    assert place.states() == {"a.txt": "shown"}


def test_a_screen_shows_what_no_led_display_can_and_is_named_like_a_wall(place: Place) -> None:
    place.notices.configure(
        msgspec.structs.replace(place.settings, displays=DisplaysSettings(screens=("lobby",))),
        LAYOUTS,
    )
    for command in (
        c.ShowNotice("喆"),
        c.ShowNotice("喆", walls=("lobby",)),
        c.ShowNotice("价目", lines=("复印 | 0.20元",), walls=("lobby",)),
    ):
        assert place.notices.vet(command) is None
    named = place.notices.vet(c.ShowNotice("放假", walls=("lobby", "sign")))
    assert named is not None
    assert named.code == "notice_unwritable"
    unknown = place.notices.vet(c.ShowNotice("放假", walls=("hall",)))
    assert unknown is not None
    assert "lobby" in unknown.en
    place.do(c.ShowNotice("价目", "prices", ("复印 | 0.20元",), walls=("lobby",)))
    place.do(c.ShowNotice("让位", "low", walls=("lobby",)))
    place.do(c.ShowNotice("重要", "high", priority=5, walls=("lobby",)))
    told = {one["notice"]: one for one in place.notices.listing()["notices"]}
    assert (told["high"]["state"], told["high"]["on"]) == ("shown", ["lobby"])
    assert (told["low"]["state"], told["low"]["on"]) == ("yields", [])


def test_a_command_that_no_display_can_carry_out_is_refused_with_its_reason(place: Place) -> None:
    codes = {}
    for command in (
        c.ShowNotice("喆"),
        c.ShowNotice("放假", walls=("sign",)),
        c.ShowNotice("价目", lines=("复印 | 0.20元",), walls=("wall",)),
        c.ShowNotice("放假", walls=("wand",)),
    ):
        refusal = place.notices.vet(command)
        assert refusal is not None
        codes[command] = refusal.code
    assert list(codes.values()) == [
        "notice_unwritable",
        "notice_unwritable",
        "no_place",
        "unknown_wall",
    ]
    for personal in (
        c.ShowNotice("11010519491231002X请到导税台"),
        c.ShowNotice("失物招领", lines=("证件 | 11010519491231002X",)),
    ):
        refusal = place.notices.vet(personal)
        assert refusal is not None
        assert refusal.code == "personal_data"
    # The sign cannot write it, the wall can.
    assert place.notices.vet(c.ShowNotice("放假")) is None


def test_a_folder_that_is_away_takes_nothing_off_the_walls(place: Place) -> None:
    place.file("a.txt", "营业时间")
    away = place.folder.with_name("away")
    place.folder.rename(away)
    place.look()
    assert place.on("led-wall") == ["营业时间"]
    assert "cannot be read" in place.notices.listing()["problem"].en
    away.rename(place.folder)
    place.look()
    assert place.notices.listing()["problem"] is None


def test_a_look_reads_no_file_that_did_not_change(place: Place) -> None:
    place.file("a.txt", "营业时间")
    path = place.folder / "a.txt"
    before = path.stat()
    path.write_text("办公时间", encoding="utf-8")
    # As long and as old as it was: only who reads it again would see the difference.
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    folder = place.notices._folder
    assert folder is not None
    assert folder.look() is False
    assert folder.files["a.txt"].text == "营业时间"


def test_pictures_are_for_screens_and_led_walls_go_on_without_them(place: Place) -> None:
    # A JPEG of one scan without contents (ITU-T T.81): SOI, SOF0 of 800 x 600, SOS, EOI.
    jpeg = bytes.fromhex("ffd8 ffc0 000b 08 0258 0320 01 011100 ffda 0008 01 0100 003f00 ffd9")
    place.file("a.txt", "营业时间")
    place.file("poster.jpg", jpeg)
    place.file("broken.png", b"\x89PNG\r\n\x1a\n")
    assert place.states() == {"a.txt": "shown", "poster.jpg": "no_place", "broken.png": "refused"}
    screens = msgspec.structs.replace(place.settings.displays, screens=("lobby",))
    place.settings = msgspec.structs.replace(place.settings, displays=screens)
    place.notices.configure(place.settings, LAYOUTS)
    place.look()
    told = {one["notice"]: one for one in place.notices.listing()["notices"]}
    assert told["poster.jpg"]["state"] == "shown"
    assert told["poster.jpg"]["on"] == ["lobby"]
    assert told["poster.jpg"]["picture"] == str(place.folder / "poster.jpg")
    assert told["poster.jpg"]["stamp"] > 0
    assert told["broken.png"]["picture"] == told["a.txt"]["picture"] == ""
    (wrong,) = told["broken.png"]["problems"]
    assert "broken.png: is not whole" in wrong["en"]
    assert place.on("led-wall") == ["营业时间"]


def steps(*pairs: tuple[str, int]) -> tuple[BrightnessStep, ...]:
    return tuple(BrightnessStep(since=since, percent=percent) for since, percent in pairs)


def test_brightness_follows_the_hours_and_is_set_again_when_a_display_is_back(
    tmp_path: Path, loop: asyncio.AbstractEventLoop
) -> None:
    place = Place(tmp_path, loop, steps(("07:00", 90), ("19:00", 40)))
    bright = Brightness(
        place.settings, place.post, lambda: place.hall.state, lambda: place.hall.now_ms
    )
    percents = place.displays["led-wall"].percents
    for clock in ("06:59", "07:00", "12:00", "19:00", "23:59"):
        place.hall.clock(clock, DAY)
        bright.tick()
    assert percents == [40, 90, 40]
    bright.show("led-wall")
    bright.show("another")
    assert percents == [40, 90, 40, 40]
    # No command is known for these.
    assert place.displays["led-sign"].percents == place.displays["strip-1"].percents == []


def test_without_a_known_clock_the_brightness_is_left_alone(
    tmp_path: Path, loop: asyncio.AbstractEventLoop
) -> None:
    place = Place(tmp_path, loop, steps(("07:00", 90)))
    place.hall.state.wall_offset_ms = None
    bright = Brightness(
        place.settings, place.post, lambda: place.hall.state, lambda: place.hall.now_ms
    )
    bright.tick()
    assert place.displays["led-wall"].percents == []
