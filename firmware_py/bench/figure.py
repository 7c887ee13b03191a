"""One figure of ``make bench``: what was measured, and whether it is within its bound."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

__all__ = ["Figure", "missed", "table"]


class Figure(NamedTuple):
    """One row: what, the bound, what was measured, the raw limit beside it.

    ``kept`` says whether what was measured is within the bound; a median decides where several
    runs were made, for one of them may have met other work of the machine.
    """

    what: str
    bound: str
    measured: str
    beside: str
    kept: bool


def table(figures: Iterable[Figure]) -> str:
    """Return the figures as a table of Markdown, each marked as kept or missed."""
    rows = [("", "what", "bound", "measured", "beside it")]
    rows += [("✓" if one.kept else "✗", *one[:4]) for one in figures]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def missed(figures: Sequence[Figure]) -> str:
    """Return how many bounds were missed, in a line."""
    count = sum(not figure.kept for figure in figures)
    if not count:
        return f"✓ all {len(figures)} figures are within their bounds"
    return f"✗ {count} of {len(figures)} figures missed the bound"
