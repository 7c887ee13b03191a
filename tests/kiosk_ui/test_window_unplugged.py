"""One of the two panels at a window is pulled out while people work, and comes back."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pygame
import pytest

from kiosk_ui.panel import Panel
from tests.e2e.scene import Scene, until
from tests.kiosk_ui.on_x import OnX, open_today
from tests.kiosk_ui.test_window_on_x import is_status, nobody, pair, press_until
from tests.kiosk_ui.window_desk import INNER, OUTER
from tests.kiosk_ui.window_stand import Stand, stand
from tests.kiosk_ui.x_outputs import HEIGHT, NEEDS_DUMMY, NEEDS_VNC, WIDTH, Outputs, Pulled, Turned
from tests.kiosk_ui.x_server import NEEDS_X

pytestmark = NEEDS_X

PANEL = Panel(WIDTH, HEIGHT, 476, 268)
BOTH = (True, True)
NO_OUTER = "纳税人屏没有接上，请检查显示器电源和连线。"
NO_INNER = "办税人员的显示屏没有接上，请稍候。"
#: Pages of memory: more than Python's own coming and going, less than one picture (3.7 MB).
MOST_MORE = 3 * 1024 * 1024 // os.sysconf("SC_PAGE_SIZE")
MANNERS = [
    pytest.param(Turned, marks=NEEDS_DUMMY, id="turned off"),
    pytest.param(Pulled, marks=NEEDS_VNC, id="pulled out"),
]


def resident(screen: OnX) -> int:
    assert screen.process is not None
    return int(Path(f"/proc/{screen.process.pid}/statm").read_text().split()[1])


class Counter:
    """A window with its two panels: what is there, what people see, what they should."""

    def __init__(self, x: Outputs, screen: OnX, should: Stand) -> None:
        self.x, self.screen, self.should = x, screen, should

    async def has(self, *there: bool) -> None:
        """Let these panels be there; wait until each of them shows what it should, all of it."""
        self.x.plugged(*there)
        self.should.glass.plugged = there
        await self.right()

    async def right(self) -> None:
        """Wait until each panel that is there shows what it should, pixel by pixel."""
        try:
            await self.should.until(self._right, "what people should see")
        except AssertionError:
            pygame.image.save(self.x.picture(), str(self.x.folder / "is.png"))
            raise
        assert self.screen.runs, self.screen.log()

    def _right(self) -> bool:
        shown = self.x.picture()
        desktop = pygame.surfarray.array3d(shown).swapaxes(0, 1)
        for panel in (INNER, OUTER):
            left = self.x.left[panel]
            if self.should.glass.plugged[panel] and not np.array_equal(
                desktop[:HEIGHT, left : left + WIDTH], self.should.pixels(panel)
            ):
                return False
        return True


@pytest.mark.parametrize("manner", MANNERS)
async def test_a_clerk_works_on_without_the_taxpayers_panel_and_it_comes_back_whole(
    place: Path, manner: type[Outputs]
) -> None:
    async with Scene(place, open_day=False) as hall:
        await open_today(hall, "3")
        await hall.take(override=True)
        await hall.take(override=True)
        with (
            manner(place) as x,
            OnX(x, place, *pair(hall)) as screen,
            stand(hall, panels=(PANEL, PANEL)) as should,
        ):
            at = Counter(x, screen, should)
            await at.has(*BOTH)
            assert NO_OUTER not in should.text(INNER)

            await at.has(True, False)
            assert NO_OUTER in should.text(INNER)
            await press_until(x, "F1", lambda: is_status(hall, "called"))
            await press_until(x, "F3", lambda: is_status(hall, "serving"))
            await at.right()
            x.press(*should.where(INNER, "finish"))
            await until(lambda: nobody(hall))
            await at.right()

            await at.has(*BOTH)
            assert NO_OUTER not in should.text(INNER)
            used = resident(screen)
            for _ in range(4):
                await at.has(True, False)
                await at.has(*BOTH)
            assert resident(screen) - used < MOST_MORE
            assert screen.end() == 0
        assert "Traceback" not in screen.log()
        assert "the outer panel is not there; plugged in" in screen.log()
        assert "the outer panel is back" in screen.log()


@pytest.mark.parametrize("manner", MANNERS)
async def test_a_taxpayer_is_served_on_while_the_clerks_panel_is_away(
    place: Path, manner: type[Outputs]
) -> None:
    async with Scene(place, open_day=False) as hall:
        await open_today(hall, "3")
        await hall.take(override=True)
        await hall.do("window.next", window="3")
        with (
            manner(place) as x,
            OnX(x, place, *pair(hall)) as screen,
            stand(hall, panels=(PANEL, PANEL)) as should,
        ):
            at = Counter(x, screen, should)
            await at.has(*BOTH)
            await at.has(False, True)
            assert NO_INNER in should.text(OUTER)
            # Keys of the keyboard are as they were, and so is the pad.
            await press_until(x, "F3", lambda: is_status(hall, "serving"))
            await at.right()
            await press_until(x, "F4", lambda: nobody(hall))
            await at.has(*BOTH)
            assert NO_INNER not in should.text(OUTER)
            assert screen.end() == 0
        assert "Traceback" not in screen.log()
        assert "the inner panel is not there; plugged in" in screen.log()
