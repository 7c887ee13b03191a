"""A clerk's computer that nobody sits at: TigerVNC's server, and pages that move on its desktop.

Each picture has its number in its upper left corner, as 16 black and white squares, lowest bit
first; a file has the time at which each was shown (``kiosk_ui.motion``, ``kiosk_ui.rfb.numbered``).
"""

from __future__ import annotations

import contextlib
import mmap
import os
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

from firmware_py.bench.stage import ROOT
from firmware_py.bench.x_panel import NotHere, end_server, start_server

__all__ = ["ClerkPc", "Numbers"]

_BITS = 16
_NUMBERS = 1 << _BITS
_BRIGHT = 127
#: So many pictures may pass between two looks; more is a number that was half drawn.
_MOST_AHEAD = 60


class ClerkPc:
    """``with ClerkPc(folder) as pc``: ``socket`` speaks RFB. Raises ``NotHere``."""

    def __init__(self, folder: Path, width: int = 1920, height: int = 1080) -> None:
        program = shutil.which("Xtigervnc")
        if program is None:
            raise NotHere("Xtigervnc is not installed: apt install tigervnc-standalone-server")
        folder.mkdir(parents=True, exist_ok=True)
        self.socket = folder / "rfb"
        self.size = (width, height)
        self._program, self._folder = program, folder
        self._process: subprocess.Popen[bytes] | None = None
        self._display = ""

    def __enter__(self) -> Self:
        """Start the server. Raises ``RuntimeError`` when it does not come up."""
        command = [
            *(self._program, "-geometry", "{}x{}".format(*self.size), "-depth", "24"),
            *("-rfbport", "-1", "-rfbunixpath", str(self.socket), "-AlwaysShared"),
            *("-SecurityTypes", "None"),
        ]
        self._process, self._display = start_server(command, self._folder / "log")
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        if self._process is not None:
            end_server(self._process)
            self._process = None

    @contextlib.contextmanager
    def moving(self, kind: str, fps: float) -> Iterator[Path]:
        """Show pages in motion; give the file of their times."""
        times = self._folder / "times"
        times.write_bytes(bytes(8 * _NUMBERS))
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "kiosk_ui.motion", kind, "--fps", f"{fps:g}"),
                *("--size", "{}x{}".format(*self.size), "--times", str(times)),
            ],
            env={**os.environ, "DISPLAY": self._display, "SDL_VIDEODRIVER": "x11"},
            cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            yield times
        finally:
            process.kill()
            process.wait(10)


class Numbers:
    """Reads numbers of pictures off a panel; ``late_ms`` has how late each was seen.

    ``green(x, y)`` gives a pixel of the desktop as it is shown somewhere, 0 to 255. A picture
    counts from the moment at which its program showed it.
    """

    def __init__(self, times: Path, side: int, green: Callable[[int, int], int]) -> None:
        with times.open("rb") as file:
            self._times = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._side, self._green = side, green
        self._last = self._first = -1
        self.late_ms: list[float] = []

    def close(self) -> None:
        """Let the file go."""
        self._times.close()

    def look(self) -> None:
        """Look once."""
        half, number = self._side // 2, 0
        for bit in range(_BITS):
            if self._green(bit * self._side + half, half) > _BRIGHT:
                number |= 1 << bit
        (shown_s,) = struct.unpack_from("<d", self._times, 8 * number)
        ahead = (number - self._last) % _NUMBERS
        if not shown_s or not ahead or (self._last >= 0 and ahead > _MOST_AHEAD):
            return
        self._last = number
        self._first = number if self._first < 0 else self._first
        self.late_ms.append((time.monotonic() - shown_s) * 1000)

    @property
    def made(self) -> int:
        """How many pictures its program showed from the first to the last that were seen."""
        return (self._last - self._first) % _NUMBERS
