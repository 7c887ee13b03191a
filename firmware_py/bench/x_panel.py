"""A panel that nobody sees, a finger that presses it, and an eye on its pixels.

Xvfb keeps its screen in a file in the format of ``xwd`` (``-fbdir``; X11/XWDFile.h), which is
mapped here: a pixel that has changed for people has changed there. The XTEST extension presses as a
device would. Neither is needed in a hall.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import mmap
import os
import select
import shutil
import struct
import subprocess
import time
from pathlib import Path
from typing import Any, Self

__all__ = ["NotHere", "XPanel", "end_server", "start_server"]

#: The 25 words at the beginning of an xwd file, high byte first; these are looked at.
_WORDS = struct.Struct(">25I")
_SIZE, _LINE, _COLOURS = 0, 12, 19
_COLOUR_BYTES, _PIXEL_BYTES = 12, 4
#: What is watched around a place: rows above and below it, pixels to each side.
_ROWS, _SIDE = (-40, -20, 0, 20, 40), 200
_LOOK_S = 0.0004
_START_S = 60.0
_LEFT = 1


class NotHere(Exception):
    """Xvfb or the library that presses is not installed; says what to install."""


def _library(name: str) -> Any:
    found = ctypes.util.find_library(name)
    if found is None:
        raise NotHere(f"lib{name.lower()} is not installed: apt install xvfb xdotool")
    return ctypes.CDLL(found)


def start_server(command: list[str], log: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Start an X server on a free display; return it and the display's name, such as ``:1``.

    Raises ``RuntimeError`` when it does not come up; ``log`` has its words.
    """
    reads, writes = os.pipe()
    with log.open("wb") as out, os.fdopen(reads, "rb") as pipe:
        process = subprocess.Popen(
            [*command, "-displayfd", str(writes), "-nolisten", "tcp", "-noreset"],
            pass_fds=[writes], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=out,
        )  # fmt: skip
        os.close(writes)
        ready = select.select([pipe], [], [], _START_S)[0]
        number = pipe.readline().strip() if ready else b""
    if not number:
        end_server(process)
        raise RuntimeError(f"{command[0]} did not start, see {log}")
    return process, f":{number.decode()}"


def end_server(process: subprocess.Popen[bytes]) -> None:
    """End an X server; programs on it lose their connection."""
    process.terminate()
    process.wait(10)


