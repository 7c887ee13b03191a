"""The bench's ports: a pty behind a link, a TCP server, a Unix socket, a pipe of input records."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import stat
import struct
import termios
import tty
from pathlib import Path
from urllib.parse import urlsplit

from devices.hid.port import RECORDS
from devices.ports import SCHEMES
from devices.simwire import Wire

__all__ = ["PipeWire", "PtyWire", "SocketWire", "make_wire"]

#: A UART's driver keeps about so much for a program that does not read.
_UNREAD_LIMIT = 4000


def make_wire(name: str, port: str, baud: int, seed: int = 0) -> Wire:
    """Return the far end for ``port``.

    It is a path, ``socket://127.0.0.1:port``, ``mock:path`` or ``records:path``. Raises
    ``ValueError`` for a port that the bench cannot play.
    """
    if port.startswith(("socket://", "mock:")):
        return SocketWire(name, port, baud, seed)
    if port.startswith(RECORDS):
        return PipeWire(name, port, baud, seed)
    if "://" in port or port.startswith(SCHEMES):
        raise ValueError(f"line {name}: the bench plays ptys and socket://, not {port}")
    if Path(port).is_relative_to("/dev"):
        raise ValueError(f"line {name}: {port} is a place for real ports; the bench stays off it")
    return PtyWire(name, port, baud, seed)


class PtyWire(Wire):
    """A pty; ``port`` is a symbolic link to the end that the driver opens.

    The wire keeps that end open too: so a driver may close and open again, as with a real port,
    without the pty going away.
    """

    _master = -1
    _slave = -1

    def plug(self) -> None:
        """Make a pty and link to it. Raises ``FileExistsError`` over anything but a link."""
        if self.plugged:
            return
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self._link(os.ttyname(self._slave))
        self.plugged = True
        self._remember(self._master)
        self._hold(held="stall" in self.faults)
        self.greet()

    def unplug(self) -> None:
        """Hang up and remove the link."""
        if not self.plugged:
            return
        self.plugged = False
        self._forget(self._master)
        link = Path(self.port)
        if link.is_symlink():
            link.unlink()
        # Closing the far end first: the driver's read must see a hang-up, not an empty line.
        os.close(self._master)
        os.close(self._slave)

    def _link(self, target: str) -> None:
        link = Path(self.port)
        link.parent.mkdir(parents=True, exist_ok=True)
        if link.exists() and not link.is_symlink():
            os.close(self._master)
            os.close(self._slave)
            raise FileExistsError(f"{link} exists and is not a link; the bench will not replace it")
        fresh = link.with_name(f".{link.name}.new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(target)
        fresh.replace(link)

    def _put(self, data: bytes) -> None:
        unread = struct.unpack("I", fcntl.ioctl(self._slave, termios.FIONREAD, b"\0\0\0\0"))[0]
        if unread + len(data) > _UNREAD_LIMIT:
            self.overrun += len(data)
            return
        try:
            sent = os.write(self._master, data)
        except BlockingIOError:
            sent = 0
        self.overrun += len(data) - sent

    def _hold(self, *, held: bool) -> None:
        if self.plugged:
            # As a busy printer's CTS does: the very next write finds no room.
            termios.tcflow(self._slave, termios.TCOOFF if held else termios.TCOON)


class SocketWire(Wire):
    """A server on loopback.

    TCP takes one client and refuses a second, as printers on port 9100 do. ``mock:`` paths (the
    Pi's pins) take several: each lamp and button comes by itself. There what finds no room waits
    until there is: a scanner's page is larger than a socket.
    """

    def __init__(self, name: str, port: str, baud: int, seed: int = 0) -> None:
        super().__init__(name, port, baud, seed)
        self._server: socket.socket | None = None
        self._clients: dict[int, socket.socket] = {}
        self._waiting: dict[int, bytearray] = {}
        self._path = Path(port.removeprefix("mock:")) if port.startswith("mock:") else None

    def plug(self) -> None:
        """Listen; a TCP port 0 takes a free one and ``port`` says which."""
        if self.plugged:
            return
        self._server = self._listen()
        self._server.setblocking(False)
        self._server.listen(8)
        self._loop.add_reader(self._server.fileno(), self._accept)
        self.plugged = True

    def unplug(self) -> None:
        """Drop the clients and refuse new ones."""
        if not self.plugged or self._server is None:
            return
        self.plugged = False
        self._loop.remove_reader(self._server.fileno())
        self._server.close()
        for fd in tuple(self._clients):
            self._hung_up(fd)
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    def _listen(self) -> socket.socket:
        if self._path is not None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if self._path.exists():
                if not stat.S_ISSOCK(self._path.stat().st_mode):
                    raise FileExistsError(f"{self._path} exists and is not a socket")
                self._path.unlink()
            server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            server.bind(str(self._path))
            return server
        address = urlsplit(self.port)
        if address.hostname not in {"127.0.0.1", "localhost"} or address.port is None:
            raise ValueError(f"line {self.name}: the bench serves socket://127.0.0.1:port only")
        server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Little room, so that a stalled device stalls its driver soon.
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        server.bind(("127.0.0.1", address.port))
        self.port = f"socket://127.0.0.1:{server.getsockname()[1]}"
        return server

    def _accept(self) -> None:
        if self._server is None:
            return
        try:
            client, _ = self._server.accept()
        except OSError:
            return
        if self._path is None and self._clients:
            client.close()
            return
        client.setblocking(False)
        if self._path is None:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._clients[client.fileno()] = client
        self._remember(client.fileno())
        self.greet()

    def _hung_up(self, fd: int) -> None:
        super()._hung_up(fd)
        client = self._clients.pop(fd, None)
        if client is None:
            return
        if self._waiting.pop(fd, None) is not None:
            self._loop.remove_writer(fd)
        if not self.plugged and self._path is None:
            # Unplugged: no polite goodbye for what is on its way.
            with contextlib.suppress(OSError):
                linger = struct.pack("ii", 1, 0)
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        client.close()

    def _put(self, data: bytes) -> None:
        for fd, client in tuple(self._clients.items()):
            try:
                sent = 0 if fd in self._waiting else client.send(data)
            except BlockingIOError:
                sent = 0
            except OSError:
                self._hung_up(fd)
                continue
            if self._path is None:
                self.overrun += len(data) - sent
            elif sent < len(data):
                self._wait_for_room(fd, data[sent:])

    def _wait_for_room(self, fd: int, data: bytes) -> None:
        if fd not in self._waiting:
            self._waiting[fd] = bytearray()
            self._loop.add_writer(fd, self._send_on, fd)
        self._waiting[fd] += data

    def _send_on(self, fd: int) -> None:
        rest = self._waiting[fd]
        try:
            del rest[: self._clients[fd].send(rest)]
        except BlockingIOError:
            return
        except OSError:
            self._hung_up(fd)
            return
        if not rest:
            del self._waiting[fd]
            self._loop.remove_writer(fd)

    def hang_up(self) -> None:
        """Drop the clients."""
        for fd in tuple(self._clients):
            self._hung_up(fd)

    def _hold(self, *, held: bool) -> None:
        """Not reading is all that a socket needs: its room fills."""


class PipeWire(Wire):
    """A named pipe that brings input records, one way; the wire alone writes to it."""

    _fd = -1

    def plug(self) -> None:
        """Make the pipe and hold its writing end. Raises ``FileExistsError`` over anything else."""
        if self.plugged:
            return
        pipe = Path(self.port.removeprefix(RECORDS))
        pipe.parent.mkdir(parents=True, exist_ok=True)
        if pipe.exists():
            if not pipe.is_fifo():
                raise FileExistsError(f"{pipe} exists and is not a pipe")
            pipe.unlink()
        os.mkfifo(pipe, 0o600)
        # For writing alone it could not be opened before somebody reads.
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        self._fd = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        os.close(reader)
        self.plugged = True
        self.greet()

    def unplug(self) -> None:
        """Let go of the pipe, which tells its reader, and remove it."""
        if not self.plugged:
            return
        self.plugged = False
        Path(self.port.removeprefix(RECORDS)).unlink(missing_ok=True)
        os.close(self._fd)

    def _put(self, data: bytes) -> None:
        # Nobody reads, or somebody does not keep up: what finds no room is lost.
        try:
            sent = os.write(self._fd, data)
        except (BlockingIOError, BrokenPipeError):
            sent = 0
        self.overrun += len(data) - sent

    def _hold(self, *, held: bool) -> None:
        """Nothing comes from the driver."""
