"""A hall of many Pis: what the broker's way adds, a hundred windows, joining, a hung broker.

And a kiosk that comes back with the tickets it gave while it was cut off.
"""

from __future__ import annotations

import asyncio
import math
import re
import signal
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

from firmware_py.bench.client import BenchClient, HallClient
from firmware_py.bench.figure import Figure
from firmware_py.bench.measure_hundred import hundred
from firmware_py.bench.measure_keys import one_write, p99, ready, spread
from firmware_py.bench.measure_promotion import promotion
from firmware_py.bench.polling import until
from firmware_py.bench.raw_broker import broker_round_ms
from firmware_py.bench.spread import SPREAD, SpreadStage
from firmware_py.bench.stage import ROOT

__all__ = ["measure"]

DAY = "2026-11-24"
KEY_P50_MS, KEY_P99_MS = 2.5, 10.0
PRESSES = 150
ALONE_S, CUTS = 3.0, 3
#: Of a display: the pieces of one page come this close.
SHOWN_S = 0.12


async def measure(folder: Path) -> list[Figure]:
    """Return the figures, each beside a bare round over the same kind of broker."""
    return [
        *await _keys(folder),
        *await _cut_off(folder),
        *await promotion(folder / "promotion", _file(folder)),
        *await hundred(folder),
    ]


# ---- a key at another Pi


def _file(folder: Path, only: str | None = None) -> Path:
    """Write config/spread.toml without guards against fingers; ``only`` one Pi beside the hub."""
    text = SPREAD.read_text(encoding="utf-8")
    text = text.replace("[queue]\n", "[queue]\nnext_guard_s = 0\n")
    for name in ("items.toml", "holidays.toml"):
        text = text.replace(f'"{name}"', f'"{ROOT}/config/{name}"')
    if only is not None:
        text = re.sub(rf"(?m)^\[nodes\.(?!{only}\]).*\]\n(?:\w.*\n)+", "", text)
    path = folder / f"spread-{only or 'all'}.toml"
    path.write_text(text, encoding="utf-8")
    return path


async def _keys(folder: Path) -> list[Figure]:
    """Press at the hub's own window and at another Pi's, in turns: both see the same machine."""
    stage = SpreadStage(folder / "keys", _file(folder, only="window-3"))
    async with (
        stage,
        await HallClient.connect(stage.hall_socket) as hall,
        await BenchClient.connect(stage.bench_socket) as bench,
        await HallClient.connect(stage.socket_of("window-3")) as node,
    ):
        rounds = await broker_round_ms(stage.broker_port)
        await _followed(node)
        await ready(hall)
        await ready(node)
        await hall.call("day.open", day=DAY)
        took = dict[str, list[float]]({"1": [], "3": []})
        for window in took:
            await hall.call("window.open", window=window, clerk=f"100{window}")
        for _ in range(PRESSES):
            for window, values in took.items():
                values.append(await _press(hall, bench, window))
    local, far = took["1"], took["3"]
    more = statistics.median(far) - statistics.median(local), p99(far) - p99(local)
    return [
        Figure(
            "pad key at another Pi -> recorded at the hub -> its strip there, beyond a local one",
            f"p50 {KEY_P50_MS} ms, p99 {KEY_P99_MS:g} ms",
            f"p50 {more[0]:.2f} ms, p99 {more[1]:.2f} ms",
            f"{PRESSES} each, in turns: local {spread(local)}; remote {spread(far)}; two bare "
            f"messages through the broker and back {spread(rounds)}",
            kept=more[0] <= KEY_P50_MS and more[1] <= KEY_P99_MS,
        )
    ]


async def _followed(client: HallClient) -> None:
    async def joined() -> bool:
        return not (await client.call("hall.status"))["broker"]["trouble"]

    async with asyncio.timeout(30):
        await until(joined)


async def _press(hall: HallClient, bench: BenchClient, window: str) -> float:
    """Press "next"; return until the strip's last byte, in milliseconds."""
    await hall.call("ticket.take", item="F01", origin="desk", override=True)
    await asyncio.sleep(SHOWN_S)
    await bench.do("times", f"strip-{window}")
    pressed = await bench.do("press", f"pad-{window}", key="next")
    await asyncio.sleep(SHOWN_S)
    after = [p for p in await bench.do("times", f"strip-{window}") if p[0] > pressed["tx_ns"]]
    page = one_write(after)
    took_ms = (page[-1][0] - pressed["tx_ns"]) / 1e6 if page else math.inf
    await hall.call("window.finish", window=window)
    await asyncio.sleep(SHOWN_S)
    return took_ms


# ---- a kiosk that is cut off


async def _cut_off(folder: Path) -> list[Figure]:
    """Cut a kiosk off, press, and wait for the number; and hear it at the hub when it is back."""
    stage = SpreadStage(folder / "cut", _file(folder))
    stage.nodes = ("kiosk-1",)
    took = dict[str, list[float]](killed=[], hung=[])
    async with (
        stage,
        await HallClient.connect(stage.hall_socket) as hall,
        await HallClient.connect(stage.socket_of("kiosk-1")) as kiosk,
    ):
        await _followed(kiosk)
        await hall.call("day.open", day=DAY)
        for _ in range(CUTS):
            for how in ("killed", "hung"):
                await _has_numbers(kiosk)
                took[how].append(await _alone_s(stage, kiosk, hung=how == "hung"))
                await _followed(kiosk)
        # Until the last record is merged.
        await _has_numbers(kiosk)
        # What the hub decided too late for the same press is skipped: the paper counts.
        tickets = await hall.call("ticket.list", status="waiting")
    numbers = {one["number"] for one in tickets}
    worst = max(took["killed"] + took["hung"])
    return [
        Figure(
            "a kiosk cut off -> its ticket from the numbers lent to it",
            f"{ALONE_S:g} s",
            f"worst {worst:.2f} s",
            f"pressed at once; the broker killed: {_seconds(took['killed'])}; hung: "
            f"{_seconds(took['hung'])}; {len(numbers)} of {2 * CUTS} in the hub's queue afterwards",
            kept=worst <= ALONE_S and len(tickets) == len(numbers) == 2 * CUTS,
        )
    ]


def _seconds(values: Sequence[float]) -> str:
    return ", ".join(f"{value:.2f}" for value in values) + " s"


async def _has_numbers(kiosk: HallClient) -> None:
    async def looks() -> bool:
        alone = (await kiosk.call("hall.status"))["broker"]["alone"]
        return bool(alone["left"]) and not alone["waiting"]

    async with asyncio.timeout(30):
        await until(looks)


async def _alone_s(stage: SpreadStage, kiosk: HallClient, *, hung: bool) -> float:
    """Return the seconds from the cut to the number, where somebody pressed at once."""
    broker = stage.processes["mosquitto"]
    begun_s = time.monotonic()
    if hung:
        broker.send_signal(signal.SIGSTOP)
    else:
        stage.end("mosquitto", signal.SIGKILL)
    try:
        await kiosk.call("ticket.take", item="F01", origin="kiosk-1")
        return time.monotonic() - begun_s
    finally:
        if hung:
            broker.send_signal(signal.SIGCONT)
        else:
            stage.start_broker()
