"""What the pair of screens at a window costs, with the clerk's desktop mirrored.

The frame is measured by ``kiosk_ui.measure`` in a process of its own, the mirror beside TigerVNC's
viewer by ``kiosk_ui.rfb.measure``; the pair is ``hall-screen window`` at a real daemon and a real
desktop, worked by keys and watched by its pixels.
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

from firmware_py.bench.clerk_pc import ClerkPc
from firmware_py.bench.figure import Figure
from firmware_py.bench.measure_screens import asked, p95
from firmware_py.bench.pair_on_x import HIGH, WIDE, Pair, measure_pair
from firmware_py.bench.stage import ROOT
from firmware_py.bench.x_panel import NotHere, XPanel

__all__ = [
    "frame_figure",
    "held_figure",
    "masked_figure",
    "measure",
    "mirror_figures",
    "not_measured",
    "pair_figures",
]

FRAME_MS, PAIR_MB, KEY_MS = 8.0, 105.0, 50.0

_FRAME = "a turn of the pair's loop, all pixels of the mirror and both pages changed, 2 x 1920x1080"
_KEY = "key -> command recorded -> both screens"
_MEMORY = "hall-screen window with the mirror of a desktop in motion: memory"
_MIRROR = "mirror, 1920x1080: {}"
#: What moves, how, and the bounds: fps, p95 in ms, times the viewer's processor, MB/s.
_MOVES: tuple[tuple[str, str, float, float, float | None, float | None, float | None], ...] = (
    ("scrolling text at 30 fps", "scroll", 30, 29, 45, 1.3, None),
    ("the whole screen changing at 30 fps", "full", 30, 29, 55, 1.5, 6),
    ("photographs at 30 fps", "photo", 30, 28, None, None, None),
    ("scrolling text at 60 fps", "scroll", 60, 55, None, None, None),
)
#: Held to so many percent of a core: what moves, how, the least fps.
_HELD = 25
_HELD_MOVES = (
    ("scrolling text at 30 fps", "scroll", 25.0),
    ("the whole screen changing at 30 fps", "full", 15.0),
)
_MASKED = _MIRROR.format("bytes received of a masked area in which pages turn at 30 fps")
_NOT_HELD = 3

Found = Mapping[str, Mapping[str, float]]


def _spread(values: list[float]) -> str:
    return f"p50 {statistics.median(values):.1f} ms, p95 {p95(values):.1f} ms"


def frame_figure(found: Mapping[str, float]) -> Figure:
    """Return the row of one frame on both displays: its median decides."""
    return Figure(
        _FRAME,
        f"{FRAME_MS:g} ms",
        f"p50 {found['all_p50_ms']:.1f} ms, p95 {found['all_p95_ms']:.1f} ms",
        f"the mirror's pixels alone p50 {found['mirror_p50_ms']:.1f} ms, both pages alone "
        f"{found['pages_p50_ms']:.1f} ms; two ready pictures copied {found['copy_ms']:.1f} ms",
        kept=found["all_p50_ms"] <= FRAME_MS,
    )


def pair_figures(pair: Pair) -> list[Figure]:
    """Return the rows of the pair as a whole."""
    moved = [
        Figure(
            f"the same desktop on the outer panel, scaled to 1792x1008: {one.kind}",
            "none",
            f"{one.fps:.1f} fps of {one.made_fps:.1f} that it showed, {_late(one.late_ms)}",
            f"hall-screen window {one.busy_percent:.0f} % of a core",
            kept=bool(one.late_ms),
        )
        for one in pair.moved
    ]
    return [
        Figure(
            _KEY,
            f"p95 {KEY_MS:g} ms",
            _spread(pair.both_ms),
            f"recorded {_spread(pair.recorded_ms)}; the inner screen {_spread(pair.inner_ms)}; in "
            f"turns, the command on the daemon's socket without a screen {_spread(pair.raw_ms)}",
            kept=p95(pair.both_ms) <= KEY_MS,
        ),
        Figure(
            _MEMORY,
            f"{PAIR_MB:g} MB",
            f"{pair.memory['Rss']:.1f} MB (its share, PSS, {pair.memory['Pss']:.1f} MB)",
            "the pixels of two panels 16.6 MB, shared with the X server",
            kept=pair.memory["Rss"] <= PAIR_MB,
        ),
        *moved,
    ]


def _late(late_ms: list[float]) -> str:
    return _spread(late_ms) if late_ms else "nothing seen"


def mirror_figures(
    what: str, found: Found, fps: float, late_ms: float | None, times: float | None,
    mb_per_s: float | None,
) -> Figure:  # fmt: skip
    """Return the row of one kind of motion; a bound that is None is not asked."""
    own, viewer, ratio = found["mirror"], found["viewer"], found["beside"]["cpu_times"]
    bounds = [f"at least {fps:g} fps"]
    kept = own["fps"] >= fps
    if late_ms is not None:
        bounds.append(f"p95 {late_ms:g} ms")
        kept &= own["p95_ms"] <= late_ms
    if times is not None:
        bounds.append(f"{times:g} times the viewer's processor")
        kept &= ratio <= times
    if mb_per_s is not None:
        bounds.append(f"{mb_per_s:g} MB/s")
        kept &= own["mb_per_s"] <= mb_per_s
    return Figure(
        _MIRROR.format(what),
        ", ".join(bounds),
        f"{own['fps']:.1f} fps of {own['source_fps']:.1f}, p95 {own['p95_ms']:.0f} ms, "
        f"{own['cpu_ms_per_picture']:.1f} ms of a core a picture, {ratio:.2f} times the viewer's, "
        f"{own['mb_per_s']:.1f} MB/s",
        f"TigerVNC's viewer {viewer['fps']:.1f} fps, p95 {viewer['p95_ms']:.0f} ms, "
        f"{viewer['cpu_ms_per_picture']:.1f} ms",
        kept=kept,
    )


def held_figure(what: str, found: Found | None, fps: float) -> Figure:
    """Return the row of a mirror held to a part of a core; None: it could not be held."""
    name = _MIRROR.format(f"{what}, held to {_HELD} % of a core")
    if found is None:
        why = "no control group of Linux may be made here: run it as root"
        return Figure(name, f"at least {fps:g} fps", "not measured", why, kept=False)
    own = found["mirror"]
    return Figure(
        name,
        f"at least {fps:g} fps",
        f"{own['fps']:.1f} fps of {own['source_fps']:.1f}, p95 {own['p95_ms']:.0f} ms",
        f"a control group that has 5 of each 20 ms; used {own['cpu_percent']:.0f} %",
        kept=own["fps"] >= fps,
    )


def masked_figure(found: Found) -> Figure:
    """Return the row of the private area."""
    still, masked, seen = found["still"], found["mirror"], found["seen"]
    # A sign of life more or less: a fence has some dozen bytes.
    bare = max(masked["bytes"] - still["bytes"], 0)
    return Figure(
        _MASKED,
        "0",
        f"{masked['updates']:.0f} updates; all in all {masked['bytes']:.0f} bytes, signs of life",
        f"a desktop at rest {still['bytes']:.0f} bytes; the same without the mask "
        f"{seen['bytes'] / 1e6:.1f} MB",
        kept=(masked["updates"] == 0 and bare <= _SIGN_BYTES and still["live"] > 0 < seen["bytes"]),
    )


_SIGN_BYTES = 64


def not_measured(why: str) -> list[Figure]:
    """Return the rows that need an X server and TigerVNC: a bound that nobody saw is missed."""
    bounds = {
        _KEY: f"p95 {KEY_MS:g} ms", _MEMORY: f"{PAIR_MB:g} MB",
        **{_MIRROR.format(what): f"at least {fps:g} fps" for what, _, _, fps, *_ in _MOVES},
        _MASKED: "0",
    }  # fmt: skip
    return [Figure(what, bound, "not measured", why, kept=False) for what, bound in bounds.items()]


async def _mirror(kind: str, *arguments: str) -> Found | None:
    """Return what ``kiosk_ui.rfb.measure`` found; None where it could not hold the mirror."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "kiosk_ui.rfb.measure", kind, *arguments),
        cwd=ROOT, stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "SDL_VIDEODRIVER": "dummy"},
    )  # fmt: skip
    said, _ = await process.communicate()
    if process.returncode == _NOT_HELD:
        return None
    if process.returncode == _NOT_INSTALLED:
        raise NotHere("apt install tigervnc-standalone-server tigervnc-viewer xvfb")
    if process.returncode:
        raise RuntimeError(f"kiosk_ui.rfb.measure {kind} ended with {process.returncode}")
    found: dict[str, dict[str, dict[str, float]]] = json.loads(said)
    return found[kind]


