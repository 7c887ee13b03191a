"""A printer and its simulator joined in memory: no thread, no real time."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Any

from devices.errors import DeviceTimeout, DeviceUnavailable
from devices.ticket_printer.compile import CompiledTemplate, compile_here
from devices.ticket_printer.driver import EscPosPrinter
from devices.ticket_printer.options import Options
from devices.ticket_printer.render import Forms
from devices.ticket_printer.simulator import EscPosPrinterSimulator
from devices.ticket_printer.slip import Slip
from devices.ticket_printer.template import load

TICKET = Slip(
    number="A001",
    hall_zh="国家税务总局示范市税务局办税服务厅",
    hall_en="Taxpayer Service Hall",
    item_zh="增值税一般纳税人资格登记",
    item_en="VAT general taxpayer registration",
    issued="2026-03-02 09:15",
    ahead=3,
    wait_zh="约15分钟",
    wait_en="~15 min",
    papers_zh=("身份证件",),
    papers_en=("ID document",),
)


class MemoryLine:
    """A wire with a clock of its own: waiting moves the clock, and what is due happens.

    ``cut_after`` unplugs and ``stall_after`` stalls the wire after so many bytes towards the
    printer, counted from when they are set. ``to_driver`` may change what the printer says.
    """

    def __init__(self) -> None:
        self.port = "memory"
        self.now = 0.0
        self.written = bytearray()
        self.cut_after: int | None = None
        self.stall_after: int | None = None
        self.deliver: Callable[[bytes], None] = lambda data: None
        self.to_driver: Callable[[bytes], bytes] = lambda data: data
        self._inbox = bytearray()
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = 0

    def from_printer(self, data: bytes) -> None:
        self._inbox += self.to_driver(data)

    def later(self, delay_s: float, call: Callable[[], None]) -> None:
        self._order += 1
        heapq.heappush(self._due, (self.now + delay_s, self._order, call))

    def pass_time(self, seconds: float) -> None:
        end = self.now + seconds
        while self._due and self._due[0][0] <= end:
            self.now, _, call = heapq.heappop(self._due)
            call()
        self.now = end

    def read_available(self) -> bytes:
        if self.cut_after == 0:
            raise DeviceUnavailable(self.port, "unplugged")
        data = bytes(self._inbox)
        self._inbox.clear()
        return data

    def read_some(self, timeout_s: float) -> bytes:
        end = self.now + timeout_s
        while not self._inbox and self.now < end:
            soonest = self._due[0][0] if self._due else end
            self.pass_time(max(min(soonest, end) - self.now, 0.0))
        return self.read_available()

    def write(self, data: bytes, timeout_s: float = 2.0) -> None:
        if self.cut_after is not None:
            taken, self.cut_after = data[: self.cut_after], max(self.cut_after - len(data), 0)
            self._pass_on(taken)
            if len(taken) < len(data):
                raise DeviceUnavailable(self.port, "unplugged")
        elif self.stall_after is not None:
            taken, self.stall_after = data[: self.stall_after], self.stall_after - len(data)
            self._pass_on(taken)
            if self.stall_after < 0:
                self.stall_after = 0
                self.pass_time(timeout_s)
                raise DeviceTimeout("write", timeout_s)
        else:
            self._pass_on(data)

    def _pass_on(self, data: bytes) -> None:
        self.written += data
        if data:
            self.deliver(data)

    def fileno(self) -> int | None:
        return None

    def close(self) -> None:
        return None


class Bench:
    """A driver, the wire and a simulated printer."""

    def __init__(self, **settings: Any) -> None:
        self.options = Options(**settings)
        self.line = MemoryLine()
        self.printer = EscPosPrinterSimulator("printer", self.options)
        self.printer.send = self.line.from_printer
        self.printer.later = self.line.later
        self.line.deliver = self.printer.feed
        self.driver = self.new_driver()

    def new_driver(self) -> EscPosPrinter:
        driver = EscPosPrinter("printer", self.options, self.line)
        driver.clock = lambda: self.line.now
        driver._forms = Forms(template(self.options), self.options)
        return driver


_templates: dict[Options, CompiledTemplate] = {}


def template(options: Options) -> CompiledTemplate:
    """Compile in this process, once for each set of options."""
    if options not in _templates:
        _templates[options] = compile_here(load(options.template_name), options)
    return _templates[options]
