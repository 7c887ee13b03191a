"""The journal's own thread: a disk that stalls must not stall the hall's event loop."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import TypeVar

from firmware_py.app.ports import JournalPort

__all__ = ["JournalThread"]

log = logging.getLogger(__name__)

T = TypeVar("T")

_Job = Callable[[], None]


class JournalThread:
    """Runs callables on the journal one after the other and brings their results to the loop."""

    def __init__(self, journal: JournalPort, loop: asyncio.AbstractEventLoop) -> None:
        self._journal = journal
        self._loop = loop
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="journal")

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

        self._jobs.put(job)

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
            self._loop.call_soon_threadsafe(call, value)
        except RuntimeError:
            # The loop is closed: whoever asked is gone. What was recorded stays recorded.
            log.warning("the loop ended before the journal's answer")

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
