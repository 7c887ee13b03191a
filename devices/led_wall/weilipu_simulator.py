"""Plays a Weilipu strip, from its description (not from a real one). It never answers.

A frame whose sum is wrong or that means nothing is dropped; the next one is found in what follows.
Power off and on, and it shows nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from devices.led_wall.panel_simulator import PanelSimulator
from devices.led_wall.picture import PanelText
from devices.led_wall.weilipu_options import WeilipuOptions

__all__ = ["WeilipuSimulator"]

#: The bench's panel has no blue: it is drawn as yellow.
_COLOURS: tuple[Any, ...] = ("red", "green", "yellow")


class WeilipuSimulator(PanelSimulator):
    """One strip. ``options`` are ``WeilipuOptions``.

    Faults: ``deaf`` (shows nothing new), ``power-cycle`` (forgets its lines, at once and once).
    """

    faults: ClassVar[tuple[str, ...]] = ("deaf", "power-cycle")

    def __init__(self, name: str, options: WeilipuOptions) -> None:
        super().__init__(name, options)
        self._bytes = bytearray()
        self._lines: dict[int, tuple[str, Any, int]] = {}

    def _power_cycle(self) -> None:
        self._bytes.clear()
        self._lines.clear()

    def _on_show(self) -> Sequence[tuple[PanelText, int]]:
        return [
            (self._row(line - 1, text, colour), mode)
            for line, (text, colour, mode) in sorted(self._lines.items())
        ]

    def _take(self, data: bytes) -> None:
        self._bytes += data
        while len(self._bytes) >= 9:
            if self._bytes[:3] != b"\xf0\x01\xd0":
                del self._bytes[0]
                continue
            whole = 8 + self._bytes[6]
            if len(self._bytes) < whole:
                return
            frame = bytes(self._bytes[:whole])
            if self._bytes[6] and sum(frame[:-1]) % 256 == frame[-1] and self._obeyed(frame):
                del self._bytes[:whole]
            else:
                self._bad_frames += 1
                del self._bytes[0]

    def _obeyed(self, frame: bytes) -> bool:
        line, mode, colour = frame[3], frame[4], frame[7]
        if line not in range(1, self.options.rows + 1) or mode not in {1, 2} or colour > 2:
            return False
        try:
            text = frame[8:-1].decode("gb2312")
        except UnicodeDecodeError:
            return False
        if "deaf" not in self.active_faults:
            self._lines[line] = (text, _COLOURS[colour], mode)
            self._frames += 1
            self._remember()
        return True
