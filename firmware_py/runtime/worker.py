"""One thread, one line, its drivers: the only one that touches them.

The thread opens the line and each driver, reads the line for all of them, runs the jobs that are
posted, polls, and opens again what failed. It waits in one ``poll`` on the line and on an eventfd
that ``post`` and a driver's ``wake`` signal, so neither a key nor a job waits for a timer.

A driver lives from one opening to the next: opening again makes a new one, which knows nothing of
what it showed before (``Opened`` asks for that). A job for a device that is not open fails at once.
"""

from __future__ import annotations

import logging
import select
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from devices.base import Driver, Line, Report
from devices.errors import DeviceError, DeviceFault, DeviceUnavailable, FrameError
from firmware_py.runtime.backoff import Backoff
from firmware_py.runtime.device_events import (
    DeviceEvent,
    Done,
    Emit,
    Finished,
    Outcome,
    Result,
)
from firmware_py.runtime.jobs import Job, JobQueue, QueueFull
from firmware_py.runtime.slot import MakeDriver, Slot, due_together
from firmware_py.runtime.wakeup import Wakeup
from firmware_py.runtime.watched_line import WatchedLine

__all__ = ["QueueFull", "Worker"]

log = logging.getLogger(__name__)

#: How long a line without a descriptor is read at a time; a job waits so long at most.
_TIMED_READ_S = 0.01
#: So many unreadable answers in a row are no accident: wrong baud rate, wrong device.
_GARBLED_LIMIT = 5


