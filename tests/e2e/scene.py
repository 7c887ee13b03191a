"""A whole hall for one test: real processes, and what a person or a program does to them.

The hall is the bench hall; a test changes its configuration file where it must. At the end of
each scene the daemon must have ended with code 0 and must have logged no unexpected error.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar

from firmware_py.bench.client import BenchClient, HallClient, Refused
from firmware_py.bench.stage import ROOT, Stage
from firmware_py.sync.consumer import Consumer
from firmware_py.sync.ledger import LinesLedger
from firmware_py.sync.mail import Address
from tests.e2e.printers import unhurried
from tests.warm import begin_warm

__all__ = [
    "PATIENCE_S",
    "TODAY",
    "Change",
    "Connection",
    "Ran",
    "Scene",
    "configured",
    "lines_of",
    "refused",
    "unplugged",
    "until",
]

TODAY = "2026-11-23"
#: A text of ``config/bench.toml`` and what stands there instead.
Change = tuple[str, str]
#: Keys may follow each other at once: tests press them faster than clerks do.
NO_GUARD: Change = ('exception_window = "15"\n', 'exception_window = "15"\nnext_guard_s = 0\n')

#: What comes at all comes within this, however busy the machine.
PATIENCE_S = 60.0

T = TypeVar("T")


async def until(look: Callable[[], Awaitable[T | None]], seconds: float = PATIENCE_S) -> T:
    """Return what ``look`` returns once it is true; fail when that takes too long."""
    end = time.monotonic() + seconds
    while True:
        found = await look()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s; last seen: {found!r}")
        await asyncio.sleep(0.02)


def lines_of(path: Path) -> list[dict[str, Any]]:
    """Return the events that a consumer stored."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


async def refused(call: Awaitable[Any]) -> Refused:
    """Return the refusal that a call ends with."""
    try:
        answer = await call
    except Refused as refusal:
        return refusal
    raise AssertionError(f"not refused: {answer}")


def configured(folder: Path, changes: Sequence[Change] = (), more: str = "") -> Path:
    """Write the bench hall's configuration with ``changes`` and ``more`` tables at its end."""
    text = (ROOT / "config" / "bench.toml").read_text(encoding="utf-8")
    files = {"catalogue": "items.toml", "holidays": "holidays.toml"}
    usual = [(f'{k} = "{name}"', f'{k} = "{ROOT}/config/{name}"') for k, name in files.items()]
    for old, new in (NO_GUARD, *changes, *usual):
        assert text.count(old) == 1 or (old, new) in usual, f"{old!r} is not once in bench.toml"
        text = text.replace(old, new)
    path = folder / "hall.toml"
    path.write_text(unhurried(text) + more, encoding="utf-8")
    return path


def unplugged(folder: Path, **more: Any) -> Scene:
    """Return a hall none of whose devices is there: for what no device has a part in, and quicker.

    People take tickets and are called all the same; what was to be printed is owed.
    """
    return Scene(folder, simulators=False, **more)


class Connection(HallClient):
    """A connection that knows when the daemon is gone: a request after that fails at once."""

    async def _read(self) -> None:
        await super()._read()
        if self._writer is not None:
            self._writer.close()


@dataclass(frozen=True, slots=True)
class Ran:
    """How ``hallctl`` ended and what it said."""

    code: int
    out: str
    err: str


