"""A document camera at the bench's socket: a sheet on a dark counter, seen 15 times a second.

It sends Motion JPEG for a second after each ``go``, as a camera does while it is open. The
pictures are drawn by Pillow when they are first wanted: nothing on them is anybody's.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any, ClassVar

from devices.simulator import Simulator, UnknownKey

__all__ = ["CameraSimulator"]

_RATE = 15
_FRAMES_A_GO = 15


class CameraSimulator(Simulator):
    """Keys: ``turn_page`` (another sheet). Faults: ``dark`` (no frames), ``torn`` (cut frames)."""

    faults: ClassVar[tuple[str, ...]] = ("dark", "torn")

    def __init__(self, name: str, options: Any) -> None:
        super().__init__(name, options)
        self._left = 0
        self._running = False
        self._sheet = 1
        self._sent = 0
        self._pictures: dict[int, bytes] = {}

    def feed(self, data: bytes) -> None:
        """``go`` and a line's end: somebody watches."""
        if b"go\n" not in data:
            return
        self._left = _FRAMES_A_GO
        if not self._running:
            self._running = True
            self._frame()

    def press(self, key: str, value: int | None = None) -> None:
        """Lay another sheet below the camera. Raises ``UnknownKey``."""
        if key != "turn_page" or value is not None:
            raise UnknownKey("turn-page")
        self._sheet += 1

    def seen(self) -> Mapping[str, Any]:
        """Which sheet lies there, how many frames went out, whether the light is on."""
        return {"sheet": self._sheet, "frames": self._sent, "on": self._running}

    def _frame(self) -> None:
        if not self._left:
            self._running = False
            return
        self._left -= 1
        if "dark" not in self.active_faults:
            picture = self._picture()
            torn = "torn" in self.active_faults and self._sent % 2
            self.send(picture[: len(picture) // 2] if torn else picture)
            self._sent += 1
        self.later(1 / _RATE, self._frame)

    def _picture(self) -> bytes:
        if self._sheet not in self._pictures:
            self._pictures.clear()
            self._pictures[self._sheet] = _drawn(self._sheet)
        return self._pictures[self._sheet]


def _drawn(sheet: int) -> bytes:
    """Return a JPEG of 1280 x 960: a leaning sheet with as many heavy lines as its number."""
    from PIL import Image, ImageDraw

    page = Image.new("RGB", (560, 792), (246, 246, 242))
    pen = ImageDraw.Draw(page)
    for line in range(24):
        pen.rectangle([60, 110 + line * 26, 500 - line * 53 % 170, 118 + line * 26], (50, 50, 54))
    for mark in range(sheet % 9):
        pen.rectangle([60 + mark * 40, 50, 84 + mark * 40, 74], (40, 40, 44))
    pen.ellipse([360, 620, 480, 740], outline=(205, 40, 45), width=6)
    counter = Image.new("RGB", (1280, 960), (58, 54, 50))
    leaning = page.convert("RGBA").rotate(6, expand=True, resample=Image.Resampling.BICUBIC)
    counter.paste(leaning, (310, 40), leaning)
    out = io.BytesIO()
    counter.save(out, "JPEG", quality=80)
    return out.getvalue()
