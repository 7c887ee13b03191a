"""Copying a database as a whole: for backups, restores and before a migration."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

from firmware_py.store.marker import sync_folder

__all__ = ["copy_database", "copy_part", "put_in_place"]


def _nothing() -> None:
    return None


def copy_database(
    source: sqlite3.Connection,
    target: Path,
    *,
    pages: int = 256,
    between: Callable[[], None] = _nothing,
) -> None:
    """Copy all that ``source`` sees to the file ``target``, durably and whole or not at all.

    ``source`` must hold a read transaction: then what others write meanwhile neither shows in the
    copy nor makes SQLite begin it anew. ``between`` is called after every ``pages`` pages. The
    copy has no write-ahead log beside it. Raises ``sqlite3.Error``, ``OSError``.
    """
    part = target.with_name(f".{target.name}.part")
    try:
        copy_part(source, part, pages=pages, between=between)
        put_in_place(part, target)
    finally:
        part.unlink(missing_ok=True)


def copy_part(
    source: sqlite3.Connection,
    part: Path,
    *,
    pages: int,
    between: Callable[[], None],
) -> None:
    """Copy to ``part`` and leave it there; the caller proves it and puts it in place."""
    part.unlink(missing_ok=True)
    # Found by the operating system in its own words, where SQLite only says "unable to open".
    os.close(os.open(part, os.O_RDWR | os.O_CREAT, 0o644))
    copy = sqlite3.connect(part, isolation_level=None)
    try:
        # One sync at the end is enough: a copy that is cut off is thrown away.
        copy.execute("PRAGMA synchronous = OFF")
        copy.execute("PRAGMA journal_mode = OFF")
        source.backup(copy, pages=pages, progress=lambda _status, _left, _total: between())
    finally:
        copy.close()
    # Bytes 18 and 19, "write version" and "read version": 1 is a file without a write-ahead log
    # (https://www.sqlite.org/fileformat2.html, section 1.3.3), which can be read anywhere.
    with part.open("r+b") as file:
        file.seek(18)
        file.write(b"\1\1")


def put_in_place(part: Path, target: Path) -> None:
    """Sync ``part`` and rename it to ``target``, durably."""
    fd = os.open(part, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
    part.replace(target)
    sync_folder(target.parent)
