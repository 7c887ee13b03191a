"""How soon a printer's state is known: asked in each way, told by itself, and while it prints.

The driver and its line are those of the daemon; the printer is simulated in another process.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple, Self

from devices.base import Line, Report, Status
from devices.errors import DeviceFault
from devices.ticket_printer import codec
from devices.ticket_printer.driver import EscPosPrinter
from devices.ticket_printer.knowledge import Memory
from devices.ticket_printer.options import Options
from devices.ticket_printer.slip import Slip
from devices.ticket_printer.talk import Talk
from devices.transport import LineSettings, open_line
from firmware_py.bench.client import BenchClient
from firmware_py.bench.figure import Figure
from firmware_py.bench.measure_keys import bench_file, spread
from firmware_py.bench.raw import bare_echo_ms
from firmware_py.bench.stage import Stage

__all__ = ["measure"]

KNOWN_MS = 100.0
ROUNDS = 60
PRINTS = 12
#: A slip takes about a second, so that there is time to ask.
PRINT_MM_S = 90
#: Into the slip: the paper ends here, a little later each time.
AFTER_S, LATER_S = 0.15, 0.013
SLIP = Slip(
    number="A015", hall_zh="示范市税务局办税服务厅", item_zh="发票领用", issued="2026-03-02 09:15"
)


class Heard(NamedTuple):
    """Milliseconds: from the question to the answer, and from the event to it."""

    asked_ms: list[float]
    event_ms: list[float]


class _AskedLine:
    """Passes everything on; knows when the printer was last asked, and by how many questions."""

    def __init__(self, line: Line) -> None:
        self.port = line.port
        self.asked_ns = 0
        self._line = line
        self._answered = True

    def read_available(self) -> bytes:
        return self._line.read_available()

    def read_some(self, timeout_s: float) -> bytes:
        return self._line.read_some(timeout_s)

    def write(self, data: bytes, timeout_s: float = 2.0) -> None:
        if data.startswith(codec.DLE_EOT_PAPER):
            # The first question of a look.
            self.asked_ns = time.monotonic_ns()
        self._line.write(data, timeout_s)

    def fileno(self) -> int | None:
        return self._line.fileno()

    def close(self) -> None:
        self._line.close()


class _Printer:
    """A driver on its line, and the simulated printer's faults."""

    def __init__(self, port: str, options: Options, bench: BenchClient) -> None:
        self.line = _AskedLine(open_line(port, LineSettings(baud=115200)))
        self.driver = EscPosPrinter("printer", options, self.line)
        self.driver.memory = Memory()
        self._bench = bench

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self.driver.open)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.driver.close()
        self.line.close()

    async def fault(self, name: str, *, active: bool) -> None:
        await self._bench.do("fault", "printer", fault=name, active=active)

    async def told_ns(self) -> int:
        """Return when the printer last sent something."""
        told: int = (await self._bench.do("seen", "printer"))["last_tx_ns"]
        return told

    async def known(self, look: Callable[[], list[Report]], code: str) -> int:
        """Call ``look`` in a thread until the state has this code; return when."""

        def until() -> int:
            end = time.monotonic() + 3
            while time.monotonic() < end:
                if any(isinstance(one, Status) and one.code == code for one in look()):
                    return time.monotonic_ns()
            raise TimeoutError(f"the printer's state never was {code}")

        return await asyncio.to_thread(until)

    def prints(self, job: int, on_sent: Callable[[], None]) -> int:
        """Print until the paper ends; return when that was known."""
        try:
            self.driver.print_slip(SLIP, job, on_sent)
        except DeviceFault as fault:
            if fault.code == "paper_end":
                return time.monotonic_ns()
            raise
        raise RuntimeError("the slip came out before its paper ended")

    def listen(self) -> list[Report]:
        """As the worker does when bytes come."""
        return self.driver.feed(self.line.read_some(1.0))


def _set(loop: asyncio.AbstractEventLoop, event: asyncio.Event) -> None:
    loop.call_soon_threadsafe(event.set)


def _ms(since_ns: int, until_ns: int) -> float:
    return (until_ns - since_ns) / 1e6


async def _asked(port: str, bench: BenchClient) -> Heard:
    """DLE EOT, while the printer stands still."""
    heard = Heard([], [])
    async with _Printer(port, Options(confirm="gs_h", state="ask"), bench) as printer:
        for turn in range(ROUNDS):
            active = turn % 2 == 0
            await printer.fault("paper-out", active=active)
            begun_ns = time.monotonic_ns()
            known_ns = await printer.known(printer.driver.poll, "paper_end" if active else "ok")
            heard.asked_ms.append(_ms(begun_ns, known_ns))
    return heard


