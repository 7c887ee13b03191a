"""``make bench``: the hall's figures, each beside the raw limit of this machine in the same run.

``--only NAME`` runs some of them, ``--markdown FILE`` also writes the table for
docs/benchmarks.md. The exit code is 1 when a figure missed its bound.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import sqlite3
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from pathlib import Path

from firmware_py.bench import (
    measure_cards,
    measure_codecs,
    measure_day,
    measure_desk,
    measure_keys,
    measure_many,
    measure_pads,
    measure_pages,
    measure_printer,
    measure_screens,
    measure_spread,
    measure_start,
    measure_voice,
    measure_wall,
)
from firmware_py.bench.figure import Figure, missed, table

__all__ = ["main"]

Measure = Callable[[Path], Awaitable[Iterable[Figure]]]

MEASURES: dict[str, Measure] = {
    "keys": measure_keys.measure,
    "pads": measure_pads.measure,
    "cards": measure_cards.measure,
    "load": measure_day.measure_load,
    "day": measure_day.measure_long_day,
    "start": measure_start.measure_start,
    "idle": measure_start.measure_idle,
    "printer": measure_printer.measure,
    "voice": measure_voice.measure,
    "wall": measure_wall.measure,
    "codecs": measure_codecs.measure,
    "pages": measure_pages.measure,
    "many": measure_many.measure,
    "spread": measure_spread.measure,
    "screens": measure_screens.measure,
    "desk": measure_desk.measure,
}


def _machine() -> str:
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, load at the start {load:.1f}"
    )


async def _run(names: Iterable[str], measures: Mapping[str, Measure]) -> list[Figure]:
    figures: list[Figure] = []
    for name in names:
        sys.stdout.write(f"{name} ...\n")
        sys.stdout.flush()
        with tempfile.TemporaryDirectory(prefix=f"hall-{name}-") as folder:
            figures += await measures[name](Path(folder))
    return figures


def main(arguments: Sequence[str] | None = None, measures: Mapping[str, Measure] = MEASURES) -> int:
    """Measure and print; return 1 when a bound was missed."""
    parser = argparse.ArgumentParser("bench", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=sorted(measures), default=list(measures))
    parser.add_argument("--markdown", type=Path)
    options = parser.parse_args(arguments)
    # What a hall has: compiled modules kept beside their sources.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    machine = _machine()
    figures = asyncio.run(_run(options.only, measures))
    shown = table(figures)
    sys.stdout.write(f"\n{machine}\n\n{shown}\n\n{missed(figures)}\n")
    if options.markdown is not None:
        options.markdown.write_text(f"{machine}\n\n{shown}\n", encoding="utf-8")
    return 0 if all(figure.kept for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
