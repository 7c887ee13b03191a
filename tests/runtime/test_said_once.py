"""A printer's fault, from its port to everybody else: said once, whoever met it first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from devices.base import HealthState, Status
from devices.errors import DeviceFault
from devices.simhost import SimHost
from devices.specs import DeviceSpec
from firmware_py.runtime.device_events import Finished, Opened, Outcome, Reported
from firmware_py.runtime.supervisor import Supervisor
from tests.devices.ticket_printer.bench import TICKET
from tests.runtime.echo import BenchThread, Listener, bench


@contextmanager
def printer(folder: Path) -> Iterator[tuple[BenchThread, Supervisor, Listener]]:
    """Supervise a simulated printer that never speaks unasked."""
    options = {"state": "ask", "fresh_s": 0.02}
    spec = DeviceSpec(
        name="printer", kind="ticket_printer.escpos", port=str(folder / "p"), options=options
    )
    listener = Listener()
    with bench(lambda: SimHost({}, {"printer": spec})) as far:
        supervisor = Supervisor({}, {"printer": spec}, listener)
        supervisor.start()
        try:
            listener.wait(Opened)
            yield far, supervisor, listener
        finally:
            assert supervisor.stop() == []


def states(listener: Listener) -> list[HealthState]:
    reports = [event.report for event in listener.of(Reported)]
    return [report.state for report in reports if isinstance(report, Status)]


def by_a_ticket(supervisor: Supervisor, listener: Listener) -> None:
    supervisor.post("printer", lambda driver: driver.print_slip(TICKET, 1))
    result = listener.wait(Finished).result
    assert result.outcome is Outcome.FAILED
    assert isinstance(result.error, DeviceFault)


def by_a_look(supervisor: Supervisor, listener: Listener) -> None:
    listener.wait(Reported)


@pytest.mark.parametrize("first", [by_a_ticket, by_a_look])
def test_a_fault_is_said_once_and_so_is_its_end(
    tmp_path: Path, first: Callable[[Supervisor, Listener], None]
) -> None:
    with printer(tmp_path) as (far, supervisor, listener):
        far.do(lambda host: host.fault("printer", "cover-open"))
        first(supervisor, listener)
        # Then everybody else meets it too.
        met = len(listener.of(Finished))
        supervisor.post("printer", lambda driver: driver.print_slip(TICKET, 2))
        supervisor.post("printer", lambda driver: driver.wake())
        listener.wait(Finished, count=met + 2)
        listener.wait(Reported)
        assert states(listener) == [HealthState.FAULT]
        far.do(lambda host: host.fault("printer", "cover-open", active=False))
        supervisor.post("printer", lambda driver: driver.wake())
        listener.wait(Reported, count=2)
        assert states(listener) == [HealthState.FAULT, HealthState.OK]
        assert supervisor.health_of("printer").state is HealthState.OK


def test_a_fault_that_only_a_ticket_met_ends_for_everybody(tmp_path: Path) -> None:
    with printer(tmp_path) as (far, supervisor, listener):
        far.do(lambda host: host.fault("printer", "cover-open"))
        by_a_ticket(supervisor, listener)
        far.do(lambda host: host.fault("printer", "cover-open", active=False))
        listener.wait(Reported, count=2)
        assert states(listener) == [HealthState.FAULT, HealthState.OK]