async def _told(port: str, bench: BenchClient) -> Heard:
    """Automatic status: nobody asks."""
    heard = Heard([], [])
    async with _Printer(port, Options(confirm="gs_h", state="asb"), bench) as printer:
        for turn in range(ROUNDS):
            active = turn % 2 == 0
            listening = asyncio.create_task(
                printer.known(printer.listen, "paper_end" if active else "ok")
            )
            await printer.fault("paper-out", active=active)
            known_ns = await listening
            heard.event_ms.append(_ms(await printer.told_ns(), known_ns))
    return heard


async def _queued(port: str, bench: BenchClient) -> Heard:
    """GS r: its answer comes when all before it is done, so it tells of paper that runs low."""
    heard = Heard([], [])
    async with _Printer(port, Options(confirm="gs_r", state="ask"), bench) as printer:
        options = printer.driver.options
        talk = Talk(printer.driver, options, lambda block: None)
        for turn in range(ROUNDS):
            active = turn % 2 == 0
            await printer.fault("paper-near-end", active=active)
            talk.fences.clear()
            begun_ns = time.monotonic_ns()
            talk.write(codec.GS_R_PAPER)
            await asyncio.to_thread(talk.pump, lambda: bool(talk.fences), 3.0)
            if not talk.fences or talk.fences[0].near_end != active:
                raise RuntimeError(f"the printer's queued status is {talk.fences}")
            heard.asked_ms.append(_ms(begun_ns, time.monotonic_ns()))
    return heard


async def _printing(port: str, bench: BenchClient, options: Options) -> Heard:
    """The paper ends while a slip comes out: from the last question, and from the event."""
    heard = Heard([], [])
    await bench.do("fault", "printer", fault="slow-print", value=PRINT_MM_S)
    async with _Printer(port, options, bench) as printer:
        loop = asyncio.get_running_loop()
        for turn in range(PRINTS):
            sent = asyncio.Event()

            printed = asyncio.create_task(
                asyncio.to_thread(printer.prints, turn, partial(_set, loop, sent))
            )
            await sent.wait()
            await asyncio.sleep(AFTER_S + turn * LATER_S)
            event_ns = time.monotonic_ns()
            await printer.fault("paper-out", active=True)
            known_ns = await printed
            heard.asked_ms.append(_ms(printer.line.asked_ns, known_ns))
            heard.event_ms.append(_ms(event_ns, known_ns))
            await printer.fault("paper-out", active=False)
            await asyncio.to_thread(printer.driver.poll)
    await bench.do("clear", "printer")
    return heard


def _figure(what: str, took_ms: list[float], echo: str, more: str = "") -> Figure:
    return Figure(
        f"printer state {what}",
        f"{KNOWN_MS:g} ms",
        spread(took_ms) + more,
        echo,
        kept=statistics.median(took_ms) <= KNOWN_MS and max(took_ms) <= 2 * KNOWN_MS,
    )


async def measure(folder: Path) -> list[Figure]:
    """Return the figures of each way; the printer is the first of the bench's."""
    stage = Stage(folder / "stage", bench_file(folder), broker=False)
    stage.prepare()
    try:
        stage.start_simulators()
        async with await BenchClient.connect(stage.bench_socket) as bench:
            port = str(stage.run / "wire" / "printer")
            asked = await _asked(port, bench)
            told = await _told(port, bench)
            queued = await _queued(port, bench)
            asking = await _printing(port, bench, Options(confirm="gs_h", state="ask"))
            telling = await _printing(port, bench, Options(confirm="gs_h", state="asb"))
    finally:
        stage.stop()
    echo = f"bare echo {spread(bare_echo_ms())}"
    since = f"; from the paper's end {spread(asking.event_ms)}, for it is asked ten times a second"
    return [
        _figure("asked by DLE EOT -> known", asked.asked_ms, echo),
        _figure("asked by GS r -> known", queued.asked_ms, echo),
        _figure("told by itself (ASB) -> known", told.event_ms, echo),
        _figure("asked by DLE EOT while it prints -> known", asking.asked_ms, echo, since),
        _figure("told by itself while it prints -> known", telling.event_ms, echo),
    ]
