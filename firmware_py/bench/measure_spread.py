"""A hall of many Pis: what the broker's way adds, a hundred windows, joining, a hung broker.

And a kiosk that comes back with the tickets it gave while it was cut off.
"""

from __future__ import annotations

import asyncio
import math
import re
import signal
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from firmware_py.bench.client import BenchClient, HallClient
from firmware_py.bench.figure import Figure
from firmware_py.bench.measure_keys import one_write, ready, spread
from firmware_py.bench.measure_promotion import promotion
from firmware_py.bench.measure_start import memory_mb
from firmware_py.bench.polling import until
from firmware_py.bench.raw_broker import broker_round_ms
from firmware_py.bench.spread import SPREAD, SpreadStage
from firmware_py.bench.spread_followers import LightNode
from firmware_py.bench.stage import ROOT, Stage

__all__ = ["measure"]

DAY = "2026-11-24"
KEY_P50_MS, KEY_P99_MS = 2.5, 10.0
PRESSES = 60
WINDOWS, CALLS, A_SECOND, PROCESSES = 100, 300, 20, 2
CALL_P99_MS, HUB_MB = 20.0, 60.0
WAITING, JOIN_MS, JOINS = 2000, 300.0, 7
MERGED, AT_ONCE, MERGED_S = 500, 100, 1.0
NOTICED_S, BACK_S, HANGS = 10.0, 8.0, 2
ALONE_S, CUTS = 3.0, 3
#: Of a display: the pieces of one page come this close.
SHOWN_S = 0.12


def p99(values: Sequence[float]) -> float:
    """Return the 99th percentile."""
    return sorted(values)[min(len(values) - 1, round(len(values) * 0.99))]


async def measure(folder: Path) -> list[Figure]:
    """Return the figures, each beside a bare round over the same kind of broker."""
    return [
        *await _keys(folder),
        *await _cut_off(folder),
        *await promotion(folder / "promotion", _file(folder, nodes=True)),
        *await _hundred(folder),
    ]


# ---- a key at another Pi


def _file(folder: Path, *, nodes: bool) -> Path:
    """Write config/spread.toml without guards against fingers; one Pi has all, or each its own."""
    text = SPREAD.read_text(encoding="utf-8")
    text = text.replace("[queue]\n", "[queue]\nnext_guard_s = 0\n")
    for name in ("items.toml", "holidays.toml"):
        text = text.replace(f'"{name}"', f'"{ROOT}/config/{name}"')
    if not nodes:
        text = re.sub(r"(?m)^\[nodes\..*\]\n(?:\w.*\n)+", "", text)
    path = folder / ("spread.toml" if nodes else "one.toml")
    path.write_text(text, encoding="utf-8")
    return path


async def _keys(folder: Path) -> list[Figure]:
    rounds = list[float]()
    took = dict[bool, list[float]]()
    for remote in (False, True):
        stage = SpreadStage(folder / str(remote), _file(folder, nodes=remote))
        stage.nodes = tuple(node for node in stage.nodes if node == "window-3")
        async with (
            stage,
            await HallClient.connect(stage.hall_socket) as hall,
            await BenchClient.connect(stage.bench_socket) as bench,
        ):
            if remote:
                rounds = await broker_round_ms(stage.broker_port)
                node = stage.socket_of("window-3")
                async with await HallClient.connect(node) as client:
                    await _followed(client)
                    await ready(client)
            else:
                await ready(hall)
            await hall.call("day.open", day=DAY)
            await hall.call("window.open", window="3", clerk="1003")
            took[remote] = await _presses(hall, bench)
    local, far = took[False], took[True]
    more = statistics.median(far) - statistics.median(local), p99(far) - p99(local)
    return [
        Figure(
            "pad key at another Pi -> recorded at the hub -> its strip there, beyond a local one",
            f"p50 {KEY_P50_MS} ms, p99 {KEY_P99_MS:g} ms",
            f"p50 {more[0]:.2f} ms, p99 {more[1]:.2f} ms",
            f"local {spread(local)}; remote {spread(far)}; two bare messages through the broker "
            f"and back {spread(rounds)}",
            kept=more[0] <= KEY_P50_MS and more[1] <= KEY_P99_MS,
        )
    ]


async def _followed(client: HallClient) -> None:
    async def joined() -> bool:
        return not (await client.call("hall.status"))["broker"]["trouble"]

    async with asyncio.timeout(30):
        await until(joined)


