"""A server of another family (LibVNCServer): without fences, and it sends nothing by itself."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from kiosk_ui.rfb.access import Access
from kiosk_ui.rfb.line import Address
from kiosk_ui.rfb.mirror import Mirror
from kiosk_ui.rfb.session import Tuning
from kiosk_ui.rfb.stage import Screen, Stage
from kiosk_ui.rfb.viewing import Mask, Viewing
from tests.kiosk_ui.rfb.desktop import LOSSLESS, QUICK, seen, until

pytestmark = pytest.mark.skipif(
    not all(shutil.which(name) for name in ("x11vnc", "Xvfb", "xsetroot")),
    reason="x11vnc, xvfb or x11-xserver-utils is not installed",
)

WIDTH, HEIGHT = 640, 480


@pytest.fixture
def panel(tmp_path: Path) -> Iterator[Screen]:
    """A screen that x11vnc shares on the socket ``rfb``."""
    with Stage(tmp_path) as stage:
        found = stage.panel(f"{WIDTH}x{HEIGHT}")
        paint(found, 3, 5)
        command = ["x11vnc", "-display", found.display, "-rfbport", "0", "-nopw", "-forever"]
        options = ["-shared", "-nocursor", "-unixsock", str(stage.socket), "-wait", "20"]
        stage.start([*command, *options], found)
        until(stage.socket.exists, "x11vnc")
        yield found


def paint(panel: Screen, x: int, y: int) -> None:
    colours = ("-fg", "#c04020", "-bg", "#204060")
    command = ["xsetroot", "-display", panel.display, "-mod", str(x), str(y), *colours]
    subprocess.run(command, check=True, timeout=120)


@pytest.mark.parametrize("tuning", [LOSSLESS, Tuning(tight=False)], ids=["tight", "zrle"])
def test_it_is_shown_without_what_is_private(tmp_path: Path, panel: Screen, tuning: Tuning) -> None:
    viewing = Viewing(masks=(Mask(0, 0, 25, 25),))
    address = Address(path=str(tmp_path / "rfb"))

    def right(mirror: Mirror) -> bool:
        wanted = panel.words[:HEIGHT, :WIDTH].view(np.uint8).reshape(HEIGHT, WIDTH, 4)[..., :3]
        wanted = wanted.copy()
        wanted[:120, :160] = 0
        found = seen(mirror)
        return found is not None and bool((found == wanted).all())

    with Mirror(address, Access(), viewing, tuning, patience=QUICK) as mirror:
        until(lambda: right(mirror), "the first pattern")
        paint(panel, 7, 4)
        until(lambda: right(mirror), "the second one")
        assert mirror.status().code == ""
