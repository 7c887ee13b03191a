"""A copy of another Pi's journal: complete, checked row by row, and its own after a promotion."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from firmware_py.store import pages
from firmware_py.store.copied import CopiedJournal, epochs_of, put_aside, take_whole
from firmware_py.store.copying import copy_part
from firmware_py.store.errors import JournalDamaged, JournalError, JournalForeign
from firmware_py.store.journal import Journal
from firmware_py.store.marker import MarkerFile, marker_path
from firmware_py.store.pages import Page, Wanted, read_page
from firmware_py.store.records import Entry, NewEvent
from firmware_py.store.restore import restore
from firmware_py.store.verify import reading, verify_file
from tests.store.making import MORNING_MS, NODE, entry, everything, opened

STANDBY = "standby-1"


@contextmanager
def copied(path: Path) -> Iterator[CopiedJournal]:
    journal = CopiedJournal.open_copy(path)
    try:
        yield journal
    finally:
        journal.close()


def as_told(page: Page) -> Page:
    """Return a page as it is after its way through JSON."""
    return msgspec.json.decode(msgspec.json.encode(page), type=Page)


def whole(source: Path, target: Path) -> Path:
    """Begin a copy with the whole file."""
    part = target.with_name("part")
    with reading(source) as connection:
        copy_part(connection, part, pages=-1, between=lambda: None)
    take_whole(part, target)
    return target


def caught_up(source: Path, copy: CopiedJournal) -> int:
    """Take page by page until nothing is new; return how many pages it took."""
    taken = 0
    while True:
        page = as_told(read_page(source, copy.wanted()))
        assert not page.differs
        assert not page.gone
        taken += 1
        copy.take(page)
        if copy.last_seq == page.last_seq and not page.commands:
            return taken


def outcomes(path: Path) -> list[tuple[int, str]]:
    with reading(path) as connection:
        return connection.execute("SELECT id, command_id FROM commands ORDER BY id").fetchall()


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """A hub's journal of some events, and its copy, both closed."""
    hub, standby = tmp_path / "hub" / "journal.db", tmp_path / "standby" / "journal.db"
    standby.parent.mkdir()
    with opened(hub) as journal:
        journal.append([entry(number) for number in range(1, 6)])
    return hub, whole(hub, standby)


def test_a_copy_has_the_same_numbers_links_ids_and_outcomes(pair: tuple[Path, Path]) -> None:
    hub, standby = pair
    with opened(hub) as journal, copied(standby) as copy:
        # Some refused: an outcome without an event.
        journal.append([entry(number, number % 3) for number in range(6, 1200)])
        journal.set_positions({"broker:centre": 900})
        assert caught_up(hub, copy) > 2
        assert everything(copy) == everything(journal)
        assert copy.last_hash == journal.last_hash
        assert outcomes(standby) == outcomes(hub)
        # And it goes on where it is.
        journal.append([entry(1200)])
        assert caught_up(hub, copy) == 2
        assert copy.last_hash == journal.last_hash
    assert verify_file(standby).ok


def test_one_commands_events_stand_in_a_copy_together(pair: tuple[Path, Path]) -> None:
    hub, standby = pair
    with opened(hub) as journal, copied(standby) as copy:
        journal.append([entry(6, 3 * pages.EVENTS), entry(7)])
        first = read_page(hub, copy.wanted())
        assert not first.whole
        assert not first.commands
        copy.take(first)
        assert copy.last_seq == 5
        assert caught_up(hub, copy) > 3
        assert copy.last_seq == journal.last_seq
        assert outcomes(standby) == outcomes(hub)


def test_many_refusals_between_two_events_do_not_part_an_event_from_its_outcome(
    pair: tuple[Path, Path],
) -> None:
    hub, standby = pair
    with opened(hub) as journal, copied(standby) as copy:
        refused = [entry(number, 0) for number in range(10, 10 + 3 * pages.OUTCOMES)]
        journal.append([entry(6), *refused, entry(2000), entry(2001)])
        while copy.last_seq < journal.last_seq:
            page = as_told(read_page(hub, copy.wanted()))
            copy.take(page)
            told = {row[1] for row in outcomes(standby)}
            assert {event.command_id for event in copy.read(0, 5000)} <= told
        assert caught_up(hub, copy) == 1
        assert outcomes(standby) == outcomes(hub)


