"""The journal in use: what goes in comes out, numbered without a gap, once."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_py.store.errors import CommandKnown, JournalDamaged
from firmware_py.store.journal import Journal
from firmware_py.store.records import Entry, NewEvent
from tests.store.making import MORNING_MS, NODE, entry, filled, opened, tamper


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


def test_what_was_appended_is_read_back(path: Path) -> None:
    body = '{"ticket":"A001","item":"车船税"}'.encode()
    with opened(path) as journal:
        taken = Entry("c1", "kiosk-1", MORNING_MS, b'"A001"', (NewEvent("TicketTaken", body),))
        assert journal.append([taken]) == [range(1, 2)]
        [event] = journal.read(0, 10)
        assert (event.seq, event.time_ms, event.type) == (1, MORNING_MS, "TicketTaken")
        assert (event.by, event.command_id, event.body) == ("kiosk-1", "c1", body)
        assert event.hash == journal.last_hash
        assert (journal.last_seq, journal.last_time_ms) == (1, MORNING_MS)


def test_numbers_go_on_without_a_gap_and_the_epoch_stays_over_restarts(path: Path) -> None:
    epochs = set()
    for start in range(3):
        with opened(path) as journal:
            epochs.add(journal.epoch)
            numbers = journal.append([entry(start * 2, 2), entry(start * 2 + 1)])
            assert numbers == [
                range(start * 3 + 1, start * 3 + 3),
                range(start * 3 + 3, start * 3 + 4),
            ]
    with opened(path) as journal:
        assert [event.seq for event in journal.read(0, 100)] == list(range(1, 10))
        assert journal.verify().ok
    assert len(epochs) == 1


def test_two_first_starts_never_have_the_same_epoch(tmp_path: Path) -> None:
    with opened(tmp_path / "a" / "journal.db") as one, opened(tmp_path / "b" / "journal.db") as two:
        assert one.epoch != two.epoch
        assert one.last_hash != two.last_hash


def test_an_outcome_is_remembered_also_of_a_command_that_was_refused(path: Path) -> None:
    refused = Entry("c2", "pad-3", MORNING_MS, b'{"refused":"window_closed"}', ())
    with opened(path) as journal:
        assert journal.append([refused, entry(1)]) == [range(1, 1), range(1, 2)]
    with opened(path) as journal:
        assert journal.outcome("c2") == b'{"refused":"window_closed"}'
        assert journal.outcome("c3") is None
        assert [name for name, _ in journal.newest_outcomes(9)] == ["kiosk-1:1", "c2"]


def test_a_command_that_is_known_is_not_recorded_again(path: Path) -> None:
    with opened(path) as journal:
        journal.append([entry(1)])
        with pytest.raises(CommandKnown):
            journal.append([entry(2), entry(1)._replace(time_ms=entry(3).time_ms)])
        with pytest.raises(CommandKnown):
            journal.append([entry(2), entry(2)])
        assert journal.last_seq == 1
        assert journal.outcome("kiosk-1:2") is None
        assert journal.append([entry(2)]) == [range(2, 3)]
        assert journal.verify().ok


def test_time_that_runs_backwards_is_refused_and_nothing_is_recorded(path: Path) -> None:
    with opened(path) as journal:
        journal.append([entry(5)])
        with pytest.raises(ValueError, match="before"):
            journal.append([entry(6), entry(4)])
        assert journal.last_seq == 1
        with pytest.raises(ValueError, match="before"):
            journal.append([Entry("c9", "pad-1", -1, b"refused", ())])
        journal.append([entry(6)])


def test_a_body_that_is_not_utf8_is_refused(path: Path) -> None:
    bad = Entry("c1", "pad-1", MORNING_MS, b"", (NewEvent("Rated", b'"\xff"'),))
    with opened(path) as journal:
        with pytest.raises(UnicodeDecodeError):
            journal.append([bad])
        assert journal.last_seq == 0


def test_old_outcomes_are_forgotten_in_steps_and_newer_ones_kept(path: Path) -> None:
    filled(path, 10)
    with opened(path) as journal:
        until = MORNING_MS + 8_000
        assert [journal.forget_outcomes(until, at_most=5) for _ in range(3)] == [5, 2, 0]
        assert journal.outcome("kiosk-1:7") is None
        assert journal.outcome("kiosk-1:8") is not None
        assert journal.last_seq == 10


def test_positions_ride_with_events_and_may_go_back(path: Path) -> None:
    with opened(path) as journal:
        journal.append([entry(1), entry(2)], {"printer": 2})
        journal.set_positions({"broker": 1})
        journal.set_positions({"broker": 0})
    with opened(path) as journal:
        assert journal.positions() == {"broker": 0, "printer": 2}
        journal.drop_position("broker")
        assert journal.positions() == {"printer": 2}


def test_a_position_beyond_the_newest_event_is_refused_with_all_that_came_with_it(
    path: Path,
) -> None:
    with opened(path) as journal:
        with pytest.raises(ValueError, match="printer"):
            journal.append([entry(1)], {"printer": 2})
        assert (journal.last_seq, journal.positions()) == (0, {})


def test_reading_stops_at_the_limit_and_at_the_end(path: Path) -> None:
    filled(path, 10)
    with opened(path) as journal:
        assert [event.seq for event in journal.read(7, 2)] == [8, 9]
        assert [event.seq for event in journal.read(7, 50)] == [8, 9, 10]
        assert journal.read(10, 5) == []


def test_reading_over_a_hole_raises_instead_of_skipping(path: Path) -> None:
    filled(path, 10)
    with opened(path) as journal:
        journal._connection.execute("DELETE FROM events WHERE seq = 4")
        with pytest.raises(JournalDamaged) as caught:
            journal.read(0, 100)
        assert caught.value.problem.seq == 4


def test_other_programs_read_the_journal_while_it_is_open(path: Path) -> None:
    with opened(path) as journal:
        journal.append([entry(1)])
        reader = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        rows = reader.execute("SELECT seq, json_extract(body, '$.ticket') FROM events").fetchall()
        reader.close()
        assert rows == [(1, "A001")]
        assert journal.append([entry(2)]) == [range(2, 3)]


def test_an_append_notices_that_another_program_has_written(path: Path) -> None:
    with opened(path) as journal:
        journal.append([entry(1)])
        tamper(path, "UPDATE head SET commit_no = commit_no + 1")
        with pytest.raises(JournalDamaged):
            journal.append([entry(2)])


@pytest.mark.parametrize("node", ["", "hub\n1", "税" * 40])
def test_a_name_that_cannot_be_a_nodes_is_refused(path: Path, node: str) -> None:
    with pytest.raises(ValueError, match="node"):
        Journal.open(path, node=node)


def test_closing_twice_does_nothing_more(path: Path) -> None:
    journal = Journal.open(path, node=NODE)
    journal.close()
    journal.close()
    with opened(path):
        pass


def test_the_usual_start_does_not_import_sqlite_utils(path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from firmware_py.store.journal import Journal; "
        f"Journal.open(Path({str(path)!r}), node='n').close(); print('sqlite_utils' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
batches = st.lists(
    st.lists(
        st.tuples(texts, st.lists(st.tuples(texts, texts), max_size=3), st.integers(0, 5_000)),
        max_size=9,
    ),
    max_size=5,
)


@settings(max_examples=40, deadline=None)
@given(batches=batches)
def test_any_batches_come_back_whatever_is_in_them_and_however_often_it_restarts(
    batches: list[list[tuple[str, list[tuple[str, str]], int]]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal.db"
        told: list[tuple[str, str, bytes, int]] = []
        now, number = 0, 0
        for batch in batches:
            entries = []
            for by, events, later in batch:
                now, number = now + later, number + 1
                news = tuple(NewEvent(kind, body.encode()) for kind, body in events)
                entries.append(Entry(f"c{number}", by, now, by.encode(), news))
                told += [(by, news_.type, news_.body, now) for news_ in news]
            with opened(path) as journal:
                numbers = journal.append(entries)
                assert [len(each) for each in numbers] == [len(each.events) for each in entries]
        with opened(path) as journal:
            found = [(e.by, e.type, e.body, e.time_ms) for e in journal.read(0, 1_000)]
            assert found == told
            assert [e.seq for e in journal.read(0, 1_000)] == list(range(1, len(told) + 1))
            assert journal.verify().problems == ()


def test_how_a_batch_is_cut_does_not_change_what_is_recorded(tmp_path: Path) -> None:
    entries = [entry(number, events=number % 3) for number in range(300)]
    hashes = []
    for size in (1, 7, 300):
        journal = Journal.open(tmp_path / str(size) / "journal.db", node=NODE)
        for start in range(0, 300, size):
            journal.append(entries[start : start + size])
        # Each journal has its own epoch, so only the rows without it are the same.
        hashes.append([(e.seq, e.type, e.command_id, e.body) for e in journal.read(0, 1_000)])
        assert journal.verify().ok
        journal.close()
    assert hashes[0] == hashes[1] == hashes[2]
