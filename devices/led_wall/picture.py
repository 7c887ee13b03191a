"""Draws an LED panel as a person sees it: round glowing dots on a dark panel, dot for dot.

Pillow is imported when a picture is drawn, not before. Characters come from the Simplified
Chinese monospaced face of Noto Sans CJK (Debian: fonts-noto-cjk), cut down to dots; a card's own
bitmap font looks a little different, its widths and places are the same.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from PIL import Image, ImageFont

__all__ = ["PanelText", "draw_panel", "save_panel"]

_FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
_FACE = "Noto Sans Mono CJK SC"
#: One dot of the panel is a square of so many pixels.
_CELL = 8
_BEZEL = 12
_PANEL = (16, 16, 18)
_UNLIT = (36, 30, 30)
_LIT = {"red": (255, 52, 36), "green": (60, 255, 70), "yellow": (255, 196, 30)}
#: A dot is lit where the hinted type covers it by at least this part of 255.
_INK = 130
#: Where the base line stands, as a part of the font's height.
_ASCENT = 0.84


@dataclass(frozen=True, slots=True)
class PanelText:
    """A text in its rectangle, all in dots; ``font`` is 16, 24 or 32, aligns as on paper."""

    x: int
    y: int
    width: int
    height: int
    text: str
    font: int
    colour: Literal["red", "green", "yellow"]
    align: Literal["left", "center", "right"] = "center"
    align_v: Literal["top", "middle", "bottom"] = "middle"


def save_panel(path: Path, width: int, height: int, texts: Iterable[PanelText]) -> None:
    """Write a panel of ``width`` x ``height`` dots as PNG. Raises ``OSError`` (no font, disk)."""
    draw_panel(width, height, texts).save(path, "PNG", compress_level=1)


def draw_panel(width: int, height: int, texts: Iterable[PanelText]) -> Image.Image:
    """Return the panel as an RGB image, 8 pixels a dot and a frame around."""
    from PIL import Image, ImageChops

    dots = Image.new("RGB", (width, height))
    for text in texts:
        _set_dots(dots, text)
    size = (width * _CELL, height * _CELL)
    light = dots.resize(size, Image.Resampling.NEAREST)
    mask = _dot_mask(width, height)
    lit = ImageChops.multiply(light, Image.merge("RGB", (mask, mask, mask)))
    unlit = Image.composite(Image.new("RGB", size, _UNLIT), Image.new("RGB", size, _PANEL), mask)
    glow = dots.point(lambda level: level * 0.28).resize(size, Image.Resampling.BILINEAR)
    panel = ImageChops.add(ImageChops.lighter(unlit, lit), glow)
    framed = Image.new("RGB", (size[0] + 2 * _BEZEL, size[1] + 2 * _BEZEL), (58, 58, 62))
    framed.paste(panel, (_BEZEL, _BEZEL))
    return framed


def _set_dots(dots: Image.Image, text: PanelText) -> None:
    """Light the dots of one text; what does not fit its rectangle is cut off."""
    from PIL import Image

    long = sum(_advance(one, text.font) for one in text.text)
    # A text that is too long starts at its beginning, whatever its alignment.
    spare = max(0, text.width - long)
    x = {"left": 0, "center": spare // 2, "right": spare}[text.align]
    rest = text.height - text.font
    y = {"top": 0, "middle": rest // 2, "bottom": rest}[text.align_v]
    box = Image.new("L", (text.width, text.height))
    for one in text.text:
        box.paste(255, (x, y), _glyph(one, text.font))
        x += _advance(one, text.font)
    dots.paste(_LIT[text.colour], (text.x, text.y), box)


def _advance(one: str, font: int) -> int:
    return font // 2 if one < "\x80" else font


@functools.lru_cache(maxsize=2048)
def _glyph(one: str, font: int) -> Image.Image:
    """Return a character as a mask of 0 and 255, as wide as it advances and ``font`` high."""
    from PIL import Image, ImageDraw

    grey = Image.new("L", (_advance(one, font), font))
    baseline = round(_ASCENT * font)
    ImageDraw.Draw(grey).text((0, baseline), one, 255, _font(font), "ls")
    return grey.point(lambda level: 255 if level >= _INK else 0)


@functools.lru_cache(maxsize=3)
def _font(font: int) -> ImageFont.FreeTypeFont:
    from PIL import ImageFont

    # Card fonts leave a dot free below and beside a character, or lines would run together.
    # Face 0 of the collection is Japanese and draws 门, 直 or 骨 wrong.
    for index in range(32):
        face = ImageFont.truetype(_FONT, font - font // 16, index=index)
        if face.getname()[0] == _FACE:
            return face
    raise OSError(f"{_FONT} has no face {_FACE} (Debian: fonts-noto-cjk)")


@functools.lru_cache(maxsize=8)
def _dot_mask(width: int, height: int) -> Image.Image:
    """Return one round dot in each cell of the panel, soft at its edge."""
    from PIL import Image, ImageDraw

    scale = 8
    dot = Image.new("L", (_CELL * scale, _CELL * scale))
    margin = scale * _CELL * 0.1
    ImageDraw.Draw(dot).ellipse(
        (margin, margin, _CELL * scale - margin, _CELL * scale - margin), 255
    )
    dot = dot.resize((_CELL, _CELL), Image.Resampling.BOX)
    row = Image.new("L", (width * _CELL, _CELL))
    for column in range(width):
        row.paste(dot, (column * _CELL, 0))
    mask = Image.new("L", (width * _CELL, height * _CELL))
    for line in range(height):
        mask.paste(row, (0, line * _CELL))
    return mask