#: argparse's exit code for what cannot be done.
_NOT_INSTALLED = 2


async def _mirrors() -> list[Figure]:
    figures = list[Figure]()
    for what, kind, source_fps, fps, late_ms, times, mb_per_s in _MOVES:
        found = await _mirror(kind, "--fps", f"{source_fps:g}")
        if found is not None:
            figures.append(mirror_figures(what, found, fps, late_ms, times, mb_per_s))
    for what, kind, fps in _HELD_MOVES:
        held = await _mirror(kind, "--held", str(_HELD))
        figures.append(held_figure(what, held, fps))
    masked = await _mirror("masked", "--seconds", "5")
    return figures if masked is None else [*figures, masked_figure(masked)]


async def measure(folder: Path) -> list[Figure]:
    """Return the figures of the pair and of its mirror. Raises ``RuntimeError`` without pygame."""
    if importlib.util.find_spec("pygame") is None:
        raise RuntimeError("pygame-ce is not installed. Do: pip install pygame-ce")
    places = await asked("pair-places")
    try:
        with XPanel(folder, 2 * WIDE, HIGH) as panel:
            figures = [frame_figure(await asked("pair-frame", panel.environment))]
            with ClerkPc(folder / "pc") as pc:
                figures += pair_figures(await measure_pair(folder, panel, pc, places))
        return [*figures, *await _mirrors()]
    except NotHere as missing:
        return [frame_figure(await asked("pair-frame")), *not_measured(str(missing))]
