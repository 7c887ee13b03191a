"""A ready rectangle with round corners is the drawn one, pixel for pixel."""

from __future__ import annotations

from collections.abc import Iterator

import pygame
import pytest

from kiosk_ui.ops import Rect, RoundRect
from kiosk_ui.rounded import Rounded

GROUND = (12, 200, 99)


@pytest.fixture(autouse=True)
def display() -> Iterator[None]:
    pygame.display.init()
    yield
    pygame.display.quit()


def ground() -> pygame.Surface:
    surface = pygame.Surface((400, 300), depth=32)
    surface.fill(GROUND)
    return surface


@pytest.mark.parametrize("border", [0, 1, 4])
@pytest.mark.parametrize("radius", [0, 3, 12, 40])
@pytest.mark.parametrize("size", [(1, 1), (7, 30), (130, 90), (300, 100), (390, 290)])
@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (127, 128, 127)])
def test_however_often_it_comes_every_pixel_is_the_same(
    border: int, radius: int, size: tuple[int, int], colour: tuple[int, int, int]
) -> None:
    rounded = Rounded()
    for x, y in ((5, 5), (9, 8), (-3, 2), (250, 200)):
        op = RoundRect(Rect(x, y, *size), colour, radius, border)
        found, expected = ground(), ground()
        rounded.draw(found, op)
        pygame.draw.rect(expected, colour, op.rect, border, border_radius=radius)
        assert found.get_buffer().raw == expected.get_buffer().raw


def test_what_is_clipped_stays_clipped_and_what_is_kept_is_bounded() -> None:
    rounded = Rounded()
    surface = ground()
    surface.set_clip((0, 0, 50, 50))
    for n in range(200):
        for _ in range(2):
            rounded.draw(surface, RoundRect(Rect(20, 20, 100 + n, 90), (9, 9, 9), 12))
    assert surface.get_at((49, 49))[:3] == (9, 9, 9)
    assert surface.get_at((60, 60))[:3] == GROUND
    assert sum(one.get_width() * one.get_height() for one in rounded._ready.values()) <= 700_000
