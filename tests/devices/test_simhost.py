"""The bench itself: its ports, its faults and its control socket."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from devices.base import Line
from devices.errors import DeviceTimeout, DeviceUnavailable
from devices.simerrors import BenchError
from devices.simhost import SimHost, load_plan
from devices.specs import DeviceSpec, LineSpec
from devices.transport import open_line
from tests.runtime.echo import EchoSimulator, echo_simulator

ROOT = Path(__file__).parents[2]


def hall(tmp_path: Path) -> SimHost:
    """A shared line ``pads`` with p1 and p2, and a printer on a TCP port."""
    lines = {"pads": LineSpec(name="pads", port=str(tmp_path / "pads"))}
    devices = {
        "p1": DeviceSpec(name="p1", kind="pad.ff68", line="pads"),
        "p2": DeviceSpec(name="p2", kind="pad.ff68", line="pads"),
        "printer": DeviceSpec(
            name="printer", kind="ticket_printer.escpos", port="socket://127.0.0.1:0"
        ),
    }
    return SimHost(lines, devices, make_simulator=echo_simulator)


def run(tmp_path: Path, play: Callable[[SimHost], Awaitable[None]]) -> None:
    async def inside() -> None:
        async with hall(tmp_path) as host:
            await play(host)

    asyncio.run(inside())


async def opened(host: SimHost, name: str) -> Line:
    return await asyncio.to_thread(open_line, host.wire(name).port)


async def read(line: Line, count: int, timeout_s: float = 60.0) -> bytes:
    def collect() -> bytes:
        data, end = b"", time.monotonic() + timeout_s
        while len(data) < count and time.monotonic() < end:
            data += line.read_some(0.05)
        return data

    return await asyncio.to_thread(collect)


async def heard(host: SimHost, device: str, count: int) -> bytes:
    simulator = host.simulator(device)
    assert isinstance(simulator, EchoSimulator)
    async with asyncio.timeout(60):
        while len(simulator.heard) < count:  # noqa: ASYNC110 - a simulator has no event to await
            await asyncio.sleep(0.005)
    return simulator.heard


@pytest.mark.parametrize("name", ["pads", "printer"])
def test_a_line_survives_the_drivers_closing_and_opening(tmp_path: Path, name: str) -> None:
    async def play(host: SimHost) -> None:
        device = host.wire(name).stations[0].simulator.name
        for round_number in (1, 2, 3):
            line = await opened(host, name)
            line.write(b"x")
            await heard(host, device, round_number)
            host.press(device, "k")
            assert await read(line, 1) == b"k"
            line.close()
            await asyncio.sleep(0.02)

    run(tmp_path, play)


def test_all_devices_of_a_line_hear_the_driver(tmp_path: Path) -> None:
    async def play(host: SimHost) -> None:
        line = await opened(host, "pads")
        line.write(b"\xff\x68")
        assert await heard(host, "p1", 2) == await heard(host, "p2", 2) == b"\xff\x68"
        line.close()

    run(tmp_path, play)


@pytest.mark.parametrize("name", ["pads", "printer"])
def test_an_unplugged_line_is_gone_and_comes_back_at_its_place(tmp_path: Path, name: str) -> None:
    async def play(host: SimHost) -> None:
        line = await opened(host, name)
        host.unplug(name)
        with pytest.raises(DeviceUnavailable):
            await asyncio.to_thread(line.read_some, 1.0)
        line.close()
        with pytest.raises(DeviceUnavailable):
            await opened(host, name)
        device = host.wire(name).stations[0].simulator.name
        with pytest.raises(BenchError, match="unplugged"):
            host.press(device, "k")
        port = host.wire(name).port
        host.plug(name)
        assert host.wire(name).port == port
        line = await opened(host, name)
        await asyncio.sleep(0.02)
        host.press(device, "k")
        assert await read(line, 1) == b"k"
        line.close()

    run(tmp_path, play)


def test_one_device_of_a_shared_line_is_unplugged_alone(tmp_path: Path) -> None:
    async def play(host: SimHost) -> None:
        line = await opened(host, "pads")
        host.unplug("p1")
        line.write(b"x")
        assert await heard(host, "p2", 1) == b"x"
        assert host.seen("p1")["heard"] == ""
        with pytest.raises(BenchError):
            host.press("p1", "k")
        host.plug("p1")
        line.write(b"y")
        assert await heard(host, "p1", 1) == b"y"
        line.close()

    run(tmp_path, play)


def test_a_stalled_line_blocks_the_write_and_goes_on_when_cleared(tmp_path: Path) -> None:
    async def play(host: SimHost) -> None:
        line = await opened(host, "pads")
        host.fault("pads", "stall")
        with pytest.raises(DeviceTimeout):
            await asyncio.to_thread(line.write, b"x", 0.05)
        host.clear("pads")
        line.write(b"y")
        assert await heard(host, "p1", 1) == b"y"
        line.close()

    run(tmp_path, play)


def test_a_stalled_socket_blocks_a_large_write(tmp_path: Path) -> None:
    async def play(host: SimHost) -> None:
        line = await opened(host, "printer")
        host.fault("printer", "stall")
        with pytest.raises(DeviceTimeout):
            await asyncio.to_thread(line.write, bytes(20_000_000), 0.1)
        line.close()

    run(tmp_path, play)


def test_silence_swallows_both_ways_and_ends(tmp_path: Path) -> None:
    async def play(host: SimHost) -> None:
        line = await opened(host, "printer")
        host.fault("printer", "silent")
        line.write(b"?")
        assert await read(line, 1, 0.1) == b""
        host.clear("printer")
        line.write(b"?")
        assert await read(line, 1) == b"!"
        line.close()

    run(tmp_path, play)


def test_noise_comes_unasked_and_before_the_devices_bytes(tmp_path: Path) -> None:
    async def play(host: SimHost) -> None:
        line = await opened(host, "printer")
        line.write(b"x")
        await heard(host, "printer", 1)
        host.fault("printer", "noise", 10)
        assert len(await read(line, 20)) >= 20
        host.clear("printer")
        line.close()

    run(tmp_path, play)


def test_slowness_paces_both_ways(tmp_path: Path) -> None:
    async def play(host: SimHost) -> None:
        line = await opened(host, "pads")
        host.fault("pads", "slow", 200)
        begun = time.monotonic()
        line.write(bytes(40))
        await heard(host, "p1", 40)
        assert 0.15 < time.monotonic() - begun < 20
        host.clear("pads")
        line.close()

    run(tmp_path, play)


def test_splitting_hands_bytes_on_one_by_one(tmp_path: Path) -> None:
    async def play(host: SimHost) -> None:
        line = await opened(host, "pads")
        host.fault("pads", "split")
        line.write(b"abc")
        assert await heard(host, "p1", 3) == b"abc"
        assert [count for _, count in host.times("p1")] == [1, 1, 1]
        assert host.times("p1") == []
        line.close()

    run(tmp_path, play)


def test_times_are_the_machines_monotonic_clock(tmp_path: Path) -> None:
    async def play(host: SimHost) -> None:
        line = await opened(host, "pads")
        before = time.monotonic_ns()
        line.write(b"x")
        await heard(host, "p1", 1)
        assert before <= host.seen("p1")["last_rx_ns"] <= time.monotonic_ns()
        before = time.monotonic_ns()
        assert before <= host.press("p1", "k")["tx_ns"] <= time.monotonic_ns()
        line.close()

    run(tmp_path, play)


def test_nothing_but_a_link_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "pads").write_text("keep me")

    async def inside() -> None:
        with pytest.raises(FileExistsError, match="not a link"):
            hall(tmp_path).start()

    asyncio.run(inside())
    assert (tmp_path / "pads").read_text() == "keep me"


@pytest.mark.parametrize("port", ["/dev/ttyUSB0", "rfc2217://127.0.0.1:1", "socket://10.0.0.1:1"])
def test_the_bench_stays_off_real_ports(port: str) -> None:
    device = DeviceSpec(name="p", kind="pad.ff68", port=port)

    async def inside() -> None:
        with pytest.raises(ValueError, match="bench"):
            SimHost({}, {"p": device}, make_simulator=echo_simulator).start()

    asyncio.run(inside())


def test_a_plan_names_what_is_wrong_with_it() -> None:
    plan = load_plan(b'{"devices": {"p": {"kind": "pad.ff68", "port": "/tmp/p"}}}')
    assert plan.devices["p"].name == "p"
    with pytest.raises(ValueError, match="prot"):
        load_plan(b'{"devices": {"p": {"kind": "pad.ff68", "prot": "/tmp/p"}}}')


class Control:
    """A client of the control socket."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(60)
        self._socket.connect(str(path))
        self._lines = self._socket.makefile("rb")

    def do(self, **request: Any) -> dict[str, Any]:
        return self.raw(json.dumps(request).encode())

    def raw(self, line: bytes) -> dict[str, Any]:
        self._socket.sendall(line + b"\n")
        answer = json.loads(self._lines.readline())
        assert isinstance(answer, dict)
        return answer

    def close(self) -> None:
        self._lines.close()
        self._socket.close()


