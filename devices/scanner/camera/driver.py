"""A document camera (高拍仪) at USB: a live preview while somebody watches, and whole pictures.

Never tried on hardware: a build machine has no video device. What lies behind the camera's
descriptor (frames, torn frames, an end, silence) was tried with ffmpeg's own streams and the
bench's camera; the call of ``ffmpeg -f v4l2`` follows ffmpeg-devices(1) and was not.

The camera is open only while somebody watches or scans, and some seconds longer: its light tells
people that it sees them. The page is found and cut out elsewhere (``devices.scanner.pages``).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import ClassVar

from devices.base import HealthState, Line, Report, Sentence, Status
from devices.errors import DeviceTimeout
from devices.scanner.base import PreviewFrame, RawPage, Scanner, ScanSettings
from devices.scanner.camera.options import CameraOptions
from devices.scanner.camera.sources import name_of, present
from devices.scanner.camera.watching import Watching
from devices.scanner.faults import ScanFault
from devices.scanner.jpeg import JpegHead

__all__ = ["CameraScanner"]

_IDLE_S, _WATCHING_S = 0.5, 1 / 50
_STEP_S = 0.1

OK = Status(HealthState.OK, "ok", Sentence("高拍仪正常。", "The document camera gives pictures."))


class CameraScanner(Scanner):
    """One camera. ``options`` are ``CameraOptions``; ``clock`` is any steady clock."""

    needs_line: ClassVar[bool] = False
    can_preview: ClassVar[bool] = True
    poll_every_s: float = _IDLE_S

    def __init__(
        self,
        name: str,
        options: CameraOptions,
        line: Line | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(name, options, line)
        self.options: CameraOptions = options
        self._clock = clock
        self._watching: Watching | None = None
        self._on = False
        self._asked_at: float | None = None
        self._used_at = 0.0
        self._present_at = -_IDLE_S
        self._cancelled = threading.Event()

    def open(self) -> Status:
        """Take one picture, and forget it: a camera that is there may still show nothing.

        Raises ``DeviceUnavailable``, ``DeviceTimeout``, ``DeviceFault``.
        """
        present(self.options.source)
        self._cancelled.clear()
        self._still(self.options.size)
        self.identity = name_of(self.options.source)
        return OK

    def close(self) -> None:
        """Let the camera go."""
        self._on = False
        self._leave()

    def scan(self, settings: ScanSettings, on_page: Callable[[RawPage], None]) -> int:
        """Take one picture of what lies below the camera. It is always in colour, as it came.

        ``settings.source`` and ``resolution_dpi`` mean nothing to a camera. Raises ``ScanFault``,
        ``DeviceUnavailable``, ``DeviceTimeout``.
        """
        self._cancelled.clear()
        self.at_work = True
        try:
            head, jpeg = self._still(self.options.still_size or self.options.size)
            page = RawPage(
                jpeg,
                head.width,
                head.height,
                1 if head.components == 1 else 3,
                self.options.dpi,
                "jpeg",
                (self.options.turn + settings.turn) % 360,
            )
            on_page(page)
        finally:
            self.at_work = False
            self._used_at = self._clock()
        return 1

    def cancel(self) -> None:
        """End a scan that waits for its picture."""
        self._cancelled.set()

    def preview(self, on: bool) -> None:
        """Begin or end the live preview: at most 15 frames a second come out of ``poll``.

        A camera that was unplugged and came back is a new driver: ask again then. Raises
        ``DeviceUnavailable``.
        """
        self._on = on
        self._used_at = self._clock()
        self.poll_every_s = _WATCHING_S if on else _IDLE_S
        if on:
            self._ask(self._opened(self.options.size))
        self.wake()

    def poll(self) -> list[Report]:
        """Pass on a frame; see that the camera is there. Raises ``DeviceUnavailable``."""
        if (now := self._clock()) - self._present_at >= _IDLE_S:
            present(self.options.source)
            self._present_at = now
        if self._watching is None:
            if self._on:
                self._ask(self._opened(self.options.size))
            return []
        if self._asked_at is None and self._on:
            self._ask(self._opened(self.options.size))
        heard = self._watching.heard(0.0)
        if isinstance(heard, PreviewFrame):
            self._asked_at = None
            self.counters.frames_in += 1
            if not self._on:
                return []
            # At once: the next frame is made while this one is shown.
            self._ask(self._watching)
            return [heard]
        self._see_to_the_end()
        return []

    def self_test(self) -> Sentence:
        """Take a picture and forget it. Raises as ``scan`` does."""
        self._cancelled.clear()
        head, _ = self._still(self.options.still_size or self.options.size)
        return Sentence(
            f"已拍摄一张 {head.width}×{head.height} 的照片（未保存）。",
            f"A picture of {head.width} x {head.height} pixels was taken, and not kept.",
        )

    @property
    def watching_pid(self) -> int:
        """The process that watches the camera, 0 while there is none."""
        return self._watching.pid if self._watching is not None else 0

    # ---- inside

    def _opened(self, size: str) -> Watching:
        """Return the camera at this size; at another one it is opened again."""
        if self._watching is not None and self._watching.size != size:
            self._leave()
        if self._watching is None:
            self._watching = Watching(self.options, size)
        return self._watching

    def _leave(self) -> None:
        watching, self._watching = self._watching, None
        self._asked_at = None
        if watching is not None:
            watching.close()

    def _ask(self, watching: Watching) -> None:
        watching.ask_frame(self.options.preview_width)
        self._asked_at = self._clock()

    def _still(self, size: str) -> tuple[JpegHead, bytearray]:
        watching = self._opened(size)
        watching.ask_still()
        until = self._clock() + self.options.timeout_s
        while self._clock() < until:
            if self._cancelled.is_set():
                self._leave()
                raise ScanFault("cancelled")
            heard = watching.heard(_STEP_S)
            if isinstance(heard, PreviewFrame):
                # Asked for before the still; the next one is asked for by ``poll``.
                self._asked_at = None
            elif heard is not None:
                self.counters.frames_in += 1
                self._used_at = self._clock()
                return heard
        self._leave()
        raise DeviceTimeout("a picture of the camera", self.options.timeout_s)

    def _see_to_the_end(self) -> None:
        now = self._clock()
        if self._on and self._asked_at is not None:
            if now - self._asked_at > self.options.timeout_s:
                raise DeviceTimeout("a frame of the camera", self.options.timeout_s)
        elif now - self._used_at > self.options.linger_s:
            self._leave()
