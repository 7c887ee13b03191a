"""Snapshots, and old days that become figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware_py.store.errors import EventsGone, JournalDamaged
from tests.store.making import MORNING_MS, entry, filled, opened, tamper

FIGURES = {"2026-11-21": b'{"tickets":312,"rated":290}'}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return filled(tmp_path / "journal.db", 100)


def test_the_newest_snapshot_comes_back_after_a_restart(path: Path) -> None:
    with opened(path) as journal:
        assert journal.newest_snapshot() is None
        journal.save_snapshot(50, b"at 50")
        journal.save_snapshot(100, b"at 100")
    with opened(path) as journal:
        assert journal.newest_snapshot() == (100, b"at 100")
        assert journal.verify().problems == ()


def test_only_the_three_newest_snapshots_are_kept(path: Path) -> None:
    with opened(path) as journal:
        for seq in range(10, 60, 10):
            journal.save_snapshot(seq, b"%d" % seq)
        rows = journal._connection.execute("SELECT seq FROM snapshots ORDER BY seq").fetchall()
        assert rows == [(30,), (40,), (50,)]


def test_a_snapshot_stands_on_an_event_that_is_there(path: Path) -> None:
    with opened(path) as journal:
        with pytest.raises(ValueError, match="101"):
            journal.save_snapshot(101, b"")
        journal.save_snapshot(0, b"empty hall")
        assert journal.newest_snapshot() == (0, b"empty hall")


def test_a_damaged_snapshot_is_passed_over_for_the_one_before(path: Path) -> None:
    with opened(path) as journal:
        journal.save_snapshot(50, b"at 50")
        journal.save_snapshot(80, b"at 80")
    tamper(path, "UPDATE snapshots SET body = x'00' WHERE seq = 80")
    with opened(path) as journal:
        assert journal.newest_snapshot() == (50, b"at 50")
        assert [problem.seq for problem in journal.verify().problems] == [80]
    tamper(path, "UPDATE snapshots SET hash = x'00' WHERE seq = 50")
    with opened(path) as journal:
        assert journal.newest_snapshot() is None


def test_without_a_good_snapshot_and_the_first_events_nobody_starts_from_nothing(
    path: Path,
) -> None:
    with opened(path) as journal:
        journal.save_snapshot(50, b"at 50")
        assert journal.compact(before_seq=20) == 19
    tamper(path, "DELETE FROM snapshots")
    with opened(path) as journal, pytest.raises(JournalDamaged) as caught:
        journal.newest_snapshot()
    assert caught.value.problem.code == "no_snapshot"


def test_old_events_go_their_figures_stay_and_the_chain_still_verifies(path: Path) -> None:
    with opened(path) as journal:
        journal.save_snapshot(90, b"at 90")
        until = MORNING_MS + 61_000
        assert journal.compact(before_time_ms=until, figures=FIGURES) == 60
        assert journal.first_seq == 61
        head = journal.last_hash
    with opened(path) as journal:
        assert (journal.first_seq, journal.last_seq, journal.last_hash) == (61, 100, head)
        assert journal.day_figures() == FIGURES
        found = journal.verify()
        assert (found.problems, found.count, found.first_seq) == ((), 40, 61)
        assert [event.seq for event in journal.read(60, 2)] == [61, 62]
        with pytest.raises(EventsGone) as caught:
            journal.read(59, 2)
        assert caught.value.first_seq == 61
        journal.append([entry(101)])
        assert journal.verify().ok


def test_tampering_after_a_compaction_is_found_as_well(path: Path) -> None:
    with opened(path) as journal:
        journal.save_snapshot(90, b"at 90")
        journal.compact(before_seq=61)
    tamper(path, "UPDATE anchors SET hash = zeroblob(32)")
    with opened(path) as journal:
        assert journal.verify().first_bad_seq == 61


@pytest.mark.parametrize(
    ("snapshots", "positions", "removed"),
    [
        ((), {}, 0),
        ((100,), {}, 100),
        ((40, 70, 100), {}, 40),
        ((100,), {"broker": 30, "printer": 80}, 30),
        ((100,), {"broker": 0}, 0),
    ],
)
def test_nothing_goes_that_a_consumer_or_a_snapshot_still_needs(
    path: Path, snapshots: tuple[int, ...], positions: dict[str, int], removed: int
) -> None:
    with opened(path) as journal:
        for seq in snapshots:
            journal.save_snapshot(seq, b"state")
        journal.set_positions(positions)
        assert journal.compact(before_seq=1_000, figures=FIGURES) == removed
        assert journal.last_seq == 100
        assert journal.append([entry(101)]) == [range(101, 102)]
        assert journal.verify().problems == ()


def test_compaction_goes_in_steps_and_a_days_first_figures_stay(path: Path) -> None:
    with opened(path) as journal:
        journal.save_snapshot(100, b"state")
        steps = [
            journal.compact(before_seq=61, figures=FIGURES, at_most=25),
            journal.compact(before_seq=61, figures={"2026-11-21": b"{}"}, at_most=25),
            journal.compact(before_seq=61, at_most=25),
            journal.compact(before_seq=61, at_most=25),
        ]
        assert steps == [25, 25, 10, 0]
        assert journal.day_figures() == FIGURES


def test_a_compaction_without_a_bound_is_refused(path: Path) -> None:
    with opened(path) as journal, pytest.raises(ValueError, match="before_seq"):
        journal.compact()
