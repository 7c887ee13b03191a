"""Wakes a loop that waits, from another thread: a descriptor that can be waited for with others."""

from __future__ import annotations

import contextlib
import os

__all__ = ["Bell"]


class Bell:
    """``ring`` from any thread; whoever waits for ``fileno`` wakes, and ``heard`` quiets it."""

    def __init__(self) -> None:
        self._fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    def fileno(self) -> int:
        """Return what becomes readable when it rings."""
        return self._fd

    def ring(self) -> None:
        """Ring; one that rings already goes on. Nothing happens after ``close``."""
        # ValueError: closed.
        with contextlib.suppress(OSError, ValueError):
            os.eventfd_write(self._fd, 1)

    def heard(self) -> bool:
        """Quiet it; say whether it rang."""
        try:
            return os.eventfd_read(self._fd) > 0
        except (OSError, ValueError):
            return False

    def close(self) -> None:
        """Let the descriptor go: once nobody rings any more."""
        os.close(self._fd)
        self._fd = -1
