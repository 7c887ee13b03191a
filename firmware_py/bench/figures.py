"""``make bench``: the hall's figures, each beside the raw limit of this machine in the same run.

``--only NAME`` runs some of them, ``--markdown FILE`` also writes the table for
docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import sqlite3
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from firmware_py.bench import measure_day, measure_keys, measure_start

__all__ = ["Figure", "main"]


class Figure(NamedTuple):
    """One row: what, the bound, what was measured, and the raw limit beside it."""

    what: str
    at_most: str
    measured: str
    beside: str


Measure = Callable[[Path], Awaitable[Iterable[tuple[str, str, str, str]]]]

MEASURES: dict[str, Measure] = {
    "keys": measure_keys.measure,
    "load": measure_day.measure_load,
    "day": measure_day.measure_long_day,
    "start": measure_start.measure_start,
    "idle": measure_start.measure_idle,
}


def _width(text: str) -> int:
    return len(text)


def _table(figures: list[Figure]) -> str:
    rows = [Figure("what", "bound", "measured", "beside it"), *figures]
    widths = [max(_width(row[column]) for row in rows) for column in range(4)]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def _machine() -> str:
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, load at the start {load:.1f}"
    )


async def _run(names: list[str]) -> list[Figure]:
    figures: list[Figure] = []
    for name in names:
        sys.stdout.write(f"{name} ...\n")
        sys.stdout.flush()
        with tempfile.TemporaryDirectory(prefix=f"hall-{name}-") as folder:
            figures += [Figure(*row) for row in await MEASURES[name](Path(folder))]
    return figures


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser("bench", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=sorted(MEASURES), default=list(MEASURES))
    parser.add_argument("--markdown", type=Path)
    options = parser.parse_args()
    # What a hall has: compiled modules kept beside their sources.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    machine = _machine()
    table = _table(asyncio.run(_run(options.only)))
    sys.stdout.write(f"\n{machine}\n\n{table}\n")
    if options.markdown is not None:
        options.markdown.write_text(f"{machine}\n\n{table}\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
