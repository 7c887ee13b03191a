"""Checking a journal: quickly at each start, wholly when asked.

Both read through a connection of their own that cannot write, inside one read transaction, so
they may run beside the writer and leave a damaged file as it was found.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

from firmware_py.store.chain import row_check, snapshot_hash
from firmware_py.store.errors import JournalDamaged, JournalForeign, JournalTooNew, from_sqlite
from firmware_py.store.marker import Marker, marker_path, read_marker
from firmware_py.store.problems import Problem
from firmware_py.store.records import Epoch, Head, Verified
from firmware_py.store.schema import APPLICATION_ID, TABLES, VERSION
from firmware_py.store.walk import ROWS, Walk, link_after, read_epochs

__all__ = ["check_after", "check_at_open", "check_header", "read_head", "reading", "verify_file"]

#: A start looks at no more events than this (about 3 us each); ``verify_file`` at all.
_TAIL = 20_000


def _nothing() -> None:
    return None


@contextlib.contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Open ``path`` for reading alone and hold one view of it. Raises ``sqlite3.Error``.

    Beside a log SQLite wants to share an index. Where the file system is read-only nobody can
    write, and there a file without a log is read as it lies.
    """
    log = path.with_name(path.name + "-wal")
    still = not os.access(path.parent, os.W_OK) and not (log.exists() and log.stat().st_size)
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode=ro" + ("&immutable=1" if still else ""),
        uri=True,
        isolation_level=None,
        timeout=1.0,
    )
    try:
        connection.execute("BEGIN")
        yield connection
    finally:
        connection.close()


def check_header(path: Path) -> None:
    """Look at the first 100 bytes, before SQLite does. Raises ``JournalDamaged``, ``OSError``.

    Never call it on a journal that this process has open: closing the file would drop SQLite's
    locks (https://www.sqlite.org/howtocorrupt.html, section 2.2).
    """
    with path.open("rb") as file:
        header = file.read(100)
    if not header:
        raise JournalDamaged(path, Problem.of("empty"))
    if header[:16] != b"SQLite format 3\0" or header[68:72] != APPLICATION_ID.to_bytes(4, "big"):
        raise JournalDamaged(path, Problem.of("not_a_journal"))


def check_at_open(path: Path, node: str | None, marker: Marker | None) -> tuple[list[Epoch], Head]:
    """Check what can be checked in a few milliseconds whatever the size; return epochs and head.

    Tables, both ends of the events, the marker, and the chain from the newest snapshot on (at
    most 20,000 events). Raises ``JournalDamaged``, ``JournalForeign``, ``JournalTooNew``.
    """
    try:
        with reading(path) as connection:
            return _check(connection, path, node, marker)
    except sqlite3.Error as error:
        raise from_sqlite(error, path) from error


def _check(
    connection: sqlite3.Connection, path: Path, node: str | None, marker: Marker | None
) -> tuple[list[Epoch], Head]:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise JournalTooNew(path, version, VERSION)
    problems = _structure(connection)
    if problems:
        raise JournalDamaged(path, problems[0])
    epochs, head, anchor = read_epochs(connection), read_head(connection), _anchor(connection)
    problems = _ends(connection, head, anchor, epochs)
    newest = connection.execute("SELECT max(seq) FROM snapshots").fetchone()[0] or 0
    after = max(anchor, min(newest, head.last_seq), head.last_seq - _TAIL)
    walk = Walk(epochs, after, link_after(connection, after))
    if not problems:
        walk.run(connection, _nothing)
        problems = walk.problems + _end(walk, head) + _against_marker(epochs, head, marker)
    if problems:
        raise JournalDamaged(path, problems[0])
    if node is not None and epochs[-1].node != node:
        detail = f"{epochs[-1].node!r}, not {node!r}"
        raise JournalForeign(path, Problem.of("other_node", detail=detail))
    return epochs, head


def check_after(path: Path, seq: int) -> None:
    """Check the chain from behind an event to the end. Raises the journal's errors, ``OSError``."""
    try:
        with reading(path) as connection:
            problems = _structure(connection)
            if problems:
                raise JournalDamaged(path, problems[0])
            head, after = read_head(connection), max(seq, _anchor(connection))
            walk = Walk(read_epochs(connection), after, link_after(connection, after))
            walk.run(connection, _nothing)
            if problems := walk.problems + _end(walk, head):
                raise JournalDamaged(path, problems[0])
    except sqlite3.Error as error:
        raise from_sqlite(error, path) from error