def test_a_gap_a_wrong_link_and_a_wrong_outcome_are_refused(pair: tuple[Path, Path]) -> None:
    hub, standby = pair
    with opened(hub) as journal, copied(standby) as copy:
        journal.append([entry(number) for number in range(6, 12)])
        good = read_page(hub, copy.wanted())
        gap = msgspec.structs.replace(good, events=(good.events[0], *good.events[2:]))
        row = good.events[2]
        body = msgspec.structs.replace(
            good, events=(*good.events[:2], (*row[:5], '{"ticket":"A9"}', row[6]))
        )
        outcome = msgspec.structs.replace(
            good, commands=((*good.commands[0][:3], '{"ok":false}', good.commands[0][4]),)
        )
        first = good.epochs[0]
        strange = msgspec.structs.replace(good, epochs=((*first[:1], "hub-9", *first[2:]),))
        # Begun below what the copy has: these events would be of another history.
        later = ("2-hub-9", "hub-9", MORNING_MS, first[0], 4)
        below = msgspec.structs.replace(good, epochs=(first, later))
        for bad, code in (
            (gap, "missing"), (body, "changed"), (outcome, "outcome"),
            (strange, "other_epoch"), (below, "other_epoch"),
        ):  # fmt: skip
            with pytest.raises(JournalDamaged) as said:
                copy.take(bad)
            assert said.value.problem.code == code
            assert copy.last_seq == 5
        copy.take(good)
        assert copy.last_hash == journal.last_hash


def test_another_history_is_seen_and_never_mixed(pair: tuple[Path, Path], tmp_path: Path) -> None:
    hub, standby = pair
    with opened(hub) as journal:
        backup_folder = tmp_path / "backups"
        backup_folder.mkdir()
        backup = journal.backup(backup_folder)
        journal.append([entry(number) for number in range(6, 9)])
    with copied(standby) as copy:
        caught_up(hub, copy)
        epoch = restore(backup, hub, NODE)
        ahead = read_page(hub, copy.wanted())
        assert ahead.differs
        assert not ahead.forked
        with opened(hub) as journal:
            journal.append([entry(number) for number in range(20, 30)])
        assert read_page(hub, copy.wanted()).differs
    aside = put_aside(standby, "before")
    assert verify_file(aside).last_seq == 8
    with copied(whole(hub, standby)) as copy:
        assert copy.epoch == epoch.epoch
        caught_up(hub, copy)


def test_a_journal_that_was_set_back_in_the_same_epoch_is_told_from_a_restored_one(
    pair: tuple[Path, Path],
) -> None:
    hub, standby = pair
    old, marker = hub.read_bytes(), marker_path(hub).read_bytes()
    with opened(hub) as journal:
        journal.append([entry(number) for number in range(6, 9)])
    with copied(standby) as copy:
        caught_up(hub, copy)
        hub.write_bytes(old)
        marker_path(hub).write_bytes(marker)
        page = read_page(hub, copy.wanted())
        assert (page.differs, page.forked) == (True, True)
        # It went on meanwhile: as many events, of another history.
        with opened(hub) as journal:
            journal.append([entry(number) for number in range(20, 30)])
        page = read_page(hub, copy.wanted())
        assert (page.differs, page.forked) == (True, True)


def test_an_epoch_that_goes_on_where_the_copy_is_is_taken_as_it_is(
    pair: tuple[Path, Path], tmp_path: Path
) -> None:
    hub, standby = pair
    folder = tmp_path / "backups"
    folder.mkdir()
    with opened(hub) as journal:
        backup = journal.backup(folder)
    restore(backup, hub, NODE, [entry(50, 0)])
    with opened(hub) as journal, copied(standby) as copy:
        journal.append([entry(51), entry(52)])
        caught_up(hub, copy)
        assert copy.epochs == journal.epochs
        assert copy.last_hash == journal.last_hash
    with copied(standby) as copy:
        assert copy.last_seq == 7


def test_compacted_days_are_told_and_a_copy_that_lacks_them_begins_anew(
    pair: tuple[Path, Path],
) -> None:
    hub, standby = pair
    with opened(hub) as journal:
        journal.append([entry(number) for number in range(6, 30)])
        journal.save_snapshot(20, b"{}")
        assert journal.compact(before_seq=15, figures={"2026-11-21": b'{"tickets":14}'}) == 14
    with copied(standby) as copy:
        assert read_page(hub, copy.wanted()).gone
    put_aside(standby, "before")
    with copied(whole(hub, standby)) as copy, opened(hub) as journal:
        assert copy.first_seq == 15
        assert everything(copy) == everything(journal)
        page = read_page(hub, copy.wanted())
        assert (page.first_seq, page.figures) == (15, {"2026-11-21": '{"tickets":14}'})


def promoted_entries() -> list[Entry]:
    return [Entry("promote", "hallctl", MORNING_MS, b"{}", (NewEvent("Promoted", b"{}"),))]


