"""Damaged journals: noticed at the start or by verify, and never replaced by an empty one."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from firmware_py.store.errors import (
    JournalDamaged,
    JournalError,
    JournalForeign,
    JournalTooNew,
)
from firmware_py.store.journal import Journal
from tests.store.making import NODE, entry, everything, filled, opened, tamper

FILES = ("journal.db", "journal.db-wal", "journal.id")


def _copy(source: Path, target: Path) -> Path:
    target.mkdir()
    for name in FILES:
        if (source / name).exists():
            shutil.copy(source / name, target / name)
    return target / "journal.db"


def _rich(folder: Path) -> None:
    """Fill a journal with some of everything; leave a copy as a power cut would, and close."""
    path = folder / "whole" / "journal.db"
    with opened(path) as journal:
        for start in range(0, 200, 10):
            journal.append([entry(start + number, number % 3) for number in range(10)])
        for seq in (20, 60, 120):
            journal.save_snapshot(seq, b"state at %d" % seq * 50)
        journal.set_positions({"broker": 150, "printer": 180})
        journal.compact(before_seq=15, figures={"2026-11-21": b'{"tickets":300}'})
        journal.checkpoint()
        for start in range(200, 260, 3):
            journal.append([entry(start + number, 2) for number in range(3)])
        _copy(path.parent, folder / "cut")


def _vanish(path: Path) -> None:
    path.unlink()


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _halve(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def _first_page_only(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:4_096])


def _text(path: Path) -> None:
    path.write_text("this is no database" * 1_000, encoding="utf-8")


def _zeros(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def _empty_database(path: Path) -> None:
    path.unlink()
    tamper(path, "CREATE TABLE events (seq INTEGER PRIMARY KEY)")


def _fresh_journal(path: Path) -> None:
    path.unlink()
    filled(path.parent / "elsewhere" / "journal.db", 1).replace(path)


@pytest.mark.parametrize(
    "damage",
    [_vanish, _empty, _halve, _first_page_only, _text, _zeros, _empty_database, _fresh_journal],
)
def test_a_damaged_journal_is_refused_and_left_as_it_is(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    path = filled(tmp_path / "journal.db", 300)
    damage(path)
    before = path.read_bytes() if path.exists() else None
    for _ in range(2):
        with pytest.raises(JournalDamaged) as caught:
            Journal.open(path, node=NODE)
        assert "hallctl restore" in caught.value.zh
        assert "hallctl restore" in caught.value.en
    assert (path.read_bytes() if path.exists() else None) == before


@pytest.mark.parametrize("log", [None, b"", b"\0" * 50_000])
def test_a_log_that_was_lost_after_a_power_cut_is_noticed(
    tmp_path: Path, log: bytes | None
) -> None:
    _rich(tmp_path)
    wal = tmp_path / "cut" / "journal.db-wal"
    if log is None:
        wal.unlink()
    else:
        wal.write_bytes(log)
    with pytest.raises(JournalDamaged) as caught:
        Journal.open(tmp_path / "cut" / "journal.db", node=NODE)
    assert caught.value.problem.code == "behind"


def test_an_older_copy_of_the_file_is_noticed(tmp_path: Path) -> None:
    path = filled(tmp_path / "journal.db", 3)
    shutil.copy(path, tmp_path / "older")
    with opened(path) as journal:
        journal.append([entry(10)])
    shutil.copy(tmp_path / "older", path)
    with pytest.raises(JournalDamaged) as caught:
        Journal.open(path, node=NODE)
    assert caught.value.problem.code == "behind"


def test_a_first_start_that_was_cut_off_is_still_a_first_start(tmp_path: Path) -> None:
    (tmp_path / "journal.db.new").write_bytes(b"half a database")
    filled(tmp_path / "journal.db", 2)


@pytest.mark.parametrize("damage", [_vanish, _empty, _text])
def test_a_sound_journal_proves_itself_without_its_marker(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    path = filled(tmp_path / "journal.db", 3)
    damage(tmp_path / "journal.id")
    with opened(path) as journal:
        assert journal.last_seq == 3
    path.unlink()
    with pytest.raises(JournalDamaged):
        Journal.open(path, node=NODE)


def test_the_journal_of_another_node_is_refused(tmp_path: Path) -> None:
    path = filled(tmp_path / "journal.db", 3)
    with pytest.raises(JournalForeign) as caught:
        Journal.open(path, node="hub-2")
    assert "'hub-1'" in caught.value.detail


def test_a_journal_of_a_newer_program_is_not_touched(tmp_path: Path) -> None:
    path = filled(tmp_path / "journal.db", 3)
    tamper(path, "PRAGMA user_version = 9")
    with pytest.raises(JournalTooNew):
        Journal.open(path, node=NODE)


def _damage_at_random(path: Path, chance: random.Random) -> None:
    files = sorted(path.parent.iterdir())
    [victim] = chance.choices(files, [file.stat().st_size for file in files])
    data = bytearray(victim.read_bytes())
    at = chance.randrange(len(data))
    match chance.randrange(4):
        case 0:
            del data[at:]
        case 1:
            data[at : at + 512] = chance.randbytes(len(data[at : at + 512]))
        case _:
            data[at] ^= 1 << chance.randrange(8)
    victim.write_bytes(data)


@pytest.mark.parametrize("state", ["whole", "cut"])
def test_100_random_damages_are_each_noticed_or_have_changed_nothing(
    tmp_path: Path, state: str
) -> None:
    _rich(tmp_path)
    with opened(_copy(tmp_path / state, tmp_path / "intact")) as journal:
        truth = everything(journal)
    chance = random.Random(7)
    noticed = {"open": 0, "verify": 0}
    for number in range(100):
        path = _copy(tmp_path / state, tmp_path / f"{state}-{number}")
        _damage_at_random(path, chance)
        try:
            journal = Journal.open(path, node=NODE)
        except JournalError:
            noticed["open"] += 1
            continue
        try:
            if not journal.verify().ok:
                noticed["verify"] += 1
                continue
            assert everything(journal) == truth, f"damage {number} went unnoticed"
        finally:
            journal.close()
    # Were none noticed, the damages would have missed the files.
    assert min(noticed.values()) > 0
    assert sum(noticed.values()) > 40
