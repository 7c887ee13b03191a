"""A call that may last and sees to its own end is not stuck, and is ended when others go on."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from devices.base import Driver, HealthState, Line, Status
from devices.errors import DeviceFault
from devices.specs import DeviceSpec
from firmware_py.runtime.device_events import Finished, Opened, Outcome, Reported
from firmware_py.runtime.supervisor import Supervisor
from tests.runtime.echo import GOOD, Listener


class Feeder(Driver):
    """Works until it is interrupted."""

    def __init__(self, name: str, options: object, line: Line | None) -> None:
        super().__init__(name, options, line)
        self.inside, self.ended = threading.Event(), threading.Event()

    def open(self) -> Status:
        return GOOD

    def work(self) -> str:
        self.at_work = True
        self.inside.set()
        assert self.ended.wait(60)
        self.at_work = False
        return "interrupted"

    def interrupt(self) -> None:
        self.ended.set()

    def fail(self, *, lasting: bool) -> None:
        fault = DeviceFault("no_paper", "没有纸。", "No paper.")
        fault.lasting = lasting
        raise fault


class Hall:
    def __init__(self) -> None:
        self.now = 100.0
        self.feeders: list[Feeder] = []
        self.listener = Listener()
        lamp = DeviceSpec(name="it", kind="lamp.gpio", options={"pin": 17})
        self.supervisor = Supervisor(
            {}, {"it": lamp}, self.listener, make_driver=self._make, clock=lambda: self.now
        )

    def _make(self, device: DeviceSpec, line: Line | None) -> Driver:
        self.feeders.append(Feeder(device.name, None, line))
        return self.feeders[-1]

    def begin(self) -> None:
        self.supervisor.start()
        self.listener.wait(Opened)
        self.supervisor.post("it", lambda feeder: feeder.work())
        assert self.feeders[0].inside.wait(60)


def test_a_minute_of_work_is_not_taken_for_a_stuck_device() -> None:
    hall = Hall()
    hall.begin()
    hall.now += 60
    assert hall.supervisor.health_of("it").code == "ok"
    hall.feeders[0].at_work = False
    assert hall.supervisor.health_of("it").code == "stuck"
    assert hall.supervisor.stop() == []


@pytest.mark.parametrize(
    "going_on",
    [
        lambda supervisor: supervisor.restart("it"),
        lambda supervisor: supervisor.disable("it"),
        lambda supervisor: supervisor.change({}, {}),
        lambda supervisor: supervisor.stop(),
    ],
    ids=["restart", "disable", "taken-out", "stop"],
)
def test_whoever_lets_go_of_a_device_does_not_wait_for_its_work(
    going_on: Callable[[Supervisor], None],
) -> None:
    hall = Hall()
    hall.begin()
    going_on(hall.supervisor)
    result = hall.listener.wait(Finished).result
    assert (result.outcome, result.value) == (Outcome.DONE, "interrupted")
    assert hall.supervisor.stop() == []


def test_a_fault_of_one_call_is_its_answer_and_not_the_devices_state() -> None:
    hall = Hall()
    hall.supervisor.start()
    hall.listener.wait(Opened)
    hall.supervisor.post("it", lambda feeder: feeder.fail(lasting=False))
    result = hall.listener.wait(Finished).result
    assert result.outcome is Outcome.FAILED
    assert isinstance(result.error, DeviceFault)
    assert hall.supervisor.health_of("it").state is HealthState.OK
    hall.supervisor.post("it", lambda feeder: feeder.fail(lasting=True))
    hall.listener.wait(Reported)
    assert hall.supervisor.health_of("it").code == "no_paper"
    assert hall.supervisor.stop() == []
