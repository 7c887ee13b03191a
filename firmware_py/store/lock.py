"""One writer: a lock file beside the journal, held for as long as the journal is open.

SQLite 3.7.0 to 3.51.2 can damage a write-ahead log when two connections write or checkpoint at
once, so a second writer is kept out before SQLite is even asked. Readers do not ask for the lock.
The kernel frees it when its holder dies, whatever the way.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from firmware_py.store.errors import JournalLocked, from_os

__all__ = ["FileLock"]


class FileLock:
    """The lock of one journal."""

    def __init__(self, journal: Path) -> None:
        self._journal = journal
        self._path = journal.with_suffix(".lock")
        self._fd = -1

    def take(self) -> None:
        """Take the lock at once. Raises ``JournalLocked``, ``JournalReadOnly``, ``JournalFull``."""
        try:
            fd = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise from_os(error, self._journal) from error
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.pwrite(fd, b"%-20d\n" % os.getpid(), 0)
        except BlockingIOError as error:
            pid = os.pread(fd, 32, 0).strip()
            os.close(fd)
            raise JournalLocked(self._journal, int(pid) if pid.isdigit() else None) from error
        except OSError as error:
            os.close(fd)
            raise from_os(error, self._journal) from error
        self._fd = fd

    def free(self) -> None:
        """Give the lock back; a second call does nothing. The file stays."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
