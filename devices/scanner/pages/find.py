"""Finds the sheet of paper in a picture: on a dark or light ground, in shadow, at the edge.

Several guesses are made of what is paper (brighter than the ground; what a sharp step in
brightness surrounds, however the light falls; darker than a plain ground). Each guess's largest
parts are turned into four corners, and each side must show a step in brightness along its length.
Of those that pass, the largest is the page. When none passes, nothing is cut off: a white page on
a white lid has no edge that anybody could see.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from devices.scanner.pages.closing import closed
from devices.scanner.pages.geometry import Floats, area, fits, four_corners, hull, meet
from devices.scanner.pages.lean import INK, ink_of
from devices.scanner.pages.regions import Mask, largest

__all__ = ["find_page"]

Picture = npt.NDArray[np.float32]

#: The picture's longer side while parts are looked for, in pixels.
_TINY = 224
#: An ID card on the glass of an A4 scanner covers 7 % of it.
_LEAST_SHARE, _MOST_SHARE = 0.03, 0.97
#: How much of its four corners a page fills: a dog-ear is missing, a finger is too much.
_LEAST_FILLED = 0.88
#: So much of the ground covered by ink is writing: a line of text on half a page.
_WRITTEN = 0.001
#: A step in brightness at a page's edge: as a difference of logarithms (paper on a light grey desk
#: is 0.15, a soft shadow 0.03), and the share of a side's length on which it is seen.
_STEP, _SEEN = 0.05, 0.6
#: What counts as an edge for the second guess, a pixel at the tiny size.
_RIDGE = 0.07
#: How far a side is moved to where the step is, in pixels of the small picture.
_REACH = 9
_SAMPLES = 64
_LOGARITHMS = np.log(np.arange(256, dtype=np.float32) + 8.0)


@dataclass(frozen=True, slots=True)
class _Guess:
    mask: Mask
    darker: bool


def find_page(small: Image.Image) -> Floats | None:
    """Return the corners of the largest page in a grey picture (mode L), or None.

    The picture should have 600 to 1,000 pixels on its longer side. Corners may lie outside it,
    where it cuts the page off.
    """
    shrink = max(1, round(max(small.size) / _TINY))
    tiny = small.reduce(shrink)
    light = _light(closed(np.asarray(tiny), 7))
    paper = _light(closed(np.asarray(small), 5))
    whole = float(tiny.width * tiny.height)
    found: list[tuple[float, Floats]] = []
    for guess in _guesses(light):
        for region in largest(guess.mask, 3):
            if not region.filled / whole >= _LEAST_SHARE:
                break
            quad = four_corners(hull(region.ends))
            if quad is None or not fits(quad):
                continue
            if region.filled < _LEAST_FILLED * _visible(quad, tiny.size):
                continue
            quad = _refined(quad * shrink, paper, darker=guess.darker)
            if quad is None or not fits(quad) or not _inside(quad, small.size):
                continue
            if area(quad) <= _MOST_SHARE * small.width * small.height:
                found.append((area(quad), quad))
    if not found or _text_outside(small, [quad for _, quad in found]):
        return None
    return max(found, key=lambda one: one[0])[1]


def _text_outside(small: Image.Image, quads: list[Floats]) -> bool:
    """Say whether something is written outside of all that looks like a page.

    Then that is no page, but a photo or a light box on one that fills the picture.
    """
    ground = Image.new("1", small.size, 1)
    pen = ImageDraw.Draw(ground)
    for quad in quads:
        middle = quad.mean(axis=0)
        # An edge is not as sharp as the line that stands for it.
        wider = middle + (quad - middle) * 1.03
        pen.polygon([(float(x), float(y)) for x, y in wider], fill=0)
    outside = np.asarray(ground)
    rim = max(2, min(small.size) // 40)
    ink = (ink_of(small) > INK) & outside
    return bool(ink[rim:-rim, rim:-rim].sum() > _WRITTEN * outside.sum())


def _light(grey: npt.NDArray[np.uint8]) -> Picture:
    """Return the logarithm of the brightness: a step is then the same in light and in shadow."""
    found: Picture = _LOGARITHMS[grey]
    return found


def _guesses(light: Picture) -> Iterator[_Guess]:
    bright = light > _between(light)
    yield _Guess(bright, darker=False)
    ridge = np.zeros(light.shape, dtype=bool)
    across = np.abs(light[:, 2:] - light[:, :-2]) > _RIDGE
    down = np.abs(light[2:, :] - light[:-2, :]) > _RIDGE
    ridge[:, 1:-1] |= across
    ridge[1:-1, :] |= down
    yield _Guess(~ridge, darker=False)
    # Dark paper only on a ground as plain as a scanner's lid: else a photo would pass for a page.
    if float(light[bright].std() if bright.any() else 1.0) < _STEP:
        yield _Guess(~bright, darker=True)


def _between(light: Picture) -> float:
    """Return the value that parts bright from dark best (Otsu 1979, figure 1)."""
    counts, edges = np.histogram(light, bins=64)
    weight = np.cumsum(counts).astype(np.float64)
    middles = (edges[:-1] + edges[1:]) / 2
    total = np.cumsum(counts * middles)
    below, above = weight, weight[-1] - weight
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = (total[-1] * weight / weight[-1] - total) ** 2 / (below * above)
    return float(edges[1 + int(np.nanargmax(np.where(below * above > 0, apart, -1.0)))])


def _visible(quad: Floats, size: tuple[int, int]) -> float:
    """Return the area of the part of a four-cornered outline that lies inside the picture."""
    mask = Image.new("1", size)
    ImageDraw.Draw(mask).polygon([(float(x), float(y)) for x, y in quad], fill=1)
    return float(np.asarray(mask).sum())


def _inside(quad: Floats, size: tuple[int, int]) -> bool:
    """Say whether no corner lies far outside of the picture: what is not seen is not a page."""
    reach = 0.15 * np.array(size)
    return bool((quad > -reach).all() and (quad < np.array(size) + reach).all())


def _refined(quad: Floats, paper: Picture, *, darker: bool) -> Floats | None:
    """Move each side to the step in brightness; None when a side has none.

    A side along the picture's own edge is where the page was cut off: it is laid parallel to the
    side across, outside of all that was seen, so that the page is not pulled out of shape.
    """
    height, width = paper.shape
    lines: list[Floats | None] = []
    for at in range(4):
        start, end = quad[at], quad[(at + 1) % 4]
        if _at_the_edge(start, end, width, height):
            lines.append(None)
            continue
        line = _side(start, end, paper, darker=darker)
        if line is None:
            return None
        lines.append(line)
    if sum(line is not None for line in lines) < 2:
        return None
    whole = [lines[at] if lines[at] is not None else _cut_off(quad, lines, at) for at in range(4)]
    corners = [_crossing(whole[at - 1], whole[at]) for at in range(4)]
    if any(corner is None for corner in corners):
        return None
    return np.array(corners)


def _crossing(one: Floats | None, other: Floats | None) -> Floats | None:
    return None if one is None or other is None else meet(one, other)


def _cut_off(quad: Floats, lines: list[Floats | None], at: int) -> Floats:
    """Return the side of a page that the picture's edge has cut off, as if the page ended there."""
    across, beside = lines[(at + 2) % 4], lines[at - 1]
    if beside is None:
        beside = lines[(at + 1) % 4]
    start, end = quad[at], quad[(at + 1) % 4]
    if across is not None:
        along = across[0] - across[1]
    elif beside is not None:
        side = beside[1] - beside[0]
        along = np.array([side[1], -side[0]])
        along = along if float(np.dot(along, end - start)) > 0 else -along
    else:
        return np.array([start, end])
    along = along / float(np.hypot(*along))
    outward = np.array([along[1], -along[0]])
    far = start if float(np.dot(start - end, outward)) > 0 else end
    return np.array([far, far + along * float(np.hypot(*(end - start)))])


