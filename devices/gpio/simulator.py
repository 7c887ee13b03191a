"""Lamps and buttons at the other end of the bench's pins.

The wire is a Unix socket with a pin's level on each line, ``{"pin":17,"level":0}``; several
lamps and buttons share it, and each minds its own pins.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from devices.gpio.options import ButtonOptions, LampOptions
from devices.lamp.simulator import LampSimulator
from devices.simulator import Simulator, UnknownKey

__all__ = ["GpioButtonSimulator", "GpioLampSimulator"]

_PRESS_S = 0.1
_BOUNCES = 6
_LONGEST_LINE = 256


def _levels(buffer: bytearray, data: bytes) -> list[tuple[int, int]]:
    """Take the complete lines out of ``buffer + data`` as (pin, level); skip what is none."""
    buffer += data
    found: list[tuple[int, int]] = []
    while (end := buffer.find(b"\n")) >= 0:
        line = bytes(buffer[:end])
        del buffer[: end + 1]
        try:
            told = json.loads(line)
            found.append((int(told["pin"]), int(told["level"])))
        except (ValueError, KeyError, TypeError):
            continue
    if len(buffer) > _LONGEST_LINE:
        buffer.clear()
    return found


class GpioLampSimulator(LampSimulator):
    """A lamp: shows what its pins say."""

    def __init__(self, name: str, options: LampOptions) -> None:
        super().__init__(name, options, options.by_colour())
        self._on_level = 1 if options.active_high else 0
        self._colours = {pin: colour for colour, pin in options.by_colour().items()}
        self._heartbeats = 0
        self._heartbeat_level: int | None = None
        self._buffer = bytearray()

    def feed(self, data: bytes) -> None:
        """Take lines of pin levels."""
        for pin, level in _levels(self._buffer, data):
            if pin == self.options.heartbeat:
                self._heartbeats += level != self._heartbeat_level
                self._heartbeat_level = level
            elif pin in self._colours:
                self.light(self._colours[pin], on=level == self._on_level)

    def seen(self) -> Mapping[str, Any]:
        """Which colours are lit now, the heartbeats so far and the last 500 changes."""
        return {**super().seen(), "heartbeats": self._heartbeats}


class GpioButtonSimulator(Simulator):
    """A button. Keys: ``press`` (a tenth of a second) and ``hold`` (value: milliseconds)."""

    faults: ClassVar[tuple[str, ...]] = ("stuck", "bounce")

    def __init__(self, name: str, options: ButtonOptions) -> None:
        super().__init__(name, options)
        self._down = False
        self._presses = 0
        self._edges = 0
        self._wired = False

    def feed(self, data: bytes) -> None:
        """A button takes nothing; what is on the wire is for lamps."""

    def plugged(self) -> None:
        """Say the level: the line begins with it."""
        self._wired = True
        self._say(down=self._down)

    def faults_changed(self) -> None:
        """A stuck button goes down at once and comes up when it is mended."""
        if ("stuck" in self.active_faults) != self._down:
            self._move(down="stuck" in self.active_faults)

    def press(self, key: str, value: int | None = None) -> None:
        """Press, or hold for ``value`` milliseconds (3000). Raises ``UnknownKey``."""
        if key == "press" and value is None:
            held_s = _PRESS_S
        elif key == "hold":
            held_s = (3000 if value is None else max(0, value)) / 1000
        else:
            raise UnknownKey("press, hold [MS]")
        self._presses += 1
        if not self._down:
            self._move(down=True)
            self.later(held_s, self._release)

    def _release(self) -> None:
        if "stuck" not in self.active_faults and self._down:
            self._move(down=False)

    def _move(self, *, down: bool) -> None:
        self._down = down
        if "bounce" in self.active_faults:
            for _ in range(_BOUNCES):
                self._say(down=down)
                self._say(down=not down)
        self._say(down=down)

    def _say(self, *, down: bool) -> None:
        if not self._wired:
            return
        self._edges += 1
        level = 0 if down == self.options.pull_up else 1
        self.send(b'{"pin":%d,"level":%d}\n' % (self.options.pin, level))

    def seen(self) -> Mapping[str, Any]:
        """Whether it is down, how often it was pressed, how many levels went out."""
        return {"down": self._down, "presses": self._presses, "edges": self._edges}
