"""What the screens cost: pages and search by themselves, then a whole kiosk on a real X server.

Pages, search and the wall's day are measured by ``kiosk_ui.measure`` in processes of their own; the
kiosk is ``hall-screen`` at a real daemon, pressed as a panel would and watched by its pixels.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import statistics
import sys
from collections.abc import Mapping
from pathlib import Path

from firmware_py.bench.figure import Figure
from firmware_py.bench.kiosk_on_x import Kiosk, measure_kiosk
from firmware_py.bench.stage import ROOT
from firmware_py.bench.x_panel import NotHere, XPanel

__all__ = [
    "asked",
    "kiosk_figures",
    "measure",
    "not_measured",
    "p95",
    "page_figures",
    "search_figure",
    "spread",
    "wall_figure",
]

WARM_MS, FIRST_MS, KEY_MS = 4.0, 40.0, 5.0
START_MS, PIXELS_MS, PAPER_MS = 600.0, 45.0, 50.0
IDLE_PERCENT, IDLE_MB, GROWN_MB = 0.8, 65.0, 2.0

_PAGES = "kiosk page laid out, painted, flipped: {}"
_SEARCH = "a key of the kiosk's search among 214 items: found, words offered"
_START = "hall-screen kiosk: process started -> first picture on the panel"
_PIXELS = "touch at the kiosk -> pixels changed"
_PAPER = "touch at the kiosk -> last ticket byte at the printer"
_IDLE = "hall-screen kiosk, idle at a daemon"
_WALL = "the wall through 24 hours of simulated calls: memory grows"


async def asked(name: str, display: Mapping[str, str] | None = None) -> Mapping[str, float]:
    """Return the figures of one of ``kiosk_ui.measure``, on no display or on this one.

    Raises ``RuntimeError``.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "kiosk_ui.measure", name),
        cwd=ROOT, stdout=asyncio.subprocess.PIPE,
        # Nobody looks at these, display or not.
        env={**os.environ, **(display or {"SDL_VIDEODRIVER": "dummy"})},
    )  # fmt: skip
    said, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"kiosk_ui.measure {name} ended with {process.returncode}")
    found: dict[str, dict[str, float]] = json.loads(said)
    return found[name]


def p95(values: list[float]) -> float:
    """Return the 95th percentile."""
    return sorted(values)[min(len(values) - 1, round(len(values) * 0.95))]


def spread(values: list[float]) -> str:
    """Return median and 95th percentile, in milliseconds."""
    return f"p50 {statistics.median(values):.1f} ms, p95 {p95(values):.1f} ms"


def page_figures(found: Mapping[str, float]) -> list[Figure]:
    """Return the rows of the pages, warm and first."""

    def row(kind: str, what: str, bound: float, beside: str) -> Figure:
        takes = {name.partition(":")[2]: ms for name, ms in found.items() if f"{kind}_ms:" in name}
        worst = max(takes, key=lambda name: takes[name])
        measured = (
            f"worst {takes[worst]:.1f} ms ({worst}), median of {len(takes)} pages "
            f"{statistics.median(takes.values()):.1f} ms"
        )
        return Figure(
            _PAGES.format(what), f"{bound:g} ms", measured, beside, kept=takes[worst] <= bound
        )

    copied = f"a ready picture copied to the panel {found['copy_ms']:.2f} ms; all pages in turn, "
    copied += f"so that little is kept: median {found['in_turn_ms']:.1f} ms"
    letters = f"that page's letters alone, by FreeType: {found['letters_ms']:.1f} ms"
    return [
        row("warm", "seen before", WARM_MS, copied),
        row("first", "the first of a process", FIRST_MS, letters),
    ]


def search_figure(found: Mapping[str, float]) -> Figure:
    """Return the row of the search."""
    return Figure(
        _SEARCH,
        f"p99 {KEY_MS:g} ms",
        f"p50 {found['search_p50_ms']:.2f} ms, p99 {found['search_p99_ms']:.2f} ms",
        f"until its picture is shown p50 {found['shown_p50_ms']:.1f} ms, "
        f"p95 {found['shown_p95_ms']:.1f} ms: names drawn for the first time",
        kept=found["search_p99_ms"] <= KEY_MS and found["items"] == 214,
    )


