"""A wire in memory between a driver and its simulators: chops, adds noise, waits for real."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from itertools import cycle

from devices.errors import DeviceUnavailable
from devices.simulator import Simulator


class MemoryLine:
    """Both ends of a wire in one object, in one thread.

    ``pieces`` are the sizes in which bytes travel, in turn (0: all at once); ``noise`` stands
    before each piece that a device sends.
    """

    port = "memory"

    def __init__(
        self,
        simulators: Sequence[Simulator] = (),
        *,
        pieces: Sequence[int] = (0,),
        noise: bytes = b"",
    ) -> None:
        self.written: list[bytes] = []
        self.gone = False
        #: How many of the next answers get lost.
        self.lose = 0
        self._simulators = simulators
        self._pieces = cycle(pieces)
        self._noise = noise
        self._inbox: list[bytes] = []
        self._later: list[tuple[float, Callable[[], None]]] = []
        for one in simulators:
            one.send = self.put
            one.later = self._run_later

    def put(self, data: bytes) -> None:
        """Let a device send ``data``."""
        if self.lose:
            self.lose -= 1
            return
        if self._noise:
            self._inbox.append(self._noise)
        self._inbox.extend(self._chopped(data))

    def read_available(self) -> bytes:
        self._must_be_there()
        self._run_due()
        data = b"".join(self._inbox)
        self._inbox.clear()
        return data

    def read_some(self, timeout_s: float) -> bytes:
        self._must_be_there()
        deadline = time.monotonic() + timeout_s
        self._run_due()
        while not self._inbox:
            left = min([deadline, *(due for due, _ in self._later)]) - time.monotonic()
            if left > 0:
                threading.Event().wait(left)
            self._run_due()
            if time.monotonic() >= deadline:
                break
        return self._inbox.pop(0) if self._inbox else b""

    def write(self, data: bytes, timeout_s: float = 2.0) -> None:
        del timeout_s
        self._must_be_there()
        self.written.append(data)
        for piece in self._chopped(data):
            for one in self._simulators:
                one.feed(piece)

    def fileno(self) -> int | None:
        return None

    def close(self) -> None:
        self.gone = True

    def taken(self) -> list[bytes]:
        """Return and forget what was written."""
        written, self.written = self.written, []
        return written

    def _chopped(self, data: bytes) -> list[bytes]:
        found = []
        while data:
            size = next(self._pieces) or len(data)
            found.append(data[:size])
            data = data[size:]
        return found

    def _run_later(self, delay_s: float, call: Callable[[], None]) -> None:
        self._later.append((time.monotonic() + delay_s, call))

    def _run_due(self) -> None:
        now = time.monotonic()
        due = [entry for entry in self._later if entry[0] <= now]
        self._later = [entry for entry in self._later if entry[0] > now]
        for _, call in due:
            call()

    def _must_be_there(self) -> None:
        if self.gone:
            raise DeviceUnavailable(self.port, "unplugged")
