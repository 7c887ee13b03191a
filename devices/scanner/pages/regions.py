"""Connected parts of a black and white picture, by their rows' runs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from devices.scanner.pages.geometry import Floats

__all__ = ["Region", "largest"]

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Region:
    """One connected part: how many pixels, with holes between its ends filled, and its ends.

    ``ends`` are the corners of each row's first and last pixel: what an outline needs.
    """

    pixels: int
    filled: int
    ends: Floats


def largest(mask: Mask, count: int) -> list[Region]:
    """Return the ``count`` largest parts (joined at pixels' sides), the largest first."""
    rows, starts, stops = _runs(mask)
    parent = list(range(len(rows)))

    def root(one: int) -> int:
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    above, above_end = 0, 0
    at = 0
    while at < len(rows):
        row_end = at
        while row_end < len(rows) and rows[row_end] == rows[at]:
            row_end += 1
        if above < above_end and rows[above] != rows[at] - 1:
            above = above_end
        upper = above
        for run in range(at, row_end):
            while upper < above_end and stops[upper] <= starts[run]:
                upper += 1
            look = upper
            while look < above_end and starts[look] < stops[run]:
                parent[root(look)] = root(run)
                look += 1
        above, above_end, at = at, row_end, row_end
    members: dict[int, list[int]] = {}
    for run in range(len(rows)):
        members.setdefault(root(run), []).append(run)
    sizes = {one: sum(stops[run] - starts[run] for run in runs) for one, runs in members.items()}
    best = sorted(sizes, key=lambda one: -sizes[one])[:count]
    return [_region(members[one], rows, starts, stops, sizes[one]) for one in best]


def _runs(mask: Mask) -> tuple[list[int], list[int], list[int]]:
    """Return row, first column and column after the last of every run, in reading order."""
    framed = np.zeros((mask.shape[0], mask.shape[1] + 2), dtype=np.int8)
    framed[:, 1:-1] = mask
    steps = np.diff(framed, axis=1)
    rows, starts = np.nonzero(steps == 1)
    _, stops = np.nonzero(steps == -1)
    return rows.tolist(), starts.tolist(), stops.tolist()


def _region(
    runs: list[int], rows: list[int], starts: list[int], stops: list[int], pixels: int
) -> Region:
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    for run in runs:
        row = rows[run]
        first[row] = min(first.get(row, starts[run]), starts[run])
        last[row] = max(last.get(row, stops[run]), stops[run])
    ends = [(x, y) for row in first for x in (first[row], last[row]) for y in (row, row + 1)]
    filled = sum(last[row] - first[row] for row in first)
    return Region(pixels, filled, np.array(ends, dtype=np.float64))
