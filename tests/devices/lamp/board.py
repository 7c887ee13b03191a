"""A lamp on a simulated relay board, on a wire in memory, with a clock in the test's hands."""

from __future__ import annotations

from typing import Any

from devices.base import Report, Status
from devices.lamp.modbus_driver import ModbusLamp
from devices.lamp.modbus_options import ModbusLampOptions
from devices.lamp.modbus_simulator import ModbusLampSimulator
from tests.devices.led_wall.wire import MemoryLine

#: Nobody waits long for a board that says nothing.
USUAL: dict[str, Any] = {"red": 0, "amber": 1, "answer_timeout_s": 0.01, "wire_baud": 921_600}


class Hall:
    """A tower of red and amber on one board; ``neighbours`` are on the same line."""

    def __init__(
        self,
        *neighbours: ModbusLampSimulator,
        pieces: tuple[int, ...] = (0,),
        noise: bytes = b"",
        **options: Any,
    ) -> None:
        self.options = ModbusLampOptions(**{**USUAL, **options})
        self.board = ModbusLampSimulator("lamp", self.options)
        self.line = MemoryLine([self.board, *neighbours], pieces=pieces, noise=noise)
        self.now = 100.0
        self.paused: list[float] = []
        self.lamp = self.driver(self.options)

    def driver(self, options: ModbusLampOptions) -> ModbusLamp:
        lamp = ModbusLamp("lamp", options, self.line, clock=lambda: self.now)
        lamp.pause = self.paused.append
        return lamp

    def after(self, seconds: float) -> list[Report]:
        """Poll every quarter of a second for so long."""
        said: list[Report] = []
        for _ in range(round(seconds * 4)):
            self.now += 0.25
            said += self.lamp.poll()
        return said

    def film(self, frames: int) -> list[list[str]]:
        """Return what is lit at each poll, the present first."""
        seen = [self.lit()]
        for _ in range(frames - 1):
            self.after(0.25)
            seen.append(self.lit())
        return seen

    def lit(self) -> list[str]:
        return list(self.board.seen()["lit"])

    def count(self, what: str) -> int:
        return self.lamp.counters.extra.get(what, 0)


def codes(said: list[Report]) -> list[str]:
    return [one.code for one in said if isinstance(one, Status)]
