"""Figures of the screens: ``python -m kiosk_ui.measure wall-day`` prints them as JSON.

``make bench`` runs each in a process of its own, for memory is one of them. A measurement is a
function that takes ``quick`` (a shorter one, for the tests) and returns its figures by name; a new
one is a line of ``MEASUREMENTS``.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from collections.abc import Callable, Mapping, Sequence

__all__ = ["MEASUREMENTS", "Figures", "main"]

#: Names end in their unit: ``_ms``, ``_mb`` (10^6 bytes), ``_percent``; counts in none.
Figures = Mapping[str, float]


def _wall_day(*, quick: bool) -> Figures:
    from kiosk_ui.panel import Panel
    from kiosk_ui.wall.day import measure

    if quick:
        return measure(1.5, Panel(1280, 720, 1210, 680), step_s=2.0)
    return measure()


def _kiosk_pages(*, quick: bool) -> Figures:
    from kiosk_ui.measure_kiosk import measure_pages

    return measure_pages(quick=quick)


def _kiosk_search(*, quick: bool) -> Figures:
    from kiosk_ui.measure_kiosk import measure_search

    return measure_search(quick=quick)


def _kiosk_places(*, quick: bool) -> Figures:
    from kiosk_ui.measure_kiosk import places

    del quick  # it takes no time
    return places()


def _pair_frame(*, quick: bool) -> Figures:
    from kiosk_ui.measure_pair import measure_frame

    return measure_frame(quick=quick)


def _pair_places(*, quick: bool) -> Figures:
    from kiosk_ui.measure_pair import places

    del quick
    return places()


#: What can be measured, by name. Imports stay inside: a measurement of memory loads its own alone.
MEASUREMENTS: dict[str, Callable[..., Figures]] = {
    "wall-day": _wall_day,
    "kiosk-pages": _kiosk_pages,
    "kiosk-search": _kiosk_search,
    "kiosk-places": _kiosk_places,
    "pair-frame": _pair_frame,
    "pair-places": _pair_places,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the measurements that are named, all without a name; print ``{name: figures}``."""
    parser = argparse.ArgumentParser(prog="python -m kiosk_ui.measure", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(MEASUREMENTS))
    parser.add_argument("--quick", action="store_true", help="shorter; for the tests")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.names if name not in MEASUREMENTS]
    if unknown:
        parser.error(f"no measurement {unknown[0]}; there are: {', '.join(MEASUREMENTS)}")
    # Nobody looks, and no panel is needed.
    os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
    os.environ.setdefault("SDL_AUDIODRIVER", "dummy")
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    found = {
        name: dict(MEASUREMENTS[name](quick=options.quick))
        for name in options.names or MEASUREMENTS
    }
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
