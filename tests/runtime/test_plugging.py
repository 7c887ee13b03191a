"""Plugs pulled and put back: how soon it is noticed, who is found, who is left alone."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import termios
import threading
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from devices.base import Driver, HealthState, Line, Report, Sentence, Status
from devices.errors import DeviceTimeout, DeviceUnavailable, WrongDevice
from devices.simhost import SimHost
from devices.specs import DeviceSpec
from devices.transport import open_line
from firmware_py.runtime.backoff import LINE_LIMIT_S, Backoff
from firmware_py.runtime.device_events import Finished, Lost, Opened, Outcome, describe
from firmware_py.runtime.slot import Slot
from firmware_py.runtime.supervisor import Supervisor
from firmware_py.runtime.worker import Worker
from tests.devices.sysfs import Machine
from tests.runtime.echo import (
    DEADLINE_S,
    GOOD,
    BenchThread,
    EchoDriver,
    Listener,
    bench,
    echo_driver,
    echo_simulator,
)
from tests.timing import quickest

ROOT = Path(__file__).parents[2]
ROUNDS, PLUGS = 4, 5
#: What is plugged in again is back after so long, the greeting aside.
BACK_S = 2.5


@contextmanager
def played(*ports: Path) -> Iterator[BenchThread]:
    """Echo devices behind ptys, each named as its port."""
    devices = {p.name: DeviceSpec(name=p.name, kind="pad.ff68", port=str(p)) for p in ports}
    with bench(lambda: SimHost({}, devices, make_simulator=echo_simulator)) as running:
        yield running


@contextmanager
def supervising(supervisor: Supervisor) -> Iterator[Supervisor]:
    supervisor.start()
    try:
        yield supervisor
    finally:
        assert supervisor.stop() == []


@contextmanager
def working(listener: Listener, opening: Callable[[], Line], name: str) -> Iterator[Worker]:
    worker = Worker(
        name, {name: lambda line: EchoDriver(name, None, line)}, listener, open_line=opening
    )
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()
        assert worker.join(DEADLINE_S)


def test_twenty_pulled_plugs_are_noticed_without_a_timer_and_back_in_three_seconds(
    tmp_path: Path,
) -> None:
    ports = [tmp_path / f"port-{n}" for n in range(PLUGS)]
    devices = {p.name: DeviceSpec(name=p.name, kind="pad.ff68", port=str(p)) for p in ports}
    listener = Listener()
    #: It stands still but where the test moves it: whatever waits for a time waits for ever.
    now = [100.0]
    supervisor = Supervisor({}, devices, listener, make_driver=echo_driver, clock=lambda: now[0])
    with played(*ports) as far, supervising(supervisor):
        for turn in range(ROUNDS):
            for name in devices:
                listener.wait(Opened, name, count=turn + 1)
            for name in devices:
                far.do(lambda host, name=name: host.unplug(name))  # type: ignore[misc]
            # Hung up, which the line itself says.
            for name in devices:
                listener.wait(Lost, name, count=2 * turn + 1)
            # Then not there, after the longest pause of a line; from then on each looks for it.
            now[0] += LINE_LIMIT_S
            for name in devices:
                listener.wait(Lost, name, count=2 * turn + 2)
            for name in devices:
                far.do(lambda host, name=name: host.plug(name))  # type: ignore[misc]
            now[0] += BACK_S - LINE_LIMIT_S
            for name in devices:
                listener.wait(Opened, name, count=turn + 2)


def test_an_adapter_is_found_again_in_another_socket_under_another_name(tmp_path: Path) -> None:
    port, machine, listener = tmp_path / "echo", Machine(tmp_path / "pi"), Listener()

    def plug(place: str, name: str) -> None:
        machine.serial(place, "0403:6001", name, serial="A50285BI")
        machine.wire(name, str(port))

    def opening() -> Line:
        return open_line("usb:0403:6001:A50285BI", sys=machine.sys, dev=machine.dev)

    plug("1-1.2", "ttyUSB0")
    with played(port) as far, working(listener, opening, "echo"):
        listener.wait(Opened)
        far.do(lambda host: host.unplug("echo"))
        machine.unplug("1-1.2")
        machine.wire("ttyUSB0", "/nowhere")
        listener.wait(Lost, count=2)
        far.do(lambda host: host.plug("echo"))
        plug("1-1.4", "ttyUSB7")
        listener.wait(Opened, count=2)


def test_two_adapters_alike_keep_their_devices_by_their_sockets(tmp_path: Path) -> None:
    machine, listener = Machine(tmp_path / "pi"), Listener()
    places = {"wall": ("1-1.2", "ttyUSB0"), "strip": ("1-1.3", "ttyUSB1")}
    for name, (place, node) in places.items():
        machine.serial(place, "1a86:7523", node)
        machine.wire(node, str(tmp_path / name))

    def opening(port: str) -> Callable[[], Line]:
        return lambda: open_line(port, sys=machine.sys, dev=machine.dev)

    with (
        played(*(tmp_path / name for name in places)) as far,
        working(listener, opening("usb:1a86:7523@1-1.2"), "wall") as wall,
        working(listener, opening("usb:1a86:7523@1-1.3"), "strip") as strip,
        working(listener, opening("usb:1a86:7523"), "neither"),
    ):
        assert "2 of 1a86:7523" in listener.wait(Lost, "neither").status.say.en
        for name in places:
            listener.wait(Opened, name)
        wall.post(lambda driver: driver.say(b"W"), "wall")
        strip.post(lambda driver: driver.say(b"S"), "strip")
        listener.wait(Finished, count=2)
        for name, heard in (("wall", b"?W"), ("strip", b"?S")):
            settled(far, name, heard)


def settled(far: BenchThread, device: str, expected: bytes) -> None:
    pause = threading.Event()
    until = time.monotonic() + DEADLINE_S
    while len(far.heard(device)) < len(expected) and time.monotonic() < until:
        pause.wait(0.01)
    assert far.heard(device) == expected


def test_a_device_that_says_it_is_another_gets_nothing_but_the_question(tmp_path: Path) -> None:
    port, listener = tmp_path / "printer", Listener()
    spec = DeviceSpec(name="printer", kind="pad.ff68", port=str(port), expect_identity="TM-T88")
    supervisor = Supervisor({}, {"printer": spec}, listener, make_driver=echo_driver)
    with played(port) as far, supervising(supervisor):
        lost = listener.wait(Lost, "printer")
        assert (lost.status.state, lost.status.code) == (HealthState.FAULT, "other_device")
        assert "(Echo 1), not TM-T88;" in lost.status.say.en
        assert "这里接的是另一台设备（Echo 1），应为“TM-T88”" in lost.status.say.zh
        supervisor.post("printer", lambda driver: driver.say(b"A001"))
        assert listener.wait(Finished).result.outcome is Outcome.NOT_OPEN
        assert set(far.heard("printer")) == {ord("?")}
        assert listener.of(Opened) == []


def test_a_receipt_printer_that_was_swapped_prints_nothing(tmp_path: Path) -> None:
    port, listener = tmp_path / "printer", Listener()
    spec = DeviceSpec(
        name="printer",
        kind="ticket_printer.escpos",
        port=str(port),
        expect_identity="TM-T88V",
    )
    supervisor = Supervisor({}, {"printer": spec}, listener)
    with bench(lambda: SimHost({}, {"printer": spec})) as far, supervising(supervisor):
        lost = listener.wait(Lost, "printer")
        assert lost.status.code == "other_device"
        assert "SIM-80" in lost.status.say.en
        supervisor.post("printer", lambda driver: driver.self_test())
        assert listener.wait(Finished).result.outcome is Outcome.NOT_OPEN
        assert far.do(lambda host: host.simulator("printer").seen()["slips"]) == 0


def test_the_expected_device_works_however_its_letters_are_written(tmp_path: Path) -> None:
    port, listener = tmp_path / "printer", Listener()
    spec = DeviceSpec(name="printer", kind="pad.ff68", port=str(port), expect_identity="ECHO 1")
    supervisor = Supervisor({}, {"printer": spec}, listener, make_driver=echo_driver)
    with played(port), supervising(supervisor):
        listener.wait(Opened, "printer")
        supervisor.post("printer", lambda driver: driver.say(b"A001"))
        assert listener.wait(Finished).result.outcome is Outcome.DONE


class Shy(Driver):
    """Says who it is when it is well."""

    needs_line = False

    def open(self) -> Status:
        return FAULT

    def poll(self) -> list[Report]:
        return [GOOD]


FAULT = Status(HealthState.FAULT, "paper_end", Sentence("缺纸。", "Out of paper."))


def shy(identity: str) -> tuple[Slot, Shy]:
    driver = Shy("printer", None, None)
    driver.expected_identity = "TM-T88"
    slot = Slot("printer", lambda _: driver, Backoff(), driver=driver)
    slot.opened_with(driver.open(), 0.0)
    driver.identity = identity
    return slot, driver


def test_a_device_in_a_fault_may_say_later_who_it_is_but_does_no_work_before() -> None:
    slot, driver = shy("")
    assert slot.proven() is None
    driver.identity = "EPSON TM-T88V"
    assert slot.said(driver.poll(), 1.0)
    assert slot.proven() is driver


@pytest.mark.parametrize(("identity", "code"), [("", "no_identity"), ("XP-80", "other_device")])
def test_a_device_that_is_well_and_not_the_expected_one_is_let_go(identity: str, code: str) -> None:
    slot, driver = shy(identity)
    with pytest.raises(WrongDevice) as caught:
        slot.said(driver.poll(), 1.0)
    lost = slot.lost_because(caught.value)
    assert lost is not None
    assert lost.status.code == code


@pytest.mark.parametrize("port", ["/dev/hall/nowhere", "usb:0403:6001", "socket://127.0.0.1:1"])
def test_why_a_port_is_not_open_is_told_in_each_language_alone(port: str, tmp_path: Path) -> None:
    with pytest.raises(DeviceUnavailable) as caught:
        open_line(port, sys=tmp_path)
    say = describe(caught.value).say
    assert caught.value.reason in say.en
    assert caught.value.zh in say.zh
    assert not re.search("[a-z]{3,}", say.zh.replace(port, ""))
    assert not re.search("[\u4e00-\u9fff]", say.en)


def test_no_write_holds_a_device_up_for_more_than_two_seconds() -> None:
    # Twice that would be a second wait.
    assert quickest(longest_write_s, 3.5) < 3.5


def longest_write_s() -> float:
    """Write to a pty and a socket that take nothing; return how long the longer one took."""
    master, slave = os.openpty()
    tty.setraw(slave)
    server = socket.create_server(("127.0.0.1", 0))
    took: dict[str, float] = {}

    def write(what: str, line: Line) -> None:
        begun = time.monotonic()
        with pytest.raises(DeviceTimeout):
            line.write(bytes(20_000_000))
        line.close()
        took[what] = time.monotonic() - begun

    try:
        lines = {
            "pty": open_line(os.ttyname(slave)),
            "socket": open_line(f"socket://127.0.0.1:{server.getsockname()[1]}"),
        }
        far, _ = server.accept()
        termios.tcflow(slave, termios.TCOOFF)
        threads = [threading.Thread(target=write, args=item) for item in lines.items()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(DEADLINE_S)
        far.close()
    finally:
        for fd in (master, slave):
            os.close(fd)
        server.close()
    assert took.keys() == lines.keys()
    return max(took.values())


CABLE = """
import socket, subprocess, time
from devices.errors import DeviceUnavailable
from devices.transport import open_line

subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
server = socket.create_server(("127.0.0.1", 0))
line = open_line(f"socket://127.0.0.1:{server.getsockname()[1]}")
far, _ = server.accept()
far.sendall(b"x")
line.read_some(1.0)
subprocess.run(["ip", "link", "set", "lo", "down"], check=True)
begun = time.monotonic()
try:
    while time.monotonic() - begun < 5:
        line.read_some(1.0)
except DeviceUnavailable:
    print(time.monotonic() - begun)
"""


def test_a_pulled_network_cable_is_noticed_in_two_seconds_though_nobody_writes() -> None:
    own = ["unshare", "--user", "--map-root-user", "--net"]
    may = subprocess.run([*own, "true"], capture_output=True, check=False)
    if may.returncode != 0:
        pytest.skip("this machine gives no network of one's own")

    def noticed_s() -> float:
        done = subprocess.run(
            [*own, sys.executable, "-c", CABLE],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        # It says nothing where nothing was noticed.
        return float(done.stdout or "inf")

    assert quickest(noticed_s, 2.3, tries=4) < 2.3