async def _presses(hall: HallClient, bench: BenchClient) -> list[float]:
    """Press "next" again and again; return until the strip's last byte, in milliseconds."""
    took = list[float]()
    for _ in range(PRESSES):
        await hall.call("ticket.take", item="F01", origin="desk", override=True)
        await asyncio.sleep(SHOWN_S)
        await bench.do("times", "strip-3")
        pressed = await bench.do("press", "pad-3", key="next")
        await asyncio.sleep(SHOWN_S)
        after = [p for p in await bench.do("times", "strip-3") if p[0] > pressed["tx_ns"]]
        page = one_write(after)
        took.append((page[-1][0] - pressed["tx_ns"]) / 1e6 if page else math.inf)
        await hall.call("window.finish", window="3")
        await asyncio.sleep(SHOWN_S)
    return took


# ---- a kiosk that is cut off


async def _cut_off(folder: Path) -> list[Figure]:
    """Cut a kiosk off, press, and wait for the number; and hear it at the hub when it is back."""
    stage = SpreadStage(folder / "cut", _file(folder, nodes=True))
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


# ---- a hundred windows


def _many(folder: Path) -> Path:
    """Write a hall of a hundred windows, a Pi each, without devices; return its path."""
    lines = [
        "[hall]", 'id = "many"', 'name = { zh = "示范大厅", en = "Demo hall" }',
        f'catalogue = "{ROOT}/config/items.toml"',
        "[queue]", "next_guard_s = 0", "[rating]", "ask = false",
        "[broker]", 'host = "127.0.0.1"', 'port = "${HALL_BROKER_PORT}"',
        "[journal]", 'path = "${HALL_DATA}/journal.db"',
        "[control]", 'socket = "${HALL_RUN}/hall.sock"',
    ]  # fmt: skip
    for n in range(1, WINDOWS + 1):
        lines += [f"[nodes.window-{n}]", 'roles = ["window"]', f'windows = ["{n}"]']
    lines += ["[nodes.kiosk-1]", 'roles = ["kiosk"]', 'kiosks = ["kiosk-1"]']
    lines += ["[[kiosks]]", 'id = "kiosk-1"']
    for n in range(1, WINDOWS + 1):
        lines += ["[[windows]]", f'id = "{n}"']
    path = folder / "many.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


async def _hundred(folder: Path) -> list[Figure]:
    stage = Stage(folder / "many", _many(folder))
    async with stage, await HallClient.connect(stage.hall_socket) as hall:
        await hall.call("day.open", day=DAY)
        for n in range(1, WINDOWS + 1):
            await hall.call("window.open", window=str(n), clerk=str(1000 + n))
        for _ in range(WAITING):
            await hall.call("ticket.take", item="F01", origin="desk", override=True)
        joins = [await _join(stage) for _ in range(JOINS)]
        calls = await _calls(stage, hall)
        megabytes = memory_mb(stage.processes["halld"].pid)["VmRSS"]
        rounds = await broker_round_ms(stage.broker_port)
        took_s = await _merging(stage, hall)
        noticed, back = await _hangs(stage)
    beside = f"two bare messages through the broker and back {spread(rounds)}"
    return [
        Figure(
            f"call at the hub -> known at {WINDOWS} windows, {A_SECOND} calls a second",
            f"p99 {CALL_P99_MS:g} ms",
            spread(calls),
            beside,
            kept=p99(calls) <= CALL_P99_MS and len(calls) >= CALLS * WINDOWS,
        ),
        Figure(
            f"the hub with {WINDOWS} Pis and {WAITING:,} waiting: memory",
            f"{HUB_MB:g} MB",
            f"{megabytes:.1f} MB",
            f"{len(calls) // WINDOWS} calls, each at {WINDOWS} Pis",
            kept=megabytes <= HUB_MB,
        ),
        Figure(
            f"a Pi joins, {WAITING:,} waiting: connected, fetched, read",
            f"{JOIN_MS:g} ms",
            f"median {statistics.median(joins):.0f} ms, worst {max(joins):.0f} ms of {JOINS}",
            beside,
            kept=statistics.median(joins) <= JOIN_MS,
        ),
        Figure(
            f"a kiosk is back: merging {MERGED} tickets of its own",
            f"{MERGED_S:g} s",
            f"{took_s:.2f} s",
            f"{AT_ONCE} in a question, each answered once they are on the hub's disk; "
            f"{WAITING:,} waiting",
            kept=took_s <= MERGED_S,
        ),
        Figure(
            "a hung broker: noticed by a Pi; back after its return",
            f"{NOTICED_S:g} s; {BACK_S:g} s",
            f"worst of {HANGS}: {max(noticed):.1f} s; {max(back):.1f} s",
            "keepalive 5 s",
            kept=max(noticed) <= NOTICED_S and max(back) <= BACK_S,
        ),
    ]


