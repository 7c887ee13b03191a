"""Rectangles of whole pixels, and one without others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

__all__ = ["Rect", "bounding", "without"]


class Rect(NamedTuple):
    """``x``, ``y`` of its upper left pixel, ``width`` and ``height`` in pixels.

    A tuple, because thousands are made a second.
    """

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The first column beyond it."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """The first row below it."""
        return self.y + self.height

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.width, self.height

    @property
    def area(self) -> int:
        """How many pixels it has."""
        return self.width * self.height

    @property
    def empty(self) -> bool:
        """True without a single pixel."""
        return self[2] <= 0 or self[3] <= 0

    def holds(self, other: Rect) -> bool:
        """Return whether every pixel of the other one is in this one."""
        x, y, width, height = self
        left, top, wide, high = other
        return x <= left and y <= top and left + wide <= x + width and top + high <= y + height

    def meets(self, other: Rect) -> bool:
        """Return whether they share a pixel."""
        return not self.common(other).empty

    def common(self, other: Rect) -> Rect:
        """Return what is in both; ``empty`` where there is nothing."""
        x, y = max(self.x, other.x), max(self.y, other.y)
        right, bottom = min(self.right, other.right), min(self.bottom, other.bottom)
        return Rect(x, y, max(right - x, 0), max(bottom - y, 0))

    def moved(self, dx: int, dy: int) -> Rect:
        """Return it elsewhere."""
        return Rect(self.x + dx, self.y + dy, self.width, self.height)


def bounding(rects: Sequence[Rect]) -> Rect:
    """Return the smallest rectangle that holds them all. ValueError without one."""
    x, y = min(r.x for r in rects), min(r.y for r in rects)
    return Rect(x, y, max(r.right for r in rects) - x, max(r.bottom for r in rects) - y)


def without(whole: Rect, holes: Iterable[Rect]) -> tuple[Rect, ...]:
    """Return ``whole`` minus ``holes`` as few rectangles that do not overlap, top to bottom.

    It is cut into bands where a hole begins or ends; neighbours with the same gaps are one again.
    """
    cut = [hole for hole in (whole.common(hole) for hole in holes) if not hole.empty]
    if whole.empty:
        return ()
    if not cut:
        return (whole,)
    lines = sorted({whole.y, whole.bottom, *(r.y for r in cut), *(r.bottom for r in cut)})
    bands: list[tuple[int, int, list[tuple[int, int]]]] = []
    for top, bottom in pairwise(lines):
        gaps = _gaps(whole, [r for r in cut if r.y <= top and bottom <= r.bottom])
        if bands and bands[-1][2] == gaps:
            bands[-1] = (bands[-1][0], bottom, gaps)
        else:
            bands.append((top, bottom, gaps))
    return tuple(
        Rect(left, top, right - left, bottom - top)
        for top, bottom, gaps in bands
        for left, right in gaps
    )


def _gaps(whole: Rect, holes: Iterable[Rect]) -> list[tuple[int, int]]:
    """Return the stretches of columns that no hole covers."""
    found, at = [], whole.x
    for hole in sorted(holes, key=lambda r: r.x):
        if hole.x > at:
            found.append((at, hole.x))
        at = max(at, hole.right)
    if at < whole.right:
        found.append((at, whole.right))
    return found
