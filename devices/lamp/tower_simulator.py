"""Plays Adafruit's signal tower, from its guide. It never answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from devices.lamp.simulator import LampSimulator
from devices.lamp.tower_options import TowerOptions

__all__ = ["TowerSimulator"]

_BYTES = {
    0x11: ("red", "on"), 0x21: ("red", "off"), 0x41: ("red", "blink"),
    0x12: ("amber", "on"), 0x22: ("amber", "off"), 0x42: ("amber", "blink"),
    0x14: ("green", "on"), 0x24: ("green", "off"), 0x44: ("green", "blink"),
    0x18: ("buzzer", "on"), 0x28: ("buzzer", "off"), 0x48: ("buzzer", "blink"),
}  # fmt: skip


class TowerSimulator(LampSimulator):
    """One tower; what blinks counts as lit.

    Faults: ``deaf``, ``power-cycle`` (dark, at once and once).
    """

    faults: ClassVar[tuple[str, ...]] = ("deaf", "power-cycle")

    def __init__(self, name: str, options: TowerOptions) -> None:
        super().__init__(name, options, ("red", "amber", "green", "buzzer"))
        self._modes: dict[str, str] = {}
        self._unknown = 0

    def feed(self, data: bytes) -> None:
        """Each byte switches one part; others mean nothing."""
        for byte in data:
            if byte not in _BYTES:
                self._unknown += 1
            elif "deaf" not in self.active_faults:
                part, mode = _BYTES[byte]
                self._modes[part] = mode
                self.light(part, on=mode != "off")

    def faults_changed(self) -> None:
        """Lose the power when told to."""
        if "power-cycle" in self.active_faults:
            self.active_faults.discard("power-cycle")
            for part in self._modes:
                self._modes[part] = "off"
                self.light(part, on=False)

    def seen(self) -> Mapping[str, Any]:
        """Return which parts are lit, which of them blink, and the last 500 changes."""
        return {
            **super().seen(),
            "blinking": [part for part, mode in self._modes.items() if mode == "blink"],
            "unknown_bytes": self._unknown,
        }