class Worker:
    """Runs ``devices`` (name -> maker of its driver) on the line that ``open_line`` opens.

    ``open_line`` is None for devices without a byte stream. ``emit`` is called from the thread.
    """

    def __init__(
        self,
        name: str,
        devices: Mapping[str, MakeDriver],
        emit: Emit,
        *,
        open_line: Callable[[], Line] | None,
        clock: Callable[[], float] = time.monotonic,
        make_backoff: Callable[[], Backoff] = Backoff,
        queue_limit: int = 64,
    ) -> None:
        self.name = name
        self.slots = {
            device: Slot(device, make, make_backoff()) for device, make in devices.items()
        }
        #: Since when the thread has been inside a driver or an opening; None while it waits.
        self.busy_since: float | None = None
        self._emit = emit
        self._open_line = open_line
        self._clock = clock
        self._line: WatchedLine | None = None
        self._line_backoff = make_backoff().of_a_line()
        self._line_due = 0.0
        self._jobs = JobQueue(queue_limit)
        self._asked: deque[Callable[[], None]] = deque()
        self._batch: list[DeviceEvent] = []
        self._stopping = False
        self._wakeup = Wakeup()
        self._woken = False
        self._poll = select.poll()
        self._poll.register(self._wakeup.fd, select.POLLIN)
        self._thread = threading.Thread(target=self._run, name=f"dev-{name}", daemon=True)

    # ---- from any thread

    def start(self) -> None:
        """Begin; the first attempt to open is made at once."""
        self._thread.start()

    def post(
        self,
        job: Callable[[Any], object],
        device: str,
        *,
        key: str | None = None,
        done: Done | None = None,
        expires_s: float | None = None,
    ) -> None:
        """Have ``job(driver)`` run in its turn; ``done`` comes back in a ``Finished``.

        A waiting job with the same ``key`` is replaced in its place. Raises ``QueueFull`` at
        once when too many wait, and ``KeyError`` for a device of another worker.
        """
        slot = self.slots[device]
        deadline = None if expires_s is None else self._clock() + expires_s
        replaced = self._jobs.put(Job(slot.name, job, key, deadline, done))
        if replaced is not None:
            self._asked.append(lambda: self._finish(replaced, Outcome.REPLACED))
        self.wake()

    def restart(self, device: str) -> None:
        """Close the device and open it again."""
        slot = self.slots[device]
        self._ask(lambda: self._restart(slot))

    def set_enabled(self, device: str, *, enabled: bool) -> None:
        """Let go of the device (and of its line, when nobody else needs it), or take it up."""
        slot = self.slots[device]
        self._ask(lambda: self._set_enabled(slot, enabled=enabled))

    def wake(self) -> None:
        """Make the thread look around now."""
        self._wakeup.signal()

    def waiting(self) -> int:
        """Return how many jobs wait."""
        return len(self._jobs)

    def stop(self) -> None:
        """Ask the thread to close everything and end; see ``join``."""
        self._stopping = True
        self.wake()

    def join(self, timeout_s: float) -> bool:
        """Wait for the end; False when the thread is still inside a driver."""
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
            if self._thread.is_alive():
                return False
        self._wakeup.close()
        return True

    def _ask(self, what: Callable[[], None]) -> None:
        self._asked.append(what)
        self.wake()

    # ---- the thread

    def _run(self) -> None:
        while not self._stopping:
            self.busy_since = self._clock()
            while self._asked:
                self._asked.popleft()()
            self._open_what_is_due()
            self._run_one_job()
            self._poll_what_is_due()
            self._flush()
            self.busy_since = None
            self._wait()
        for slot in self.slots.values():
            slot.close()
        self._close_line()
        for job in self._jobs.close():
            self._finish(job, Outcome.STOPPED)
        while self._asked:
            self._asked.popleft()()
        self._flush()

    def _wait(self) -> None:
        """Wait for bytes, a wake or the next due time; hand bytes to the drivers."""
        if self._woken:
            # Only now: nothing stood between wake and job. What came since is seen below.
            self._woken = False
            self._wakeup.clear()
        busy = len(self._jobs) or self._asked or self._stopping
        timeout_s = 0.0 if busy else self._until_due()
        line = self._line
        timed = line is not None and line.fileno() is None
        ready = self._poll.poll(0 if timed else timeout_s * 1000)
        self._woken = any(fd == self._wakeup.fd for fd, _ in ready)
        if line is not None and timed:
            self._read(line, min(timeout_s, _TIMED_READ_S))
        elif line is not None and len(ready) > self._woken:
            self._read(line, 0.0)

    def _until_due(self) -> float:
        now = self._clock()
        dues = [slot.due for slot in self.slots.values() if slot.enabled and self._reachable(slot)]
        if self._line_wanted():
            dues.append(self._line_due)
        return max(0.0, min(dues, default=now + 3600.0) - now)

    def _read(self, line: WatchedLine, timeout_s: float) -> None:
        try:
            data = line.read_some(timeout_s) if timeout_s else line.read_available()
        except DeviceError as error:
            self._lose_line(error)
            self._flush()
            return
        if not data:
            return
        for slot in self.slots.values():
            if slot.driver is not None:
                self._feed(slot, slot.driver, data)
                # A press is on its way while the other pads of the line still look at its bytes.
                self._flush()

    def _feed(self, slot: Slot, driver: Driver, data: bytes) -> None:
        self._guarded(slot, lambda: self._report(slot, driver.feed(data)))

    # ---- opening and losing

    def _line_wanted(self) -> bool:
        return (
            self._open_line is not None
            and self._line is None
            and any(slot.enabled for slot in self.slots.values())
        )

    def _reachable(self, slot: Slot) -> bool:
        return self._open_line is None or self._line is not None or slot.driver is not None

    def _open_what_is_due(self) -> None:
        if self._line_wanted() and self._clock() >= self._line_due:
            self._try_line()
        # One at a time: a device that does not answer must not keep jobs of its neighbours, or
        # the end, waiting for all the others that do not either.
        now = self._clock()
        due = [s for s in self.slots.values() if s.driver is None and s.enabled and now >= s.due]
        closed = [slot for slot in due if self._reachable(slot)]
        if closed:
            self._open_driver(min(closed, key=lambda slot: slot.due))

    def _try_line(self) -> None:
        if self._open_line is None:
            return
        try:
            line = WatchedLine(self._open_line())
        except DeviceError as error:
            self._line_due = self._clock() + self._line_backoff.pause_after(error)
            for slot in self.slots.values():
                if slot.enabled:
                    self._say_lost(slot, error)
            return
        self._line = line
        if (number := line.fileno()) is not None:
            self._poll.register(number, select.POLLIN)
        for slot in self.slots.values():
            slot.due = self._clock()

    def _open_driver(self, slot: Slot) -> None:
        def opening() -> None:
            driver = slot.make(self._line)
            driver.wake = lambda: self._ask(lambda: self._make_due(slot, driver))
            slot.driver = driver
            status = driver.open()
            self._batch.append(slot.opened_with(status, self._clock()))

        self._guarded(slot, opening, opening=True)

    def _make_due(self, slot: Slot, driver: Driver) -> None:
        if slot.driver is driver:
            slot.due = self._clock()

    def _guarded(
        self, slot: Slot, call: Callable[[], object], *, opening: bool = False
    ) -> DeviceError | None:
        """Call into a driver; what it raises loses this device or its line, and no other."""
        try:
            call()
        except DeviceError as error:
            self._failed(slot, error, opening=opening)
            return error
        except Exception as error:  # noqa: BLE001
            # A mistake in one driver must not end its neighbours' thread, nor leave it dead.
            broken = slot.broken(error)
            self._failed(slot, broken, opening=opening)
            return broken
        slot.heard(self._clock())
        return None

    def _failed(self, slot: Slot, error: DeviceError, *, opening: bool) -> None:
        line = self._line
        if line is not None and line.gone is not None:
            self._lose_line(line.gone)
            return
        if not opening and isinstance(error, DeviceFault | FrameError):
            slot.heard(self._clock())
            if isinstance(error, DeviceFault):
                # It is there and says what is wrong: it stays open.
                self._batch.extend(slot.raised(error, self._clock()))
                return
            slot.garbled += 1
            if slot.garbled < _GARBLED_LIMIT:
                return
        if line is not None and len(self.slots) == 1:
            # Alone on its line: dial again too, a device server may have forgotten us.
            self._lose_line(error)
        else:
            self._lose_driver(slot, error)

    def _lose_driver(self, slot: Slot, error: DeviceError) -> None:
        now = self._clock()
        if slot.opened_at:
            slot.backoff.succeeded(now - slot.opened_at)
        slot.close()
        slot.due = now + slot.backoff.pause()
        self._say_lost(slot, error)

    def _lose_line(self, error: DeviceError) -> None:
        now = self._clock()
        lasted = max((now - s.opened_at for s in self.slots.values() if s.opened_at), default=0.0)
        self._line_backoff.succeeded(lasted)
        self._line_due = now + self._line_backoff.pause()
        for slot in self.slots.values():
            if slot.enabled:
                self._say_lost(slot, error)
            slot.close()
        self._close_line()

    def _say_lost(self, slot: Slot, error: DeviceError) -> None:
        said = slot.lost_because(error)
        if said is not None:
            self._batch.append(said)

    def _close_line(self) -> None:
        line, self._line = self._line, None
        if line is None:
            return
        if (number := line.fileno()) is not None:
            self._poll.unregister(number)
        line.close()

    def _restart(self, slot: Slot) -> None:
        slot.close()
        if len(self.slots) == 1:
            self._close_line()
        slot.due = self._line_due = self._clock()

    def _set_enabled(self, slot: Slot, *, enabled: bool) -> None:
        slot.enabled = enabled
        slot.lost_for = None
        slot.close()
        if not any(other.enabled for other in self.slots.values()):
            self._close_line()
        slot.due = self._clock()
        if enabled:
            self._line_due = self._clock()

    # ---- jobs and polls

    def _run_one_job(self) -> None:
        job = self._jobs.take()
        if job is None:
            return
        slot = self.slots[job.device]
        driver = slot.proven()
        if job.deadline is not None and self._clock() > job.deadline:
            self._finish(job, Outcome.EXPIRED)
        elif driver is None:
            error = DeviceUnavailable(slot.name, slot.lost_for or "not open")
            self._finish(job, Outcome.NOT_OPEN, error=error)
        else:
            results: list[object] = []
            failure = self._guarded(slot, lambda: results.append(job.call(driver)))
            if failure is None:
                self._finish(job, Outcome.DONE, results[0])
            else:
                self._finish(job, Outcome.FAILED, error=failure)

    def _poll_what_is_due(self) -> None:
        for slot, driver in due_together(self.slots.values(), self._clock()):
            if slot.driver is driver:
                self._poll_one(slot, driver)
            if len(self._jobs):  # The others have time until the job is done.
                return

    def _poll_one(self, slot: Slot, driver: Driver) -> None:
        slot.due = self._clock() + driver.poll_every_s
        self._guarded(slot, lambda: self._report(slot, driver.poll()))

    def _report(self, slot: Slot, reports: list[Report]) -> None:
        self._batch.extend(slot.said(reports, self._clock()))

    def _finish(
        self, job: Job, outcome: Outcome, value: object = None, error: DeviceError | None = None
    ) -> None:
        self._batch.append(Finished(Result(job.device, outcome, value, error), job.done))

    def _flush(self) -> None:
        if not self._batch:
            return
        batch, self._batch = self._batch, []
        try:
            self._emit(batch)
        except RuntimeError as error:
            # The event loop has closed while we were busy; the devices still get closed in order.
            log.warning("%s: nobody takes %d reports: %s", self.name, len(batch), error)
