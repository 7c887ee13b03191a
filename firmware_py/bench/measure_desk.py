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
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from firmware_py.bench.clerk_pc import ClerkPc
from firmware_py.bench.figure import Figure
from firmware_py.bench.measure_screens import asked, p95, spread
from firmware_py.bench.pair_on_x import HIGH, WIDE, Pair, measure_pair
from firmware_py.bench.stage import ROOT
from firmware_py.bench.x_panel import NotHere, XPanel

__all__ = [
    "Bounds",
    "frame_figure",
    "held_figure",
    "masked_figure",
    "measure",
    "mirror_figure",
    "not_measured",
    "pair_figures",
]

FRAME_MS, PAIR_MB, KEY_MS = 8.0, 105.0, 50.0

_FRAME = "a turn of the pair's loop, all pixels of the mirror and both pages changed, 2 x 1920x1080"
_KEY = "key -> command recorded -> both screens"
_MEMORY = "hall-screen window with the mirror of a desktop in motion: memory"
_MIRROR = "mirror, 1920x1080: {}"


@dataclass(frozen=True, slots=True)
class Bounds:
    """A desktop in motion and what its mirror keeps to; what is None is not asked.

    ``times`` are those of the viewer's processor.
    """

    what: str
    kind: str
    made_fps: float
    fps: float
    late_ms: float | None = None
    times: float | None = None
    mb_per_s: float | None = None


_MOVES = (
    Bounds("scrolling text at 30 fps", "scroll", 30, 29, late_ms=45, times=1.3),
    Bounds(
        "the whole screen changing at 30 fps", "full", 30, 29, late_ms=55, times=1.5, mb_per_s=6
    ),
    Bounds("photographs at 30 fps", "photo", 30, 28),
    Bounds("scrolling text at 60 fps", "scroll", 60, 55),
)
#: Held to so many percent of a core: what moves, how, the least fps.
_HELD = 25
_HELD_MIRROR = _MIRROR.format(f"{{}}, held to {_HELD} % of a core")
_HELD_MOVES = (
    ("scrolling text at 30 fps", "scroll", 25.0),
    ("the whole screen changing at 30 fps", "full", 15.0),
)
_MASKED = _MIRROR.format("bytes received of a masked area in which pages turn at 30 fps")
#: Exit codes of who measures: it could not hold the mirror; a program is missing (argparse's own).
_NOT_HELD, _NOT_INSTALLED = 3, 2
#: A sign of life more or less: a fence has some dozen bytes.
_SIGN_BYTES = 64

Found = Mapping[str, Mapping[str, float]]


def frame_figure(found: Mapping[str, float]) -> Figure:
    """Return the row of one frame on both displays: its median decides."""
    return Figure(
        _FRAME,
        f"{FRAME_MS:g} ms",
        f"p50 {found['all_p50_ms']:.1f} ms, p95 {found['all_p95_ms']:.1f} ms",
        f"the mirror's pixels alone p50 {found['mirror_p50_ms']:.1f} ms, both pages alone "
        f"{found['pages_p50_ms']:.1f} ms, both another page {found['other_p50_ms']:.1f} ms; before "
        f"the turn, on a thread: the mirror's pixels scaled p50 {found['scaled_p50_ms']:.1f} ms; "
        f"two ready pictures copied {found['copy_ms']:.1f} ms",
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
            spread(pair.both_ms),
            f"recorded {spread(pair.recorded_ms)}; the inner screen {spread(pair.inner_ms)}; in "
            f"turns, the command on the daemon's socket without a screen {spread(pair.raw_ms)}",
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
    return spread(late_ms) if late_ms else "nothing seen"


def mirror_figure(wanted: Bounds, found: Found) -> Figure:
    """Return the row of one kind of motion."""
    own, viewer, ratio = found["mirror"], found["viewer"], found["beside"]["cpu_times"]
    bounds = [f"at least {wanted.fps:g} fps"]
    kept = own["fps"] >= wanted.fps
    if wanted.late_ms is not None:
        bounds.append(f"p95 {wanted.late_ms:g} ms")
        kept &= own["p95_ms"] <= wanted.late_ms
    if wanted.times is not None:
        bounds.append(f"{wanted.times:g} times the viewer's processor")
        kept &= ratio <= wanted.times
    if wanted.mb_per_s is not None:
        bounds.append(f"{wanted.mb_per_s:g} MB/s")
        kept &= own["mb_per_s"] <= wanted.mb_per_s
    return Figure(
        _MIRROR.format(wanted.what),
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
    name = _HELD_MIRROR.format(what)
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
    bare = max(masked["bytes"] - still["bytes"], 0)
    return Figure(
        _MASKED,
        "0",
        f"{masked['updates']:.0f} updates; all in all {masked['bytes']:.0f} bytes, signs of life",
        f"a desktop at rest {still['bytes']:.0f} bytes; the same without the mask "
        f"{seen['bytes'] / 1e6:.1f} MB",
        kept=(masked["updates"] == 0 and bare <= _SIGN_BYTES and still["live"] > 0 < seen["bytes"]),
    )


def not_measured(why: str) -> list[Figure]:
    """Return the rows that need an X server and TigerVNC: a bound that nobody saw is missed."""
    bounds = {
        _KEY: f"p95 {KEY_MS:g} ms", _MEMORY: f"{PAIR_MB:g} MB",
        **{_MIRROR.format(one.what): f"at least {one.fps:g} fps" for one in _MOVES},
        **{_HELD_MIRROR.format(what): f"at least {fps:g} fps" for what, _, fps in _HELD_MOVES},
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


async def _mirrors() -> list[Figure]:
    figures = list[Figure]()
    for one in _MOVES:
        found = await _mirror(one.kind, "--fps", f"{one.made_fps:g}")
        if found is not None:
            figures.append(mirror_figure(one, found))
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
