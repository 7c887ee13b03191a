"""Picture files of the hall: read only when they are of a size that a screen can take.

PNG (ISO/IEC 15948, the header chunk) and JPEG (ITU-T T.81, the frame header); the size stands at
the beginning, so a file of a few kB that unpacks to gigabytes is refused before it does.
"""

from __future__ import annotations

import os
import stat
import struct
from pathlib import Path

from firmware_py.core.pictures import MOST_FILE_BYTES, MOST_PIXELS

__all__ = ["picture_size", "read_picture", "turned"]

_PNG = b"\x89PNG\r\n\x1a\n"
#: Start of frame, but for the markers of that range that are none: DHT, JPG and DAC.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_APP1, _SCAN = 0xE1, 0xDA
_EXIF = b"Exif\0\0"
#: Exif 2.32, 4.6.4: the tag that says how the camera was held.
_ORIENTATION = 0x0112


def read_picture(path: Path) -> bytes:
    """Return a picture file's contents. Raises ``OSError``, ``ValueError``: too large, or none."""
    # Whoever opens a pipe without a writer waits for ever.
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise ValueError("it is no file")
        if found.st_size > MOST_FILE_BYTES:
            raise ValueError(f"it has {found.st_size} bytes, more than {MOST_FILE_BYTES}")
        data = file.read(MOST_FILE_BYTES)
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


def turned(data: bytes) -> tuple[int, bool]:
    """Return how a camera's picture is to be set upright: degrees clockwise, then mirrored.

    ``(0, False)`` for a PNG, and where nothing or nonsense is said.
    """
    try:
        value = _orientation(data) if data.startswith(b"\xff\xd8") else 1
    except struct.error:
        value = 1
    return {
        2: (0, True), 3: (180, False), 4: (180, True), 5: (90, True), 6: (90, False),
        7: (270, True), 8: (270, False),
    }.get(value, (0, False))  # fmt: skip


def _orientation(data: bytes) -> int:
    at = 2
    while True:
        marker, length = struct.unpack_from(">HH", data, at)
        if marker >> 8 != 0xFF or marker & 0xFF == _SCAN:
            return 1
        body = at + 4
        if marker & 0xFF == _APP1 and data.startswith(_EXIF, body):
            return _tag(data[body + len(_EXIF) : at + 2 + length])
        at += 2 + max(length, 2)


def _tag(tiff: bytes) -> int:
    """Look for the tag in the first directory: 12 bytes an entry, its value in bytes 8 to 9."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 1
    (start,) = struct.unpack_from(order + "I", tiff, 4)
    (count,) = struct.unpack_from(order + "H", tiff, start)
    for n in range(count):
        tag, value = struct.unpack_from(order + "H6xH", tiff, start + 2 + 12 * n)
        if tag == _ORIENTATION:
            return int(value)
    return 1
