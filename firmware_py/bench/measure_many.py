"""Forty devices on one daemon, all busy, against each kind of them alone at the same work.

A device's latency is from its job's being posted to its last byte at the far end. Alone is the same
hall with the same tickets, calls and alarms, and this one device. The machine's own share stands
beside: a nearly idle echo in a process of its own, which every round has running. The hall with all
devices is measured before and after the lone ones, so that work of others on the machine, which
comes and goes, shows in both.
"""

from __future__ import annotations

import asyncio
import itertools
import math
import statistics
import sys
from collections import defaultdict
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from firmware_py.bench.client import BenchClient, HallClient
from firmware_py.bench.figure import Figure
from firmware_py.bench.many_hall import DEVICES, kind_of, many_file, work
from firmware_py.bench.measure_day import cpu_s
from firmware_py.bench.measure_keys import p99
from firmware_py.bench.measure_start import memory_mb
from firmware_py.bench.stage import Stage

__all__ = ["Round", "grown", "measure"]

GROWS_MS, MEMORY_MB = 2.0, 80
#: One device of each kind that takes jobs; a button only speaks.
ALONE = (
    "printer-1", "wall-eq", "wall-onbon", "wall-alpha", "wall-weilipu", "voice-syn", "voice-xfs",
    "pad-1", "strip-1", "lamp-1", "lamp-7", "lamp-9",
)  # fmt: skip
ALONE_S, ALL_S, SETTLES_S = 5.0, 12.0, 1.0
#: Speech is so many times faster, or a chip would have one job in three seconds.
QUICK = 20
#: Below so many samples of a device its median says nothing.
FEWEST = 5


class Round(NamedTuple):
    """What one hall was seen to do: milliseconds by device, the echo's, and its cost."""

    took_ms: Mapping[str, list[float]]
    echo_ms: list[float]
    memory_mb: float
    cpu_share: float
    commands_a_second: float


async def _round(folder: Path, devices: Collection[str], lasts_s: float) -> Round:
    """Run a hall with these devices at work."""
    await asyncio.to_thread(folder.mkdir)
    noted = folder / "noted.json"
    stage = Stage(folder / "stage", many_file(folder, devices), broker=False)
    stage.daemon = ("firmware_py.bench.timed_halld", str(noted))
    async with stage:
        async with (
            await HallClient.connect(stage.hall_socket) as hall,
            await BenchClient.connect(stage.bench_socket) as bench,
        ):
            await _every_device(hall)
            for voice in [name for name in devices if name.startswith("voice")]:
                await bench.do("fault", voice, fault="quick", value=QUICK)
            await hall.call("day.open", day="2026-11-24")
            for window in range(1, 11):
                await hall.call("window.open", window=str(window))
            await work(hall, bench, devices, SETTLES_S)
            pid = stage.processes["halld"].pid
            echo = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "firmware_py.bench.paced_echo"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
            begun_s, before_s = asyncio.get_running_loop().time(), cpu_s(pid)
            commands = await work(hall, bench, devices, lasts_s)
            ended_s = asyncio.get_running_loop().time()
            share = (cpu_s(pid) - before_s) / (ended_s - begun_s)
            output, _ = await echo.communicate(b"")
            memory = memory_mb(pid)["VmRSS"]
        log = stage.log_of("halld")
    if '"error"' in log or '"critical"' in log:
        raise RuntimeError(f"halld logged errors while it was measured:\n{log[-2000:]}")
    took: dict[str, list[float]] = defaultdict(list)
    for device, posted_ns, done_ns in msgspec.json.decode(noted.read_bytes()):
        # The loop's clock is time.monotonic, as all processes of a machine have it.
        if begun_s <= posted_ns / 1e9 <= ended_s:
            took[device].append((done_ns - posted_ns) / 1e6)
    echoes = [ns / 1e6 for _, ns in msgspec.json.decode(output)]
    return Round(took, echoes, memory, share, commands / (ended_s - begun_s))


