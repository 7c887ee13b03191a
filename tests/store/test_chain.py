"""The hash chain: its layout, and that every kind of tampering is found."""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path

import pytest

from firmware_py.store.chain import START, epoch_link, event_hash
from firmware_py.store.errors import JournalDamaged
from firmware_py.store.journal import Journal
from firmware_py.store.marker import marker_path
from firmware_py.store.records import Epoch
from firmware_py.store.verify import verify_file
from tests.store.making import NODE, filled, opened, tamper


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return filled(tmp_path / "journal.db")


def test_an_epoch_and_its_first_event_hash_to_these_very_bytes() -> None:
    # Computed once with sha256sum over printf'd bytes, following the layout's description.
    epoch = Epoch("01JD0000000000000000000000", "hub-1", 1_732_233_600_000, "", 0)
    link = epoch_link(START, epoch)
    assert link.hex() == "a9db22f3999aa6a08c70b89f63b76ef4aba181e9e14e8d3663b7695c768f3862"
    first = event_hash(link, 1, 1_732_233_600_500, b"DayOpened", b"hallctl", b"c1", b"{}")
    assert first.hex() == "3fa9a0085d91f9e25dae2dc8cee5fddea4bdaeecfc0046019436a1b6ce4cb855"


def test_another_program_can_check_the_chain_from_the_description_alone(path: Path) -> None:
    with opened(path) as journal:
        [epoch] = journal.epochs
        names = [text.encode() for text in (epoch.epoch, epoch.node, epoch.former_epoch)]
        link = hashlib.sha256(
            b"hall-journal epoch\n"
            + bytes(32)
            + struct.pack(">QQ", epoch.cut_seq, epoch.started_ms)
            + b"".join(struct.pack(">I", len(name)) for name in names)
            + b"".join(names)
        ).digest()
        for event in journal.read(0, 100):
            fields = [event.type.encode(), event.by.encode(), event.command_id.encode(), event.body]
            link = hashlib.sha256(
                link
                + struct.pack(">QQ", event.seq, event.time_ms)
                + b"".join(struct.pack(">I", len(field)) for field in fields)
                + b"".join(fields)
            ).digest()
            assert event.hash == link
        assert journal.last_hash == link


def test_a_sound_journal_verifies_whole(path: Path) -> None:
    found = verify_file(path)
    assert (found.ok, found.count, found.first_seq, found.last_seq) == (True, 20, 1, 20)


@pytest.mark.parametrize(
    ("sql", "code", "seq"),
    [
        ("UPDATE events SET body = replace(body, 'A007', 'A700') WHERE seq = 7", "changed", 7),
        ("UPDATE events SET time_ms = time_ms + 1 WHERE seq = 7", "changed", 7),
        ("UPDATE events SET time_ms = 5 WHERE seq = 7", "time", 7),
        ("UPDATE events SET by = 'pad-9' WHERE seq = 7", "changed", 7),
        ("UPDATE events SET hash = zeroblob(32) WHERE seq = 7", "changed", 7),
        ("UPDATE events SET time_ms = -1 WHERE seq = 1", "changed", 1),
        ("DELETE FROM events WHERE seq = 7", "missing", 7),
        ("DELETE FROM events WHERE seq BETWEEN 7 AND 9", "missing", 7),
    ],
)
def test_verify_names_the_first_event_that_is_wrong(
    path: Path, sql: str, code: str, seq: int
) -> None:
    tamper(path, sql)
    found = verify_file(path)
    assert found.first_bad_seq == seq
    assert code in {problem.code for problem in found.problems}
    with pytest.raises(JournalDamaged):
        Journal.open(path, node=NODE)


def test_two_swapped_events_are_found(path: Path) -> None:
    tamper(
        path,
        "UPDATE events SET seq = 1000 WHERE seq = 7",
        "UPDATE events SET seq = 7 WHERE seq = 8",
        "UPDATE events SET seq = 8 WHERE seq = 1000",
    )
    assert verify_file(path).first_bad_seq == 7


def test_a_removed_end_is_found(path: Path) -> None:
    tamper(path, "DELETE FROM events WHERE seq > 15")
    assert [problem.code for problem in verify_file(path).problems] == ["head", "head"]


def test_a_removed_end_is_found_also_when_the_head_was_set_back_with_it(path: Path) -> None:
    tamper(
        path,
        "UPDATE head SET last_seq = 15, (last_time_ms, link) = "
        "(SELECT time_ms, hash FROM events WHERE seq = 15)",
        "DELETE FROM events WHERE seq > 15",
    )
    assert [problem.code for problem in verify_file(path).problems] == ["rewritten"]


def test_a_removed_beginning_is_found(path: Path) -> None:
    tamper(path, "DELETE FROM events WHERE seq < 4")
    assert verify_file(path).first_bad_seq == 1


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("UPDATE commands SET outcome = x'00' WHERE id = 3", "outcome"),
        ("UPDATE positions SET seq = 9", "position"),
        ("UPDATE snapshots SET body = x'00'", "snapshot"),
        ("UPDATE snapshots SET event_hash = zeroblob(32)", "snapshot"),
        ("UPDATE epochs SET started_ms = 1", "changed"),
        ("DROP TABLE day_figures", "structure"),
        ("ALTER TABLE events ADD COLUMN extra TEXT", "structure"),
        ("PRAGMA application_id = 1", "structure"),
    ],
)
def test_what_lies_outside_the_events_is_checked_too(path: Path, sql: str, code: str) -> None:
    with opened(path) as journal:
        journal.set_positions({"broker": 5})
        journal.save_snapshot(5, b"state")
    tamper(path, sql)
    assert code in {problem.code for problem in verify_file(path).problems}


def test_a_chain_that_was_wholly_made_anew_does_not_fit_its_marker(path: Path) -> None:
    other = filled(path.parent / "other" / "journal.db", 21)
    other.replace(path)
    with pytest.raises(JournalDamaged) as caught:
        Journal.open(path, node=NODE)
    assert caught.value.problem.code == "other_epoch"
    marker_path(path).unlink()
    with opened(path) as journal:
        assert journal.last_seq == 21
