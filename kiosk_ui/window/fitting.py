"""How large the clerk's PC is shown, so that a part of it can be scaled by itself. Pure.

A part that is scaled alone fits its surroundings only where its edges fall on whole pixels on both
sides. So the picture is shown a little smaller than there is room: 1920 x 1080 in 1920 x 1015 as
1792 x 1008, where 15 pixels of it become 14.
"""

from __future__ import annotations

from math import gcd
from typing import NamedTuple

__all__ = ["Cells", "cells", "fitted"]

#: A desktop whose sides have no larger divisor is scaled to fit, and as a whole each time.
_LEAST = 8


def fitted(size: tuple[int, int], room: tuple[int, int]) -> tuple[int, int]:
    """Return the width and height at which a desktop of ``size`` is shown in ``room``."""
    wide, high = size
    common = gcd(wide, high)
    if room[0] >= wide and room[1] >= high and (room[0] < 2 * wide or room[1] < 2 * high):
        # As it is: sharper than any scaling.
        return size
    scale = min(room[0] / wide, room[1] / high)
    steps = int(scale * common)
    if common < _LEAST or steps < 1:
        return max(int(wide * scale), 1), max(int(high * scale), 1)
    return wide // common * steps, high // common * steps


class Cells(NamedTuple):
    """So many pixels of the desktop become so many on the panel, on one axis."""

    source: int
    target: int

    def around(self, start: int, length: int, most: int) -> tuple[int, int]:
        """Return the cells that hold ``length`` pixels from ``start`` on: the first, the end."""
        return start // self.source, min(-(-(start + length) // self.source), most)


def cells(source: int, target: int) -> tuple[Cells, int]:
    """Return the cells of an axis, and how many there are."""
    common = gcd(source, target)
    return Cells(source // common, target // common), common
