"""The near ends of what types: a node that is grabbed or not used, and the bench's pipe."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.base import Line
from devices.errors import DeviceUnavailable, PortAbsent
from devices.hid.opening import must_be_input
from devices.hid.port import InputEnd, is_input, keys_down, lamps, who_is
from devices.transport import open_line
from tests.devices.hid.keypad import packet

#: Computed by a C compiler from include/uapi/linux/input.h (x86-64; the same on a Pi).
EVIOCGRAB, EVIOCSCLOCKID = 0x40044590, 0x400445A0


class Kernel:
    """The kernel's side of a node, as drivers/input/evdev.c does it: one may grab it."""

    def __init__(self, refuses: int = 0) -> None:
        self.asked: list[tuple[int, Any]] = []
        self._refuses = refuses

    def __call__(self, fd: int, request: int, argument: Any) -> int:
        self.asked.append((request, argument))
        if request == EVIOCGRAB and argument and self._refuses:
            raise OSError(self._refuses, os.strerror(self._refuses))
        return 0


@pytest.fixture
def node(tmp_path: Path) -> Path:
    """Stands for ``/dev/input/event5``."""
    path = tmp_path / "event5"
    os.mkfifo(path)
    return path


def test_a_node_is_grabbed_for_ourselves_and_let_go_of(node: Path) -> None:
    kernel = Kernel()
    end = InputEnd("hid:1a2c:2124", node, ioctl=kernel)
    assert kernel.asked == [(EVIOCGRAB, 1), (EVIOCSCLOCKID, b"\x01\x00\x00\x00")]
    end.close()
    assert kernel.asked[-1] == (EVIOCGRAB, 0)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(end.fd)


@pytest.mark.parametrize(
    ("refuses", "en", "zh"),
    [
        (errno.EBUSY, "another program holds this port", "占用"),
        (errno.ENOTTY, "its keys would reach other programs too", "不予使用"),
        (errno.EPERM, "its keys would reach other programs too", "不予使用"),
    ],
)
def test_a_node_that_cannot_be_grabbed_is_not_used(
    node: Path, refuses: int, en: str, zh: str
) -> None:
    before = {place.name for place in Path("/proc/self/fd").iterdir()}
    with pytest.raises(DeviceUnavailable, match=en) as caught:
        InputEnd("hid:1a2c:2124", node, ioctl=Kernel(refuses))
    assert zh in caught.value.zh
    assert {place.name for place in Path("/proc/self/fd").iterdir()} == before


def test_the_systems_own_grab_refuses_what_is_no_input_device(node: Path) -> None:
    with pytest.raises(DeviceUnavailable, match="cannot be grabbed"):
        InputEnd("hid:1a2c:2124", node)


def test_what_waited_belongs_to_an_earlier_time(node: Path) -> None:
    end = InputEnd("it", node, ioctl=Kernel())
    os.write(end.fd, packet(79, 1, 1))
    end.close()
    fd = os.open(node, os.O_RDWR | os.O_NONBLOCK)
    os.write(fd, packet(79, 1, 1))
    end = InputEnd("it", node, ioctl=Kernel())
    with pytest.raises(BlockingIOError):
        os.read(end.fd, 100)
    end.close()
    os.close(fd)


@pytest.fixture
def pipe(tmp_path: Path) -> Iterator[tuple[int, str]]:
    """Return the writing end of a pipe, and its port."""
    path = tmp_path / "keypad"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    writer = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    yield writer, f"records:{path}"
    os.close(reader)
    os.close(writer)


def opened(port: str) -> Line:
    line = open_line(port)
    assert line.fileno() is not None
    return line


def test_records_come_through_a_pipe_and_its_end_is_a_pulled_plug(pipe: tuple[int, str]) -> None:
    writer, port = pipe
    os.write(writer, packet(1, 1, 1))
    line = opened(port)
    assert line.read_available() == b""
    os.write(writer, packet(79, 1, 2))
    assert line.read_some(1.0) == packet(79, 1, 2)
    null = os.open("/dev/null", os.O_WRONLY)
    # The last writer is gone.
    os.dup2(null, writer)
    os.close(null)
    with pytest.raises(DeviceUnavailable):
        line.read_available()
    line.close()
    with pytest.raises(PortAbsent, match="nobody writes"):
        open_line(port)


def test_one_program_reads_a_pipe(pipe: tuple[int, str]) -> None:
    line = opened(pipe[1])
    with pytest.raises(DeviceUnavailable, match="another program holds this port"):
        open_line(pipe[1])
    line.close()
    opened(pipe[1]).close()


def test_a_pipe_that_is_not_there_or_is_none_is_said(tmp_path: Path) -> None:
    with pytest.raises(PortAbsent, match="no such pipe"):
        open_line(f"records:{tmp_path}/nobody")
    (tmp_path / "file").touch()
    with pytest.raises(DeviceUnavailable, match="no named pipe"):
        open_line(f"records:{tmp_path}/file")


def test_a_pipe_has_no_name_no_lamps_and_no_keys_down(pipe: tuple[int, str]) -> None:
    line = opened(pipe[1])
    fd = must_be_input(line)
    assert fd is not None
    assert (who_is(fd), lamps(fd), keys_down(fd)) == ("", frozenset(), frozenset())
    line.close()


def test_a_serial_port_is_no_keypad() -> None:
    master, slave = os.openpty()
    assert not is_input(slave)
    line = open_line(os.ttyname(slave))
    with pytest.raises(DeviceUnavailable, match="no input device") as caught:
        must_be_input(line)
    assert "不是按键类输入设备" in caught.value.zh
    line.close()
    os.close(master)
    os.close(slave)
