"""Backups while the hall goes on, and the way back from one."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from firmware_py.store.backup import find_backups
from firmware_py.store.errors import JournalDamaged, JournalLocked
from firmware_py.store.journal import Journal
from firmware_py.store.restore import restore
from firmware_py.store.verify import verify_file
from tests.store.making import NODE, entry, everything, filled, opened, tamper


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return filled(tmp_path / "card" / "journal.db", 400)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "usb"
    folder.mkdir()
    return folder


def test_a_backup_taken_while_the_hall_writes_is_whole_as_of_its_beginning(
    path: Path, place: Path
) -> None:
    written = 0
    with opened(path) as journal:

        def serve_somebody() -> None:
            nonlocal written
            written += 1
            journal.append([entry(1_000 + written)])

        backup = journal.backup(place, pages=4, between=serve_somebody)
        assert written > 5
        assert journal.last_seq == 400 + written
        assert journal.verify().problems == ()
    found = verify_file(backup)
    assert (found.problems, found.last_seq) == ((), 400)
    assert [each.name for each in place.iterdir()] == [backup.name]


def test_a_backup_runs_in_another_thread_than_the_writer(path: Path, place: Path) -> None:
    made: list[Path] = []
    with opened(path) as journal:
        thread = threading.Thread(
            target=lambda: made.append(journal.backup(place, pages=1)), name="backup"
        )
        thread.start()
        number = 1_000
        while thread.is_alive():
            number += 1
            journal.append([entry(number)])
        thread.join(timeout=120)
        assert verify_file(made[0]).ok
        assert journal.verify().problems == ()


def test_only_the_newest_backups_of_this_epoch_are_pruned(path: Path, place: Path) -> None:
    old = place / "journal-01AAAAAAAAAAAAAAAAAAAAAAAA-000000000001.db"
    mine = place / "holiday.jpg"
    old.write_bytes(b"")
    mine.write_bytes(b"")
    with opened(path) as journal:
        made = []
        for number in range(4):
            made.append(journal.backup(place, keep=2))
            journal.append([entry(1_000 + number)])
    assert sorted(place.iterdir()) == sorted([old, mine, *made[2:]])


def test_a_backup_of_a_damaged_journal_does_not_count(path: Path, place: Path) -> None:
    with opened(path) as journal:
        kept = journal.backup(place)
        journal._connection.execute("UPDATE events SET body = '{}' WHERE seq = 9")
        journal.append([entry(1_000)])
        with pytest.raises(JournalDamaged):
            journal.backup(place)
    assert list(place.iterdir()) == [kept]
    assert verify_file(kept).ok


def test_backups_are_found_good_ones_first_and_newest_first(path: Path, place: Path) -> None:
    with opened(path) as journal:
        made = []
        for number in range(3):
            made.append(journal.backup(place))
            journal.append([entry(1_000 + number)])
    data = bytearray(made[2].read_bytes())
    data[len(data) // 2 :] = bytes(len(data) - len(data) // 2)
    made[2].write_bytes(data)
    found = find_backups(place)
    assert [each.path for each in found] == [made[1], made[0], made[2]]
    assert [each.ok for each in found] == [True, True, False]
    assert [each.last_seq for each in found] == [401, 400, 402]


def test_a_restore_begins_a_new_epoch_that_knows_where_the_former_was_cut(
    path: Path, place: Path
) -> None:
    with opened(path) as journal:
        former = journal.epoch
        backup = journal.backup(place)
        journal.append([entry(1_000)])
    path.write_bytes(b"")

    epoch = restore(backup, path, NODE)

    assert (epoch.former_epoch, epoch.cut_seq) == (former, 400)
    with opened(path) as journal:
        assert journal.epoch == epoch.epoch != former
        assert journal.last_seq == 400
        assert journal.outcome("kiosk-1:400") is not None
        # The clock may have been years ahead: a new epoch begins with any time.
        assert journal.last_time_ms == 0
        assert journal.append([entry(-1_000_000)]) == [range(401, 402)]
        assert journal.verify().problems == ()
    with opened(path) as journal:
        assert len(journal.read(0, 1_000)) == 401
    kept = sorted(each.name.split(".damaged-")[0] for each in path.parent.glob("*.damaged-*"))
    assert kept == ["journal.db", "journal.id"]


def test_the_first_entries_of_the_new_epoch_come_with_it(path: Path, place: Path) -> None:
    with opened(path) as journal:
        backup = journal.backup(place)
        journal.append([entry(1_000)])
    restore(backup, path, NODE, [entry(2_000, 2), entry(2_001)])
    with opened(path) as journal:
        assert journal.last_seq == 403
        assert journal.last_time_ms == entry(2_001).time_ms
        assert [each.command_id for each in journal.read(400, 9)] == [
            "kiosk-1:2000", "kiosk-1:2000", "kiosk-1:2001",
        ]  # fmt: skip
        assert journal.outcome("kiosk-1:2000") is not None
        assert journal.verify().problems == ()
        assert journal.append([entry(3_000)]) == [range(404, 405)]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_what_root_restores_belongs_to_whom_the_folder_belongs(path: Path, place: Path) -> None:
    with opened(path) as journal:
        backup = journal.backup(place)
    new = place / "new card"
    for folder in (path.parent, new):
        folder.mkdir(exist_ok=True)
        for each in (folder, *folder.iterdir()):
            os.chown(each, 4711, 4712)
        restore(backup, folder / path.name, NODE)
        owners = {each.name: (each.stat().st_uid, each.stat().st_gid) for each in folder.iterdir()}
        assert set(owners) >= {"journal.db", "journal.id", "journal.lock"}
        assert set(owners.values()) == {(4711, 4712)}, owners


def test_a_restore_that_was_cut_off_has_neither_its_epoch_nor_its_entries(
    path: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(path) as journal:
        backup = journal.backup(place)
    with monkeypatch.context() as patch:
        patch.setattr("firmware_py.store.restore.insert", _power_cut)
        with pytest.raises(KeyboardInterrupt):
            restore(backup, path, NODE, [entry(2_000)])
    with opened(path) as journal:
        assert len(journal.epochs) == 1
        assert journal.last_seq == 400
    assert not list(path.parent.glob("*.damaged-*"))
    assert not list(path.parent.glob(".*.restoring"))


def test_what_is_set_aside_is_what_was_there(path: Path, place: Path) -> None:
    with opened(path) as journal:
        backup = journal.backup(place)
        journal.append([entry(1_000)])
    before = {name: path.with_suffix(name).read_bytes() for name in (".db", ".id")}
    restore(backup, path, NODE)
    restore(backup, path, NODE)
    for name, data in before.items():
        [first, _second] = sorted(path.parent.glob(f"journal{name}.damaged-*"))
        assert first.read_bytes() == data


def test_a_journal_restored_twice_and_backed_up_again_still_verifies(
    path: Path, place: Path
) -> None:
    with opened(path) as journal:
        backup = journal.backup(place)
    restore(backup, path, NODE)
    with opened(path) as journal:
        journal.append([entry(1_000)])
        backup = journal.backup(place)
    restore(backup, path, NODE)
    with opened(path) as journal:
        assert [each.cut_seq for each in journal.epochs] == [0, 400, 401]
        assert journal.verify().problems == ()
        last = journal.backup(place)
    restore(last, path, "hub-new")
    with opened(path, "hub-new") as journal:
        assert [each.cut_seq for each in journal.epochs] == [0, 400, 401, 401]
        journal.save_snapshot(401, b"state")
        assert journal.newest_snapshot() == (401, b"state")
        assert journal.verify().problems == ()


def test_a_backup_that_is_damaged_is_not_restored_and_nothing_is_touched(
    path: Path, place: Path
) -> None:
    with opened(path) as journal:
        backup = journal.backup(place)
        before = everything(journal)
    tamper(backup, "DELETE FROM events WHERE seq = 5")
    with pytest.raises(JournalDamaged):
        restore(backup, path, NODE)
    assert not list(path.parent.glob("*.damaged-*"))
    with opened(path) as journal:
        assert everything(journal) == before


def test_nothing_is_restored_under_a_running_daemon(path: Path, place: Path) -> None:
    with opened(path) as journal:
        backup = journal.backup(place)
        with pytest.raises(JournalLocked):
            restore(backup, path, NODE)
        assert journal.append([entry(1_000)])


def test_a_restore_to_an_empty_card_works(path: Path, place: Path, tmp_path: Path) -> None:
    with opened(path) as journal:
        backup = journal.backup(place)
    target = tmp_path / "new-card" / "journal.db"
    epoch = restore(backup, target, NODE)
    with opened(target) as journal:
        assert (journal.epoch, journal.last_seq) == (epoch.epoch, 400)


def _power_cut(*_args: object, **_kwargs: object) -> None:
    raise KeyboardInterrupt


def test_a_restore_that_was_cut_off_is_refused_until_it_is_given_again(
    path: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(path) as journal:
        backup = journal.backup(place)
    with monkeypatch.context() as patch:
        patch.setattr("firmware_py.store.restore.put_in_place", _power_cut)
        with pytest.raises(KeyboardInterrupt):
            restore(backup, path, NODE)
    with pytest.raises(JournalDamaged) as caught:
        Journal.open(path, node=NODE)
    assert caught.value.problem.code == "other_epoch"
    restore(backup, path, NODE)
    with opened(path) as journal:
        assert journal.last_seq == 400


def test_a_restore_of_a_vanished_journal_that_was_cut_off_is_no_first_start(
    path: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(path) as journal:
        backup = journal.backup(place)
    path.unlink()
    with monkeypatch.context() as patch:
        patch.setattr("firmware_py.store.restore.put_in_place", _power_cut)
        with pytest.raises(KeyboardInterrupt):
            restore(backup, path, NODE)
    with pytest.raises(JournalDamaged) as caught:
        Journal.open(path, node=NODE)
    assert caught.value.problem.code == "vanished"


def test_a_restore_that_was_cut_off_before_it_moved_anything_left_all_as_it_was(
    path: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(path) as journal:
        backup = journal.backup(place)
        before = everything(journal)
    with monkeypatch.context() as patch:
        patch.setattr("firmware_py.store.restore.sync_folder", _power_cut)
        with pytest.raises(KeyboardInterrupt):
            restore(backup, path, NODE)
    with opened(path) as journal:
        assert everything(journal) == before
