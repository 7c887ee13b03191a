"""A sheet of paper is found wherever it lies, and nothing else is taken for one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from devices.scanner.pages.closing import closed
from devices.scanner.pages.find import find_page
from devices.scanner.pages.geometry import (
    Floats,
    area,
    fits,
    four_corners,
    hull,
    in_order,
    mapping,
    rectangle,
    sides,
    turned,
)
from devices.scanner.pages.regions import largest
from tests.devices.scanner.drawn import Laid, far_off, font, form, laid

PAGE = form(100)
SIZE = (1070, 1340)
GROUNDS = {
    "a dark counter": {"ground": (70, 62, 55)},
    "a black lid": {"ground": (8, 8, 8)},
    "a wooden desk": {"ground": (150, 105, 60), "wood": 8.0},
    "a light grey desk": {"ground": (200, 200, 198)},
    "a blue mat": {"ground": (40, 70, 150)},
    "a shadow on a dark counter": {"ground": (90, 90, 85), "shadow": 0.5},
    "a shadow on a light desk": {"ground": (185, 180, 175), "shadow": 0.45},
    "a noisy camera": {"noise": 12.0},
    "a small sheet": {"scale": 0.4},
    "a sheet near the edge": {"shift": (0.13, 0.0)},
    "a camera from the side": {"tilt": 0.1},
}


def found_in(picture: Image.Image) -> Floats | None:
    shrink = math.ceil(max(picture.size) / 880)
    corners = find_page(picture.convert("L").reduce(shrink))
    return None if corners is None else corners * shrink


def whole(drawn: Laid) -> Floats:
    corners = found_in(drawn.picture)
    assert corners is not None
    return corners


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("lean", [-14.0, 0.0, 8.0])
def test_a_sheet_is_found_to_two_pixels(ground: str, lean: float) -> None:
    drawn = laid(PAGE, SIZE, lean, **GROUNDS[ground])  # type: ignore[arg-type]
    assert far_off(whole(drawn), drawn.corners) <= 2.5


def test_a_sheet_that_the_picture_cuts_off_keeps_its_shape() -> None:
    drawn = laid(PAGE, SIZE, -6, shift=(0.0, -0.2))
    corners = whole(drawn)
    top, bottom = corners[1] - corners[0], corners[2] - corners[3]
    for along in (top, bottom):
        assert math.degrees(math.atan2(along[1], along[0])) == pytest.approx(-6, abs=0.2)
    # The sides that were seen lie where they are.
    assert far_off(corners[2:], drawn.corners[2:]) <= 2.5


def test_a_dog_ear_does_not_move_the_corner() -> None:
    folded = PAGE.copy()
    ImageDraw.Draw(folded).polygon([(827, 0), (730, 0), (827, 110)], fill=(70, 62, 55))
    drawn = laid(folded, SIZE, 6)
    assert far_off(whole(drawn), drawn.corners) <= 3


def test_a_finger_on_the_edge_does_not_move_it() -> None:
    drawn = laid(PAGE, SIZE, 3)
    pen = ImageDraw.Draw(drawn.picture)
    left = drawn.corners[0] * 0.5 + drawn.corners[3] * 0.5
    pen.ellipse([left[0] - 40, left[1] - 30, left[0] + 40, left[1] + 30], fill=(205, 160, 140))
    assert far_off(whole(drawn), drawn.corners) <= 4


def test_of_two_sheets_the_larger_is_taken() -> None:
    size = (1600, 1200)
    large = laid(PAGE, size, -4, scale=0.85, shift=(-0.2, 0.0))
    small = laid(form(100, lines=8), size, 5, scale=0.55, shift=(0.27, 0.05))
    right = np.arange(size[0]) > 900
    both = np.where(right[None, :, None], np.asarray(small.picture), np.asarray(large.picture))
    corners = found_in(Image.fromarray(both))
    assert corners is not None
    assert far_off(corners, large.corners) <= 3


def test_an_id_card_on_the_black_glass_of_an_a4_scanner_is_found() -> None:
    card = Image.new("RGB", (506, 319), (225, 228, 220))
    ImageDraw.Draw(card).text((40, 60), "居民身份证 样本", font=font(10, 150), fill=(30, 30, 30))
    drawn = laid(card, (1240, 1754), 10, scale=0.4, ground=(15, 15, 15))
    assert far_off(whole(drawn), drawn.corners) <= 2.5


@pytest.mark.parametrize("lean", [-14.0, 0.0, 8.0])
def test_a_white_page_on_a_white_lid_is_not_guessed(lean: float) -> None:
    assert found_in(laid(PAGE, SIZE, lean, ground=(250, 250, 246)).picture) is None


def test_a_page_that_fills_the_picture_is_left_whole() -> None:
    assert found_in(PAGE) is None


def test_a_photo_on_a_page_is_not_taken_for_the_page() -> None:
    page = Image.new("RGB", (1240, 1754), (250, 250, 248))
    dice = np.random.default_rng(3)
    photo = Image.fromarray(dice.integers(60, 160, (40, 50), dtype=np.uint8)).resize((500, 400))
    page.paste(photo.convert("RGB"), (300, 400))
    ImageDraw.Draw(page).text((300, 900), "照片说明文字一行", font=font(12, 150), fill=(20, 20, 20))
    assert found_in(page) is None


def test_a_white_box_on_a_pink_form_is_not_taken_for_the_page() -> None:
    page = Image.new("RGB", (1240, 1754), (214, 150, 160))
    pen = ImageDraw.Draw(page)
    pen.rectangle([200, 500, 1000, 1000], fill=(250, 250, 250))
    for line in range(6):
        text = "请在下方白色方框内签字并注明日期"
        pen.text((200, 100 + line * 50), text, font=font(12, 150), fill=(20, 20, 20))
    assert found_in(page) is None


@pytest.mark.parametrize("value", [0, 128, 255])
def test_a_picture_of_nothing_holds_no_page(value: int) -> None:
    assert found_in(Image.new("L", (800, 600), value)) is None


def test_noise_holds_no_page() -> None:
    dice = np.random.default_rng(5)
    assert found_in(Image.fromarray(dice.integers(0, 256, (900, 700), dtype=np.uint8))) is None


@given(
    st.floats(-44, 44),
    st.floats(100, 900),
    st.floats(100, 900),
    st.integers(0, 3),
)
def test_four_corners_of_a_rectangle_are_its_corners(
    lean: float, width: float, height: float, quarters: int
) -> None:
    corners = rectangle(1000, 800, lean, (width, height))
    along = np.linspace(0, 1, 12)[:-1, None]
    outline = np.concatenate(
        [corners[at] + along * (corners[(at + 1) % 4] - corners[at]) for at in range(4)]
    )
    # A step of a pixel, as a region's rows have it.
    found = four_corners(hull(np.round(np.roll(outline, quarters * 3, axis=0))))
    assert found is not None
    assert fits(found)
    assert far_off(found, in_order(corners)) < 6


@given(st.floats(-40, 40), st.floats(-0.2, 0.2))
def test_the_mapping_takes_a_pages_corners_to_the_pictures(lean: float, tilt: float) -> None:
    corners = rectangle(900, 700, lean, (400, 560))
    corners[0, 0] += tilt * 200
    a, b, c, d, e, f, g, h = mapping(corners, 210, 297)
    for (x, y), there in zip([(0, 0), (210, 0), (210, 297), (0, 297)], corners, strict=True):
        scale = g * x + h * y + 1
        seen = ((a * x + b * y + c) / scale, (d * x + e * y + f) / scale)
        assert seen == pytest.approx(tuple(there), abs=1e-6)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=3, max_size=40))
def test_a_hull_holds_all_points_and_turns_one_way(points: list[tuple[int, int]]) -> None:
    outline = hull(np.array(points, dtype=np.float64))
    if len(outline) < 3:
        return
    assert area(outline) > 0
    for at in range(len(outline)):
        start, end = outline[at], outline[(at + 1) % len(outline)]
        for x, y in points:
            beside = (end[0] - start[0]) * (y - start[1]) - (end[1] - start[1]) * (x - start[0])
            assert beside >= -1e-9


def test_turning_a_picture_clockwise_begins_with_the_corner_at_the_bottom_left() -> None:
    corners = np.array([[0.0, 0.0], [30.0, 0.0], [30.0, 20.0], [0.0, 20.0]])
    assert turned(corners, 90)[0].tolist() == [0.0, 20.0]
    assert turned(corners, 180)[0].tolist() == [30.0, 20.0]
    assert sides(turned(corners, 90)) == (20.0, 30.0)


def test_parts_are_joined_at_their_sides_alone() -> None:
    rows = ["..##....#", "..##....#", "##......#", "##.####.#", "...#...##"]
    mask = np.array([[one == "#" for one in row] for row in rows])
    # Joined at corners only, the two squares are two; the frame at the right is one.
    assert [region.pixels for region in largest(mask, 9)] == [6, 5, 4, 4]


def test_what_is_narrow_and_dark_is_closed_also_at_the_edge() -> None:
    grey = np.full((20, 30), 200, dtype=np.uint8)
    grey[:, 10:14] = 20
    grey[:, 0:9] = 90
    shut = closed(grey, 5)
    assert set(shut[:, 14:].ravel().tolist()) == {200}
    assert set(shut[:, :9].ravel().tolist()) == {90}
    assert not (shut == 20).any()