def test_the_process_takes_commands_and_leaves_nothing_behind(tmp_path: Path) -> None:
    plan = {
        "lines": {"pads": {"port": str(tmp_path / "pads")}},
        "devices": {"pad-3": {"kind": "pad.ff68", "line": "pads", "address": 3}},
    }
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    control = tmp_path / "control"
    arguments = ["--plan", str(tmp_path / "plan.json"), "--control", str(control)]
    command = [sys.executable, "-m", "devices.simhost", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE) as process:
        try:
            client = connected(control, process)
            assert client.do(id=1, do="list")["result"][0]["device"] == "pad-3"
            line = open_line(str(tmp_path / "pads"))
            assert client.do(id=2, do="press", device="pad-3", key="next")["ok"] is True
            assert line.read_some(60.0)[:2] == b"\xff\x68"
            line.close()
            refused = client.do(id=3, do="press", device="pad-9", key="next")
            assert (refused["id"], refused["error"]["code"]) == (3, "unknown_device")
            assert "pad-3" in refused["error"]["zh"]
            assert client.do(do="press", device="pad-3", key="nose")["error"]["code"] == (
                "unknown_key"
            )
            assert client.do(do="fault", device="pad-3", fault="flat")["error"]["code"] == (
                "unknown_fault"
            )
            for line_bytes in (b"not json", b'{"do":"dance"}', b"\xff\xfe", b'{"do":"press"}'):
                assert client.raw(line_bytes)["error"]["code"] == "bad_request"
            client.close()
        finally:
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=120)
    assert (process.returncode, said) == (0, b"")
    assert [entry.name for entry in tmp_path.iterdir()] == ["plan.json"]


