"""One kiosk at work: a real daemon, simulated devices, ``hall-screen``, an X server, a finger."""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from firmware_py.bench.client import BenchClient, HallClient
from firmware_py.bench.measure_day import cpu_s
from firmware_py.bench.measure_keys import QUESTION_BYTES, bench_file, one_write, printed, ready
from firmware_py.bench.stage import Stage
from firmware_py.bench.x_panel import XPanel

__all__ = ["Kiosk", "kiosk_file", "measure_kiosk", "resident_mb"]

STARTS = 5
TICKETS = 20
IDLE_S = 20.0
#: A finger stays for so long.
_HELD_S = 0.12
#: A page takes no press for 0.4 s after it came.
_SETTLED_S = 0.5
#: Longer than anything moves after a touch: the loop is at rest again.
_CALM_S = 1.1
_TURN_S = 1 / 30
_SCREEN, _NO_SCREEN = "screen-kiosk", "kiosk-without"
#: The least that a screen must do: a window, 30 looks at what came, a fill where it was pressed.
_BARE = """
import pygame
pygame.display.init()
window = pygame.Window("bare", (1920, 1080), (0, 0), borderless=True)
surface, clock, turn = window.get_surface(), pygame.time.Clock(), 0
surface.fill((40, 80, 120))
window.flip()
while True:
    for event in pygame.event.get():
        if event.type == pygame.MOUSEBUTTONDOWN:
            turn += 1
            surface.fill((turn * 40 % 256, 0, 0))
            window.flip()
    clock.tick(30)
"""


@dataclass(slots=True)
class Kiosk:
    """What was measured, in milliseconds; memory in MB by ``Rss`` and ``Pss``."""

    start_ms: list[float] = field(default_factory=list)
    #: A finger laid on a button while the loop is at rest, and lifted again.
    down_ms: list[float] = field(default_factory=list)
    up_ms: list[float] = field(default_factory=list)
    #: From the finger lifted to the printer's last byte; the same command without a screen.
    paper_ms: list[float] = field(default_factory=list)
    raw_ms: list[float] = field(default_factory=list)
    idle_percent: float = 0.0
    memory: dict[str, float] = field(default_factory=dict)
    #: The bare loop.
    bare_ms: list[float] = field(default_factory=list)
    bare_touch_ms: list[float] = field(default_factory=list)
    bare_percent: float = 0.0
    bare: dict[str, float] = field(default_factory=dict)


def kiosk_file(folder: Path) -> Path:
    """Write the bench's hall; return its path.

    The first kiosk has one button. A second one has its printer and no screen, for the raw figure:
    what the first is told of its own tickets is on its page.
    """
    path = bench_file(folder)
    text = path.read_text(encoding="utf-8")
    one = text.replace('id = "kiosk-1"\n', 'id = "kiosk-1"\nchoose = "one"\n')
    if one == text:
        raise RuntimeError("the bench has no kiosk-1")
    bare = f'\n[[kiosks]]\nid = "{_NO_SCREEN}"\nprinter = "printer"\n'
    path.write_text(one + bare, encoding="utf-8")
    return path


