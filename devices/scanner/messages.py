"""Messages between the daemon and a child that works on pictures, on a socket between the two.

    4  length of the head, big endian
    n  head: JSON
    m  content: ``size`` bytes, as the head says

Whoever hangs up in between is gone; what is longer than the bounds is no message.
"""

from __future__ import annotations

import socket
import struct
import time
from typing import Any

import msgspec

__all__ = ["GarbledMessage", "receive", "send"]

MOST_HEAD = 1 << 16
#: A page, decoded, or a file of pages.
MOST_CONTENT = 100 << 20
_PIECE = 1 << 20
_HEADS = msgspec.json.Decoder(dict[str, Any])


class GarbledMessage(ValueError):
    """The other end does not speak as it should."""


def send(
    end: socket.socket,
    head: dict[str, Any],
    content: bytes | bytearray | memoryview,
    limit_s: float,
) -> None:
    """Send one message. Raises ``TimeoutError`` after ``limit_s``, else ``OSError``."""
    until = time.monotonic() + limit_s
    packed = msgspec.json.encode({**head, "size": len(content)})
    _give(end, memoryview(struct.pack(">I", len(packed)) + packed), until)
    _give(end, memoryview(content), until)


def receive(end: socket.socket, limit_s: float) -> tuple[dict[str, Any], bytearray] | None:
    """Return the next message, None when the other end hung up before it began.

    Raises ``TimeoutError``, ``GarbledMessage``, ``EOFError`` in the middle of one, ``OSError``.
    """
    until = time.monotonic() + limit_s
    first = bytearray(4)
    if not _take(end, first, until, may_end=True):
        return None
    (length,) = struct.unpack(">I", first)
    if not 2 <= length <= MOST_HEAD:
        raise GarbledMessage("the head is too long")
    packed = bytearray(length)
    _take(end, packed, until)
    try:
        head = _HEADS.decode(packed)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise GarbledMessage("the head is no JSON") from None
    size = head.get("size")
    if not isinstance(size, int) or not 0 <= size <= MOST_CONTENT:
        raise GarbledMessage("the content is too long")
    content = bytearray(size)
    _take(end, content, until)
    return head, content


def _give(end: socket.socket, rest: memoryview, until: float) -> None:
    while rest:
        end.settimeout(_left(until))
        rest = rest[end.send(rest[:_PIECE]) :]


def _take(end: socket.socket, into: bytearray, until: float, *, may_end: bool = False) -> bool:
    with memoryview(into) as rest:
        at = 0
        while at < len(rest):
            end.settimeout(_left(until))
            got = end.recv_into(rest[at:])
            if not got and may_end and not at:
                return False
            if not got:
                raise EOFError
            at += got
    return True


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
