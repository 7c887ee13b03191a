"""A reader's driver and its simulator on one line, with a clock that the test moves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from devices.base import Driver, Report
from devices.card_reader.scanner_driver import SerialScanner
from devices.card_reader.scanner_options import ScannerOptions
from devices.card_reader.scanner_simulator import ScannerSimulator
from devices.card_reader.sdt_driver import SdtReader
from devices.card_reader.sdt_options import SdtOptions
from devices.card_reader.sdt_simulator import SdtSimulator
from devices.errors import DeviceError
from devices.simulator import Simulator

D = TypeVar("D", bound=Driver)
S = TypeVar("S", bound=Simulator)


class Desk(Generic[D, S]):
    """``run`` lets time pass; ``reports`` is what the driver said, ``errors`` what it raised."""

    port = "desk"
    driver: D

    def __init__(self, simulator: S) -> None:
        self.now = 100.0
        self._timers: list[tuple[float, Callable[[], None]]] = []
        self._towards = bytearray()
        self.sent: list[tuple[float, bytes]] = []
        self.silent = False
        #: Bytes that arrive at once; 0: all that there are.
        self.piece = 0
        self.reports: list[Report] = []
        self.errors: list[DeviceError] = []
        self.device = simulator
        self.device.send = self._towards.extend
        self.device.later = lambda after_s, run: self._timers.append((self.now + after_s, run))

    def clock(self) -> float:
        return self.now

    # The line.

    def read_available(self) -> bytes:
        data = b"" if self.silent else bytes(self._towards[: self.piece or None])
        del self._towards[: self.piece or None]
        return data

    def read_some(self, timeout_s: float) -> bytes:
        if not self._towards or self.silent:
            self._pass(timeout_s)
        return self.read_available()

    def write(self, data: bytes, timeout_s: float = 2.0) -> None:
        self.sent.append((self.now, data))
        if not self.silent:
            self.device.feed(data)

    def fileno(self) -> int | None:
        return None

    def close(self) -> None:
        """Nothing is open."""

    def comes(self, data: bytes) -> None:
        """Put bytes on the line that no simulator sent."""
        self._towards.extend(data)

    # Time.

    def _pass(self, seconds: float) -> None:
        self.now += seconds
        due = [timer for timer in self._timers if timer[0] <= self.now]
        self._timers = [timer for timer in self._timers if timer[0] > self.now]
        for _, run in due:
            run()

    def run(self, seconds: float, step_s: float = 0.1) -> list[Report]:
        """Let time pass as the worker does; return what was said meanwhile."""
        before = len(self.reports)
        end = self.now + seconds - step_s / 2
        while self.now < end:
            self._pass(step_s)
            try:
                # What a feed asks is answered before the next poll.
                while data := self.read_available():
                    self.reports += self.driver.feed(data)
                self.reports += self.driver.poll()
                while data := self.read_available():
                    self.reports += self.driver.feed(data)
            except DeviceError as error:
                self.errors.append(error)
        return self.reports[before:]

    def asked(self, frame: str) -> list[float]:
        """Return when that frame was written."""
        return [at for at, data in self.sent if data == bytes.fromhex(frame)]


class CardDesk(Desk[SdtReader, SdtSimulator]):
    def __init__(self, options: SdtOptions | None = None) -> None:
        options = options or SdtOptions()
        super().__init__(SdtSimulator("reader", options))
        self.driver = SdtReader("reader", options, self, clock=self.clock)


class CodeDesk(Desk[SerialScanner, ScannerSimulator]):
    def __init__(self, options: ScannerOptions | None = None) -> None:
        options = options or ScannerOptions()
        super().__init__(ScannerSimulator("scanner", options))
        self.driver = SerialScanner("scanner", options, self, clock=self.clock)
        self.driver.open()