def resident_mb(pid: int) -> dict[str, float]:
    """Return a process's memory: ``Rss``, and ``Pss``, in which what is shared is divided."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    found = dict(line.split(":", 1) for line in lines if line.startswith(("Rss", "Pss:")))
    return {name: int(value.split()[0]) * 1024 / 1e6 for name, value in found.items()}


async def measure_kiosk(folder: Path, panel: XPanel, places: Mapping[str, float]) -> Kiosk:
    """Measure all of it; ``places`` says where ``take`` and ``home`` are on their pages."""
    kiosk = Kiosk()
    await _bare(kiosk, panel)
    async with Stage(folder / "stage", kiosk_file(folder), broker=False) as stage:
        async with (
            await HallClient.connect(stage.hall_socket) as hall,
            await BenchClient.connect(stage.bench_socket) as bench,
        ):
            await ready(hall)
            now: str = (await hall.call("hall.status"))["now"]
            await hall.call("day.open", day=now[:10], override=True)
            await hall.call("window.open", window="1")
            for left in range(STARTS - 1, -1, -1):
                await _start(kiosk, stage, panel)
                if left:
                    stage.end(_SCREEN)
            await asyncio.sleep(2.0)
            used = _User(kiosk, panel, places, hall, bench, stage.hall_socket)
            await used.take_tickets()
        pid = stage.processes[_SCREEN].pid
        kiosk.memory = resident_mb(pid)
        with _bare_loop(panel) as bare:
            # In the same seconds: the machine has other work.
            await asyncio.sleep(_CALM_S)
            busy = await asyncio.gather(_busy_percent(pid), _busy_percent(bare.pid))
        kiosk.idle_percent, kiosk.bare_percent = busy
        log = stage.log_of(_SCREEN) + stage.log_of("halld")
    if "Traceback" in log or '"error"' in log or '"critical"' in log:
        raise RuntimeError(f"errors were logged while the kiosk was measured:\n{log[-2000:]}")
    return kiosk


async def _busy_percent(pid: int) -> float:
    before_s, begun_s = cpu_s(pid), time.monotonic()
    await asyncio.sleep(IDLE_S)
    return (cpu_s(pid) - before_s) / (time.monotonic() - begun_s) * 100


async def _start(kiosk: Kiosk, stage: Stage, panel: XPanel) -> None:
    """Start the screen; count until the middle of the panel has a picture."""
    x, y = panel.size[0] // 2, panel.size[1] // 2
    before, begun_ns = panel.seen(x, y), time.monotonic_ns()
    arguments = ["kiosk", "--socket", str(stage.hall_socket), "--panel", "1920x1080"]
    stage.start_screen(_SCREEN, arguments, panel.environment)
    there_ns = await asyncio.to_thread(panel.changed_ns, x, y, before, 20.0)
    kiosk.start_ms.append((there_ns - begun_ns) / 1e6)


class _User:
    """Takes one ticket after the other at the panel, and one by the socket after each."""

    def __init__(
        self, kiosk: Kiosk, panel: XPanel, places: Mapping[str, float], hall: HallClient,
        bench: BenchClient, path: Path,
    ) -> None:  # fmt: skip
        self._kiosk, self._panel, self._hall, self._bench = kiosk, panel, hall, bench
        self._path = path
        self._take = int(places["take_x"]), int(places["take_y"])
        self._home = int(places["home_x"]), int(places["home_y"])
        self._dice = random.Random(1920)

    async def take_tickets(self) -> None:
        """Fill the kiosk's figures."""
        with socket.socket(socket.AF_UNIX) as sock:
            sock.connect(str(self._path))
            for number in range(TICKETS):
                slips = await self._slips()
                await self._bench.do("times", "printer")
                up_ns = await self._press(*self._take, calm=True)
                self._kiosk.paper_ms.append(await self._paper_ms(up_ns, slips))
                await asyncio.sleep(_SETTLED_S)
                await self._press(*self._home, calm=False)
                await asyncio.sleep(_SETTLED_S)
                self._kiosk.raw_ms.append(await self._raw_ms(sock, number))
                await asyncio.sleep(_CALM_S - _SETTLED_S + self._dice.uniform(0, _TURN_S))

    async def _press(self, x: int, y: int, *, calm: bool) -> int:
        """Press a button; return when the finger left it. ``calm``: nobody pressed for a while."""
        panel, kiosk = self._panel, self._kiosk
        before = panel.seen(x, y)
        down_ns = panel.down(x, y)
        seen_ns = await asyncio.to_thread(panel.changed_ns, x, y, before)
        if calm:
            kiosk.down_ms.append((seen_ns - down_ns) / 1e6)
        await asyncio.sleep(_HELD_S + self._dice.uniform(0, _TURN_S))
        before = panel.seen(x, y)
        up_ns = panel.up()
        seen_ns = await asyncio.to_thread(panel.changed_ns, x, y, before)
        kiosk.up_ms.append((seen_ns - up_ns) / 1e6)
        return up_ns

    async def _raw_ms(self, sock: socket.socket, number: int) -> float:
        """Take a ticket by the socket, as the screen does."""
        slips = await self._slips()
        await self._bench.do("times", "printer")
        params = {"item": "F01", "origin": _NO_SCREEN, "command_id": f"bare:{number}"}
        request = {"jsonrpc": "2.0", "id": number, "method": "ticket.take", "params": params}
        line = msgspec.json.encode(request) + b"\n"
        begun_ns = time.monotonic_ns()
        sock.sendall(line)
        return await self._paper_ms(begun_ns, slips)

    async def _slips(self) -> int:
        slips: int = (await self._bench.do("seen", "printer"))["slips"]
        return slips

    async def _paper_ms(self, since_ns: int, slips: int) -> float:
        """Return when the printer had the slip's last byte; wait until it is out."""
        await printed(self._hall, self._bench, slips)
        came = [one for one in await self._bench.do("times", "printer") if one[0] > since_ns]
        slip = one_write([piece for piece in came if piece[1] > QUESTION_BYTES])
        return (slip[-1][0] - since_ns) / 1e6 if slip else math.inf


# ---- the least that a screen can be


@contextlib.contextmanager
def _bare_loop(panel: XPanel) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-c", _BARE],
        env={
            **os.environ, **panel.environment,
            "SDL_FRAMEBUFFER_ACCELERATION": "0", "PYGAME_HIDE_SUPPORT_PROMPT": "1",
        },
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        # SDL makes an event of SIGTERM, and this loop looks at none.
        process.kill()
        process.wait(10)


async def _bare(kiosk: Kiosk, panel: XPanel) -> None:
    """Measure the bare loop: started, pressed."""
    x, y = panel.size[0] // 2, panel.size[1] // 2
    dice = random.Random(1080)
    for left in range(STARTS - 1, -1, -1):
        before, begun_ns = panel.seen(x, y), time.monotonic_ns()
        with _bare_loop(panel) as process:
            there_ns = await asyncio.to_thread(panel.changed_ns, x, y, before, 20.0)
            kiosk.bare_ms.append((there_ns - begun_ns) / 1e6)
            if not left:
                await _press_bare(kiosk, panel, dice)
                kiosk.bare = resident_mb(process.pid)
        await asyncio.sleep(0.2)


async def _press_bare(kiosk: Kiosk, panel: XPanel, dice: random.Random) -> None:
    x, y = panel.size[0] // 2, panel.size[1] // 2
    for _ in range(TICKETS):
        await asyncio.sleep(0.1 + dice.uniform(0, _TURN_S))
        before = panel.seen(x, y)
        down_ns = panel.down(x, y)
        seen_ns = await asyncio.to_thread(panel.changed_ns, x, y, before)
        kiosk.bare_touch_ms.append((seen_ns - down_ns) / 1e6)
        panel.up()