class XPanel:
    """``with XPanel(folder) as panel``: on a free display. Raises ``NotHere``."""

    def __init__(self, folder: Path, width: int = 1920, height: int = 1080) -> None:
        program = shutil.which("Xvfb")
        if program is None:
            raise NotHere("Xvfb is not installed: apt install xvfb xdotool")
        self._x11, self._xtst = _library("X11"), _library("Xtst")
        self.size = (width, height)
        self._folder = folder / "x"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None
        self._file: mmap.mmap | None = None
        self._connection: Any = None
        self.display = ""

    def __enter__(self) -> Self:
        """Start the server and connect to it. Raises ``RuntimeError`` when it does not come up."""
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """End it; programs on it lose their connection."""
        if self._connection:
            self._x11.XCloseDisplay(self._connection)
            self._connection = None
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._process is not None:
            end_server(self._process)
            self._process = None

    def _start(self) -> None:
        screen = "{}x{}x24".format(*self.size)
        command = [self._program, "-screen", "0", screen, "-fbdir", str(self._folder)]
        self._process, self.display = start_server(command, self._folder / "log")
        self._declare()
        self._connection = self._x11.XOpenDisplay(self.display.encode())
        if not self._connection:
            raise RuntimeError(f"no connection to {self.display}")
        with (self._folder / "Xvfb_screen0").open("rb") as file:
            self._file = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        words = _WORDS.unpack_from(self._file)
        self._begin = words[_SIZE] + words[_COLOURS] * _COLOUR_BYTES
        self._line = words[_LINE]

    def _declare(self) -> None:
        """Tell ctypes what the functions take and return (X11/Xlib.h, X11/extensions/XTest.h)."""
        x11 = self._x11
        x11.XOpenDisplay.restype = ctypes.c_void_p
        x11.XOpenDisplay.argtypes = [ctypes.c_char_p]
        for named in (x11.XFlush, x11.XCloseDisplay):
            named.argtypes = [ctypes.c_void_p]
        pointer, number_of, time_ms = ctypes.c_void_p, ctypes.c_int, ctypes.c_ulong
        self._xtst.XTestFakeMotionEvent.argtypes = [
            pointer, number_of, number_of, number_of, time_ms,
        ]  # fmt: skip
        for named in (self._xtst.XTestFakeButtonEvent, self._xtst.XTestFakeKeyEvent):
            named.argtypes = [pointer, ctypes.c_uint, number_of, time_ms]
        x11.XStringToKeysym.restype, x11.XStringToKeysym.argtypes = (
            ctypes.c_ulong,
            [ctypes.c_char_p],
        )
        x11.XKeysymToKeycode.argtypes = [pointer, ctypes.c_ulong]
        x11.XKeysymToKeycode.restype = ctypes.c_ubyte

    @property
    def environment(self) -> dict[str, str]:
        """What a program needs beside its own environment to be on this panel."""
        return {"DISPLAY": self.display, "SDL_VIDEODRIVER": "x11"}

    # ---- the finger

    def down(self, x: int, y: int) -> int:
        """Lay a finger on; return when, in nanoseconds of the monotonic clock."""
        self._xtst.XTestFakeMotionEvent(self._connection, -1, x, y, 0)
        return self._button(1)

    def up(self) -> int:
        """Take it away; return when."""
        return self._button(0)

    def _button(self, pressed: int) -> int:
        self._xtst.XTestFakeButtonEvent(self._connection, _LEFT, pressed, 0)
        at_ns = time.monotonic_ns()
        self._x11.XFlush(self._connection)
        return at_ns

    # ---- the keyboard

    def key(self, name: str) -> int:
        """Press a key by X's name, such as ``F1``, and let it go; return when it was pressed."""
        code = self._x11.XKeysymToKeycode(
            self._connection, self._x11.XStringToKeysym(name.encode())
        )
        self._xtst.XTestFakeKeyEvent(self._connection, code, 1, 0)
        at_ns = time.monotonic_ns()
        self._x11.XFlush(self._connection)
        self._xtst.XTestFakeKeyEvent(self._connection, code, 0, 0)
        self._x11.XFlush(self._connection)
        return at_ns

    # ---- the eye

    def green(self, x: int, y: int) -> int:
        """Return the green of a pixel, 0 to 255."""
        if self._file is None:
            raise RuntimeError("the panel is off")
        # Blue comes first (depth 24, low byte first).
        found: int = self._file[self._begin + y * self._line + x * _PIXEL_BYTES + 1]
        return found

    def seen(self, x: int, y: int) -> bytes:
        """Return the pixels of five rows around a place."""
        if self._file is None:
            raise RuntimeError("the panel is off")
        width, height = self.size
        left, right = max(x - _SIDE, 0), min(x + _SIDE, width)
        found = b""
        for row in _ROWS:
            at = self._begin + min(max(y + row, 0), height - 1) * self._line
            found += self._file[at + left * _PIXEL_BYTES : at + right * _PIXEL_BYTES]
        return found

    def changed_ns(self, x: int, y: int, before: bytes, within_s: float = 3.0) -> int:
        """Wait until a place looks otherwise; return when. Raises ``TimeoutError``."""
        end_s = time.monotonic() + within_s
        while self.seen(x, y) == before:
            if time.monotonic() > end_s:
                raise TimeoutError(f"nothing changed on the panel at {x}, {y}")
            time.sleep(_LOOK_S)
        return time.monotonic_ns()
