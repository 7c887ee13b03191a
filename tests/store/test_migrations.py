"""Journals of earlier programs: every row arrives, and the chain still verifies."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from firmware_py.store.errors import JournalDamaged
from firmware_py.store.journal import Journal
from firmware_py.store.records import Recorded
from firmware_py.store.schema import TABLES, VERSION
from firmware_py.store.verify import verify_file
from tests.store.making import NODE, entry, filled, opened, tamper

HERE = Path(__file__).parent
#: The last event's hash in both dumps.
HEAD = "fc7888cda7f38e2878b3b12fdb858ffb17e4c87dfb514b85d199c4cbef03d8ad"


def _journal_of(version: int, path: Path) -> Path:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript((HERE / f"version_{version}.sql").read_text(encoding="utf-8"))
    connection.close()
    return path


def _rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    rows = connection.execute(sql).fetchall()
    connection.close()
    return rows


def _columns(path: Path) -> dict[str, list[tuple[object, ...]]]:
    return {name: _rows(path, f"PRAGMA table_info({name})") for name in TABLES}


@pytest.fixture(params=[1, 2])
def version(request: pytest.FixtureRequest) -> int:
    assert isinstance(request.param, int)
    return request.param


@pytest.fixture
def path(version: int, tmp_path: Path) -> Path:
    return _journal_of(version, tmp_path / "journal.db")


EVENTS = "SELECT seq, time_ms, type, by, command_id, body, hash FROM events ORDER BY seq"


def test_no_event_is_lost_or_changed_and_the_chain_verifies(path: Path) -> None:
    before = _rows(path, EVENTS)
    assert len(before) == 6
    with opened(path) as journal:
        assert (journal.last_seq, journal.last_time_ms) == (6, 1_732_234_210_900)
        assert journal.last_hash.hex() == HEAD
        assert journal.read(1, 1) == [
            Recorded(
                2,
                1_732_233_723_000,
                "TicketTaken",
                "kiosk-1",
                "kiosk-1:1",
                '{"ticket":"A001","item":"车船税申报"}'.encode(),
                journal.read(1, 1)[0].hash,
            )
        ]
        found = journal.verify()
        assert (found.problems, found.count) == ((), 6)
    assert _rows(path, EVENTS) == before


def test_the_epoch_stays_and_the_hall_goes_on_where_it_was(path: Path) -> None:
    with opened(path) as journal:
        assert journal.epoch == "01JD2W9K00G8Q5V3N7R4T6Y1XZ"
        assert journal.epochs[0].started_ms == 1_732_233_600_000
        assert journal.append([entry(50)]) == [range(7, 8)]
    with opened(path) as journal:
        assert journal.last_seq == 7
        assert journal.verify().problems == ()


def test_outcomes_and_positions_of_version_2_arrive(tmp_path: Path) -> None:
    with opened(_journal_of(2, tmp_path / "journal.db")) as journal:
        assert journal.positions() == {"broker": 4, "printer": 6}
        assert journal.outcome("pad-9:1") == b'{"refused":"nobody_waits"}'
        assert [name for name, _ in journal.newest_outcomes(9)] == [
            "pad-3:2",
            "pad-3:1",
            "pad-9:1",
            "kiosk-1:2",
            "kiosk-1:1",
            "hallctl:1",
        ]


def test_the_tables_are_the_same_as_those_of_a_first_start(path: Path, tmp_path: Path) -> None:
    Journal.open(path, node=NODE).close()
    fresh = filled(tmp_path / "fresh" / "journal.db", 0)
    assert _columns(path) == _columns(fresh)
    assert _rows(path, "PRAGMA user_version") == [(VERSION,)]
    assert _rows(path, "SELECT name FROM sqlite_master WHERE name = 'meta'") == []


def test_the_file_as_it_was_is_kept(path: Path, version: int) -> None:
    Journal.open(path, node=NODE).close()
    kept = path.with_name("journal-before-v3.db")
    assert _rows(kept, "PRAGMA user_version") == [(version,)]
    assert _rows(kept, EVENTS) == _rows(path, EVENTS)


def test_a_broken_chain_stops_the_migration_and_leaves_the_file(path: Path, version: int) -> None:
    tamper(path, "UPDATE events SET body = '{}' WHERE seq = 3")
    for _ in range(2):
        with pytest.raises(JournalDamaged) as caught:
            Journal.open(path, node=NODE)
        assert caught.value.problem.seq == 3
        assert _rows(path, "PRAGMA user_version") == [(version,)]
        assert len(_rows(path, "SELECT * FROM meta")) == 3


def test_a_file_that_only_says_it_is_older_is_not_migrated(tmp_path: Path) -> None:
    path = filled(tmp_path / "journal.db", 5)
    tamper(path, "PRAGMA user_version = 1")
    with pytest.raises(JournalDamaged) as caught:
        Journal.open(path, node=NODE)
    assert caught.value.problem.code == "structure"
    tamper(path, f"PRAGMA user_version = {VERSION}")
    assert verify_file(path).ok


def test_a_power_cut_in_the_middle_of_a_migration_leaves_the_old_version(
    path: Path, version: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def power_cut(*_args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("firmware_py.store.migrations._prove", power_cut)
        with pytest.raises(KeyboardInterrupt):
            Journal.open(path, node=NODE)
    assert _rows(path, "PRAGMA user_version") == [(version,)]
    with opened(path) as journal:
        assert journal.last_seq == 6
