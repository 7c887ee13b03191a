"""Many clients at once, and a day of 20,000 tickets."""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from firmware_py.bench.client import HallClient
from firmware_py.bench.figure import Figure
from firmware_py.bench.stage import ROOT

__all__ = ["cpu_s", "daemon", "measure_load", "measure_long_day", "plain_hall"]

CLIENTS, SECONDS = 50, 4
LEAST_A_SECOND = 10_000
MOST_TIMES = 1.3
TICKETS, WINDOWS = 20_000, 20


def plain_hall(folder: Path, windows: int = WINDOWS) -> Path:
    """Write a hall without devices and broker: the queue and its journal alone."""
    lines = [
        '[hall]\nid = "bench"\nname = { zh = "示范", en = "Demo" }',
        f'catalogue = "{ROOT}/config/items.toml"',
        f'[journal]\npath = "{folder}/data/journal.db"',
        f'[control]\nsocket = "{folder}/run/hall.sock"',
        "[queue]\nnext_guard_s = 0\n[rating]\nask = false",
        *(f'[[windows]]\nid = "{number}"' for number in range(1, windows + 1)),
    ]
    path = folder / "hall.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "data").mkdir(exist_ok=True)
    (folder / "run").mkdir(exist_ok=True)
    return path


@contextmanager
def daemon(config: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run ``halld`` on a configuration; ended with the block."""
    program = [sys.executable, "-m", "firmware_py.runtime.halld", "--config", str(config)]
    process = subprocess.Popen(program, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


def cpu_s(pid: int) -> float:
    """Return the processor time of a process so far, in seconds."""
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")


async def _load(socket: Path, item: str) -> float:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "firmware_py.bench.load", str(socket)),
        *(str(CLIENTS), str(SECONDS), item),
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    rate, refused = output.split()
    if int(refused):
        raise RuntimeError(f"{int(refused)} commands were refused")
    return float(rate)


async def measure_load(folder: Path) -> list[Figure]:
    """Return durable commands a second with 50 clients, ours and the bare server's in turns."""
    config = plain_hall(folder)
    bare_socket = folder / "bare.sock"
    arguments = [str(bare_socket), str(folder / "bare.db")]
    bare = subprocess.Popen([sys.executable, "-m", "firmware_py.bench.raw", *arguments])  # noqa: ASYNC220
    ours: list[float] = []
    raw: list[float] = []
    cpu: list[float] = []
    try:
        with daemon(config) as process:
            async with await HallClient.connect(folder / "run" / "hall.sock") as hall:
                await hall.call("day.open", day="2026-11-24")
                await hall.call("window.open", window="1")
            for _ in range(3):
                raw.append(await _load(bare_socket, "A01"))
                before_s = cpu_s(process.pid)
                ours.append(await _load(folder / "run" / "hall.sock", "A01"))
                cpu.append((cpu_s(process.pid) - before_s) / (ours[-1] * SECONDS) * 1e6)
    finally:
        bare.terminate()
        bare.wait(10)
    rates = f"median {statistics.median(ours):,.0f}/s, best {max(ours):,.0f}/s"
    rates += f" ({statistics.median(cpu):.0f} µs of a core each)"
    beside = f"bare server, shared commits, in turns: median {statistics.median(raw):,.0f}/s"
    beside += f", best {max(raw):,.0f}/s"
    return [
        Figure(
            f"durable commands, {CLIENTS} clients at once",
            f"at least {LEAST_A_SECOND:,}/s",
            rates,
            beside,
            kept=statistics.median(ours) >= LEAST_A_SECOND,
        )
    ]


async def measure_long_day(folder: Path) -> list[Figure]:
    """Return how much slower the last 1,000 of 20,000 tickets are than the first 1,000."""
    config = plain_hall(folder)
    thousands: list[float] = []
    with daemon(config):
        clients = [await HallClient.connect(folder / "run" / "hall.sock") for _ in range(WINDOWS)]
        await clients[0].call("day.open", day="2026-11-24")
        for number, client in enumerate(clients, start=1):
            await client.call("window.open", window=str(number))

        async def serve(client: HallClient, window: str, tickets: int) -> None:
            for _ in range(tickets):
                await client.call("ticket.take", item="A01", origin="bench")
                await client.call("window.next", window=window)
                await client.call("window.start", window=window)
                await client.call("window.finish", window=window)

        for _ in range(TICKETS // 1000):
            begun = time.perf_counter()
            await asyncio.gather(
                *(
                    serve(client, str(number), 1000 // WINDOWS)
                    for number, client in enumerate(clients, start=1)
                )
            )
            thousands.append(time.perf_counter() - begun)
        for client in clients:
            await client.close()
    ratio = thousands[-1] / thousands[0]
    middle = sorted(thousands)[len(thousands) // 2]
    return [
        Figure(
            "the last 1,000 of 20,000 tickets against the first 1,000",
            f"{MOST_TIMES} times",
            f"{ratio:.2f} times",
            f"{thousands[0]:.2f} s then {thousands[-1]:.2f} s; median {middle:.2f} s",
            kept=ratio <= MOST_TIMES,
        )
    ]
