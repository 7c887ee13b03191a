"""Whatever is typed, pasted or clicked: the screen stays, whole and as it was."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pygame
import pytest

from kiosk_ui.ops import Fill, Picture
from kiosk_ui.panel import Panel
from kiosk_ui.shell import Shell
from tests.e2e.scene import Scene, until
from tests.kiosk_ui.looks import look
from tests.kiosk_ui.on_x import (
    MAIN,
    Mirror,
    OnX,
    kiosk_arguments,
    mirror_of_kiosk,
    mirror_of_wall,
    open_today,
    wall_arguments,
)
from tests.kiosk_ui.x_server import NEEDS_X, XServer

#: What leads out of programs and desktops, or into menus of theirs.
KEYS = (
    *("alt+F4", "ctrl+alt+BackSpace", "ctrl+alt+Delete", "ctrl+alt+F2", "alt+Tab", "alt+F2"),
    *("Escape", "F1", "F5", "F11", "super", "super+r", "super+l", "Menu", "Print", "Pause"),
    *("ctrl+q", "ctrl+w", "ctrl+c", "ctrl+v", "ctrl+o", "ctrl+p", "ctrl+z", "ctrl+shift+c"),
    *("shift+Insert", "alt+space", "alt+Print", "XF86PowerOff", "XF86Sleep", "Return", "Tab"),
)


@contextmanager
def selected(x: XServer, which: str, text: str) -> Iterator[subprocess.Popen[bytes]]:
    """Somebody copied a text; the process ends as soon as any program asks for it."""
    command = ["xclip", "-selection", which, "-quiet", "-loops", "1"]
    with subprocess.Popen(
        command, env=x.environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as owner:  # fmt: skip
        assert owner.stdin is not None
        owner.stdin.write(text.encode())
        owner.stdin.close()
        try:
            yield owner
        finally:
            owner.kill()


@NEEDS_X
@pytest.mark.parametrize(
    ("arguments", "mirror_of", "calm"),
    [
        (wall_arguments, mirror_of_wall, "请留意叫号"),
        (kiosk_arguments, mirror_of_kiosk, "请选择要办理的业务"),
    ],
)
async def test_no_key_no_paste_and_no_button_leads_out_of_a_screen(
    place: Path,
    arguments: Callable[[Scene], list[str]],
    mirror_of: Callable[[Scene, XServer], Mirror],
    calm: str,
) -> None:
    async with Scene(place, open_day=False) as hall:
        await open_today(hall, "3")
        with (
            XServer(place) as x,
            OnX(x, place, *arguments(hall)) as screen,
            mirror_of(hall, x) as mirror,
        ):
            await mirror.becomes(lambda text: calm in text)
            before = screen.log()
            for which in ("primary", "clipboard"):
                with selected(x, which, "rm -rf /") as owner:
                    x.press(640, 360, button=2)
                    x.keys("ctrl+v", "shift+Insert", "ctrl+shift+v")
                    x.press(640, 360, button=3)
                    await mirror.becomes(lambda text: calm in text)
                    assert owner.poll() is None, f"the screen asked for {which}"
            x.keys(*KEYS)
            for button in (2, 3, 4, 5, 6, 7, 8, 9):
                x.press(640, 360, times=3, button=button)
            x.do("mousemove", 2000, 2000)
            x.drag((10, 10), (1270, 10), (1270, 710), (10, 710))
            assert screen.runs
            assert x.window()["Map State"] == "IsViewable"
            assert len(x.windows()) == 1
            await mirror.becomes(lambda text: calm in text)
            # At the desk: a kiosk shows the numbers that are taken at it.
            await hall.take(override=True, origin="desk")
            # It is there, it listens to the hall, and nothing of what was typed left a trace.
            await mirror.becomes(lambda text: "1 人等候" in text or "1人" in text)
            assert screen.log() == before


@NEEDS_X
def test_a_selection_that_a_program_asks_for_is_noticed_by_these_tests(place: Path) -> None:
    with XServer(place) as x, selected(x, "primary", "copied") as owner:
        pasted = subprocess.run(
            # It waits for an owner of the selection no longer than others do.
            ["sh", "-c", "until xclip -o 2>/dev/null; do sleep 0.02; done"],
            env=x.environment, capture_output=True, timeout=120, check=True,
        )  # fmt: skip
        assert pasted.stdout == b"copied"
        assert owner.wait(60) == 0


@NEEDS_X
async def test_a_screen_whose_x_server_dies_ends_so_that_it_is_started_again(place: Path) -> None:
    with XServer(place) as x, OnX(x, place, "wall", "--socket", str(place / "none")) as screen:

        async def shown() -> bool:
            return "first picture after" in screen.log()

        await until(shown)
        x.end()
        assert screen.process is not None
        assert screen.process.wait(60) not in {0, 2}


def test_a_screen_that_nobody_could_see_does_not_start() -> None:
    """SDL alone would take its offscreen driver, and the screen would think that all is well."""
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, *MAIN, "wall", "--panel", "1280x720"],
        env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("hall-screen: 没有可用的显示屏")


@pytest.mark.parametrize("windowed", [False, True])
def test_only_a_window_with_a_frame_can_be_closed_and_nothing_can_be_dropped_on_it(
    windowed: bool,
) -> None:
    shell = Shell(Panel(320, 200, 320, 200), look().faces, position=(0, 0), windowed=windowed)
    shell.show(Picture((320, 200), (Fill(shell.panel.rect, (9, 9, 9)),)))
    for kind in (pygame.DROPFILE, pygame.DROPTEXT, pygame.KEYDOWN, pygame.TEXTINPUT):
        assert not pygame.event.post(pygame.event.Event(kind))
    for kind in (pygame.WINDOWCLOSE, pygame.QUIT):
        pygame.event.post(pygame.event.Event(kind))
        assert shell.contacts() == []
        assert shell.closed == windowed
    shell.close()
