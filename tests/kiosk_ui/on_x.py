"""``hall-screen`` as a process on an X server, and what its picture should be.

What is right is drawn a second time, in the test's own process, by another client of the same
daemon: the pixels on the X server must come to be the same. What the second one says is known as
text, so that a test can ask for a number.
"""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import pygame

from kiosk_ui.app import Runner, Screen
from kiosk_ui.kiosk.screen import KioskScreen
from kiosk_ui.link import Link
from kiosk_ui.look import Look
from kiosk_ui.messages import Message
from kiosk_ui.ops import Picture
from kiosk_ui.painter import Painter
from kiosk_ui.panel import Panel
from kiosk_ui.touch import Contact
from kiosk_ui.wall.screen import WallScreen
from tests.e2e.scene import Scene
from tests.kiosk_ui.looks import look
from tests.kiosk_ui.x_server import XServer

__all__ = [
    "MAIN",
    "PANEL",
    "Mirror",
    "OnX",
    "kiosk_arguments",
    "mirror_of_kiosk",
    "mirror_of_wall",
    "open_today",
    "wall_arguments",
]

MAIN = ("-m", "kiosk_ui.main")
#: A wall of 55 inches.
PANEL = Panel(1280, 720, 1210, 680)


async def open_today(hall: Scene, *windows: str) -> None:
    """Open the machine's own day: a screen shows no number of another one."""
    now = (await hall.status())["now"]
    await hall.do("day.open", day=now[:10], override=True)
    for window in windows:
        await hall.do("window.open", window=window, clerk="1023")


_NOTHING = Picture((1, 1), ())


class OnX:
    """One ``hall-screen`` process; ``with`` starts and ends it.

    ``program`` is what the interpreter runs, with ``more`` in its environment.
    """

    def __init__(
        self,
        x: XServer,
        folder: Path,
        *arguments: str,
        program: Sequence[str] = MAIN,
        more: Mapping[str, str] | None = None,
    ) -> None:
        self._x = x
        self._log = folder / "screen.log"
        self._command = [sys.executable, *program, *arguments]
        self._more = more or {}
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start it."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Kill it if it still runs."""
        self.kill()

    def start(self) -> None:
        """Start it, the first time or again."""
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command,
                env={**self._x.environment, **self._more},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip

    def kill(self) -> None:
        """``kill -9``: it has no time for anything."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(60)
            self.process = None

    def end(self) -> int:
        """End it as systemd does; return its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    @property
    def runs(self) -> bool:
        """Whether it is still there."""
        return self.process is not None and self.process.poll() is None

    def log(self) -> str:
        """Return what it has logged."""
        return self._log.read_text(encoding="utf-8", errors="replace")


class _Memory:
    """A ``Display`` that nobody sees and nobody touches."""

    closed = False

    def __init__(self, on: Look) -> None:
        self.panel = on.panel
        self.surface = pygame.Surface(on.panel.size, depth=32)
        self.painter = Painter(self.surface, on.faces)

    def show(self, picture: Picture) -> bool:
        return bool(self.painter.show(picture))

    def contacts(self) -> list[Contact]:
        return []

    def news(self) -> list[Message]:
        return []

    def wait(self, link: int | None) -> None:
        """The test waits."""


class Mirror:
    """What a screen's picture should be now; ``x`` should show it."""

    def __init__(self, x: XServer, screen: Screen[Any], socket: Path, on: Look) -> None:
        self._x = x
        self._link = Link(socket, time.monotonic, by="screen-mirror")
        self._display = _Memory(on)
        self.runner: Runner[Any] = Runner(screen, self._display, self._link, on)
        self._drawn: tuple[Picture | None, bytes] = None, b""

    def __enter__(self) -> Self:
        """Nothing is asked yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """Hang up."""
        self._link.close()
        self._display.painter.close()

    def text(self) -> str:
        """Return what it says now."""
        self.runner.turn()
        assert self.runner.picture is not None
        return "\n".join(self.runner.picture.texts())

    def area(self, wanted: str) -> tuple[int, int]:
        """Return the middle of an area that can be pressed, on the panel. Raises ``KeyError``."""
        areas = {area.id: area.rect for area in (self.runner.picture or _NOTHING).areas}
        x, y, w, h = self._display.panel.on_panel(areas[wanted])
        return x + w // 2, y + h // 2

    def take(self, *messages: Message) -> None:
        """Let what people do on the X server happen here too."""
        for message in messages:
            self.runner._take(message)

    def pixels(self) -> bytes:
        """Return what the panel should show now, as RGB."""
        drawn, pixels = self._drawn
        if self.runner.picture is not drawn or not pixels:
            surface = self._display.surface
            turned = pygame.transform.rotate(surface, self._display.panel.turned)
            pixels = pygame.image.tobytes(turned, "RGB")
            self._drawn = self.runner.picture, pixels
        return pixels

    def agrees(self) -> bool:
        """Whether the X server shows the same now."""
        self.runner.turn()
        return self._x.pixels() == self.pixels()

    async def becomes(
        self, wanted: Callable[[str], bool] = bool, seconds: float = 60.0
    ) -> tuple[str, float]:
        """Wait until it says what is wanted and the X server shows it.

        Returns the text and how many seconds it took.
        """
        began = time.monotonic()
        while not (wanted(self.text()) and self.agrees()):
            if time.monotonic() - began > seconds:
                self.keep()
                raise AssertionError(f"not within {seconds} s: {self.text()}")
            await asyncio.sleep(0.01)
        return self.text(), time.monotonic() - began

    def keep(self) -> None:
        """Leave both pictures beside each other, to look at."""
        folder = self._x.folder
        pygame.image.save(self._x.picture(), str(folder / "is.png"))
        pygame.image.save(self._display.surface, str(folder / "should.png"))


def kiosk_arguments(hall: Scene, *more: str) -> list[str]:
    """Return how the kiosk of a hall is started."""
    return ["kiosk", "--socket", str(hall.stage.hall_socket), "--size", "476x268", *more]


def wall_arguments(hall: Scene, *more: str) -> list[str]:
    """Return how a wall of 55 inches is started for a hall."""
    return ["wall", "--socket", str(hall.stage.hall_socket), "--size", "1210x680", *more]


def mirror_of_wall(hall: Scene, x: XServer, on: Look | None = None) -> Mirror:
    """Return what a wall of a hall should show."""
    return Mirror(x, WallScreen(), hall.stage.hall_socket, on or look(PANEL))


def mirror_of_kiosk(hall: Scene, x: XServer, panel: Panel | None = None) -> Mirror:
    """Return what the kiosk of a hall should show."""
    on = look(panel or Panel(*x.size, 476, 268))
    return Mirror(x, KioskScreen("kiosk-1"), hall.stage.hall_socket, on)
