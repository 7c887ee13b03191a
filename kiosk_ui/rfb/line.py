"""The line to a server: TCP or a Unix socket, in the clear until TLS begins."""

from __future__ import annotations

import errno
import os
import select
import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kiosk_ui.rfb.access import Trust
from kiosk_ui.rfb.errors import RfbError

if TYPE_CHECKING:
    from kiosk_ui.rfb.tls import Tls

__all__ = ["Address", "Line"]

#: RFB's port for display 0.
PORT = 5900
_AT_ONCE = 131_072
#: What we say is short; a server that does not take it for so long does not read.
_SEND_S = 2.0


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server listens: ``host`` and ``port``, or the ``path`` of a Unix socket."""

    host: str = ""
    port: int = PORT
    path: str = ""

    @classmethod
    def parsed(cls, text: str) -> Address:
        """Read ``10.0.0.7``, ``pc7:5901``, ``[fe80::1]:5900`` or ``/run/x.sock``. ValueError."""
        if text.startswith("/"):
            return cls(path=text)
        host, port = text, ""
        if text.startswith("["):
            host, bracket, port = text[1:].partition("]")
            if not bracket or (port and not port.startswith(":")):
                raise ValueError(f"not an address: {text!r}")
            port = port[1:]
        elif text.count(":") == 1:
            host, _, port = text.partition(":")
        if not host or (port and not (port.isdecimal() and 0 < int(port) < 65_536)):
            raise ValueError(f"not an address: {text!r}")
        return cls(host, int(port) if port else PORT)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.path or f"{host}:{self.port}"


class Line:
    """One connection. Every call may raise RfbError; then, too, it is to be closed."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._tls: Tls | None = None
        try:
            family, where = _found(address)
            self._socket = socket.socket(family, socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:  # a name that cannot be one is the latter
            raise RfbError("unreachable", f"{address}: {error}") from error
        self._socket.setblocking(False)
        try:
            code = self._socket.connect_ex(where)
        except OSError as error:  # a path that is too long is not a code
            self._socket.close()
            raise RfbError("unreachable", f"{address}: {error}") from error
        self._connecting = code == errno.EINPROGRESS
        if code and not self._connecting:
            self._socket.close()
            raise RfbError("unreachable", f"{address}: {os.strerror(code)}")
        if family != socket.AF_UNIX:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._timeout_s = 0.0

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def connected(self, timeout_s: float) -> bool:
        """Wait for the connection, so long at most; return whether it is there."""
        if self._connecting:
            poll = select.poll()
            poll.register(self._socket, select.POLLOUT)
            if not poll.poll(timeout_s * 1000):
                return False
            code = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if code:
                raise RfbError("unreachable", f"{self._address}: {os.strerror(code)}")
            self._connecting = False
        return True

    def begin_tls(self, trust: Trust) -> None:
        """From here on all is TLS. RfbError (``tls``) where it cannot be set up here."""
        # OpenSSL is 5 MB, which a server without TLS never needs.
        from kiosk_ui.rfb.tls import Tls

        try:
            self._tls = Tls(trust, self._address.host)
        except (OSError, ValueError) as error:
            raise RfbError("tls", f"cannot be set up here: {error}") from error
        self._tls.receive(b"")
        self._put(self._tls.to_send())

    @property
    def encrypted(self) -> bool:
        """True once TLS is up and the certificate was found good."""
        return self._tls is not None and self._tls.up

    def send(self, data: bytes) -> None:
        """Send it all."""
        if not data:
            return
        if self._tls is not None:
            self._tls.send(data)
            data = self._tls.to_send()
        self._put(data)

    def gather(self, seconds: float) -> None:
        """Let bytes come, for the next ``receive`` to bring many at once."""
        time.sleep(seconds)

    def receive(self, timeout_s: float) -> bytes:
        """Wait so long at most; return what came, none for nothing that could be read yet."""
        # A timeout of nothing would make the socket say so in another way.
        timeout_s = max(timeout_s, 0.001)
        try:
            if timeout_s != self._timeout_s:
                self._socket.settimeout(timeout_s)
                self._timeout_s = timeout_s
            data = self._socket.recv(_AT_ONCE)
        except TimeoutError:
            return b""
        except OSError as error:
            raise RfbError("closed", error.strerror or "") from error
        if not data:
            raise RfbError("closed", "the server hung up")
        if self._tls is None:
            return data
        plain = self._tls.receive(data)
        self._put(self._tls.to_send())
        return plain

    def _put(self, data: bytes) -> None:
        if not data:
            return
        try:
            if self._timeout_s != _SEND_S:
                self._socket.settimeout(_SEND_S)
                self._timeout_s = _SEND_S
            self._socket.sendall(data)
        except TimeoutError as error:
            raise RfbError("timeout", "it does not read") from error
        except OSError as error:
            raise RfbError("closed", error.strerror or "") from error


def _found(address: Address) -> tuple[int, Any]:
    """Look the host up: the first of its addresses, as its family has them."""
    if address.path:
        return socket.AF_UNIX, address.path
    found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    return found[0][0], found[0][4]
