"""Lines on real ptys and loopback sockets; the far ends are this file's own."""

from __future__ import annotations

import contextlib
import os
import socket
import termios
import threading
import time
import tty
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from devices.errors import DeviceTimeout, DeviceUnavailable
from devices.transport import LineSettings, open_line


@dataclass
class Pty:
    master: int
    slave: int
    path: str

    def hang_up(self) -> None:
        for fd in (self.master, self.slave):
            with contextlib.suppress(OSError):
                os.close(fd)


@pytest.fixture
def pty() -> Iterator[Pty]:
    master, slave = os.openpty()
    tty.setraw(slave)
    made = Pty(master, slave, os.ttyname(slave))
    yield made
    made.hang_up()


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as made:
        made.settimeout(60)
        yield made


def url(server: socket.socket) -> str:
    return f"socket://127.0.0.1:{server.getsockname()[1]}"


def read_exactly(fd: int, count: int) -> bytes:
    data = b""
    while len(data) < count:
        data += os.read(fd, count - len(data))
    return data


def test_a_pty_carries_all_byte_values_both_ways(pty: Pty) -> None:
    every = bytes(range(256))
    line = open_line(pty.path)
    line.write(every)
    assert read_exactly(pty.master, 256) == every
    os.write(pty.master, every)
    got = b""
    while len(got) < 256:
        got += line.read_some(1.0)
    assert got == every
    line.close()


def test_opening_sends_nothing_and_forgets_what_was_waiting(pty: Pty) -> None:
    os.write(pty.master, b"from an earlier conversation")
    line = open_line(pty.path)
    assert line.read_available() == b""
    os.set_blocking(pty.master, False)
    with pytest.raises(BlockingIOError):
        os.read(pty.master, 1)
    line.close()


def test_a_port_that_somebody_holds_is_not_taken(pty: Pty) -> None:
    line = open_line(pty.path)
    with pytest.raises(DeviceUnavailable, match="another program holds this port"):
        open_line(pty.path)
    line.close()
    open_line(pty.path).close()


def test_settings_reach_the_port(pty: Pty) -> None:
    settings = LineSettings(baud=19200, bytesize=7, parity="E", stopbits=2, flow="rtscts")
    line = open_line(pty.path, settings)
    _, _, cflag, _, ispeed, ospeed, _ = termios.tcgetattr(pty.slave)
    assert (ispeed, ospeed) == (termios.B19200, termios.B19200)
    assert cflag & termios.CSTOPB
    assert cflag & termios.CRTSCTS
    # The kernel's pty always reports 8 bits without parity; a drop of DTR at close is a real flag.
    assert not cflag & termios.HUPCL
    line.close()


def test_an_rs485_adapter_that_switches_by_itself_is_fine(pty: Pty) -> None:
    open_line(pty.path, LineSettings(rs485=True)).close()


def test_reading_waits_no_longer_than_asked(pty: Pty) -> None:
    line = open_line(pty.path)
    begun = time.monotonic()
    assert line.read_some(0.05) == b""
    assert 0.04 <= time.monotonic() - begun < 20
    assert line.read_available() == b""
    line.close()


def test_a_port_that_takes_nothing_times_out_and_closes_at_once(pty: Pty) -> None:
    line = open_line(pty.path)
    termios.tcflow(pty.slave, termios.TCOOFF)
    begun = time.monotonic()
    with pytest.raises(DeviceTimeout) as caught:
        line.write(b"A001", 0.05)
    assert caught.value.timeout_s == 0.05
    line.close()
    # The kernel would wait for half a minute.
    assert time.monotonic() - begun < 20


def test_a_long_write_goes_on_when_the_port_takes_bytes_again(pty: Pty) -> None:
    line = open_line(pty.path)
    data = os.urandom(100_000)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(read_exactly(pty.master, len(data))))
    reader.start()
    line.write(data, 5.0)
    reader.join(60)
    assert got == [data]
    line.close()


def test_an_unplugged_port_is_unavailable_for_reading_and_writing(pty: Pty) -> None:
    line = open_line(pty.path)
    pty.hang_up()
    with pytest.raises(DeviceUnavailable):
        line.read_some(1.0)
    with pytest.raises(DeviceUnavailable):
        line.read_available()
    with pytest.raises(DeviceUnavailable):
        line.write(b"x")
    line.close()


def test_a_closed_line_says_so_and_closes_twice(pty: Pty) -> None:
    line = open_line(pty.path)
    line.close()
    line.close()
    assert line.fileno() is None
    for use in (line.read_available, lambda: line.read_some(0.1), lambda: line.write(b"x")):
        with pytest.raises(DeviceUnavailable, match="closed"):
            use()


@pytest.mark.parametrize(
    ("port", "words"),
    [
        ("/dev/serial/by-id/usb-not-there", "no such port"),
        ("socket://127.0.0.1:1", "refused"),
        ("socket://nowhere", "expected socket://host:port"),
        ("socket://127.0.0.1:99999", "out of range"),
        ("carrier://pigeon", "unknown sort of port"),
        ("hwgrep://FTDI", "unknown sort of port"),
    ],
)
def test_a_port_that_cannot_be_opened_says_why(port: str, words: str) -> None:
    with pytest.raises(DeviceUnavailable, match=words):
        open_line(port)


def test_a_plain_file_is_no_port(tmp_path: Path) -> None:
    plain = tmp_path / "notes.txt"
    plain.write_text("keep me")
    with pytest.raises(DeviceUnavailable, match="not a serial port"):
        open_line(str(plain))
    assert plain.read_text() == "keep me"


def test_a_socket_carries_bytes_and_notices_the_end(server: socket.socket) -> None:
    line = open_line(url(server))
    far, _ = server.accept()
    with far:
        line.write(b"\x10\x04\x01")
        assert far.recv(16) == b"\x10\x04\x01"
        far.sendall(b"\x12")
        assert line.read_some(1.0) == b"\x12"
        assert line.fileno() is not None
    with pytest.raises(DeviceUnavailable):
        line.read_some(1.0)
    line.close()


def test_a_socket_whose_far_end_does_not_read_times_out(server: socket.socket) -> None:
    server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line = open_line(url(server))
    far, _ = server.accept()
    with far, pytest.raises(DeviceTimeout):
        line.write(bytes(20_000_000), 0.1)
    begun = time.monotonic()
    line.close()
    assert time.monotonic() - begun < 20


def test_loop_is_a_line_without_a_descriptor() -> None:
    line = open_line("loop://")
    assert line.fileno() is None
    line.write(b"abc")
    assert line.read_some(1.0) + line.read_available() == b"abc"
    assert line.read_some(0.01) == b""
    line.close()
    line.close()
    with pytest.raises(DeviceUnavailable):
        line.read_available()


def test_settings_that_no_port_has_are_refused_with_their_names() -> None:
    with pytest.raises(msgspec.ValidationError, match=r"9601.*baud"):
        msgspec.convert({"baud": 9601}, LineSettings)
    with pytest.raises(msgspec.ValidationError, match="parity"):
        msgspec.convert({"parity": "X"}, LineSettings)
    with pytest.raises(msgspec.ValidationError, match="speed"):
        msgspec.convert({"speed": 9600}, LineSettings)


def test_a_pty_takes_seven_bits_and_parity_as_often_as_it_is_opened(pty: Pty) -> None:
    settings = LineSettings(bytesize=7, parity="E", stopbits=2)
    for _ in range(3):
        line = open_line(pty.path, settings)
        line.write(b"A001")
        assert read_exactly(pty.master, 4) == b"A001"
        line.close()
