"""X servers with two panels of which one can be pulled out, each in another manner.

``Turned``: Xorg with its driver "dummy", as on a Pi but for the panels. Its outputs stay connected;
somebody turns one off. ``Pulled``: TigerVNC's server has outputs that go, as with a cable: X says
"disconnected". What neither can: a cable that is pulled while the output still draws for it, as a
Pi's driver leaves it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import ClassVar

import pytest

from kiosk_ui.rfb.region import Rect
from tests.kiosk_ui.rfb.desktop import NEEDS_VNC
from tests.kiosk_ui.rfb.test_two_screens import plug
from tests.kiosk_ui.x_server import XServer

__all__ = ["HEIGHT", "NEEDS_DUMMY", "NEEDS_VNC", "WIDTH", "Outputs", "Pulled", "Turned"]

NEEDS_DUMMY = pytest.mark.skipif(
    not Path("/usr/lib/xorg/modules/drivers/dummy_drv.so").exists()
    or not all(shutil.which(name) for name in ("xwd", "xrandr"))
    or os.geteuid() != 0,
    reason="xserver-xorg-core, xserver-xorg-video-dummy, x11-apps or x11-xserver-utils is not"
    " installed, or nobody here may start Xorg outside a session",
)
WIDTH, HEIGHT = 1280, 720


class Outputs(XServer):
    """Two panels of 1280x720, the clerk's on the left, both plugged in."""

    #: As ``xrandr`` calls them.
    names: ClassVar[tuple[str, str]]

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, 2 * WIDTH, HEIGHT)
        #: From where on the desktop each panel shows it.
        self.left = [0, WIDTH]

    def dumped(self) -> bytes:
        """Return the screen as a file of ``xwd``."""
        command = ["xwd", "-root", "-silent"]
        return subprocess.run(
            command, env=self.environment, capture_output=True, timeout=120, check=True
        ).stdout

    def plugged(self, *there: bool) -> None:
        """Let just these panels be there."""
        raise NotImplementedError


_XORG = """
Section "ServerFlags"
    Option "AutoAddDevices" "false"
    Option "AutoAddGPU" "false"
EndSection
Section "Device"
    Identifier "none"
    Driver "dummy"
    VideoRam 65536
EndSection
Section "Monitor"
    Identifier "any"
    HorizSync 5-1000
    VertRefresh 5-200
EndSection
Section "Monitor"
    Identifier "DUMMY0"
    Option "PreferredMode" "1280x720"
EndSection
Section "Monitor"
    Identifier "DUMMY1"
    Option "RightOf" "DUMMY0"
    Option "PreferredMode" "1280x720"
    Option "Enable" "true"
EndSection
Section "Screen"
    Identifier "screen"
    Device "none"
    Monitor "any"
    DefaultDepth 24
    SubSection "Display"
        Depth 24
        Virtual 2560 720
    EndSubSection
EndSection
"""


class Turned(Outputs):
    """Somebody turns an output off; the desktop becomes as small as what is left."""

    names = ("DUMMY0", "DUMMY1")

    def command(self) -> list[str]:
        """Return what is started, but for the display."""
        config = self.folder / "xorg.conf"
        config.write_text(_XORG, encoding="utf-8")
        return [
            *("Xorg", "-config", str(config), "-logfile", str(self.folder / "xorg.log")),
            *("-noreset", "-novtswitch", "-sharevts", "-nolisten", "tcp", "-nocursor"),
        ]

    def plugged(self, *there: bool) -> None:
        """Let just these outputs be on."""
        # Whoever turns the left one off finds the right one in the desktop's corner.
        self.left = [0, WIDTH if there[0] else 0]
        command = ["xrandr"]
        for n, (name, on) in enumerate(zip(self.names, there, strict=True)):
            place = ("--mode", f"{WIDTH}x{HEIGHT}", "--pos", f"{n * WIDTH}x0")
            command += ["--output", name, *(place if on else ("--off",))]
        subprocess.run(command, env=self.environment, timeout=120, check=True)


class Pulled(Outputs):
    """An output goes, and comes, as if with its cable."""

    names = ("VNC-0", "VNC-1")

    def command(self) -> list[str]:
        """Return what is started, but for the display."""
        return [
            *("Xtigervnc", "-geometry", f"{2 * WIDTH}x{HEIGHT}", "-depth", "24", "-noreset"),
            *("-rfbport", "-1", "-rfbunixpath", str(self.folder / "rfb"), "-nolisten", "tcp"),
            *("-SecurityTypes", "None", "-nocursor"),
        ]

    def plugged(self, *there: bool) -> None:
        """Let just these outputs be there."""
        panels = [n for n, on in enumerate(there) if on]
        places = [Rect(n * WIDTH, 0, WIDTH, HEIGHT) for n in panels]
        # Who has a number keeps its output.
        plug(self.folder / "rfb", *places, ids=[n + 1 for n in panels])