class Scene(AbstractAsyncContextManager["Scene"]):
    """One hall. ``async with Scene(folder) as hall``: it runs, its day is open.

    ``windows`` are opened. ``start=False`` starts only simulators (and the broker).
    ``allowed`` are parts of log lines that may be errors.
    """

    def __init__(
        self,
        folder: Path,
        *,
        changes: Sequence[Change] = (),
        more: str = "",
        broker: bool = False,
        windows: Sequence[str] = (),
        open_day: bool = True,
        start: bool = True,
        simulators: bool = True,
    ) -> None:
        self.folder = folder
        self.stage = Stage(folder / "s", configured(folder, changes, more), broker=broker)
        self.stage.begin = begin_warm
        self.hall: Connection
        self.bench: BenchClient
        #: Exit codes of the daemon, each time that it ended.
        self.codes: list[int] = []
        #: What the log may hold although it says "error".
        self.allowed: list[str] = []
        self._broker = broker
        self._windows = windows
        self._open_day = open_day
        self._start = start
        self._simulators = simulators
        self._clients: list[Connection | BenchClient] = []
        self._consumers: list[Consumer] = []
        self._ids = itertools.count(1)

    async def __aenter__(self) -> Self:
        self.stage.prepare()
        try:
            if self._broker:
                self.stage.start_broker()
            if self._simulators:
                self.stage.start_simulators()
                self.bench = await BenchClient.connect(self.stage.bench_socket, PATIENCE_S)
                self._clients.append(self.bench)
            if self._start:
                await self.start()
                if self._open_day:
                    await self.hall.call("day.open", day=TODAY)
                for window in self._windows:
                    await self.hall.call("window.open", window=window, clerk="1023")
        except BaseException:
            await self._end()
            raise
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        running = "halld" in self.stage.processes
        await self._end()
        if kind is None:
            ended = self.stage.stop()
            if running:
                self.codes.append(ended["halld"])
            wrong = [code for code in self.codes if code not in {0, -signal.SIGKILL}]
            assert not wrong, f"halld ended with {self.codes}: {self.stage.log_of('halld')[-3000:]}"
            assert not self.errors(), self.errors()
            assert not (self.stage.hall_socket.exists() and 0 in self.codes[-1:])

    async def _end(self) -> None:
        for consumer in self._consumers:
            await consumer.stop()
        for client in self._clients:
            await client.close()
        await asyncio.to_thread(self.stage.stop)

    # ---- the daemon

    async def start(self, *, devices: bool = True) -> None:
        """Start the daemon and connect; with ``devices``, wait until each has been asked."""
        self.stage.start_hall()
        await self.connect()
        if devices and self._simulators:
            await until(self._devices_asked)

    async def _devices_asked(self) -> bool:
        if (await self.status())["mode"] == "safe":
            return True
        # Lamps and buttons take half a second more: who presses a button waits for it.
        found = await self.hall.call("device.list")
        return not any(d["state"] == "starting" for d in found if not d["kind"].endswith(".gpio"))

    async def connect(self) -> Connection:
        """Connect (again) to the daemon; the scene's own client is the newest."""
        self.hall = await self.client()
        return self.hall

    async def client(self) -> Connection:
        """Return one more connection to the daemon; it is closed at the end."""
        client = await Connection.connect(self.stage.hall_socket, PATIENCE_S)
        self._clients.append(client)
        return client

    async def kill(self) -> None:
        """``kill -9``, as a power cut does it."""
        await self.end(signal.SIGKILL)

    async def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End the daemon by a signal; return its exit code."""
        code = await asyncio.to_thread(self.stage.end, "halld", number)
        self.codes.append(code)
        return code

    def errors(self) -> list[str]:
        """Return the daemon's log lines of errors that no test has allowed."""
        found = []
        for line in self.stage.log_of("halld").splitlines():
            try:
                entry = json.loads(line)
                wrong = entry["level"] in {"error", "critical"}
            except (ValueError, TypeError, KeyError):
                # Not a line of ours: a traceback, or what a library writes by itself. A line that
                # a kill cut short is no error.
                wrong = not line.startswith('{"time"')
            if wrong and not any(part in line for part in self.allowed):
                found.append(line)
        return found

    # ---- what people and programs do

    async def take(self, item: str = "F01", origin: str = "kiosk-1", **more: Any) -> str:
        """Take a ticket; return its number."""
        outcome = await self.hall.call("ticket.take", item=item, origin=origin, **more)
        number: str = outcome["events"][0]["data"]["number"]
        return number

    async def do(self, method: str, /, **params: Any) -> list[str]:
        """Give a command; return the types of what it made happen."""
        outcome = await self.hall.call(method, **params)
        return [event["type"] for event in outcome["events"]]

    async def press(self, device: str, key: str = "press", value: int | None = None) -> None:
        """Press a key of a simulated device, once the daemon has opened it."""
        if key in {"press", "hold"} and (await self.status())["mode"] != "safe":
            await until(lambda: self._listens(device))
        await self.bench.do("press", device, key=key, value=value)

    async def _listens(self, device: str) -> bool:
        return bool((await self.device(device))["state"] != "starting")

    async def fault(
        self, device: str, name: str, value: float | None = None, *, active: bool = True
    ) -> None:
        """Begin or end a fault of a simulated device or wire."""
        await self.bench.do("fault", device, fault=name, value=value, active=active)

    def hallctl(self, *arguments: str, lang: str = "en") -> Awaitable[Ran]:
        """Run ``hallctl`` as a person does, in Chinese or English."""
        return self._hallctl(arguments, lang)

    async def _hallctl(self, arguments: Sequence[str], lang: str) -> Ran:
        environment = {
            **self.stage.environment,
            "LC_ALL": "zh_CN.UTF-8" if lang == "zh" else "C.UTF-8",
            "PYTHONPATH": str(ROOT),
        }
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "firmware_py.cli.main", *arguments),
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await asyncio.wait_for(process.communicate(), PATIENCE_S)
        return Ran(process.returncode or 0, out.decode(), err.decode())

    # ---- what can be seen

    async def status(self) -> dict[str, Any]:
        """Return ``hall.status``."""
        found: dict[str, Any] = await self.hall.call("hall.status")
        return found

    async def seen(self, device: str) -> dict[str, Any]:
        """Return what a person sees on a device."""
        found: dict[str, Any] = await self.bench.do("seen", device)
        return found

    async def shows(
        self, device: str, seconds: float = PATIENCE_S, **wanted: Any
    ) -> dict[str, Any]:
        """Wait until a device shows all of this; return all that it shows."""

        async def look() -> dict[str, Any] | None:
            found = await self.seen(device)
            return found if all(found[key] == value for key, value in wanted.items()) else None

        try:
            return await until(look, seconds)
        except AssertionError:
            raise AssertionError(f"{device}: {await self.seen(device)}, not {wanted}") from None

    async def on_paper(self, number: str, printer: str = "printer") -> None:
        """Wait until a number came out as a whole slip and nothing is owed for it."""

        async def look() -> bool:
            if number not in (await self.seen(printer))["numbers"]:
                return False
            shown = await self.hall.call("ticket.show", number=number)
            return shown["paper"]["owed_by"] is None

        try:
            await until(look)
        except AssertionError:
            raise AssertionError(f"{number} not on paper: {await self.seen(printer)}") from None

    async def device(self, name: str) -> dict[str, Any]:
        """Return a device's health."""
        for found in await self.hall.call("device.list"):
            if found["device"] == name:
                return dict(found)
        raise KeyError(name)

    async def becomes(self, device: str, *states: str) -> dict[str, Any]:
        """Wait until a device's health is one of ``states``; return it."""

        async def look() -> dict[str, Any] | None:
            found = await self.device(device)
            return found if found["state"] in states else None

        return await until(look)

    async def journal(self) -> list[dict[str, Any]]:
        """Return every recorded event, in order, without a gap."""
        events: list[dict[str, Any]] = []
        while batch := await self.hall.call("journal.tail", after=len(events), limit=5000):
            events += batch
        assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
        return events

    async def issued(self) -> list[str]:
        """Return every number that was given, in order."""
        return [e["data"]["number"] for e in await self.journal() if e["type"] == "ticket.issued"]

    async def verified(self) -> None:
        """The journal's chain holds from its first event to its last."""
        found = await self.hall.call("journal.verify")
        assert found["problems"] == [], found

    # ---- the broker

    def centre(self) -> tuple[Consumer, Path]:
        """Start the city centre's consumer; return it and the file of what it stored."""
        path = self.folder / "centre.jsonl"
        address = Address("127.0.0.1", self.stage.broker_port, "centre", keepalive_s=2)
        consumer = Consumer(address, "demo", "centre", LinesLedger(path, durable=False))
        consumer.start()
        self._consumers.append(consumer)
        return consumer, path

    async def centre_has_all(self, consumer: Consumer, path: Path) -> None:
        """Wait until the centre has every event, once, in order, as the journal has it."""

        async def caught_up() -> bool:
            last: int = (await self.status())["last_seq"]
            return consumer.seq == last

        await until(caught_up)
        events = await self.journal()
        stored = lines_of(path)
        assert [e["seq"] for e in stored] == [e["seq"] for e in events][: len(stored)]
        assert len(stored) >= len(events) - 1
        for got, recorded in zip(stored, events, strict=False):
            assert got["type"].endswith(recorded["type"])

    def signal_broker(self, number: signal.Signals) -> None:
        """Send mosquitto a signal: SIGSTOP hangs it."""
        os.kill(self.stage.processes["mosquitto"].pid, number)