def connected(path: Path, process: subprocess.Popen[bytes]) -> Control:
    pause = threading.Event()
    for _ in range(3000):
        # It is made private after it is bound: from then on it takes clients.
        if path.exists() and path.stat().st_mode & 0o777 == 0o600:
            return Control(path)
        assert process.poll() is None, "the bench ended"
        pause.wait(0.02)
    raise AssertionError("the bench did not come up")


def test_a_fault_that_wants_a_number_and_one_of_a_line_say_so(tmp_path: Path) -> None:
    lines = {"pads": LineSpec(name="pads", port=str(tmp_path / "pads"))}
    devices = {
        "pad-3": DeviceSpec(name="pad-3", kind="pad.ff68", line="pads", options={"address": 3}),
        "voice": DeviceSpec(name="voice", kind="voice.xfs5152", port=str(tmp_path / "v")),
    }

    async def play() -> list[str]:
        said = []
        async with SimHost(lines, devices) as host:
            for name, fault in (
                ("voice", "quick"),
                ("voice", "reject:3"),
                ("pads", "no-ack-heard"),
            ):
                with pytest.raises(BenchError) as caught:
                    host.fault(name, fault)
                said.append(str(caught.value))
            host.fault("voice", "quick:10")
        return said

    quick, reject, line = asyncio.run(play())
    assert quick == "The fault quick needs a number, as in quick:10."
    assert reject == "The fault reject does not take this number: reject:3."
    assert line.startswith("Device pads cannot play the fault no-ack-heard. It can play: noise")


def test_each_fault_that_a_device_can_play_is_listed_once(tmp_path: Path) -> None:
    printer = DeviceSpec(name="printer", kind="ticket_printer.escpos", port=str(tmp_path / "p"))

    async def play() -> None:
        # Its simulator has a stall of its own beside the wire's.
        async with SimHost({}, {"printer": printer}) as host:
            (listed,) = host.listing()
            assert "stall" in listed["can"]
            assert len(listed["can"]) == len(set(listed["can"]))

    asyncio.run(play())
