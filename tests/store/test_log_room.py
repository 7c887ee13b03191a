"""The log's room: made once, a piece at a time, and never taken for something recorded."""

from __future__ import annotations

import shutil
from pathlib import Path

from firmware_py.store.log_room import PIECE, widen
from firmware_py.store.opening import CHECKPOINT_PAGES
from tests.store.making import entry, everything, opened

#: SQLite's file format, section 4.1: a header of 32 bytes, then frames of 24 and a page each.
WHOLE = 32 + (CHECKPOINT_PAGES + 128) * (24 + 4096)


def log_of(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def test_the_log_gets_its_usual_length_in_pieces(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with opened(path) as journal:
        journal.append([entry(1)])
        before = log_of(path).stat().st_size
        assert journal.widen_log()
        assert log_of(path).stat().st_size == before + PIECE
        while journal.widen_log():
            pass
        assert log_of(path).stat().st_size == WHOLE
        assert not journal.widen_log()
        assert log_of(path).stat().st_size == WHOLE


def test_commits_between_and_after_the_pieces_are_all_there_after_a_power_cut(
    tmp_path: Path,
) -> None:
    path, cut = tmp_path / "journal.db", tmp_path / "cut"
    with opened(path) as journal:
        journal.widen_log()
        for number in range(1, 40):
            journal.append([entry(number, events=3)], {"printer": journal.last_seq})
            journal.widen_log()
        told = everything(journal)
        # What a Pi finds that lost its power now; the memory beside the log is gone with it.
        cut.mkdir()
        for file in tmp_path.glob("journal.*"):
            if not file.name.endswith("-shm"):
                shutil.copy(file, cut)
    with opened(cut / "journal.db") as journal:
        assert everything(journal) == told
        assert journal.verify().ok
        journal.append([entry(40)])
        assert journal.verify().ok


def test_commits_inside_the_room_do_not_lengthen_the_log(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with opened(path) as journal:
        while journal.widen_log():
            pass
        for number in range(1, 600):
            journal.append([entry(number)])
        assert log_of(path).stat().st_size == WHOLE
        assert journal.verify().ok


def test_a_disk_with_little_room_keeps_it(tmp_path: Path) -> None:
    log = tmp_path / "journal.db-wal"
    log.write_bytes(b"frames")
    assert not widen(log, CHECKPOINT_PAGES, spare=2**60)
    assert log.read_bytes() == b"frames"


def test_without_a_log_nothing_is_made(tmp_path: Path) -> None:
    assert not widen(tmp_path / "journal.db-wal", CHECKPOINT_PAGES)
    assert list(tmp_path.iterdir()) == []
