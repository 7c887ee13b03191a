"""From earlier versions of the tables to this one, without losing a row.

========  =====================================================================
version   tables
========  =====================================================================
1         events; meta (epoch, node, started_ms)
2         1 and commands (outcomes), positions, head
3         2 with checksums; epochs instead of meta; snapshots, day_figures, anchors
========  =====================================================================

The events' table and their hashes are the same in all versions. A copy of the file as it was is
kept beside it; then all steps run in one transaction, which is only committed when no row is
missing and the whole chain still holds.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.db import Table

from firmware_py.store.chain import START, epoch_link, row_check
from firmware_py.store.copying import copy_database
from firmware_py.store.errors import JournalDamaged
from firmware_py.store.problems import Problem
from firmware_py.store.records import Epoch
from firmware_py.store.schema import APPLICATION_ID, TABLES, VERSION, insert_epoch
from firmware_py.store.verify import reading
from firmware_py.store.walk import Walk

__all__ = ["migrate"]

_COLUMNS = {
    1: {
        "events": ["seq", "time_ms", "type", "by", "command_id", "body", "hash"],
        "meta": ["key", "value"],
    },
    2: {
        "events": ["seq", "time_ms", "type", "by", "command_id", "body", "hash"],
        "meta": ["key", "value"],
        "commands": ["id", "command_id", "time_ms", "outcome"],
        "positions": ["consumer", "seq"],
        "head": ["id", "commit_no", "last_seq", "last_time_ms", "link"],
    },
}


def migrate(path: Path, found: int) -> None:
    """Bring the journal from version ``found`` to ``VERSION``.

    Raises ``JournalDamaged`` when its tables are not those of that version or the chain does not
    hold; the file is then as it was. Raises ``sqlite3.Error`` and ``OSError`` as they come.
    """
    with reading(path) as connection:
        _expect(connection, path, found)
        copy_database(connection, path.with_name(f"{path.stem}-before-v{VERSION}{path.suffix}"))
    connection = sqlite3.connect(path, isolation_level=None, timeout=0.2)
    try:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("BEGIN IMMEDIATE")
        # In a transaction already, sqlite-utils only sets savepoints and never commits it.
        database = Database(connection, recursive_triggers=False, execute_plugins=False)
        before = _counts(database, list(_COLUMNS[found]))
        for step in range(found, VERSION):
            _STEPS[step](database)
        _prove(database, path, before)
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        connection.close()


def _expect(connection: sqlite3.Connection, path: Path, found: int) -> None:
    database = Database(connection, recursive_triggers=False, execute_plugins=False)
    for name, columns in _COLUMNS[found].items():
        table = database[name]
        there = [column.name for column in table.columns] if table.exists() else []
        if there != columns:
            detail = f"version {found}: {name} has {there}"
            raise JournalDamaged(path, Problem.of("structure", detail=detail))
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    if application != APPLICATION_ID:
        raise JournalDamaged(path, Problem.of("not_a_journal"))


def _to_2(database: Database) -> None:
    """Remember outcomes and positions; keep the head in a row of its own."""
    database.execute(
        "CREATE TABLE commands (id INTEGER PRIMARY KEY, command_id TEXT NOT NULL UNIQUE, "
        "time_ms INTEGER NOT NULL, outcome BLOB NOT NULL)"
    )
    database.execute(
        "CREATE TABLE positions (consumer TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID"
    )
    database.execute(TABLES["head"])
    last = next(_table(database, "events").rows_where(order_by="seq desc", limit=1), None)
    epoch = _first_epoch(database)
    _table(database, "head").insert(
        {
            "id": 1,
            "commit_no": 0,
            "last_seq": last["seq"] if last else 0,
            "last_time_ms": last["time_ms"] if last else 0,
            "link": last["hash"] if last else epoch_link(START, epoch),
        }
    )


def _to_3(database: Database) -> None:
    """Checksums outside the chain; epochs that follow one another; snapshots and compaction."""
    commands = list(_table(database, "commands").rows_where(order_by="id"))
    positions = list(_table(database, "positions").rows)
    epoch = _first_epoch(database)
    for name in ("commands", "positions", "meta"):
        _table(database, name).drop()
    for name in ("commands", "positions", "epochs", "snapshots", "day_figures", "anchors"):
        database.execute(TABLES[name])
    insert_epoch(database.conn, epoch)
    for row in commands:
        row["crc"] = row_check(row["command_id"].encode(), row["time_ms"], row["outcome"])
    for row in positions:
        row["crc"] = row_check(row["consumer"].encode(), row["seq"])
    _table(database, "commands").insert_all(commands)
    _table(database, "positions").insert_all(positions)


_STEPS: dict[int, Callable[[Database], None]] = {1: _to_2, 2: _to_3}


def _first_epoch(database: Database) -> Epoch:
    meta = {row["key"]: row["value"] for row in _table(database, "meta").rows}
    return Epoch(meta["epoch"], meta["node"], int(meta["started_ms"]), "", 0)


def _counts(database: Database, names: list[str]) -> dict[str, int]:
    return {name: database[name].count for name in names if name != "meta"}


def _prove(database: Database, path: Path, before: dict[str, int]) -> None:
    after = _counts(database, list(before))
    if after != before:
        raise JournalDamaged(path, Problem.of("structure", detail=f"{before} became {after}"))
    epoch = next(_table(database, "epochs").rows)
    walk = Walk(
        [
            Epoch(
                epoch["epoch"],
                epoch["node"],
                epoch["started_ms"],
                epoch["former_epoch"],
                epoch["cut_seq"],
            )
        ],
        0,
        START,
    )
    walk.run(database.conn, lambda: None)
    if walk.problems:
        raise JournalDamaged(path, walk.problems[0])


def _table(database: Database, name: str) -> Table:
    table = database[name]
    if not isinstance(table, Table):
        raise TypeError(f"{name} is a view")
    return table
