"""A TCP port on loopback before the bench's Unix socket, as a network scanner has one."""

from __future__ import annotations

import selectors
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["relay"]


@contextmanager
def relay(path: Path) -> Iterator[int]:
    """Pass bytes on in both directions; give the port."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError), socket.socket(socket.AF_UNIX) as far:
                far.connect(str(path))
                _pump(self.request, far)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), name="relay")
        thread.start()
        try:
            yield int(server.server_address[1])
        finally:
            server.shutdown()
            thread.join()


def _pump(near: socket.socket, far: socket.socket) -> None:
    with selectors.DefaultSelector() as both:
        both.register(near, selectors.EVENT_READ, far)
        both.register(far, selectors.EVENT_READ, near)
        while True:
            for key, _ in both.select():
                data = socket.socket.recv(key.fileobj, 65536)  # type: ignore[arg-type]
                if not data:
                    return
                key.data.sendall(data)