async def _join(stage: Stage) -> float:
    """Return how long a Pi takes from nothing to knowing the hall, in milliseconds."""
    node = LightNode("many", "window-1", stage.broker_port)
    begun_s = time.monotonic()
    node.follower.start()
    try:
        await node.becomes("", 30)
        return (time.monotonic() - begun_s) * 1000
    finally:
        await node.follower.stop()


async def _calls(stage: Stage, hall: HallClient) -> list[float]:
    """Call at an even pace; return until each Pi had each call, in milliseconds."""
    each = WINDOWS // PROCESSES
    followers = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "firmware_py.bench.spread_followers"),
            *(str(stage.broker_port), str(n * each + 1), str((n + 1) * each)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=1 << 28,
        )
        for n in range(PROCESSES)
    ]
    for one in followers:
        if one.stdout is None or await one.stdout.readline() != b"ready\n":
            raise RuntimeError("the followers did not join")
    sent_ns = dict[int, int]()
    begun_s = time.monotonic()
    for call in range(CALLS):
        await asyncio.sleep(max(0.0, begun_s + call / A_SECOND - time.monotonic()))
        now_ns = time.monotonic_ns()
        outcome = await hall.call("window.next", window=str(call % WINDOWS + 1))
        sent_ns[outcome["events"][-1]["seq"]] = now_ns
    await asyncio.sleep(1.0)
    took = list[float]()
    for one in followers:
        output, _ = await one.communicate(b"")
        for seq, came_ns in msgspec.json.decode(output):
            if seq in sent_ns:
                took.append((came_ns - sent_ns[seq]) / 1e6)
    return took


async def _merging(stage: Stage, hall: HallClient) -> float:
    """Return how long the hub takes for all that a kiosk gave while it was cut off, in seconds."""
    node = LightNode("many", "kiosk-1", stage.broker_port)
    node.follower.start()
    source = "kiosk-1:bench"
    try:
        await node.becomes("", 30)
        now_ms = (await hall.call("hall.status"))["now_ms"]
        told = [_ticket(n, now_ms - 1000 * (MERGED - n)) for n in range(1, MERGED + 1)]
        begun_s = time.monotonic()
        for at in range(0, MERGED, AT_ONCE):
            answered = asyncio.get_running_loop().create_future()
            question = {"what": "records", "source": source, "told": told[at : at + AT_ONCE]}
            node.follower.ask(question, 30, answered.set_result)
            answer = await answered
            if answer is None or answer.get("merged") != at + AT_ONCE:
                raise RuntimeError(f"not merged: {answer}")
        took_s = time.monotonic() - begun_s
        found = await hall.call("ticket.show", number=f"A{7000 + MERGED}")
        if found["status"] != "waiting":
            raise RuntimeError("a ticket of the kiosk's is not in the queue")
        return took_s
    finally:
        await node.follower.stop()


def _ticket(nth: int, at_ms: int) -> dict[str, object]:
    """Return a ticket as a kiosk's Pi recorded it."""
    count = 7000 + nth
    data = {
        "number": f"A{count}", "series": "common", "count": count, "item": "F01",
        "skill": "advice", "origin": "kiosk-1", "request": f"kiosk-1:{nth}", "issued_ms": at_ms,
    }  # fmt: skip
    return {
        "seq": nth, "time_ms": at_ms, "type": "ticket.issued", "by": "kiosk-1",
        "id": f"kiosk-1:{nth}", "data": data,
    }  # fmt: skip


async def _hangs(stage: Stage) -> tuple[list[float], list[float]]:
    """Let the broker hang; return until a Pi says so, and until it follows again, in seconds."""
    noticed, back = list[float](), list[float]()
    node = LightNode("many", "window-1", stage.broker_port)
    node.follower.start()
    broker = stage.processes["mosquitto"]
    try:
        for _ in range(HANGS):
            await node.becomes("", 30)
            broker.send_signal(signal.SIGSTOP)
            begun_s = time.monotonic()
            await node.becomes("broker", 60)
            noticed.append(time.monotonic() - begun_s)
            broker.send_signal(signal.SIGCONT)
            begun_s = time.monotonic()
            await node.becomes("", 60)
            back.append(time.monotonic() - begun_s)
    finally:
        broker.send_signal(signal.SIGCONT)
        await node.follower.stop()
    return noticed, back
