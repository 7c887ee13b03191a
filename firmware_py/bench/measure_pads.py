"""From a key on a polled RS-485 line of 16 pads to the recorded command.

The line has its real pace: every byte takes its time at 9600 baud, both ways. A key waits for its
pad's turn, so the bound is a round, as the simulated pads count it in the same minutes, and ten
milliseconds.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from firmware_py.bench.client import BenchClient, HallClient
from firmware_py.bench.figure import Figure
from firmware_py.bench.measure_keys import spread
from firmware_py.bench.polling import until
from firmware_py.bench.raw import BareCommit
from firmware_py.bench.stage import ROOT, Stage

__all__ = ["measure"]

PADS = 16
PRESSES = 300
#: Above one round, for the answer's own bytes, the decision and the disk.
ABOVE_MS = 10.0
#: Question and answer of 6 bytes at 9600 baud, 3 ms of silence between them and the next.
WIRE_MS = PADS * (12 * 10 / 9.6 + 3)
_P99 = 0.99
_ROUNDS_S = 4.0
_HEARD_WITHIN_S = 5.0
#: After a key its pad is acknowledged, asked again and told its new number.
_CALM_S = 0.1


def bench_file(folder: Path) -> Path:
    """Write the configuration of a hall with 16 polled pads; return its path."""
    windows = "\n".join(f'[[windows]]\nid = "{n}"\npad = "pad-{n}"' for n in range(1, PADS + 1))
    pads = "\n".join(
        f'pad-{n} = {{ kind = "pad.profile", line = "pads", options = {{ profile = "polled", '
        f"address = {n}, refresh_s = 0 }} }}"
        for n in range(1, PADS + 1)
    )
    path = folder / "hall.toml"
    path.write_text(
        f"""
[hall]
id = "demo"
name = {{ zh = "示范市办税服务厅", en = "Demo City Tax Hall" }}
catalogue = "{ROOT}/config/items.toml"
[queue]
next_guard_s = 0
exception_window = "{PADS}"
[journal]
path = "${{HALL_DATA}}/journal.db"
backup_folder = "${{HALL_DATA}}/backup"
[control]
socket = "${{HALL_RUN}}/hall.sock"
{windows}
[lines.pads]
port = "${{HALL_RUN}}/pads"
[devices]
{pads}
""",
        encoding="utf-8",
    )
    return path


async def measure(folder: Path) -> list[Figure]:
    """Return the figure of one key at a time, each at its own moment of the round."""
    bare = BareCommit(folder)
    async with Stage(folder / "stage", bench_file(folder), broker=False) as stage:
        async with (
            await HallClient.connect(stage.hall_socket) as hall,
            await BenchClient.connect(stage.bench_socket) as bench,
        ):
            await bench.do("fault", "pads", fault="slow")
            await _all_answer(hall)
            await hall.call("day.open", day="2026-11-24")
            for window in range(1, PADS + 1):
                await hall.call("window.open", window=str(window))
            await asyncio.sleep(1.0)
            quiet_ms = await _rounds(bench, lambda: asyncio.sleep(_ROUNDS_S))
            took: list[float] = []

            async def press() -> None:
                took.extend(await _presses(hall, bench, bare, quiet_ms / 1000))

            round_ms = await _rounds(bench, press)
        log = stage.log_of("halld")
    bare.close()
    if '"error"' in log or '"critical"' in log:
        raise RuntimeError(f"halld logged errors while it was measured:\n{log[-2000:]}")
    took.sort()
    slowest = took[min(len(took) - 1, round(len(took) * _P99))]
    return [
        Figure(
            f"key on a polled line of {PADS} pads -> command recorded",
            f"p99 one round ({round_ms:.0f} ms) + {ABOVE_MS:g} ms",
            spread(took),
            f"bare commit in turns {spread(bare.took_ms)}; a quiet round {quiet_ms:.0f} ms, on the "
            f"wire alone {WIRE_MS:.0f} ms: {PADS} questions of 6 and "
            "answers of 6 bytes at 9600 baud",
            kept=slowest <= round_ms + ABOVE_MS,
        )
    ]


async def _all_answer(hall: HallClient) -> None:
    async def all_ok() -> bool:
        return all(one["state"] == "ok" for one in await hall.call("device.list"))

    async with asyncio.timeout(30):
        await until(all_ok)


async def _rounds(bench: BenchClient, during: Callable[[], Awaitable[object]]) -> float:
    """Return how long a round takes meanwhile, in ms, by the questions that one pad got."""
    before, begun = (await bench.do("seen", "pad-8"))["polls"], time.monotonic()
    await during()
    after, ended = (await bench.do("seen", "pad-8"))["polls"], time.monotonic()
    rounds: int = after - before
    return (ended - begun) * 1000 / rounds


async def _presses(
    hall: HallClient, bench: BenchClient, bare: BareCommit, round_s: float
) -> list[float]:
    """Press "pause" at any pad, at any moment of the round: a command that needs no ticket."""
    arrived: asyncio.Queue[tuple[int, dict[str, Any]]] = asyncio.Queue()
    hall.on_event = lambda message: arrived.put_nowait((time.monotonic_ns(), message))
    await hall.call("subscribe")
    dice = random.Random(485)
    took: list[float] = []
    for _ in range(PRESSES):
        pad = f"pad-{dice.randint(1, PADS)}"
        await asyncio.sleep(_CALM_S + dice.uniform(0, round_s))
        while not arrived.empty():
            arrived.get_nowait()
        await bench.do("press", pad, key="pause")
        pressed_ns = (await bench.do("seen", pad))["last_press_ns"]
        async with asyncio.timeout(_HEARD_WITHIN_S):
            while True:
                at_ns, message = await arrived.get()
                if message.get("params", {}).get("type", "").startswith("window."):
                    break
        took.append((at_ns - pressed_ns) / 1e6)
        bare.once()
    return took
