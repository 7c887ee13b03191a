"""A clerk's desktop for tests: TigerVNC's own server on a Unix socket, and a hand that draws."""

from __future__ import annotations

import os
import shutil
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

import numpy as np
import pytest
from numpy.typing import NDArray

from kiosk_ui.rfb.access import Access
from kiosk_ui.rfb.call import Patience
from kiosk_ui.rfb.line import Address
from kiosk_ui.rfb.mirror import Mirror
from kiosk_ui.rfb.session import Tuning
from kiosk_ui.rfb.viewing import Viewing
from tests.kiosk_ui.x_server import on_a_free_display

__all__ = ["LOSSLESS", "NEEDS_VNC", "QUICK", "Desktop", "mirrored", "seen", "shows", "until"]

NEEDS_VNC = pytest.mark.skipif(
    not all(shutil.which(name) for name in ("Xtigervnc", "tigervncpasswd", "xwd", "xrandr")),
    reason="tigervnc-standalone-server, tigervnc-tools, x11-apps or x11-xserver-utils is missing",
)
#: Without lossy pictures a mirror shows exactly what the server has.
LOSSLESS = Tuning(quality=None)
#: So that a test need not wait for what people would.
QUICK = Patience(ping_s=0.1, again_s=0.1, again_most_s=0.4, wrong_s=0.4)
DEADLINE_S = 60.0


class Desktop:
    """``with Desktop(folder) as desktop``: 640x480 unless told otherwise; nobody needs to log in.

    ``options`` are the server's own. It listens on ``socket``; ``easel=False``: nothing is drawn.
    """

    def __init__(
        self, folder: Path, *options: str, size: str = "640x480", easel: bool = True
    ) -> None:
        self.folder, self.size = folder, size
        self.socket = folder / "rfb"
        self._options = options or ("-SecurityTypes", "None")
        self._wants_easel = easel
        self._server: subprocess.Popen[bytes] | None = None
        self._easel: subprocess.Popen[str] | None = None
        self.display = ""

    def __enter__(self) -> Self:
        """Start it; return when programs may connect."""
        command = [
            *("Xtigervnc", "-nolisten", "tcp", "-noreset", "-nocursor", "-AlwaysShared"),
            *("-geometry", self.size, "-depth", "24", "-rfbport", "-1"),
            *("-rfbunixpath", str(self.socket), *self._options),
        ]
        self._server, self.display = on_a_free_display(command, self.folder / "server.log")
        if self._wants_easel:
            self._start_easel()
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self.end()

    def end(self) -> None:
        """Switch the clerk's computer off."""
        for process in (self._easel, self._server):
            if process is not None:
                process.kill()
                process.wait(60)
        if self._easel is not None and self._easel.stdin and self._easel.stdout:
            self._easel.stdin.close()
            self._easel.stdout.close()
        self._easel = self._server = None
        self.socket.unlink(missing_ok=True)

    def hang(self) -> None:
        """It stands still; its connections stay."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """It works again."""
        self._signal(signal.SIGCONT)

    def resize(self, size: str) -> None:
        """Give its desktop another size: one of those that it knows."""
        self.ask("xrandr", "-s", size)

    def plaid(self, x: int, y: int) -> None:
        """Draw a pattern on the ground of the desktop."""
        self.ask("xsetroot", "-mod", str(x), str(y), "-fg", "#c04020", "-bg", "#204060")

    def draw(self, line: str) -> None:
        """Draw; return when the server has it."""
        easel = self._easel
        assert easel is not None
        assert easel.stdin is not None
        assert easel.stdout is not None
        easel.stdin.write(line + "\n")
        easel.stdin.flush()
        assert easel.stdout.readline().strip() == line
        self.ask("xwd", "-root", "-silent", "-out", "/dev/null")  # waits for all before it

    def pixels(self) -> NDArray[np.uint8]:
        """What the server itself says that it shows: (height, width, 3) of B, G, R."""
        data = subprocess.run(
            ["xwd", "-root", "-silent", "-display", self.display],
            capture_output=True, timeout=120, check=True,
        ).stdout  # fmt: skip
        head = struct.unpack_from(">25I", data)
        size, width, height, line, colours = head[0], head[4], head[5], head[12], head[19]
        rows = np.frombuffer(data, np.uint8, line * height, size + 12 * colours)
        return rows.reshape(height, line // 4, 4)[:, :width, :3]

    def _start_easel(self) -> None:
        self._easel = subprocess.Popen(
            [sys.executable, "-m", "tests.kiosk_ui.rfb.easel", self.size],
            env={**os.environ, "DISPLAY": self.display, "SDL_VIDEODRIVER": "x11",
                 "PYGAME_HIDE_SUPPORT_PROMPT": "1"},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._easel.stdout is not None
        assert self._easel.stdout.readline() == "ready\n"

    def _signal(self, number: signal.Signals) -> None:
        assert self._server is not None
        self._server.send_signal(number)

    def ask(self, *command: str, check: bool = True) -> str:
        """Run a program on the desktop; return what it says."""
        done = subprocess.run(
            command, env={**os.environ, "DISPLAY": self.display},
            capture_output=True, text=True, timeout=120, check=check,
        )  # fmt: skip
        return done.stdout


def until(true: Callable[[], object], what: object) -> None:
    """Wait for it; ``what`` is said when it does not come."""
    pause, end_s = threading.Event(), time.monotonic() + DEADLINE_S
    while not true():
        assert time.monotonic() < end_s, f"not within {DEADLINE_S:.0f} s: {what}"
        pause.wait(0.01)


def seen(mirror: Mirror) -> NDArray[np.uint8] | None:
    """What people see: a copy, without the byte that means nothing."""
    with mirror.picture() as shown:
        return None if shown is None else shown.pixels[..., :3].copy()


def shows(mirror: Mirror, wanted: NDArray[np.uint8]) -> bool:
    """Whether people see just that."""
    found = seen(mirror)
    return found is not None and found.shape == wanted.shape and bool((found == wanted).all())


def mirrored(
    desktop: Desktop,
    viewing: Viewing | None = None,
    tuning: Tuning = LOSSLESS,
    access: Access | None = None,
) -> Mirror:
    """A mirror of that desktop, to be entered."""
    address = Address(path=str(desktop.socket))
    return Mirror(address, access or Access(), viewing, tuning, patience=QUICK)
