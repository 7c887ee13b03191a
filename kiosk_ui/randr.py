"""What of an X desktop can be seen on a panel: asked of the X server itself, over its socket.

SDL hears of a cable that is pulled, but not of an output that somebody turned off, and does not say
which of two it was. The extension RandR knows both (X11 protocol, chapters 8 and 9 and appendix B;
randrproto.txt 1.3). Nothing is probed: the server tells what it knows. Errors are answers here,
where Xlib would end the process. Tried with Xorg 21.1 (its driver "dummy"), Xtigervnc and Xvfb.
"""

from __future__ import annotations

import os
import select
import socket
import struct
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from kiosk_ui.ops import Rect

__all__ = ["Output", "Outputs", "cookie"]

_COOKIE = b"MIT-MAGIC-COOKIE-1"
#: An X server of this machine answers in a tenth of a millisecond; our loop waits no longer.
_ANSWER_S = 0.3
_VERSION = (1, 3)
#: Requests: of the protocol itself, and of RandR below its own number.
_QUERY_EXTENSION = 98
_QUERY_VERSION, _SELECT, _GET_OUTPUT, _GET_CRTC, _GET_CURRENT = 0, 4, 9, 20, 25
#: What is told unasked: another size of the desktop, of an output, a plug.
_CHANGES = 0b111
_EVENT_BYTES = 32
_ERROR, _REPLY, _GENERIC = 0, 1, 35
_DISCONNECTED = 1
#: What can go wrong with a server and its answers.
_WRONG = (OSError, ValueError, IndexError, struct.error)


@dataclass(frozen=True, slots=True)
class Output:
    """A plug of the graphics card, such as ``HDMI-2``, and the part of the desktop it shows."""

    name: str
    #: A panel hangs on it; also True where nobody can know.
    connected: bool
    #: None: it is turned off.
    shows: Rect | None


