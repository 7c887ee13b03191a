"""The screens' figures: marked by their bounds, and a finger that presses a real X server."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from firmware_py.bench.kiosk_on_x import Kiosk, kiosk_file, resident_mb
from firmware_py.bench.measure_screens import (
    kiosk_figures,
    not_measured,
    p95,
    page_figures,
    search_figure,
    wall_figure,
)
from firmware_py.bench.x_panel import XPanel
from firmware_py.config.file import load_all
from tests.kiosk_ui.x_server import NEEDS_X

PAGES = {
    "warm_ms:start": 3.9, "warm_ms:item": 2.0, "first_ms:start": 39.0, "first_ms:item": 20.0,
    "in_turn_ms": 3.0, "copy_ms": 0.4, "letters_ms": 12.0,
}  # fmt: skip
SEARCH = {
    "items": 214, "keys": 200, "search_p50_ms": 0.4, "search_p99_ms": 4.9,
    "search_worst_ms": 6.0, "shown_p50_ms": 5.0, "shown_p95_ms": 12.0, "shown_p99_ms": 13.0,
}  # fmt: skip
DAY = {
    "hours": 24, "calls": 1450, "turns": 9, "pictures": 5000, "drawn_p50_ms": 3.0,
    "drawn_p99_ms": 9.0, "first_hour_mb": 50.0, "end_mb": 50.3, "grown_mb": 0.3,
    "wrong_pictures": 0,
}  # fmt: skip


def test_the_worst_page_decides_and_is_named() -> None:
    warm, first = page_figures(PAGES)
    assert (warm.kept, first.kept) == (True, True)
    assert "worst 3.9 ms (start)" in warm.measured
    warm, first = page_figures({**PAGES, "warm_ms:item": 4.1, "first_ms:item": 40.5})
    assert (warm.kept, first.kept) == (False, False)
    assert "(item)" in first.measured


def test_a_search_that_is_slow_or_of_another_catalogue_misses_its_bound() -> None:
    assert search_figure(SEARCH).kept
    assert not search_figure({**SEARCH, "search_p99_ms": 5.1}).kept
    assert not search_figure({**SEARCH, "items": 59}).kept


def test_a_wall_that_grows_or_shows_an_old_number_misses_its_bound() -> None:
    assert wall_figure(DAY).kept
    assert not wall_figure({**DAY, "grown_mb": 2.0}).kept
    assert not wall_figure({**DAY, "wrong_pictures": 1}).kept


def kiosk() -> Kiosk:
    return Kiosk(
        [500.0, 900.0, 550.0], [20.0] * 20, [12.0] * 20, [12.0] * 20, [3.0] * 20, 0.7,
        {"Rss": 63.0, "Pss": 45.0}, [200.0], [20.0], 0.3, {"Rss": 33.0, "Pss": 20.0},
    )  # fmt: skip


def test_a_kiosk_is_held_against_each_of_its_bounds() -> None:
    assert [one.kept for one in kiosk_figures(kiosk())] == [True] * 5
    slow = kiosk()
    slow.start_ms = [601.0]
    slow.up_ms[:2] = [46.0, 46.0]
    slow.paper_ms[:2] = [51.0, 51.0]
    slow.idle_percent = 0.81
    slow.memory["Rss"] = 65.1
    assert [one.kept for one in kiosk_figures(slow)] == [False] * 5


def test_what_nobody_could_measure_is_no_figure_that_was_kept() -> None:
    figures = not_measured("Xvfb is not installed")
    assert len(figures) == 5
    assert not any(one.kept for one in figures)
    assert {one.beside for one in figures} == {"Xvfb is not installed"}


def test_the_95th_percentile_of_twenty_is_the_slowest() -> None:
    assert p95([float(n) for n in range(20)]) == 19.0


def test_the_measured_kiosk_has_one_button(tmp_path: Path) -> None:
    settings = load_all(kiosk_file(tmp_path), _ports(tmp_path)).settings
    assert (settings.kiosks[0].id, settings.kiosks[0].choose) == ("kiosk-1", "one")


def _ports(folder: Path) -> dict[str, str]:
    (folder / "backup").mkdir()
    names = ("HALL_RUN", "HALL_DATA")
    ports = {"HALL_BROKER_PORT": "20001", "HALL_PRINTER2_PORT": "20002"}
    return {**dict.fromkeys(names, str(folder)), **ports, "HALL_CLOCK": "machine"}


WINDOW = """
import pygame
pygame.display.init()
window = pygame.Window("test", (640, 480), (0, 0), borderless=True)
surface = window.get_surface()
for _ in range(20):
    # SDL takes no press for a moment after a window got the focus.
    pygame.event.pump()
    pygame.time.wait(10)
surface.fill((0, 0, 200))
window.flip()
while True:
    event = pygame.event.wait()
    if event.type in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP):
        surface.fill((200, event.type % 200, 0))
        window.flip()
"""


@NEEDS_X
def test_a_press_on_an_x_server_changes_pixels_and_its_moment_is_known(tmp_path: Path) -> None:
    with XPanel(tmp_path, 640, 480) as panel:
        before = panel.seen(320, 240)
        assert len(before) == 5 * 400 * 4
        with pytest.raises(TimeoutError, match="320, 240"):
            panel.changed_ns(320, 240, before, 0.05)
        with subprocess.Popen(
            [sys.executable, "-c", WINDOW],
            env={**os.environ, **panel.environment, "SDL_FRAMEBUFFER_ACCELERATION": "0"},
        ) as window:
            try:
                panel.changed_ns(320, 240, before, 60.0)
                for press in (partial(panel.down, 320, 240), panel.up):
                    before = panel.seen(320, 240)
                    at_ns = press()
                    assert panel.changed_ns(320, 240, before, 60.0) > at_ns
                memory = resident_mb(window.pid)
                assert 0 < memory["Pss"] <= memory["Rss"]
            finally:
                window.kill()
