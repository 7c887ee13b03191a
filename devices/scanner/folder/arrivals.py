"""Which files in a folder have arrived whole, and how they leave it again."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from devices.errors import DeviceUnavailable

__all__ = ["Arrival", "Arrivals", "destroy"]

#: What programs call a file that they still write.
_UNFINISHED = (".part", ".tmp", ".filepart", ".crdownload", "~")
_ZEROS = bytes(1 << 20)
#: Nobody scans more in a morning; a folder that has more is another one.
_MOST_FILES = 1000


class Arrival(NamedTuple):
    """A file: what tells it from a later one by its name, and when it was last changed."""

    path: Path
    inode: int
    size: int
    changed_ns: int


class Arrivals:
    """Watches one folder. ``clock`` is a steady clock: a file's own time may be any."""

    def __init__(self, folder: Path, settle_s: float, clock: Callable[[], float]) -> None:
        self.folder = folder
        self._settle_s = settle_s
        self._clock = clock
        self._since: dict[Arrival, float] = {}

    def look(self) -> list[Arrival]:
        """Return what lies there, the oldest first. Raises ``DeviceUnavailable``."""
        now = self._clock()
        found = sorted(self._files(), key=lambda one: (one.changed_ns, one.path.name))
        self._since = {one: self._since.get(one, now) for one in found}
        return found

    def complete(self) -> list[Arrival]:
        """Return the files that stopped growing, and that no program still has open to write."""
        now = self._clock()
        return [
            one
            for one in self.look()
            if now - self._since[one] >= self._settle_s and not _being_written(one.path)
        ]

    def age_s(self, one: Arrival) -> float:
        """Return for how long a file has lain there unchanged, since it was first looked at."""
        return self._clock() - self._since.get(one, self._clock())

    def _files(self) -> Iterator[Arrival]:
        try:
            with os.scandir(self.folder) as entries:
                for count, entry in enumerate(entries):
                    if count >= _MOST_FILES:
                        return
                    if entry.name.startswith(".") or entry.name.lower().endswith(_UNFINISHED):
                        continue
                    with contextlib.suppress(FileNotFoundError):
                        told = entry.stat(follow_symlinks=False)
                        if stat.S_ISREG(told.st_mode) and told.st_size:
                            yield Arrival(
                                Path(entry.path), told.st_ino, told.st_size, told.st_mtime_ns
                            )
        except OSError as error:
            raise DeviceUnavailable(
                str(self.folder),
                f"the folder cannot be read ({error.strerror})",
                "无法读取该文件夹，请检查路径和权限",
            ) from None


def _being_written(path: Path) -> bool:
    """Ask the kernel for a read lease: it refuses one while somebody may write (fcntl(2))."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return True
    try:
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        # Another's file, or a file system without leases: only its size and time can tell.
        return error.errno == errno.EAGAIN
    finally:
        os.close(file)
    return False


def destroy(one: Arrival) -> None:
    """Write over a file, then remove it. Raises ``OSError``.

    A card's controller may keep what was overwritten, and a file system that copies on write does:
    where that matters the folder lies in memory (tmpfs).
    """
    file = os.open(one.path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        if os.fstat(file).st_ino != one.inode:
            return
        left = os.fstat(file).st_size
        while left > 0:
            left -= os.write(file, _ZEROS[: min(left, len(_ZEROS))])
        os.fsync(file)
    finally:
        os.close(file)
    one.path.unlink(missing_ok=True)
