"""Picture files of the hall: read only when they are of a size that a screen can take.

PNG (ISO/IEC 15948, the header chunk) and JPEG (ITU-T T.81, the frame header); the size stands at
the beginning, so a file of a few kB that unpacks to gigabytes is refused before it does.
"""

from __future__ import annotations

import struct
from pathlib import Path

__all__ = ["MOST_FILE_BYTES", "MOST_PIXELS", "picture_size", "read_picture"]

#: 20 million pixels take 80 MB while they are scaled.
MOST_FILE_BYTES = 16 * 1024 * 1024
MOST_PIXELS = 20_000_000

_PNG = b"\x89PNG\r\n\x1a\n"
#: Start of frame, but for the markers of that range that are none: DHT, JPG and DAC.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def read_picture(path: Path) -> bytes:
    """Return a picture file's contents. Raises ``OSError``, ``ValueError``: too large, or none."""
    size = path.stat().st_size
    if size > MOST_FILE_BYTES:
        raise ValueError(f"it has {size} bytes, more than {MOST_FILE_BYTES}")
    data = path.read_bytes()
    width, height = picture_size(data)
    if not 0 < width * height <= MOST_PIXELS:
        raise ValueError(f"it has {width} x {height} pixels, more than {MOST_PIXELS}")
    return data


def picture_size(data: bytes) -> tuple[int, int]:
    """Return width and height of a PNG or JPEG. Raises ``ValueError`` for anything else."""
    try:
        if data.startswith(_PNG) and data[12:16] == b"IHDR":
            width, height = struct.unpack_from(">II", data, 16)
            return width, height
        if data.startswith(b"\xff\xd8"):
            return _jpeg_size(data)
    except struct.error as error:
        raise ValueError("it ends before its size is told") from error
    raise ValueError("it is neither PNG nor JPEG")


def _jpeg_size(data: bytes) -> tuple[int, int]:
    at = 2
    while True:
        marker, length = struct.unpack_from(">HH", data, at)
        if marker >> 8 != 0xFF:
            raise ValueError("its segments do not follow each other")
        if marker & 0xFF in _FRAMES:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        at += 2 + max(length, 2)
