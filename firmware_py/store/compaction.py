"""Old days become figures: their events go, the chain goes on from an anchor."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from firmware_py.store.chain import row_check
from firmware_py.store.snapshots import oldest_kept
from firmware_py.store.walk import link_after

__all__ = ["cut_at", "insert_figures", "remove_up_to"]


def cut_at(
    connection: sqlite3.Connection,
    *,
    before_seq: int | None,
    before_time_ms: int | None,
    passed: int | None,
) -> int:
    """Return the last event that may go, 0 when none may.

    It lies before ``before_seq`` and before the first event at or after ``before_time_ms``; it
    is never beyond what every consumer has ``passed`` (None: there is no consumer), nor beyond
    the oldest snapshot kept; without a snapshot every event is needed.
    """
    snapshot = oldest_kept(connection)
    if snapshot is None:
        return 0
    bounds = [snapshot]
    if before_seq is not None:
        bounds.append(before_seq - 1)
    if before_time_ms is not None:
        row = connection.execute(
            "SELECT seq FROM events WHERE time_ms >= ? ORDER BY seq LIMIT 1", (before_time_ms,)
        ).fetchone()
        if row is not None:
            bounds.append(row[0] - 1)
    if passed is not None:
        bounds.append(passed)
    return min(bounds)


def insert_figures(connection: sqlite3.Connection, figures: Mapping[str, bytes]) -> None:
    """Keep the figures of days, inside the caller's transaction.

    A day that has figures keeps them: they were made when all its events were still there.
    """
    connection.executemany(
        "INSERT OR IGNORE INTO day_figures (day, body, crc) VALUES (?, ?, ?)",
        [(day, body.decode(), row_check(day.encode(), 0, body)) for day, body in figures.items()],
    )


def remove_up_to(connection: sqlite3.Connection, seq: int) -> int:
    """Remove the events up to ``seq`` and move the anchor there; return how many went.

    Inside the caller's transaction.
    """
    anchor = link_after(connection, seq)
    if anchor is None:
        raise ValueError(f"no event {seq} to anchor the chain at")
    removed = connection.execute("DELETE FROM events WHERE seq <= ?", (seq,)).rowcount
    connection.execute("DELETE FROM anchors")
    connection.execute("INSERT INTO anchors (seq, hash) VALUES (?, ?)", (seq, anchor))
    return removed
