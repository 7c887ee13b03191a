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
from collections.abc import Callable
from typing import Any, ClassVar

from devices.base import Driver, HealthState, Line, Report, Sentence, Status
from devices.errors import DeviceUnavailable
from devices.gpio.factory import Pins, PinsOpener, open_pins
from devices.gpio.options import LampOptions
from devices.gpio.patterns import PATTERNS, lit_at

__all__ = ["GpioLamp"]

_BLIND = Status(
    HealthState.UNKNOWN,
    "no_feedback",
    Sentence("报警灯已就绪（灯本身不回报状态）。", "The lamp is ready (it cannot answer)."),
)
_SWEEP_MS = 1000


class GpioLamp(Driver):
    """A lamp that shows one of ``PATTERNS``: off, green, amber, red, help, dead.

    Example: ``GpioLamp("lamp-3", LampOptions(red=17, amber=27, buzzer=22), None)``. A lamp
    without amber shows amber in red, steadily; red blinks. ``clock`` is any steady clock in
    seconds; blinking is done by ``poll``, so the driver owns no thread.
    """

    poll_every_s: ClassVar[float] = 0.25
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
        super().__init__(name, options, line)
        self._lamp = options
        self._open_pins = pins
        self._clock = clock
        self._pins: Pins | None = None
        self._outputs: dict[str, Any] = {}
        self._heartbeat: Any = None
        self._pattern = "off"
        self._since = 0.0
        self._sweep_since: float | None = None
        self._lit: frozenset[str] = frozenset()

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
            raise DeviceUnavailable(self._lamp.pins, str(error)) from error
        self._since = self._clock()
        self._apply()
        return _BLIND

    def close(self) -> None:
        """All off; give the pins back."""
        for output in self._outputs.values():
            output.off()
            output.close()
        self._outputs.clear()
        self._lit = frozenset()
        if self._heartbeat is not None:
            self._heartbeat.close()
            self._heartbeat = None
        if self._pins is not None:
            self._pins.close()
            self._pins = None

    def set(self, pattern: str) -> None:
        """Show a pattern from now on; the one that is shown already goes on undisturbed.

        Raises ``ValueError`` for a pattern that does not exist, ``DeviceUnavailable``.
        """
        if pattern not in PATTERNS:
            raise ValueError(f"{pattern!r} is not one of {', '.join(PATTERNS)}")
        if pattern != self._pattern:
            self._pattern = pattern
            self._since = self._clock()
            self._sweep_since = None
            self.counters.frames_out += 1
        self._apply()
        self._check()

    def poll(self) -> list[Report]:
        """Blink and beat. Raises ``DeviceUnavailable``."""
        self._check()
        self._apply()
        if self._heartbeat is not None:
            self._heartbeat.toggle()
        return []

    def self_test(self) -> Sentence:
        """Light each part for a second, one after another, then go on as before."""
        self._sweep_since = self._clock()
        self._apply()
        names = {
            "red": ("红灯", "red"),
            "amber": ("黄灯", "amber"),
            "green": ("绿灯", "green"),
            "buzzer": ("蜂鸣器", "buzzer"),
        }
        parts = [names[colour] for colour in self._outputs]
        return Sentence(
            "请确认依次动作，各一秒：" + "、".join(zh for zh, _ in parts) + "。",
            "One after another for a second each: " + ", ".join(en for _, en in parts) + ".",
        )

    def _check(self) -> None:
        if self._pins is None:
            raise DeviceUnavailable(self._lamp.pins, "not open")
        self._pins.check()

    def _apply(self) -> None:
        lit = self._wanted()
        if lit == self._lit:
            return
        for colour, output in self._outputs.items():
            output.value = colour in lit
        self._lit = lit

    def _wanted(self) -> frozenset[str]:
        now = self._clock()
        if self._sweep_since is not None:
            step = int((now - self._sweep_since) * 1000) // _SWEEP_MS
            if step < len(self._outputs):
                return frozenset((tuple(self._outputs)[step],))
            self._sweep_since = None
        lit = lit_at(PATTERNS[self._pattern], int((now - self._since) * 1000))
        # A lamp of one colour says all with that colour.
        for missing, instead in (("amber", "red"), ("red", "amber")):
            if missing in lit and missing not in self._outputs:
                lit |= {instead}
        return lit & self._outputs.keys()
