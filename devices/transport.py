"""Opens every byte stream of the hall: serial ports, ptys, sockets.

A port is a stable path (``/dev/serial/by-id/usb-...``, a pty's link), ``socket://host:port``,
``rfc2217://host:port`` or ``loop://``: pyserial's URLs. pyserial opens and sets serial ports;
reading and writing then go straight to the descriptor, because its own write waits for the port
after every piece. A plain socket is ours altogether: pyserial's has no write timeout that holds
on the last piece, waits 0.3 s at each close, and cannot be told how long to connect.

Opening sends nothing, discards what was waiting (it belongs to an earlier conversation) and takes
an advisory lock (``flock``), so two programs that respect it never share a port.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import select
import socket
import stat
import struct
import termios
import time
from pathlib import Path
from typing import Literal, Protocol
from urllib.parse import urlsplit

import msgspec
import serial
import serial.rs485

from devices.base import Line
from devices.errors import DeviceTimeout, DeviceUnavailable

__all__ = ["Baud", "LineSettings", "open_line"]

Baud = Literal[1200, 2400, 4800, 9600, 14400, 19200, 38400, 57600, 115200, 230400, 460800, 921600]

_READ_SIZE = 4096
_DRAIN_S = 0.5
_GONE = {errno.EIO, errno.ENXIO, errno.ENODEV, errno.EBADF, errno.EPIPE, errno.ECONNRESET}
_REASONS = {
    errno.ENOENT: "no such port (is it plugged in?)",
    errno.EACCES: "no permission (is the user in the group dialout?)",
    errno.EAGAIN: "another program holds this port",
    errno.EBUSY: "another program holds this port",
    errno.ECONNREFUSED: "connection refused (is the device on?)",
    errno.EIO: "the port hung up",
}


class LineSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to speak on a line; all but ``connect_timeout_s`` mean nothing to a socket."""

    baud: Baud = 9600
    bytesize: Literal[5, 6, 7, 8] = 8
    parity: Literal["N", "E", "O"] = "N"
    stopbits: Literal[1, 2] = 1
    #: Flow control: ``rtscts`` for a printer whose busy line is wired, ``xonxoff`` seldom.
    flow: Literal["none", "rtscts", "xonxoff"] = "none"
    #: Ask the kernel to switch the bus direction by RTS. USB adapters that switch by themselves
    #: refuse this, which is fine.
    rs485: bool = False
    exclusive: bool = True
    connect_timeout_s: float = 2.0


def open_line(port: str, settings: LineSettings | None = None) -> Line:
    """Open ``port``. Raises ``DeviceUnavailable`` when it is not there or somebody holds it."""
    settings = settings or LineSettings()
    scheme = port.partition("://")[0] if "://" in port else ""
    if scheme == "socket":
        return _FdLine(port, _connect(port, settings))
    if scheme in {"loop", "rfc2217"}:
        return _UrlLine(port, settings)
    if scheme:
        raise DeviceUnavailable(port, f"unknown sort of port {scheme}://")
    return _FdLine(port, _SerialEnd(port, settings))


class _End(Protocol):
    """What a descriptor line needs beside the descriptor."""

    fd: int

    def waiting(self) -> int:
        """Return the bytes that were written and have not left yet."""

    def discard(self) -> None:
        """Drop what has not left yet."""

    def close(self) -> None:
        """Close the descriptor."""


