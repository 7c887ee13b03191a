"""A file tells one story: none is longer than somebody reads in one go."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
MOST = 400


def test_no_file_is_too_long_to_be_one_story() -> None:
    found = {
        str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines())
        for folder in ("firmware_py", "devices", "kiosk_ui", "tests", "config/setup")
        for path in (ROOT / folder).rglob("*.py")
    }
    assert len(found) > 500
    assert {name: lines for name, lines in found.items() if lines > MOST} == {}
