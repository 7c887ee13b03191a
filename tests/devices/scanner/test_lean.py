"""How far text leans is measured within 0.3 degrees, and what has no lines is never turned."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from devices.scanner.pages.lean import lean_of
from tests.devices.scanner.drawn import blurred, form, leaning

WITHIN_DEG = 0.3


def seen(page: Image.Image) -> Image.Image:
    return page.convert("L").reduce(2)


@pytest.mark.parametrize("lean", [-15.0, -9.5, -3.0, -0.4, 0.0, 0.2, 1.5, 6.0, 12.0, 15.0])
def test_a_page_of_text_leans_as_far_as_it_was_turned(lean: float) -> None:
    assert lean_of(seen(leaning(form(150), lean))) == pytest.approx(lean, abs=WITHIN_DEG)


@pytest.mark.parametrize("lean", [-7.0, 2.0, 11.0])
def test_a_few_lines_are_enough(lean: float) -> None:
    page = leaning(form(150, lines=3), lean)
    assert lean_of(seen(page)) == pytest.approx(lean, abs=WITHIN_DEG)


@pytest.mark.parametrize("lean", [-4.0, 5.0])
def test_a_page_that_lies_on_its_side_leans_too(lean: float) -> None:
    page = leaning(form(150), lean).rotate(-90, expand=True)
    assert lean_of(seen(page)) == pytest.approx(lean, abs=WITHIN_DEG)


def test_a_pale_blurred_noisy_copy_is_measured_as_well() -> None:
    page = blurred(leaning(form(150), 3.5), 1.6)
    grey = np.asarray(page.convert("L"), dtype=np.float64) * 0.6 + 80
    grey += np.random.default_rng(2).normal(0, 6, grey.shape)
    copy = Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8))
    assert lean_of(seen(copy)) == pytest.approx(3.5, abs=WITHIN_DEG)


def test_an_empty_page_is_not_turned() -> None:
    assert lean_of(Image.new("L", (620, 877), 250)) == 0.0


def test_noise_is_not_turned() -> None:
    dice = np.random.default_rng(7)
    assert lean_of(Image.fromarray(dice.integers(0, 256, (877, 620), dtype=np.uint8))) == 0.0


def test_a_page_of_round_seals_is_not_turned() -> None:
    page = Image.new("L", (620, 877), 250)
    pen = ImageDraw.Draw(page)
    dice = np.random.default_rng(11)
    for _ in range(60):
        x, y = int(dice.integers(40, 580)), int(dice.integers(40, 830))
        pen.ellipse([x - 20, y - 20, x + 20, y + 20], outline=90, width=3)
    assert lean_of(page) == 0.0


def test_a_lean_beyond_what_anybody_lays_is_not_guessed() -> None:
    assert abs(lean_of(seen(leaning(form(150), 30)))) <= 16
