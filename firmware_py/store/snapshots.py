"""Snapshots: the queue's state at an event, so that a start need not replay everything.

The three newest are kept. Each carries its own hash and the hash of the event it stands on; one
that is damaged is passed over for the one before it, whose events are still there because a
compaction never goes beyond the oldest snapshot kept.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from firmware_py.store.chain import snapshot_hash
from firmware_py.store.errors import JournalDamaged
from firmware_py.store.problems import Problem
from firmware_py.store.walk import link_after

__all__ = ["KEPT", "insert_snapshot", "newest_good", "oldest_kept"]

KEPT = 3


def insert_snapshot(connection: sqlite3.Connection, seq: int, body: bytes) -> None:
    """Store a snapshot and drop the oldest, inside the caller's transaction.

    Raises ``ValueError`` when the journal has no event ``seq``.
    """
    event = link_after(connection, seq)
    if event is None:
        raise ValueError(f"no event {seq} for a snapshot to stand on")
    connection.execute(
        "INSERT OR REPLACE INTO snapshots (seq, event_hash, body, hash) VALUES (?, ?, ?, ?)",
        (seq, event, body, snapshot_hash(seq, event, body)),
    )
    connection.execute(
        "DELETE FROM snapshots WHERE seq NOT IN "
        "(SELECT seq FROM snapshots ORDER BY seq DESC LIMIT ?)",
        (KEPT,),
    )


def newest_good(
    connection: sqlite3.Connection, path: Path, first_seq: int
) -> tuple[int, bytes] | None:
    """Return the newest snapshot that is sound and whose following events are there.

    None means that there is none and that the events go back to the very first. Raises
    ``JournalDamaged`` when there is none and they do not: nobody may start from nothing then.
    """
    numbers = connection.execute("SELECT seq FROM snapshots ORDER BY seq DESC").fetchall()
    for (seq,) in numbers:
        row = connection.execute(
            "SELECT event_hash, body, hash FROM snapshots WHERE seq = ?", (seq,)
        ).fetchone()
        if seq >= first_seq - 1 and _sound(connection, seq, *row):
            return seq, row[1]
    if first_seq > 1:
        raise JournalDamaged(path, Problem.of("no_snapshot"))
    return None


def oldest_kept(connection: sqlite3.Connection) -> int | None:
    """Return the oldest snapshot's event, None without a snapshot."""
    row = connection.execute("SELECT min(seq) FROM snapshots").fetchone()
    return None if row[0] is None else int(row[0])


def _sound(
    connection: sqlite3.Connection, seq: int, event: bytes, body: object, stored: bytes
) -> bool:
    return (
        isinstance(body, bytes)
        and snapshot_hash(seq, event, body) == stored
        and link_after(connection, seq) == event
    )
