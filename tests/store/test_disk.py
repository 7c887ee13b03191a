"""Disks that are full or cannot be written, and a journal that is in use."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from firmware_py.store.errors import (
    BackupPlaceMissing,
    JournalFull,
    JournalLocked,
    JournalReadOnly,
    JournalUnreliable,
)
from firmware_py.store.journal import Journal
from firmware_py.store.records import Entry, NewEvent
from firmware_py.store.verify import verify_file
from tests.store.making import MORNING_MS, NODE, entry, everything, filled, opened


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MiB of its own."""
    place = tmp_path / "card"
    place.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)],
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        pytest.skip("needs the right to mount")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def _large(number: int) -> Entry:
    event = NewEvent("TicketTaken", b'"' + b"x" * 20_000 + b'"')
    return Entry(f"large:{number}", "kiosk-1", MORNING_MS + 10_000_000, b"ok", (event,))


def _append_until_full(journal: Journal) -> int:
    for number in range(1, 1_000):
        try:
            journal.append([_large(number)])
        except JournalFull:
            return number
    raise AssertionError("the disk never filled")


def _fills_up(journal: Journal, make_room: Callable[[], object]) -> None:
    journal.append([entry(1)])
    number = _append_until_full(journal)
    before = everything(journal)
    with pytest.raises(JournalFull):
        journal.append([_large(number + 1), _large(number + 2)], {"printer": 1})
    assert everything(journal) == before
    assert journal.outcome(f"large:{number}") is None
    make_room()
    [numbers] = journal.append([_large(number)])
    assert numbers == range(journal.last_seq, journal.last_seq + 1)
    assert journal.last_seq == number + 1
    assert journal.verify().problems == ()


def test_a_full_disk_costs_nothing_but_the_batch_and_appending_works_again(
    small_disk: Path,
) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(1_200_000))
    path = small_disk / "journal.db"
    with opened(path) as journal:
        _fills_up(journal, ballast.unlink)
        told = everything(journal)
    with opened(path) as journal:
        assert everything(journal) == told


def test_a_database_at_its_largest_size_behaves_like_a_full_disk(tmp_path: Path) -> None:
    with opened(tmp_path / "journal.db") as journal:
        journal._connection.execute("PRAGMA max_page_count = 60")
        _fills_up(journal, lambda: journal._connection.execute("PRAGMA max_page_count = 1000000"))


def test_a_first_start_on_a_full_disk_says_so_and_leaves_the_next_one_a_first_start(
    small_disk: Path,
) -> None:
    ballast = small_disk / "ballast"
    # All of the room but the page that the lock file's text takes.
    ballast.write_bytes(bytes(2_000_000))
    with pytest.raises(OSError, match="No space"):
        (small_disk / "more").write_bytes(bytes(1_000_000))
    with pytest.raises(JournalFull) as caught:
        Journal.open(small_disk / "journal.db", node=NODE)
    assert "已满" in caught.value.zh
    ballast.unlink()
    filled(small_disk / "journal.db", 2)


def test_a_file_system_that_cannot_be_written_is_named_and_can_still_be_checked(
    small_disk: Path,
) -> None:
    path = filled(small_disk / "journal.db", 20)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(JournalReadOnly) as caught:
        Journal.open(path, node=NODE)
    assert "只读" in caught.value.zh
    assert verify_file(path).ok
    with pytest.raises(JournalReadOnly):
        Journal.open(small_disk / "other" / "journal.db", node=NODE)


def test_a_backup_to_a_full_disk_says_so_and_leaves_nothing(
    small_disk: Path, tmp_path: Path
) -> None:
    (small_disk / "ballast").write_bytes(bytes(2_000_000))
    with opened(filled(tmp_path / "journal.db", 2_000)) as journal:
        with pytest.raises(JournalFull):
            journal.backup(small_disk)
        assert [each.name for each in small_disk.iterdir()] == ["ballast"]
        assert journal.append([entry(3_000)])


def test_a_backup_never_makes_the_folder_that_a_missing_disk_should_be(tmp_path: Path) -> None:
    with opened(tmp_path / "journal.db") as journal, pytest.raises(BackupPlaceMissing):
        journal.backup(tmp_path / "usb")
    assert not (tmp_path / "usb").exists()


def test_a_foreign_program_that_holds_the_database_delays_an_append_but_costs_nothing(
    tmp_path: Path,
) -> None:
    path = tmp_path / "journal.db"
    with opened(path) as journal:
        foreign = sqlite3.connect(path, isolation_level=None)
        foreign.execute("BEGIN IMMEDIATE")
        with pytest.raises(JournalLocked):
            journal.append([entry(1)])
        foreign.execute("ROLLBACK")
        foreign.close()
        assert journal.append([entry(1)]) == [range(1, 2)]


class FailingDisk:
    """A connection whose next commit fails in its sync, as a dying card's does."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.failing = True

    def execute(self, sql: str, values: tuple[object, ...] = ()) -> sqlite3.Cursor:
        if sql == "COMMIT" and self.failing:
            self.failing = False
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC
            raise error
        return self._connection.execute(sql, values)

    def __getattr__(self, name: str) -> object:
        return getattr(self._connection, name)


def test_after_a_failed_sync_nothing_is_recorded_until_the_journal_is_opened_anew(
    tmp_path: Path,
) -> None:
    path = tmp_path / "journal.db"
    with opened(path) as journal:
        journal.append([entry(1)])
        journal._connection = FailingDisk(journal._connection)  # type: ignore[assignment]
        for _ in range(3):
            with pytest.raises(JournalUnreliable):
                journal.append([entry(2)])
        assert journal.last_seq == 1
    with opened(path) as journal:
        assert journal.append([entry(2)]) == [range(2, 3)]
        assert journal.verify().problems == ()


def test_a_second_writer_is_refused_and_told_who_the_first_is(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with opened(path) as journal:
        with pytest.raises(JournalLocked) as caught:
            Journal.open(path, node=NODE)
        assert caught.value.pid == os.getpid()
        assert str(os.getpid()) in caught.value.zh
        assert journal.append([entry(1)]) == [range(1, 2)]
    with opened(path) as journal:
        assert journal.last_seq == 1
