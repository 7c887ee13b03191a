"""A tiny device for tests of the framework: its driver, its simulator, and who listens.

``?`` asks for ``!``; each ``k`` is a key. Everything that the simulator hears it keeps.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from devices.base import Driver, HealthState, Input, Line, Report, Sentence, Status
from devices.errors import DeviceTimeout
from devices.simhost import SimHost
from devices.simulator import Simulator, UnknownKey
from devices.specs import DeviceSpec
from firmware_py.runtime.device_events import DeviceEvent

GOOD = Status(HealthState.OK, "ok", Sentence("正常。", "Fine."))
DEADLINE_S = 60.0
T = TypeVar("T")


class EchoDriver(Driver):
    """Greets with ``?``; does not wait longer than 0.3 s for ``!``."""

    poll_every_s = 30.0

    def open(self) -> Status:
        self.line.write(b"?", 0.3)
        answer = b""
        while b"!" not in answer:
            more = self.line.read_some(0.3)
            if not more:
                raise DeviceTimeout(f"greeting {self.name}", 0.3)
            answer += more
        self.counters.frames_in += 1
        self.identity = "Echo 1"
        return GOOD

    def feed(self, data: bytes) -> list[Report]:
        return [Input("pressed") for byte in data if byte == ord("k")]

    def say(self, data: bytes) -> int:
        self.line.write(data, 0.3)
        return len(data)


class EchoSimulator(Simulator):
    faults = ("deaf",)

    def __init__(self, name: str, options: Any = None) -> None:
        super().__init__(name, options)
        self.heard = b""

    def feed(self, data: bytes) -> None:
        self.heard += data
        if b"?" in data and "deaf" not in self.active_faults:
            self.send(b"!")

    def press(self, key: str, value: int | None = None) -> None:
        if key != "k":
            raise UnknownKey("k")
        self.send(b"k")

    def seen(self) -> dict[str, Any]:
        return {"heard": self.heard.decode("latin-1")}


def echo_driver(device: DeviceSpec, line: Line | None) -> Driver:
    return EchoDriver(device.name, device.options, line)


def echo_simulator(device: DeviceSpec) -> Simulator:
    return EchoSimulator(device.name)


class Listener:
    """Keeps every event; waits for one on a condition, never by sleeping."""

    def __init__(self) -> None:
        self.events: list[DeviceEvent] = []
        self._changed = threading.Condition()

    def __call__(self, batch: Sequence[DeviceEvent]) -> None:
        with self._changed:
            self.events.extend(batch)
            self._changed.notify_all()

    def of(self, kind: type[T], device: str | None = None) -> list[T]:
        with self._changed:
            return [
                e
                for e in self.events
                if isinstance(e, kind) and device in {None, getattr(e, "device", None)}
            ]

    def wait(
        self, kind: type[T], device: str | None = None, *, count: int = 1, timeout_s: float = 0.0
    ) -> T:
        """Return the ``count``th event of that kind (and device)."""
        with self._changed:
            came = self._changed.wait_for(
                lambda: len(self.of(kind, device)) >= count, timeout_s or DEADLINE_S
            )
            assert came, f"no {count}. {kind.__name__} of {device}: {self.events}"
        return self.of(kind, device)[count - 1]


class BenchThread:
    """A simulator host in a loop of its own thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    host: SimHost

    def do(self, call: Callable[[SimHost], T]) -> T:
        """Run ``call(host)`` in the host's loop and return what it returns."""

        async def inside() -> T:
            return call(self.host)

        return asyncio.run_coroutine_threadsafe(inside(), self._loop).result(DEADLINE_S)

    def heard(self, device: str) -> bytes:
        def look(host: SimHost) -> bytes:
            simulator = host.simulator(device)
            assert isinstance(simulator, EchoSimulator)
            return simulator.heard

        return self.do(look)

    def hears(self, device: str, wanted: bytes, within_s: float = DEADLINE_S) -> bool:
        """Wait for bytes that are on their way: the wire has a thread of its own."""
        pause = threading.Event()
        deadline = time.monotonic() + within_s
        while wanted not in self.heard(device) and time.monotonic() < deadline:
            pause.wait(0.01)
        return wanted in self.heard(device)


@contextmanager
def bench(make_host: Callable[[], SimHost]) -> Iterator[BenchThread]:
    """Run the host that ``make_host`` makes until the end of the block."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="bench")
    thread.start()
    running = BenchThread(loop)

    async def begin() -> None:
        running.host = make_host()
        running.host.start()

    async def end() -> None:
        running.host.close()

    try:
        asyncio.run_coroutine_threadsafe(begin(), loop).result(DEADLINE_S)
        yield running
        asyncio.run_coroutine_threadsafe(end(), loop).result(DEADLINE_S)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(DEADLINE_S)
        loop.close()
