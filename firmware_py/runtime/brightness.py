"""How bright the LED displays are at which time of the day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from devices.led_wall.display import LedDisplay
from firmware_py.core.model import State
from firmware_py.core.opening import clock_text, local_seconds
from firmware_py.runtime.devices import Post
from firmware_py.runtime.displays import panel_of
from firmware_py.settings import Settings

__all__ = ["Brightness", "percent_at"]


class Step(Protocol):
    """So bright from a time of the day on, until the next step."""

    @property
    def since(self) -> str:
        """``HH:MM``."""

    @property
    def percent(self) -> int:
        """0 to 100."""


def percent_at(steps: Sequence[Step], time: str) -> int:
    """Return how bright it is at ``HH:MM``; before the first step yesterday's last one holds."""
    ordered = sorted(steps, key=lambda step: step.since)
    return next(
        (one.percent for one in reversed(ordered) if one.since <= time), ordered[-1].percent
    )


class Brightness:
    """Follows the steps of each display. Without a known clock it leaves them as they are."""

    def __init__(
        self,
        settings: Settings,
        post: Post,
        state: Callable[[], State],
        now_ms: Callable[[], int],
    ) -> None:
        self._post = post
        self._state = state
        self._now_ms = now_ms
        self.configure(settings)

    def configure(self, settings: Settings) -> None:
        """Take the steps of each display; all are told again."""
        self._steps: dict[str, Sequence[Step]] = {}
        self._sent: dict[str, int] = {}
        displays = [wall.display for wall in settings.walls]
        displays += [window.strip for window in settings.windows if window.strip is not None]
        for display in displays:
            panel = panel_of(settings, display)
            if panel.dims and (steps := panel.brightness or settings.displays.brightness):
                self._steps[display] = steps

    def tick(self) -> None:
        """Set what is to be brighter or darker from now on."""
        for display in self._steps:
            self._set(display)

    def show(self, display: str) -> None:
        """Tell a display that was opened again, and knows nothing."""
        if self._sent.pop(display, None) is not None or display in self._steps:
            self._set(display)

    def _set(self, display: str) -> None:
        now_s = local_seconds(self._state(), self._now_ms())
        if now_s is None:
            return
        percent = percent_at(self._steps[display], clock_text(now_s))
        if self._sent.get(display) == percent:
            return
        self._sent[display] = percent

        def set_it(driver: LedDisplay) -> None:
            driver.brightness(percent)

        # One that is away is told when it is back; one that is silent hears it from its driver.
        self._post(display, set_it, key="brightness")
