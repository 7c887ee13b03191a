"""What a measurement needs: X servers, programs on them, and what each of them costs."""

from __future__ import annotations

import mmap
import os
import select
import struct
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from kiosk_ui.rfb.framebuffer import Words
from kiosk_ui.rfb.numbered import Times

__all__ = ["Program", "Screen", "Stage"]

_START_S = 20.0
#: Updates a second that TigerVNC's server sends at most unless it is told otherwise.
_USUAL_RATE = 60
#: The first words of an xwd file (X11/XWDFile.h): size of the head, height, bytes a line, colours.
_HEAD, _HEIGHT, _LINE, _COLOURS = 0, 5, 12, 19
_COLOUR_BYTES = 12


class Program:
    """A process of the stage."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process

    def cpu_s(self) -> float:
        """Return the seconds of processor that it has used, its threads included (proc(5))."""
        text = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="utf-8")
        fields = text.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def rss_mb(self) -> float:
        """Return its resident memory in MB."""
        return rss_mb(self.process.pid)

    def end(self) -> None:
        """End it."""
        self.process.kill()
        self.process.wait(10)


def rss_mb(pid: int) -> float:
    """Return the resident memory of a process in MB (10^6 bytes)."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


class Screen:
    """An X server's display and, where it keeps its pixels in a file, those (none elsewhere)."""

    def __init__(self, program: Program, display: str, file: Path | None) -> None:
        self.program, self.display = program, display
        self.words: Words = _mapped(file) if file else np.zeros((0, 0), np.uint32)

    def green(self, x: int, y: int) -> int:
        """Return the green of a pixel that it shows now, 0 to 255."""
        return int(self.words[y, x]) >> 8 & 0xFF


class Stage:
    """``with Stage(folder) as stage``: all that was started on it ends with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = folder / "rfb"
        self.times_file = folder / "times"
        self._programs: list[Program] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for program in reversed(self._programs):
            program.end()

    def desktop(self, size: str, fps: float = 30.0) -> Screen:
        """Start TigerVNC's server on ``socket``, without security.

        Its clock is not that of what is shown: it may send twice as often as ``fps``, or it would
        leave pictures out. Its own rate, 60 a second, is enough for 30.
        """
        rate = max(round(2 * fps), _USUAL_RATE)
        return self._screen([
            *("Xtigervnc", "-geometry", size, "-depth", "24", "-rfbport", "-1"),
            *("-FrameRate", str(rate)),
            *("-rfbunixpath", str(self.socket), "-SecurityTypes", "None", "-AlwaysShared"),
        ])  # fmt: skip

    def panel(self, size: str) -> Screen:
        """Start an X server whose pixels can be read."""
        command = ["Xvfb", "-screen", "0", f"{size}x24", "-fbdir", str(self.folder)]
        return self._screen(command, self.folder / "Xvfb_screen0")

    def motion(
        self,
        desktop: Screen,
        kind: str,
        size: str,
        fps: float,
        place: tuple[int, int] | None = None,
    ) -> tuple[Program, Times]:
        """Start pictures in motion on a desktop, at a place of it; return their times, too."""
        times = Times(self.times_file)
        arguments = ("--size", size, "--fps", str(fps), "--times", str(self.times_file))
        command = [sys.executable, "-m", "kiosk_ui.motion", kind, *arguments]
        at = {} if place is None else {"SDL_VIDEO_WINDOW_POS": "{},{}".format(*place)}
        return self.start(command, desktop, SDL_VIDEODRIVER="x11", **at), times

    def start(self, command: Sequence[str], screen: Screen, **environment: str) -> Program:
        """Start a program on a screen."""
        found = Program(
            subprocess.Popen(
                command,
                env={**os.environ, "DISPLAY": screen.display, **environment},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )
        self._programs.append(found)
        return found

    def _screen(self, command: list[str], file: Path | None = None) -> Screen:
        reads, writes = os.pipe()
        try:
            process = subprocess.Popen(
                [*command, "-displayfd", str(writes), "-nolisten", "tcp", "-noreset"],
                pass_fds=[writes],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            self._programs.append(Program(process))
            os.close(writes)
            number = b""
            while not number.endswith(b"\n") and select.select([reads], [], [], _START_S)[0]:
                if not (more := os.read(reads, 16)):
                    break
                number += more
        finally:
            os.close(reads)
        if not number.endswith(b"\n"):
            raise RuntimeError(f"{command[0]} did not start")
        return Screen(self._programs[-1], f":{number.decode().strip()}", file)


def _mapped(file: Path) -> Words:
    with file.open("rb") as opened:
        memory = mmap.mmap(opened.fileno(), 0, prot=mmap.PROT_READ)
    head = struct.unpack_from(">25I", memory)
    begin = head[_HEAD] + _COLOUR_BYTES * head[_COLOURS]
    count = head[_HEIGHT] * head[_LINE] // 4
    words: Words = np.frombuffer(memory, np.uint32, count, begin)
    return words.reshape(head[_HEIGHT], head[_LINE] // 4)
