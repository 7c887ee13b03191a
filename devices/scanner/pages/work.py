"""From a picture to a finished page: find, cut, straighten, turn, write. In the child alone.

The page is resampled once, whatever is done to it; where nothing has to be done, not at all.
Brightness and colour are left as they came: what whitens the ground also whitens a pale seal.
"""

from __future__ import annotations

import io
import math
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from PIL import Image, ImageDraw

from devices.scanner.pages.find import find_page
from devices.scanner.pages.geometry import Floats, mapping, rectangle, sides, turned
from devices.scanner.pages.lean import INK, ink_of, lean_of
from devices.scanner.pages.page import FinishedPage, PageWish
from devices.scanner.pages.paper import dpi_by_shape

__all__ = ["finish"]

#: A page is looked at with so many pixels on its longer side: 75 dpi of A4.
_LOOK = 880
#: A lean that nobody sees is left: straightening costs sharpness.
_LEAST_LEAN_DEG = 0.1
#: Above so many pixels (A4 at 250 dpi) linear interpolation: at 300 dpi cubic gains 2 dB that no
#: eye sees and takes twice the time (333 ms of a core, not 170); at 150 dpi it gains 4.
_CUBIC = 6_000_000
#: So many strips, so that what is turned is never in memory twice.
_STRIPS = 8
#: Ink on so small a part of the page is dust.
_DUST_SHARE = 5e-5
_QUARTERS = {
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}


def finish(picture: Image.Image, dpi: int, turn: int, wish: PageWish) -> FinishedPage:
    """Make a page of a picture (mode L or RGB), which is used up.

    ``dpi`` 0: not known, as with a camera; then the sheet's shape says it. ``turn`` is how far the
    picture is to be turned, in degrees clockwise (0, 90, 180, 270).
    """
    if wish.grey and picture.mode != "L":
        picture = picture.convert("L")
    shrink = max(1, math.ceil(max(picture.size) / _LOOK))
    small = picture.reduce(shrink)
    grey = small if small.mode == "L" else small.convert("L")
    seen = find_page(grey) if wish.crop else None
    corners = None if seen is None else seen * shrink
    cropped = corners is not None
    lean = 0.0
    if corners is not None:
        lean = _lean_of_quad(corners)
    elif wish.straighten:
        lean = lean_of(grey)
        if abs(lean) < _LEAST_LEAN_DEG:
            lean = 0.0
        if lean:
            corners = _upright(grey, lean, picture.size)
    if corners is None:
        blank = _is_blank(grey)
        done = picture.transpose(_QUARTERS[turn]) if turn else picture
    else:
        blank = _is_blank(_cut(grey, turned(corners / shrink, turn), 1))
        done = _cut(picture, turned(corners, turn), _STRIPS)
    del picture
    dpi = dpi or dpi_by_shape(*done.size)
    out = io.BytesIO()
    # 4:4:4: with colours at half the resolution a seal's thin red lines run into the text.
    done.save(out, "JPEG", quality=wish.quality, subsampling=0, dpi=(dpi, dpi))
    return FinishedPage(
        jpeg=out.getvalue(),
        width=done.width,
        height=done.height,
        dpi=dpi,
        turned=turn,
        skew_deg=round(lean, 2),
        cropped=cropped,
        blank=blank,
        grey=done.mode == "L",
    )


def _lean_of_quad(corners: Floats) -> float:
    """Return how far a page leans clockwise, by its upper and lower edges; within 45 degrees."""
    along = corners[1] - corners[0] + corners[2] - corners[3]
    lean = math.degrees(math.atan2(along[1], along[0]))
    return (lean + 45) % 90 - 45


def _upright(grey: Image.Image, lean: float, size: tuple[int, int]) -> Floats:
    """Return the outline that puts a leaning picture right: as large as it was, unless ink is lost.

    Then it is large enough for everything. ``size`` is that of the picture itself.
    """
    width, height = size
    share = grey.width / width
    same = rectangle(width, height, lean, (width, height))
    lost = Image.new("1", grey.size, 1)
    ImageDraw.Draw(lost).polygon([(float(x), float(y)) for x, y in same * share], fill=0)
    values = np.asarray(grey)
    paper = int(np.median(values))
    if int((values[np.asarray(lost)] < paper - INK).sum()) <= 3:
        return same
    cos, sin = math.cos(math.radians(lean)), abs(math.sin(math.radians(lean)))
    return rectangle(width, height, lean, (width * cos + height * sin, width * sin + height * cos))


def _cut(picture: Image.Image, corners: Floats, strips: int) -> Image.Image:
    """Return what lies between four corners as a picture of its own; white where there is none."""
    width, height = (max(1, round(one)) for one in sides(corners))
    a, b, c, d, e, f, g, h = mapping(corners, width, height)
    done = Image.new(picture.mode, (width, height))
    fine = width * height <= _CUBIC
    filter_ = Image.Resampling.BICUBIC if fine else Image.Resampling.BILINEAR
    white = 255 if picture.mode == "L" else (255, 255, 255)

    def strip(top: int) -> None:
        rows = min(tall, height - top)
        scale = 1 + h * top
        there = (a, b, c + b * top, d, e, f + e * top, g, h)
        piece = picture.transform(
            (width, rows),
            Image.Transform.PERSPECTIVE,
            [one / scale for one in there],
            filter_,
            fillcolor=white,
        )
        done.paste(piece, (0, top))

    tall = math.ceil(height / strips)
    _in_turns(strip, range(0, height, tall), threads=min(4, strips, os.cpu_count() or 1))
    return done


def _in_turns(work: Callable[[int], None], parts: range, threads: int) -> None:
    if threads == 1:
        for one in parts:
            work(one)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, parts))


def _is_blank(grey: Image.Image) -> bool:
    """Say whether a page has nothing on it: less ink inside its rim than a page number."""
    rim = max(1, min(grey.size) // 30)
    ink = ink_of(grey)[rim:-rim, rim:-rim]
    return bool((ink > INK).sum() < _DUST_SHARE * ink.size)
