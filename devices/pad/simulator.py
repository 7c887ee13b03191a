"""An FF68 pad as its document describes it: the other end of the driver's wire.

Frames are spelled out here byte by byte; nothing is shared with the driver or its profile.
The document leaves two things open, and the simulator takes the likeliest: key frames have
func 01 (so that the host's echo of 0B is the very frame that opens a rating), and keys pressed
before "enter" travel in its frame. ``fault("keys-one-by-one")`` sends them each by itself.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from typing import Any, ClassVar

from devices.pad.options import Ff68Options
from devices.simulator import Simulator, UnknownKey

__all__ = ["Ff68PadSimulator"]

_KEYS: Mapping[str, tuple[int, ...]] = {
    "next": (0x0C,),
    "recall": (0x0D,),
    "finish": (0x0B,),
    "start-rating": (0x0B,),
    "cancel": (0x0E,),
    "start": (0x01, 0x0F),
    "close": (0x09, 0x0F),
    "no-show": (0x06, 0x0F),
    "park": (0x00, 0x0F),
    "call-back": (0x03, 0x0F),
    "one-metre-line": (0x11,),
    "pause": (0x12,),
    "transfer": (0x13,),
}
_RESEND_S = 0.1
_MOST_RESENDS = 3
_HEADER = b"\xff\x68"


class Ff68PadSimulator(Simulator):
    """One pad: keys for the clerk, five rating keys, six digits, a beeper.

    Keys: ``next``, ``recall``, ``start``, ``finish`` (also ``start-rating``), ``cancel``,
    ``no-show``, ``park``, ``call-back``, ``one-metre-line``, ``pause``, ``close``, ``transfer``,
    ``rating`` with the score as its value, and ``enter`` with a number that is typed before it;
    ``_`` for ``-`` will do.
    """

    faults: ClassVar[tuple[str, ...]] = (
        "no-ack-heard",
        "bad-checksum",
        "wrong-address",
        "keys-one-by-one",
    )

    def __init__(self, name: str, options: Ff68Options) -> None:
        super().__init__(name, options)
        self._address = options.address
        self._buffer = bytearray()
        self._queue: deque[tuple[int, bytes]] = deque()
        self._sending: tuple[int, bytes] | None = None
        self._sends = 0
        self._digits = b"\x0a" * 6
        self._stars: int | None = None
        self._rating_open = False
        self._counts = dict.fromkeys(("presses", "acks", "resends", "given_up", "beeps"), 0)
        self._last_rx_ns: int | None = None

    def press(self, key: str, value: int | None = None) -> None:
        """Press a key; ``rating`` needs the score. Raises ``UnknownKey``."""
        key = key.replace("_", "-")
        if key == "rating" and value is not None and 0 <= value <= 255:
            self._rating_open = False
            frames = [(0x11, bytes((value,)))]
        elif (key in _KEYS and value is None) or (key == "enter" and (value or 0) >= 0):
            typed = () if value is None else tuple(int(figure) for figure in str(value))
            codes = bytes(_KEYS.get(key, (*typed, 0x0F)))
            one_by_one = "keys-one-by-one" in self.active_faults
            frames = [(0x01, bytes((c,))) for c in codes] if one_by_one else [(0x01, codes)]
        else:
            raise UnknownKey(f"{', '.join(_KEYS)}, rating 1..5, enter [N]")
        self._counts["presses"] += 1
        self._queue.extend(frames)
        self._send_next()

    def _send_next(self) -> None:
        if self._sending is None and self._queue:
            self._sending = self._queue.popleft()
            self._sends = 0
            self._send_again(self._sending)

    def _send_again(self, frame: tuple[int, bytes]) -> None:
        if self._sending is not frame:
            return
        if self._sends > _MOST_RESENDS:
            self._counts["given_up"] += 1
            self._sending = None
            self._send_next()
            return
        self._counts["resends"] += self._sends > 0
        self._sends += 1
        function, data = frame
        address = self._address
        if "wrong-address" in self.active_faults:
            address = address % 255 + 1
        raw = bytearray(_frame(address, function, data))
        if "bad-checksum" in self.active_faults:
            raw[-2] ^= 0x01
        # Before the bytes leave: on a quick wire the answer comes inside `send`.
        self.later(_RESEND_S, lambda: self._send_again(frame))
        self.send(bytes(raw))

    def feed(self, data: bytes) -> None:
        """Take the host's bytes; look for ``FF 68 L L 68 .. sum 16``."""
        self._last_rx_ns = time.monotonic_ns()
        self._buffer += data
        while True:
            start = self._buffer.find(_HEADER)
            if start < 0:
                del self._buffer[: max(0, len(self._buffer) - 1)]
                return
            del self._buffer[:start]
            if len(self._buffer) < 5:
                return
            length = self._buffer[2]
            if self._buffer[3] != length or self._buffer[4] != 0x68 or not 2 <= length <= 64:
                del self._buffer[0]
                continue
            if len(self._buffer) < length + 7:
                return
            body, end = self._buffer[5 : 5 + length], self._buffer[5 + length : 7 + length]
            if end != bytes((sum(body) & 0xFF, 0x16)):
                del self._buffer[0]
                continue
            del self._buffer[: length + 7]
            if body[0] == self._address:
                self._heard(body[1], bytes(body[2:]))

    def _heard(self, function: int, data: bytes) -> None:
        self._take_acknowledgement(function, data)
        if function == 0x02 and len(data) == 6:
            self._digits, self._stars = data, None
        elif function == 0x02 and len(data) == 1:
            self._stars, self._rating_open = data[0], False
        elif function == 0x03 and not data:
            self._counts["beeps"] += 1
        elif function == 0x01 and data == b"\x0b":
            self._rating_open = True

    def _take_acknowledgement(self, function: int, data: bytes) -> None:
        # A key comes back as it is (func 01), a rating with func 01 in place of 11.
        if self._sending is None or "no-ack-heard" in self.active_faults:
            return
        if function == 0x01 and data == self._sending[1]:
            self._counts["acks"] += 1
            self._sending = None
            self._send_next()

    def seen(self) -> Mapping[str, Any]:
        """What stands on the pad, and what happened on it.

        ``waiting`` and ``number`` are the digits as text, blanks left out.
        """
        return {
            "address": self._address,
            "waiting": _text(self._digits[:3]),
            "number": _text(self._digits[3:]),
            "stars": self._stars,
            "rating_open": self._rating_open,
            "last_rx_ns": self._last_rx_ns,
            "unanswered": self._sending is not None,
            **self._counts,
        }


def _frame(address: int, function: int, data: bytes) -> bytes:
    body = bytes((address, function)) + data
    length = len(body)
    return bytes((0xFF, 0x68, length, length, 0x68)) + body + bytes((sum(body) & 0xFF, 0x16))


def _text(digits: bytes) -> str:
    return "".join(str(digit) for digit in digits if digit <= 9)