def test_a_promotion_begins_an_epoch_and_the_ids_of_before_still_count(
    pair: tuple[Path, Path],
) -> None:
    hub, standby = pair
    with pytest.raises(JournalForeign):
        Journal.open(standby, node=STANDBY)
    with copied(standby) as copy:
        epoch = copy.promote("2-standby-1", STANDBY, MORNING_MS, promoted_entries())
        assert (epoch.former_epoch, epoch.cut_seq) == (copy.epochs[0].epoch, 5)
        with pytest.raises(ValueError, match="begun before"):
            copy.promote("2-standby-1", STANDBY, MORNING_MS)
    assert epochs_of(standby)[-1] == epoch
    with opened(standby, STANDBY) as journal:
        assert journal.last_seq == 6
        assert journal.outcome("kiosk-1:3") == b'{"ok":true,"number":3}'
        journal.append([entry(100)])
    assert verify_file(standby).ok
    # The former hub's file follows as a copy: nothing of it was changed on the way.
    with copied(hub) as former:
        caught_up(standby, former)
        assert former.epoch == "2-standby-1"
        assert former.last_seq == 7
    with pytest.raises(JournalForeign):
        Journal.open(hub, node=NODE)


@pytest.mark.parametrize("step", ["begun", "marker gone", "recorded", "done"])
def test_a_promotion_that_is_cut_off_is_done_or_not_begun(
    pair: tuple[Path, Path], tmp_path: Path, step: str
) -> None:
    _, standby = pair
    if step in {"recorded", "done"}:
        with copied(standby) as copy:
            copy.promote("2-standby-1", STANDBY, MORNING_MS, promoted_entries())
            # As it lies on the disk, the log beside it.
            shutil.copytree(standby.parent, tmp_path / "cut")
    else:
        shutil.copytree(standby.parent, tmp_path / "cut")
    cut = tmp_path / "cut" / "journal.db"
    if step in {"marker gone", "recorded"}:
        marker_path(cut).unlink(missing_ok=True)
    if step in {"begun", "marker gone"}:
        assert epochs_of(cut)[-1].node == NODE
        with copied(cut) as copy:
            assert copy.last_seq == 5
            copy.promote("2-standby-1", STANDBY, MORNING_MS, promoted_entries())
    with opened(cut, STANDBY) as journal:
        assert (journal.epoch, journal.last_seq) == ("2-standby-1", 6)


def test_a_promotion_that_is_recorded_counts_also_without_its_witness(
    pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, standby = pair

    def full(self: MarkerFile, commit_no: int, seq: int, link: bytes) -> None:
        raise OSError(errno.ENOSPC, "no room")

    with copied(standby) as copy:
        monkeypatch.setattr(MarkerFile, "start", full)
        # An error here would leave a hub on the disk that nobody knows of until it starts again.
        assert copy.promote("2-standby-1", STANDBY, MORNING_MS).epoch == "2-standby-1"
        monkeypatch.undo()
    with opened(standby, STANDBY) as journal:
        journal.append([entry(100)])
    assert marker_path(standby).exists()


def test_a_file_that_is_not_whole_never_becomes_the_copy(pair: tuple[Path, Path]) -> None:
    hub, standby = pair
    part = standby.with_name("part")
    part.write_bytes(hub.read_bytes()[:-4096])
    put_aside(standby, "before")
    with pytest.raises(JournalError):
        take_whole(part, standby)
    assert epochs_of(standby) == []


def test_a_journal_kept_aside_takes_what_a_killed_daemon_left_in_its_log(tmp_path: Path) -> None:
    path, killed = tmp_path / "journal.db", tmp_path / "killed" / "journal.db"
    with opened(path) as journal:
        journal.append([entry(number) for number in range(1, 9)])
        shutil.copytree(tmp_path, killed.parent, ignore=shutil.ignore_patterns("killed"))
    aside = put_aside(killed, "1-hub")
    assert not killed.exists()
    assert verify_file(aside).last_seq == 8
    # Cut off after the renaming, or done twice: nothing is overwritten.
    assert put_aside(killed, "1-hub") != aside
    assert verify_file(aside).ok


def test_where_a_copy_stands_is_told_by_its_last_event_and_outcome(
    pair: tuple[Path, Path],
) -> None:
    hub, standby = pair
    with copied(standby) as copy, reading(hub) as connection:
        (link,) = connection.execute("SELECT hash FROM events WHERE seq = 5").fetchone()
        assert copy.wanted() == Wanted(5, link.hex(), 5, "kiosk-1:5", copy.epoch)
