"""A journal file as it lies: a backup before it is restored, or what a damaged one still tells.

Both read through a connection of their own that cannot write.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from firmware_py.store.errors import from_sqlite
from firmware_py.store.records import Recorded
from firmware_py.store.snapshots import newest_good
from firmware_py.store.verify import reading

__all__ = ["History", "history_of", "salvage"]

_COLUMNS = "seq, time_ms, type, by, command_id, CAST(body AS BLOB), hash"


class History:
    """What recovery needs of a sound journal. Made by ``history_of``."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def read(self, after_seq: int, limit: int) -> list[Recorded]:
        """Return at most ``limit`` events after ``after_seq``, in order."""
        rows = self._connection.execute(
            f"SELECT {_COLUMNS} FROM events WHERE seq > ? ORDER BY seq LIMIT ?",  # noqa: S608
            (after_seq, limit),
        )
        return [Recorded(*row) for row in rows]

    def newest_snapshot(self) -> tuple[int, bytes] | None:
        """Return the newest sound snapshot. Raises as ``Journal.newest_snapshot``."""
        row = self._connection.execute("SELECT coalesce(max(seq), 0) + 1 FROM anchors").fetchone()
        return newest_good(self._connection, self._path, int(row[0]))


@contextlib.contextmanager
def history_of(path: Path) -> Iterator[History]:
    """Open a journal or backup for reading. Raises the journal's errors."""
    try:
        with reading(path) as connection:
            yield History(connection, path)
    except sqlite3.Error as error:
        raise from_sqlite(error, path) from error


def salvage(
    path: Path, types: frozenset[str], enough: Callable[[Recorded], bool]
) -> list[Recorded]:
    """Return the newest events of these types that can be read, in order; [] where none can.

    Reads back from the newest until one is ``enough``. Where that meets damage, what can be read
    from the oldest on comes with it. Nothing is proven: who asks wants to know what may have been.
    """
    found: dict[int, Recorded] = {}
    for direction in ("DESC", "ASC"):
        with contextlib.suppress(sqlite3.Error), reading(path) as connection:
            sql = (
                f"SELECT {_COLUMNS} FROM events "  # noqa: S608 - nothing of it comes from outside
                f"WHERE type IN ({','.join('?' * len(types))}) ORDER BY seq {direction}"
            )
            for row in connection.execute(sql, tuple(types)):
                found[row[0]] = Recorded(*row)
                if direction == "DESC" and enough(found[row[0]]):
                    return [found[seq] for seq in sorted(found)]
    return [found[seq] for seq in sorted(found)]
