"""The supervisor over real ptys: unplugging, stalls, noise; and what it refuses."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.base import Driver, HealthState, Input, Line
from devices.errors import DeviceTimeout, DeviceUnavailable
from devices.registry import UnknownKind
from devices.simhost import SimHost
from devices.specs import DeviceSpec, LineSpec
from devices.transport import open_line
from firmware_py.runtime.backoff import Backoff
from firmware_py.runtime.device_events import Finished, Lost, Opened, Outcome, Reported
from firmware_py.runtime.supervisor import Supervisor
from tests.runtime.echo import (
    BenchThread,
    EchoDriver,
    Listener,
    bench,
    echo_driver,
    echo_simulator,
)

NAMES = ("printer", "wall")


@pytest.fixture
def devices(tmp_path: Path) -> dict[str, DeviceSpec]:
    return {n: DeviceSpec(name=n, kind="pad.ff68", port=str(tmp_path / n)) for n in NAMES}


@pytest.fixture
def far(devices: Mapping[str, DeviceSpec]) -> Iterator[BenchThread]:
    with bench(lambda: SimHost({}, devices, make_simulator=echo_simulator)) as running:
        yield running


@contextmanager
def supervising(devices: Mapping[str, DeviceSpec], listener: Listener) -> Iterator[Supervisor]:
    supervisor = Supervisor({}, devices, listener, make_driver=echo_driver)
    supervisor.start()
    try:
        yield supervisor
    finally:
        assert supervisor.stop() == []


def test_a_pulled_plug_is_noticed_and_said_once(
    far: BenchThread, devices: Mapping[str, DeviceSpec], caplog: pytest.LogCaptureFixture
) -> None:
    listener = Listener()
    with caplog.at_level(logging.INFO), supervising(devices, listener) as supervisor:
        for name in NAMES:
            listener.wait(Opened, name)
        far.do(lambda host: host.unplug("printer"))
        listener.wait(Lost, "printer")
        assert supervisor.health_of("printer").state is HealthState.GONE
        assert supervisor.health_of("wall").state is HealthState.OK
        # The first attempts to open again fail with "no such port": one more reason, said once.
        listener.wait(Lost, "printer", count=2)
        far.do(lambda host: host.plug("printer"))
        listener.wait(Opened, "printer", count=2)
        health = supervisor.health_of("printer")
        assert (health.state, health.counters["opened"], health.counters["lost"]) == (
            HealthState.OK,
            2,
            1,
        )
    assert len(listener.of(Lost)) == 2
    messages = [r.message for r in caplog.records if r.message.startswith("printer:")]
    assert [m.split(": ")[1].split()[0] for m in messages] == ["Fine.", "lost", "back"]


def test_a_stalled_device_stops_nobody_else(
    far: BenchThread, devices: Mapping[str, DeviceSpec]
) -> None:
    listener = Listener()
    with supervising(devices, listener) as supervisor:
        for name in NAMES:
            listener.wait(Opened, name)
        far.do(lambda host: host.fault("printer", "stall"))
        supervisor.post("printer", lambda d: d.say(b"a ticket"))
        supervisor.post("wall", lambda d: d.say(b"A001"))
        first = listener.wait(Finished).result
        # Long before the printer is given up.
        assert (first.device, first.outcome) == ("wall", Outcome.DONE)
        second = listener.wait(Finished, count=2).result
        assert (second.device, second.outcome) == ("printer", Outcome.FAILED)
        assert isinstance(second.error, DeviceTimeout)
        assert listener.wait(Lost, "printer").status.code == "silent"
        far.do(lambda host: host.clear("printer"))
        listener.wait(Opened, "printer", count=2)


@pytest.mark.parametrize("fault", ["noise", "split", "slow"])
def test_a_bad_wire_costs_no_key(
    far: BenchThread, devices: Mapping[str, DeviceSpec], fault: str
) -> None:
    listener = Listener()
    far.do(lambda host: host.fault("wall", fault))
    with supervising(devices, listener):
        listener.wait(Opened, "wall")
        far.do(lambda host: host.press("wall", "k"))
        listener.wait(Reported, "wall")


def test_a_device_that_never_answers_is_gone_and_never_ok(
    far: BenchThread, devices: Mapping[str, DeviceSpec]
) -> None:
    listener = Listener()
    far.do(lambda host: host.fault("wall", "silent"))
    with supervising(devices, listener) as supervisor:
        assert supervisor.health_of("wall").state is HealthState.STARTING
        assert listener.wait(Lost, "wall").status.code == "silent"
        health = supervisor.health_of("wall")
        assert (health.state, health.last_good_ms, health.identity) == (HealthState.GONE, None, "")
        far.do(lambda host: host.clear("wall"))
        listener.wait(Opened, "wall")
        assert supervisor.health_of("wall").last_good_ms is not None
        assert supervisor.health_of("wall").identity == "Echo 1"


@pytest.mark.usefixtures("far")
def test_a_disabled_device_leaves_its_port_to_others(devices: Mapping[str, DeviceSpec]) -> None:
    listener = Listener()
    with supervising(devices, listener) as supervisor:
        listener.wait(Opened, "wall")
        supervisor.disable("wall")
        supervisor.post("wall", lambda d: d.say(b"x"))
        assert listener.wait(Finished).result.outcome is Outcome.NOT_OPEN
        open_line(str(devices["wall"].port)).close()
        assert supervisor.health_of("wall").state is HealthState.DISABLED
        supervisor.enable("wall")
        listener.wait(Opened, "wall", count=2)
        assert supervisor.health_of("wall").state is HealthState.OK


@pytest.mark.usefixtures("far")
def test_a_restarted_device_is_opened_anew(devices: Mapping[str, DeviceSpec]) -> None:
    listener = Listener()
    with supervising(devices, listener) as supervisor:
        listener.wait(Opened, "wall")
        supervisor.restart("wall")
        listener.wait(Opened, "wall", count=2)
        assert listener.of(Lost, "wall") == []


def test_devices_on_one_line_share_a_thread(tmp_path: Path) -> None:
    lines = {"pads": LineSpec(name="pads", port=str(tmp_path / "pads"))}
    pads = {n: DeviceSpec(name=n, kind="pad.ff68", line="pads", address=1) for n in ("p1", "p2")}
    listener = Listener()
    with bench(lambda: SimHost(lines, pads, make_simulator=echo_simulator)):
        supervisor = Supervisor(lines, pads, listener, make_driver=echo_driver)
        supervisor.start()
        listener.wait(Opened, "p1")
        listener.wait(Opened, "p2")
        assert [t.name for t in threading.enumerate() if t.name.startswith("dev-")] == ["dev-pads"]
        assert supervisor.stop() == []


@pytest.mark.usefixtures("far")
def test_a_missing_library_breaks_only_its_own_device(devices: Mapping[str, DeviceSpec]) -> None:
    def make(device: DeviceSpec, line: Line | None) -> Driver:
        if device.name == "printer":
            raise DeviceUnavailable(device.kind, "the library escpos is missing")
        return EchoDriver(device.name, None, line)

    listener = Listener()
    supervisor = Supervisor({}, devices, listener, make_driver=make)
    supervisor.start()
    listener.wait(Opened, "wall")
    assert "escpos" in listener.wait(Lost, "printer").status.say.zh
    assert supervisor.stop() == []


def test_a_driver_call_that_never_ends_is_shown(devices: Mapping[str, DeviceSpec]) -> None:
    inside, go = threading.Event(), threading.Event()

    def make(device: DeviceSpec, line: Line | None) -> Driver:
        if device.name == "wall":
            inside.set()
            go.wait(60)
        return EchoDriver(device.name, None, line)

    now = [100.0]
    listener = Listener()
    lamps = {
        n: DeviceSpec(name=n, kind="lamp.gpio", options={"pin": 17}) for n in ("wall", "printer")
    }
    supervisor = Supervisor({}, lamps, listener, make_driver=make, clock=lambda: now[0])
    supervisor.start()
    assert inside.wait(60)
    assert supervisor.health_of("wall").code == "starting"
    now[0] += 11
    assert supervisor.health_of("wall").code == "stuck"
    assert supervisor.stop(timeout_s=0.05) == ["gpio"]
    go.set()
    assert supervisor.stop() == []


@pytest.mark.parametrize(
    ("device", "error", "words"),
    [
        (DeviceSpec(name="x", kind="toaster", port="/p"), UnknownKind, "pad.ff68"),
        (DeviceSpec(name="x", kind="pad.ff68"), ValueError, "needs a line or a port"),
        (DeviceSpec(name="x", kind="pad.ff68", line="no"), ValueError, "no line no"),
        (DeviceSpec(name="x", kind="lamp.gpio", port="/p"), ValueError, "has no port"),
        (
            DeviceSpec(name="x", kind="pad.ff68", port="/p", options={"adress": 1}),
            msgspec.ValidationError,
            r"devices\.x: .*adress",
        ),
    ],
)
def test_a_configuration_that_cannot_be_stops_the_start(
    device: DeviceSpec, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        Supervisor({}, {"x": device}, Listener())


@given(st.integers(), st.integers(min_value=1, max_value=40))
def test_pauses_grow_and_stay_below_their_limit(seed: int, attempts: int) -> None:
    backoff = Backoff(random=random.Random(seed))
    pauses = [backoff.pause() for _ in range(attempts)]
    assert 0.14 <= pauses[0] <= 0.2
    assert max(pauses) <= 2.5
    assert attempts < 10 or pauses[-1] >= 2.5 * 0.7


def test_only_a_success_that_lasts_shortens_the_pauses_again() -> None:
    backoff = Backoff()
    for _ in range(10):
        backoff.pause()
    backoff.succeeded(0.5)
    assert backoff.pause() > 1.0
    backoff.succeeded(60.0)
    assert backoff.pause() <= 0.2


def test_an_input_carries_the_time_at_which_it_came(
    far: BenchThread, devices: Mapping[str, DeviceSpec]
) -> None:
    listener = Listener()
    with supervising(devices, listener):
        listener.wait(Opened, "wall")
        before = time.monotonic()
        far.do(lambda host: host.press("wall", "k"))
        reported = listener.wait(Reported, "wall")
        assert reported.report == Input("pressed")
        assert before <= reported.at <= time.monotonic()
