"""The journal's tables, version 3, and how an empty journal comes to be.

Texts are TEXT so that any SQLite tool shows them; times are milliseconds since 1970, UTC.
"""

from __future__ import annotations

import sqlite3

from firmware_py.store.chain import START, epoch_link
from firmware_py.store.records import Epoch

__all__ = ["APPLICATION_ID", "TABLES", "VERSION", "create", "insert_epoch"]

#: "HALL" in ASCII, at byte 68 of the file.
APPLICATION_ID = 0x48414C4C

VERSION = 3

#: Every table, word for word as in the file: a file with other words is damaged.
TABLES: dict[str, str] = {
    "events": """CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    time_ms INTEGER NOT NULL,
    type TEXT NOT NULL,
    by TEXT NOT NULL,
    command_id TEXT NOT NULL,
    body TEXT NOT NULL,
    hash BLOB NOT NULL
)""",
    "head": """CREATE TABLE head (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    commit_no INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    last_time_ms INTEGER NOT NULL,
    link BLOB NOT NULL
)""",
    "epochs": """CREATE TABLE epochs (
    cut_seq INTEGER NOT NULL,
    epoch TEXT NOT NULL UNIQUE,
    node TEXT NOT NULL,
    started_ms INTEGER NOT NULL,
    former_epoch TEXT NOT NULL
)""",
    "commands": """CREATE TABLE commands (
    id INTEGER PRIMARY KEY,
    command_id TEXT NOT NULL UNIQUE,
    time_ms INTEGER NOT NULL,
    outcome BLOB NOT NULL,
    crc INTEGER NOT NULL
)""",
    "positions": """CREATE TABLE positions (
    consumer TEXT PRIMARY KEY,
    seq INTEGER NOT NULL,
    crc INTEGER NOT NULL
) WITHOUT ROWID""",
    "snapshots": """CREATE TABLE snapshots (
    seq INTEGER PRIMARY KEY,
    event_hash BLOB NOT NULL,
    body BLOB NOT NULL,
    hash BLOB NOT NULL
)""",
    "day_figures": """CREATE TABLE day_figures (
    day TEXT PRIMARY KEY,
    body TEXT NOT NULL,
    crc INTEGER NOT NULL
) WITHOUT ROWID""",
    "anchors": """CREATE TABLE anchors (
    seq INTEGER PRIMARY KEY,
    hash BLOB NOT NULL
)""",
}


def create(connection: sqlite3.Connection, epoch: Epoch) -> None:
    """Fill an empty database with the tables and its first epoch, in one transaction."""
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute("BEGIN IMMEDIATE")
    for sql in TABLES.values():
        connection.execute(sql)
    insert_epoch(connection, epoch)
    connection.execute("INSERT INTO head VALUES (1, 0, 0, 0, ?)", (epoch_link(START, epoch),))
    connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")


def insert_epoch(connection: sqlite3.Connection, epoch: Epoch) -> None:
    """Add an epoch's row, inside the caller's transaction."""
    connection.execute(
        "INSERT INTO epochs (cut_seq, epoch, node, started_ms, former_epoch) "
        "VALUES (?, ?, ?, ?, ?)",
        (epoch.cut_seq, epoch.epoch, epoch.node, epoch.started_ms, epoch.former_epoch),
    )
