"""Devices come and go while the others keep their ports open and their jobs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from devices.base import Driver, HealthState
from devices.registry import UnknownKind
from devices.simhost import SimHost
from devices.specs import DeviceSpec, LineSpec
from firmware_py.runtime.device_events import Finished, Opened, Outcome
from firmware_py.runtime.supervisor import Supervisor
from tests.runtime.echo import BenchThread, Listener, bench, echo_driver, echo_simulator


def spec(name: str, folder: Path, port: str | None = None) -> DeviceSpec:
    return DeviceSpec(name=name, kind="pad.ff68", port=str(folder / (port or name)))


def shared(name: str, address: int) -> DeviceSpec:
    return DeviceSpec(name=name, kind="pad.ff68", line="pads", address=address)


@pytest.fixture
def far(tmp_path: Path) -> Iterator[BenchThread]:
    ports = {n: spec(n, tmp_path) for n in ("printer", "wall", "spare", "pads")}
    with bench(lambda: SimHost({}, ports, make_simulator=echo_simulator)) as running:
        yield running


@contextmanager
def supervising(supervisor: Supervisor) -> Iterator[None]:
    supervisor.start()
    try:
        yield
    finally:
        assert supervisor.stop() == []


def opened(supervisor: Supervisor, device: str) -> int:
    return supervisor.health_of(device).counters["opened"]


def named(*devices: DeviceSpec) -> dict[str, DeviceSpec]:
    return {device.name: device for device in devices}


def test_a_new_port_opens_there_and_no_other_is_touched(far: BenchThread, tmp_path: Path) -> None:
    listener = Listener()
    before = named(spec("printer", tmp_path), spec("wall", tmp_path))
    supervisor = Supervisor({}, before, listener, make_driver=echo_driver)
    with supervising(supervisor):
        listener.wait(Opened, "printer")
        listener.wait(Opened, "wall")
        supervisor.change({}, named(spec("printer", tmp_path, "spare"), spec("wall", tmp_path)))
        supervisor.hand_over()
        listener.wait(Opened, "printer", count=2)
        supervisor.post("printer", lambda driver: driver.say(b"one"))
        assert listener.wait(Finished).result.outcome is Outcome.DONE
        assert far.hears("spare", b"one")
        assert opened(supervisor, "wall") == 1


def test_a_pad_joins_and_leaves_a_line_that_stays_open(far: BenchThread, tmp_path: Path) -> None:
    listener = Listener()
    lines = {"pads": LineSpec(name="pads", port=str(tmp_path / "pads"))}
    supervisor = Supervisor(lines, named(shared("a", 1)), listener, make_driver=echo_driver)
    with supervising(supervisor):
        listener.wait(Opened, "a")
        supervisor.change(lines, named(shared("a", 1), shared("b", 2)))
        supervisor.hand_over()
        listener.wait(Opened, "b")
        supervisor.change(lines, named(shared("a", 1), shared("b", 3)))
        supervisor.hand_over()
        listener.wait(Opened, "b", count=2)
        supervisor.change(lines, named(shared("a", 1)))
        supervisor.hand_over()
        with pytest.raises(KeyError):
            supervisor.post("b", lambda driver: None)
        assert [health.device for health in supervisor.health()] == ["a"]
        assert opened(supervisor, "a") == 1
    assert len(listener.of(Opened, "a")) == 1


def test_a_job_that_waits_for_a_device_that_goes_is_ended(far: BenchThread, tmp_path: Path) -> None:
    listener, begun, go_on = Listener(), threading.Event(), threading.Event()
    lines = {"pads": LineSpec(name="pads", port=str(tmp_path / "pads"))}
    both = named(shared("a", 1), shared("b", 2))
    supervisor = Supervisor(lines, both, listener, make_driver=echo_driver)

    def hold(driver: Driver) -> None:
        begun.set()
        assert go_on.wait(60)

    with supervising(supervisor):
        listener.wait(Opened, "b")
        supervisor.post("a", hold)
        assert begun.wait(60)
        supervisor.post("b", lambda driver: None)
        supervisor.change(lines, named(shared("a", 1)))
        go_on.set()
        listener.wait(Finished, count=2)
    ended = {one.result.device: one.result.outcome for one in listener.of(Finished)}
    assert ended == {"a": Outcome.DONE, "b": Outcome.STOPPED}


def test_what_is_disabled_stays_so_on_its_new_port(far: BenchThread, tmp_path: Path) -> None:
    listener = Listener()
    supervisor = Supervisor({}, named(spec("printer", tmp_path)), listener, make_driver=echo_driver)
    with supervising(supervisor):
        listener.wait(Opened, "printer")
        supervisor.disable("printer", "li")
        supervisor.change({}, named(spec("printer", tmp_path, "spare")))
        supervisor.hand_over()
        assert supervisor.health_of("printer").state is HealthState.DISABLED
        supervisor.enable("printer")
        listener.wait(Opened, "printer", count=2)


def test_a_device_that_hangs_holds_up_no_other_change(far: BenchThread, tmp_path: Path) -> None:
    listener, begun, go_on = Listener(), threading.Event(), threading.Event()

    def hang(driver: Driver) -> None:
        begun.set()
        assert go_on.wait(60)

    before = named(spec("printer", tmp_path), spec("wall", tmp_path))
    supervisor = Supervisor({}, before, listener, make_driver=echo_driver)
    with supervising(supervisor):
        listener.wait(Opened, "printer")
        supervisor.post("printer", hang)
        assert begun.wait(60)
        supervisor.change({}, named(spec("printer", tmp_path, "spare"), spec("wall", tmp_path)))
        supervisor.hand_over(0.1)
        listener.wait(Opened, "printer", count=2)
        go_on.set()


def test_what_can_never_work_is_refused_and_nothing_has_changed(
    far: BenchThread, tmp_path: Path
) -> None:
    listener = Listener()
    supervisor = Supervisor({}, named(spec("wall", tmp_path)), listener, make_driver=echo_driver)
    with supervising(supervisor):
        listener.wait(Opened, "wall")
        with pytest.raises(ValueError, match="no line nowhere"):
            supervisor.change({}, named(DeviceSpec(name="x", kind="pad.ff68", line="nowhere")))
        assert [health.device for health in supervisor.health()] == ["wall"]
        assert opened(supervisor, "wall") == 1


def test_an_unknown_kind_is_refused_before_anything_changes() -> None:
    supervisor = Supervisor({}, {}, lambda batch: None)
    with pytest.raises(UnknownKind):
        supervisor.change({}, named(DeviceSpec(name="x", kind="pad.nothing", port="/dev/x")))
    with pytest.raises(msgspec.ValidationError):
        supervisor.change(
            {}, named(DeviceSpec(name="x", kind="pad.ff68", port="/dev/x", options={"y": 1}))
        )
    assert supervisor.health() == []
