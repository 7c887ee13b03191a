"""One pair of screens at work: a real daemon, ``hall-screen window``, a clerk's desktop, keys.

One X server is two panels wide, as a Pi's is with two monitors: the clerk's on the left.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from firmware_py.bench.clerk_pc import ClerkPc, Numbers
from firmware_py.bench.client import HallClient
from firmware_py.bench.kiosk_on_x import resident_mb
from firmware_py.bench.measure_day import cpu_s
from firmware_py.bench.measure_keys import bench_file, ready
from firmware_py.bench.polling import until
from firmware_py.bench.stage import Stage
from firmware_py.bench.x_panel import XPanel

__all__ = ["WIDE", "Moved", "Pair", "measure_pair", "pair_file"]

#: Of each of the two panels.
WIDE, HIGH = 1920, 1080
#: The window with the screens, and one without: the same commands there by the socket alone.
WINDOW, BARE = "3", "4"
ROUNDS = 12
MOVES: tuple[tuple[str, float], ...] = (("scroll", 30.0), ("scroll", 60.0), ("full", 30.0))
MOVES_S = 6.0
_SETTLE_S = 2.0
_WITHIN_S = 5.0
_LOOK_S = 0.0005
#: Longer than anything moves after a key, so that the next key finds the loop at rest.
_CALM_S = 1.2
_TURN_S = 1 / 30
_SCREEN = "screen-window"


@dataclass(slots=True)
class Moved:
    """What people at the outer panel saw of a desktop in motion. Milliseconds, percent of a core.

    ``fps`` is what was seen, ``made_fps`` what the desktop showed meanwhile.
    """

    kind: str
    fps: float = 0.0
    made_fps: float = 0.0
    late_ms: list[float] = field(default_factory=list)
    busy_percent: float = 0.0


@dataclass(slots=True)
class Pair:
    """What was measured, in milliseconds from the key; memory in MB by ``Rss`` and ``Pss``."""

    recorded_ms: list[float] = field(default_factory=list)
    inner_ms: list[float] = field(default_factory=list)
    both_ms: list[float] = field(default_factory=list)
    #: The same commands at another window by the socket, until they were answered.
    raw_ms: list[float] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)
    memory: dict[str, float] = field(default_factory=dict)


def pair_file(folder: Path, socket: Path) -> Path:
    """Write the bench's hall with a mirror of that desktop at the window; return its path."""
    path = bench_file(folder)
    text = path.read_text(encoding="utf-8")
    lamp = f'lamp = "lamp-{WINDOW}"\n'
    mirror = f'mirror = {{ host = "{socket}", security = "none", quality = 8 }}\n'
    if text.count(lamp) != 1:
        raise RuntimeError(f"the bench has no window {WINDOW} with a lamp")
    path.write_text(text.replace(lamp, lamp + mirror), encoding="utf-8")
    return path


async def measure_pair(
    folder: Path, panel: XPanel, pc: ClerkPc, places: Mapping[str, float]
) -> Pair:
    """Measure all of it; ``places`` says where things are on the two panels."""
    pair = Pair()
    async with Stage(folder / "stage", pair_file(folder, pc.socket), broker=False) as stage:
        async with await HallClient.connect(stage.hall_socket) as hall:
            clerk = _Clerk(pair, panel, places, hall)
            await clerk.open()
            stage.start_screen(
                _SCREEN,
                [
                    *("window", "--window", WINDOW, "--socket", str(stage.hall_socket)),
                    *("--panel", f"{WIDE}x{HIGH}", "--size", "476x268"),
                    *("--outer-panel", f"{WIDE}x{HIGH}"),
                ],
                panel.environment,
            )
            await clerk.works()
            pid = stage.processes[_SCREEN].pid
            for kind, fps in MOVES:
                with pc.moving(kind, fps) as times:
                    await asyncio.sleep(_SETTLE_S)
                    one = Moved(f"{kind} at {fps:g} fps")
                    await asyncio.to_thread(clerk.watch, one, times, pid)
                    pair.moved.append(one)
            pair.memory = resident_mb(pid)
        log = stage.log_of(_SCREEN) + stage.log_of("halld")
    if "Traceback" in log or '"error"' in log or '"critical"' in log:
        raise RuntimeError(f"errors were logged while the pair was measured:\n{log[-2000:]}")
    return pair


