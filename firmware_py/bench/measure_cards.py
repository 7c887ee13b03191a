"""From a card that was laid to its fields: what comes on top of the wire and of the reader.

The driver, its worker and its line are those of the daemon; the reader is simulated in another
process at the pace of 115200 baud. A card is found by the next question after a card, which by the
reader's document comes every 300 ms and no sooner: so the wait for it is a row of its own, and the
other begins with that question.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

import msgspec
import serial

from devices.card_reader.reports import CardRead, Lifted
from devices.specs import DeviceSpec
from firmware_py.bench.figure import Figure
from firmware_py.bench.measure_keys import spread
from firmware_py.runtime.device_events import DeviceEvent, Opened, Reported
from firmware_py.runtime.supervisor import Supervisor

__all__ = ["measure"]

ABOVE_MS = 60.0
#: By the document; and what a find takes beside it.
FIND_MS = 300.0
WAIT_MS = FIND_MS + ABOVE_MS
CARDS = 40
BAUD = 115200
_WITHIN_S = 20.0
_P99 = 0.99
FIND = bytes.fromhex("AAAAAA96690003200122")
SELECT = bytes.fromhex("AAAAAA96690003200221")
READ = bytes.fromhex("AAAAAA96690003300132")
#: Question, and how many bytes its answer has.
EXCHANGES = ((FIND, 15), (SELECT, 19), (READ, 1295))


class Read(NamedTuple):
    """Milliseconds from a card to its question, and from there to its fields above the wire."""

    wait_ms: float
    above_ms: float


class _Peer:
    """The reader's process."""

    def __init__(self, link: Path) -> None:
        self._link = link
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "firmware_py.bench.paced_reader", str(self._link), str(BAUD)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        await self.told()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            await self._process.wait()

    async def told(self) -> dict[str, int]:
        """Return what it says next."""
        if self._process is None or self._process.stdout is None:
            raise RuntimeError("not started")
        line = await asyncio.wait_for(self._process.stdout.readline(), _WITHIN_S)
        return msgspec.json.decode(line, type=dict[str, int])

    async def do(self, what: str) -> int:
        """Lay or lift a card; return when that was, in ns."""
        if self._process is None or self._process.stdin is None:
            raise RuntimeError("not started")
        self._process.stdin.write(what.encode() + b"\n")
        return (await self.told())["laid_ns"]


class _Hall:
    """The worker's reports, each with when it came."""

    def __init__(self, port: Path) -> None:
        self._loop = asyncio.get_running_loop()
        self._reports: asyncio.Queue[tuple[int, Any]] = asyncio.Queue()
        device = DeviceSpec(name="id-1", kind="card_reader.sdt", port=str(port))
        self._supervisor = Supervisor({}, {"id-1": device}, self._emit)

    def _emit(self, batch: Sequence[DeviceEvent]) -> None:
        # In the worker's thread: the fields are known now.
        now_ns = time.monotonic_ns()
        for event in batch:
            report = event.report if isinstance(event, Reported) else event
            if isinstance(report, CardRead):
                report.wipe()
            self._loop.call_soon_threadsafe(self._reports.put_nowait, (now_ns, report))

    async def __aenter__(self) -> Self:
        self._supervisor.start()
        await self.wait(Opened)
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self._supervisor.stop)

    async def wait(self, kind: type) -> int:
        """Return when the next report of this kind came, in ns."""
        async with asyncio.timeout(_WITHIN_S):
            while True:
                at_ns, report = await self._reports.get()
                if isinstance(report, kind):
                    return at_ns


async def measure(folder: Path) -> list[Figure]:
    """Return how long a card waits for its question, and its fields above the wire."""
    dice = random.Random(1295)
    async with _Peer(folder / "bare") as peer:
        bare = [await _bare(peer, folder / "bare") for _ in range(CARDS)]
    reads: list[Read] = []
    wire_ns = 0
    async with _Peer(folder / "reader") as peer, _Hall(folder / "reader") as hall:
        for _ in range(CARDS):
            await asyncio.sleep(dice.uniform(0, FIND_MS / 1000))
            laid_ns = await peer.do("lay")
            known_ns = await hall.wait(CardRead)
            told = await peer.told()
            wire_ns = told["wire_ns"]
            above_ns = known_ns - told["asked_ns"] - wire_ns
            reads.append(Read((told["asked_ns"] - laid_ns) / 1e6, above_ns / 1e6))
            await peer.do("lift")
            await hall.wait(Lifted)
    above = sorted(one.above_ms for one in reads)
    waits = sorted(one.wait_ms for one in reads)
    place = min(CARDS - 1, round(CARDS * _P99))
    return [
        Figure(
            "card found -> its fields known, above wire and reader",
            f"{ABOVE_MS:g} ms",
            spread(above),
            f"wire and reader {wire_ns / 1e6:.0f} ms; pyserial alone {spread(bare)} above it",
            kept=above[place] <= ABOVE_MS,
        ),
        Figure(
            "card laid -> the question that finds it",
            f"{FIND_MS:g} ms, the document's, and what a find takes",
            spread(waits),
            f"evenly spread {FIND_MS / 2:g} ms; the mean here {statistics.mean(waits):.0f} ms",
            kept=waits[place] <= WAIT_MS,
        ),
    ]


async def _bare(peer: _Peer, port: Path) -> float:
    """Return milliseconds above the wire of the same questions by pyserial, and nothing checked."""
    await peer.do("lay")
    took_ns = await asyncio.to_thread(_exchange, port)
    told = await peer.told()
    await peer.do("lift")
    return (took_ns - told["wire_ns"]) / 1e6


def _exchange(port: Path) -> int:
    with serial.Serial(str(port), BAUD, timeout=_WITHIN_S) as line:
        begun_ns = time.monotonic_ns()
        for question, size in EXCHANGES:
            line.write(question)
            if len(line.read(size)) < size:
                raise TimeoutError("the reader did not answer")
        return time.monotonic_ns() - begun_ns
