"""The ground is not drawn below a card that covers it; no pixel differs by that."""

from __future__ import annotations

from contextlib import closing

import pygame
import pytest

from kiosk_ui.ops import Fill, Op, Picture, Rect, RoundRect
from kiosk_ui.painter import Painter
from kiosk_ui.states import LAYOUTS
from kiosk_ui.window.inner.view import inner
from kiosk_ui.window.outer.view import outer
from kiosk_ui.window.states import desk_states
from tests.kiosk_ui.looks import look

SIZE = (800, 600)
WHOLE = Rect(0, 0, *SIZE)
GROUND = Fill(WHOLE, (10, 20, 30))
RED, BLUE = (200, 0, 0), (0, 0, 200)
CARD = RoundRect(Rect(20, 30, 760, 540), RED, 12)


def drawn(picture: Picture) -> bytes:
    """What a panel shows, the ground drawn everywhere: it is not the first operation."""
    below = Fill(Rect(0, 0, *picture.size), (0, 0, 0))
    with closing(Painter(pygame.Surface(picture.size, depth=32), look().faces)) as painter:
        painter.show(Picture(picture.size, (below, *picture.ops)))
        return bytes(painter.surface.get_buffer().raw)


@pytest.mark.parametrize(
    "ops",
    [
        (CARD,),
        (CARD, RoundRect(CARD.rect, BLUE, 12, 3)),
        (RoundRect(CARD.rect, BLUE, 40, 5),),
        (RoundRect(WHOLE, RED, 300),),
        (RoundRect(Rect(-50, -50, 900, 700), RED, 0),),
        (RoundRect(Rect(20, 30, 760, 4), RED, 2), CARD, Fill(Rect(5, 5, 100, 100), BLUE)),
    ],
)
def test_a_card_on_the_ground(ops: tuple[Op, ...]) -> None:
    picture = Picture(SIZE, (GROUND, *ops))
    with closing(Painter(pygame.Surface(SIZE, depth=32), look().faces)) as painter:
        painter.surface.fill((1, 2, 3))
        painter.show(picture)
        assert bytes(painter.surface.get_buffer().raw) == drawn(picture)


@pytest.mark.parametrize("view", [inner, outer])
def test_pages_of_a_window_one_after_another(view: object) -> None:
    panel = LAYOUTS["inner" if view is inner else "outer"]["21in"]
    with closing(Painter(pygame.Surface(panel.size, depth=32), look().faces)) as painter:
        for name, model in list(desk_states().items())[::3]:
            picture = (inner if view is inner else outer)(model, look(panel, language="zh"))
            painter.show(picture)
            assert bytes(painter.surface.get_buffer().raw) == drawn(picture), name
