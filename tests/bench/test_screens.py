"""The bench's screens: windows where there is a display, pictures elsewhere, a word if neither."""

from __future__ import annotations

import asyncio
import importlib.util
from datetime import date
from pathlib import Path

import pytest

from firmware_py.bench.halltime import HallTime
from firmware_py.bench.polling import until
from firmware_py.bench.screens import SCREENS, Screens, has_display
from firmware_py.bench.stage import Stage
from tests.kiosk_ui.x_server import NEEDS_X, XServer


@pytest.fixture
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    stage = Stage(tmp_path_factory.mktemp("s"))
    stage.prepare()
    return stage


@pytest.mark.parametrize(
    ("environment", "there"),
    [
        ({}, False),
        ({"DISPLAY": ""}, False),
        ({"DISPLAY": ":0"}, True),
        ({"WAYLAND_DISPLAY": "wayland-1"}, True),
        ({"DISPLAY": ":0", "SDL_VIDEODRIVER": "x11"}, True),
        ({"DISPLAY": ":0", "SDL_VIDEODRIVER": "dummy"}, False),
    ],
)
def test_a_display_is_known_by_the_environment(environment: dict[str, str], there: bool) -> None:
    assert has_display(environment) == there


async def shown(x: XServer, count: int) -> None:
    async def window() -> bool:
        return len(x.windows()) == count

    async with asyncio.timeout(60):
        await until(window)


@NEEDS_X
def test_on_a_desktop_each_screen_is_a_window_that_ends_with_the_bench(
    stage: Stage, tmp_path: Path
) -> None:
    said = list[str]()
    with XServer(tmp_path, 1920, 1080) as x:
        stage.environment |= x.environment
        screens = Screens(stage, stage.folder / "screens", said.append, windows=True)
        screens.start()
        try:
            asyncio.run(shown(x, len(screens.pictures())))
            windows = [x.window(number) for number in x.windows()]
            assert {(one["Width"], one["Height"]) for one in windows} == {("1280", "720")}
            # Something of each can be seen and touched.
            assert {one["Absolute upper-left X"] for one in windows} == {
                "30",
                "600",
                "100",
                "240",
            }
        finally:
            ended = stage.stop()
    assert ended == {f"screen-{name}": 0 for name in SCREENS}
    assert said == []
    assert not (stage.folder / "screens").exists()


def test_a_display_that_is_told_of_and_not_there_gives_way_to_pictures(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "C.UTF-8")
    said = list[str]()
    stage.environment |= {"DISPLAY": ":999", "SDL_VIDEODRIVER": "x11"}
    folder = stage.folder / "screens"
    hall_time = HallTime(tmp_path / "clock.json", date(2026, 11, 23), 8, 59)
    hall_time.start()
    screens = Screens(stage, folder, said.append, windows=True)

    async def drawn() -> bool:
        return all(picture.exists() for picture in screens.pictures())

    async def kept() -> bool:
        return screens.made > len(screens.pictures())

    async def play() -> None:
        screens.start()
        working = asyncio.create_task(screens.run(hall_time))
        async with asyncio.timeout(60):
            await until(drawn)
            hall_time.run(3600.0)
            await until(kept)
        working.cancel()

    try:
        asyncio.run(play())
    finally:
        stage.stop()
    (sentence,) = said
    assert str(folder) in sentence
    assert (folder / "wall-0900.png").read_bytes().startswith(b"\x89PNG")


def test_without_pygame_the_bench_goes_on_and_says_what_to_install(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    said = list[str]()
    screens = Screens(stage, stage.folder / "screens", said.append)
    screens.start()
    assert stage.processes == {}
    (sentence,) = said
    assert "pip install pygame-ce" in sentence
