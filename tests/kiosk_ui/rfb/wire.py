"""A server's words as bytes, and a session that has heard the first of them."""

from __future__ import annotations

import zlib

from kiosk_ui.rfb.access import Access
from kiosk_ui.rfb.framebuffer import Limits
from kiosk_ui.rfb.session import Session, Tuning, Updated
from kiosk_ui.rfb.viewing import Viewing

#: Bounds for tests: what mutated bytes may make us hold.
SMALL = Limits(width=512, height=512, pixels=65_536, text=4096)

#: 32 bits, depth 24, little-endian, true colour, 255 each, shifts 16, 8, 0.
SERVER_FORMAT = "20 18 00 01 00ff 00ff 00ff 10 08 00 000000"
#: Version 3.8; one type of security: None; its result: OK.
GREETING = b"RFB 003.008\n" + bytes.fromhex("01 01 00000000")

FENCES = bytes.fromhex("f8 000000 80000000 00")
CAN_CONTINUE = bytes.fromhex("96")


def u16(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(2, "big") for number in numbers)


def server_init(width: int, height: int, name: bytes = b"desk") -> bytes:
    return u16(width, height) + bytes.fromhex(SERVER_FORMAT) + len(name).to_bytes(4, "big") + name


def update(*rects: bytes) -> bytes:
    """FramebufferUpdate: 00 00, how many, the rectangles."""
    return b"\0\0" + u16(len(rects)) + b"".join(rects)


def rect(x: int, y: int, width: int, height: int, encoding: int, data: bytes | str = b"") -> bytes:
    """A rectangle: where, how, and its data."""
    body = bytes.fromhex(data) if isinstance(data, str) else data
    return u16(x, y, width, height) + encoding.to_bytes(4, "big", signed=True) + body


def session(
    width: int,
    height: int,
    viewing: Viewing | None = None,
    tuning: Tuning | None = None,
    limits: Limits = SMALL,
) -> Session:
    """A session with a desktop, whose first requests were taken."""
    found = Session(Access(), viewing or Viewing(), tuning, limits)
    found.feed(GREETING + server_init(width, height))
    found.ask()
    found.to_send()
    return found


def shown(found: Session) -> list[str]:
    """The pixels as rows of hexadecimal RGB."""
    assert found.frame is not None
    return [
        " ".join(f"{red:02x}{green:02x}{blue:02x}" for blue, green, red, _ in row.tolist())
        for row in found.frame.pixels
    ]


def drawn(width: int, height: int, *rects: bytes) -> list[str]:
    """What a desktop of that size shows after one update of these rectangles."""
    found = session(width, height)
    events = found.feed(update(*rects))
    assert any(isinstance(event, Updated) for event in events)
    return shown(found)


class Zlib:
    """A server's stream: what it compresses ends on a byte, and the next goes on."""

    def __init__(self) -> None:
        self._stream = zlib.compressobj(6)

    def __call__(self, plain: bytes | str) -> bytes:
        data = bytes.fromhex(plain) if isinstance(plain, str) else plain
        return self._stream.compress(data) + self._stream.flush(zlib.Z_SYNC_FLUSH)
