"""The bench's wires: the far end of each line, with everything that goes wrong on real ones.

A wire reads what the driver wrote, hands it to every simulator on the line, and puts their bytes
on the line. Faults: ``split`` (single bytes), ``noise`` (garbage in front of the device's bytes
and every now and then; value: ms between bursts), ``silent`` (nothing gets through), ``slow``
(value: bytes/s, else the line's baud), ``stall`` (nothing is taken: the driver's write blocks),
and being unplugged.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable

from devices.simulator import Simulator

__all__ = ["WIRE_FAULTS", "Station", "Wire"]

WIRE_FAULTS = ("noise", "silent", "slow", "split", "stall")

_READ_SIZE = 65536
_TICK_S = 0.005
#: Bits on the wire for a byte at 8N1.
_BITS_A_BYTE = 10
_NOISE_EVERY_MS = 50


class Station:
    """One simulator on a wire, with what went past it and when.

    Times are ``time.monotonic_ns()``, which all processes of a machine share: a bench in another
    process may subtract its own.
    """

    def __init__(self, simulator: Simulator, wire: Wire) -> None:
        self.simulator = simulator
        self.wire = wire
        self.present = True
        self.silent = False
        self.rx_bytes = 0
        self.tx_bytes = 0
        self.last_rx_ns = 0
        self.last_tx_ns = 0
        #: (time, bytes) of what arrived, the newest 20,000 pieces.
        self.rx_times: deque[tuple[int, int]] = deque(maxlen=20_000)
        simulator.send = self._send
        simulator.later = wire.later
        simulator.hang_up = wire.hang_up

    def hear(self, data: bytes, now_ns: int) -> None:
        """Take bytes from the driver."""
        if not self.present or self.silent:
            return
        self.rx_bytes += len(data)
        self.last_rx_ns = now_ns
        self.rx_times.append((now_ns, len(data)))
        self.simulator.feed(data)

    def _send(self, data: bytes) -> None:
        if self.present and not self.silent and data:
            self.tx_bytes += len(data)
            self.last_tx_ns = time.monotonic_ns()
            self.wire.transmit(data)


class Wire(ABC):
    """One line's far end. Subclasses know ptys and sockets; all run in the host's loop."""

    def __init__(self, name: str, port: str, baud: int, seed: int = 0) -> None:
        self.name = name
        self.port = port
        self.baud = baud
        self.stations: list[Station] = []
        self.faults: dict[str, float | None] = {}
        self.plugged = False
        #: Bytes from devices that found no room, as in a UART that nobody reads.
        self.overrun = 0
        self._loop = asyncio.get_running_loop()
        self._random = random.Random(seed)  # noqa: S311 - noise, repeatable on purpose
        self._out: deque[bytes] = deque()
        self._timers: set[asyncio.TimerHandle] = set()
        self._pumping = False
        self._noise_timer: asyncio.TimerHandle | None = None
        self._reading: set[int] = set()

    # ---- what subclasses do

    @abstractmethod
    def plug(self) -> None:
        """Make the line's end; then the driver can open it. A second call does nothing."""

    @abstractmethod
    def unplug(self) -> None:
        """Take the line's end away under the driver. A second call does nothing."""

    @abstractmethod
    def _put(self, data: bytes) -> None:
        """Write towards the driver without waiting; what finds no room is ``overrun``."""

    @abstractmethod
    def _hold(self, *, held: bool) -> None:
        """Stop taking (or take again) what the driver writes, so that its write blocks."""

    # ---- faults

    def set_fault(self, name: str, value: float | None = None, *, active: bool = True) -> None:
        """Begin or end one of ``WIRE_FAULTS``."""
        if active:
            self.faults[name] = value
        else:
            self.faults.pop(name, None)
        if name == "stall":
            self._hold(held=active)
            self._watch()
        if name == "noise":
            self._schedule_noise()

    def clear_faults(self) -> None:
        """End all faults of the wire."""
        for name in tuple(self.faults):
            self.set_fault(name, active=False)

    def hang_up(self) -> None:
        """Break the connection that is open; a serial line has none."""

    # ---- towards the driver

    def transmit(self, data: bytes) -> None:
        """Put a device's bytes on the line, as the faults have it."""
        if not self.plugged or "silent" in self.faults:
            return
        if "noise" in self.faults:
            data = self._garbage() + data
        if "split" in self.faults or "slow" in self.faults or self._out:
            self._out.extend(data[i : i + 1] for i in range(len(data)))
            if not self._pumping:
                self._pump()
        else:
            self._put(data)

    def _pump(self) -> None:
        """Send some of the queue, then come back for the rest."""
        self._pumping = bool(self._out)
        if not self._out:
            return
        if not self.plugged:
            self._out.clear()
            self._pumping = False
            return
        if "slow" in self.faults:
            self._put(b"".join(self._take(max(1, round(self._rate() * _TICK_S)))))
            self.later(max(_TICK_S, 1 / self._rate()), self._pump)
        else:
            self._put(self._out.popleft())
            self._loop.call_soon(self._pump)

    def _take(self, count: int) -> list[bytes]:
        return [self._out.popleft() for _ in range(min(count, len(self._out)))]

    def _rate(self) -> float:
        """Return bytes a second under ``slow``."""
        return max(1.0, self.faults.get("slow") or self.baud / _BITS_A_BYTE)

    def _garbage(self) -> bytes:
        return self._random.randbytes(self._random.randint(1, 8))

    def _schedule_noise(self) -> None:
        if self._noise_timer is not None:
            self._noise_timer.cancel()
            self._noise_timer = None
        if "noise" in self.faults:
            every_ms = self.faults["noise"] or _NOISE_EVERY_MS
            self._noise_timer = self._loop.call_later(every_ms / 1000, self._make_noise)

    def _make_noise(self) -> None:
        if self.plugged and "silent" not in self.faults:
            self._put(self._garbage())
        self._schedule_noise()

    # ---- from the driver

    def received(self, fd: int) -> None:
        """Read ``fd`` and hand the bytes on."""
        slow = "slow" in self.faults
        limit = max(1, round(self._rate() * _TICK_S)) if slow else _READ_SIZE
        try:
            data = os.read(fd, limit)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        now_ns = time.monotonic_ns()
        if not data:
            self._hung_up(fd)
            return
        if slow:
            self._loop.remove_reader(fd)
            self.later(len(data) / self._rate(), self._watch)
        if "silent" in self.faults:
            return
        pieces = [data[i : i + 1] for i in range(len(data))] if "split" in self.faults else [data]
        for piece in pieces:
            for station in self.stations:
                station.hear(piece, now_ns)

    def _hung_up(self, fd: int) -> None:
        self._forget(fd)

    def _watch(self) -> None:
        """Read what is open, unless the line is stalled."""
        for fd in self._reading:
            if "stall" in self.faults:
                self._loop.remove_reader(fd)
            else:
                self._loop.add_reader(fd, self.received, fd)

    def _remember(self, fd: int) -> None:
        self._reading.add(fd)
        self._watch()

    def _forget(self, fd: int) -> None:
        self._loop.remove_reader(fd)
        self._reading.discard(fd)

    # ---- the host's clock

    def later(self, delay_s: float, call: Callable[[], None]) -> None:
        """Call ``call()`` after ``delay_s``; forgotten when the wire is closed."""
        handle: asyncio.TimerHandle

        def run() -> None:
            self._timers.discard(handle)
            call()

        handle = self._loop.call_later(delay_s, run)
        self._timers.add(handle)

    def greet(self) -> None:
        """Tell every simulator that its wire is there."""
        for station in self.stations:
            if station.present:
                station.simulator.plugged()

    def close(self) -> None:
        """Take the line away and forget all timers."""
        with contextlib.suppress(KeyError):
            del self.faults["noise"]
        self._schedule_noise()
        self.unplug()
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