def _at_the_edge(start: Floats, end: Floats, width: int, height: int) -> bool:
    """Say whether a side lies along the picture's edge, within a tiny pixel or so."""
    near = 1.5 * max(width, height) / _TINY + 1
    return bool(
        (abs(start[0]) < near and abs(end[0]) < near)
        or (abs(start[1]) < near and abs(end[1]) < near)
        or (abs(start[0] - width) < near and abs(end[0] - width) < near)
        or (abs(start[1] - height) < near and abs(end[1] - height) < near)
    )


def _side(start: Floats, end: Floats, paper: Picture, *, darker: bool) -> Floats | None:
    """Return the line along which brightness steps, near the one given; None without a step."""
    height, width = paper.shape
    along = end - start
    length = float(np.hypot(*along))
    # Clockwise on the screen the inside is on the right hand: (x, y) -> (-y, x).
    inward = np.array([-along[1], along[0]]) / max(length, 1e-9)
    share = np.linspace(0.06, 0.94, _SAMPLES)
    offsets = np.arange(-_REACH, _REACH + 1)
    points = start + share[:, None] * along
    grid = points[:, None, :] + offsets[None, :, None] * inward
    x, y = grid[..., 0] - 0.5, grid[..., 1] - 0.5
    there = (x >= 0) & (y >= 0) & (x <= width - 1) & (y <= height - 1)
    usable = there.all(axis=1)
    if usable.sum() < _SAMPLES // 4:
        return None
    profile = _sampled(paper, x[usable], y[usable])
    step = profile[:, 2:] - profile[:, :-2]
    step = -step if darker else step
    best = np.argmax(step, axis=1)
    tallest = step[np.arange(len(best)), best]
    clear = tallest > _STEP
    if clear.sum() < _SEEN * len(best):
        return None
    at = offsets[1:-1][best] + _between_pixels(step, best)
    return _line(share[usable][clear] * length, at[clear], start, along / length, inward, length)