def verify_file(path: Path, between: Callable[[], None] = _nothing) -> Verified:
    """Check everything in a journal or a backup: pages, tables, the whole chain, each checksum.

    Works on a file that nobody has open, that the daemon has open, or that is damaged: what is
    wrong is in ``problems``, nothing is raised for it. ``between`` is called every 1,000 events
    or outcomes (about 3 ms of work), to let others run; what it raises ends the check.
    """
    try:
        marker = read_marker(marker_path(path))
    except FileNotFoundError:
        marker = None
    walk, head, epochs = Walk([], 0, None), Head(0, 0, 0, b""), list[Epoch]()
    problems: list[Problem] = []
    first = 1
    try:
        with reading(path) as connection:
            found = connection.execute("PRAGMA integrity_check(10)").fetchall()
            problems += [Problem.of("pages", detail=row[0]) for row in found if row[0] != "ok"]
            problems += _structure(connection)
            epochs, head, anchor = (
                read_epochs(connection),
                read_head(connection),
                _anchor(connection),
            )
            first = anchor + 1
            problems += _ends(connection, head, anchor, epochs)
            walk = Walk(epochs, anchor, link_after(connection, anchor))
            walk.run(connection, between)
            problems += walk.problems + _end(walk, head)
            problems += _against_marker(epochs, head, marker)
            problems += _snapshots(connection) + _checksums(connection, between)
    except sqlite3.Error as error:
        problems += walk.problems[: 0 if problems else None]
        problems.append(_damage(error, path))
    epoch = epochs[-1].epoch if epochs else ""
    return Verified(
        epoch,
        walk.count,
        first,
        walk.last_seq,
        walk.last_time_ms,
        walk.link or b"",
        tuple(problems),
    )


def read_head(connection: sqlite3.Connection) -> Head:
    """Return the head's row. Raises ``sqlite3.DatabaseError`` when there is none."""
    row = connection.execute("SELECT commit_no, last_seq, last_time_ms, link FROM head").fetchone()
    if row is None or [type(cell) for cell in row] != [int, int, int, bytes]:
        raise sqlite3.DatabaseError("the head's row is missing or of other types")
    return Head(*row)


def _damage(error: sqlite3.Error, path: Path) -> Problem:
    said = from_sqlite(error, path)
    if isinstance(said, JournalDamaged):
        return said.problem
    return Problem("unreadable", said.zh, said.en, None, said.detail)


def _structure(connection: sqlite3.Connection) -> list[Problem]:
    found = dict(
        connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
    )
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    wrong = [name for name, sql in TABLES.items() if found.get(name) != sql]
    if application != APPLICATION_ID or version != VERSION:
        wrong.append(f"application {application:#x}, version {version}")
    return [Problem.of("structure", detail=", ".join(wrong))] if wrong else []


def _anchor(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT coalesce(max(seq), 0) FROM anchors").fetchone()[0])


def _ends(
    connection: sqlite3.Connection, head: Head, anchor: int, epochs: list[Epoch]
) -> list[Problem]:
    low = connection.execute("SELECT min(seq) FROM events").fetchone()[0]
    high = connection.execute("SELECT max(seq) FROM events").fetchone()[0]
    problems = []
    if not epochs or epochs[0].cut_seq != 0 or (low is not None and low != anchor + 1):
        problems.append(Problem.of("start", detail=f"first event {low}, anchor {anchor}"))
    if (anchor if high is None else high) != head.last_seq:
        problems.append(Problem.of("head", detail=f"last event {high}, head {head.last_seq}"))
    return problems


def _end(walk: Walk, head: Head) -> list[Problem]:
    if (walk.last_seq, walk.link) == (head.last_seq, head.link) and (
        walk.count == 0 or walk.last_time_ms == head.last_time_ms
    ):
        return []
    return [Problem.of("head", detail=f"chain ends at {walk.last_seq}, head {head.last_seq}")]


def _against_marker(epochs: list[Epoch], head: Head, marker: Marker | None) -> list[Problem]:
    if marker is None:
        return []
    if marker.epoch != epochs[-1].epoch:
        return [Problem.of("other_epoch", detail=f"{epochs[-1].epoch}, marker {marker.epoch}")]
    if head.commit_no < marker.commit_no:
        return [Problem.of("behind", detail=f"event {head.last_seq}, marker {marker.seq}")]
    if head.commit_no == marker.commit_no and head.link.hex() != marker.link:
        return [Problem.of("rewritten", detail=f"at event {head.last_seq}")]
    return []


def _snapshots(connection: sqlite3.Connection) -> list[Problem]:
    rows = connection.execute("SELECT seq, event_hash, body, hash FROM snapshots ORDER BY seq")
    return [
        Problem.of("snapshot", seq)
        for seq, event, body, stored in rows
        if snapshot_hash(seq, event, body) != stored
        or link_after(connection, seq) not in {None, event}
    ]


_CHECKED = {
    "outcome": "SELECT CAST(command_id AS BLOB), time_ms, outcome, crc FROM commands",
    "position": "SELECT CAST(consumer AS BLOB), seq, x'', crc FROM positions",
    "figures": "SELECT CAST(day AS BLOB), 0, CAST(body AS BLOB), crc FROM day_figures",
}


def _checksums(connection: sqlite3.Connection, between: Callable[[], None]) -> list[Problem]:
    problems = []
    for code, sql in _CHECKED.items():
        for row, (name, number, body, crc) in enumerate(connection.execute(sql), 1):
            if row % ROWS == 0:
                between()
            try:
                good = row_check(name, number, body) == crc
            except (TypeError, OverflowError):
                good = False
            if not good:
                detail = bytes(name or b"").decode("utf-8", "replace")
                problems.append(Problem.of(code, detail=detail))
    return problems
