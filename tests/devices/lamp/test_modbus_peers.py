"""Modbus as others read the standard: two servers that nobody here wrote, and Debian's mbpoll.

Our driver speaks to pymodbus' RTU server and to libmodbus' over two ptys back to back; mbpoll
(libmodbus) looks at what they hold, and speaks to our simulated board.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Event

import pytest

from devices.base import HealthState
from devices.errors import DeviceFault, DeviceTimeout
from devices.lamp.modbus_driver import ModbusLamp
from devices.lamp.modbus_options import ModbusLampOptions
from devices.simhost import SimHost
from devices.specs import DeviceSpec
from devices.transport import open_line
from tests.runtime.echo import bench

DEADLINE_S = 60.0

PYMODBUS = """
import asyncio, sys
from pymodbus.server import ModbusSerialServer
from pymodbus.simulator import DataType, SimData, SimDevice
async def serve():
    one = lambda: [SimData(0, count=8, values=False, datatype=DataType.BITS)]
    board = SimDevice(1, (one(), one(), [SimData(0)], [SimData(0)]))
    server = ModbusSerialServer(board, port=sys.argv[1], baudrate=9600)
    await server.serve_forever()
asyncio.run(serve())
"""
LIBMODBUS = """
import ctypes, sys
lib = ctypes.CDLL("libmodbus.so.5")
lib.modbus_new_rtu.restype = lib.modbus_mapping_new.restype = ctypes.c_void_p
lib.modbus_new_rtu.argtypes = [ctypes.c_char_p, ctypes.c_int, ctypes.c_char, *[ctypes.c_int] * 2]
bus = ctypes.c_void_p(lib.modbus_new_rtu(sys.argv[1].encode(), 9600, b"N", 8, 1))
coils = ctypes.c_void_p(lib.modbus_mapping_new(8, 0, 0, 0))
assert lib.modbus_set_slave(bus, 1) == 0 and lib.modbus_connect(bus) == 0
frame = ctypes.create_string_buffer(260)
while True:
    length = lib.modbus_receive(bus, frame)
    if length > 0:
        lib.modbus_reply(bus, frame, length, coils)
"""
SERVERS = {"pymodbus": PYMODBUS, "libmodbus": LIBMODBUS}


@contextmanager
def running(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(60)


def until_there(*paths: Path) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not all(path.exists() for path in paths):
        assert time.monotonic() < deadline, paths
        Event().wait(0.01)


@pytest.fixture(params=sorted(SERVERS))
def port(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return a port at whose far end such a server is unit 1, with eight coils."""
    near, far = tmp_path / "near", tmp_path / "far"
    ends = [f"pty,raw,echo=0,link={end}" for end in (near, far)]
    with ExitStack() as stack:
        stack.enter_context(running("socat", *ends))
        until_there(near, far)
        script = SERVERS[str(request.param)]
        stack.enter_context(running(sys.executable, "-W", "ignore", "-c", script, str(far)))
        until_answered(str(near))
        yield str(near)


def mbpoll(port: str, *values: int, first: int = 0, count: int = 8, unit: int = 1) -> str:
    """Ask with mbpoll, or write ``values``; return what it said."""
    assert shutil.which("mbpoll"), "apt install mbpoll"
    how = ["-m", "rtu", "-a", str(unit), "-b", "9600", "-P", "none", "-t", "0", "-0", "-1"]
    what = ["-r", str(first), *([] if values else ["-c", str(count)])]
    done = subprocess.run(
        ["mbpoll", *how, "-o", "0.5", "-q", *what, port, *map(str, values)],
        capture_output=True,
        check=False,
        text=True,
        timeout=120,
    )
    return done.stdout + done.stderr


def coils(port: str) -> list[int]:
    return [int(value) for value in re.findall(r"^\[\d+\]:\s+([01])", mbpoll(port), re.MULTILINE)]


def until_answered(port: str) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not coils(port):
        assert time.monotonic() < deadline, mbpoll(port)


