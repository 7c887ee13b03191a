"""Corners, outlines and what maps one on another. Coordinates are (x, y) in pixels, y downwards.

A pixel covers the square from (x, y) to (x + 1, y + 1), so an outline runs along pixels' edges.
A ``Quad`` is an array of four corners: top left, top right, bottom right, bottom left.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

__all__ = [
    "Floats",
    "area",
    "fits",
    "four_corners",
    "hull",
    "in_order",
    "mapping",
    "meet",
    "rectangle",
    "sides",
    "turned",
]

Floats = npt.NDArray[np.float64]

#: A corner of a page that a camera sees from the side is still between these, in degrees.
_SHARPEST, _BLUNTEST = 55.0, 125.0


def area(points: Floats) -> float:
    """Return the area inside a closed outline; positive when it runs clockwise on the screen."""
    x, y = points[:, 0], points[:, 1]
    return float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2


def hull(points: Floats) -> Floats:
    """Return the convex outline of points, clockwise on the screen (monotone chain)."""
    ordered = sorted({(float(x), float(y)) for x, y in points})
    if len(ordered) < 3:
        return np.array(ordered)

    def half(run: list[tuple[float, float]]) -> list[tuple[float, float]]:
        kept: list[tuple[float, float]] = []
        for x, y in run:
            while len(kept) > 1:
                (ax, ay), (bx, by) = kept[-2], kept[-1]
                if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0:
                    break
                kept.pop()
            kept.append((x, y))
        return kept[:-1]

    return np.array(half(ordered) + half(ordered[::-1]))


def meet(one: Floats, other: Floats) -> Floats | None:
    """Return where two lines (2 points each) cross; None when they are as good as parallel."""
    direction, across = one[1] - one[0], other[1] - other[0]
    slope = direction[0] * across[1] - direction[1] * across[0]
    lengths = float(np.hypot(*direction) * np.hypot(*across))
    if abs(slope) <= 1e-6 * max(lengths, 1e-12):
        return None
    gap = other[0] - one[0]
    at = (gap[0] * across[1] - gap[1] * across[0]) / slope
    return np.asarray(one[0] + at * direction)


def four_corners(outline: Floats) -> Floats | None:
    """Return the four-cornered outline around a convex one: the side that costs least goes first.

    A dog-ear, a rounded corner or a page that the picture's edge cuts off therefore gives the
    corner that the sheet would have. None for what has no four sides.
    """
    points = list(outline)
    while len(points) > 4:
        cheapest: tuple[float, int, Floats] | None = None
        for at in range(len(points)):
            before, start = points[at - 1], points[at]
            end, after = points[(at + 1) % len(points)], points[(at + 2) % len(points)]
            corner = meet(np.array([before, start]), np.array([after, end]))
            if corner is None or np.dot(corner - start, start - before) < 0:
                continue
            if np.dot(corner - end, end - after) < 0:
                continue
            cost = abs(area(np.array([start, corner, end])))
            if cheapest is None or cost < cheapest[0]:
                cheapest = (cost, at, corner)
        if cheapest is None:
            return None
        _, at, corner = cheapest
        points[at] = corner
        del points[(at + 1) % len(points)]
    return in_order(np.array(points)) if len(points) == 4 else None


def in_order(corners: Floats) -> Floats:
    """Return four corners clockwise from the one at the top left."""
    clockwise = corners if area(corners) > 0 else corners[::-1]
    return np.roll(clockwise, -int(np.argmin(clockwise.sum(axis=1))), axis=0)


def sides(quad: Floats) -> tuple[float, float]:
    """Return width and height: the mean of the two sides that face each other."""
    top, right, bottom, left = (
        float(np.hypot(*(quad[(at + 1) % 4] - quad[at]))) for at in range(4)
    )
    return (top + bottom) / 2, (left + right) / 2


def fits(quad: Floats) -> bool:
    """Say whether four corners can be a page's: convex, and no corner sharp or blunt."""
    for at in range(4):
        to, away = quad[(at + 1) % 4] - quad[at], quad[at - 1] - quad[at]
        turn = math.degrees(math.atan2(to[0] * away[1] - to[1] * away[0], float(np.dot(to, away))))
        if not _SHARPEST <= turn <= _BLUNTEST:
            return False
    return True


def rectangle(width: float, height: float, lean_deg: float, box: tuple[float, float]) -> Floats:
    """Return the rectangle ``box`` in the middle of a picture, leaning clockwise by degrees."""
    middle = np.array([width / 2, height / 2])
    across, down = box[0] / 2, box[1] / 2
    corners = np.array([[-across, -down], [across, -down], [across, down], [-across, down]])
    lean = math.radians(lean_deg)
    turn = np.array([[math.cos(lean), math.sin(lean)], [-math.sin(lean), math.cos(lean)]])
    return np.asarray(corners @ turn + middle)


def turned(quad: Floats, degrees: int) -> Floats:
    """Return the corners of a page whose picture is to be turned clockwise by 0, 90, 180, 270."""
    return np.roll(quad, degrees // 90, axis=0)


def mapping(quad: Floats, width: float, height: float) -> tuple[float, ...]:
    """Return the eight numbers that take a page of ``width`` x ``height`` to ``quad``.

    ``x' = (a x + b y + c) / (g x + h y + 1)``, ``y' = (d x + e y + f) / (g x + h y + 1)``: what
    Pillow's ``Transform.PERSPECTIVE`` wants.
    """
    flat = np.array([[0.0, 0.0], [width, 0.0], [width, height], [0.0, height]])
    rows, wanted = [], []
    for (x, y), (to_x, to_y) in zip(flat, quad, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -to_x * x, -to_x * y])
        rows.append([0, 0, 0, x, y, 1, -to_y * x, -to_y * y])
        wanted += [to_x, to_y]
    return tuple(float(one) for one in np.linalg.solve(np.array(rows), np.array(wanted)))
