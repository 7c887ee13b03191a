"""Lines that the printer cannot write, drawn as it would have written them.

A drawn line costs 2 to 4 kB instead of some 30 bytes, so only lines with a character outside the
printer's memory come here (a four-byte GB 18030 character in a name, such as 𬭛). Pillow is
imported with this module: 10 MB with its fonts, which a hall without such names never pays.
"""

from __future__ import annotations

import logging
from functools import lru_cache

from PIL import Image, ImageDraw

from devices.ticket_printer.chinese import columns
from devices.ticket_printer.codec import raster_image
from devices.ticket_printer.fonts import face_for
from devices.ticket_printer.logo import BAND_BYTES
from devices.ticket_printer.template import LineSpec

__all__ = ["bands", "drawn_line", "picture_of"]

_log = logging.getLogger(__name__)
_CELL = 24  # dots of a Chinese character; a letter is half as wide
_LINE = 30  # dots from line to line, unless the characters are taller


def drawn_line(text: str, spec: LineSpec, dots: int) -> bytes:
    """Return GS v 0 commands for one line, full width, aligned and sized like ``spec``.

    Full width, because clones differ in whether ESC a moves a raster.
    """
    return bands(_placed(text, spec.align, spec.width, spec.height, spec.bold, spec.invert, dots))


def bands(image: Image.Image) -> bytes:
    """Return GS v 0 commands for a picture (mode 1, ink is 1) as wide as a line, in bands."""
    width_bytes = image.width // 8
    data = image.tobytes()
    band = BAND_BYTES // width_bytes
    pieces: list[bytes] = []
    for top in range(0, image.height, band):
        rows = min(band, image.height - top)
        start = top * width_bytes
        pieces.append(raster_image(width_bytes, rows, data[start : start + rows * width_bytes]))
    return b"".join(pieces)


@lru_cache(maxsize=32)
def _placed(
    text: str, align: str, width: int, height: int, bold: bool, invert: bool, dots: int
) -> Image.Image:
    body = picture_of(text, width, height, bold=bold)
    if invert:
        body = body.point(lambda value: 1 - value if value <= 1 else 255 - value)
    left = {"left": 0, "center": (dots - body.width) // 2, "right": dots - body.width}[align]
    image = Image.new("1", (dots, max(_LINE, body.height)), 0)
    image.paste(body, (max(left, 0), 0))
    return image


def picture_of(text: str, width: int = 1, height: int = 1, *, bold: bool = False) -> Image.Image:
    """Draw one line in the printer's own cells, black as 1: 12 dots a letter, 24 a character."""
    # The longer side is drawn in full and the other scaled down: a stroke never gets ragged.
    scale = max(width, height)
    image = Image.new("L", (columns(text) * _CELL // 2 * scale, _CELL * scale), 0)
    draw = ImageDraw.Draw(image)
    x = 0
    for character in text:
        cell = _CELL * scale // (2 if character < "\x80" else 1)
        _draw_character(draw, character, x, cell, scale)
        if bold:
            _draw_character(draw, character, x + 1, cell, scale)
        x += cell
    size = (columns(text) * _CELL // 2 * width, _CELL * height)
    if image.size != size:
        image = image.resize(size, Image.Resampling.BOX)
    return image.point(lambda value: 255 if value >= 110 else 0).convert("1")


def _draw_character(
    draw: ImageDraw.ImageDraw, character: str, x: int, cell: int, scale: int
) -> None:
    if character.isspace():
        return
    pixels = _CELL * scale
    face = face_for(character)
    if face is None:
        _log.warning(
            "no font has the character U+%04X: a crossed box stands for it", ord(character)
        )
        box = (x + 2 * scale, 2 * scale, x + cell - 2 * scale - 1, pixels - 2 * scale - 1)
        draw.rectangle(box, outline=255, width=scale)
        draw.line((box[0], box[1], box[2], box[3]), fill=255, width=scale)
        draw.line((box[0], box[3], box[2], box[1]), fill=255, width=scale)
        return
    # The baseline: ideographs fill the cell; letters stand higher, to keep their descenders.
    baseline = round(pixels * (0.79 if character < "\x80" else 0.86))
    draw.text((x, baseline), character, font=face.at(pixels), fill=255, anchor="ls")
