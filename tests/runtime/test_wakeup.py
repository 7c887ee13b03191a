"""A wake is never lost, and many before the thread looks are one."""

from __future__ import annotations

import os
import select
import threading

from devices.base import Driver, Status
from firmware_py.runtime.wakeup import Wakeup
from firmware_py.runtime.worker import Worker
from tests.runtime.echo import DEADLINE_S, GOOD

TIMES = 2000


class Quiet(Driver):
    """Has no line, and nothing to do for an hour."""

    poll_every_s = 3600.0
    needs_line = False

    def open(self) -> Status:
        return GOOD


def readable(wakeup: Wakeup) -> bool:
    return bool(select.select([wakeup.fd], [], [], 0)[0])


def test_signals_before_the_thread_looks_are_one() -> None:
    wakeup = Wakeup()
    for _ in range(5):
        wakeup.signal()
    assert os.eventfd_read(wakeup.fd) == 1
    wakeup.clear()
    assert not readable(wakeup)
    wakeup.signal()
    assert readable(wakeup)
    wakeup.close()
    wakeup.signal()


def test_a_job_posted_at_any_moment_runs_at_once() -> None:
    """Each is posted just as the worker ends the one before: between its job and its sleep."""
    worker = Worker(
        "quiet", {"a": lambda line: Quiet("a", None, line)}, lambda batch: None, open_line=None
    )
    ran = threading.Semaphore(0)
    worker.start()
    try:
        for _ in range(TIMES):
            worker.post(lambda driver: ran.release(), "a")
            assert ran.acquire(timeout=DEADLINE_S)
    finally:
        worker.stop()
        assert worker.join(DEADLINE_S)
