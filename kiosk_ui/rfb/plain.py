"""The two encodings without compression: Raw and CopyRect (RFC 6143 7.7.1, 7.7.2)."""

from __future__ import annotations

import struct
from collections.abc import Generator

import numpy as np

from kiosk_ui.rfb.errors import RfbError
from kiosk_ui.rfb.framebuffer import Framebuffer, Parser
from kiosk_ui.rfb.region import Rect

__all__ = ["copy_rect", "raw"]

#: Raw pixels are taken in bands of rows of about so many bytes.
_BAND = 65_536


def raw(frame: Framebuffer, rect: Rect) -> Parser:
    """Width x height pixels of four bytes, row by row."""
    if rect.empty:
        return
    target, row = frame.part(rect), 4 * rect.width
    rows = max(_BAND // row, 1)
    for top in range(0, rect.height, rows):
        count = min(rows, rect.height - top)
        data = yield count * row
        target[top : top + count] = np.frombuffer(data, "<u4").reshape(count, rect.width)


def copy_rect(frame: Framebuffer, rect: Rect) -> Generator[int, bytes, Rect]:
    """U16 x, u16 y of where the same pixels already are; returns that rectangle."""
    x, y = struct.unpack(">HH", (yield 4))
    source = Rect(x, y, rect.width, rect.height)
    if not frame.rect.holds(source):
        raise RfbError("lies", f"CopyRect from {source}, beyond {frame.rect.size}")
    frame.part(rect)[...] = frame.part(source)
    return source
