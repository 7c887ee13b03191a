"""A Weilipu window strip (9600 baud serial; never tried on hardware).

It has up to three lines and takes each by itself. It never speaks: whether it shows anything is
not known, and its health says so. What it shows is sent again every ``refresh_s``.
"""

from __future__ import annotations

from collections.abc import Mapping

from devices.base import Line
from devices.led_wall import weilipu
from devices.led_wall.page import LedLine
from devices.led_wall.rows import Heard, RowDisplay, too_long
from devices.led_wall.weilipu_options import WeilipuOptions

__all__ = ["WeilipuDisplay"]

_COLOURS = {"red": 0, "green": 1, "blue": 2}


class WeilipuDisplay(RowDisplay):
    """One strip. ``options`` are ``WeilipuOptions``; 9600 8N1."""

    def __init__(self, name: str, options: WeilipuOptions, line: Line | None) -> None:
        super().__init__(name, options, line)
        self.options: WeilipuOptions = options
        self._noise = 0

    def _encode_line(self, row: int, line: LedLine) -> bytes:
        text = weilipu.CHARSET.encode(line.text)
        moves = line.effect == "scroll" or len(text) > self.columns
        if len(text) > weilipu.LONGEST_TEXT:
            raise too_long(line.text, weilipu.LONGEST_TEXT)
        colour = self._colour(line.colour)
        return weilipu.encode(
            weilipu.LineText(
                line=row + 1,
                text=self._aligned(text, line.align),
                colour=_COLOURS[self.options.yellow if colour == "yellow" else colour],
                moves=moves,
                speed=self.options.speed,
            )
        )

    def _write_rows(self, rows: Mapping[int, bytes], *, fresh: bool) -> None:
        del fresh
        for frame in rows.values():
            self._exchange(frame)

    def _write_dark(self) -> None:
        for row in range(self.rows):
            self._exchange(self._encode_line(row, LedLine("")))

    def _hear(self, data: bytes) -> list[Heard]:
        self._noise += len(data)
        return []

    def _forget(self) -> int:
        return self._noise

    def _who(self) -> str:
        return f"LED strip {self.name}"
