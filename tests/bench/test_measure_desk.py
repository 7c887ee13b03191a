"""The pair's figures: marked by their bounds, and numbers that are read off a panel."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from firmware_py.bench.clerk_pc import Numbers
from firmware_py.bench.measure_desk import (
    Bounds,
    frame_figure,
    held_figure,
    masked_figure,
    mirror_figure,
    not_measured,
    pair_figures,
)
from firmware_py.bench.pair_on_x import Moved, Pair, pair_file
from firmware_py.config.file import load_all
from kiosk_ui.rfb.numbered import BITS, NUMBERS, SIDE, Times

FRAME = {
    "all_p50_ms": 7.9, "all_p95_ms": 12.0, "mirror_p50_ms": 5.0, "pages_p50_ms": 2.0,
    "copy_ms": 1.5, "scaled_p50_ms": 6.0, "other_p50_ms": 7.0,
}  # fmt: skip
OWN = {"fps": 29.0, "source_fps": 30.0, "p95_ms": 45.0, "cpu_ms_per_picture": 8.0,
       "mb_per_s": 6.0, "cpu_percent": 24.0}  # fmt: skip
MOTION = {"mirror": OWN, "viewer": {**OWN, "cpu_ms_per_picture": 7.0}, "beside": {"cpu_times": 1.3}}


def test_the_median_frame_is_held_against_its_bound() -> None:
    assert frame_figure(FRAME).kept
    assert not frame_figure({**FRAME, "all_p50_ms": 8.1}).kept


def pair() -> Pair:
    return Pair(
        [8.0] * 24, [30.0] * 24, [49.0] * 24, [3.0] * 24,
        [Moved("scroll at 30 fps", 29.5, 30.0, [40.0] * 99, 35.0)], {"Rss": 104.0, "Pss": 80.0},
    )  # fmt: skip


def test_a_pair_is_held_against_each_of_its_bounds() -> None:
    assert [one.kept for one in pair_figures(pair())] == [True] * 3
    slow = pair()
    slow.both_ms[:3] = [51.0] * 3
    slow.memory["Rss"] = 105.1
    slow.moved[0].late_ms.clear()
    figures = pair_figures(slow)
    assert [one.kept for one in figures] == [False] * 3
    assert "nothing seen" in figures[2].measured


@pytest.mark.parametrize(
    ("name", "value"), [("fps", 28.9), ("p95_ms", 45.1), ("mb_per_s", 6.1), ("cpu_times", 1.31)]
)
def test_each_of_the_mirrors_bounds_counts(name: str, value: float) -> None:
    bounds = Bounds("text", "scroll", 30, 29, late_ms=45, times=1.3, mb_per_s=6)
    assert mirror_figure(bounds, MOTION).kept
    part = "beside" if name == "cpu_times" else "mirror"
    worse = {**MOTION, part: {**MOTION[part], name: value}}
    assert not mirror_figure(bounds, worse).kept
    assert mirror_figure(Bounds("photographs", "photo", 30, 28), worse).kept


def test_a_mirror_that_could_not_be_held_to_a_part_of_a_core_keeps_no_bound() -> None:
    assert held_figure("text", {"mirror": OWN}, 25).kept
    assert not held_figure("text", {"mirror": {**OWN, "fps": 24.9}}, 25).kept
    nothing = held_figure("text", None, 25)
    assert (nothing.measured, nothing.kept) == ("not measured", False)


MASKED = {
    "still": {"bytes": 78, "live": 1}, "mirror": {"bytes": 104, "updates": 0},
    "seen": {"bytes": 5_000_000, "updates": 80},
}  # fmt: skip


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [
        ("mirror", "updates", 1),
        ("mirror", "bytes", 400),
        ("still", "live", 0),
        ("seen", "bytes", 0),
    ],
)
def test_nothing_may_come_of_a_masked_area_that_is_known_to_move(
    part: str, name: str, value: float
) -> None:
    assert masked_figure(MASKED).kept
    assert not masked_figure({**MASKED, part: {**MASKED[part], name: value}}).kept


def test_without_an_x_server_no_bound_was_kept() -> None:
    figures = not_measured("Xtigervnc is not installed")
    assert not any(one.kept for one in figures)
    assert {one.beside for one in figures} == {"Xtigervnc is not installed"}
    assert len(figures) == 9


def test_numbers_are_read_as_the_pages_in_motion_write_them(tmp_path: Path) -> None:
    path, shown = tmp_path / "times", [0]
    times = Times(path)

    def green(x: int, y: int) -> int:
        assert y < SIDE
        return 250 if shown[0] >> x // SIDE & 1 else 9

    numbers = Numbers(path, SIDE, green)
    half_drawn = 0b1010_0000_0000_0101
    for number in (NUMBERS - 2, NUMBERS - 2, half_drawn, NUMBERS - 1, 1):
        shown[0] = number
        times.put(number, time.monotonic())
        numbers.look()
    assert len(numbers.late_ms) == 3
    assert all(0 <= late < 60_000 for late in numbers.late_ms)
    assert numbers.made == 3
    assert NUMBERS == 1 << BITS
    numbers.close()
    times.close()


def test_the_measured_hall_mirrors_the_desktop_at_one_window(tmp_path: Path) -> None:
    (tmp_path / "backup").mkdir()
    ports = {
        "HALL_RUN": str(tmp_path), "HALL_DATA": str(tmp_path), "HALL_BROKER_PORT": "20001",
        "HALL_PRINTER2_PORT": "20002", "HALL_CLOCK": "machine",
    }  # fmt: skip
    settings = load_all(pair_file(tmp_path, tmp_path / "rfb"), ports).settings
    hosts = {window.id: window.mirror.host for window in settings.windows if window.mirror}
    assert hosts["3"] == str(tmp_path / "rfb")
