"""The process that watches a camera: ``python -m devices.scanner.camera.process FD PARENT ...``.

It reads the camera all the time and keeps the newest whole frame alone. ``frame`` is answered by
that one, reduced; ``still`` by the next whole one as the camera gave it. So whoever asks slowly
sees few frames, but never an old one, and the daemon neither decodes nor piles up anything.
"""

from __future__ import annotations

import select
import socket
import sys
import time
from types import ModuleType
from typing import Any

from devices.errors import DeviceError
from devices.scanner.camera.sources import FrameSource, open_source
from devices.scanner.guarded import guard, limit_memory
from devices.scanner.jpeg import FrameCutter, jpeg_head
from devices.scanner.messages import GarbledMessage, receive, send

__all__ = ["Watch", "main"]

#: No more frames a second than a person needs to lay a page straight.
_BETWEEN_S = 1 / 15.5
_TICK_S = 0.5
_TALK_S = 5.0
_QUALITY = 70
_MORE_MEMORY = 400 << 20


class Watch:
    """Answers what is asked of one source. ``jpeg`` is the module simplejpeg."""

    def __init__(self, end: socket.socket, source: FrameSource, settle: int, jpeg: Any) -> None:
        self._end = end
        self._source = source
        self._settle = settle
        self._jpeg = jpeg
        self._cutter = FrameCutter()
        self._newest = b""
        self._count = 0
        self._told_count = 0
        self._told_at = 0.0
        self._frame_wanted: int | None = None
        #: How many frames must have come before the still that is wanted.
        self._still_after: int | None = None

    def run(self) -> None:
        """Serve until the camera is gone or the other end hangs up."""
        ticked = 0.0
        while True:
            now = time.monotonic()
            if now - ticked >= _TICK_S:
                self._source.tick()
                ticked = now
            wait_s = _TICK_S
            if self._frame_wanted is not None and self._count > self._told_count:
                wait_s = max(0.0, self._told_at + _BETWEEN_S - now)
            both: list[socket.socket | FrameSource] = [self._end, self._source]
            ready = select.select(both, [], [], wait_s)[0]
            if self._end in ready and not self._asked():
                return
            if self._source in ready and not self._seen():
                return
            self._answer()

    def _asked(self) -> bool:
        asked = receive(self._end, _TALK_S)
        if asked is None:
            return False
        head, _ = asked
        if head["do"] == "frame":
            self._frame_wanted = int(head["width"])
        elif head["do"] == "still":
            self._still_after = max(self._settle, self._count)
        return True

    def _seen(self) -> bool:
        data = self._source.frames()
        if not data:
            return False
        whole = self._cutter.feed(data)
        if whole:
            self._newest = whole[-1]
            self._count += len(whole)
        return True

    def _answer(self) -> None:
        if self._still_after is not None and self._count > self._still_after:
            self._still()
        fresh = self._count > max(self._told_count, 0)
        due = time.monotonic() - self._told_at >= _BETWEEN_S
        if self._frame_wanted is not None and fresh and due:
            self._frame(self._frame_wanted)

    def _still(self) -> None:
        """Send the frame as it came, if it can be decoded to its end; else the next one."""
        try:
            self._jpeg.decode_jpeg(self._newest, "GRAY", min_factor=8, strict=True)
            head = jpeg_head(self._newest)
        except ValueError:
            self._still_after = self._count
            return
        self._still_after = None
        told = {"still": True, "width": head.width, "height": head.height, "of": head.components}
        send(self._end, told, self._newest, _TALK_S)

    def _frame(self, width: int) -> None:
        """Send the newest frame, smaller: JPEG decodes at an eighth's steps for less."""
        now = time.monotonic()
        # One that came late may be followed sooner: else each delay costs a frame.
        self._told_count, self._told_at = (
            self._count,
            max(self._told_at + _BETWEEN_S, now - _BETWEEN_S),
        )
        try:
            head = jpeg_head(self._newest)
            small = self._jpeg.decode_jpeg(
                self._newest,
                "RGB",
                fastdct=True,
                fastupsample=True,
                min_width=min(width, head.width),
                min_height=1,
                min_factor=max(1, head.width // width),
                strict=False,
            )
        except ValueError:
            return
        jpeg = self._jpeg.encode_jpeg(small, _QUALITY, "RGB", "420", fastdct=True)
        self._frame_wanted = None
        told = {"frame": True, "width": small.shape[1], "height": small.shape[0]}
        send(self._end, told, jpeg, _TALK_S)


def main() -> int:
    """Open the camera and serve. What cannot be opened is told, in both languages."""
    number, parent, source, size, rate, settle = sys.argv[1:7]
    guard(int(parent))
    end = socket.socket(fileno=int(number))
    try:
        opened = open_source(source, size, int(rate))
    except DeviceError as error:
        told = {"error": getattr(error, "code", ""), "en": str(error)}
        send(end, {**told, "zh": getattr(error, "zh", "")}, b"", _TALK_S)
        return 1
    try:
        simplejpeg = _library()
        if simplejpeg is None:
            send(end, {"error": "library"}, b"", _TALK_S)
            return 1
        limit_memory(_MORE_MEMORY)
        Watch(end, opened, int(settle), simplejpeg).run()
    finally:
        opened.close()
    return 0


def _library() -> ModuleType | None:
    try:
        import simplejpeg
    except ImportError:
        return None
    library: ModuleType = simplejpeg
    return library


if __name__ == "__main__":
    code = 1
    try:
        code = main()
    except (OSError, EOFError, GarbledMessage):
        # The daemon is gone: nobody is left to be told.
        code = 1
    sys.exit(code)
