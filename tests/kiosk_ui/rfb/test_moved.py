"""Windows that move: a server copies what we have, and what we must not have it sends anew."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from kiosk_ui.rfb.viewing import Mask, Viewing
from tests.kiosk_ui.rfb.desktop import NEEDS_VNC, Desktop, mirrored, shows, until

pytestmark = [
    NEEDS_VNC,
    pytest.mark.skipif(not shutil.which("xdotool"), reason="xdotool is not installed"),
]


@contextmanager
def window(desktop: Desktop, x: int, y: int) -> Iterator[str]:
    """A window of 200 x 150 with a drawing in it; gives its number."""
    program = subprocess.Popen(
        ["xlogo", "-display", desktop.display, "-geometry", f"200x150+{x}+{y}"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        found: list[str] = []

        def is_there() -> bool:
            found[:] = desktop.ask("xdotool", "search", "--class", "xlogo", check=False).split()
            return bool(found)

        until(is_there, "the window")
        yield found[-1]
    finally:
        program.kill()
        program.wait(60)


def copied(desktop: Desktop) -> bool:
    """Whether the server says, as it does when we have gone, that it sent copies."""
    return "CopyRect" in (desktop.folder / "server.log").read_text(errors="replace")


def test_a_window_that_moves_is_copied_from_what_we_have(tmp_path: Path) -> None:
    with Desktop(tmp_path, easel=False) as desktop, window(desktop, 20, 30) as number:
        desktop.plaid(5, 7)
        with mirrored(desktop) as mirror:
            until(lambda: shows(mirror, desktop.pixels()), "the window")
            for x, y in ((60, 50), (61, 49), (300, 200)):
                desktop.ask("xdotool", "windowmove", number, str(x), str(y))
                until(lambda: shows(mirror, desktop.pixels()), f"the window at {x},{y}")
        until(lambda: copied(desktop), "copies")


def test_a_window_that_comes_out_of_a_private_area_is_whole(tmp_path: Path) -> None:
    left = Viewing(masks=(Mask(0, 0, 50, 100),))

    def public(desktop: Desktop) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
        found = desktop.pixels().copy()
        found[:, :320] = 0
        return found

    with Desktop(tmp_path, easel=False) as desktop, window(desktop, 20, 30) as number:
        desktop.plaid(5, 7)
        with mirrored(desktop, left) as mirror:
            until(lambda: shows(mirror, public(desktop)), "without the window")
            for x, y in ((250, 60), (400, 200), (200, 100), (330, 20)):
                desktop.ask("xdotool", "windowmove", number, str(x), str(y))
                until(lambda: shows(mirror, public(desktop)), f"the window at {x},{y}")
