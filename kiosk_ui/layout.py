"""Dividing a rectangle: rows, columns, grids, insets. Pure; lengths in pixels (``Panel.px``).

A part is a number of pixels (``int``) or a share of what is left (``Share``). Nothing is lost by
rounding: the parts and the gaps fill the rectangle to the last pixel. What is too much for a
rectangle makes parts of no size, never negative ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kiosk_ui.ops import Rect

__all__ = ["Part", "Share", "at", "columns", "grid", "inset", "rows"]


class Share(NamedTuple):
    """A share of what the fixed parts leave: ``Share(2)`` has twice as much as ``Share(1)``."""

    weight: float = 1.0


Part = int | Share


def _lengths(whole: int, parts: Sequence[Part], gap: int) -> list[int]:
    left = whole - gap * (len(parts) - 1)
    fixed = sum(part for part in parts if isinstance(part, int))
    weights = sum(part.weight for part in parts if isinstance(part, Share))
    free = max(left - fixed, 0)
    lengths, given, so_far = list[int](), 0, 0.0
    for part in parts:
        if isinstance(part, int):
            lengths.append(max(part, 0))
            continue
        so_far += part.weight
        until = round(free * so_far / weights) if weights else 0
        lengths.append(until - given)
        given = until
    # Fixed parts that want more than there is: the last ones give way.
    room = max(left, 0)
    for n, length in enumerate(lengths):
        lengths[n] = min(length, room)
        room -= lengths[n]
    return lengths


def rows(rect: Rect, *parts: Part, gap: int = 0) -> list[Rect]:
    """Return ``rect`` divided from top to bottom."""
    found, y = list[Rect](), rect.y
    for length in _lengths(rect.h, parts, gap):
        found.append(Rect(rect.x, y, rect.w, length))
        y += length + gap
    return found


def columns(rect: Rect, *parts: Part, gap: int = 0) -> list[Rect]:
    """Return ``rect`` divided from left to right."""
    found, x = list[Rect](), rect.x
    for length in _lengths(rect.w, parts, gap):
        found.append(Rect(x, rect.y, length, rect.h))
        x += length + gap
    return found


def grid(
    rect: Rect, count: int, across: int, *, gap: int = 0, deep: int | None = None
) -> list[Rect]:
    """Return ``count`` equal cells, ``across`` in a row, row by row.

    ``deep``: so many rows are made room for, if not as many as there are.
    """
    down = max(-(-count // across), deep or 0, 1)
    cells = [
        cell
        for row in rows(rect, *[Share()] * down, gap=gap)
        for cell in columns(row, *[Share()] * across, gap=gap)
    ]
    return cells[:count]


def inset(rect: Rect, x: int, y: int | None = None) -> Rect:
    """Return what is left inside margins: ``x`` at the sides, ``y`` (or ``x``) above and below."""
    y = x if y is None else y
    return Rect(rect.x + x, rect.y + y, max(rect.w - 2 * x, 0), max(rect.h - 2 * y, 0))


def at(rect: Rect, w: int, h: int, *, across: float = 0.5, down: float = 0.5) -> Rect:
    """Return a rectangle of ``w`` x ``h`` inside ``rect``; 0 is left or top, 0.5 the middle."""
    return Rect(rect.x + round((rect.w - w) * across), rect.y + round((rect.h - h) * down), w, h)