class _Clerk:
    """Calls and finishes one ticket after the other by the keyboard, and one by the socket."""

    def __init__(
        self, pair: Pair, panel: XPanel, places: Mapping[str, float], hall: HallClient
    ) -> None:
        self._pair, self._panel, self._hall = pair, panel, hall
        self._places = places
        self._number = int(places["number_x"]), int(places["number_y"])
        self._outer = WIDE + WIDE // 2, HIGH // 2
        self._dice = random.Random(1920)
        self._recorded: dict[str, int] = {}
        hall.on_event = self._heard

    def _heard(self, message: dict[str, Any]) -> None:
        params = message.get("params") or {}
        if (params.get("data") or {}).get("window") == WINDOW:
            self._recorded[str(params.get("type"))] = time.monotonic_ns()

    async def open(self) -> None:
        """Open the day and the two windows, with people waiting at both."""
        hall = self._hall
        await ready(hall)
        await hall.call("subscribe")
        now: str = (await hall.call("hall.status"))["now"]
        await hall.call("day.open", day=now[:10], override=True)
        for window in (WINDOW, BARE):
            await hall.call("window.open", window=window, clerk=f"10{window}")
        for _ in range(2 * ROUNDS + 4):
            await hall.call("ticket.take", item="F01", origin="kiosk-1", override=True)

    async def works(self) -> None:
        """Fill the figures of keys; the last ticket is left in hand, with the mirror shown."""
        await self._press_until("F1", "called")
        for number in range(ROUNDS + 1):
            await self._press_until("F3", "serving")
            if number == ROUNDS:
                break
            await self._calm()
            await self._timed("F4", "service.finished")
            await self._raw()
            await self._calm()
            await self._timed("F1", "ticket.called")
        await asyncio.sleep(_SETTLE_S)

    async def _calm(self) -> None:
        await asyncio.sleep(_CALM_S + self._dice.uniform(0, _TURN_S))

    async def _press_until(self, key: str, status: str) -> None:
        """Press a key until the window's ticket is so: the screen must have come, at first."""
        async with asyncio.timeout(30):
            while ((await self._hall.call("window.show", window=WINDOW))["ticket"] or {}).get(
                "status"
            ) != status:
                self._panel.key(key)
                await asyncio.sleep(0.4)

    async def _timed(self, key: str, event: str) -> None:
        places = (self._number, self._outer)
        before = [self._panel.seen(*place) for place in places]
        self._recorded.clear()
        pressed_ns = self._panel.key(key)
        seen_ns = await asyncio.to_thread(self._changed_ns, places, before)
        async with asyncio.timeout(_WITHIN_S):
            await until(lambda: self._is_recorded(event))
        self._pair.recorded_ms.append((self._recorded[event] - pressed_ns) / 1e6)
        self._pair.inner_ms.append((seen_ns[0] - pressed_ns) / 1e6)
        self._pair.both_ms.append((max(seen_ns) - pressed_ns) / 1e6)

    async def _is_recorded(self, event: str) -> bool:
        return event in self._recorded

    def _changed_ns(self, places: tuple[tuple[int, int], ...], before: list[bytes]) -> list[int]:
        """Wait until all places look otherwise; return when each did."""
        found, end_s = [0] * len(places), time.monotonic() + _WITHIN_S
        while not all(found):
            for n, place in enumerate(places):
                if not found[n] and self._panel.seen(*place) != before[n]:
                    found[n] = time.monotonic_ns()
            if time.monotonic() > end_s:
                raise TimeoutError(f"nothing changed on the panels: {found}")
            time.sleep(_LOOK_S)
        return found

    async def _raw(self) -> None:
        """Do the same at the other window, without a screen."""
        for method in ("window.next", "window.start", "window.finish"):
            begun_ns = time.monotonic_ns()
            await self._hall.call(method, window=BARE)
            if method != "window.start":
                self._pair.raw_ms.append((time.monotonic_ns() - begun_ns) / 1e6)

    # ---- the mirror

    def watch(self, one: Moved, times: Path, pid: int) -> None:
        """Look at the numbers of pictures on the outer panel."""
        numbers = Numbers(times, int(self._places["side"]), self._desktop())
        before_s, begun_s = cpu_s(pid), time.monotonic()
        while time.monotonic() - begun_s < MOVES_S:
            numbers.look()
            time.sleep(_LOOK_S)
        took_s = time.monotonic() - begun_s
        one.busy_percent = (cpu_s(pid) - before_s) / took_s * 100
        one.late_ms = numbers.late_ms
        one.fps, one.made_fps = len(numbers.late_ms) / took_s, numbers.made / took_s
        numbers.close()

    def _desktop(self) -> Callable[[int, int], int]:
        """Return how a pixel of the clerk's desktop is found on the outer panel."""
        left, top = WIDE + int(self._places["x"]), int(self._places["y"])
        wide, high = int(self._places["w"]), int(self._places["h"])
        return lambda x, y: self._panel.green(left + x * wide // WIDE, top + y * high // HIGH)
