"""The measurement beside TigerVNC's viewer runs, and finds pictures on both sides."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk_ui.rfb.numbered import BITS, NUMBERS, SIDE, Times, number_at


def test_a_number_is_read_from_its_squares() -> None:
    for number in (0, 1, 0b1010_0000_0000_0101, NUMBERS - 1):

        def green(x: int, y: int, number: int = number) -> int:
            assert y < SIDE
            return 250 if number >> x // SIDE & 1 else 9  # as JPEG leaves black and white

        assert number_at(green) == number
    assert NUMBERS == 1 << BITS


def test_times_are_shared_by_their_file(tmp_path: Path) -> None:
    ours, theirs = Times(tmp_path / "times"), Times(tmp_path / "times")
    theirs.put(NUMBERS - 1, 12.5)
    assert ours.at(NUMBERS - 1) == 12.5
    assert ours.at(0) == 0.0
    ours.close()
    theirs.close()


def both_saw(found: dict[str, dict[str, float]]) -> bool:
    """Say whether both had pictures in the time that was measured."""
    return all(
        found[name]["fps"] > 1
        and 0 < found[name]["p50_ms"] < 5_000
        and found[name]["cpu_ms_per_picture"] > 0
        for name in ("mirror", "viewer")
    )


@pytest.mark.skipif(
    not all(shutil.which(name) for name in ("Xtigervnc", "Xvfb", "xtigervncviewer")),
    reason="tigervnc-standalone-server, tigervnc-viewer or xvfb is not installed",
)
def test_both_look_at_the_same_motion() -> None:
    command = [
        *(sys.executable, "-m", "kiosk_ui.rfb.measure", "scroll", "--size", "640x360"),
        *("--fps", "10", "--seconds", "1.5", "--rounds", "1"),
    ]
    said: list[str] = []
    # A pause of the machine may take the time that is measured, but not each time.
    for _ in range(4):
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        found = json.loads(done.stdout or "{}").get("scroll")
        if found is not None and both_saw(found):
            assert found["mirror"]["mb_per_s"] > 0
            assert found["beside"]["cpu_times"] > 0
            return
        said.append(done.stdout + done.stderr)
    pytest.fail("\n".join(said))
