"""Keeps what a process holds of people out of a core dump: ``halld``'s, and that of a child.

A card's fields and a page lie in memory as they are. A crash must not put them into a file, nor
may another program of the same user read them there. ``PR_SET_DUMPABLE`` 0 (prctl(2)) forbids
both, whatever ``core_pattern`` says, also a pipe to systemd-coredump or apport; root can read
``/proc/PID/mem`` still. A limit of no bytes for core files comes beside it for every child: the
kernel forgets the first at ``execve``, so a child that holds pages says it again for itself.
"""

from __future__ import annotations

import contextlib
import ctypes
import resource

__all__ = ["is_dumpable", "never_dumped"]

#: ``linux/prctl.h``.
_PR_GET_DUMPABLE, _PR_SET_DUMPABLE = 3, 4


def never_dumped() -> bool:
    """Have this process leave no core file; the first thing that it does. False: not possible.

    Whatever then runs as the same user sees no more of it than anybody: ``/proc/PID/environ``,
    ``fd``, ``maps`` and ``mem`` are root's, ``cmdline``, ``status`` and ``statm`` are readable.
    """
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return _prctl(_PR_SET_DUMPABLE) == 0 and not is_dumpable()


def is_dumpable() -> bool:
    """Whether the kernel would write this process's memory into a core file."""
    return _prctl(_PR_GET_DUMPABLE) != 0


def _prctl(what: int) -> int:
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    zeros = [ctypes.c_ulong(0)] * 4
    return int(prctl(what, *zeros))