class Outputs:
    """Asks an X server of this machine. ``environment`` has DISPLAY and XAUTHORITY."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._environment = environment
        self._line: socket.socket | None = None
        self._root = self._major = 0

    def close(self) -> None:
        """Hang up; the next question calls again."""
        if self._line is not None:
            self._line.close()
            self._line = None

    def now(self) -> tuple[Output, ...] | None:
        """Return the outputs; None where there is no such X server or it does not know."""
        try:
            if self._line is None:
                self._line = self._connected()
            return tuple(self._outputs(self._line))
        except _WRONG:
            self.close()
            return None

    def changed(self) -> bool:
        """Say whether the server has told of a change since the last question."""
        if self._line is None or not select.select([self._line], [], [], 0)[0]:
            return False
        try:
            told = self._line.recv(65_536)
        except OSError:
            told = b""
        if not told or len(told) % _EVENT_BYTES:
            self.close()
        return True

    # ---- the protocol

    def _connected(self) -> socket.socket:
        number = _display(self._environment.get("DISPLAY", ""))
        line = socket.socket(socket.AF_UNIX)
        try:
            line.settimeout(_ANSWER_S)
            line.connect(f"/tmp/.X11-unix/X{number}")  # noqa: S108 - where X servers listen
            self._greet(line, number)
        except _WRONG:
            line.close()
            raise
        return line

    def _greet(self, line: socket.socket, number: str) -> None:
        key = cookie(_authority(self._environment), number)
        kind = _COOKIE if key else b""
        lengths = struct.pack("<HHHH", 11, 0, len(kind), len(key)) + bytes(2)
        line.sendall(b"l\0" + lengths + _padded(kind) + _padded(key))
        good, _, _, _, words = struct.unpack("<BBHHH", _read(line, 8))
        body = _read(line, 4 * words)
        if good != 1:
            raise ValueError("the X server does not let us in")
        (vendor,) = struct.unpack_from("<H", body, 16)
        formats = body[21]
        (self._root,) = struct.unpack_from("<I", body, 32 + (vendor + 3) // 4 * 4 + 8 * formats)
        asked = struct.pack("<BBHHH", _QUERY_EXTENSION, 0, 4, 5, 0) + _padded(b"RANDR")
        line.sendall(asked)
        answer = _reply(line)
        if not answer[8]:
            raise ValueError("the X server has no RandR")
        self._major = answer[9]
        self._ask(line, _QUERY_VERSION, *_VERSION)
        _reply(line)
        self._ask(line, _SELECT, self._root, _CHANGES)

    def _outputs(self, line: socket.socket) -> Iterator[Output]:
        self._ask(line, _GET_CURRENT, self._root)
        answer = _reply(line)
        _, stamp, crtcs, outputs = struct.unpack_from("<IIHH", answer, 8)
        ids = struct.unpack_from(f"<{crtcs + outputs}I", answer, 32)
        # All at once: one way there and back for both lists.
        for one in ids[:crtcs]:
            self._ask(line, _GET_CRTC, one, stamp)
        for one in ids[crtcs:]:
            self._ask(line, _GET_OUTPUT, one, stamp)
        shown = {}
        for one in ids[:crtcs]:
            x, y, w, h = struct.unpack_from("<hhHH", _reply(line), 12)
            shown[one] = Rect(x, y, w, h) if w and h else None
        for _ in range(outputs):
            answer = _reply(line)
            (crtc,) = struct.unpack_from("<I", answer, 12)
            connection, _, crtcs, modes, _, clones, length = struct.unpack_from(
                "<BBHHHHH", answer, 24
            )
            begin = 36 + 4 * (crtcs + modes + clones)
            name = answer[begin : begin + length].decode("utf-8", "replace")
            yield Output(name, connection != _DISCONNECTED, shown.get(crtc))

    def _ask(self, line: socket.socket, request: int, *words: int) -> None:
        head = struct.pack("<BBH", self._major, request, 1 + len(words))
        line.sendall(head + struct.pack(f"<{len(words)}I", *words))


def _reply(line: socket.socket) -> bytes:
    """Return the next answer, its length included. Raises ``ValueError`` for an error."""
    while True:
        head = _read(line, 32)
        kind = head[0] & 0x7F
        if kind == _ERROR:
            raise ValueError(f"X error {head[1]}")
        more = 0
        if kind in {_REPLY, _GENERIC}:
            more = 4 * struct.unpack_from("<I", head, 4)[0]
        body = _read(line, more)
        if kind == _REPLY:
            return head + body


def _read(line: socket.socket, size: int) -> bytes:
    found = bytearray()
    while len(found) < size:
        piece = line.recv(size - len(found))
        if not piece:
            raise OSError("the X server hung up")
        found += piece
    return bytes(found)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


def _display(name: str) -> str:
    """Return the number of a display of this machine: ``:0`` or ``:0.0``."""
    host, colon, rest = name.rpartition(":")
    number = rest.partition(".")[0]
    if host not in {"", "unix"} or not colon or not number.isdecimal():
        raise ValueError(f"{name!r} is no display of this machine")
    return number


def _authority(environment: Mapping[str, str]) -> bytes:
    named = environment.get("XAUTHORITY")
    path = Path(named) if named else Path(environment.get("HOME", "/")) / ".Xauthority"
    with suppress(OSError):
        return path.read_bytes()
    return b""


def cookie(authority: bytes, number: str) -> bytes:
    """Return the key of a display in a file of ``xauth``, ``b""`` where there is none.

    An entry: u16 family, then address, display's number, name and key, each a u16 length and bytes;
    all high byte first. Raises ``ValueError`` for a file that is cut off.
    """
    at = 0

    def text() -> bytes:
        nonlocal at
        begin = at + 2
        at = begin + int.from_bytes(authority[at:begin], "big")
        if at > len(authority):
            raise ValueError("the X server's key is cut off")
        return authority[begin:at]

    while at < len(authority):
        at += 2
        _, display, name, key = (text() for _ in range(4))
        if name == _COOKIE and display in {number.encode(), b""}:
            return key
    return b""
