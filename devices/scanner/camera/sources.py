"""Where a camera's frames come from: one open descriptor with Motion JPEG, whatever is behind.

A camera at USB is read by ``ffmpeg -f v4l2 -c copy``: it asks the kernel for MJPEG and hands every
frame on as it is. Measured for 1920x1080 at 15 frames/s: 1.3 to 2.4 % of a core, and a driver that
hangs in the kernel hangs in a process that can be left. PyAV does the same in 2.9 %, in a wheel of
35 MB whose calls cannot be left. Nothing here ever takes one source for another.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import stat
import subprocess
from pathlib import Path
from typing import Protocol

from devices.errors import DeviceFault, DeviceUnavailable
from devices.reasons import reason

__all__ = ["FrameSource", "command_for", "name_of", "open_source", "present"]

_PIPE = 1 << 20
_ENDING_S = 1.0
_KNOWN = Path("/sys/class/video4linux")


class FrameSource(Protocol):
    """Frames of a camera: bytes of Motion JPEG."""

    def fileno(self) -> int:
        """Return what to wait for."""

    def frames(self) -> bytes:
        """Return the bytes that are there, b"" at the end: the camera is gone."""

    def tick(self) -> None:
        """Say that somebody still watches; called about twice a second."""

    def close(self) -> None:
        """Let the camera go; a second call does nothing."""


def present(source: str) -> None:
    """See that the camera is there, without touching it. Raises ``DeviceUnavailable``."""
    scheme, _, place = source.partition(":")
    if scheme == "stream":
        return
    try:
        mode = Path(place).stat().st_mode
    except OSError as error:
        raise DeviceUnavailable(
            place,
            f"there is no camera ({error.strerror}); is it plugged in?",
            "没有找到高拍仪，是否已插好？",
        ) from None
    wanted = stat.S_ISSOCK if scheme == "mock" else stat.S_ISCHR
    if not wanted(mode):
        raise DeviceUnavailable(place, "this is no camera", "这不是摄像头")
    if scheme == "v4l2" and not os.access(place, os.R_OK | os.W_OK):
        raise DeviceUnavailable(
            place,
            "no permission (is the user in the group video?)",
            "没有权限，用户是否在 video 组？",
        )


def name_of(source: str) -> str:
    """Return what the camera calls itself, "" when nobody knows."""
    scheme, _, place = source.partition(":")
    if scheme != "v4l2":
        return ""
    with contextlib.suppress(OSError):
        device = Path(place).resolve().name
        return (_KNOWN / device / "name").read_text(encoding="utf-8", errors="replace").strip()
    return ""


def command_for(source: str, size: str, rate: int) -> list[str]:
    """Return how ffmpeg is called for a camera or a stream."""
    scheme, _, place = source.partition(":")
    quiet = ["ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-fflags", "nobuffer"]
    camera = ["-f", "v4l2", "-input_format", "mjpeg", "-video_size", size, "-framerate", str(rate)]
    asked = camera if scheme == "v4l2" else ["-probesize", "500000", "-analyzeduration", "0"]
    copied = ["-map", "0:v:0", "-c", "copy", "-f", "mjpeg", "-flush_packets", "1", "pipe:1"]
    return [*quiet, *asked, "-i", place, *copied]


def open_source(source: str, size: str, rate: int) -> FrameSource:
    """Open a camera. Raises ``DeviceUnavailable``, ``DeviceFault``."""
    scheme, _, place = source.partition(":")
    if scheme == "mock":
        return _Bench(place)
    return _Ffmpeg(command_for(source, size, rate))


class _Ffmpeg:
    """A camera behind ffmpeg's pipe. The pipe is short: what nobody reads, the kernel drops."""

    def __init__(self, command: list[str]) -> None:
        try:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        except FileNotFoundError:
            raise DeviceFault(
                "ffmpeg_missing",
                "没有安装读取摄像头的程序，请执行：apt install ffmpeg。",
                "The program that reads cameras is missing: apt install ffmpeg.",
            ) from None
        if self._process.stdout is None:
            raise RuntimeError("ffmpeg has no pipe")
        self._pipe = self._process.stdout
        with contextlib.suppress(OSError):
            fcntl.fcntl(self._pipe.fileno(), fcntl.F_SETPIPE_SZ, _PIPE)

    def fileno(self) -> int:
        return self._pipe.fileno()

    def frames(self) -> bytes:
        return os.read(self._pipe.fileno(), _PIPE)

    def tick(self) -> None:
        return None

    def close(self) -> None:
        self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_ENDING_S)
        self._pipe.close()


class _Bench:
    """The bench's camera: it sends frames for a second after each ``go``."""

    def __init__(self, path: str) -> None:
        self._end = socket.socket(socket.AF_UNIX)
        self._end.settimeout(1.0)
        try:
            self._end.connect(path)
        except OSError as error:
            self._end.close()
            raise DeviceUnavailable(path, *reason(error)) from None
        self.tick()

    def fileno(self) -> int:
        return self._end.fileno()

    def frames(self) -> bytes:
        try:
            return self._end.recv(_PIPE)
        except OSError:
            return b""

    def tick(self) -> None:
        with contextlib.suppress(OSError):
            self._end.send(b"go\n")

    def close(self) -> None:
        self._end.close()
