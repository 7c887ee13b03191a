"""The driver on a real pty, the simulated printer at its other end."""

from __future__ import annotations

import os
import select
import threading
import time
import tty
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Literal

import pytest

from devices.base import HealthState, Line
from devices.ticket_printer.driver import EscPosPrinter
from devices.ticket_printer.options import Options
from devices.ticket_printer.render import Forms
from devices.ticket_printer.simulator import EscPosPrinterSimulator
from devices.transport import LineSettings, open_line
from tests.devices.ticket_printer.bench import TICKET, template
from tests.timing import quickest


class PtyPrinter:
    """Plays the printer on a pty's master side until it is stopped."""

    def __init__(self) -> None:
        self.master, self._slave = os.openpty()
        tty.setraw(self.master)
        tty.setraw(self._slave)
        self.port = os.ttyname(self._slave)
        self.printer = EscPosPrinterSimulator("printer", Options())
        self.printer.send = self._send
        self._stopping, self._stop = os.pipe()
        self._thread = threading.Thread(target=self._run, name="pty-printer")
        self._thread.start()

    def _send(self, data: bytes) -> None:
        os.write(self.master, data)

    def _run(self) -> None:
        while True:
            ready, _, _ = select.select([self.master, self._stopping], [], [])
            if self._stopping in ready:
                return
            self.printer.feed(os.read(self.master, 4096))

    def stop(self) -> None:
        os.write(self._stop, b"x")
        self._thread.join(60)
        assert not self._thread.is_alive()
        for descriptor in (self.master, self._slave, self._stopping, self._stop):
            os.close(descriptor)


@pytest.fixture
def wire() -> Iterator[PtyPrinter]:
    printer = PtyPrinter()
    yield printer
    printer.stop()


def every_ticket_is_confirmed(line: Line, tickets: int) -> EscPosPrinter:
    """Open, self-test and print: the same for the simulated printer and a real one."""
    driver = EscPosPrinter("printer", Options(), line)
    driver._forms = Forms(template(driver.options), driver.options)
    assert driver.open().state in {HealthState.OK, HealthState.WARNING}
    assert driver.self_test().zh
    for job in range(1, tickets + 1):
        slip = replace(TICKET, number=f"A{job:03}", item_zh="䶮𬭛", qr=f"A{job:03}")
        assert driver.print_slip(slip, job).confirmed
    return driver


@pytest.mark.skipif("HALL_HW_PRINTER" not in os.environ, reason="no printer in HALL_HW_PRINTER")
def test_a_real_printer_confirms_every_ticket() -> None:
    line = open_line(os.environ["HALL_HW_PRINTER"], LineSettings(baud=115200))
    try:
        every_ticket_is_confirmed(line, 2)
    finally:
        line.close()


def test_tickets_go_over_a_real_line_and_are_confirmed(wire: PtyPrinter) -> None:
    line = open_line(wire.port, LineSettings(baud=115200))
    try:
        driver = every_ticket_is_confirmed(line, 20)
        wire.printer.fault("cover-open")
        reports = driver.poll()
        assert [report.code for report in reports if hasattr(report, "code")] == ["cover_open"]
    finally:
        line.close()
    assert wire.printer.seen()["numbers"] == ["TEST", *(f"A{job:03}" for job in range(1, 21))]
    assert wire.printer.seen()["unknown_commands"] == []


def known_s(printer: EscPosPrinterSimulator, driver: EscPosPrinter, fault: str, code: str) -> float:
    """Return how long it takes until the driver knows; what went wrong is mended after."""
    printer.fault(fault)
    before = time.monotonic()
    while driver.state().code != code:
        driver.poll()
        assert time.monotonic() - before < 60
    took_s = time.monotonic() - before
    printer.fault(fault, active=False)
    while driver.state().code == code:
        driver.poll()
        assert time.monotonic() - before < 60
    return took_s


@pytest.mark.parametrize("clone", [(), ("no-gs-h",), ("no-gs-h", "no-gs-r")])
@pytest.mark.parametrize("state", ["auto", "ask"])
def test_a_state_that_is_asked_is_known_within_100_ms_on_a_real_line(
    wire: PtyPrinter, clone: tuple[str, ...], state: Literal["auto", "ask"]
) -> None:
    for fault in clone:
        wire.printer.fault(fault)
    line = open_line(wire.port, LineSettings(baud=115200))
    try:
        driver = EscPosPrinter("printer", Options(state=state), line)
        driver._forms = Forms(template(driver.options), driver.options)
        driver.open()
        for fault, code in (("paper-out", "paper_end"), ("cover-open", "cover_open")):
            assert quickest(partial(known_s, wire.printer, driver, fault, code), 0.1) < 0.1
    finally:
        line.close()
