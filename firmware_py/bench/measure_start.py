"""What the daemon costs: its start, its memory, and doing nothing."""

from __future__ import annotations

import asyncio
import socket
import statistics
import sys
import time
from pathlib import Path

from firmware_py.app.ports import Entry, NewEvent
from firmware_py.app.wire import encode, encode_outcome, encode_state
from firmware_py.app.writer import SNAPSHOT_EVERY
from firmware_py.bench.client import HallClient
from firmware_py.bench.figure import Figure
from firmware_py.bench.measure_day import cpu_s, daemon, plain_hall
from firmware_py.bench.stage import Stage
from firmware_py.config.file import load_all
from firmware_py.core import commands as c
from firmware_py.core.decide import decide
from firmware_py.core.events import EVENT_NAMES
from firmware_py.core.evolve import evolve, initial
from firmware_py.core.refusals import Refusal
from firmware_py.core.rules import Rules
from firmware_py.store.journal import Journal

__all__ = ["fill", "measure_idle", "measure_start", "memory_mb"]

EVENTS = 200_000
TICKETS_A_DAY = 1450
TICK_MS = 700
STARTS = 7
IDLE_S = 60.0
READY_S, START_S, MEMORY_MB, IDLE_PERCENT = 0.5, 1.0, 45, 0.5


def fill(rules: Rules, path: Path, events: int) -> int:
    """Write a journal of so many events, days of 1,450 tickets; return the number of commands."""
    journal = Journal.open(path, node="hub")
    state, now_ms, number = initial(rules), 0, 0
    entries: list[Entry] = []
    snapshot_seq = written = 0

    def do(command: c.Command) -> None:
        nonlocal now_ms, number, written
        now_ms += TICK_MS
        number += 1
        decision = decide(rules, state, command, now_ms)
        if isinstance(decision, Refusal):
            raise TypeError(decision.en)
        for event in decision:
            evolve(state, event, now_ms)
        made = tuple(NewEvent(EVENT_NAMES[type(e)], encode(e)) for e in decision)
        outcome = encode_outcome(written + 1, len(made), None)
        entries.append(Entry(f"bench:{number}", "bench", now_ms, outcome, made))
        written += len(made)

    day = 1
    while written < events:
        do(c.OpenDay(f"2026-{1 + day // 28:02d}-{1 + day % 28:02d}"))
        for window in rules.windows:
            do(c.OpenWindow(window))
        windows = list(rules.windows)
        for ticket in range(TICKETS_A_DAY):
            window = windows[ticket % len(windows)]
            do(c.TakeTicket("A01", origin="kiosk-1"))
            do(c.CallNext(window))
            do(c.StartService(window))
            do(c.FinishService(window))
            if len(entries) >= 500:
                journal.append(entries)
                entries.clear()
                if journal.last_seq - snapshot_seq >= SNAPSHOT_EVERY:
                    # As the daemon does: the rest of the journal is replayed at its start.
                    snapshot_seq = journal.last_seq
                    journal.save_snapshot(snapshot_seq, encode_state(state))
        do(c.CloseDay())
        day += 1
    journal.append(entries)
    journal.close()
    return number


async def _ready_s(config: Path, path: Path) -> float:
    """Return the seconds from exec to an answer on the socket."""
    begun = time.perf_counter()
    with daemon(config):
        while True:
            try:
                with socket.socket(socket.AF_UNIX) as sock:
                    sock.connect(str(path))
                    sock.sendall(b'{"id":1,"method":"hall.status"}\n')
                    if sock.recv(64).startswith(b'{"jsonrpc"'):
                        return time.perf_counter() - begun
            except OSError:
                await asyncio.sleep(0.002)


async def measure_start(folder: Path) -> list[Figure]:
    """Return how long a start takes with an empty journal and with 200,000 events."""
    config = plain_hall(folder, windows=15)
    path = folder / "run" / "hall.sock"
    rules = load_all(config, {}).rules
    empty = [await _ready_s(config, path) for _ in range(STARTS)]
    for leftover in (folder / "data").glob("journal*"):
        leftover.unlink()
    commands = fill(rules, folder / "data" / "journal.db", EVENTS)
    full = [await _ready_s(config, path) for _ in range(STARTS)]
    bare = [await _bare_python_s() for _ in range(STARTS)]
    beside = f"python with asyncio, msgspec and sqlite3 alone {statistics.median(bare):.2f} s"
    return [
        Figure(
            "halld ready after exec",
            f"{READY_S} s",
            f"median {statistics.median(empty):.2f} s, worst {max(empty):.2f} s",
            beside,
            kept=statistics.median(empty) <= READY_S,
        ),
        Figure(
            f"start with a journal of {EVENTS:,} events ({commands:,} commands)",
            f"{START_S:g} s",
            f"median {statistics.median(full):.2f} s, worst {max(full):.2f} s",
            beside,
            kept=statistics.median(full) <= START_S,
        ),
    ]


async def _bare_python_s() -> float:

    begun = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "import asyncio, msgspec, sqlite3"
    )
    await process.wait()
    return time.perf_counter() - begun


async def measure_idle(folder: Path) -> list[Figure]:
    """Return memory and processor time of a whole bench hall with 15 windows that waits."""
    async with Stage(folder / "stage") as stage:
        async with await HallClient.connect(stage.hall_socket) as hall:
            await hall.call("day.open", day="2026-11-24")
            for window in range(1, 16):
                await hall.call("window.open", window=str(window))
            for _ in range(30):
                await hall.call("ticket.take", item="F01", origin="kiosk-1")
            await asyncio.sleep(8)
        pid = stage.processes["halld"].pid
        before_s = cpu_s(pid)
        # A tick of that clock is 10 ms: in a minute it is 0.02 %.
        await asyncio.sleep(IDLE_S)
        share = (cpu_s(pid) - before_s) / IDLE_S
        memory = memory_mb(pid)
    return [
        Figure(
            "halld with 15 windows and 49 devices, memory",
            f"{MEMORY_MB} MB",
            f"{memory['VmRSS']:.1f} MB",
            f"of it shared libraries and files {memory['RssFile']:.1f} MB",
            kept=memory["VmRSS"] <= MEMORY_MB,
        ),
        Figure(
            "halld with 15 windows, idle",
            f"{IDLE_PERCENT} % of a core",
            f"{share * 100:.2f} %",
            "",
            kept=share * 100 <= IDLE_PERCENT,
        ),
    ]


def memory_mb(pid: int) -> dict[str, float]:
    """Return a process's resident memory (``VmRSS``) and its part of files (``RssFile``)."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    wanted = ("VmRSS", "RssFile")
    found = dict(line.split(":", 1) for line in lines if line.startswith(wanted))
    return {name: int(value.split()[0]) / 1024 for name, value in found.items()}