def _sampled(paper: Picture, x: Floats, y: Floats) -> Floats:
    """Return the picture's values between pixels."""
    left, top = x.astype(np.intp), y.astype(np.intp)
    right = np.minimum(left + 1, paper.shape[1] - 1)
    below = np.minimum(top + 1, paper.shape[0] - 1)
    to_right, down = x - left, y - top
    upper = paper[top, left] * (1 - to_right) + paper[top, right] * to_right
    lower = paper[below, left] * (1 - to_right) + paper[below, right] * to_right
    return np.asarray(upper * (1 - down) + lower * down, dtype=np.float64)


def _between_pixels(step: Floats, best: npt.NDArray[np.intp]) -> Floats:
    """Return how far beside the tallest sample a parabola through three has its top."""
    inner = np.clip(best, 1, step.shape[1] - 2)
    rows = np.arange(len(best))
    before, top, after = step[rows, inner - 1], step[rows, inner], step[rows, inner + 1]
    bend = before - 2 * top + after
    with np.errstate(divide="ignore", invalid="ignore"):
        beside = np.where(bend < -1e-6, 0.5 * (before - after) / bend, 0.0)
    return np.asarray(np.where(inner == best, np.clip(beside, -0.5, 0.5), 0.0))


def _line(
    along_px: Floats, offset_px: Floats, start: Floats, along: Floats, inward: Floats, length: float
) -> Floats | None:
    """Fit a straight line, leaving out what lies off it (a finger, a clip, a shadow)."""
    keep = np.ones(len(along_px), dtype=bool)
    slope, base = 0.0, float(np.median(offset_px))
    for limit in (4.0, 2.0, 1.0):
        keep = np.abs(offset_px - (slope * along_px + base)) <= limit
        if keep.sum() < max(8, len(along_px) // 3):
            return None
        slope, base = (float(one) for one in np.polyfit(along_px[keep], offset_px[keep], 1))
    return np.array(
        [start + base * inward, start + length * along + (base + slope * length) * inward]
    )
