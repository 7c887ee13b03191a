"""How far a page's lines lean, from the way its ink falls into rows (projection profiles).

Ink is projected along many directions. Along the lines of text it falls into few rows, with white
between; the sum of the squared steps from row to row is then large (Bloomberg, Kopec and Dasari
1995). A page whose best direction is no better than others has no clear lean, and is not turned.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from PIL import Image

from devices.scanner.pages.closing import closed
from devices.scanner.pages.geometry import Floats

__all__ = ["INK", "ink_of", "lean_of"]

Ink = npt.NDArray[np.uint8]

#: Nobody lays a sheet down more crooked than this without seeing it. Degrees.
MOST_DEG = 16.0
#: How many times better than the usual direction the best one must be.
_CLEAR = 1.45
_COARSE_DEG, _FINE_DEG = 0.5, 0.05
_MOST_POINTS, _ROUGH_POINTS = 40_000, 10_000
#: Less ink than this says nothing: a few letters, a stamp.
_LEAST_POINTS = 400
#: Darker than its surroundings by so much is ink, of 255; a lean is told by the paler too.
INK, _DARK = 40, 32


def ink_of(small: Image.Image) -> Ink:
    """Return how much darker each pixel of a grey picture is than the paper around it."""
    grey = np.asarray(small)
    darker: Ink = closed(grey, 9) - grey
    return darker


def lean_of(small: Image.Image) -> float:
    """Return by how many degrees the lines lean clockwise; 0.0 for no clear lean.

    Accurate to 0.1 degrees on a page of text in a picture of 600 to 1,000 pixels. Lines may run
    down as well as across: a page that lies on its side leans too.
    """
    x, y, weight = _points(small)
    if len(x) < _LEAST_POINTS:
        return 0.0
    wide = np.arange(-MOST_DEG, MOST_DEG + 0.01, _COARSE_DEG)
    rough = 3
    few = slice(None, None, max(1, len(x) // _ROUGH_POINTS))
    rows = _scores(x[few] / rough, y[few] / rough, weight[few], wide)
    columns = _scores(-y[few] / rough, x[few] / rough, weight[few], wide)
    scores = max(rows, columns, key=_clearness)
    at = int(np.argmax(scores))
    if _clearness(scores) < _CLEAR or at in {0, len(wide) - 1}:
        return 0.0
    near = wide[at] + np.arange(-12, 13) * _FINE_DEG
    fine = _scores(x, y, weight, near) if scores is rows else _scores(-y, x, weight, near)
    return _top(near, fine)


def _points(small: Image.Image) -> tuple[Floats, Floats, Floats]:
    """Return ink as points from the middle of the picture, with how dark each is."""
    ink = ink_of(small)
    # The border may be the lid's edge or the page's own, which is found elsewhere.
    rim = max(2, min(ink.shape) // 50)
    inner = ink[rim:-rim, rim:-rim]
    y, x = np.nonzero(inner > _DARK)
    dice = np.random.default_rng(1)
    if len(x) > _MOST_POINTS:
        chosen = dice.choice(len(x), _MOST_POINTS, replace=False)
        x, y = x[chosen], y[chosen]
    weight = inner[y, x].astype(np.float64)
    # Anywhere in its pixel: else all rows would agree at exactly 0 degrees.
    place = dice.random((2, len(x)))
    return (
        x + place[0] - inner.shape[1] / 2,
        y + place[1] - inner.shape[0] / 2,
        weight,
    )


def _scores(x: Floats, y: Floats, weight: Floats, degrees: Floats) -> Floats:
    """Return for each direction how sharply ink falls into rows."""
    far = float(np.hypot(np.abs(x).max(), np.abs(y).max())) + 2
    found = []
    for lean in np.radians(degrees):
        row = (y * math.cos(lean) - x * math.sin(lean) + far).astype(np.intp)
        ink = np.bincount(row, weights=weight)
        found.append(float(np.square(np.diff(ink)).sum()))
    return np.array(found)


def _clearness(scores: Floats) -> float:
    """Return how far the best direction stands out from the usual one."""
    return float(scores.max() / max(np.median(scores), 1e-9))


def _top(degrees: Floats, scores: Floats) -> float:
    """Return where a parabola through the best five directions has its top."""
    at = int(np.clip(np.argmax(scores), 2, len(scores) - 3))
    a, b, _ = np.polyfit(degrees[at - 2 : at + 3] - degrees[at], scores[at - 2 : at + 3], 2)
    if a >= 0:
        return float(degrees[int(np.argmax(scores))])
    return float(degrees[at] + np.clip(-b / (2 * a), -2 * _FINE_DEG, 2 * _FINE_DEG))
