"""A wall of eight lines on both wires: what changed goes out, and nothing else."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from devices.led_wall.page import LedPage
from firmware_py.bench.measure_wall import WALLS, WallBytes, measure, pages, text_bytes, wall_bytes


@pytest.mark.parametrize("kind", [kind for _, kind in WALLS])
def test_a_changed_line_costs_a_line_and_a_repeated_page_nothing(kind: str) -> None:
    full, changed = pages()
    page, line, again = wall_bytes(kind)
    assert again == 0
    assert text_bytes(changed, full) < line < page / 4
    assert text_bytes(full) < page < 4 * text_bytes(full)


@pytest.mark.parametrize("kind", [kind for _, kind in WALLS])
def test_a_line_that_goes_costs_less_than_the_page(kind: str) -> None:
    full, _ = pages()
    wall = WallBytes(kind)
    page = wall.show(full)
    assert 0 < wall.show(LedPage(full.lines[:-1])) < page / 4


def test_the_figures_keep_their_bounds(tmp_path: Path) -> None:
    figures = asyncio.run(measure(tmp_path))
    assert [figure.kept for figure in figures] == [True, True]
    assert list(tmp_path.iterdir()) == []
