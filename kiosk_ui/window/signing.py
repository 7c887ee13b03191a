"""A signature: strokes of a finger, and the PNG that is kept with the form. Pure.

The picture is one bit deep, 900 x 300: 1 to 4 kB (PNG, ISO/IEC 15948: colour type 0, bit depth 1).
"""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence
from dataclasses import replace

from kiosk_ui.messages import Command
from kiosk_ui.window.model import DeskModel, Signing

__all__ = ["HEIGHT", "WIDTH", "png_of", "signature_command", "stroked"]

WIDTH, HEIGHT = 900, 300
_PEN = 3
#: More points than that are no signature, but somebody who plays.
_MOST_POINTS = 6000

Stroke = tuple[tuple[int, int], ...]


def stroked(model: DeskModel, point: tuple[int, int], *, begins: bool) -> DeskModel:
    """Return the model with one more point of the signature."""
    signing = model.shared.signing
    if signing is None or sum(map(len, signing.strokes)) >= _MOST_POINTS:
        return model
    strokes = signing.strokes
    if begins:
        strokes = (*strokes, (point,))
    elif not strokes:
        # The field was cleared, or is another form's, under a finger that goes on.
        return model
    elif strokes[-1][-1] != point:
        strokes = (*strokes[:-1], (*strokes[-1], point))
    return replace(model, shared=replace(model.shared, signing=replace(signing, strokes=strokes)))


def signature_command(window: str, signing: Signing, token: str) -> Command:
    """Return the command that gives the signature to its form."""
    png = base64.b64encode(png_of(signing.strokes)).decode()
    params = {"window": window, "form": signing.form, "png": png}
    return Command("signature.give", "signature.give", token, params)


def png_of(strokes: Sequence[Stroke]) -> bytes:
    """Return a signature as a PNG, black on white; points are thousandths of the field."""
    rows = [bytearray(b"\xff" * ((WIDTH + 7) // 8)) for _ in range(HEIGHT)]
    for stroke in strokes:
        points = [(x * (WIDTH - 1) // 1000, y * (HEIGHT - 1) // 1000) for x, y in stroke]
        for (x1, y1), (x2, y2) in zip(points, points[1:] or points, strict=False):
            steps = max(abs(x2 - x1), abs(y2 - y1), 1)
            for n in range(steps + 1):
                _dot(rows, x1 + (x2 - x1) * n // steps, y1 + (y2 - y1) * n // steps)
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 1, 0, 0, 0, 0)
    lines = b"".join(b"\0" + bytes(row) for row in rows)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(kind, data)
        for kind, data in ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    )


def _dot(rows: Sequence[bytearray], x: int, y: int) -> None:
    for row in range(max(y - _PEN // 2, 0), min(y + _PEN // 2 + 1, HEIGHT)):
        for column in range(max(x - _PEN // 2, 0), min(x + _PEN // 2 + 1, WIDTH)):
            rows[row][column >> 3] &= ~(0x80 >> (column & 7)) & 0xFF


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
