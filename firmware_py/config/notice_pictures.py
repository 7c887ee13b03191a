"""A picture of the notices' folder: whether screens can show it, found without unpacking it.

PNG (ISO/IEC 15948) is walked chunk by chunk, checksums included; JPEG (ITU-T T.81) by its header,
then to its end marker. So a file that is still being copied, was cut off or damaged is told before
a screen tries, and one that unpacks to gigabytes is refused by its header.
"""

from __future__ import annotations

import os
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from devices.scanner.jpeg import NoJpeg, jpeg_head
from firmware_py.config.mistakes import Findings
from firmware_py.core.pictures import MOST_FILE_BYTES, MOST_PIXELS, PICTURE_SUFFIXES

__all__ = ["PictureFile", "is_picture_file", "read_picture_file"]

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
#: A JPEG's size stands behind what cameras and editors write of themselves.
_HEAD_BYTES = 1 << 20
_PIECE = 1 << 16
_WHAT_FITS = ("1920 x 1080 pixels are enough", "1920 x 1080 像素就够了")


@dataclass(frozen=True, slots=True)
class PictureFile:
    """``path`` is absolute; ``stamp`` is another one when the file is (32 bits)."""

    path: str
    stamp: int
    width: int
    height: int


class _Wrong(Exception):
    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.en, self.zh = en, zh


def _cut_off() -> _Wrong:
    return _Wrong(
        "is not whole: it is still being copied, or was cut off",
        "不完整：还在复制，或复制时中断了",
    )


def _damaged() -> _Wrong:
    return _Wrong("is damaged; copy it again", "已损坏，请重新复制")


def is_picture_file(path: Path) -> bool:
    """Say whether a file of the folder is a picture."""
    return path.suffix.lower() in PICTURE_SUFFIXES and not path.name.startswith((".", "~"))


def read_picture_file(path: Path) -> tuple[PictureFile | None, Findings]:
    """Return what a picture file is, or None and what is wrong with it."""
    found = Findings(str(path))
    try:
        with path.open("rb") as file:
            stat = os.fstat(file.fileno())
            width, height = _size(file, stat.st_size)
            mark = f"{stat.st_mtime_ns}.{stat.st_size}.{stat.st_ino}"
    except _Wrong as why:
        found.add((), why.en, why.zh, line=0)
        return None, found
    except OSError as error:
        reason = error.strerror or type(error).__name__
        found.add((), f"cannot be read: {reason}", f"无法读取：{reason}", line=0)
        return None, found
    return PictureFile(str(path.absolute()), zlib.crc32(mark.encode()), width, height), found


def _size(file: BinaryIO, size: int) -> tuple[int, int]:
    """Return width and height of a whole picture. Raises ``_Wrong``, ``OSError``."""
    if not size:
        raise _Wrong("is empty", "是空文件")
    if size > MOST_FILE_BYTES:
        most, has = MOST_FILE_BYTES // 1_000_000, -(-size // 1_000_000)
        raise _Wrong(
            f"has {has} MB, more than {most}; make it smaller: {_WHAT_FITS[0]}",
            f"有 {has} MB，超过 {most} MB，请缩小：{_WHAT_FITS[1]}",
        )
    begins = file.read(len(_PNG))
    file.seek(0)
    if begins == _PNG:
        return _png(file, size)
    if begins.startswith(_JPEG):
        return _jpeg(file)
    raise _Wrong(
        "is no PNG or JPEG picture, whatever its name says",
        "不是 PNG 或 JPEG 图片（与文件名不符）",
    )


def _png(file: BinaryIO, size: int) -> tuple[int, int]:
    """Walk the chunks: length, name, data, CRC-32 of name and data (ISO/IEC 15948, 5.3)."""
    file.seek(len(_PNG))
    width = height = 0
    while True:
        head = file.read(8)
        if len(head) < 8:
            raise _cut_off()
        length, name = struct.unpack(">I4s", head)
        if file.tell() + length + 4 > size:
            raise _cut_off()
        if not width:
            if name != b"IHDR" or length != 13:
                raise _damaged()
            width, height = struct.unpack(">II", file.read(8))
            _bounded(width, height)
            file.seek(-8, os.SEEK_CUR)
        found = zlib.crc32(name)
        for start in range(0, length, _PIECE):
            found = zlib.crc32(file.read(min(_PIECE, length - start)), found)
        if file.read(4) != struct.pack(">I", found):
            # A copy that was given its length before its contents ends in zeros.
            raise _cut_off() if name == b"\0\0\0\0" else _damaged()
        if name == b"IEND":
            return width, height


def _jpeg(file: BinaryIO) -> tuple[int, int]:
    data = file.read(_HEAD_BYTES)
    try:
        head = jpeg_head(data)
    except NoJpeg as error:
        raise (_cut_off() if len(data) < _HEAD_BYTES else _damaged()) from error
    _bounded(head.width, head.height)
    if head.components > 3:
        raise _Wrong(
            "is saved for print (CMYK); save it as RGB", "是印刷用的 CMYK 图片，请另存为 RGB"
        )
    data = data[head.scan_at :]
    while data:
        if b"\xff\xd9" in data:
            return head.width, head.height
        data = data[-1:] + piece if (piece := file.read(_PIECE)) else b""
    raise _cut_off()


def _bounded(width: int, height: int) -> None:
    if not width or not height:
        raise _damaged()
    if width * height > MOST_PIXELS:
        most = MOST_PIXELS // 1_000_000
        raise _Wrong(
            f"has {width} x {height} pixels, more than {most} million; make it smaller: "
            f"{_WHAT_FITS[0]}",
            f"有 {width} x {height} 像素，超过 {most * 100} 万，请缩小：{_WHAT_FITS[1]}",
        )  # fmt: skip
