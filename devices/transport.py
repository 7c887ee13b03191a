"""Opens every byte stream of the hall: serial ports, ptys, sockets.

A port is a stable path (``/dev/serial/by-path/...``, a pty's link), a USB identity (``usb:...``:
``devices.ports``), ``socket://host:port``, ``rfc2217://host:port`` or ``loop://``: pyserial's URLs.
A USB printer is the file of its class (``/dev/usb/lp0``); what types is a node of ``/dev/input``
or ``hid:...`` (``devices.hid.port``). pyserial opens and sets serial ports; reading and writing
then go straight to the descriptor, because its own write waits for the port after every piece. A
plain socket is ours altogether: pyserial's has no write timeout that holds on the last piece, waits
0.3 s at each close, and cannot be told how long to connect.

Opening sends nothing, discards what was waiting (it belongs to an earlier conversation) and takes
an advisory lock (``flock``), so two programs that respect it never share a port.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import stat
import struct
import termios
import time
from pathlib import Path
from typing import Literal, Protocol

import msgspec
import serial
import serial.rs485

from devices.base import Line
from devices.errors import DeviceTimeout, DeviceUnavailable, PortAbsent
from devices.hid.port import INPUT_MAJOR, RECORDS, InputEnd, PipeEnd
from devices.ports import SCHEMES, resolve
from devices.printer_port import USB_MAJOR, PrinterEnd
from devices.reasons import reason
from devices.socket_port import connect
from devices.usb import DEV, SYS

__all__ = ["Baud", "LineSettings", "open_line"]

Baud = Literal[1200, 2400, 4800, 9600, 14400, 19200, 38400, 57600, 115200, 230400, 460800, 921600]

_READ_SIZE = 4096
_DRAIN_S = 0.5
_CLOSED = ("the port is closed", "端口已关闭")
_HUNG_UP = ("the other end hung up", "对方已断开")


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


def open_line(
    port: str, settings: LineSettings | None = None, *, sys: Path = SYS, dev: Path = DEV
) -> Line:
    """Open ``port``.

    Raises ``PortAbsent`` when it is not there, and ``DeviceUnavailable`` when somebody holds it or
    it is not told clearly which one is meant. ``sys`` and ``dev`` are the kernel's folders, where
    a ``usb:`` or ``hid:`` port is looked up.
    """
    settings = settings or LineSettings()
    if port.startswith(SCHEMES):
        return _open_file(port, resolve(port, sys=sys, dev=dev), settings)
    if port.startswith(RECORDS):
        try:
            return _FdLine(port, PipeEnd(port))
        except OSError as error:
            if isinstance(error, DeviceUnavailable):
                raise
            raise DeviceUnavailable(port, *reason(error)) from error
    scheme = port.partition("://")[0] if "://" in port else ""
    if scheme == "socket":
        try:
            return _FdLine(port, connect(port, settings.connect_timeout_s))
        except (OSError, ValueError) as error:
            raise DeviceUnavailable(port, *reason(error)) from error
    if scheme in {"loop", "rfc2217"}:
        return _UrlLine(port, settings)
    if scheme:
        raise DeviceUnavailable(port, f"unknown sort of port {scheme}://")
    return _open_file(port, port, settings)


def _open_file(port: str, path: str, settings: LineSettings) -> _FdLine:
    """Open a file of ``/dev``; ``port`` is what the configuration calls it."""
    try:
        major = os.major(_must_be_terminal(port, path).st_rdev)
        if major == USB_MAJOR:
            return _FdLine(port, PrinterEnd(path, exclusive=settings.exclusive))
        if major == INPUT_MAJOR:
            return _FdLine(port, InputEnd(port, path))
        return _FdLine(port, _SerialEnd(path, settings))
    except (OSError, ValueError, termios.error) as error:
        if isinstance(error, DeviceUnavailable):
            raise
        raise DeviceUnavailable(port, *reason(error)) from error


class _End(Protocol):
    """What a descriptor line needs beside the descriptor."""

    fd: int
    #: Whether reading nothing from a readable descriptor says that the other end is gone.
    empty_is_hang_up: bool

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
            if not data and self._end_is_gone():
                raise DeviceUnavailable(self.port, *_HUNG_UP)
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
                raise DeviceUnavailable(self.port, *reason(error)) from error
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

    def _end_is_gone(self) -> bool:
        if self._end is None or self._end.empty_is_hang_up:
            return True
        gone = select.POLLHUP | select.POLLERR
        return any(events & gone for _, events in self._readable.poll(0))

    def _read(self) -> bytes:
        try:
            return os.read(self._fd, _READ_SIZE)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise DeviceUnavailable(self.port, *reason(error)) from error

    def _must_be_open(self) -> None:
        if self._end is None:
            raise DeviceUnavailable(self.port, *_CLOSED)


class _SerialEnd:
    """A serial port or pty, opened and set by pyserial. Raises as pyserial does."""

    empty_is_hang_up = True

    def __init__(self, path: str, settings: LineSettings) -> None:
        if _is_pty(Path(path).stat()):
            # It carries bytes, no bits: Debian's C library refuses a parity there the second time.
            settings = msgspec.structs.replace(settings, bytesize=8, parity="N")
        self._serial = serial.Serial()
        _configure(self._serial, path, settings)
        self._serial.exclusive = settings.exclusive or None
        self._serial.open()
        self.fd = self._serial.fileno()
        self._keep_dtr()
        # Both are a gain where the port has them; pyserial raises any of these where it has not.
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


class _UrlLine:
    """``loop://`` and ``rfc2217://``: pyserial all the way, without a descriptor."""

    def __init__(self, port: str, settings: LineSettings) -> None:
        self.port = port
        try:
            self._serial = serial.serial_for_url(port, do_not_open=True)
            _configure(self._serial, port, settings)
            self._serial.open()
        except (OSError, ValueError) as error:
            raise DeviceUnavailable(port, *reason(error)) from error
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
            raise DeviceUnavailable(self.port, *reason(error)) from error

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
            raise DeviceUnavailable(self.port, *reason(error)) from error

    def _must_be_open(self) -> None:
        if self._closed:
            raise DeviceUnavailable(self.port, *_CLOSED)


def _configure(port_object: serial.Serial, port: str, settings: LineSettings) -> None:
    port_object.port = port
    port_object.baudrate = settings.baud
    port_object.bytesize = settings.bytesize
    port_object.parity = settings.parity
    port_object.stopbits = settings.stopbits
    port_object.rtscts = settings.flow == "rtscts"
    port_object.xonxoff = settings.flow == "xonxoff"
    port_object.timeout = 0


def _must_be_terminal(port: str, path: str) -> os.stat_result:
    """Refuse a plain file or a missing path before pyserial words it less clearly."""
    try:
        found = Path(path).stat()
    except FileNotFoundError as error:
        raise PortAbsent(port, *reason(error)) from error
    if not stat.S_ISCHR(found.st_mode):
        raise DeviceUnavailable(port, "this is not a serial port", "这不是串口")
    return found


def _is_pty(found: os.stat_result) -> bool:
    """Say whether a character device is the near end of a pty (Linux numbers them so)."""
    return os.major(found.st_rdev) in range(136, 144)


def _out_queue(fd: int) -> int:
    return int(struct.unpack("I", fcntl.ioctl(fd, termios.TIOCOUTQ, b"\0\0\0\0"))[0])
