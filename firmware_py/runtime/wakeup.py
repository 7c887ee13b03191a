"""An eventfd that any thread may signal and one waits on."""

from __future__ import annotations

import contextlib
import os
import threading

__all__ = ["Wakeup"]


class Wakeup:
    """``signal`` from any thread makes ``fd`` readable until ``clear``."""

    def __init__(self) -> None:
        self.fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        # Guards against a signal to a descriptor that was closed and is by now another file.
        self._lock = threading.Lock()
        self._signalled = False

    def signal(self) -> None:
        """Wake the waiting thread; nothing once closed, and no second call before ``clear``."""
        with self._lock:
            if self.fd >= 0 and not self._signalled:
                self._signalled = True
                os.eventfd_write(self.fd, 1)

    def clear(self) -> None:
        """Be quiet until the next signal; look for what was to be done only after this."""
        with self._lock, contextlib.suppress(BlockingIOError):
            self._signalled = False
            os.eventfd_read(self.fd)

    def close(self) -> None:
        """Close; a second call does nothing."""
        with self._lock:
            if self.fd >= 0:
                os.close(self.fd)
                self.fd = -1
