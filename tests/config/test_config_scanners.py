"""Scanners at windows, in the configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.hallfiles import HALL, HallFiles

SCANNER = """
[devices.scan-1]
kind = "scanner.folder"
options = { path = "/srv/scans/window-1" }
"""
AT_1 = HALL.replace('pad = "pad-1"\n', 'pad = "pad-1"\nscanner = "scan-1"\n')


@pytest.fixture
def files(tmp_path: Path) -> HallFiles:
    return HallFiles(tmp_path)


def test_a_scanner_stands_at_a_window(files: HallFiles) -> None:
    settings = files.load(AT_1 + SCANNER).settings
    assert [window.scanner for window in settings.windows] == ["scan-1", None]


def test_a_scanner_is_no_pad_and_a_pad_no_scanner(files: HallFiles) -> None:
    wrong = HALL.replace('pad = "pad-1"\n', 'pad = "scan-1"\nscanner = "pad-1"\n')
    at_pad, at_scanner = sorted(files.mistakes(wrong + SCANNER))
    assert "windows[1].pad: scan-1 is a scanner, not a pad" in at_pad
    assert "windows[1].scanner: pad-1 is a pad, not a scanner" in at_scanner


def test_a_scanner_belongs_to_one_window(files: HallFiles) -> None:
    twice = AT_1.replace('id = "2"\n', 'id = "2"\nscanner = "scan-1"\n')
    (mistake,) = files.mistakes(twice + SCANNER)
    assert "scan-1 is already at windows[1].scanner" in mistake
