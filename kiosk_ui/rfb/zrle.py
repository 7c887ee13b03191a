"""ZRLE: tiles of 64x64 in one zlib stream (RFC 6143 7.7.6). Pixels are B, G, R.

::

    u32 length, zlib data; of each tile, plain:
    0        width x height pixels              1        one pixel: all are so
    2-16     palette, then 1, 2 or 4 bits a pixel, rows begun on a byte
    128      runs: pixel, length                130-255  palette of n - 128, runs: index [length]

A run's length is one more than the sum of its bytes, of which all but the last are 255; an index
without its top bit is a run of one.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kiosk_ui.rfb.errors import RfbError
from kiosk_ui.rfb.framebuffer import Framebuffer, Parser, Words
from kiosk_ui.rfb.inflate import Inflater
from kiosk_ui.rfb.region import Rect

__all__ = ["Zrle"]

_TILE = 64
#: The longest tile that is not foolish: a subencoding, 127 colours, each pixel a run of its own.
_MOST_TILE = 1 + 3 * 127 + 4 * _TILE * _TILE
#: Plain bytes are taken so many at a time.
_AHEAD = 65_536


class Zrle:
    """The decoder of one connection."""

    def __init__(self) -> None:
        self._stream = Inflater()

    def decode(self, frame: Framebuffer, rect: Rect) -> Parser:
        """Decode one rectangle into ``frame``."""
        length = int.from_bytes((yield 4), "big")
        most = _most(rect)
        if length > most:
            raise RfbError("lies", f"ZRLE: {length} bytes for {rect.size}")
        self._stream.begin(length)
        data, at = b"", 0
        for tile in _tiles(frame.part(rect)):
            if len(data) - at < _MOST_TILE:
                data = data[at:] + (yield from self._stream.take(_MOST_TILE, _AHEAD))
                at = 0
            try:
                at = _tile(tile, data, at)
            except (IndexError, ValueError) as error:
                raise RfbError("lies", "ZRLE: a tile that ends too early") from error
        if at < len(data):
            raise RfbError("lies", "ZRLE: more bytes than the rectangle has")
        yield from self._stream.end()


def _most(rect: Rect) -> int:
    """Return how long the data of a rectangle may be: its tiles, not compressible at all."""
    tiles = -(-rect.width // _TILE) * -(-rect.height // _TILE)
    plain = 4 * rect.width * rect.height + tiles * (1 + 3 * 127)
    return plain + plain // 1000 + 4096


def _tiles(target: Words) -> Iterator[Words]:
    rows, columns = target.shape
    for y in range(0, rows, _TILE):
        for x in range(0, columns, _TILE):
            yield target[y : y + _TILE, x : x + _TILE]


def _tile(tile: Words, data: bytes, at: int) -> int:
    """Decode the tile at ``at``; return where the next one begins.

    IndexError or ValueError where ``data`` ends in it.
    """
    kind, at = data[at], at + 1
    rows, width = tile.shape
    size: int = rows * width
    if kind == 0:
        tile[...] = _pixels(data, at, size).reshape(rows, width)
        return at + 3 * size
    if kind == 1:
        tile[...] = _pixels(data, at, 1)[0]
        return at + 3
    if kind <= 16:
        return _packed(tile, data, at, kind)
    if kind == 128:
        return _runs(tile, data, at)
    if kind < 130:
        raise RfbError("lies", f"ZRLE: subencoding {kind}")
    return _palette_runs(tile, data, at, kind - 128)


def _pixels(data: bytes, at: int, count: int) -> Words:
    """B, G, R a pixel -> words."""
    found = np.zeros((count, 4), np.uint8)
    found[:, :3] = np.frombuffer(data, np.uint8, 3 * count, at).reshape(count, 3)
    words: Words = found.view(np.uint32)[:, 0]
    return words


def _packed(tile: Words, data: bytes, at: int, count: int) -> int:
    rows, width = tile.shape
    colours = np.zeros(16, np.uint32)
    colours[:count] = _pixels(data, at, count)
    at += 3 * count
    bits = 1 if count == 2 else 2 if count <= 4 else 4
    size: int = -(-width * bits // 8) * rows
    packed = np.frombuffer(data, np.uint8, size, at)
    shifts = np.arange(8 - bits, -1, -bits, dtype=np.uint8)
    index = packed[:, None] >> shifts & ((1 << bits) - 1)
    tile[...] = colours[index.reshape(rows, -1)[:, :width]]
    return at + size


def _runs(tile: Words, data: bytes, at: int) -> int:
    starts, lengths, left = list[int](), list[int](), tile.size
    while left > 0:
        starts.append(at)
        length, at = _run(data, at + 3, left)
        lengths.append(length)
        left -= length
    triples = np.frombuffer(data, np.uint8)[np.array(starts)[:, None] + np.arange(3)]
    found = _pixels(triples.tobytes(), 0, len(starts))
    tile[...] = np.repeat(found, lengths).reshape(tile.shape)
    return at


def _palette_runs(tile: Words, data: bytes, at: int, count: int) -> int:
    colours = np.zeros(128, np.uint32)
    colours[:count] = _pixels(data, at, count)
    at += 3 * count
    index, lengths, left = list[int](), list[int](), tile.size
    while left > 0:
        number, length, at = data[at], 1, at + 1
        if number & 0x80:
            length, at = _run(data, at, left)
        index.append(number & 0x7F)
        lengths.append(length)
        left -= length
    tile[...] = np.repeat(colours[index], lengths).reshape(tile.shape)
    return at


def _run(data: bytes, at: int, most: int) -> tuple[int, int]:
    """Return the length of the run at ``at``, and where what follows begins."""
    length = 1
    while (byte := data[at]) == 255:
        length, at = length + 255, at + 1
        if length > most:
            break
    length += byte
    if length > most:
        raise RfbError("lies", "ZRLE: a run beyond its tile")
    return length, at + 1
