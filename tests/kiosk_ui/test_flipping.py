"""Only the places that changed go to the panel, and of places beyond its edge what is inside."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pygame
import pytest

from kiosk_ui.flipping import Flipping
from kiosk_ui.ops import Rect
from tests.kiosk_ui.x_server import NEEDS_X, XServer

#: All of the canvas is blue, two places of it are flipped; the rest of the panel stays red.
PARTS = """
import sys
from kiosk_ui import shell  # draws in memory
import pygame
from kiosk_ui.flipping import Flipping
from kiosk_ui.ops import Rect
pygame.display.init()
window = pygame.Window("parts", (400, 300), (0, 0), borderless=True)
surface, whole = window.get_surface(), Rect(0, 0, 400, 300)
surface.fill((255, 0, 0))
pygame.event.pump()
flipping = Flipping(window)
flipping.flip([whole], whole)
surface.fill((0, 0, 255))
flipping.flip([Rect(10, 20, 30, 40), Rect(390, -5, 50, 15), Rect(500, 500, 9, 9)], whole)
print("flipped", flush=True)
sys.stdin.read()
"""


@NEEDS_X
def test_the_rest_of_the_panel_stays_as_it_was(place: Path) -> None:
    with (
        XServer(place, 400, 300) as x,
        subprocess.Popen(
            [sys.executable, "-c", PARTS], env=x.environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        ) as parts,
    ):  # fmt: skip
        try:
            assert parts.stdout is not None
            lines = iter(parts.stdout.readline, b"")
            assert b"flipped\n" in lines
            picture = x.picture()
        finally:
            parts.kill()
    blue = pygame.mask.from_threshold(picture, (0, 0, 255), (1, 1, 1))
    red = pygame.mask.from_threshold(picture, (255, 0, 0), (1, 1, 1))
    places = sorted(tuple(one) for one in blue.get_bounding_rects())
    assert places == [(10, 20, 30, 40), (390, 0, 10, 10)]
    assert blue.count() == 30 * 40 + 10 * 10
    assert red.count() == 400 * 300 - blue.count()


def test_a_window_that_is_gone_is_told() -> None:
    pygame.display.init()
    window = pygame.Window("gone", (40, 30))
    window.get_surface()
    flipping, whole = Flipping(window), Rect(0, 0, 40, 30)
    flipping.flip([whole], whole)
    window.destroy()
    with pytest.raises(pygame.error):
        flipping.flip([whole], whole)
    # Nothing to bring is nothing to fail at.
    flipping.flip([], whole)
    pygame.display.quit()
