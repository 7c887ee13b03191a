"""A real X server that nobody sees, and hands on its keys and its mouse.

Xvfb keeps its screen in a file in the format of ``xwd`` (``-fbdir``; X11/XWDFile.h): a picture of
what people would see is one read, without another X client. ``xdotool`` presses by the XTEST
extension: what it presses takes the same way through the server as a device's events.
"""

from __future__ import annotations

import os
import select
import shutil
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
import pygame
import pytest

__all__ = ["NEEDS_X", "XServer", "known_as", "on_a_free_display"]

NEEDS_X = pytest.mark.skipif(
    not all(shutil.which(name) for name in ("Xvfb", "xdotool", "xwininfo", "xclip")),
    reason="xvfb, xdotool, x11-utils or xclip is not installed",
)

#: The 25 words at the beginning of an xwd file, high byte first; these are looked at.
_WORDS = struct.Struct(">25I")
_SIZE, _VERSION, _FORMAT, _DEPTH, _WIDTH, _HEIGHT = range(6)
_BYTE_ORDER, _BITS, _LINE, _COLOURS = 7, 11, 12, 19
_COLOUR_BYTES = 12
_Z_PIXMAP, _LOW_FIRST = 2, 0


def known_as(key: Path, display: str) -> None:
    """Let the key, which was made for display ``:0``, be found by who looks for another one's."""
    xauth = ("xauth", "-q", "-f", str(key))
    listed = subprocess.run([*xauth, "list"], capture_output=True, text=True, check=True)
    cookie = listed.stdout.split()[-1]
    subprocess.run([*xauth, "add", display, ".", cookie], check=True, timeout=120)


def on_a_free_display(command: Sequence[str], log: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Start an X server; return it and its display once programs may connect."""
    reads, writes = os.pipe()
    try:
        with log.open("wb") as file:
            process = subprocess.Popen(
                [*command, "-displayfd", str(writes)],
                pass_fds=[writes],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=file,
            )  # fmt: skip
        os.close(writes)
        number = b""
        # Digits and the end of the line come one after the other; both must have been read.
        while not number.endswith(b"\n") and select.select([reads], [], [], 60)[0]:
            if not (more := os.read(reads, 16)):
                break
            number += more
    finally:
        os.close(reads)
    if not number.endswith(b"\n"):
        process.kill()
        process.wait(60)
        raise AssertionError(log.read_text(errors="replace"))
    return process, f":{number.decode().strip()}"


class XServer:
    """``with XServer(folder) as x``: a screen of ``width`` x ``height``, on a free display.

    ``key`` is a file of ``xauth``: only who has it may connect; without one every program may.
    """

    def __init__(
        self, folder: Path, width: int = 1280, height: int = 720, *, key: Path | None = None
    ) -> None:
        self.size = (width, height)
        self.folder = folder / "x"
        self._key = key
        self._process: subprocess.Popen[bytes] | None = None
        self.display = ""
        #: The file as it was looked at last, and what was to be seen.
        self._seen = b"", b""

    def __enter__(self) -> Self:
        """Start it; return when programs may connect."""
        self.folder.mkdir(exist_ok=True)
        self._process, self.display = on_a_free_display(self.command(), self.folder / "log")
        if self._key is not None:
            known_as(self._key, self.display)
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self.end()

    def command(self) -> list[str]:
        """Return what is started, but for the display."""
        return [
            *("Xvfb", "-nolisten", "tcp", "-noreset", "-fbdir", str(self.folder)),
            *("-screen", "0", "{}x{}x24".format(*self.size)),
            *(("-auth", str(self._key)) if self._key is not None else ()),
        ]

    def end(self) -> None:
        """End it, as a pulled plug of the panel does not: programs lose their connection."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(60)
            self._process = None

    @property
    def environment(self) -> dict[str, str]:
        """What a program needs to be on this screen."""
        key = {"XAUTHORITY": str(self._key)} if self._key is not None else {}
        return {**os.environ, "DISPLAY": self.display, "SDL_VIDEODRIVER": "x11", **key}

    # ---- what can be seen

    def picture(self) -> pygame.Surface:
        """Return what people would see now."""
        return self._surface(self.dumped())

    def pixels(self) -> bytes:
        """Return what people would see now, as RGB."""
        data = self.dumped()
        # Whoever waits for something looks again and again: mostly nothing has changed.
        if data != self._seen[0]:
            self._seen = data, pygame.image.tobytes(self._surface(data), "RGB")
        return self._seen[1]

    def dumped(self) -> bytes:
        """Return the screen as a file of ``xwd``."""
        return (self.folder / "Xvfb_screen0").read_bytes()

    def _surface(self, data: bytes) -> pygame.Surface:
        head = _WORDS.unpack_from(data)
        assert (head[_VERSION], head[_FORMAT], head[_DEPTH]) == (7, _Z_PIXMAP, 24), head
        assert head[_BYTE_ORDER] == _LOW_FIRST
        size = head[_WIDTH], head[_HEIGHT]
        begin = head[_SIZE] + head[_COLOURS] * _COLOUR_BYTES
        flat = np.frombuffer(data, np.uint8, head[_LINE] * head[_HEIGHT], begin)
        # Xorg's driver "dummy" hands out three bytes a pixel, each line as long as if it were four.
        each = head[_BITS] // 8
        lines = flat.reshape(head[_HEIGHT], head[_LINE])[:, : each * head[_WIDTH]]
        pixels = lines.reshape(head[_HEIGHT], head[_WIDTH], each)[:, :, 2::-1]
        return pygame.image.frombytes(pixels.tobytes(), size, "RGB").convert(24)

    def windows(self) -> list[str]:
        """Return what ``xwininfo`` calls the windows on the screen."""
        listed = self._ask("xwininfo", "-root", "-children").splitlines()
        return [line.split()[0] for line in listed if line.strip().startswith("0x")]

    def window(self, number: str = "") -> dict[str, str]:
        """Return what ``xwininfo`` says of a window; of the only one when none is named."""
        if not number:
            (number,) = self.windows()
        said = self._ask("xwininfo", "-id", number).splitlines()
        return {name.strip(): value.strip() for name, _, value in (x.partition(":") for x in said)}

    # ---- what people do

    def press(self, x: int, y: int, times: int = 1, button: int = 1) -> None:
        """Press and let go; ``times`` in a row, 20 ms apart."""
        self.do("mousemove", x, y, "click", "--repeat", times, "--delay", 20, button)

    def down(self, x: int, y: int) -> None:
        """Lay a finger on; it stays until ``up``."""
        self.do("mousemove", x, y, "mousedown", 1)

    def up(self) -> None:
        """Take the finger away."""
        self.do("mouseup", 1)

    def drag(self, *places: tuple[int, int]) -> None:
        """Lay a finger on the first place, slide over the others, let go."""
        (x, y), *others = places
        steps: list[object] = ["mousemove", x, y, "mousedown", 1]
        for to_x, to_y in others:
            steps += ["mousemove", to_x, to_y]
        self.do(*steps, "mouseup", 1)

    def keys(self, *names: str) -> None:
        """Press keys, such as ``alt+F4``, one after the other."""
        self.do("key", "--delay", 5, *names)

    def do(self, *arguments: object) -> str:
        """Run ``xdotool`` on this screen; return what it says."""
        return self._ask("xdotool", *arguments)

    def _ask(self, *command: object) -> str:
        done = subprocess.run(
            [str(part) for part in command],
            env=self.environment, capture_output=True, text=True, timeout=120, check=True,
        )  # fmt: skip
        return done.stdout
