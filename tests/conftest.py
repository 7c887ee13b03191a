"""What holds for every test: it leaves no thread and no process behind."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes says how busy the machine is. CI tries the same examples each time.
settings.register_profile("hall", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("hall")

# As in a hall: modules are compiled once, not by each of the hundreds of processes started here.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

#: A thread or child that was told to stop may need a moment to be gone.
GRACE_S = 2.0


def children() -> dict[int, str]:
    """Return this process's running children, by process id, with their names.

    Read from the kernel's table (proc(5), ``stat``): the name stands in brackets and may hold
    anything, so the fields are counted from the last bracket.
    """
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:  # the kernel's quick way to say: none at all
        return {}
    found: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text(encoding="utf-8", errors="replace")
        except (FileNotFoundError, ProcessLookupError):  # it ended while we looked
            continue
        name, _, rest = stat.partition("(")[2].rpartition(")")
        state, parent = rest.split()[:2]
        if int(parent) == os.getpid() and state not in "ZX":
            found[int(entry.name)] = name
    return found


@pytest.fixture(autouse=True)
def leaves_nothing_running() -> Iterator[None]:
    """Fail a test after which a thread or a child process of its own still runs."""
    threads, processes = set(threading.enumerate()), set(children())
    yield
    until = time.monotonic() + GRACE_S
    left_threads = _threads_left(threads, until)
    left_processes = _processes_left(processes, until)
    if left_threads or left_processes:
        pytest.fail(f"still running: {', '.join(left_threads + left_processes)}")


def _threads_left(before: set[threading.Thread], until: float) -> list[str]:
    for thread in set(threading.enumerate()) - before:
        thread.join(max(0.0, until - time.monotonic()))
    return sorted(f"thread {t.name}" for t in set(threading.enumerate()) - before)


def _processes_left(before: set[int], until: float) -> list[str]:
    pause = threading.Event()
    while True:
        left = [f"process {pid} {name}" for pid, name in children().items() if pid not in before]
        if not left or time.monotonic() >= until:
            return left
        pause.wait(0.02)
