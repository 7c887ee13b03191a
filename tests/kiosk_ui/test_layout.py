from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk_ui.layout import Part, Share, at, columns, grid, inset, rows
from kiosk_ui.ops import Rect
from kiosk_ui.panel import Panel, Turn, panel_of

PARTS = st.lists(
    st.one_of(st.integers(0, 400), st.floats(0.1, 9).map(Share)), min_size=1, max_size=8
)


def test_shares_divide_what_the_fixed_parts_leave() -> None:
    found = rows(Rect(10, 20, 300, 1000), 100, Share(2), Share(1), gap=50)
    assert found == [Rect(10, 20, 300, 100), Rect(10, 170, 300, 533), Rect(10, 753, 300, 267)]


@given(PARTS, st.integers(0, 2000), st.integers(0, 30))
def test_parts_never_overlap_nor_leave_the_rectangle(
    parts: list[Part], width: int, gap: int
) -> None:
    whole = Rect(5, 7, width, 40)
    found = columns(whole, *parts, gap=gap)
    end = whole.x
    for one in found:
        assert one.w >= 0
        assert one.x >= end
        end = one.right
    if gap * (len(parts) - 1) <= width:
        assert end <= whole.right
    if any(isinstance(part, Share) for part in parts):
        fixed = sum(part for part in parts if isinstance(part, int))
        if fixed + gap * (len(parts) - 1) <= width:
            assert end == whole.right


def test_a_grid_has_its_cells_row_by_row() -> None:
    cells = grid(Rect(0, 0, 310, 100), 5, 3, gap=5)
    assert cells[0] == Rect(0, 0, 100, 48)
    assert cells[3].x == 0
    assert cells[3].y == cells[4].y == 53
    assert len(cells) == 5


def test_insets_and_places_inside() -> None:
    assert inset(Rect(0, 0, 100, 50), 10, 5) == Rect(10, 5, 80, 40)
    assert inset(Rect(0, 0, 10, 10), 20) == Rect(20, 20, 0, 0)
    assert at(Rect(0, 0, 100, 100), 20, 10) == Rect(40, 45, 20, 10)
    assert at(Rect(0, 0, 100, 100), 20, 10, across=1, down=0) == Rect(80, 0, 20, 10)


def test_a_panel_knows_its_millimetres() -> None:
    panel = Panel(1920, 1080, 480, 270)
    assert panel.px_per_mm == 4
    assert panel.px(20) == 80
    assert panel.px(0.01) == 1
    assert panel.mm(80) == 20


def test_a_turned_panel_is_drawn_upright() -> None:
    panel = Panel(1920, 1080, 480, 270, 90)
    assert panel.size == (1080, 1920)
    assert panel.size_mm == (270, 480)


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_a_touch_is_where_the_picture_was_drawn(turned: Turn) -> None:
    panel = Panel(40, 30, 40, 30, turned)
    for x, y in ((0, 0), (7, 3), (panel.size[0] - 1, panel.size[1] - 1)):
        on = panel.on_panel(Rect(x, y, 1, 1))
        assert Rect(0, 0, 40, 30).contains(on)
        assert panel.upright(on.x, on.y) == (x, y)


def test_panels_are_read_as_makers_write_them() -> None:
    assert panel_of("1920x1080@90", "940x530") == Panel(1920, 1080, 940, 530, 90)
    by_inches = panel_of("1920x1080", "55in")
    assert by_inches.width_mm == pytest.approx(1217.6, abs=0.5)
    assert panel_of("1280x720", usual_inches=43).height_mm == pytest.approx(535.5, abs=0.5)


@pytest.mark.parametrize(
    ("pixels", "size"), [("1920", ""), ("1920x1080@45", ""), ("1920x1080", "big"), ("x", "43in")]
)
def test_a_panel_that_is_miswritten_is_refused(pixels: str, size: str) -> None:
    with pytest.raises(ValueError, match="write"):
        panel_of(pixels, size)
