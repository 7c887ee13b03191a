"""Keeps the daemon's memory small on a Pi that has little of it.

glibc gives each thread a heap of its own, and what is freed in one stays there: threads that hold
one interpreter gain nothing by that. One heap for all, and what the start left behind given back,
is 2 MB less with twelve devices' threads. With another C library nothing happens.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable

__all__ = ["give_back", "one_heap"]

#: ``mallopt``'s name of the number of heaps (malloc.h of glibc).
_M_ARENA_MAX = -8


def one_heap() -> bool:
    """Have one heap for all threads; to be called before there are any. False: not possible."""
    mallopt = _of_c("mallopt")
    return mallopt is not None and bool(mallopt(_M_ARENA_MAX, 1))


def give_back() -> bool:
    """Give memory that is free to the system, about a millisecond. True: there was some."""
    trim = _of_c("malloc_trim")
    return trim is not None and bool(trim(0))


def _of_c(name: str) -> Callable[..., int] | None:
    found: Callable[..., int] | None = getattr(ctypes.CDLL(None), name, None)
    return found