class _FdLine:
    """A line on a non-blocking descriptor: one ``write``, and ``poll`` only when it is full."""

    def __init__(self, port: str, end: _End) -> None:
        self.port = port
        self._end: _End | None = end
        self._fd = end.fd
        self._readable = select.poll()
        self._readable.register(self._fd, select.POLLIN)
        self._writable = select.poll()
        self._writable.register(self._fd, select.POLLOUT)
        self._stalled = False

    def fileno(self) -> int | None:
        return self._fd if self._end is not None else None

    def read_available(self) -> bytes:
        self._must_be_open()
        data = self._read()
        # A raw terminal reads b"" when nothing is there, as it does after a hang-up. Poll tells
        # them apart, or a byte came in between: then the second look has it.
        if not data and self._readable.poll(0):
            data = self._read()
            if not data:
                raise DeviceUnavailable(self.port, "the other end hung up")
        return data

    def read_some(self, timeout_s: float) -> bytes:
        self._must_be_open()
        if not self._readable.poll(max(0.0, timeout_s) * 1000):
            return b""
        return self.read_available()

    def write(self, data: bytes, timeout_s: float = 2.0) -> None:
        self._must_be_open()
        rest = memoryview(data)
        deadline = 0.0
        while rest:
            try:
                sent = os.write(self._fd, rest)
            except BlockingIOError:
                sent = 0
            except OSError as error:
                raise DeviceUnavailable(self.port, _reason(error)) from error
            rest = rest[sent:]
            if not rest:
                break
            now = time.monotonic()
            deadline = deadline or now + timeout_s
            # A hang-up makes poll return at once; the write that follows says which one it is.
            if now >= deadline or not self._writable.poll((deadline - now) * 1000):
                self._stalled = True
                raise DeviceTimeout(f"writing to {self.port}", timeout_s)
        self._stalled = False

    def close(self) -> None:
        end, self._end = self._end, None
        if end is None:
            return
        # The kernel would hold a close back for up to 30 s on a port that takes nothing.
        deadline = time.monotonic() + (0.0 if self._stalled else _DRAIN_S)
        with contextlib.suppress(OSError, termios.error):
            while end.waiting() and time.monotonic() < deadline:
                time.sleep(0.005)
            if end.waiting():
                end.discard()
        end.close()

    def _read(self) -> bytes:
        try:
            return os.read(self._fd, _READ_SIZE)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise DeviceUnavailable(self.port, _reason(error)) from error

    def _must_be_open(self) -> None:
        if self._end is None:
            raise DeviceUnavailable(self.port, "the port is closed")


class _SerialEnd:
    """A serial port or pty, opened and set by pyserial."""

    def __init__(self, port: str, settings: LineSettings) -> None:
        if _is_pty(_must_be_terminal(port)):
            # It carries bytes, no bits: Debian's C library refuses a parity there the second time.
            settings = msgspec.structs.replace(settings, bytesize=8, parity="N")
        try:
            self._serial = serial.Serial()
            _configure(self._serial, port, settings)
            self._serial.exclusive = settings.exclusive or None
            self._serial.open()
        except (OSError, ValueError, termios.error) as error:
            raise DeviceUnavailable(port, _reason(error)) from error
        self.fd = self._serial.fileno()
        self._keep_dtr()
        with contextlib.suppress(OSError, ValueError, NotImplementedError):
            # FTDI adapters otherwise hold short answers back for 16 ms.
            self._serial.set_low_latency_mode(True)
        if settings.rs485:
            with contextlib.suppress(OSError, ValueError, NotImplementedError):
                self._serial.rs485_mode = serial.rs485.RS485Settings()

    def _keep_dtr(self) -> None:
        """Leave DTR up at close: many boards reset, some printers go offline, when it drops."""
        with contextlib.suppress(termios.error):
            attributes = termios.tcgetattr(self.fd)
            attributes[2] &= ~termios.HUPCL
            termios.tcsetattr(self.fd, termios.TCSANOW, attributes)

    def waiting(self) -> int:
        return _out_queue(self.fd)

    def discard(self) -> None:
        termios.tcflush(self.fd, termios.TCOFLUSH)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._serial.close()