@contextmanager
def lamp_at(port: str, **options: object) -> Iterator[ModbusLamp]:
    """Yield an opened lamp; what it showed last stays on the board."""
    line = open_line(port)
    settings = ModbusLampOptions(**{"red": 2, "amber": 3, "answer_timeout_s": 2.0, **options})  # type: ignore[arg-type]
    lamp = ModbusLamp("lamp", settings, line)
    try:
        yield lamp
    finally:
        line.close()


def answered(port: str, write: str) -> bool:
    """Light the lamp; say whether each question was answered at once."""
    with suppress(DeviceTimeout), lamp_at(port, write=write) as lamp:
        assert lamp.open().state is HealthState.OK
        lamp.set("help")
        assert lamp.poll() == []
        assert lamp.counters.bad_frames == 0
        return lamp.counters.retries == 0
    return False


@pytest.mark.parametrize("write", ["single", "multiple"])
def test_the_lamp_lights_on_somebody_elses_board(port: str, write: str) -> None:
    # A pause of the machine may be longer than an answer is waited for, but not each time.
    assert any(answered(port, write) for _ in range(5))
    assert coils(port) == [0, 0, 1, 1, 0, 0, 0, 0]
    with lamp_at(port, write=write) as lamp:
        lamp.open()
        lamp.set("amber")
    assert coils(port) == [0, 0, 0, 1, 0, 0, 0, 0]


def test_what_mbpoll_changed_meanwhile_is_noticed(port: str) -> None:
    mbpoll(port, 1, first=2)
    assert coils(port)[2] == 1
    with lamp_at(port) as lamp:
        lamp.open()
        lamp.set("amber")
    mbpoll(port, 1, 0, first=2)
    assert coils(port)[2:4] == [1, 0]
    # The same driver goes on at the port as it is now.
    again = open_line(port)
    try:
        lamp._line = again
        lamp._check()
        assert lamp.counters.extra["restored_coils"] == 2
    finally:
        again.close()
    assert coils(port)[2:4] == [0, 1]


def test_a_coil_that_somebody_elses_board_has_not_is_refused_in_words(port: str) -> None:
    # pymodbus rounds its eight coils up.
    with (
        lamp_at(port, red=3000, amber=None) as lamp,
        pytest.raises(DeviceFault, match="no such coil"),
    ):
        lamp.open()


# pymodbus' server answers for every unit on its line, with a failure.
@pytest.mark.parametrize("port", ["libmodbus"], indirect=True)
def test_another_unit_is_not_answered_by_somebody_elses_board(port: str) -> None:
    with lamp_at(port, address=9, answer_timeout_s=0.2) as lamp, pytest.raises(DeviceTimeout):
        lamp.open()


def test_mbpoll_reads_writes_and_is_refused_by_our_board(tmp_path: Path) -> None:
    place = str(tmp_path / "board")
    spec = DeviceSpec(name="lamp", kind="lamp.modbus", port=place, options={"red": 0, "amber": 1})
    with bench(lambda: SimHost({}, {"lamp": spec})) as far:
        assert coils(place) == [0] * 8
        mbpoll(place, 1, first=1)
        assert far.do(lambda host: host.seen("lamp"))["lit"] == ["amber"]
        mbpoll(place, 1, 0, 0, 1, first=0)
        assert far.do(lambda host: host.seen("lamp"))["relays"] == [0, 3]
        assert coils(place) == [1, 0, 0, 1, 0, 0, 0, 0]
        assert "Illegal data address" in mbpoll(place, first=4, count=8)
        assert "timed out" in mbpoll(place, unit=2)
        far.do(lambda host: host.fault("lamp", "bad-crc"))
        assert "Invalid CRC" in mbpoll(place)
        seen = far.do(lambda host: host.seen("lamp"))
        assert (seen["bad_frames"], seen["foreign_frames"]) == (0, 1)
