"""Fonts for what has to be drawn: which face, and which characters it really has.

Debian's fonts-noto-cjk is a collection whose first face is Japanese (门直骨返令 come out in
Japanese form there), so the Simplified Chinese face is taken by name; then fonts-hanazono for
rare names. Which characters a face has is read from its cmap table (OpenType, formats 4 and 12):
a drawn "missing" box looks like any other glyph, and asking Pillow for masks would be a guess.
The reader below is forty lines and costs nothing; fontTools would be 4 MB more on a Pi.
"""

from __future__ import annotations

import struct
from array import array
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

__all__ = ["Face", "face_for", "faces"]

#: File and family name, in the order of use. The monospaced face of the collection has the same
#: Chinese, and letters exactly half as wide: the printer's own columns.
_WANTED = (
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "Noto Sans Mono CJK SC"),
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "Noto Sans CJK SC"),
    ("/usr/share/fonts/truetype/hanazono/HanaMinA.ttf", "HanaMinA"),
    ("/usr/share/fonts/truetype/hanazono/HanaMinB.ttf", "HanaMinB"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """One face of a font file; ``starts`` and ``ends`` are the ranges of its characters."""

    file: str
    index: int
    family: str
    starts: array[int]
    ends: array[int]

    def has(self, character: str) -> bool:
        """Tell whether the face has a glyph of its own for this character."""
        place = bisect_right(self.starts, ord(character)) - 1
        return place >= 0 and ord(character) <= self.ends[place]

    def at(self, pixels: int) -> FreeTypeFont:
        """Return the face for drawing at this size."""
        return _sized(self.file, self.index, pixels)


@cache
def faces() -> tuple[Face, ...]:
    """Return the faces that this machine has, best first."""
    found = (_named(file, family) for file, family in _WANTED)
    return tuple(face for face in found if face is not None)


def face_for(character: str) -> Face | None:
    """Return the first face with this character, or None: nobody can draw it."""
    # One after the other: most characters never open the later fonts.
    for file, family in _WANTED:
        face = _named(file, family)
        if face is not None and face.has(character):
            return face
    return None


@cache
def _sized(file: str, index: int, pixels: int) -> FreeTypeFont:
    from PIL import ImageFont

    return ImageFont.truetype(file, pixels, index=index)


@cache
def _named(file: str, family: str) -> Face | None:
    from PIL import ImageFont

    if not Path(file).is_file():
        return None
    for index in range(_faces_in(file)):
        if ImageFont.truetype(file, 24, index=index).getname()[0] == family:
            starts, ends = _ranges(file, index)
            return Face(file, index, family, starts, ends)
    return None


def _faces_in(file: str) -> int:
    with Path(file).open("rb") as font:
        tag, _, count = struct.unpack(">4sII", font.read(12))
    return int(count) if tag == b"ttcf" else 1


def _ranges(file: str, index: int) -> tuple[array[int], array[int]]:
    """Read the Unicode cmap of one face: first and last code point of each range."""
    with Path(file).open("rb") as font:
        at = 0
        if font.read(4) == b"ttcf":
            font.seek(12 + 4 * index)
            (at,) = struct.unpack(">I", font.read(4))
        font.seek(at + 4)
        (tables,) = struct.unpack(">H6x", font.read(8))
        directory = [struct.unpack(">4s4xII", font.read(16)) for _ in range(tables)]
        offset, length = next((o, n) for tag, o, n in directory if tag == b"cmap")
        font.seek(offset)
        cmap = font.read(length)
    (count,) = struct.unpack_from(">2xH", cmap)
    records = [struct.unpack_from(">HHI", cmap, 4 + 8 * n) for n in range(count)]
    by_format = {struct.unpack_from(">H", cmap, o)[0]: o for p, _, o in records if p in {0, 3}}
    if 12 in by_format:
        table = by_format[12]
        (groups,) = struct.unpack_from(">I", cmap, table + 12)
        spans = [
            (first, last)
            for first, last, glyph in struct.iter_unpack(
                ">III", cmap[table + 16 : table + 16 + 12 * groups]
            )
            if glyph
        ]
    else:
        table = by_format[4]
        (doubled,) = struct.unpack_from(">H", cmap, table + 6)
        last_codes = struct.unpack_from(f">{doubled // 2}H", cmap, table + 14)
        first_codes = struct.unpack_from(f">{doubled // 2}H", cmap, table + 16 + doubled)
        spans = [(a, b) for a, b in zip(first_codes, last_codes, strict=True) if a != 0xFFFF]
    spans.sort()
    return array("I", (first for first, _ in spans)), array("I", (last for _, last in spans))
