"""A Pi is promoted again only when what it kept of its time as hub can be merged."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from firmware_py.runtime.copy_keeper import CopyKeeper
from firmware_py.runtime.former_records import FormerRecords
from firmware_py.runtime.hub_note import HubNote, Kept
from firmware_py.runtime.hub_queries import HubQueries
from firmware_py.runtime.kept_proof import KeptUnread, kept_unread, prove_kept
from firmware_py.store.copied import epochs_of, last_seq_of, put_aside
from firmware_py.store.verify import check_after
from tests.e2e.scene import until
from tests.runtime.test_copy_keeper import standing
from tests.runtime.test_hub_role import STANDBY, journal_of
from tests.store.making import entry, opened

EVENTS = 9
NEXT = "4-standby-1"


def kept_in(folder: Path) -> tuple[Path, Kept]:
    """Keep a journal of this Pi's own time as hub, of which nobody else has anything."""
    journal = folder / "journal.db"
    with opened(journal, STANDBY) as made:
        made.append([entry(number) for number in range(1, EVENTS + 1)])
        epoch, last = made.epoch, made.last_seq
    aside = put_aside(journal, epoch)
    return aside, Kept(aside.name, f"{STANDBY}:{epoch}", last, ((epoch, 1),))


def change(path: Path, sql: str) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(sql)
    connection.close()


def lost(path: Path) -> None:
    path.unlink()


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:8192])


DAMAGES: dict[str, tuple[Callable[[Path], None], str]] = {
    "changed": (
        lambda path: change(path, "UPDATE events SET body = '{}' WHERE seq = 7"),
        "Event 7",
    ),
    "gone": (lambda path: change(path, "DELETE FROM events WHERE seq = 5"), "Event 5"),
    "its end": (lambda path: change(path, "DELETE FROM events WHERE seq > 8"), ""),
    "cut short": (cut_short, ""),
    "no file": (lost, "the file is gone"),
    "empty": (emptied, ""),
}


@pytest.mark.parametrize("damage", sorted(DAMAGES))
def test_whatever_is_wrong_with_it_is_found_before_the_promotion(
    tmp_path: Path, damage: str
) -> None:
    path, kept = kept_in(tmp_path)
    records = FormerRecords(tmp_path / "journal.db", HubNote("3-hub", (kept,)))
    copy = tmp_path / "copy.db"
    with opened(copy, "hub") as made:
        made.append([entry(1)])
    prove_kept(records, epochs_of(copy), NEXT, 1)
    hurt, words = DAMAGES[damage]
    hurt(path)
    with pytest.raises(KeptUnread) as found:
        prove_kept(records, epochs_of(copy), NEXT, 1)
    assert found.value.file == kept.file
    assert words in found.value.en
    refusal = kept_unread(found.value, tmp_path, from_kept=False)
    for said in (refusal.zh, refusal.en):
        assert kept.file in said
        assert "hallctl hub promote --without-kept" in said
        assert "hallctl ticket jump" in said
        assert "restore" not in said


def test_what_the_copy_has_already_is_not_looked_at(tmp_path: Path) -> None:
    path, kept = kept_in(tmp_path)
    epochs = epochs_of(path)
    path.unlink()
    records = FormerRecords(tmp_path / "journal.db", HubNote("3-hub", (kept,)))
    # The copy goes on from this very journal.
    prove_kept(records, epochs, NEXT, EVENTS)
    with pytest.raises(KeptUnread):
        prove_kept(records, epochs, NEXT, EVENTS - 1)


def test_only_what_comes_after_is_read(tmp_path: Path) -> None:
    path, _ = kept_in(tmp_path)
    change(path, "UPDATE events SET body = '{}' WHERE seq = 3")
    check_after(path, 5)
    with pytest.raises(ValueError, match="Event 3"):
        check_after(path, 2)


async def test_nothing_is_promoted_before_somebody_says_that_it_may_be_without_it(
    tmp_path: Path,
) -> None:
    async with standing(tmp_path) as standby:
        own = journal_of(tmp_path, STANDBY)
        elsewhere = tmp_path / "was-hub"
        elsewhere.mkdir()
        path, kept = kept_in(elsewhere)
        change(path, "UPDATE events SET body = '{}' WHERE seq = 7")
        path.rename(own.with_name(path.name))
        keeper: CopyKeeper = standby.keeper
        keeper.records.note = HubNote("3-hub", (kept,))
        keeper.start(standby.hall)
        await standby.is_asked_again()
        last = last_seq_of(own)

        with pytest.raises(KeptUnread, match="Event 7"):
            await keeper.promote(lambda journal: (NEXT, []))
        assert epochs_of(own)[-1].epoch != NEXT
        told = HubQueries(standby.hall)._unread()
        assert told is not None
        assert told.data == {"file": str(own.with_name(kept.file))}
        # It follows on, and is asked once more.
        await standby.is_asked_again()
        with pytest.raises(KeptUnread):
            await keeper.promote(lambda journal: (NEXT, []))

        epoch = await keeper.promote(lambda journal: (NEXT, []), without_kept=True)
        assert (epoch.epoch, epoch.cut_seq) == (NEXT, last)
        assert own.with_name(kept.file).exists()


async def test_of_a_kept_journal_that_alone_is_left_a_backup_is_asked_for(tmp_path: Path) -> None:
    async with standing(tmp_path) as standby:
        own = journal_of(tmp_path, STANDBY)
        own.unlink()
        path, kept = kept_in(own.parent)
        change(path, "UPDATE events SET body = '{}' WHERE seq = 7")
        keeper: CopyKeeper = standby.keeper
        keeper.records.note = HubNote("3-hub", (kept,))
        keeper.start(standby.hall)

        async def asks_for_the_whole() -> bool:
            return "journal.file" in standby.hub.asked

        await until(asks_for_the_whole, 60.0)
        with pytest.raises(KeptUnread) as found:
            await keeper.promote(lambda journal: (NEXT, []), kept)
        refusal = kept_unread(found.value, own.parent, from_kept=True)
        assert "hallctl restore" in refusal.zh
        assert "hallctl restore" in refusal.en
        assert not own.exists()
