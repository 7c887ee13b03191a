"""Journals kept aside: bounded, and never without one that somebody may still need."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from firmware_py.cli.doctor.journal_health import look_kept
from firmware_py.cli.status import kept_journals
from firmware_py.runtime.former_records import FormerRecords
from firmware_py.runtime.hub_note import HubNote, Kept, read_note, write_note
from firmware_py.runtime.kept_promotion import newest_kept
from firmware_py.runtime.kept_room import tidy_kept
from firmware_py.store import kept_files
from firmware_py.store.kept_files import KEEP, KeptFile, superfluous
from firmware_py.sync.ports import EpochStart

NOW_S, DAY_S = 1_800_000_000.0, 86_400.0
EPOCHS = (EpochStart("1-hub", 1), EpochStart("9-standby-1", 200))


def aside(journal: Path, name: str, days: float, size: int = 1000) -> str:
    """Put a journal aside as it was so many days ago."""
    path = journal.with_name(f"{journal.name}.{name}")
    path.write_bytes(bytes(size))
    path.with_name(path.name + ".id").write_bytes(bytes(10))
    os.utime(path, (NOW_S - days * DAY_S,) * 2)
    return path.name


def of_hub(name: str, *, had: int, last: int = 100) -> Kept:
    """Return a time as hub, of which the present hub has the events up to ``had``."""
    file = f"journal.db.{name}"
    return Kept(file, f"hub:{name}", last, ((name, 1),), {"9-standby-1": had}, "standby-1")


def names(journal: Path) -> set[str]:
    return {one.path.name.removeprefix("journal.db.") for one in kept_files.kept_files(journal)}


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    made = tmp_path / "journal.db"
    for name in ("journal.db", "journal.id", "journal.hubs", "journal.db-wal", "journal.db.part"):
        (tmp_path / name).write_bytes(b"{}")
    return made


async def test_the_newest_stay_and_what_is_young_and_damaged_ones(journal: Path) -> None:
    for day in (1, 2, 29, 31, 40, 400):
        aside(journal, f"before-E{day}", day)
    aside(journal, "damaged-1772411400000", 500)
    gone = await tidy_kept(journal, FormerRecords(journal, HubNote()), EPOCHS, NOW_S)
    assert gone == [f"journal.db.before-E{day}" for day in (31, 40, 400)]
    assert names(journal) == {"before-E1", "before-E2", "before-E29", "damaged-1772411400000"}
    # Nothing is left of those that went, and the journal itself is nobody's business here.
    left = {path.name for path in journal.parent.iterdir()}
    assert "journal.db.before-E31.id" not in left
    assert {"journal.db", "journal.id", "journal.db-wal", "journal.db.part"} <= left
    # A year later the newest are still there.
    assert await tidy_kept(journal, FormerRecords(journal, HubNote()), EPOCHS, NOW_S * 2) == []


async def test_a_former_hubs_own_stays_until_the_hub_has_it_and_the_newest_for_good(
    journal: Path,
) -> None:
    for nth in range(KEEP):
        aside(journal, f"before-E{nth}", 50)
    for name in ("1-hub", "3-hub", "5-hub", "7-hub"):
        aside(journal, name, 100)
    kept = (of_hub("1-hub", had=101), of_hub("3-hub", had=60), of_hub("5-hub", had=100),
            of_hub("7-hub", had=101))  # fmt: skip
    # An older hub did not know one of its records.
    kept = (*kept[:2], msgspec.structs.replace(kept[2], passed={7: 1}), kept[3])
    write_note(journal, HubNote("9-standby-1", kept))
    records = FormerRecords(journal, read_note(journal))
    # Who the hub is, and what it has, is not known.
    assert await tidy_kept(journal, records, (), NOW_S) == []
    assert await tidy_kept(journal, records, EPOCHS, NOW_S) == ["journal.db.1-hub"]
    assert [one.file for one in read_note(journal).kept] == [
        "journal.db.3-hub", "journal.db.5-hub", "journal.db.7-hub",
    ]  # fmt: skip
    assert read_note(journal).heard == "9-standby-1"
    # What is told of the next hub goes on from what is left.
    records.merged(EPOCHS, {"what": "records", "source": "hub:3-hub"}, 100)
    records.passed_over({"what": "records", "source": "hub:5-hub", "told": [{"seq": 7}]}, [], 2)
    assert await tidy_kept(journal, records, EPOCHS, NOW_S) == [
        "journal.db.5-hub", "journal.db.3-hub",
    ]  # fmt: skip
    found = newest_kept(journal, read_note(journal))
    assert found is not None
    assert found.file == "journal.db.7-hub"


async def test_cut_off_after_the_note_the_file_goes_with_the_next_time(
    journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for nth in range(KEEP):
        aside(journal, f"before-E{nth}", 1)
    for name in ("1-hub", "3-hub"):
        aside(journal, name, 100)
    note = HubNote("9-standby-1", (of_hub("1-hub", had=101), of_hub("3-hub", had=101)))
    write_note(journal, note)

    def full(one: KeptFile) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as cut:
        cut.setattr("firmware_py.runtime.kept_room.remove", full)
        with pytest.raises(OSError, match="Input"):
            await tidy_kept(journal, FormerRecords(journal, note), EPOCHS, NOW_S)
    assert "1-hub" in names(journal)
    records = FormerRecords(journal, read_note(journal))
    assert records.question(EPOCHS) is None
    assert await tidy_kept(journal, records, EPOCHS, NOW_S) == ["journal.db.1-hub"]
    assert "3-hub" in names(journal)


def test_a_clock_that_stands_still_or_went_back_takes_nothing_away(journal: Path) -> None:
    for nth in range(KEEP + 2):
        aside(journal, f"before-E{nth}", 100 + nth)
    found = kept_files.kept_files(journal)
    assert superfluous(found, (), NOW_S - 90 * DAY_S) == []
    assert len(superfluous(found, (), NOW_S)) == 2


def test_how_much_room_they_take_is_said(journal: Path) -> None:
    assert list(look_kept(journal)) == []
    aside(journal, "before-E1", 1, size=3 * 1024**2)
    (found,) = look_kept(journal)
    assert found.say.en.startswith("Journals kept of before: 1, 3.0 MB")
    assert kept_journals({"count": 2, "bytes": 3 * 1024**2}).endswith("3.0 MB")
    assert kept_journals({"count": 0, "bytes": 0}) == kept_journals(None) == ""
