"""From a picture to a finished page: its size, its colours, its lean, and what is told of it."""

from __future__ import annotations

import io
import pickle

import numpy as np
import pytest
from PIL import Image, ImageChops

from devices.scanner.jpeg import jpeg_head
from devices.scanner.pages.lean import lean_of
from devices.scanner.pages.page import FinishedPage, PageWish
from devices.scanner.pages.paper import dpi_by_shape
from devices.scanner.pages.work import finish
from tests.devices.scanner.drawn import form, laid, leaning

COLOUR = PageWish(grey=False)


def picture(page: FinishedPage) -> Image.Image:
    return Image.open(io.BytesIO(page.jpeg))


def apart(one: Image.Image, other: Image.Image) -> float:
    """How far two pictures differ on the mean, of 255, when their details are blurred away."""
    small = (124, 175)
    both = (one.convert("L").resize(small), other.convert("L").resize(small))
    return float(np.asarray(ImageChops.difference(*both), dtype=np.float64).mean())


def test_a_page_on_the_glass_comes_out_as_it_was_laid_down() -> None:
    page = form(150, seal=False)
    glass = laid(page, (1450, 2050), 5.5, scale=page.height / 2050, ground=(20, 20, 20), noise=1)
    done = finish(glass.picture, 150, 0, PageWish())
    assert (done.cropped, done.blank, done.grey) == (True, False, True)
    assert done.skew_deg == pytest.approx(5.5, abs=0.1)
    assert done.width == pytest.approx(1240, abs=3)
    assert done.height == pytest.approx(1754, abs=3)
    assert done.dpi == 150
    assert apart(picture(done), page) < 3
    assert abs(lean_of(picture(done).reduce(2))) <= 0.15


def test_a_camera_from_the_side_gives_an_upright_a4() -> None:
    page = form(150)
    seen = laid(page, (1920, 1440), -5, tilt=0.08, ground=(150, 105, 60), wood=8)
    done = finish(seen.picture, 0, 0, COLOUR)
    assert done.height / done.width == pytest.approx(2**0.5, rel=0.05)
    assert done.height / done.dpi * 25.4 == pytest.approx(297, abs=2)
    assert apart(picture(done), page) < 9


def test_a_leaning_text_without_an_edge_is_put_right_and_keeps_its_size() -> None:
    page = form(200, seal=False)
    done = finish(leaning(page, -3.3), 200, 0, PageWish())
    assert not done.cropped
    assert done.skew_deg == pytest.approx(-3.3, abs=0.3)
    assert (done.width, done.height) == page.size
    assert abs(lean_of(picture(done).reduce(3))) <= 0.3


def test_ink_in_the_corners_is_not_lost_by_straightening() -> None:
    page = leaning(form(150, seal=False), 6).convert("L")
    page.paste(20, (4, 4, 60, 60))
    page.paste(20, (page.width - 60, page.height - 60, page.width - 4, page.height - 4))
    done = finish(page.copy(), 150, 0, PageWish(crop=False))
    assert done.width > page.width
    dark = (np.asarray(picture(done)) < 60).sum()
    assert dark >= (np.asarray(page) < 60).sum() * 0.97


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_is_turned_as_asked(turn: int) -> None:
    page = form(100)
    lying = page.rotate(turn, expand=True)
    done = finish(lying, 100, turn, PageWish(crop=False))
    assert done.turned == turn
    assert (done.width, done.height) == page.size
    assert apart(picture(done), page) < 1.5


def test_a_leaning_page_on_a_ground_is_turned_in_the_same_step() -> None:
    page = form(150)
    seen = laid(page, (1600, 2000), 4).picture.rotate(90, expand=True)
    done = finish(seen, 0, 90, COLOUR)
    assert done.cropped
    assert done.height > done.width
    assert apart(picture(done), page) < 6


def test_nothing_is_resampled_where_nothing_leans() -> None:
    page = form(150).convert("L")
    done = finish(page.copy(), 150, 0, PageWish(quality=95))
    assert (done.skew_deg, done.cropped) == (0.0, False)
    difference = np.asarray(ImageChops.difference(picture(done), page))
    assert int(difference.max()) < 40
    assert float(difference.mean()) < 1.0


def test_a_red_seal_stays_red() -> None:
    page = form(150)
    done = finish(laid(page, (1500, 1950), 3).picture, 0, 0, COLOUR)
    values = np.asarray(picture(done), dtype=np.int16)
    red = (values[..., 0] > 180) & (values[..., 1] < 90) & (values[..., 2] < 90)
    drawn = np.asarray(page, dtype=np.int16)
    was_red = (drawn[..., 0] > 180) & (drawn[..., 1] < 90) & (drawn[..., 2] < 90)
    assert red.mean() == pytest.approx(was_red.mean(), rel=0.2)
    assert not done.grey
    assert jpeg_head(done.jpeg).components == 3


def test_grey_is_one_component_and_a_seal_is_still_seen() -> None:
    done = finish(form(150), 150, 0, PageWish())
    assert jpeg_head(done.jpeg).components == 1
    assert jpeg_head(done.jpeg).dpi == 150


def test_the_ground_of_a_page_is_not_whitened() -> None:
    done = finish(form(150, paper=214), 150, 0, PageWish())
    assert np.median(np.asarray(picture(done))) == pytest.approx(214, abs=2)


def test_a_blank_page_is_told_and_kept() -> None:
    dice = np.random.default_rng(4)
    grain = np.clip(dice.normal(244, 3, (1754, 1240)), 0, 255).astype(np.uint8)
    done = finish(Image.fromarray(grain), 150, 0, PageWish())
    assert done.blank
    assert (done.width, done.height) == (1240, 1754)


def test_a_page_with_one_short_line_is_not_blank() -> None:
    assert not finish(form(150, lines=1, seal=False), 150, 0, PageWish()).blank


def test_a_sheet_of_a4_has_its_resolution_by_its_shape() -> None:
    assert dpi_by_shape(2480, 3508) == 300
    assert dpi_by_shape(3508, 2480) == 300


def test_a_finished_page_shows_and_copies_nothing() -> None:
    done = finish(form(100), 100, 0, PageWish())
    assert repr(done) == f"<FinishedPage 827x1169 100 dpi, {len(done.jpeg)} bytes>"
    with pytest.raises(TypeError):
        pickle.dumps(done)