async def _every_device(hall: HallClient) -> None:
    """Wait until all are open. Raises ``TimeoutError`` with those that are not."""
    away: list[str] = []
    for _ in range(300):
        away = [
            f"{one['device']}: {one['say']['en']}"
            for one in await hall.call("device.list")
            if one["state"] in {"starting", "gone"}
        ]
        if not away:
            return
        await asyncio.sleep(0.1)
    raise TimeoutError(f"not open after 30 s: {'; '.join(away)}")


def grown(alone: Mapping[str, list[float]], busy: Mapping[str, list[float]]) -> dict[str, float]:
    """Return by how many milliseconds each busy device's median lies above its kind's alone.

    ``math.inf`` for a device that did next to nothing: then it was not busy.
    """
    before = {kind_of(name): statistics.median(values) for name, values in alone.items() if values}
    wanted = [name for name in DEVICES if not name.startswith("button")]
    return {
        name: statistics.median(busy[name]) - before[kind_of(name)]
        if len(busy.get(name, ())) >= FEWEST and kind_of(name) in before
        else math.inf
        for name in wanted
    }


async def measure(folder: Path) -> list[Figure]:
    """Return how much the worst device's latency grows, and the daemon's memory."""
    numbers = itertools.count(1)

    async def run(devices: Collection[str], lasts_s: float) -> Round:
        return await _round(folder / str(next(numbers)), devices, lasts_s)

    first = await run(DEVICES, ALL_S)
    lone = {name: await run((name,), ALONE_S) for name in ALONE}
    second = await run(DEVICES, ALL_S)
    alone = {name: one.took_ms.get(name, []) for name, one in lone.items()}
    busy = {name: [*first.took_ms.get(name, []), *second.took_ms.get(name, [])] for name in DEVICES}
    growth = grown(alone, busy)
    worst = max(growth, key=growth.__getitem__)
    echo_alone = [took for one in lone.values() for took in one.echo_ms]
    echo_busy = first.echo_ms + second.echo_ms
    tail = _tail(alone, busy)
    return [
        Figure(
            f"{len(DEVICES)} devices on one halld, all busy: a device's latency grows",
            f"{GROWS_MS:g} ms",
            f"the worst, {worst}: {growth[worst]:+.2f} ms at the median; of all "
            f"{statistics.median(growth.values()):+.2f} ms; worst kind at its p99 {tail}",
            f"a nearly idle echo meanwhile {_grows(echo_alone, echo_busy)}",
            kept=growth[worst] <= GROWS_MS,
        ),
        Figure(
            f"{len(DEVICES)} devices on one halld, all busy: memory",
            f"{MEMORY_MB} MB",
            f"{max(first.memory_mb, second.memory_mb):.1f} MB",
            f"{second.commands_a_second:.0f} commands/s, "
            f"{sum(map(len, second.took_ms.values())) / ALL_S:.0f} jobs/s, "
            f"{second.cpu_share * 100:.0f} % of a core",
            kept=max(first.memory_mb, second.memory_mb) <= MEMORY_MB,
        ),
    ]


def _grows(alone: list[float], busy: list[float]) -> str:
    median = statistics.median(busy) - statistics.median(alone)
    return f"{median:+.2f} ms at the median, {p99(busy) - p99(alone):+.2f} ms at its p99"


def _tail(alone: Mapping[str, list[float]], busy: Mapping[str, list[float]]) -> str:
    """Return the kind whose 99th percentile grew most; its devices are counted together."""
    together: dict[str, list[float]] = defaultdict(list)
    for name, values in busy.items():
        together[kind_of(name)] += values
    grew = {
        kind_of(name): p99(together[kind_of(name)]) - p99(values)
        for name, values in alone.items()
        if values and together[kind_of(name)]
    }
    worst = max(grew, key=grew.__getitem__)
    return f"{grew[worst]:+.2f} ms ({worst})"
