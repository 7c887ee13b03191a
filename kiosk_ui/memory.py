"""What keeps a process that runs for weeks as small as it is: glibc gives back what is free.

Text of many sizes is drawn and forgotten all day. glibc (mallopt(3)) raises its threshold with the
first large piece and then keeps holes between the pieces: 6 MB of them after a day, 0.5 MB so.
"""

from __future__ import annotations

import ctypes

__all__ = ["EVERY_S", "give_back", "keep_small"]

#: How often ``give_back`` is worth its millisecond.
EVERY_S = 600.0
#: <malloc.h>: pieces from this size on are pages of their own, and go back at once.
_M_MMAP_THRESHOLD, _BYTES = -3, 65_536


def keep_small() -> None:
    """Let large pieces be pages of their own, from now on. Nothing without glibc."""
    _call("mallopt", _M_MMAP_THRESHOLD, _BYTES)


def give_back() -> None:
    """Give the pages back in which nothing is left. Nothing without glibc."""
    _call("malloc_trim", 0)


def _call(name: str, *arguments: int) -> None:
    try:
        function = getattr(ctypes.CDLL(None), name)
    except (AttributeError, OSError):
        return
    function(*arguments)
