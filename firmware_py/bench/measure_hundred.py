"""A hub with a hundred windows: a call told to all, memory, joining, merging, a hung broker.

Most windows are clients of the broker's own maker (``mosquitto_sub``), which note when a message
came: a hundred of our own on the bench's two cores would measure each other. A few are followed as
a Pi does it, to the event that is handed on.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import shutil
import signal
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from firmware_py.bench.client import HallClient
from firmware_py.bench.figure import Figure
from firmware_py.bench.light_node import LightNode
from firmware_py.bench.measure_day import cpu_s
from firmware_py.bench.measure_keys import p99, spread
from firmware_py.bench.measure_start import memory_mb
from firmware_py.bench.polling import until
from firmware_py.bench.raw_broker import BARE, broker_round_ms, sent_to_many
from firmware_py.bench.stage import ROOT, Stage
from firmware_py.sync.link import Link
from firmware_py.sync.mail import Address, LinkMail, Outgoing, Up

__all__ = ["hundred"]

DAY = "2026-11-24"
#: FOLLOWED of the windows are followed as a Pi does it.
WINDOWS, FOLLOWED, CALLS, A_SECOND, PULSE_S = 100, 4, 300, 20, 2.0
CALL_P99_MS, HUB_MB = 20.0, 60.0
WAITING, JOIN_MS, JOINS = 2000, 300.0, 7
MERGED, AT_ONCE, MERGED_S = 500, 100, 1.0
NOTICED_S, BACK_S, HANGS = 10.0, 8.0, 2


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


async def hundred(folder: Path) -> list[Figure]:
    """Return the figures, each beside a bare round over the same broker."""
    stage = Stage(folder / "many", _many(folder))
    async with stage, await HallClient.connect(stage.hall_socket) as hall:
        await hall.call("day.open", day=DAY)
        for n in range(1, WINDOWS + 1):
            await hall.call("window.open", window=str(n), clerk=str(1000 + n))
        for _ in range(WAITING):
            await hall.call("ticket.take", item="F01", origin="desk", override=True)
        joins = list[float]()
        for _ in range(JOINS):
            # The hub keeps the hall packed for all who join at one moment: each here comes alone.
            await hall.call("ticket.take", item="F01", origin="desk", override=True)
            joins.append(await _join(stage))
        came = await _calls(stage, hall)
        megabytes = memory_mb(stage.processes["halld"].pid)["VmRSS"]
        rounds = await broker_round_ms(stage.broker_port)
        took_s = await _merging(stage, hall)
        noticed, back = await _hangs(stage)
    beside = f"two bare messages through the broker and back {spread(rounds)}"
    return [
        Figure(
            f"call at the hub -> known at {WINDOWS} windows, {A_SECOND} calls a second",
            f"p99 {CALL_P99_MS:g} ms",
            spread(came.followed),
            f"at {FOLLOWED} of them, to the event handed on; to the broker's clients at the other "
            f"{WINDOWS - FOLLOWED} {spread(came.clients)}; the second of two bare messages of that "
            f"size, without a hall, to these clients {spread(came.bare)}; of a core the hub "
            f"{came.share['halld']:.0%}, the broker {came.share['mosquitto']:.0%}; {beside}",
            kept=p99(came.followed) <= CALL_P99_MS
            and p99(came.clients) <= CALL_P99_MS
            and len(came.followed) + len(came.clients) == CALLS * WINDOWS,
        ),
        Figure(
            f"the hub with {WINDOWS} Pis and {WAITING:,} waiting: memory",
            f"{HUB_MB:g} MB",
            f"{megabytes:.1f} MB",
            f"{CALLS} calls, each at {WINDOWS} Pis",
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


@dataclass(frozen=True)
class _Came:
    """Milliseconds until windows had each call, and shares of a core meanwhile."""

    #: At those that are followed, to the event handed on.
    followed: list[float]
    #: At each of the others' client, and there of bare messages.
    clients: list[float]
    bare: list[float]
    share: dict[str, float]


async def _calls(stage: Stage, hall: HallClient) -> _Came:
    """Call at an even pace; then send as many bare messages the same way."""
    nodes = [LightNode("many", f"window-{n}", stage.broker_port) for n in range(1, FOLLOWED + 1)]
    for node in nodes:
        node.follower.start()
    folder = stage.run / "heard"
    try:
        for node in nodes:
            await node.becomes("", 60)
        async with _clients(stage, folder):
            async with _pulses(stage):
                used = {name: cpu_s(stage.processes[name].pid) for name in ("halld", "mosquitto")}
                begun_s = time.monotonic()
                sent_ns = await _called(hall)
                await asyncio.sleep(1.0)
                lasted_s = time.monotonic() - begun_s
                share = {
                    name: (cpu_s(stage.processes[name].pid) - before) / lasted_s
                    for name, before in used.items()
                }
            bare_ns = await sent_to_many(stage.broker_port, CALLS, A_SECOND)
            await asyncio.sleep(1.0)
    finally:
        for node in nodes:
            await node.follower.stop()
    followed = [
        (came_ns - sent_ns[seq][0]) / 1e6
        for node in nodes
        for seq, came_ns in node.seen
        if seq in sent_ns
    ]
    wall_ns = {seq: wall for seq, (_, wall) in sent_ns.items()}
    return _Came(followed, _heard(folder, wall_ns), _heard(folder, bare_ns), share)


def _heard(folder: Path, sent_ns: dict[int, int]) -> list[float]:
    """Return how long after they were sent, by wall time, the clients noted these messages."""
    heard = list[float]()
    for file in folder.iterdir():
        for line in file.read_text(encoding="utf-8").splitlines():
            at_s, _, payload = line.partition(" ")
            sent = sent_ns.get(json.loads(payload)["seq"])
            if sent is not None:
                whole, _, part = at_s.partition(".")
                heard.append((int(whole) * 10**9 + int(part.ljust(9, "0")) - sent) / 1e6)
    return heard


async def _called(hall: HallClient) -> dict[int, tuple[int, int]]:
    """Call; return when each was asked for, by the number of its event: running and wall time."""
    sent = dict[int, tuple[int, int]]()
    begun_s = time.monotonic()
    for call in range(CALLS):
        window = str(call % WINDOWS + 1)
        if call >= WINDOWS:
            # Whoever was called before has come, half a turn ago: "next" ends that service.
            await asyncio.sleep(max(0.0, begun_s + (call - 0.5) / A_SECOND - time.monotonic()))
            await hall.call("window.start", window=window)
        await asyncio.sleep(max(0.0, begun_s + call / A_SECOND - time.monotonic()))
        now = time.monotonic_ns(), time.time_ns()
        outcome = await hall.call("window.next", window=window)
        sent[outcome["events"][-1]["seq"]] = now
    return sent


@asynccontextmanager
async def _clients(stage: Stage, folder: Path) -> AsyncIterator[None]:
    """Let the other windows hear; each writes a line with its time for each event."""
    await asyncio.to_thread(folder.mkdir)
    program = shutil.which("mosquitto_sub")
    if program is None:
        raise RuntimeError("mosquitto_sub is missing: Debian package mosquitto-clients")
    root = "hall/v1/many"
    processes = list[asyncio.subprocess.Process]()
    try:
        for n in range(FOLLOWED + 1, WINDOWS + 1):
            with (folder / str(n)).open("wb") as file:
                processes.append(
                    await asyncio.create_subprocess_exec(
                        *(program, "-V", "5", "-h", "127.0.0.1", "-p", str(stage.broker_port)),
                        *("-i", f"hall-many-window-{n}", "-q", "1", "-F", "%U %p"),
                        # The hub's birth is retained: it comes as soon as they hear.
                        *("-t", f"{root}/event/+", "-t", f"{root}/node/hub", "-t", BARE),
                        stdout=file,
                    )
                )

        async def all_hear() -> bool:
            return await asyncio.to_thread(_all_filled, folder)

        async with asyncio.timeout(60):
            await until(all_hear)
        yield
    finally:
        for one in processes:
            one.terminate()
        for one in processes:
            await one.wait()


def _all_filled(folder: Path) -> bool:
    return all(file.stat().st_size for file in folder.iterdir())


@asynccontextmanager
async def _pulses(stage: Stage) -> AsyncIterator[None]:
    """Ask the hub how far it is as often as all those windows would."""
    address = Address("127.0.0.1", stage.broker_port, "pulses")
    up = asyncio.Event()
    sessions = list[int]()

    def take(mail: LinkMail) -> None:
        if isinstance(mail, Up):
            sessions.append(mail.session)
            up.set()

    link = Link(address, ("hall/v1/many/reply/+",), take)
    link.start()

    async def ask() -> None:
        others = WINDOWS - FOLLOWED
        for n in itertools.count():
            await asyncio.sleep(PULSE_S / others)
            window = f"window-{FOLLOWED + 1 + n % others}"
            topic = f"hall/v1/many/ask/{window}"
            message = Outgoing(topic, b'{"what":"pulse"}', correlation=b"%d" % n, expiry_s=3)
            link.send(sessions[-1], message)

    try:
        async with asyncio.timeout(30):
            await up.wait()
        asking = asyncio.create_task(ask())
        yield
        asking.cancel()
    finally:
        await link.stop()


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
