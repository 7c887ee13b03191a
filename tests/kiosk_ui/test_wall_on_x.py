"""The wall on a real X server: what people see there, whatever dies meanwhile."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk_ui import fonts
from kiosk_ui.look import load_look
from kiosk_ui.panel import panel_of
from tests.e2e.scene import Scene, until
from tests.kiosk_ui.looks import look
from tests.kiosk_ui.on_x import PANEL, OnX, mirror_of_wall, open_today, wall_arguments
from tests.kiosk_ui.x_server import NEEDS_X, XServer

pytestmark = NEEDS_X
log = logging.getLogger(__name__)


async def serve(hall: Scene, window: str) -> str:
    """Somebody takes a number, is called by the pad of a window and comes: nothing flashes."""
    number = await hall.take(override=True)
    await hall.press(f"pad-{window}", "next")
    await until(lambda: _called(hall, number))
    await hall.do("window.start", window=window)
    return number


async def _called(hall: Scene, number: str) -> bool:
    shown = await hall.hall.call("ticket.show", number=number)
    return bool(shown["status"] == "called")


async def test_what_a_pad_calls_is_seen_and_a_killed_daemon_leaves_no_number(place: Path) -> None:
    async with Scene(place, open_day=False) as hall:
        await open_today(hall, "3")
        with XServer(place) as x, OnX(x, place, *wall_arguments(hall)) as screen:
            with mirror_of_wall(hall, x) as mirror:
                await mirror.becomes(lambda text: "请留意叫号" in text)
                window = x.window()
                assert (window["Width"], window["Height"]) == ("1280", "720")
                assert (window["Absolute upper-left X"], window["Border width"]) == ("0", "0")
                number = await serve(hall, "3")
                await mirror.becomes(lambda text: number in text and "3号窗口" in text)

                await hall.kill()
                text, _ = await mirror.becomes(lambda text: "叫号显示暂时中断" in text)
                assert number not in text
                await hall.start()
                await mirror.becomes(lambda text: number in text)
            assert screen.end() == 0
        assert "Traceback" not in screen.log()


async def test_a_killed_screen_that_is_started_again_has_the_right_picture(
    place: Path,
) -> None:
    async with Scene(place, open_day=False) as hall:
        await open_today(hall, "3")
        number = await serve(hall, "3")
        with (
            XServer(place) as x,
            OnX(x, place, *wall_arguments(hall)) as screen,
            mirror_of_wall(hall, x) as mirror,
        ):
            await mirror.becomes(lambda text: number in text)
            screen.kill()
            await until(lambda: _empty(x))
            assert not mirror.agrees()
            screen.start()
            _, took_s = await mirror.becomes(lambda text: number in text)
        log.info("a killed screen's picture is right after %.2f s", took_s)


async def _empty(x: XServer) -> bool:
    return not x.windows()


@pytest.mark.parametrize(
    ("told", "turned"), [("1280x720@90", 90), ("1280x720@270", 270), ("1920x1080", 0)]
)
async def test_turned_panels_and_those_of_another_size_than_told_are_filled(
    place: Path, told: str, turned: int
) -> None:
    async with Scene(place, open_day=False) as hall:
        await open_today(hall, "3")
        number = await serve(hall, "3")
        with XServer(place) as x, OnX(x, place, *wall_arguments(hall), "--panel", told) as screen:
            panel = replace(panel_of(told, "1210x680"), width_px=1280, height_px=720)
            assert panel.turned == turned
            with mirror_of_wall(hall, x, look(panel)) as mirror:
                await mirror.becomes(lambda text: number in text)
            said = "the panel has 1280x720 pixels, not 1920x1080"
            assert (said in screen.log()) == (told == "1920x1080")


async def test_without_chinese_fonts_the_wall_is_in_english(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = (
        "import sys; from pathlib import Path; from kiosk_ui import fonts, main;"
        "fonts.NOTO = fonts.HANAZONO = Path('/nonexistent'); sys.exit(main.main(sys.argv[1:]))"
    )
    with monkeypatch.context() as without:
        without.setattr(fonts, "NOTO", place / "none")
        without.setattr(fonts, "HANAZONO", place / "none")
        # Nor may fontconfig find them.
        without.setenv("PATH", str(place))
        english = load_look(PANEL)
    async with Scene(place, open_day=False) as hall:
        await open_today(hall, "3")
        number = await serve(hall, "3")
        arguments = wall_arguments(hall)
        with (
            XServer(place) as x,
            OnX(x, place, *arguments, program=("-c", script), more={"PATH": str(place)}) as screen,
            mirror_of_wall(hall, x, english) as mirror,
        ):
            text, _ = await mirror.becomes(lambda text: number in text)
        assert "Window 3" in text
        assert text.isascii(), text
        assert "apt install fonts-noto-cjk" in screen.log()
    english.faces.close()
