"""Tight: one colour, a palette, pixels, or JPEG, in four zlib streams (rfbproto.rst, "Tight").

::

    u8 control  bits 0-3: begin zlib stream 0-3 anew
                bits 4-7: 1000 one colour, 1001 JPEG, else 0 f s s: stream s s, filter named if f
    1000  TPIXEL
    1001  length, JPEG
    0fss  [u8 filter: 0 none, 1 palette (u8 colours - 1, TPIXELs), 2 gradient] data

A TPIXEL is R, G, B. Two colours take a bit a pixel, rows begun on a byte; up to 256 a byte. Data
of fewer than 12 bytes stands as it is, other data compressed behind its length: one to three
bytes of seven, seven and eight bits, the least first, the top bit of the first two for "more".
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TypeAlias

import numpy as np
import simplejpeg
from numpy.typing import NDArray

from kiosk_ui.rfb.errors import RfbError
from kiosk_ui.rfb.framebuffer import Framebuffer, Parser, Words
from kiosk_ui.rfb.inflate import PIECE, Inflater
from kiosk_ui.rfb.region import Rect

__all__ = ["Tight"]

_FILL, _JPEG = 0x8, 0x9
_COPY, _PALETTE, _GRADIENT = 0, 1, 2
#: Data of fewer bytes is not compressed.
_LEAST_COMPRESSED = 12
#: No rectangle is wider (rfbproto.rst), but for those of one colour: TigerVNC's server makes
#: these as wide as the desktop.
_MOST_WIDE = 2048
#: Rows are decoded in bands of at most so many plain bytes: they stay in the processor's cache.
_BAND = 65_536
#: Those of the gradient filter, which gains by many rows at once.
_GRADIENT_BAND = 8 * _BAND

#: Byte -> its eight bits, the leftmost first.
_BITS = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).astype(bool)

#: So many tables of two colours are kept, 8 KB each.
_MOST_EIGHTS = 64

#: Is given plain bytes, and the rows that they are.
_Put: TypeAlias = Callable[[bytes, Words], None]


class Tight:
    """The decoder of one connection."""

    def __init__(self) -> None:
        self._streams = [Inflater() for _ in range(4)]
        self._index = np.empty(_BAND, np.intp)
        self._found = np.empty(_BAND, np.uint32)
        #: Two colours -> eight pixels for every byte.
        self._eights: dict[bytes, NDArray[np.void]] = {}

    def decode(self, frame: Framebuffer, rect: Rect) -> Parser:
        """Decode one rectangle into ``frame``."""
        control = (yield 1)[0]
        if control & 0xF:
            for number in range(4):
                if control >> number & 1:
                    self._streams[number] = Inflater()
        kind, target = control >> 4, frame.part(rect)
        if kind == _FILL:
            target[...] = int.from_bytes((yield 3), "big")
        elif rect.width > _MOST_WIDE:
            raise RfbError("lies", f"Tight: {rect.width} pixels wide")
        elif kind == _JPEG:
            length = (yield 1)[0]
            data = yield (length if length < 0x80 else (yield from _length(length)))
            target[...] = _picture(data, rect)
        elif kind & 0x8:
            raise RfbError("lies", f"Tight: control {control:#04x}")
        else:
            yield from self._basic(target, self._streams[kind & 3], named=bool(kind & 4))

    def _basic(self, target: Words, stream: Inflater, *, named: bool) -> Parser:
        width = target.shape[1]
        kind = (yield 1)[0] if named else _COPY
        if kind == _COPY:
            yield from _bands(target, stream, 3 * width, _copy)
        elif kind == _PALETTE:
            count = (yield 1)[0] + 1
            if count < 2:
                raise RfbError("lies", "Tight: a palette of one colour")
            colours = yield 3 * count
            if count == 2:
                yield from _bands(target, stream, (width + 7) // 8, self._two(colours))
            else:
                yield from _bands(target, stream, width, self._many(colours, count))
        elif kind == _GRADIENT:
            put = _gradient(width)
            yield from _bands(target, stream, 3 * width, put, most=_GRADIENT_BAND)
        else:
            raise RfbError("lies", f"Tight: filter {kind}")

    def _two(self, colours: bytes) -> _Put:
        """A bit a pixel: eight pixels at a time, from a table of all bytes."""
        eights = self._eights.get(colours)
        if eights is None:
            if len(self._eights) >= _MOST_EIGHTS:
                self._eights.clear()
            zero, one = (np.uint32(int.from_bytes(c, "big")) for c in (colours[:3], colours[3:]))
            table = np.where(_BITS, one, zero)
            eights = self._eights[colours] = table.view("V32")[:, 0]

        def put(data: bytes, rows: Words) -> None:
            height, width = rows.shape
            index = np.frombuffer(data, np.uint8)
            if rows.flags.c_contiguous and width % 8 == 0:  # as wide as the desktop
                eights.take(index, out=rows.reshape(-1).view("V32"), mode="clip")
            else:
                found = eights.take(index).view(np.uint32)
                rows[...] = found.reshape(height, -1)[:, :width]

        return put

    def _many(self, palette: bytes, count: int) -> _Put:
        """An index a pixel; one beyond the palette is black."""
        colours = np.zeros(256, np.uint32)
        colours[:count] = _words(palette, 1, count)[0]

        def put(data: bytes, rows: Words) -> None:
            index = self._index[: len(data)]
            index[...] = np.frombuffer(data, np.uint8)
            if rows.flags.c_contiguous:
                colours.take(index, out=rows.reshape(-1), mode="clip")
            else:
                found = colours.take(index, out=self._found[: len(data)], mode="clip")
                rows[...] = found.reshape(rows.shape)

        return put


def _bands(target: Words, stream: Inflater, row: int, put: _Put, *, most: int = _BAND) -> Parser:
    """Take the data of ``target``, ``row`` bytes each of its rows, and ``put`` it in bands."""
    rows = target.shape[0]
    total = row * rows
    if total < _LEAST_COMPRESSED:
        data = yield total
        if total:
            put(data, target)
        return
    length = (yield 1)[0]
    if length & 0x80:
        length = yield from _length(length)
    if length <= PIECE and total <= most:
        put(stream.whole((yield length), total), target)
        return
    stream.begin(length)
    band = max(most // row, 1)
    for top in range(0, rows, band):
        part = target[top : top + band]
        size = row * part.shape[0]
        data = yield from stream.take(size, size)
        if len(data) < size:
            raise RfbError("lies", "Tight: fewer bytes than the rectangle has")
        put(data, part)
    yield from stream.end()


def _length(low: int) -> Generator[int, bytes, int]:
    """Return the length whose first byte says that it goes on."""
    middle = (yield 1)[0]
    found = low & 0x7F | (middle & 0x7F) << 7
    return found if middle < 0x80 else found | (yield 1)[0] << 14


def _words(data: bytes, rows: int, width: int) -> NDArray[np.generic]:
    """R, G, B a pixel -> big-endian words, which assignment turns in one pass.

    The byte before a pixel is read along as its highest one, which means nothing: so no byte is
    moved by itself. Three times as fast as doing so colour by colour.
    """
    return np.ndarray((rows, width), ">u4", b"\0" + data, 0, (3 * width, 3))


def _copy(data: bytes, rows: Words) -> None:
    rows[...] = _words(data, *rows.shape)


def _gradient(width: int) -> _Put:
    """What differs from left + above - left above, held to 0-255, colour by colour.

    Each pixel needs its neighbours, so a whole diagonal is done at a time. Slow beside the other
    filters (0.3 us a pixel); servers take JPEG instead where they are allowed to.
    """
    above = np.zeros((width + 1, 3), np.int16)

    def put(data: bytes, rows: Words) -> None:
        count = rows.shape[0]
        added = np.frombuffer(data, np.uint8).reshape(count, width, 3)
        out = np.zeros((count + 1, width + 1, 3), np.int16)
        out[0] = above
        for diagonal in range(count + width - 1):
            y = np.arange(max(0, diagonal - width + 1), min(count, diagonal + 1))
            x = diagonal - y
            guess = out[y + 1, x] + out[y, x + 1] - out[y, x]
            out[y + 1, x + 1] = np.clip(guess, 0, 255) + added[y, x] & 0xFF
        above[...] = out[-1]
        rows[...] = _words(out[1:, 1:].astype(np.uint8).tobytes(), count, width)

    return put


def _picture(data: bytes, rect: Rect) -> Words:
    """Decode a JPEG that is exactly as large as its rectangle."""
    try:
        height, width, *_ = simplejpeg.decode_jpeg_header(data)
        if (width, height) != rect.size:
            raise RfbError("lies", f"Tight: JPEG of {width}x{height} for {rect.size}")
        found = simplejpeg.decode_jpeg(data, colorspace="BGRX")
    except ValueError as error:
        raise RfbError("lies", "Tight: not a JPEG") from error
    words: Words = found.view(np.uint32)[..., 0]
    return words
