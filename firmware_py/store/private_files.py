"""Files that nobody but the daemon reads, written whole or not at all, durably."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from firmware_py.store.marker import sync_folder

__all__ = ["FOLDER_MODE", "PART", "locked", "overwrite", "private_folder", "put_whole"]

FOLDER_MODE = 0o700
_FILE_MODE = 0o600
#: End of the name of a file that is being written; one left by a power cut may be removed.
PART = ".part"


def private_folder(folder: Path) -> None:
    """Make the folder durably, and keep others out of it. Raises ``OSError``."""
    if not folder.is_dir():
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        sync_folder(folder.parent)
    if folder.stat().st_mode & 0o077:
        # A stick without owners (vfat) keeps its mount's modes and refuses.
        with contextlib.suppress(PermissionError):
            folder.chmod(FOLDER_MODE)


def put_whole(path: Path, data: bytes) -> None:
    """Put ``data`` at ``path`` in one step, in place of what was there; on the disk on return.

    Killed at any moment, the old is there or the new. Raises ``OSError``.
    """
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}{PART}")
    try:
        fd = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _FILE_MODE)
        try:
            _write(fd, data)
            os.fsync(fd)
        finally:
            os.close(fd)
        part.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def overwrite(path: Path, length: int) -> None:
    """Write random bytes over the first ``length`` of a file where they lie, durably.

    A disk writes over the old bytes; an SD card's controller may write elsewhere (docs/privacy.md).
    Raises ``OSError``.
    """
    fd = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        _write(fd, secrets.token_bytes(length))
        os.fsync(fd)
    finally:
        os.close(fd)


@contextlib.contextmanager
def locked(folder: Path, *, alone: bool) -> Iterator[None]:
    """Hold the folder's lock: together with others who read and add, or ``alone``.

    Each call opens the folder anew, so it holds between threads as well as between processes
    (flock(2)), and a process that is killed frees it. Raises ``OSError``.
    """
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        yield
    finally:
        os.close(fd)


def _write(fd: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(fd, rest) :]
