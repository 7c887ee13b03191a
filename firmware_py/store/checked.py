"""Rows outside the chain: positions, outcomes, figures, each with a CRC-32 of its own."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path

from firmware_py.store.chain import row_check
from firmware_py.store.errors import JournalDamaged
from firmware_py.store.problems import Problem

__all__ = ["proven_figures", "proven_outcomes", "proven_positions", "put_positions"]


def put_positions(
    connection: sqlite3.Connection, positions: Mapping[str, int], last_seq: int
) -> None:
    """Store positions, inside the caller's transaction.

    Raises ``ValueError`` for one that is not within 0 to ``last_seq``.
    """
    for consumer, seq in positions.items():
        if not 0 <= seq <= last_seq:
            raise ValueError(f"position {seq} of {consumer!r} is not within 0 to {last_seq}")
    connection.executemany(
        "INSERT OR REPLACE INTO positions (consumer, seq, crc) VALUES (?, ?, ?)",
        [(name, seq, row_check(name.encode(), seq)) for name, seq in positions.items()],
    )


def proven_positions(rows: Sequence[tuple[str, int, int]], path: Path) -> dict[str, int]:
    """Return rows of consumer, seq, crc as positions. Raises ``JournalDamaged``."""
    for consumer, seq, crc in rows:
        if row_check(consumer.encode(), seq) != crc:
            raise JournalDamaged(path, Problem.of("position", detail=consumer))
    return {consumer: seq for consumer, seq, _ in rows}


def proven_outcomes(
    rows: Sequence[tuple[str, int, bytes, int]], path: Path
) -> list[tuple[str, bytes]]:
    """Return rows of command id, time, outcome, crc as outcomes. Raises ``JournalDamaged``."""
    for command_id, time_ms, outcome, crc in rows:
        if row_check(command_id.encode(), time_ms, outcome) != crc:
            raise JournalDamaged(path, Problem.of("outcome", detail=command_id))
    return [(command_id, outcome) for command_id, _, outcome, _ in rows]


def proven_figures(rows: Sequence[tuple[str, bytes, int]], path: Path) -> dict[str, bytes]:
    """Return rows of day, body, crc as figures. Raises ``JournalDamaged``."""
    for day, body, crc in rows:
        if row_check(day.encode(), 0, body) != crc:
            raise JournalDamaged(path, Problem.of("figures", detail=day))
    return {day: body for day, body, _ in rows}
