"""A chip's driver and its simulator on one line, with a clock that the test moves."""

from __future__ import annotations

from collections.abc import Callable

from devices.base import Report
from devices.voice.chip_driver import ChipVoice, Xfs5152Voice
from devices.voice.chip_simulator import ChipSimulator, Xfs5152Simulator
from devices.voice.options import ChipOptions
from devices.voice.speech import Phrase, Speech


def call(number: int, text: str = "请A零零一号到三号窗口") -> Speech:
    return Speech(number, (Phrase(text, "zh"),), 80)


USUAL = ChipOptions()


class Desk:
    """``run`` lets time pass; ``reports`` is what the driver said meanwhile."""

    port = "desk"

    def __init__(
        self,
        options: ChipOptions = USUAL,
        driver: type[ChipVoice] = Xfs5152Voice,
        simulator: type[ChipSimulator] = Xfs5152Simulator,
    ) -> None:
        self.now = 100.0
        self._timers: list[tuple[float, Callable[[], None]]] = []
        self._towards: bytearray = bytearray()
        self.sent: list[bytes] = []
        self.deaf = False
        self.mute = False
        self.reports: list[Report] = []
        self.chip = simulator("voice", options)
        self.chip.send = self._towards.extend
        self.chip.later = lambda after_s, run: self._timers.append((self.now + after_s, run))
        self.voice = driver("voice", options, self, clock=lambda: self.now)

    # The line.

    def read_available(self) -> bytes:
        data = b"" if self.mute else bytes(self._towards)
        self._towards.clear()
        return data

    def read_some(self, timeout_s: float) -> bytes:
        if not self._towards or self.mute:
            self.now += timeout_s
        return self.read_available()

    def write(self, data: bytes, timeout_s: float = 2.0) -> None:
        self.sent.append(data)
        if not self.deaf:
            self.chip.feed(data)

    def fileno(self) -> int | None:
        return None

    def close(self) -> None:
        """Nothing is open."""

    # Time.

    def run(self, seconds: float, step_s: float = 0.25) -> None:
        """Let time pass: the chip speaks, its bytes arrive, the driver polls."""
        end = self.now + seconds
        while self.now < end:
            self.now += step_s
            due = [timer for timer in self._timers if timer[0] <= self.now]
            self._timers = [timer for timer in self._timers if timer[0] > self.now]
            for _, run in due:
                run()
            self.reports += self.voice.feed(self.read_available())
            self.reports += self.voice.poll()
