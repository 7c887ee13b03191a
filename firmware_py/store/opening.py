"""Opening the journal: first start, usual start, and everything that must not start.

A journal comes to be under another name and is renamed when it is whole, so a file that is empty
or half there is never a first start. The marker is written after it: a marker without a journal
means that the journal vanished.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from pathlib import Path

from firmware_py.store.epochs import new_epoch
from firmware_py.store.errors import JournalDamaged, JournalError, from_os, from_sqlite
from firmware_py.store.marker import Marker, MarkerFile, marker_path, read_marker, sync_folder
from firmware_py.store.problems import Problem
from firmware_py.store.records import Epoch, Head
from firmware_py.store.schema import VERSION, create
from firmware_py.store.verify import check_at_open, check_header, reading

__all__ = ["connect", "open_files"]

#: Pages of the log (4 KiB each) after which a commit also moves them to the database.
CHECKPOINT_PAGES = 2_000


def now_ms() -> int:
    """Return the wall clock in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def connect(path: Path) -> sqlite3.Connection:
    """Open the one connection that writes. Raises ``sqlite3.Error``."""
    connection = sqlite3.connect(
        path,
        isolation_level=None,
        check_same_thread=False,
        timeout=0.2,
        cached_statements=64,
    )
    mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":
        connection.close()
        raise sqlite3.DatabaseError(f"journal mode is {mode}, not wal")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    return connection


def open_files(
    path: Path, node: str | None
) -> tuple[sqlite3.Connection, MarkerFile, list[Epoch], Head]:
    """Open or create the journal at ``path``, whose lock the caller holds.

    ``node`` None opens a copy of another Pi's journal, which is never created here. Raises
    ``JournalDamaged`` and the other errors of the journal.
    """
    try:
        marker = _marker(path)
        if not path.exists():
            if node is None:
                raise JournalDamaged(path, Problem.of("vanished"))
            _first_start(path, node)
        check_header(path)
        _migrate(path)
        epochs, head = check_at_open(path, node, marker)
        file = MarkerFile(marker_path(path), epochs[-1].epoch, epochs[-1].node)
        try:
            file.start(head.commit_no, head.last_seq, head.link)
            connection = connect(path)
        except BaseException:
            file.close()
            raise
    except JournalError:
        raise
    except sqlite3.Error as error:
        raise from_sqlite(error, path) from error
    except OSError as error:
        raise from_os(error, path) from error
    return connection, file, epochs, head


def _marker(path: Path) -> Marker | None:
    """Return the marker, None where there is none or its bytes are damaged.

    A damaged marker beside a sound journal is written anew: the journal proves itself by its
    chain, and a hall must not stand still for its witness.
    """
    with contextlib.suppress(FileNotFoundError):
        marker = read_marker(marker_path(path))
        if not path.exists():
            raise JournalDamaged(path, Problem.of("vanished"))
        return marker
    if not path.exists() and path.with_name(path.name + "-wal").exists():
        raise JournalDamaged(path, Problem.of("vanished"))
    return None


def _first_start(path: Path, node: str) -> None:
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    fresh.with_name(fresh.name + "-journal").unlink(missing_ok=True)
    started_ms = now_ms()
    connection = sqlite3.connect(fresh, isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous = FULL")
        create(connection, Epoch(new_epoch(started_ms), node, started_ms, "", 0))
    finally:
        connection.close()
    fresh.rename(path)
    sync_folder(path.parent)


def _migrate(path: Path) -> None:
    with reading(path) as connection:
        found = connection.execute("PRAGMA user_version").fetchone()[0]
    if 0 < found < VERSION:
        # Imported here: sqlite-utils takes 0.3 s, and the usual start does not need it.
        from firmware_py.store.migrations import migrate

        migrate(path, found)
