"""Rectangles, masks, screens: what is left to be seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk_ui.rfb.region import Rect, bounding, without
from kiosk_ui.rfb.viewing import Area, Mask, Screen, Viewing

DESKTOP = Rect(0, 0, 200, 100)
#: No unit of a mask.
MILLIMETRES: Any = "mm"

rects = st.builds(
    Rect, st.integers(-5, 25), st.integers(-5, 25), st.integers(0, 20), st.integers(0, 20)
)


@given(st.lists(rects, max_size=6))
def test_what_is_left_is_exactly_what_no_hole_covers(holes: list[Rect]) -> None:
    whole = Rect(0, 0, 20, 20)
    wanted = np.ones((20, 20), np.int64)
    for hole in holes:
        wanted[max(hole.y, 0) : max(hole.bottom, 0), max(hole.x, 0) : max(hole.right, 0)] = 0
    left = np.zeros((20, 20), np.int64)
    for part in without(whole, holes):
        assert not part.empty
        left[part.y : part.bottom, part.x : part.right] += 1
    assert (left == wanted).all()


def test_a_hole_in_the_middle_leaves_four_parts_and_one_at_the_edge_one() -> None:
    assert len(without(DESKTOP, [Rect(50, 20, 20, 20)])) == 4
    assert without(DESKTOP, [Rect(0, 80, 200, 20)]) == (Rect(0, 0, 200, 80),)
    assert without(DESKTOP, [DESKTOP]) == ()


def test_a_box_holds_all_of_its_rectangles() -> None:
    assert bounding([Rect(5, 5, 1, 1), Rect(0, 7, 2, 2)]) == Rect(0, 5, 6, 4)


def test_a_pixel_that_is_partly_private_is_private() -> None:
    view = Rect(10, 0, 33, 33)
    # 10 % of 33 is 3.3: from pixel 3, up to the 7th (6.6).
    assert Mask(10, 10, 10, 10).over(view) == Rect(13, 3, 4, 4)
    assert Mask(90, 90, 50, 50).over(view) == Rect(39, 29, 4, 4)
    assert Mask(1, 2, 3, 4, "px").over(view) == Rect(11, 2, 3, 4)


def test_masks_lie_in_what_is_shown_of_the_desktop() -> None:
    viewing = Viewing(crop=Rect(100, 0, 100, 100), masks=(Mask(0, 0, 50, 100),))
    assert viewing.area(DESKTOP, ()) == Area(
        Rect(100, 0, 100, 100), (Rect(100, 0, 50, 100),), (Rect(150, 0, 50, 100),)
    )


def test_screens_count_from_the_left_whatever_the_server_calls_them() -> None:
    screens = (Screen(5, Rect(120, 0, 80, 60)), Screen(900, Rect(0, 0, 120, 100)))
    area = Viewing(screen=2, crop=Rect(10, 10, 20, 20)).area(DESKTOP, screens)
    assert area is not None
    assert area.view == Rect(130, 10, 20, 20)


@pytest.mark.parametrize(
    "viewing",
    [
        Viewing(screen=3),
        Viewing(screen=1, crop=Rect(100, 0, 21, 100)),
        Viewing(crop=Rect(150, 0, 51, 100)),
        Viewing(sizes=((1920, 1080),)),
    ],
)
def test_what_is_not_as_configured_is_not_shown_at_all(viewing: Viewing) -> None:
    screens = (Screen(5, Rect(120, 0, 80, 60)), Screen(900, Rect(0, 0, 120, 100)))
    assert viewing.area(DESKTOP, screens) is None


def test_a_screen_beyond_the_desktop_is_not_believed() -> None:
    assert Viewing(screen=1).area(DESKTOP, (Screen(1, Rect(100, 0, 101, 100)),)) is None
    assert Viewing(screen=1).area(DESKTOP, (Screen(1, Rect(100, 0, 0, 100)),)) is None


def test_a_size_that_is_known_is_shown() -> None:
    assert Viewing(sizes=((1, 1), (200, 100))).area(DESKTOP, ()) is not None


def test_what_makes_no_sense_is_refused() -> None:
    wrong: tuple[tuple[Callable[[], object], str], ...] = (
        (lambda: Mask(0, 0, 0, 10), "a width and a height"),
        (lambda: Mask(float("nan"), 0, 10, 10), "a width and a height"),
        (lambda: Mask(0, 0, 1, 1, MILLIMETRES), "in percent or px, not 'mm'"),
        (lambda: Viewing(screen=0), "count from 1"),
        (lambda: Viewing(crop=Rect(0, 0, 0, 1)), "a width and a height"),
        (lambda: Viewing(masks=(Mask(0, 0, 5, 5, "px"),)), "need the sizes"),
    )
    for make, words in wrong:
        with pytest.raises(ValueError, match=words):
            make()
