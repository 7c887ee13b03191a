"""A push button on a GPIO pin.

Wiring: between the pin and ground (``pull_up``, the usual), or between the pin and 3.3 V. More
than two metres of cable want an external pull-up of a few kilohms. Never tried on hardware.

gpiozero's callbacks run in a thread of the pin library; they only note the time and the level
and wake the worker. The driver sorts out the rest with its own clock: so a bounce is one press
on every pin library (the mock has no debouncing), and no thread waits for holds (gpiozero's
``Button`` has one for each button, which wakes ten times a second; its base class is used here).
"""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Callable
from typing import Any, ClassVar

from devices.base import Driver, HealthState, Input, Line, Report, Sentence, Status
from devices.errors import DeviceUnavailable
from devices.gpio.factory import Pins, PinsOpener, open_pins
from devices.gpio.options import ButtonOptions

__all__ = ["GpioButton"]

_CALM_S = 0.5
#: A hold is said this soon after its time.
_DOWN_S = 0.1

QUIET = Status(
    HealthState.UNKNOWN,
    "not_pressed",
    Sentence("按钮尚未被按过。", "The button was not pressed yet."),
)
WORKS = Status(HealthState.OK, "pressed", Sentence("按钮工作正常。", "The button works."))
STUCK = Status(
    HealthState.WARNING,
    "stuck",
    Sentence(
        "按钮一直处于按下状态：请检查是否卡住或线路短路。",
        "The button stays pressed: see whether it is stuck or its cable is shorted.",
    ),
)


class GpioButton(Driver):
    """A button: ``Input("pressed")`` when it goes down, ``Input("held")`` after ``hold_s``.

    A button that is down when the driver opens was not pressed. One that stays down is one press
    and after ``stuck_s`` a ``WARNING``. ``clock`` is any steady clock in seconds.
    """

    poll_every_s: float = _CALM_S
    needs_line: ClassVar[bool] = False

    def __init__(
        self,
        name: str,
        options: ButtonOptions,
        line: Line | None = None,
        *,
        pins: PinsOpener = open_pins,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(name, options, line)
        self._button = options
        self._open_pins = pins
        self._clock = clock
        self._pins: Pins | None = None
        self._device: Any = None
        self._edges: deque[tuple[float, bool]] = deque(maxlen=1000)
        # The level as it is counted, and as it was last seen.
        self._down = self._raw = False
        self._changed_at = self._raw_at = 0.0
        self._held_said = False
        self._status = QUIET

    def open(self) -> Status:
        """Claim the pin. Raises ``DeviceUnavailable``."""
        self.close()
        self._pins = self._open_pins(self._button.pins)
        from gpiozero import DigitalInputDevice

        try:
            self._device = DigitalInputDevice(
                self._button.pin, pull_up=self._button.pull_up, pin_factory=self._pins.factory
            )
        except self._pins.errors as error:
            self.close()
            raise DeviceUnavailable(
                self._button.pins, str(error), f"引脚不能使用：{error}"
            ) from error
        self._down = self._raw = self._device.is_active
        # Whatever bounced before is over: the first press may come at once.
        self._changed_at = self._raw_at = self._clock() - 2 * self._button.bounce_s
        self.poll_every_s = _CALM_S
        # What was down before was no press, so it is no hold either.
        self._held_said = True
        self._status = QUIET
        self._device.when_activated = lambda: self._edge(down=True)
        self._device.when_deactivated = lambda: self._edge(down=False)
        return self._status

    def close(self) -> None:
        """Give the pin back; presses that nobody took are forgotten."""
        if self._device is not None:
            self._device.close()
            self._device = None
        self._edges.clear()
        if self._pins is not None:
            self._pins.close()
            self._pins = None

    def _edge(self, *, down: bool) -> None:
        """Runs in the pin library's thread, which an exception would end."""
        self._edges.append((self._clock(), down))
        # The worker may be ending just now; then nobody needs to be woken.
        with contextlib.suppress(RuntimeError):
            self.wake()

    def poll(self) -> list[Report]:
        """Return the presses since the last call. Raises ``DeviceUnavailable``."""
        if self._pins is None:
            raise DeviceUnavailable(self._button.pins, "not open", "尚未打开")
        reports: list[Report] = []
        while self._edges:
            at, down = self._edges.popleft()
            self._level_was(down, at, reports)
        # An edge that the pin library lost shows in the level itself.
        self._level_was(self._device.is_active, self._clock(), reports)
        if self._down:
            self._look_at_hold(self._clock(), reports)
        self.poll_every_s = _DOWN_S if self._raw != self._down or self._down else _CALM_S
        if not reports:
            self._pins.check()
        return reports

    def _level_was(self, down: bool, at: float, reports: list[Report]) -> None:
        """Take one level. Down counts at once; up counts when it has stayed for ``bounce_s``.

        So neither the bounces of a release nor a contact that breaks for a moment while the
        button is held are another press.
        """
        if self._down and not self._raw and at - self._raw_at >= self._button.bounce_s:
            self._released(self._raw_at, reports)
        if down != self._raw:
            self._raw, self._raw_at = down, at
        if down and not self._down:
            self._pressed(at, reports)
        elif self._down and not down and not self._button.bounce_s:
            self._released(at, reports)

    def _pressed(self, at: float, reports: list[Report]) -> None:
        self._down, self._changed_at = True, at
        self._held_said = False
        self.counters.frames_in += 1
        reports.append(Input(self._button.event))
        self._say(WORKS, reports)

    def _released(self, at: float, reports: list[Report]) -> None:
        # Held and let go before anybody looked: it was a hold all the same.
        self._look_at_hold(at, reports)
        self._down, self._changed_at = False, at
        if self._status is STUCK:
            self._say(WORKS, reports)

    def _look_at_hold(self, now: float, reports: list[Report]) -> None:
        held_s = now - self._changed_at
        if self._button.hold_s and held_s >= self._button.hold_s and not self._held_said:
            self._held_said = True
            reports.append(Input(self._button.held_event))
        if held_s >= self._button.stuck_s:
            self._say(STUCK, reports)

    def _say(self, status: Status, reports: list[Report]) -> None:
        if status is not self._status:
            self._status = status
            reports.append(status)

    def self_test(self) -> Sentence:
        """Ask for a press; nothing can be done from here."""
        return Sentence(
            f"请按一下按钮，再用 hallctl devices show {self.name} 查看：“收到帧”应加一。"
            "这次按下同样有效。",
            f"Press the button, then hallctl devices show {self.name}: frames in counts one more. "
            "The press counts as any other.",
        )
