"""Days of a wall in minutes: the real loop, line and painter, a clock that is turned by hand."""

from __future__ import annotations

import gc
import re
import resource
import statistics
import tempfile
import time
from array import array
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from kiosk_ui import memory
from kiosk_ui.app import Runner
from kiosk_ui.link import Link
from kiosk_ui.look import load_look
from kiosk_ui.ops import Image, Picture
from kiosk_ui.panel import Panel
from kiosk_ui.shell import Shell
from kiosk_ui.wall.made_up_hall import MadeUpHall
from kiosk_ui.wall.model import WallModel
from kiosk_ui.wall.screen import WallScreen
from kiosk_ui.wall.states import EXAMPLE

__all__ = ["WallDay", "measure"]

#: A turn of the loop stands for so long: every flash of a call is drawn.
_STEP_S = 0.25
#: ... and for so long while the hall is closed: a line is given up after 4 s without an answer.
_CLOSED_STEP_S = 1.0
#: The daemon is killed that often.
_CUT_S = 5 * 3600.0
_NUMBER = re.compile(r"\bA[0-9]{3,}")
_PANEL = Panel(1920, 1080, 1210, 680)
#: Begins with an hour of calls, so the first hour has filled what is kept.
_BEGINS = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - the hall's local time


class WallDay:
    """A wall on a panel that nobody sees, with a made-up hall. ``close`` it."""

    def __init__(self, folder: Path, panel: Panel = _PANEL, step_s: float = _STEP_S) -> None:
        self.now_s, self._step_s = 0.0, step_s
        pictures = [folder / f"{n}.jpg" for n in range(3)]
        for path in pictures:
            path.write_bytes(EXAMPLE.read_bytes())
        # One that is none must do no harm, however often it has its turn.
        pictures[1].write_bytes(EXAMPLE.read_bytes()[:9000])
        self.hall = MadeUpHall(folder / "hall.sock", _BEGINS, self._clock, pictures=pictures)
        look = load_look(panel)
        self._faces = look.faces
        self.shell = Shell(panel, look.faces, position=(0, 0))
        self.link = Link(folder / "hall.sock", self._clock, by="screen-wall")
        self.runner: Runner[WallModel] = Runner(
            WallScreen(wall="wall"), self.shell, self.link, look, clock=self._clock
        )
        self.turns = 0
        #: How often a picture file was on show.
        self.posters = 0
        #: What the turns took that drew something, and how many showed a number out of its time.
        self.drawn_ms = array("f")
        self.wrong = 0

    def close(self) -> None:
        """Close window, line and files."""
        self.link.close()
        self.shell.close()
        self.hall.close()
        self._faces.close()

    def _clock(self) -> float:
        return self.now_s

    def run(self, hours: float, each_hour: Callable[[int], None] = lambda _: None) -> None:
        """Let so many hours pass; ``each_hour`` is called with how many are over."""
        end_s, cut_s = self.now_s + hours * 3600, self.now_s + _CUT_S
        while self.now_s < end_s:
            hour = int(self.now_s // 3600)
            if self.now_s >= cut_s:
                cut_s += _CUT_S
                self.hall.hang_up()
            self.turn()
            self.now_s += self._step_s if self.hall.open else max(self._step_s, _CLOSED_STEP_S)
            if int(self.now_s // 3600) > hour:
                each_hour(hour + 1)

    def turn(self) -> None:
        """One turn of hall and wall."""
        self.hall.turn()
        # A picture takes as long as it takes: not a part of the day that goes by so fast.
        while self.shell.pictures.busy:
            self.shell.show(self.runner.picture or Picture(self.shell.panel.size, ()))
            time.sleep(0.01)
        before, begun_s = self.runner.picture, time.perf_counter()
        self.runner.turn()
        self.turns += 1
        if self.runner.picture is not None and self.runner.picture is not before:
            self.drawn_ms.append((time.perf_counter() - begun_s) * 1000)
            ops = self.runner.picture.ops
            self.posters += any(isinstance(op, Image) for op in ops)
            knows = self.hall.open and self.link.live
            if not knows and any(map(_NUMBER.search, self.runner.picture.texts())):
                self.wrong += 1


def resident_bytes() -> int:
    """Return how much memory this process keeps in RAM, whatever was free and is given back."""
    gc.collect()
    memory.give_back()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()


def measure(
    hours: float = 24.5, panel: Panel = _PANEL, step_s: float = _STEP_S
) -> dict[str, float]:
    """Return what a wall needs after its first hour and after ``hours``, and what it did.

    From nine in the morning it is 1,450 calls, closing, midnight, and half an hour of the next day,
    so that what is compared is the same kind of page.
    """
    resident = dict[int, int]()

    def note(hour: int) -> None:
        resident[hour] = resident_bytes()

    memory.keep_small()
    with tempfile.TemporaryDirectory() as folder:
        day = WallDay(Path(folder), panel, step_s)
        try:
            day.run(hours, note)
            end = resident_bytes()
        finally:
            day.close()
    drawn_ms = sorted(day.drawn_ms)
    return {
        "hours": hours,
        "calls": day.hall.calls,
        "turns": day.turns,
        "pictures": len(drawn_ms),
        "posters": day.posters,
        "drawn_p50_ms": round(statistics.median(drawn_ms), 2),
        "drawn_p99_ms": round(drawn_ms[len(drawn_ms) * 99 // 100], 2),
        "first_hour_mb": round(resident[1] / 1e6, 2),
        "end_mb": round(end / 1e6, 2),
        "grown_mb": round((end - resident[1]) / 1e6, 2),
        "wrong_pictures": day.wrong,
    }
