"""A serial signal tower, Adafruit's 2993 (USB or serial, 9600 8N1; never tried on hardware).

Wiring: the tower's own USB plug (a CH340 adapter inside), and 12 V of its own for the lamps.

It never answers: its health is ``UNKNOWN``, and what it shows is sent again every ``refresh_s``,
for a tower that was without its 12 V. What flashes once a loop the tower is told to blink by
itself, at its own pace: that goes on when the controller is dead, so "dead" is never a calm light.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence

from devices.base import Line, Status
from devices.errors import DeviceError
from devices.lamp import tower
from devices.lamp.lamp import BLIND, Lamp
from devices.lamp.patterns import flashing_at, shown_by
from devices.lamp.tower_options import TowerOptions

__all__ = ["TowerLamp"]


class TowerLamp(Lamp):
    """One tower. ``options`` are ``TowerOptions``.

    Example: ``TowerLamp("lamp-3", TowerOptions(buzzer=True), line)``.
    """

    def __init__(
        self,
        name: str,
        options: TowerOptions,
        line: Line | None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(name, options, line, clock=clock)
        self.options: TowerOptions = options
        # A pulled plug is noticed without a poll.
        self.calm_s = options.refresh_s / 2
        self._sent: dict[str, tower.Mode] = {}
        self._sent_at = 0.0

    @property
    def parts(self) -> Sequence[str]:
        """Three lamps, and the buzzer where it is used."""
        lamps = ("red", "amber", "green")
        return (*lamps, "buzzer") if self.options.buzzer else lamps

    def open(self) -> Status:
        """Begin dark. Raises ``DeviceUnavailable``, ``DeviceTimeout``."""
        self._sent = {}
        self._begin()
        self._show()
        return BLIND

    def close(self) -> None:
        """Leave it dark: a lamp that nobody drives would look alive."""
        if self._sent:
            with contextlib.suppress(DeviceError):
                self._send(dict.fromkeys(self.parts, "off"))
        self._sent = {}

    def _show(self) -> None:
        want = self._modes()
        if self._clock() - self._sent_at >= self.options.refresh_s:
            self._sent = {}
        changed = {part: mode for part, mode in want.items() if self._sent.get(part) != mode}
        if changed:
            self._send(changed)

    def _moves(self) -> bool:
        return flashing_at(*self._now()) is None and super()._moves()

    def _modes(self) -> dict[str, tower.Mode]:
        flashing = None if self._swept() else flashing_at(*self._now())
        lit = self._lit() if flashing is None else shown_by(flashing, self.parts)
        on: tower.Mode = "on" if flashing is None else "blink"
        return {part: on if part in lit else "off" for part in self.parts}

    def _send(self, modes: dict[str, tower.Mode]) -> None:
        """Switch parts. What is on show is unknown when that fails."""
        whole = not self._sent
        known, self._sent = self._sent, {}
        self.line.write(b"".join(tower.encode(part, mode) for part, mode in modes.items()))
        self.counters.frames_out += len(modes)
        self._sent = known | modes
        if whole:
            self._sent_at = self._clock()
