"""What a process of its own that sees pages does first: nobody reads its memory, and it ends."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
from pathlib import Path

from devices.memory import never_dumped

__all__ = ["CHILD_VARIABLES", "guard", "limit_memory"]

#: prctl(2), as <linux/prctl.h> numbers it.
_PR_SET_PDEATHSIG = 1

#: One heap that gives back what is freed (mallopt(3)), and no pool of threads for algebra.
CHILD_VARIABLES = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "262144",
    "MALLOC_TRIM_THRESHOLD_": "1048576",
    "OPENBLAS_NUM_THREADS": "1",
}


def guard(parent: int) -> None:
    """Leave no core dump, let no other process look in, and end when ``parent`` does.

    Raises ``OSError`` when the kernel refuses, ``ProcessLookupError`` when the parent is gone.
    """
    if not never_dumped():
        raise PermissionError("this process cannot be kept out of a core dump")
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    if os.getppid() != parent:
        raise ProcessLookupError(parent)


def limit_memory(more: int) -> None:
    """Let this process take ``more`` bytes beyond what it has mapped now, and no more."""
    mapped = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    most = mapped * resource.getpagesize() + more
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))
