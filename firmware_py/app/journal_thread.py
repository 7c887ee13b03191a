"""The journal's own thread: a disk that stalls must not stall the hall's event loop.

A quick disk is not worth the two changes of thread: they cost more than half of a command's
processor time (195 against 133 microseconds were measured with 50 clients), and a key press waits
for them. So commits run in the loop while they take some milliseconds at most, and on the thread
from the first slow one on. Only one of the two touches the journal at any moment.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from typing import TypeVar

from firmware_py.app.ports import JournalPort

__all__ = ["JournalThread"]

log = logging.getLogger(__name__)

T = TypeVar("T")

_Job = Callable[[], None]

#: A commit that took longer sends the following ones to the thread; nobody notices a shorter one.
SLOW_S = 0.02
#: So many commits must be quick there before the loop commits itself again.
QUICK_AGAIN = 32


class JournalThread:
    """Runs callables on the journal one after the other and brings their results to the loop."""

    def __init__(self, journal: JournalPort, loop: asyncio.AbstractEventLoop) -> None:
        self._journal = journal
        self._loop = loop
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="journal")
        #: Jobs that the thread has not finished; counted in the loop alone.
        self._outstanding = 0
        self._slow_left = 0

    def start(self) -> None:
        """Start the thread; from now on only it touches the journal."""
        self._thread.start()

    def post(
        self,
        call: Callable[[JournalPort], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """Run ``call(journal)`` on the thread; ``done`` or ``failed`` then run in the loop."""

        def job() -> None:
            try:
                result = call(self._journal)
            except Exception as error:  # noqa: BLE001 - handed to the caller, who must answer
                self._tell(failed, error)
            else:
                self._tell(done, result)

        self._outstanding += 1
        self._jobs.put(job)

    def commit(
        self,
        call: Callable[[JournalPort], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """As ``post``, for commits: here and now while the disk is quick and the thread idle."""
        if self._outstanding or self._slow_left:
            self.post(lambda journal: self._timed(call, journal), done, failed)
            return
        try:
            result = self._timed(call, self._journal)
        except Exception as error:  # noqa: BLE001 - handed to the caller, who must answer
            self._slow_left = QUICK_AGAIN
            failed(error)
        else:
            done(result)

    def _timed(self, call: Callable[[JournalPort], T], journal: JournalPort) -> T:
        begun = time.monotonic()
        result = call(journal)
        if time.monotonic() - begun > SLOW_S:
            self._slow_left = QUICK_AGAIN
        elif self._slow_left:
            self._slow_left -= 1
        return result

    async def run(self, call: Callable[[JournalPort], T]) -> T:
        """Run ``call(journal)`` on the thread and return its result, or raise its error."""
        future: asyncio.Future[T] = self._loop.create_future()

        def done(result: T) -> None:
            if not future.done():
                future.set_result(result)

        def failed(error: Exception) -> None:
            if not future.done():
                future.set_exception(error)

        self.post(call, done, failed)
        return await future

    def _tell(self, call: Callable[[T], None], value: T) -> None:
        try:
            self._loop.call_soon_threadsafe(self._finish, call, value)
        except RuntimeError:
            # The loop is closed: whoever asked is gone. What was recorded stays recorded.
            log.warning("the loop ended before the journal's answer")

    def _finish(self, call: Callable[[T], None], value: T) -> None:
        self._outstanding -= 1
        call(value)

    def _run(self) -> None:
        while True:
            job = self._jobs.get()
            if job is None:
                return
            job()

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def stop(self, timeout_s: float = 10.0) -> bool:
        """Finish what is queued and end the thread; False when it did not end in time."""
        self._jobs.put(None)
        self._thread.join(timeout_s)
        return not self._thread.is_alive()
