"""A taxpayer's signature on a form: its label, the picture beside it on a line, then the time.

The picture is a grey PNG, black on white, as it was drawn on a screen. It is cut to its ink and
made as large as its place in the template allows, at 8 dots a millimetre (203 dpi), never larger
than it was drawn. Dots are black or white: a dithered stroke would look like chalk, so whatever
holds a quarter of ink is black, and strokes that became thin get back the width of a pen.

Where there is no picture, or the printer draws none, words alone say that it was signed and when.
Pillow is imported for the first picture. Never tried on hardware.
"""

from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING

from devices.ticket_printer.chinese import columns, wrap
from devices.ticket_printer.compile import CompiledLine
from devices.ticket_printer.options import Options
from devices.ticket_printer.render import written

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["signature_rows"]

_log = logging.getLogger(__name__)

_DOTS_A_MM = 8
_CELL, _LINE = 24, 30  # dots of a label's line, and from one to the next
_GAP = 16  # dots between label and picture
_RULE = 2  # dots of the line that is signed on
#: Less room than this beside the label: the picture stands below it.
_NARROWEST = 24 * _DOTS_A_MM
#: A dot with as much ink, of 255, is black.
_INK = 64
#: Strokes of a picture made smaller than this are too thin for a printer's head.
_THIN = 0.75
_MOST_PIXELS = 4_000_000
_SIGNED = "已签名 Signed"


def signature_rows(line: CompiledLine, png: bytes, signed: str, options: Options) -> bytes:
    """Return the bytes of a template's signature; ``signed`` says when: ``2026-11-23 10:02``."""
    label = line.spec.text.split("\n")
    told = f"{_SIGNED} {signed}".rstrip()
    ink = _ink_of(png, line.spec.mm) if png and options.graphics else None
    if ink is None:
        return _texts([" ".join(label), told], line, options)
    room = options.dots - max(columns(one) for one in label) * _CELL // 2 - _GAP
    if room < _NARROWEST or not _can_be_drawn(label):
        return (
            _texts(label, line, options)
            + _on_line(ink, [], options)
            + _texts([told], line, options)
        )
    return _on_line(ink, label, options) + _texts([told], line, options)


def _texts(texts: list[str], line: CompiledLine, options: Options) -> bytes:
    return b"".join(
        written(row, line, options) for text in texts for row in wrap(text, line.columns)
    )


def _can_be_drawn(label: list[str]) -> bool:
    """Say whether a font here has it all: the printer itself writes what none has."""
    from devices.ticket_printer.fonts import face_for

    return all(face_for(one) is not None for text in label for one in text if not one.isspace())


def _ink_of(png: bytes, mm: tuple[int, int]) -> Image.Image | None:
    """Return the signature's dots (mode L, ink is 255) within ``mm``; None for no picture."""
    from PIL import Image, ImageChops

    try:
        with Image.open(io.BytesIO(png)) as picture:
            fits = picture.width * picture.height <= _MOST_PIXELS
            ink = ImageChops.invert(picture.convert("L")) if fits else Image.new("L", (1, 1))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        # Without its words: they may repeat what stands in the file.
        _log.warning("a signature cannot be drawn: %s", type(error).__name__)
        return None
    box = ink.point(_black).getbbox()
    if box is None:
        _log.warning("a signature cannot be drawn: it is empty, or too large")
        return None
    ink = ink.crop(box)
    wide, high = (side * _DOTS_A_MM for side in mm)
    share = min(1.0, wide / ink.width, high / ink.height)
    if share < 1.0:
        size = max(1, round(ink.width * share)), max(1, round(ink.height * share))
        ink = ink.resize(size, Image.Resampling.BOX)
    ink = ink.point(_black)
    return _thicker(ink) if share < _THIN else ink


def _black(ink: int) -> int:
    return 255 if ink >= _INK else 0


def _thicker(ink: Image.Image) -> Image.Image:
    """Make strokes a dot wider, to the right and below."""
    from PIL import Image, ImageChops

    wide = Image.new("L", (ink.width + 1, ink.height + 1), 0)
    wide.paste(ink)
    right = ImageChops.lighter(wide, ImageChops.offset(wide, 1, 0))
    return ImageChops.lighter(right, ImageChops.offset(right, 0, 1))


def _on_line(ink: Image.Image, label: list[str], options: Options) -> bytes:
    """Return GS v 0 commands: the label on the left, the signature on a line beside it.

    The whole width, because clones differ in whether ESC a moves a raster.
    """
    from PIL import Image

    from devices.ticket_printer.raster import bands, picture_of

    left = max((columns(one) for one in label), default=0) * _CELL // 2
    left = left + _GAP if label else 0
    high = max(ink.height + _RULE, len(label) * _LINE)
    whole = Image.new("1", (options.dots, high + _LINE - _CELL), 0)
    top = high - len(label) * _LINE
    for n, text in enumerate(label):
        whole.paste(picture_of(text), (0, top + n * _LINE + _LINE - _CELL))
    whole.paste(255, (left, high - _RULE, options.dots, high))
    ink = ink.crop((0, 0, min(ink.width, options.dots - left), ink.height))
    # In the middle of its line, as people sign.
    at = left + (options.dots - left - ink.width) // 2
    whole.paste(255, (at, high - _RULE - ink.height), ink.convert("1"))
    return bands(whole)
