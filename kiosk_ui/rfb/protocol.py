"""The messages of RFB as bytes: RFC 6143, and the community's rfbproto.rst for what came later.

All numbers on the wire are big-endian. A viewer only looks: there is no message here that moves a
pointer, presses a key, sets a clipboard or changes the server's size.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

from kiosk_ui.rfb.region import Rect

__all__ = [
    "ENCODINGS",
    "SET_PIXEL_FORMAT",
    "client_fence",
    "continuous_updates",
    "encodings",
    "set_encodings",
    "update_request",
]

# Security types (RFC 6143 7.1.2; rfbproto.rst "VeNCrypt").
SECURITY_INVALID = 0
SECURITY_NONE = 1
SECURITY_VNC = 2
SECURITY_VENCRYPT = 19

# VeNCrypt subtypes: TLS with a certificate, then the way to say who we are.
X509_NONE = 260
X509_VNC = 261
X509_PLAIN = 262

# Messages from the server (RFC 6143 7.6; rfbproto.rst).
FRAMEBUFFER_UPDATE = 0
SET_COLOUR_MAP_ENTRIES = 1
BELL = 2
SERVER_CUT_TEXT = 3
END_OF_CONTINUOUS_UPDATES = 150
SERVER_FENCE = 248

# Messages to the server.
_SET_ENCODINGS = 2
_UPDATE_REQUEST = 3
_ENABLE_CONTINUOUS_UPDATES = 150
_CLIENT_FENCE = 248

# Encodings of pixels (RFC 6143 7.7; Tight: rfbproto.rst).
RAW = 0
COPY_RECT = 1
TIGHT = 7
ZRLE = 16

# Pseudo-encodings: what else we understand.
DESKTOP_SIZE = -223
LAST_RECT = -224
EXTENDED_DESKTOP_SIZE = -308
FENCE = -312
CONTINUOUS_UPDATES = -313
_COMPRESS_LEVEL_0 = -256
_QUALITY_LEVEL_0 = -32

# Flags of a fence.
FENCE_BLOCK_BEFORE = 1 << 0
FENCE_BLOCK_AFTER = 1 << 1
FENCE_REQUEST = 1 << 31
#: The longest payload of a fence.
FENCE_MOST = 64

#: SetPixelFormat: 32 bits a pixel, depth 24, little-endian, true colour, 8 bits each, red from bit
#: 16, green from bit 8, blue from bit 0: B, G, R, unused in memory, as SDL has its surfaces.
SET_PIXEL_FORMAT = bytes.fromhex("00 000000 20 18 00 01 00ff 00ff 00ff 10 08 00 000000")

#: In the order in which we like them. No cursor: so the server draws the clerk's pointer.
ENCODINGS = (
    COPY_RECT, TIGHT, ZRLE, RAW,
    LAST_RECT, DESKTOP_SIZE, EXTENDED_DESKTOP_SIZE, FENCE, CONTINUOUS_UPDATES,
)  # fmt: skip


def encodings(compress: int, quality: int | None, *, tight: bool = True) -> tuple[int, ...]:
    """Return what to ask for: ``compress`` 0-9, ``quality`` of JPEG 0-9, or None for no JPEG."""
    wanted = tuple(number for number in ENCODINGS if tight or number != TIGHT)
    jpeg = () if quality is None else (_QUALITY_LEVEL_0 + quality,)
    return (*wanted, _COMPRESS_LEVEL_0 + compress, *jpeg)


def set_encodings(wanted: Iterable[int]) -> bytes:
    """SetEncodings: ``02 00``, u16 how many, i32 each."""
    numbers = tuple(wanted)
    return struct.pack(f">BxH{len(numbers)}i", _SET_ENCODINGS, len(numbers), *numbers)


def update_request(rect: Rect, *, incremental: bool) -> bytes:
    """FramebufferUpdateRequest: ``03``, u8 incremental, u16 x, y, width, height."""
    return struct.pack(
        ">BB4H", _UPDATE_REQUEST, incremental, rect.x, rect.y, rect.width, rect.height
    )


def continuous_updates(rect: Rect, *, enable: bool) -> bytes:
    """EnableContinuousUpdates: ``96``, u8 on, u16 x, y, width, height (rfbproto.rst)."""
    return struct.pack(
        ">BB4H", _ENABLE_CONTINUOUS_UPDATES, enable, rect.x, rect.y, rect.width, rect.height
    )


def client_fence(flags: int, payload: bytes) -> bytes:
    """ClientFence: ``f8 000000``, u32 flags, u8 length, payload (rfbproto.rst)."""
    return struct.pack(">B3xIB", _CLIENT_FENCE, flags, len(payload)) + payload
