r"""Is this a signature? A PNG that holds one grey picture and nothing else (ISO/IEC 15948).

::

    0  8  89 50 4E 47 0D 0A 1A 0A
    8  n  chunks, each  length (4, big-endian)  type (4)  data  CRC-32 of type and data (4)

    IHDR  width 4  height 4  bit depth 1  colour type 1  compression 1  filter 1  interlace 1
    IDAT  zlib: height rows of  filter type (1)  ceil(width * depth / 8) bytes
    IEND  empty, the end of the file

Refused: other chunks than these and ``pHYs``, ``gAMA``, ``sRGB`` (a text chunk may name somebody),
colours, interlacing, anything behind the end, more or less data than the picture has, and a picture
of one shade: nobody signed. Nothing more is unpacked than a picture of this size has.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["HIGHEST", "WIDEST", "NoSignature", "check_png"]

WIDEST, HIGHEST = 1200, 500

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GREY = 0
_DEPTHS = frozenset({1, 2, 4, 8})
_HARMLESS = frozenset({b"pHYs", b"gAMA", b"sRGB"})
_HEAD, _CRC = 8, 4
#: Filter types: as it is, less the pixel on the left, above, their mean, Paeth's choice of three.
_NONE, _SUB, _UP, _MEAN, _PAETH = range(5)


class NoSignature(ValueError):
    """Why a picture is none; ``blank``: it would be one, but nothing is drawn."""

    def __init__(self, what: str, *, blank: bool = False) -> None:
        super().__init__(what)
        self.blank = blank


@dataclass(frozen=True, slots=True)
class _Head:
    width: int
    height: int
    depth: int

    @property
    def row(self) -> int:
        """Bytes of a row, without its filter type."""
        return -(-self.width * self.depth // 8)


def check_png(data: bytes) -> tuple[int, int]:
    """Return width and height in pixels of a signature's PNG. Raises ``NoSignature``."""
    chunks = list(_chunks(data))
    if not chunks or chunks[0][0] != b"IHDR":
        raise NoSignature("no IHDR first")
    head = _head(chunks[0][1])
    packed, last = b"", b""
    for kind, body in chunks[1:]:
        if kind == b"IDAT":
            if packed and last != b"IDAT":
                raise NoSignature("IDAT chunks apart")
            packed += body
        elif kind not in _HARMLESS and (kind, body) != (b"IEND", b""):
            raise NoSignature("a chunk that has no place in a signature")
        last = kind
    rows = _unpacked(packed, head)
    if _one_shade(rows, head):
        raise NoSignature("nothing is drawn", blank=True)
    return head.width, head.height


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    if not data.startswith(_SIGNATURE):
        raise NoSignature("no PNG")
    at = len(_SIGNATURE)
    while at < len(data):
        if at + _HEAD > len(data):
            raise NoSignature("cut off")
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + _HEAD + length
        if end + _CRC > len(data):
            raise NoSignature("cut off")
        body = data[at + _HEAD : end]
        if zlib.crc32(kind + body) != int.from_bytes(data[end : end + _CRC], "big"):
            raise NoSignature("a checksum is wrong")
        yield kind, body
        at = end + _CRC
        if kind == b"IEND":
            if at != len(data):
                raise NoSignature("something behind the end")
            return
    raise NoSignature("cut off")


def _head(body: bytes) -> _Head:
    try:
        width, height, depth, colour, *rest = struct.unpack(">IIBBBBB", body)
    except struct.error:
        raise NoSignature("IHDR of another length") from None
    if not (1 <= width <= WIDEST and 1 <= height <= HIGHEST):
        raise NoSignature(f"{width} x {height} pixels")
    if colour != _GREY or depth not in _DEPTHS:
        raise NoSignature("not grey")
    if rest != [0, 0, 0]:
        raise NoSignature("interlaced, or packed otherwise")
    return _Head(width, height, depth)


def _unpacked(packed: bytes, head: _Head) -> bytes:
    wanted = head.height * (1 + head.row)
    unpack = zlib.decompressobj()
    try:
        rows = unpack.decompress(packed, wanted + 1)
    except zlib.error:
        raise NoSignature("the picture's data are damaged") from None
    if len(rows) != wanted or not unpack.eof or unpack.unused_data:
        raise NoSignature("more or less data than the picture has")
    if any(kind > _PAETH for kind in rows[:: 1 + head.row]):
        raise NoSignature("a filter that there is not")
    return rows


def _one_shade(rows: bytes, head: _Head) -> bool:
    """Say whether every pixel is the same, without undoing the filters.

    With one shade so far, a row goes on with it only as this, by its filter (section 9.2 of the
    standard): ``first`` and then ``rest``. A last byte that pixels do not fill is not looked at.
    """
    width = head.row
    whole = width - 1 if head.width * head.depth % 8 and width > 1 else width
    shade = rows[1]
    for y in range(head.height):
        kind = rows[y * (1 + width)]
        row = rows[y * (1 + width) + 1 : y * (1 + width) + 1 + whole]
        first, rest = _expected(kind, shade, top=y == 0)
        if row != bytes([first]) + bytes([rest]) * (whole - 1):
            return False
    return True


def _expected(kind: int, shade: int, *, top: bool) -> tuple[int, int]:
    half = shade - shade // 2
    return {
        _NONE: (shade, shade),
        _SUB: (shade, 0),
        _UP: (shade, shade) if top else (0, 0),
        _MEAN: (shade, half) if top else (half, 0),
        _PAETH: (shade, 0) if top else (0, 0),
    }[kind]
