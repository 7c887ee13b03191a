"""The pair at a window before a real daemon, in the test's own process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pygame
from numpy.typing import NDArray

from kiosk_ui.link import Link
from kiosk_ui.ops import Picture
from kiosk_ui.painter import Painter
from kiosk_ui.pair import PairRunner
from kiosk_ui.panel import Panel
from kiosk_ui.states import LAYOUTS
from kiosk_ui.window.desk import DeskScreen
from kiosk_ui.window.model import DeskModel
from kiosk_ui.window.outer.view import page_of
from kiosk_ui.window.preview import Preview
from tests.e2e.scene import Scene
from tests.kiosk_ui.looks import look
from tests.kiosk_ui.window_desk import INNER, TwoGlasses

__all__ = ["Stand", "stand"]

_USUAL = LAYOUTS["inner"]["21in"], LAYOUTS["outer"]["21in"]


class Stand:
    """A window before a real hall. Its loop turns while the test waits for something."""

    def __init__(self, hall: Scene, window: str, panels: tuple[Panel, Panel] = _USUAL) -> None:
        self.glass = TwoGlasses(panels)
        self.link = Link(hall.stage.hall_socket, time.monotonic, by=f"screen-window-{window}")
        self.preview = Preview(lambda: Link(hall.stage.hall_socket, time.monotonic, by="preview"))
        self.runner: PairRunner[DeskModel] = PairRunner(
            DeskScreen(window), self.glass, self.link, (look(panels[0]), look(panels[1])),
            beside=self.preview.follow,
        )  # fmt: skip
        self._drawn: tuple[Picture | None, NDArray[np.uint8]] = None, np.zeros((0, 0, 3), np.uint8)

    def text(self, panel: int) -> str:
        """Return all that can be read on it."""
        assert self.glass.shown is not None
        return "".join(self.glass.shown[panel].texts())

    def page(self) -> str:
        """Return which page the taxpayer sees."""
        return page_of(self.runner.model)

    async def until(self, wanted: Callable[[], object], what: str, seconds: float = 60.0) -> None:
        """Turn the loop until it is so."""
        end = time.monotonic() + seconds
        while True:
            self.runner.turn()
            if wanted():
                return
            assert time.monotonic() < end, (what, self.text(INNER))
            await asyncio.sleep(0.01)

    async def shows(self, page: str) -> None:
        """Turn until the taxpayer sees this page."""
        await self.until(lambda: self.page() == page, page)

    def key(self, *keys: str) -> None:
        """Press keys, all in one turn."""
        self.glass.keys += keys
        self.runner.turn()

    def pixels(self, panel: int) -> NDArray[np.uint8]:
        """Return what a panel should show now: (height, width, 3) of R, G, B."""
        assert self.glass.shown is not None
        picture = self.glass.shown[panel]
        if picture is self._drawn[0]:
            return self._drawn[1]
        surface = pygame.Surface(self.glass.panels[panel].size, depth=32)
        painter = Painter(surface, look().faces)
        painter.show(picture)
        painter.close()
        pixels = np.ascontiguousarray(pygame.surfarray.array3d(surface).swapaxes(0, 1))
        self._drawn = picture, pixels
        return pixels

    def where(self, panel: int, area: str) -> tuple[int, int]:
        """Return the middle of an area that can be touched. Raises ``KeyError``."""
        assert self.glass.shown is not None
        x, y, w, h = {one.id: one.rect for one in self.glass.shown[panel].areas}[area]
        return x + w // 2, y + h // 2


@contextmanager
def stand(hall: Scene, window: str = "3", panels: tuple[Panel, Panel] = _USUAL) -> Iterator[Stand]:
    """Stand before a window; hang up in the end."""
    found = Stand(hall, window, panels)
    try:
        yield found
    finally:
        found.link.close()
        found.preview.close()
