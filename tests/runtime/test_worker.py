"""One worker on a real pty; the far end is the echo device."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from devices.base import Driver, HealthState, Input, Line, Report, Status
from devices.errors import DeviceFault, DeviceTimeout, DeviceUnavailable, FrameError
from devices.simhost import SimHost
from devices.specs import DeviceSpec, LineSpec
from devices.transport import open_line
from firmware_py.runtime.device_events import Finished, Lost, Opened, Outcome, Reported
from firmware_py.runtime.jobs import QueueFull
from firmware_py.runtime.slot import MakeDriver
from firmware_py.runtime.worker import Worker
from tests.runtime.echo import (
    DEADLINE_S,
    GOOD,
    BenchThread,
    EchoDriver,
    Listener,
    bench,
    echo_simulator,
)


@pytest.fixture
def port(tmp_path: Path) -> str:
    return str(tmp_path / "line")


@pytest.fixture
def far(port: str) -> Iterator[BenchThread]:
    lines = {"line": LineSpec(name="line", port=port)}
    devices = {n: DeviceSpec(name=n, kind="pad.ff68", line="line") for n in ("a", "b")}
    with bench(lambda: SimHost(lines, devices, make_simulator=echo_simulator)) as running:
        yield running


def saying(data: bytes) -> Callable[[EchoDriver], int]:
    return lambda driver: driver.say(data)


def echo(name: str) -> MakeDriver:
    return lambda line: EchoDriver(name, None, line)


@contextmanager
def working(
    port: str | None,
    listener: Listener,
    devices: Mapping[str, MakeDriver] | None = None,
    queue_limit: int = 8,
) -> Iterator[Worker]:
    opening: Callable[[], Line] | None = None if port is None else lambda: open_line(port)
    worker = Worker(
        "line",
        devices or {"a": echo("a")},
        listener,
        open_line=opening,
        queue_limit=queue_limit,
    )
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()
        assert worker.join(DEADLINE_S)


@contextmanager
def held(worker: Worker, device: str = "a") -> Iterator[None]:
    """Keep the worker inside a job, so that what is posted meanwhile has to wait."""
    inside, go = threading.Event(), threading.Event()

    def wait(_: Driver) -> None:
        inside.set()
        assert go.wait(DEADLINE_S)

    worker.post(wait, device)
    assert inside.wait(DEADLINE_S)
    try:
        yield
    finally:
        go.set()


@pytest.mark.usefixtures("far")
def test_the_thread_has_the_lines_name_and_ends(port: str) -> None:
    with working(port, Listener()):
        assert "dev-line" in {t.name for t in threading.enumerate()}
    assert "dev-line" not in {t.name for t in threading.enumerate()}


def test_jobs_reach_the_wire_in_the_order_in_which_they_came(far: BenchThread, port: str) -> None:
    listener = Listener()
    with working(port, listener, queue_limit=64) as worker:
        listener.wait(Opened)
        for number in range(1, 10):
            worker.post(saying(b"%d" % number), "a")
        last = listener.wait(Finished, count=9)
        assert last.result.outcome is Outcome.DONE
        assert last.result.value == 1
        settled(far, b"?123456789")


def settled(far: BenchThread, expected: bytes) -> None:
    """Wait until device a has heard ``expected`` and nothing else."""
    pause = threading.Event()
    for _ in range(500):
        if len(far.heard("a")) >= len(expected):
            break
        pause.wait(0.01)
    assert far.heard("a") == expected


def test_a_newer_picture_takes_the_turn_of_the_one_that_waits(far: BenchThread, port: str) -> None:
    listener = Listener()
    with working(port, listener) as worker:
        listener.wait(Opened)
        with held(worker):
            worker.post(lambda d: d.say(b"old"), "a", key="picture")
            worker.post(lambda d: d.say(b"|next"), "a")
            worker.post(lambda d: d.say(b"new"), "a", key="picture")
        listener.wait(Finished, count=4)
        outcomes = [e.result.outcome for e in listener.of(Finished)]
        assert sorted(outcomes) == ["done", "done", "done", "replaced"]
        settled(far, b"?new|next")


@pytest.mark.usefixtures("far")
def test_a_full_queue_refuses_at_once(port: str) -> None:
    listener = Listener()
    with working(port, listener, queue_limit=2) as worker:
        listener.wait(Opened)
        with held(worker):
            worker.post(lambda _: None, "a", key="k")
            worker.post(lambda _: None, "a")
            with pytest.raises(QueueFull, match="2 jobs"):
                worker.post(lambda _: None, "a")
            worker.post(lambda _: None, "a", key="k")  # takes a place that it has already


@pytest.mark.usefixtures("far")
def test_a_job_whose_time_is_over_is_not_done(port: str) -> None:
    listener = Listener()
    done: list[Driver] = []
    with working(port, listener) as worker:
        listener.wait(Opened)
        with held(worker):
            worker.post(done.append, "a", expires_s=-0.001)
            worker.post(lambda _: "later", "a", expires_s=60.0)
        listener.wait(Finished, count=3)
        outcomes = [e.result.outcome for e in listener.of(Finished)]
        assert outcomes == [Outcome.DONE, Outcome.EXPIRED, Outcome.DONE]
        assert done == []


def test_a_job_for_a_device_that_is_not_there_fails_at_once(port: str) -> None:
    listener = Listener()
    with working(port, listener) as worker:
        lost = listener.wait(Lost)
        assert lost.status.state is HealthState.GONE
        worker.post(lambda d: d.say(b"x"), "a")
        result = listener.wait(Finished).result
        assert result.outcome is Outcome.NOT_OPEN
        assert isinstance(result.error, DeviceUnavailable)


def test_a_key_arrives_without_waiting_for_a_poll(far: BenchThread, port: str) -> None:
    listener = Listener()
    with working(port, listener):
        listener.wait(Opened)
        far.do(lambda host: host.press("a", "k"))
        assert listener.wait(Reported).report == Input("pressed")


@pytest.mark.usefixtures("far")
def test_a_driver_that_wakes_its_worker_is_polled_at_once(port: str) -> None:
    class Pressed(EchoDriver):
        def poll(self) -> list[Report]:
            return [Input("held")]

    listener = Listener()
    drivers: list[Pressed] = []

    def make(line: Line | None) -> Driver:
        drivers.append(Pressed("a", None, line))
        return drivers[-1]

    with working(port, listener, {"a": make}):
        listener.wait(Opened)
        drivers[0].wake()
        assert listener.wait(Reported).report == Input("held")


@pytest.mark.usefixtures("far")
def test_a_mistake_in_a_driver_is_logged_once_and_the_device_opened_again(
    port: str, caplog: pytest.LogCaptureFixture
) -> None:
    listener = Listener()
    with caplog.at_level(logging.ERROR), working(port, listener) as worker:
        for attempt in (1, 2):
            listener.wait(Opened, count=attempt)
            worker.post(lambda _: 1 // 0, "a")
            result = listener.wait(Finished, count=attempt).result
            assert result.outcome is Outcome.FAILED
        listener.wait(Opened, count=3)
    assert listener.of(Lost)[0].status.code == "broken"
    logged = [r for r in caplog.records if "ZeroDivisionError" in r.message]
    assert len(logged) == 1
    assert logged[0].exc_info is not None


def test_a_driver_that_fails_leaves_its_neighbours_line_open(far: BenchThread, port: str) -> None:
    listener = Listener()

    def silent(_: Driver) -> None:
        raise DeviceTimeout("asking a", 0.1)

    with working(port, listener, {"a": echo("a"), "b": echo("b")}) as worker:
        listener.wait(Opened, "a")
        listener.wait(Opened, "b")
        worker.post(silent, "a")
        assert listener.wait(Lost, "a").status.code == "silent"
        worker.post(lambda d: d.say(b"x"), "b")
        assert listener.wait(Finished, count=2).result.outcome is Outcome.DONE
        listener.wait(Opened, "a", count=2)
        far.do(lambda host: host.press("b", "k"))
        listener.wait(Reported, "b")
    assert listener.of(Lost, "b") == []


@pytest.mark.usefixtures("far")
def test_a_fault_that_the_device_tells_keeps_it_open(port: str) -> None:
    listener = Listener()

    def paper_end(_: Driver) -> None:
        raise DeviceFault("paper_end", "缺纸，请装纸。", "Paper is out; load paper.")

    with working(port, listener) as worker:
        listener.wait(Opened)
        worker.post(paper_end, "a")
        assert listener.wait(Finished).result.outcome is Outcome.FAILED
        report = listener.wait(Reported).report
        assert isinstance(report, Status)
        assert (report.state, report.code) == (HealthState.FAULT, "paper_end")
    assert listener.of(Lost) == []
    assert len(listener.of(Opened)) == 1


@pytest.mark.usefixtures("far")
def test_one_unreadable_answer_is_borne_and_five_in_a_row_are_not(port: str) -> None:
    listener = Listener()

    def garbled(_: Driver) -> None:
        raise FrameError("answer", b"\x00")

    with working(port, listener) as worker:
        listener.wait(Opened)
        for _ in range(4):
            worker.post(garbled, "a")
        listener.wait(Finished, count=4)
        assert listener.of(Lost) == []
        worker.post(garbled, "a")
        assert listener.wait(Lost).status.code == "garbled"


@pytest.mark.usefixtures("far")
def test_what_waits_at_the_end_is_told_so(port: str) -> None:
    listener = Listener()
    with working(port, listener) as worker:
        listener.wait(Opened)
        with held(worker):
            worker.post(lambda _: None, "a")
            worker.stop()
    assert [e.result.outcome for e in listener.of(Finished)][-1] is Outcome.STOPPED
    with pytest.raises(QueueFull, match="stopped"):
        worker.post(lambda _: None, "a")


def test_a_line_without_a_descriptor_is_read_too() -> None:
    class Loop(EchoDriver):
        def open(self) -> Status:
            return GOOD

    listener = Listener()
    with working("loop://", listener, {"a": lambda line: Loop("a", None, line)}) as worker:
        listener.wait(Opened)
        worker.post(lambda d: d.say(b"k"), "a")
        assert listener.wait(Reported).report == Input("pressed")


def test_devices_without_a_line_share_a_worker() -> None:
    class Lamp(Driver):
        needs_line = False

        def open(self) -> Status:
            return GOOD

    listener = Listener()
    lamps: dict[str, MakeDriver] = {n: partial(Lamp, n, None) for n in ("a", "b")}
    with working(None, listener, lamps) as worker:
        listener.wait(Opened, "a")
        listener.wait(Opened, "b")
        worker.post(lambda d: d.name, "b")
        assert listener.wait(Finished).result.value == "b"