class _SocketEnd:
    """A TCP stream."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self.fd = sock.fileno()

    def waiting(self) -> int:
        # What a socket still holds, the kernel sends on after the close without blocking us.
        return 0

    def discard(self) -> None:
        return None

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)
        self._sock.close()


class _UrlLine:
    """``loop://`` and ``rfc2217://``: pyserial all the way, without a descriptor."""

    def __init__(self, port: str, settings: LineSettings) -> None:
        self.port = port
        try:
            self._serial = serial.serial_for_url(port, do_not_open=True)
            _configure(self._serial, port, settings)
            self._serial.open()
        except (OSError, ValueError) as error:
            raise DeviceUnavailable(port, _reason(error)) from error
        self._closed = False

    def fileno(self) -> int | None:
        return None

    def read_available(self) -> bytes:
        return self._read(0.0)

    def read_some(self, timeout_s: float) -> bytes:
        return self._read(max(0.0, timeout_s))

    def write(self, data: bytes, timeout_s: float = 2.0) -> None:
        self._must_be_open()
        try:
            self._serial.write_timeout = timeout_s
            self._serial.write(data)
        except serial.SerialTimeoutException as error:
            raise DeviceTimeout(f"writing to {self.port}", timeout_s) from error
        except (OSError, ValueError) as error:
            raise DeviceUnavailable(self.port, _reason(error)) from error

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            with contextlib.suppress(OSError):
                self._serial.close()

    def _read(self, timeout_s: float) -> bytes:
        self._must_be_open()
        try:
            self._serial.timeout = timeout_s
            first = self._serial.read(1) if timeout_s else b""
            waiting = self._serial.in_waiting
            return bytes(first + self._serial.read(waiting) if waiting else first)
        except (OSError, ValueError) as error:
            raise DeviceUnavailable(self.port, _reason(error)) from error

    def _must_be_open(self) -> None:
        if self._closed:
            raise DeviceUnavailable(self.port, "the port is closed")


def _configure(port_object: serial.Serial, port: str, settings: LineSettings) -> None:
    port_object.port = port
    port_object.baudrate = settings.baud
    port_object.bytesize = settings.bytesize
    port_object.parity = settings.parity
    port_object.stopbits = settings.stopbits
    port_object.rtscts = settings.flow == "rtscts"
    port_object.xonxoff = settings.flow == "xonxoff"
    port_object.timeout = 0


def _connect(port: str, settings: LineSettings) -> _SocketEnd:
    address = urlsplit(port)
    try:
        host, number = address.hostname, address.port
        if not host or number is None:
            raise DeviceUnavailable(port, "expected socket://host:port")
        sock = socket.create_connection((host, number), timeout=settings.connect_timeout_s)
    except (OSError, ValueError) as error:
        if isinstance(error, DeviceUnavailable):
            raise
        raise DeviceUnavailable(port, _reason(error)) from error
    sock.setblocking(False)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    # A pulled network cable says nothing: ask after 1 s of silence, give up after 3 s.
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 2)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 3000)
    return _SocketEnd(sock)


def _must_be_terminal(port: str) -> os.stat_result:
    """Refuse a plain file or a missing path before pyserial words it less clearly."""
    try:
        found = Path(port).stat()
    except OSError as error:
        raise DeviceUnavailable(port, _reason(error)) from error
    if not stat.S_ISCHR(found.st_mode):
        raise DeviceUnavailable(port, "this is not a serial port")
    return found


def _is_pty(found: os.stat_result) -> bool:
    """Say whether a character device is the near end of a pty (Linux numbers them so)."""
    return os.major(found.st_rdev) in range(136, 144)


def _out_queue(fd: int) -> int:
    return int(struct.unpack("I", fcntl.ioctl(fd, termios.TIOCOUTQ, b"\0\0\0\0"))[0])


def _reason(error: BaseException) -> str:
    number = getattr(error, "errno", None)
    if number in _REASONS:
        return _REASONS[number]
    if number in _GONE:
        return f"the other end is gone ({os.strerror(number)})"
    if number is not None:
        return os.strerror(number)
    return str(error) or type(error).__name__
