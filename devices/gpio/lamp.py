"""A window's alarm lamp on GPIO pins: one colour, or a tower with a buzzer.

Wiring: a pin carries 3.3 V and a few milliamperes, a lamp needs a transistor or a relay board
between. BCM numbers, as in pinout drawings.

A lamp must not say that all is well when the controller is dead. A pin keeps its last level when
the process is killed, or falls back to its resistor, by the kernel's version: neither tells
anything. So ``heartbeat`` names a pin that changes level at every poll (four times a second).
It drives a retriggerable off-delay (watchdog) relay set to 2 s: while the pin beats, the relay is
pulled in and its normally open contact feeds the lamp; when the beat stops, dead process or
frozen one, the relay falls, the lamp loses its feed (nothing stays lit wrongly) and the normally
closed contact lights a white "out of order" lamp. Never tried on hardware.

A lamp answers nothing: it is ``UNKNOWN`` for ever, unless its pins are out of reach.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from devices.base import Line, Report, Status
from devices.errors import DeviceUnavailable
from devices.gpio.factory import Pins, PinsOpener, open_pins
from devices.gpio.options import LampOptions
from devices.lamp.lamp import BLIND, STEP_S, Lamp

__all__ = ["GpioLamp"]


class GpioLamp(Lamp):
    """A lamp on pins.

    Example: ``GpioLamp("lamp-3", LampOptions(red=17, amber=27, buzzer=22), None)``.
    """

    needs_line: ClassVar[bool] = False

    def __init__(
        self,
        name: str,
        options: LampOptions,
        line: Line | None = None,
        *,
        pins: PinsOpener = open_pins,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(name, options, line, clock=clock)
        if options.heartbeat is not None:
            self.calm_s = STEP_S
        self._lamp = options
        self._open_pins = pins
        self._pins: Pins | None = None
        self._outputs: dict[str, Any] = {}
        self._heartbeat: Any = None
        self._shown: frozenset[str] = frozenset()

    @property
    def parts(self) -> Sequence[str]:
        """What has a pin."""
        return tuple(self._lamp.by_colour())

    def open(self) -> Status:
        """Claim the pins, all off, then show the pattern that was set before.

        Raises ``DeviceUnavailable``.
        """
        self.close()
        self._pins = self._open_pins(self._lamp.pins)
        from gpiozero import OutputDevice

        factory, errors = self._pins.factory, self._pins.errors
        try:
            for colour, pin in self._lamp.by_colour().items():
                self._outputs[colour] = OutputDevice(
                    pin, active_high=self._lamp.active_high, pin_factory=factory
                )
            if self._lamp.heartbeat is not None:
                self._heartbeat = OutputDevice(self._lamp.heartbeat, pin_factory=factory)
        except errors as error:
            self.close()
            raise DeviceUnavailable(
                self._lamp.pins, str(error), f"引脚不能使用：{error}"
            ) from error
        self._begin()
        self._show()
        return BLIND

    def close(self) -> None:
        """All off; give the pins back."""
        for output in self._outputs.values():
            output.off()
            output.close()
        self._outputs.clear()
        self._shown = frozenset()
        if self._heartbeat is not None:
            self._heartbeat.close()
            self._heartbeat = None
        if self._pins is not None:
            self._pins.close()
            self._pins = None

    def set(self, pattern: str) -> None:
        """Show a pattern from now on, as ``Lamp.set``; pins out of reach show it later.

        Raises ``ValueError``, ``DeviceUnavailable``.
        """
        before = self._pattern
        super().set(pattern)
        self.counters.frames_out += self._pattern != before
        self._check()

    def poll(self) -> list[Report]:
        """Blink and beat. Raises ``DeviceUnavailable``."""
        self._check()
        super().poll()
        if self._heartbeat is not None:
            self._heartbeat.toggle()
        return []

    def _check(self) -> None:
        if self._pins is None:
            raise DeviceUnavailable(self._lamp.pins, "not open", "尚未打开")
        self._pins.check()

    def _show(self) -> None:
        lit = self._lit()
        if lit == self._shown:
            return
        for colour, output in self._outputs.items():
            output.value = colour in lit
        self._shown = lit
