"""What the driver and its SANE process say to each other, as bytes on a socket between the two.

A frame is a letter, a length (4 bytes, high byte first) and so many bytes: JSON, but for rows::

    driver -> process   L {"local": bool}                  list the devices       -> l
                        O {"device": name}                 open one               -> o
                        S {"source", "mode", "dpi", "pages", "area_mm", "set"}    -> p r e ... f
                        X                                  end the scan           -> !, cancelled
                        Q {}                               let go and end         -> end of stream
    process -> driver   l {"devices": [[name, vendor, model, sort], ...]}
                        o {"sources": [...], "modes": [...], "dpi": [...]}
                        p {"width", "height", "channels", "dpi"}   a page begins; height -1 is
                                                           "nobody knows"
                        c {"plane": 0|1|2}                 the rows that follow are its red, green
                                                           or blue alone (scanners of three passes)
                        r rows                             whole rows, 8 bits a sample
                        e                                  the page is whole
                        f                                  the scan is over
                        ! {"status": int, "what": name}    the last order failed, SANE_Status

Lengths are bounded before anything is kept: rows 1 MiB, all else 64 KiB, from the process 256 KiB.
Nothing in JSON is of the paper.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

__all__ = ["ANSWERS", "ORDERS", "Frames", "WireError", "encode", "obj"]

_HEAD = 5
_JSON = 1 << 16
ROWS = 1 << 20
#: Letter -> the longest body, in each direction.
ORDERS = {"L": _JSON, "O": _JSON, "S": _JSON, "X": 0, "Q": _JSON}
ANSWERS = {
    "l": 4 * _JSON,
    "o": _JSON,
    "p": _JSON,
    "c": _JSON,
    "r": ROWS,
    "e": 0,
    "f": 0,
    "!": _JSON,
}


class WireError(ValueError):
    """Bytes that are no frame: the other side is not what it should be. Never shows them."""


def encode(letter: str, body: bytes | dict[str, Any] = b"") -> bytes:
    """Return a frame."""
    data = json.dumps(body).encode() if isinstance(body, dict) else body
    return letter.encode() + len(data).to_bytes(4, "big") + data


def obj(body: bytes | bytearray) -> dict[str, Any]:
    """Return a frame's JSON object. Raises ``WireError``."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise WireError("no JSON") from None
    if not isinstance(found, dict):
        raise WireError("no JSON object")
    return found


class Frames:
    """Cuts a stream into frames; what was found wrong once stays wrong."""

    def __init__(self, known: dict[str, int]) -> None:
        self._known = known
        self._bytes = bytearray()

    def feed(self, data: bytes | bytearray | memoryview) -> Iterator[tuple[str, bytearray]]:
        """Yield each frame that is whole. Raises ``WireError``."""
        self._bytes += data
        while len(self._bytes) >= _HEAD:
            letter = chr(self._bytes[0])
            length = int.from_bytes(self._bytes[1:_HEAD], "big")
            most = self._known.get(letter)
            if most is None or length > most:
                raise WireError("no such frame" if most is None else f"{length} bytes in a frame")
            if len(self._bytes) < _HEAD + length:
                return
            body = self._bytes[_HEAD : _HEAD + length]
            del self._bytes[: _HEAD + length]
            yield letter, body
