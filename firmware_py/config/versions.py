"""Writes a hall's file so that it is the old one or the new one at every moment, and keeps both.

Former versions lie in ``versions/`` beside the file, each named by its number, when it was
replaced (UTC) and by whom: ``0007-20261122T093000Z-li.toml``. Byte for byte, so any of them can
be copied back by hand.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

__all__ = [
    "FileBusy",
    "Version",
    "keep_names",
    "keep_version",
    "locked",
    "replace_file",
    "versions_of",
]

#: Older ones are let go of.
KEPT = 50
FOLDER = "versions"
_NAME = re.compile(r"(\d{4,})-(\d{8}T\d{6}Z)-([A-Za-z0-9._-]+)\.toml")
_STAMP = "%Y%m%dT%H%M%SZ"


class FileBusy(OSError):
    """Somebody else is changing the file at this moment."""


@dataclass(frozen=True, slots=True)
class Version:
    """A former version: ``at`` is when ``by`` replaced it."""

    number: int
    at: datetime
    by: str
    path: Path


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold ``path`` alone, by a lock on its folder: it ends with the process that holds it.

    Raises ``FileBusy``, ``OSError``.
    """
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise FileBusy(error.errno, "another program is changing it", str(path)) from None
        yield
    finally:
        os.close(folder)


def replace_file(path: Path, data: bytes, *, like: Path | None = None) -> None:
    """Write ``path`` anew: whole and on the disk, or not at all; mode and owner stay.

    Or they are those of ``like``; one that was not there belongs to its folder's owner, for the
    group to read. Raises ``OSError``.
    """
    shown = like or (path if path.exists() else path.parent)
    before = shown.stat()
    mode = 0o640 if shown.is_dir() else before.st_mode & 0o7777
    new = path.with_name(f".{path.name}.new")
    # One that a killed program left: whoever holds the lock may remove it.
    new.unlink(missing_ok=True)
    number = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(number, "wb") as file:
            if (before.st_uid, before.st_gid) != (os.geteuid(), os.getegid()):
                os.fchown(file.fileno(), before.st_uid, before.st_gid)
            os.fchmod(file.fileno(), mode)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    keep_names(path.parent)


def keep_names(folder: Path) -> None:
    """Have the disk keep the names in a folder."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def versions_of(path: Path) -> list[Version]:
    """Return the former versions, the newest first."""
    folder = path.parent / FOLDER
    found = []
    for one in folder.iterdir() if folder.is_dir() else ():
        match = _NAME.fullmatch(one.name)
        if match is not None:
            at = datetime.strptime(match[2], _STAMP).replace(tzinfo=UTC)
            found.append(Version(int(match[1]), at, match[3], one))
    return sorted(found, key=lambda version: version.number, reverse=True)


def keep_version(path: Path, by: str) -> Version:
    """Keep the file as it is now, before ``by`` replaces it; once, when it is kept already.

    Raises ``OSError``.
    """
    before, data, status = versions_of(path), path.read_bytes(), path.stat()
    if before and before[0].path.read_bytes() == data:
        return before[0]
    folder = path.parent / FOLDER
    if not folder.is_dir():
        folder.mkdir(mode=0o750)
        _owned_as(folder, status)
    number = before[0].number + 1 if before else 1
    now = datetime.now(UTC)
    who = re.sub(r"[^A-Za-z0-9._-]", "_", by) or "unknown"
    kept = folder / f"{number:04d}-{now.strftime(_STAMP)}-{who}.toml"
    new = folder / ".new"
    with new.open("wb") as file:
        os.fchmod(file.fileno(), status.st_mode & 0o7777)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    _owned_as(new, status)
    new.replace(kept)
    keep_names(folder)
    for old in before[KEPT - 1 :]:
        old.path.unlink(missing_ok=True)
    return Version(number, now.replace(microsecond=0), who, kept)


def _owned_as(path: Path, status: os.stat_result) -> None:
    mine = path.stat()
    if os.geteuid() != 0:
        # Only root gives files away; a daemon's version is its own.
        return
    if (mine.st_uid, mine.st_gid) != (status.st_uid, status.st_gid):
        os.chown(path, status.st_uid, status.st_gid)
