"""TCP lines: printers on port 9100, LED cards on 5005, serial servers.

A plain socket is ours altogether: pyserial's has no write timeout that holds on the last piece,
waits 0.3 s at each close, and cannot be told how long to connect.
"""

from __future__ import annotations

import contextlib
import socket
from urllib.parse import urlsplit

__all__ = ["SocketEnd", "connect"]

#: A connection whose far end says nothing for so long, asked, is gone.
_UNHEARD_MS = 2000


class SocketEnd:
    """The near end of a TCP stream."""

    empty_is_hang_up = True

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self.fd = sock.fileno()

    def waiting(self) -> int:
        """Return 0: what a socket still holds, the kernel sends on after the close."""
        return 0

    def discard(self) -> None:
        """Do nothing: nothing holds the close back."""

    def close(self) -> None:
        """Close the connection."""
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)
        self._sock.close()


def connect(port: str, timeout_s: float) -> SocketEnd:
    """Connect to ``socket://host:port``. Raises ``OSError``, ``ValueError`` for another form."""
    address = urlsplit(port)
    host, number = address.hostname, address.port
    if not host or number is None:
        raise ValueError("expected socket://host:port")
    sock = socket.create_connection((host, number), timeout=timeout_s)
    sock.setblocking(False)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    # A pulled network cable says nothing. The kernel asks after 1 s without a byte and gives up 1 s
    # later: its steps are whole seconds, so 2 s is the soonest that a silent connection can be told
    # from a quiet one. Who must know sooner asks itself, as printers are asked each second.
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1)
    # This decides instead of the count of probes, and for bytes that nobody acknowledges.
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNHEARD_MS)
    return SocketEnd(sock)
