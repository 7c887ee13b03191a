"""The screens of the bench hall: windows where there is a display, else pictures in a folder.

Each is a process of its own, ``hall-screen``, as in a hall. Without pygame-ce the bench goes on and
says what is missing.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from firmware_py.bench.halltime import HallTime
from firmware_py.bench.polling import until
from firmware_py.bench.stage import Stage
from firmware_py.cli.words import t

__all__ = ["SCREENS", "Screens", "has_display"]

#: What each is started with; ``screen-wall`` is the process and its log, ``wall.png`` its picture.
SCREENS: Mapping[str, tuple[str, ...]] = {
    "wall": ("wall", "--size", "55in"),
    "kiosk": ("kiosk", "--kiosk", "kiosk-1", "--size", "21.5in"),
    "window": ("window", "--window", "3", "--size", "21.5in"),
}
#: What the picture files of those are called that have two panels.
PAIRS: Mapping[str, tuple[str, ...]] = {"window": ("window-inner", "window-outer")}
#: A window that fits on a desk, and where, so that something of each is seen; the panel of a hall.
WINDOW, PANEL = "1280x720", "1920x1080"
PLACES: Mapping[str, str] = {"wall": "30,40", "kiosk": "600,300", "window": "100,80"}
OUTER = "240,200"
#: Hours of the day at which the pictures are kept.
HOURS = range(9, 18)
LOOK_S = 0.5
#: The day begins by then, whatever the screens do.
DRAWN_S = 60.0
#: What ``hall-screen`` ends with when it can draw nowhere.
NO_DISPLAY = 1


def has_display(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether a window could be seen here, as far as the environment says."""
    unseen = environment.get("SDL_VIDEODRIVER") in {"dummy", "offscreen"}
    return not unseen and any(environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


class Screens:
    """Starts the screens of a stage. ``made`` is how many pictures are in ``folder``."""

    def __init__(
        self,
        stage: Stage,
        folder: Path,
        say: Callable[[str], None],
        *,
        windows: bool | None = None,
    ) -> None:
        self._stage = stage
        self._folder = folder
        self._say = say
        self._windows = has_display() if windows is None else windows
        self.made = 0

    def start(self) -> None:
        """Start them all; say what is missing if they cannot."""
        shutil.rmtree(self._folder, ignore_errors=True)
        if importlib.util.find_spec("pygame") is None:
            self._say(
                t(
                    "▲ 没有安装 pygame-ce，显示屏不启动。安装：pip install pygame-ce",
                    "▲ pygame-ce is not installed, so there are no screens. "
                    "Do: pip install pygame-ce",
                )
            )
            return
        for name in SCREENS:
            self.start_one(name)

    def start_one(self, name: str) -> None:
        """Start one, the first time or again."""
        arguments = [*SCREENS[name], "--lang", t("zh", "en")]
        if self._windows:
            more = ["--windowed", "--panel", WINDOW, "--at", PLACES[name]]
            more += ["--outer-at", OUTER] if name in PAIRS else []
            extra = dict[str, str]()
        else:
            # A place of its own, or it would fill a desktop that nobody sees.
            more = ["--at", "0,0", "--panel", PANEL, "--picture", str(self.picture_of(name))]
            extra = {"SDL_VIDEODRIVER": "dummy"}
        self._stage.start_screen(f"screen-{name}", [*arguments, *more], extra)

    async def drawn(self) -> None:
        """Wait, not for ever, until each has its first picture: nine o'clock comes quickly."""

        async def all_there() -> bool:
            processes = [self._stage.processes.get(f"screen-{name}") for name in SCREENS]
            ended = any(one is None or one.poll() is not None for one in processes)
            return self._windows or ended or all(one.is_file() for one in self.pictures())

        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAWN_S):
                await until(all_there)

    def picture_of(self, name: str) -> Path:
        """Return the file that a screen is told to keep its present picture in."""
        return self._folder / f"{name}.png"

    def pictures(self) -> list[Path]:
        """Return the files that the screens keep: a pair of panels has two."""
        names = [one for name in SCREENS for one in PAIRS.get(name, (name,))]
        return [self._folder / f"{name}.png" for name in names]

    async def run(self, time: HallTime) -> None:
        """Look after them through the day, and keep their pictures of each hour."""
        watching = asyncio.create_task(self._watch())
        try:
            for hour in HOURS:
                if time.now_s() < hour * 3600:
                    await time.until(hour * 3600)
                    self._keep(f"{hour:02}00")
        finally:
            watching.cancel()

    async def _watch(self) -> None:
        """Take pictures instead where a display is told of that is not there."""
        while self._windows:
            await asyncio.sleep(LOOK_S)
            running = [self._stage.processes.get(f"screen-{name}") for name in SCREENS]
            if any(process is not None and process.poll() == NO_DISPLAY for process in running):
                self._windows = False
                self._say(
                    t(
                        f"▲ 这里的显示屏无法使用，画面存入 {self._folder}/",
                        f"▲ The display here cannot be used; pictures go to {self._folder}/",
                    )
                )
                for name in SCREENS:
                    if f"screen-{name}" in self._stage.processes:
                        await asyncio.to_thread(self._stage.end, f"screen-{name}")
                    self.start_one(name)

    def _keep(self, when: str) -> None:
        for picture in self.pictures():
            if picture.is_file():
                shutil.copyfile(picture, picture.with_name(f"{picture.stem}-{when}.png"))
                self.made += 1
