"""The mirror beside TigerVNC's own viewer: ``python -m kiosk_ui.rfb.measure`` prints JSON.

A desktop of TigerVNC's server shows pictures in motion, each with its number; the mirror and the
viewer look at it in turns. How late a picture is counts from when its program showed it until it
is whole in our picture, or on the viewer's screen. The processor's time is the process's own, and
told for each picture: neither what our pages do with it nor the viewer's X server is in it.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import numpy as np

from kiosk_ui.rfb.access import Access
from kiosk_ui.rfb.framebuffer import Framebuffer
from kiosk_ui.rfb.held import NotHeld, held
from kiosk_ui.rfb.line import Address
from kiosk_ui.rfb.measure_masked import measured_masked
from kiosk_ui.rfb.mirror import Mirror
from kiosk_ui.rfb.numbered import NUMBERS, Times, number_at
from kiosk_ui.rfb.region import Rect
from kiosk_ui.rfb.session import Tuning
from kiosk_ui.rfb.stage import Screen, Stage, rss_mb

__all__ = ["main", "measured"]

_NEEDED = ("Xtigervnc", "Xvfb", "xtigervncviewer")
#: The exit code where the mirror cannot be held to a part of a core.
_NOT_HELD = 3
_KINDS = ("scroll", "full", "photo")
_SETTLE_S = 2.0
#: A picture is waited for so often on the viewer's screen.
_LOOK_S = 0.002
#: Older than this, a number is that of a round before.
_OLD_S = 10.0

Figures: TypeAlias = dict[str, float]


@dataclass(slots=True)
class _Seen:
    """Which pictures came, and how late."""

    times: Times
    number: int = -1
    first: int = -1
    late_ms: list[float] = field(default_factory=list)

    def look(self, green: Callable[[int, int], int]) -> None:
        number = number_at(green)
        late_s = time.monotonic() - self.times.at(number)
        if number != self.number and late_s < _OLD_S:
            self.number = number
            self.first = number if self.first < 0 else self.first
            self.late_ms.append(1000 * late_s)

    def figures(self, seconds: float, cpu_s: float, server_s: float) -> Figures:
        count = max(len(self.late_ms), 1)
        late_ms = self.late_ms or [float("nan")]
        return {
            "fps": round(len(self.late_ms) / seconds, 1),
            "source_fps": round((self.number - self.first) % NUMBERS / seconds, 1),
            "p50_ms": round(float(np.percentile(late_ms, 50)), 1),
            "p95_ms": round(float(np.percentile(late_ms, 95)), 1),
            "cpu_percent": round(100 * cpu_s / seconds, 1),
            "cpu_ms_per_picture": round(1000 * cpu_s / count, 2),
            "server_cpu_percent": round(100 * server_s / seconds, 1),
        }


class _Watched(Mirror):
    """Looks at the number of every picture when it is whole."""

    seen: _Seen | None = None

    def updated(self, frame: Framebuffer, rects: tuple[Rect, ...], *, whole: bool) -> None:
        super().updated(frame, rects, whole=whole)
        if self.seen is not None:
            words = frame.words
            self.seen.look(lambda x, y: int(words[y, x]) >> 8 & 0xFF)


def _ours(stage: Stage, desktop: Screen, times: Times, seconds: float, tuning: Tuning) -> Figures:
    address = Address(path=str(stage.socket))
    with _Watched(address, Access(), tuning=tuning) as mirror:
        time.sleep(_SETTLE_S)
        before = mirror.status().received
        seen, server_s, cpu_s = _Seen(times), desktop.program.cpu_s(), time.process_time()
        begin_s = time.monotonic()
        mirror.seen = seen
        time.sleep(seconds)
        mirror.seen = None
        took_s = time.monotonic() - begin_s
        cpu_s, server_s = time.process_time() - cpu_s, desktop.program.cpu_s() - server_s
        found = seen.figures(took_s, cpu_s, server_s)
        found["mb_per_s"] = round((mirror.status().received - before) / took_s / 1e6, 2)
        found["rss_mb"] = round(rss_mb(os.getpid()), 1)
        return found


def _viewer(
    stage: Stage, desktop: Screen, panel: Screen, times: Times, seconds: float, tuning: Tuning
) -> Figures:
    quality = ("-NoJPEG",) if tuning.quality is None else (f"-QualityLevel={tuning.quality}",)
    viewer = stage.start(
        [
            *("xtigervncviewer", "-FullScreen", "-ViewOnly", "-RemoteResize=0", "-AutoSelect=0"),
            *("-PreferredEncoding=Tight", f"-CompressLevel={tuning.compress}", *quality),
            *("-SecurityTypes=None", str(stage.socket)),
        ],
        panel,
    )
    try:
        time.sleep(_SETTLE_S + 1)
        seen, server_s, cpu_s = _Seen(times), desktop.program.cpu_s(), viewer.cpu_s()
        panel_s, begin_s = panel.program.cpu_s(), time.monotonic()
        while time.monotonic() - begin_s < seconds:
            seen.look(panel.green)
            time.sleep(_LOOK_S)
        took_s = time.monotonic() - begin_s
        cpu_s, server_s = viewer.cpu_s() - cpu_s, desktop.program.cpu_s() - server_s
        found = seen.figures(took_s, cpu_s, server_s)
        found["x_server_cpu_percent"] = round(100 * (panel.program.cpu_s() - panel_s) / took_s, 1)
        found["rss_mb"] = round(viewer.rss_mb(), 1)
        return found
    finally:
        viewer.end()


def measured(
    kind: str, *, size: str, fps: float, seconds: float, rounds: int, tuning: Tuning
) -> dict[str, Figures]:
    """Let both look at one kind of motion, in turns; the medians of the rounds."""
    with tempfile.TemporaryDirectory() as folder, Stage(Path(folder)) as stage:
        desktop = stage.desktop(size, fps)
        panel = stage.panel(size)
        _, times = stage.motion(desktop, kind, size, fps)
        time.sleep(_SETTLE_S)
        ours, viewers = [], []
        for _ in range(rounds):
            ours.append(_ours(stage, desktop, times, seconds, tuning))
            viewers.append(_viewer(stage, desktop, panel, times, seconds, tuning))
        times.close()
    own, other = _medians(ours), _medians(viewers)
    ratio = own["cpu_ms_per_picture"] / other["cpu_ms_per_picture"]
    return {"mirror": own, "viewer": other, "beside": {"cpu_times": round(ratio, 2)}}


def measured_held(
    kind: str, *, percent: float, size: str, fps: float, seconds: float, rounds: int, tuning: Tuning
) -> dict[str, Figures]:
    """Let the mirror alone look, held to so much of a core. Raises ``NotHeld``."""
    with tempfile.TemporaryDirectory() as folder, Stage(Path(folder)) as stage:
        desktop = stage.desktop(size, fps)
        _, times = stage.motion(desktop, kind, size, fps)
        time.sleep(_SETTLE_S)
        with held(percent):
            ours = [_ours(stage, desktop, times, seconds, tuning) for _ in range(rounds)]
        times.close()
    return {"mirror": _medians(ours)}


def _medians(rounds: Sequence[Figures]) -> Figures:
    return {name: float(np.median([one[name] for one in rounds])) for name in rounds[0]}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m kiosk_ui.rfb.measure",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "kinds", nargs="*", metavar="kind", help="scroll, full, photo, smooth, masked"
    )
    parser.add_argument("--size", default="1920x1080")
    parser.add_argument("--fps", type=float, default=30.0)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--quality", type=int, default=8, help="of JPEG, 0 to 9; -1: lossless")
    parser.add_argument("--held", type=float, help="percent of a core for the mirror; no viewer")
    parser.add_argument("--asked", action="store_true", help="ask for each update")
    options = parser.parse_args(arguments)
    missing = [name for name in _NEEDED if shutil.which(name) is None]
    if missing:
        parser.error(f"not installed: {', '.join(missing)} (config/setup/debian-test.txt)")
    tuning = Tuning(
        quality=None if options.quality < 0 else options.quality, continuous=not options.asked
    )
    size, fps, seconds = options.size, options.fps, options.seconds

    def one(kind: str) -> dict[str, Figures]:
        if kind == "masked":
            return measured_masked(size=size, fps=fps, seconds=seconds)
        usual = {"size": size, "fps": fps, "seconds": seconds, "rounds": options.rounds}
        if options.held is not None:
            return measured_held(kind, percent=options.held, tuning=tuning, **usual)
        return measured(kind, tuning=tuning, **usual)

    try:
        found = {kind: one(kind) for kind in options.kinds or _KINDS}
    except NotHeld as error:
        sys.stderr.write(f"{error}\n")
        return _NOT_HELD
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
