"""The daemon's hand on the process that watches a camera; it never waits longer than told."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from devices.errors import DeviceFault, DeviceUnavailable
from devices.scanner.base import PreviewFrame
from devices.scanner.camera.options import CameraOptions
from devices.scanner.guarded import CHILD_VARIABLES
from devices.scanner.jpeg import JpegHead
from devices.scanner.messages import GarbledMessage, receive, send

__all__ = ["Watching"]

_MODULE = "devices.scanner.camera.process"
_TALK_S = 1.0
_ENDING_S = 2.0
_LIBRARY = DeviceFault(
    "library",
    "缺少图像程序库，请执行 pip install 'hall-controller[scan]'。",
    "The library simplejpeg is missing: pip install 'hall-controller[scan]'.",
)


class Watching:
    """One process on one camera at one size. Raises ``DeviceUnavailable`` once it is gone."""

    def __init__(self, options: CameraOptions, size: str) -> None:
        self.size = size
        self._source = options.source
        ours, theirs = socket.socketpair()
        settle = str(options.settle_frames)
        command: Sequence[str] = (sys.executable, "-m", _MODULE)
        with theirs:
            self._process = subprocess.Popen(
                [
                    *(*command, str(theirs.fileno()), str(os.getpid())),
                    *(options.source, size, str(options.rate), settle),
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env={**os.environ, **CHILD_VARIABLES},
            )
        self._end = ours

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    def ask_frame(self, width: int) -> None:
        """Want the next frame, about so wide."""
        self._ask({"do": "frame", "width": width})

    def ask_still(self) -> None:
        """Want the next whole picture."""
        self._ask({"do": "still"})

    def heard(self, timeout_s: float) -> PreviewFrame | tuple[JpegHead, bytearray] | None:
        """Return a frame or a still; None when neither came in time."""
        if not select.select([self._end], [], [], timeout_s)[0]:
            return None
        try:
            answer = receive(self._end, _TALK_S)
        except (OSError, EOFError, GarbledMessage):
            answer = None
        if answer is None:
            raise self._gone()
        head, content = answer
        if "error" in head:
            raise _told(self._source, head)
        if "frame" in head:
            return PreviewFrame(bytes(content), head["width"], head["height"])
        return JpegHead(head["width"], head["height"], head["of"], 0, 0), content

    def close(self) -> None:
        """End the process, and with it the camera's light; a second call does nothing."""
        self._end.close()
        if self._process.poll() is None:
            # It closes the camera when nobody is at the other end.
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_ENDING_S)
                return
            self._process.kill()
            self._process.wait()

    def _ask(self, asked: dict[str, Any]) -> None:
        try:
            send(self._end, asked, b"", _TALK_S)
        except OSError:
            raise self._gone() from None

    def _gone(self) -> DeviceUnavailable:
        return DeviceUnavailable(
            self._source.partition(":")[2],
            "the camera is gone or refuses this size in MJPEG (cable, another program, size)",
            "摄像头已断开，或不支持该尺寸的 MJPEG 图像，请检查数据线、其他程序占用和尺寸设置",
        )


def _told(source: str, head: dict[str, Any]) -> DeviceFault | DeviceUnavailable:
    if head["error"] == "library":
        return _LIBRARY
    if head["error"]:
        return DeviceFault(head["error"], head["zh"], head["en"])
    return DeviceUnavailable(source.partition(":")[2], head["en"], head["zh"])
