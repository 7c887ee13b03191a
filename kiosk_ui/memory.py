"""What keeps a process that runs for weeks as small as it is: glibc gives back what is free.

Text of many sizes is drawn and forgotten all day. glibc (mallopt(3)) raises its threshold with the
first large piece and then keeps holes between the pieces: 6 MB of them after a day, 0.5 MB so. At
the pair of a window it kept 22 MB, most of them at the heap's end.
"""

from __future__ import annotations

import ctypes
import sys

__all__ = ["EVERY_S", "give_back", "keep_small", "without_sound"]

#: How often ``give_back`` is worth its millisecond.
EVERY_S = 600.0
#: <malloc.h>: pieces from this size on are pages of their own, and go back at once.
_M_MMAP_THRESHOLD, _BYTES = -3, 65_536
#: So much may stay free at the heap's end; 128 KB without it.
_M_TRIM_THRESHOLD = -1
#: Where desktops are scaled: a band of one is half a MB, taken and freed some hundred times a
#: second. As pages of their own each would be cleared by the kernel first, 0.2 ms a band.
_BAND_BYTES, _SPARE_BYTES = 1 << 20, 2 << 20


def keep_small(*, scales: bool = False) -> None:
    """Let large pieces be pages of their own, from now on. Nothing without glibc.

    ``scales``: for who scales a desktop's pixels all the time.
    """
    _call("mallopt", _M_MMAP_THRESHOLD, _BAND_BYTES if scales else _BYTES)
    if scales:
        _call("mallopt", _M_TRIM_THRESHOLD, _SPARE_BYTES)


def give_back() -> None:
    """Give the pages back in which nothing is left. Nothing without glibc."""
    _call("malloc_trim", 0)


def without_sound() -> None:
    """Let pygame come without its mixer, before it is imported: no screen makes a sound.

    A synthesizer and decoders come with it: 2.7 MB, 7 ms of a start. An import that finds None
    fails, and pygame goes on without the part, as where its library is missing.
    """
    for name in ("pygame.mixer", "pygame.mixer_music"):
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]


def _call(name: str, *arguments: int) -> None:
    try:
        function = getattr(ctypes.CDLL(None), name)
    except (AttributeError, OSError):
        return
    function(*arguments)
