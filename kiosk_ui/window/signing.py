"""A signature: strokes of a finger, and the PNG that is kept with the form. Pure.

The picture is one bit deep, 900 x 300: 1 to 4 kB (PNG, ISO/IEC 15948: colour type 0, bit depth 1).
"""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from kiosk_ui.messages import Command
from kiosk_ui.window.model import DeskModel, Signing

__all__ = ["HEIGHT", "WIDTH", "Stroke", "png_of", "signature_command", "stroked"]

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
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 1, 0, 0, 0, 0)
    lines = b"".join(b"\0" + row.tobytes() for row in np.packbits(~_inked(strokes), axis=1))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(kind, data)
        for kind, data in ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    )


def _inked(strokes: Sequence[Stroke]) -> NDArray[np.bool_]:
    """Return (height, width): True where there is ink. All at once: a loop takes 20 s."""
    ends = np.array(
        [
            (*one, *other)
            for stroke in strokes
            for one, other in zip(stroke, stroke[1:] or stroke, strict=False)
        ],
        dtype=np.int32,
    ).reshape(-1, 4)
    scaled = ends * np.array([WIDTH - 1, HEIGHT - 1] * 2, np.int32) // 1000
    begin, way = scaled[:, :2], scaled[:, 2:] - scaled[:, :2]
    steps = np.maximum(np.abs(way).max(axis=1), 1)
    # Each line has steps + 1 dots; n counts within its line.
    line = np.repeat(np.arange(len(steps)), steps + 1)
    n = np.arange(len(line)) - np.repeat(np.cumsum(steps + 1) - (steps + 1), steps + 1)
    dots = begin[line] + way[line] * n[:, None] // steps[line, None]
    thin = np.zeros((HEIGHT, WIDTH), np.bool_)
    thin[dots[:, 1], dots[:, 0]] = True
    edge = _PEN // 2
    wide = np.zeros((HEIGHT + 2 * edge, WIDTH + 2 * edge), np.bool_)
    for down in range(_PEN):
        for across in range(_PEN):
            wide[down : down + HEIGHT, across : across + WIDTH] |= thin
    return wide[edge : edge + HEIGHT, edge : edge + WIDTH]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
