"""JSON lines over a Unix socket, with a deadline and nothing but the standard library.

Both sockets speak so: the daemon's (JSON-RPC 2.0) and the bench's.
"""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path
from typing import Any, Self

__all__ = ["LineSocket"]

_READ_SIZE = 262_144


class LineSocket:
    """One connection. Every method raises ``OSError``; ``TimeoutError`` is one of them."""

    def __init__(self, path: Path, timeout_s: float) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._buffer = bytearray()
        try:
            self._socket.settimeout(timeout_s)
            self._socket.connect(str(path))
        except BaseException:
            self._socket.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def send(self, message: dict[str, Any]) -> None:
        """Send one message."""
        line = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
        self._socket.sendall(line.encode() + b"\n")

    def receive(self, timeout_s: float | None) -> dict[str, Any]:
        """Return the next message; ``None`` waits for ever.

        Raises ``ConnectionError`` when the other side hung up or says what is no JSON object.
        """
        until_s = None if timeout_s is None else time.monotonic() + timeout_s
        searched = 0
        while (end := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            if until_s is None:
                self._socket.settimeout(None)
            else:
                left_s = until_s - time.monotonic()
                if left_s <= 0:
                    raise TimeoutError
                self._socket.settimeout(left_s)
            data = self._socket.recv(_READ_SIZE)
            if not data:
                raise ConnectionResetError
            self._buffer += data
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return _object(line)


def _object(line: bytes) -> dict[str, Any]:
    try:
        message = json.loads(line)
    except ValueError as error:
        raise ConnectionAbortedError("the answer is not JSON") from error
    if not isinstance(message, dict):
        raise ConnectionAbortedError("the answer is not an object")
    return message