def wall_figure(found: Mapping[str, float]) -> Figure:
    """Return the row of the wall's day."""
    grown = found["grown_mb"]
    return Figure(
        _WALL,
        f"less than {GROWN_MB:g} MB after the first hour",
        f"{grown:.2f} MB, {found['calls']:.0f} calls, {found['pictures']:.0f} pictures",
        f"all in all {found['end_mb']:.0f} MB; a picture p50 {found['drawn_p50_ms']:.1f} ms, "
        f"p99 {found['drawn_p99_ms']:.1f} ms; numbers out of their time "
        f"{found['wrong_pictures']:.0f}",
        kept=grown < GROWN_MB and found["wrong_pictures"] == 0,
    )


def kiosk_figures(kiosk: Kiosk) -> list[Figure]:
    """Return the rows of the kiosk as a whole."""
    down, up, paper = kiosk.down_ms, kiosk.up_ms, kiosk.paper_ms
    start = statistics.median(kiosk.start_ms)
    memory, bare = kiosk.memory, kiosk.bare
    return [
        Figure(
            _START,
            f"{START_MS:g} ms",
            f"median {start:.0f} ms, worst {max(kiosk.start_ms):.0f} ms",
            f"a bare pygame window filled once: median {statistics.median(kiosk.bare_ms):.0f} ms",
            kept=start <= START_MS,
        ),
        Figure(
            _PIXELS,
            f"p95 {PIXELS_MS:g} ms",
            f"laid on {spread(down)}; lifted {spread(up)}",
            f"a bare loop of 30 turns, filling what was pressed: {spread(kiosk.bare_touch_ms)}",
            kept=p95(down) <= PIXELS_MS and p95(up) <= PIXELS_MS,
        ),
        Figure(
            _PAPER,
            f"p95 {PAPER_MS:g} ms",
            spread(paper),
            f"in turns, the command on the daemon's socket without a screen: "
            f"{spread(kiosk.raw_ms)}",
            kept=p95(paper) <= PAPER_MS,
        ),
        Figure(
            f"{_IDLE}: processor",
            f"{IDLE_PERCENT} % of a core",
            f"{kiosk.idle_percent:.2f} %",
            f"a bare pygame loop, 30 turns a second: {kiosk.bare_percent:.2f} %",
            kept=kiosk.idle_percent <= IDLE_PERCENT,
        ),
        Figure(
            f"{_IDLE}, after {len(paper)} tickets: memory",
            f"{IDLE_MB:g} MB",
            f"{memory['Rss']:.1f} MB (its share, PSS, {memory['Pss']:.1f} MB)",
            f"a bare pygame loop {bare['Rss']:.1f} MB (PSS {bare['Pss']:.1f} MB)",
            kept=memory["Rss"] <= IDLE_MB,
        ),
    ]


def not_measured(why: str) -> list[Figure]:
    """Return the kiosk's rows where there is no X server: a bound that nobody saw is missed."""
    bounds = {
        _START: f"{START_MS:g} ms", _PIXELS: f"p95 {PIXELS_MS:g} ms",
        _PAPER: f"p95 {PAPER_MS:g} ms", f"{_IDLE}: processor": f"{IDLE_PERCENT} % of a core",
        f"{_IDLE}: memory": f"{IDLE_MB:g} MB",
    }  # fmt: skip
    return [Figure(what, bound, "not measured", why, kept=False) for what, bound in bounds.items()]


async def measure(folder: Path) -> list[Figure]:
    """Return the figures of the screens. Raises ``RuntimeError`` without pygame-ce."""
    if importlib.util.find_spec("pygame") is None:
        raise RuntimeError("pygame-ce is not installed. Do: pip install pygame-ce")
    figures = [
        *page_figures(await asked("kiosk-pages")),
        search_figure(await asked("kiosk-search")),
    ]
    places = await asked("kiosk-places")
    try:
        with XPanel(folder) as panel:
            figures += kiosk_figures(await measure_kiosk(folder, panel, places))
    except NotHere as missing:
        figures += not_measured(str(missing))
    return [*figures, wall_figure(await asked("wall-day"))]
