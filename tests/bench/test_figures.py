"""The table of ``make bench``: a figure beyond its bound is marked, and makes the run fail."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from firmware_py.bench.figure import Figure, missed, table
from firmware_py.bench.figures import Measure, main

GOOD = Figure("a ticket", "160 bytes", "158 bytes", "its raster", kept=True)
BAD = Figure("idle", "0.5 % of a core", "0.65 %", "", kept=False)


def measures(*figures: Figure) -> Mapping[str, Measure]:
    async def measure(_: Path) -> list[Figure]:
        return list(figures)

    return {"some": measure}


def test_each_figure_is_marked_against_its_bound() -> None:
    lines = table([GOOD, BAD]).splitlines()
    assert lines[2].startswith("| ✓ | a ticket | 160 bytes ")
    assert lines[3].startswith("| ✗ | idle     | 0.5 % of a core | 0.65 % ")
    assert len({len(line) for line in lines}) == 1


def test_a_run_within_all_bounds_ends_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([], measures(GOOD, GOOD)) == 0
    assert capsys.readouterr().out.endswith("✓ all 2 figures are within their bounds\n")


def test_a_missed_bound_is_exit_code_1_and_the_page_is_written_all_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    assert main(["--markdown", str(page)], measures(GOOD, BAD)) == 1
    assert missed([GOOD, BAD]) in capsys.readouterr().out
    assert missed([GOOD, BAD]) == "✗ 1 of 2 figures missed the bound"
    assert "| ✗ | idle" in page.read_text(encoding="utf-8")
