"""From a key to the last byte of what follows it: paper, LED, and a ticket's size."""

from __future__ import annotations

import asyncio
import math
import socket
import statistics
import time
from collections.abc import Collection
from pathlib import Path

import msgspec

from firmware_py.bench.client import BenchClient, HallClient
from firmware_py.bench.figure import Figure
from firmware_py.bench.raw import BareCommit, bare_echo_ms
from firmware_py.bench.stage import ROOT, Stage

__all__ = ["bench_file", "measure", "one_write", "p99", "printed", "ready", "spread"]

P50_MS, P99_MS = 1.0, 5.0
TICKET_BYTES = 160
TICKETS = 300
PRESSES = 300
#: Pieces of one write come closer together than this; the wall's later changes do not.
ONE_WRITE_NS = 20_000_000
#: Questions after a printer's state are this short; a ticket is not.
QUESTION_BYTES = 3


def p99(values: Collection[float]) -> float:
    """Return the 99th percentile."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(len(ordered) * 0.99))]


def spread(values: list[float]) -> str:
    """Return median and 99th percentile, in milliseconds."""
    return f"p50 {statistics.median(values):.2f} ms, p99 {p99(values):.2f} ms"


def _quick(values: list[float]) -> bool:
    return statistics.median(values) <= P50_MS and p99(values) <= P99_MS


def one_write(pieces: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the first pieces that belong together."""
    for place in range(1, len(pieces)):
        if pieces[place][0] - pieces[place - 1][0] > ONE_WRITE_NS:
            return pieces[:place]
    return pieces


def bench_file(folder: Path) -> Path:
    """Write the bench's configuration without its guards against fingers; return its path."""
    text = (ROOT / "config" / "bench.toml").read_text(encoding="utf-8")
    text = text.replace("[queue]\n", "[queue]\nnext_guard_s = 0\n")
    text = text.replace("min_show_s = 8", "min_show_s = 0.1")
    for name in ("items.toml", "holidays.toml"):
        text = text.replace(f'"{name}"', f'"{ROOT}/config/{name}"')
    path = folder / "hall.toml"
    path.write_text(text, encoding="utf-8")
    return path


async def measure(folder: Path) -> list[Figure]:
    """Return the figures of one key press at a time, on a hall with all its devices."""
    bare = BareCommit(folder)
    async with Stage(folder / "stage", bench_file(folder)) as stage:
        async with (
            await HallClient.connect(stage.hall_socket) as hall,
            await BenchClient.connect(stage.bench_socket) as bench,
        ):
            await ready(hall)
            await hall.call("day.open", day="2026-11-24")
            for window in range(1, 16):
                await hall.call("window.open", window=str(window))
            paper, size = await _papers(stage, hall, bench, bare)
            led = await _leds(hall, bench, bare)
        log = stage.log_of("halld")
    bare.close()
    limits = f"bare commit in turns {spread(bare.took_ms)}; bare echo {spread(bare_echo_ms())}"
    if '"error"' in log or '"critical"' in log:
        raise RuntimeError(f"halld logged errors while it was measured:\n{log[-2000:]}")
    bound = f"p50 {P50_MS} ms, p99 {P99_MS:g} ms"
    return [
        Figure(
            "request on the socket -> last ticket byte at the printer, durable",
            bound,
            spread(paper),
            limits,
            kept=_quick(paper),
        ),
        Figure(
            "pad key in -> last LED byte out, durable", bound, spread(led), limits, kept=_quick(led)
        ),
        Figure(
            "a ticket without its QR",
            f"{TICKET_BYTES} bytes",
            f"{size} bytes",
            "its raster: 26 to 57 kB",
            kept=size <= TICKET_BYTES,
        ),
    ]


async def ready(hall: HallClient) -> None:
    """Wait until every device has said how it is."""
    async with asyncio.timeout(30):
        while True:
            states = [device["state"] for device in await hall.call("device.list")]
            if not {"starting", "gone"} & set(states):
                return
            await asyncio.sleep(0.1)


async def printed(hall: HallClient, bench: BenchClient, before: int) -> None:
    """Wait until another slip came out and was confirmed."""
    for _ in range(2000):
        out = (await bench.do("seen", "printer"))["slips"] > before
        if out and not (await hall.call("hall.status"))["papers_owed"]:
            return
        await asyncio.sleep(0.002)
    raise TimeoutError("no slip within 4 s")


async def _papers(
    stage: Stage, hall: HallClient, bench: BenchClient, bare: BareCommit
) -> tuple[list[float], int]:
    """Take tickets one by one, as a kiosk does; the printer's end says when its last byte came."""
    took: list[float] = []
    sock = socket.socket(socket.AF_UNIX)
    sock.connect(str(stage.hall_socket))
    size = 0
    for number in range(TICKETS):
        await bench.do("times", "printer")
        request = {
            "jsonrpc": "2.0",
            "id": number,
            "method": "ticket.take",
            "params": {"item": "F01", "origin": "kiosk-1", "command_id": f"key:{number}"},
        }
        line = msgspec.json.encode(request) + b"\n"
        before = (await bench.do("seen", "printer"))["slips"]
        begun_ns = time.monotonic_ns()
        sock.sendall(line)
        await printed(hall, bench, before)
        bare.once()
        pieces = [piece for piece in await bench.do("times", "printer") if piece[0] > begun_ns]
        slip = one_write([piece for piece in pieces if piece[1] > QUESTION_BYTES])
        took.append((slip[-1][0] - begun_ns) / 1e6 if slip else math.inf)
        size = max(size, sum(count for _, count in slip) - _QR_BYTES)
    sock.close()
    return took, size


#: The QR of ``2026-11-24/A001``: model, size, level, data and print commands.
_QR_BYTES = 9 + 8 + 8 + 8 + 15 + 8


async def _leds(hall: HallClient, bench: BenchClient, bare: BareCommit) -> list[float]:
    """Press "next" at one pad after the other; its strip and the wall show the call."""
    took: list[float] = []
    for press in range(PRESSES):
        window = press % 15 + 1
        pad, strip = f"pad-{window}", f"strip-{window}"
        await bench.do("times", strip)
        await bench.do("times", "led-wall")
        pressed = await bench.do("press", pad, key="next")
        await asyncio.sleep(0.09)
        ends: list[float] = []
        for device in (strip, "led-wall"):
            after = [p for p in await bench.do("times", device) if p[0] > pressed["tx_ns"]]
            page = one_write(after)
            # A display that shows nothing by now is not left out: it is late without end.
            ends.append((page[-1][0] - pressed["tx_ns"]) / 1e6 if page else math.inf)
        took.append(max(ends))
        await hall.call("window.finish", window=str(window))
        bare.once()
        await asyncio.sleep(0.15)
    return took
