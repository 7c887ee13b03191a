"""What would be wrong after a wired day: as ``judging`` has it, and that all files agree."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from firmware_py.app.ports import StoredEvent
from firmware_py.app.recovery import recover
from firmware_py.app.wire import encode_state
from firmware_py.runtime.broker_port import BrokerPort
from firmware_py.store.history import history_of
from firmware_py.store.journal import Journal
from firmware_py.store.verify import reading, verify_file
from tests.spread_runs.daemon import Daemon
from tests.spread_runs.judging import After, wrongs
from tests.spread_runs.wired_day import WiredDay

__all__ = ["judge_wired"]

_MOST = 10_000
#: What a copy has row by row as the journal has it.
_TABLES = (
    "SELECT * FROM epochs ORDER BY cut_seq, epoch",
    "SELECT * FROM events ORDER BY seq",
    "SELECT * FROM commands ORDER BY id",
)


def judge_wired(day: WiredDay) -> None:
    """Raise ``AssertionError`` with the whole story when the hall lost or doubled anything."""
    top = day.top()
    assert top is not None, "nobody decides, or two"
    for wrong in _all_wrongs(day, top):
        raise AssertionError(day.story(wrong))


def _all_wrongs(day: WiredDay, top: Daemon) -> Iterator[str]:
    here = Path(top.settings.journal.path)
    others: list[StoredEvent] = []
    for pi in day.pis.values():
        others += pi.card.records
    for pi in day.pis.values():
        for path in sorted(pi.folder.glob("journal.db*")):
            if path != here and path.read_bytes().startswith(b"SQLite format 3"):
                others += _rows(path)
    after = After(
        top.state(),
        _rows(here),
        others,
        [paper for pi in day.pis.values() for paper in pi.papers.items()],
        day.closed,
    )
    yield from wrongs(after)
    yield from _agreement(day, top)


def _rows(path: Path) -> list[StoredEvent]:
    with history_of(path) as history:
        return list(history.read(0, _MOST))


def _agreement(day: WiredDay, top: Daemon) -> Iterator[str]:
    assert isinstance(top.store, Journal)
    if encode_state(recover(top.rules, top.store)) != encode_state(top.state()):
        yield "the journal tells another hall than the hub has"
    told = BrokerPort(top.as_hall).state()
    for pi in day.pis.values():
        daemon = pi.running
        if daemon is None or daemon is top:
            continue
        if encode_state(daemon.state()) != told:
            yield f"{pi.name} has another hall than the hub"
        if daemon.role.keeper is not None:
            path = Path(pi.settings.journal.path)
            if _tables(path) != _tables(top.store.path):
                yield "the copy is another journal than the hub's"
            if not verify_file(path).ok:
                yield "the copy does not prove itself"


def _tables(path: Path) -> list[list[tuple[object, ...]]]:
    with reading(path) as connection:
        return [_asked(connection, sql) for sql in _TABLES]


def _asked(connection: sqlite3.Connection, sql: str) -> list[tuple[object, ...]]:
    return connection.execute(sql).fetchall()
