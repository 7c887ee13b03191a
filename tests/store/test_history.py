"""A journal's file as it lies: what a backup holds, and what a damaged one still tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware_py.store.errors import JournalError
from firmware_py.store.history import history_of, salvage
from firmware_py.store.records import Recorded
from tests.store.making import entry, filled, opened

TAKEN = frozenset({"TicketTaken"})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return filled(tmp_path / "journal.db", 400)


def nothing(event: Recorded) -> bool:
    return False


def test_a_backup_is_read_without_the_daemon(path: Path) -> None:
    with opened(path) as journal:
        journal.save_snapshot(300, b"state")
    with history_of(path) as history:
        assert history.newest_snapshot() == (300, b"state")
        assert [each.seq for each in history.read(398, 9)] == [399, 400]
        assert history.read(398, 1)[0].body == b'{"ticket":"A399","part":0}'


def test_what_is_no_journal_is_an_error_with_words(tmp_path: Path) -> None:
    bad = tmp_path / "bad.db"
    bad.write_bytes(b"x" * 4096)
    with pytest.raises(JournalError), history_of(bad) as history:
        history.read(0, 1)


def test_the_newest_events_are_read_back_until_it_is_enough(path: Path) -> None:
    found = salvage(path, TAKEN, lambda event: event.seq <= 390)
    assert [each.seq for each in found] == list(range(390, 401))
    assert salvage(path, frozenset({"DayOpened"}), nothing) == []


def test_all_is_read_when_nothing_is_enough(path: Path) -> None:
    assert len(salvage(path, TAKEN, nothing)) == 400


def test_around_a_damaged_page_both_ends_are_read(path: Path) -> None:
    data = bytearray(path.read_bytes())
    # A page in the middle that holds events, and nothing else.
    page = data.index(b'"A200"') // 4096
    data[page * 4096 : (page + 1) * 4096] = bytes(4096)
    path.write_bytes(data)
    found = [each.seq for each in salvage(path, TAKEN, nothing)]
    assert found[0] == 1
    assert found[-1] == 400
    assert 200 not in found
    assert 300 < len(found) < 400


@pytest.mark.parametrize("content", [None, b"", b"x" * 8192])
def test_where_nothing_can_be_read_there_is_nothing(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "journal.db"
    if content is not None:
        path.write_bytes(content)
    assert salvage(path, TAKEN, nothing) == []


def test_what_still_lies_in_the_log_counts(path: Path) -> None:
    with opened(path) as journal:
        journal.append([entry(1_000)])
        assert [each.seq for each in salvage(path, TAKEN, nothing)][-1] == 401
