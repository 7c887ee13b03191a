"""Pages of a journal: what the hub tells the Pi that keeps a copy of it, word for word.

A page is plain data, so that it goes through JSON as it is. It is read beside the writer, through a
connection that cannot write. Events of one command may be more than a page holds: ``whole`` says
that the page ends where a command ends, and only there a copy may stand. Outcomes come with the
events of their commands, so that an id that counted at the hub has counted in the copy.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from firmware_py.store.errors import from_sqlite
from firmware_py.store.verify import read_head, reading
from firmware_py.store.walk import link_after, read_epochs

__all__ = ["Page", "Wanted", "joined", "read_page"]

#: A message of the broker holds a page: ``max_packet_size`` in config/mosquitto is 256 kB.
BYTES = 64 * 1024
EVENTS = 500
OUTCOMES = 250


class Wanted(msgspec.Struct, frozen=True):
    """Where a copy stands: its last event with that one's hash, its last outcome with its id."""

    after: int = 0
    link: str = "00" * 32
    command: int = 0
    command_id: str = ""
    #: The epoch that it ends in; "" is told by an older program.
    epoch: str = ""


class Page(msgspec.Struct, frozen=True):
    """What follows in the journal; ``events`` and ``commands`` are rows as the tables have them.

    ``differs``: the copy has what the journal has not, so it is of another history. ``gone``: what
    follows was compacted. Either way the copy begins anew, as a whole. But ``forked``: both are of
    one epoch, which one hub alone writes, so the journal was set back (an old copy of its card),
    and the copy is what is true.
    """

    #: epoch, node, started_ms, former_epoch, cut_seq.
    epochs: tuple[tuple[str, str, int, str, int], ...] = ()
    #: seq, time_ms, type, by, command_id, body, hash in hexadecimal.
    events: tuple[tuple[int, int, str, str, str, str, str], ...] = ()
    #: id, command_id, time_ms, outcome, crc.
    commands: tuple[tuple[int, str, int, str, int], ...] = ()
    positions: dict[str, int] = {}
    #: Figures of compacted days; only with a page that brings nothing else.
    figures: dict[str, str] = {}
    whole: bool = True
    #: The journal's newest event and its time, its oldest event, its oldest outcome.
    last_seq: int = 0
    last_time_ms: int = 0
    first_seq: int = 1
    first_command: int = 0
    differs: bool = False
    forked: bool = False
    gone: bool = False


def joined(pages: Sequence[Page]) -> Page:
    """Return pages that follow each other as one."""
    return msgspec.structs.replace(
        pages[-1],
        events=tuple(row for page in pages for row in page.events),
        commands=tuple(row for page in pages for row in page.commands),
    )


def read_page(path: Path, wanted: Wanted) -> Page:
    """Return what follows in the journal at ``path``, at most about 100 kB. Any thread may.

    Raises the journal's errors.
    """
    try:
        with reading(path) as connection:
            return _page(connection, wanted)
    except sqlite3.Error as error:
        raise from_sqlite(error, path) from error


def _page(connection: sqlite3.Connection, wanted: Wanted) -> Page:
    head = read_head(connection)
    anchor = _one(connection, "SELECT coalesce(max(seq), 0) FROM anchors")
    about: dict[str, Any] = {
        "epochs": tuple(
            (e.epoch, e.node, e.started_ms, e.former_epoch, e.cut_seq)
            for e in read_epochs(connection)
        ),
        "last_seq": head.last_seq,
        "last_time_ms": head.last_time_ms,
        "first_seq": anchor + 1,
        "first_command": _one(connection, "SELECT coalesce(min(id), 0) FROM commands"),
    }
    forked = wanted.epoch == about["epochs"][-1][0]
    if wanted.after > head.last_seq:
        return Page(**about, differs=True, forked=forked)
    if wanted.after < anchor:
        return Page(**about, gone=True)
    link = link_after(connection, wanted.after)
    if link is None or link.hex() != wanted.link:
        return Page(**about, differs=True, forked=forked)
    events, last = _events(connection, wanted.after)
    commands, last = _commands(connection, wanted, events, last, head.last_seq)
    events = [row for row in events if row[0] <= last]
    positions = dict(connection.execute("SELECT consumer, seq FROM positions").fetchall())
    figures = {}
    if not events and not commands:
        figures = dict(connection.execute("SELECT day, body FROM day_figures").fetchall())
    return Page(
        **about,
        events=tuple(events),
        commands=tuple(commands),
        positions=positions,
        figures=figures,
        whole=last == head.last_seq or _ends(connection, last),
    )


def _one(connection: sqlite3.Connection, sql: str, *values: int | str) -> int:
    row = connection.execute(sql, values).fetchone()
    return int(row[0]) if row is not None else 0


def _events(connection: sqlite3.Connection, after: int) -> tuple[list[Any], int]:
    cursor = connection.execute(
        "SELECT seq, time_ms, type, by, command_id, body, lower(hex(hash)) "
        "FROM events WHERE seq > ? ORDER BY seq LIMIT ?",
        (after, EVENTS),
    )
    rows, size = list[Any](), 0
    for row in cursor:
        size += len(row[5]) + len(row[4]) + 150
        if rows and size > BYTES:
            break
        rows.append(row)
    if rows and not _ends(connection, rows[-1][0]):
        # Only a command that is larger than a page is told in several.
        begun = rows[-1][4]
        rows = [row for row in rows if row[4] != begun] or rows
    return rows, rows[-1][0] if rows else after


def _commands(
    connection: sqlite3.Connection, wanted: Wanted, events: list[Any], last: int, newest: int
) -> tuple[list[Any], int]:
    """Return the outcomes that go with the events, and the last event that may then be told."""
    known = connection.execute(
        "SELECT command_id FROM commands WHERE id = ?", (wanted.command,)
    ).fetchone()
    # After old ones were all forgotten numbers begin anew: the id tells.
    after = wanted.command if known is not None and known[0] == wanted.command_id else 0
    upto = 1 << 62
    if last < newest:
        # What comes after the last command told here has events that are not told yet.
        upto = _id(connection, events[-1][4]) if events and _ends(connection, last) else 0
        if not upto:
            # Forgotten long ago, or not told to its end: its outcome is not for this page.
            return [], last
    rows = connection.execute(
        "SELECT id, command_id, time_ms, CAST(outcome AS TEXT), crc FROM commands "
        "WHERE id > ? AND id <= ? ORDER BY id LIMIT ?",
        (after, upto, OUTCOMES + 1),
    ).fetchall()
    if len(rows) <= OUTCOMES:
        return rows, last
    rows = rows[:OUTCOMES]
    return rows, _told_with(connection, events, rows[-1][0], wanted.after)


def _told_with(connection: sqlite3.Connection, events: list[Any], upto: int, after: int) -> int:
    """Return the last event whose command is not behind outcome ``upto``."""
    last, ids = after, dict[str, int]()
    for row in events:
        number = ids.setdefault(row[4], _id(connection, row[4]) if row[4] not in ids else 0)
        if number > upto:
            break
        last = row[0]
    return last


def _id(connection: sqlite3.Connection, command_id: str) -> int:
    return _one(connection, "SELECT id FROM commands WHERE command_id = ?", command_id)


def _ends(connection: sqlite3.Connection, seq: int) -> bool:
    """Say whether a command's events end with this one."""
    rows = connection.execute(
        "SELECT command_id FROM events WHERE seq IN (?, ?) ORDER BY seq", (seq, seq + 1)
    ).fetchall()
    return len(rows) < 2 or rows[0][0] != rows[1][0]
