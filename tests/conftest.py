"""What holds for every test: it leaves no thread and no process behind."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.warm import close_nurseries, nurseries

# How long an example takes says how busy the machine is. CI tries the same examples each time.
settings.register_profile("hall", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("hall")

# As in a hall: modules are compiled once, not by each of the hundreds of processes started here.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

#: A thread or child that was told to stop may need a moment to be gone.
GRACE_S = 60.0

#: Files and folders that take longest, in order: those with days to play, then those with halls.
LONGEST = (
    "/test_play.py", "/test_marked_people.py", "/test_wall_soak.py",
    "/e2e/", "/faults/", "/bench/", "/model/", "/kiosk_ui/", "/cli/", "/config/",
)  # fmt: skip


def children() -> dict[int, str]:
    """Return the running children of this process and of its nurseries, by id, with their names."""
    nursed = nurseries()
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:  # the kernel's quick way to say: none at all
        return {}
    own = [os.getpid(), *nursed]
    found = {}
    for pid in {child for parent in own for child in _children_of(parent)} - nursed:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it ended meanwhile
            name, state = _name_and_state(pid)
            if state not in "ZX":
                found[pid] = name
    return found


def _children_of(pid: int) -> list[int]:
    """Return a process's children (proc(5), ``children``)."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # a thread that ended
            found += map(int, (task / "children").read_text(encoding="ascii").split())
    return found


def _name_and_state(pid: int) -> tuple[str, str]:
    """Look into proc(5)'s ``stat``: the name stands in brackets and may hold anything."""
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    name, _, rest = stat.partition("(")[2].rpartition(")")
    return name, rest.split()[0]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long: at the end no process works alone on the last long file."""
    items.sort(key=lambda item: _rank(item.path.as_posix()))


def _rank(path: str) -> int:
    return next((rank for rank, part in enumerate(LONGEST) if part in path), len(LONGEST))


def pytest_sessionfinish() -> None:
    """End the processes that wait to be forked."""
    close_nurseries()


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
