"""What every alarm lamp is, whatever switches it: on pins, a relay board, or a serial tower.

A lamp is told a pattern of ``devices.lamp.patterns`` and shows it until it is told another; the
worker's polls are its beat, so it owns no thread. This module says what is to be lit at each of
them; a kind of lamp says how. Which of them was never tried on hardware stands with each.
"""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

from devices.base import Driver, HealthState, Line, Report, Sentence, Status
from devices.lamp.patterns import PATTERNS, Pattern, lit_at, shown_by, steady

__all__ = ["BLIND", "STEP_S", "Lamp", "named"]

#: Of a lamp that nobody can ask.
BLIND = Status(
    HealthState.UNKNOWN,
    "no_feedback",
    Sentence("报警灯已就绪（灯本身不回报状态）。", "The lamp is ready (it cannot answer)."),
)
STEP_S = 0.25
_SWEEP_MS = 1000
_NAMES = {
    "red": Sentence("红灯", "red"),
    "amber": Sentence("黄灯", "amber"),
    "green": Sentence("绿灯", "green"),
    "buzzer": Sentence("蜂鸣器", "buzzer"),
}


def named(part: str) -> Sentence:
    """Return a lamp's part in words."""
    return _NAMES.get(part, Sentence(part, part))


class Lamp(Driver):
    """Shows one of ``PATTERNS``: off, green, amber, red, help, dead.

    A lamp without amber shows amber in red, steadily; red blinks. ``clock`` is any steady clock
    in seconds. A kind has ``parts`` and ``_show``; its ``open`` calls ``_begin``.
    """

    #: Every step of a pattern is a multiple of this; a lamp that stands still is polled less.
    poll_every_s: float = STEP_S
    #: Whether what is lit may go on and off.
    blinks: bool = True
    #: Between two polls while nothing moves. Seconds.
    calm_s: float = 0.5

    def __init__(
        self,
        name: str,
        options: Any,
        line: Line | None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(name, options, line)
        self._clock = clock
        self._pattern = "off"
        self._since = 0.0
        self._sweep_since: float | None = None

    @property
    @abstractmethod
    def parts(self) -> Sequence[str]:
        """What of ``devices.lamp.patterns.PARTS`` is there, in that order."""

    @abstractmethod
    def _show(self) -> None:
        """Bring the lamp to what it is to show now; send nothing when it does.

        Raises ``DeviceError``.
        """

    def set(self, pattern: str) -> None:
        """Show a pattern from now on; the one that is shown already goes on undisturbed.

        Raises ``ValueError`` for a pattern that does not exist, ``DeviceError``.
        """
        if pattern not in PATTERNS:
            raise ValueError(f"{pattern!r} is not one of {', '.join(PATTERNS)}")
        if pattern != self._pattern:
            self._pattern = pattern
            self._begin()
        self._take_pace()
        self._show()

    def poll(self) -> list[Report]:
        """Go on with the pattern. Raises ``DeviceError``."""
        self._take_pace()
        self._show()
        return []

    def self_test(self) -> Sentence:
        """Light each part for a second, one after another, then go on as before.

        Raises ``DeviceError``.
        """
        self._sweep_since = self._clock()
        self._take_pace()
        self._show()
        parts = [named(part) for part in self.parts]
        return Sentence(
            "请确认依次动作，各一秒：" + "、".join(part.zh for part in parts) + "。",
            "One after another for a second each: " + ", ".join(part.en for part in parts) + ".",
        )

    def _begin(self) -> None:
        """Begin the pattern at its beginning; a sweep is over."""
        self._since = self._clock()
        self._sweep_since = None

    def _take_pace(self) -> None:
        """Be polled as often as what is shown moves."""
        before = self.poll_every_s
        pace_s = STEP_S if self._swept() is not None or self._moves() else self.calm_s
        # The worker reads it before each poll.
        self.poll_every_s = pace_s
        if pace_s < before:
            self.wake()

    def _moves(self) -> bool:
        """Say whether the pattern has another step before it."""
        pattern, elapsed_ms = self._now()
        begins = elapsed_ms < sum(step.ms for step in pattern.intro)
        return begins or (self.blinks and len(pattern.loop) > 1)

    def _swept(self) -> str | None:
        """Return the part that the self-test lights now."""
        if self._sweep_since is None:
            return None
        step = int((self._clock() - self._sweep_since) * 1000) // _SWEEP_MS
        if step < len(self.parts):
            return self.parts[step]
        self._sweep_since = None
        return None

    def _now(self) -> tuple[Pattern, int]:
        """Return the pattern and for how many milliseconds it has been shown."""
        return PATTERNS[self._pattern], int((self._clock() - self._since) * 1000)

    def _lit(self) -> frozenset[str]:
        """Return the parts that are on now."""
        swept = self._swept()
        if swept is not None:
            return frozenset((swept,))
        pattern, elapsed_ms = self._now()
        lit = lit_at(pattern, elapsed_ms)
        if not self.blinks:
            lit = steady(pattern) | lit & {"buzzer"}
        return shown_by(lit, self.parts)
