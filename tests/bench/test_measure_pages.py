"""The figures of pages and previews: measured on papers that are really found and kept."""

from __future__ import annotations

import shutil
from itertools import count
from pathlib import Path

import pytest

from firmware_py.bench.measure_pages import pages_figures, preview_figure

FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
pytestmark = pytest.mark.skipif(not FONT.exists(), reason="fonts-noto-cjk is not installed")


def test_a_page_is_found_kept_and_measured(tmp_path: Path) -> None:
    took, memory = pages_figures(tmp_path, rounds=1, dpi=100)
    assert "median" in took.measured
    assert "pages" in memory.measured
    assert len(list((tmp_path / "vault").rglob("A012-0*"))) == 1


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
def test_a_preview_gives_frames_while_it_is_measured(tmp_path: Path) -> None:
    def gives() -> bool:
        folder = tmp_path / str(next(tries))
        folder.mkdir()
        return float(preview_figure(folder, seconds=1.0).measured.split()[0]) > 1

    tries = count()
    # A pause of the machine may take the second that is measured, but not each time.
    assert any(gives() for _ in range(5))
