"""Who decides, by journal and note; a standing down that is cut off at any step is gone on with."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from firmware_py.app.ports import NewEvent
from firmware_py.config.file import Configuration, load_all
from firmware_py.core.epoch import Epoch
from firmware_py.runtime.former_records import FormerRecords
from firmware_py.runtime.hub_note import HubNote, Kept, read_note, write_note
from firmware_py.runtime.hub_role import HubRole, RoleChange, role_of, stand_down
from firmware_py.runtime.kept_promotion import drop_taken, newest_kept, past_of, take_kept
from firmware_py.settings import Settings
from firmware_py.store.copied import CopiedJournal, epochs_of, put_aside
from firmware_py.store.copying import copy_part
from firmware_py.store.restore import restore
from firmware_py.store.verify import reading, verify_file
from firmware_py.sync.ports import EpochStart
from tests.store.making import MORNING_MS, entry, opened

SPREAD = Path(__file__).parents[2] / "config" / "spread.toml"
HUB, STANDBY = "hub", "standby-1"


def settings_of(folder: Path, node: str) -> Settings:
    """Return a Pi's settings, without a broker: nobody is asked."""
    return msgspec.structs.replace(configuration(folder, node).settings, broker=None)


def configuration(folder: Path, node: str) -> Configuration:
    (folder / node).mkdir(exist_ok=True)
    environment = {
        "HALL_NODE": node, "HALL_CLOCK": "machine", "HALL_BROKER_HOST": "127.0.0.1",
        "HALL_BROKER_PORT": "1883", "HALL_WIRE": "/wire", "HALL_RUN": str(folder / node),
        "HALL_DATA": str(folder / node),
    }  # fmt: skip
    return load_all(SPREAD, environment, with_files=False)


async def role(folder: Path, node: str) -> HubRole:
    return await role_of(settings_of(folder, node), RoleChange())


def journal_of(folder: Path, node: str) -> Path:
    return Path(settings_of(folder, node).journal.path)


def with_copy(folder: Path, events: int = 5) -> tuple[Path, Path]:
    """Make the hub's journal and the standby's copy of it."""
    hub, standby = journal_of(folder, HUB), journal_of(folder, STANDBY)
    with opened(hub, HUB) as journal:
        journal.append([entry(number) for number in range(1, events + 1)])
    with reading(hub) as source:
        copy_part(source, standby, pages=-1, between=lambda: None)
    return hub, standby


async def test_at_first_the_hub_decides_and_the_standby_follows(tmp_path: Path) -> None:
    assert (await role(tmp_path, HUB)).decides
    standby = await role(tmp_path, STANDBY)
    assert not standby.decides
    assert standby.keeper is not None
    assert standby.journal == tmp_path / STANDBY / "own.db"
    # A Pi of a window has a part in none of it.
    window = await role(tmp_path, "window-3")
    assert (window.decides, window.keeper) == (False, None)


async def test_who_wrote_the_last_epoch_decides_also_after_a_restart(tmp_path: Path) -> None:
    _, standby = with_copy(tmp_path)
    assert not (await role(tmp_path, STANDBY)).decides
    copy = CopiedJournal.open_copy(standby)
    copy.promote("2-standby-1", STANDBY, MORNING_MS)
    copy.close()
    found = await role(tmp_path, STANDBY)
    assert (found.decides, found.journal) == (True, standby)
    # Without a broker nobody has told the former hub: it decides alone, as ever.
    assert (await role(tmp_path, HUB)).decides


@pytest.mark.parametrize("step", ["heard", "noted", "moved", "marker left"])
async def test_a_hub_that_heard_of_a_higher_epoch_never_decides_again(
    tmp_path: Path, step: str
) -> None:
    hub, _ = with_copy(tmp_path)
    settings = settings_of(tmp_path, HUB)
    stand_down(settings, Epoch(2, STANDBY), HubNote())
    kept = epochs_of(hub)[-1].epoch
    if step != "heard":
        noted = (await role(tmp_path, HUB)).note
        # Cut off before the file was moved, or in the middle of it.
        aside = hub.with_name(f"journal.db.{kept}")
        if step == "noted":
            aside.rename(hub)
            aside.with_name(aside.name + ".id").rename(hub.with_suffix(".id"))
        elif step == "marker left":
            aside.with_name(aside.name + ".id").rename(hub.with_suffix(".id"))
        assert noted.heard == "2-standby-1"
    found = await role(tmp_path, HUB)
    assert not found.decides
    assert found.keeper is not None
    (one,) = found.keeper.records.note.kept
    assert (one.file, one.source, one.last) == (f"journal.db.{kept}", f"hub:{kept}", 5)
    assert verify_file(hub.with_name(one.file)).last_seq == 5
    assert not hub.exists()


async def test_a_note_that_cannot_be_read_decides_nothing(tmp_path: Path) -> None:
    hub, _ = with_copy(tmp_path)
    hub.with_suffix(".hubs").write_bytes(b"{")
    with pytest.raises(msgspec.DecodeError):
        await role(tmp_path, HUB)


async def test_a_repaired_hub_that_is_promoted_decides_again(tmp_path: Path) -> None:
    hub, standby = with_copy(tmp_path)
    copy = CopiedJournal.open_copy(standby)
    copy.promote("2-standby-1", STANDBY, MORNING_MS)
    copy.close()
    stand_down(settings_of(tmp_path, HUB), Epoch(2, STANDBY), HubNote())
    assert not (await role(tmp_path, HUB)).decides
    with reading(standby) as source:
        copy_part(source, hub, pages=-1, between=lambda: None)
    assert not (await role(tmp_path, HUB)).decides
    copy = CopiedJournal.open_copy(hub)
    copy.promote("3-hub", HUB, MORNING_MS)
    copy.close()
    assert (await role(tmp_path, HUB)).decides


def test_what_only_the_former_hub_knew_is_offered_to_one_hub_after_the_other(
    tmp_path: Path,
) -> None:
    hub, _ = with_copy(tmp_path)
    with opened(hub, HUB) as journal:
        epoch = journal.epoch
        journal.append([entry(number) for number in range(6, 9)])
    note = {"file": f"journal.db.{epoch}", "source": f"hub:{epoch}", "last": 8}
    kept = msgspec.convert({"kept": [{**note, "epochs": [(epoch, 1)]}]}, HubNote)
    put_aside(hub, epoch)
    write_note(hub, kept)
    records = FormerRecords(hub, kept)
    second = (EpochStart(epoch, 1), EpochStart("2-standby-1", 6))
    question = records.question(second)
    assert question is not None
    assert (question["what"], question["source"]) == ("records", f"hub:{epoch}")
    assert [one["seq"] for one in question["told"]] == [6, 7, 8]
    records.merged(second, question, 7)
    question = records.question(second)
    assert question is not None
    assert [one["seq"] for one in question["told"]] == [8]
    records.merged(second, question, 8)
    handover = records.question(second)
    assert handover == {"what": "handover", "source": f"hub:{epoch}", "after": 8}
    # To whom the numbers go is on the disk before it is told (rule 3) ...
    assert read_note(hub).kept[0].given == STANDBY
    records.merged(second, handover, 8)
    assert records.question(second) is None
    assert records.left(second) == 0
    # ... so a third hub gets the records again, and never the numbers.
    third = (*second, EpochStart("3-other", 9))
    again = FormerRecords(hub, read_note(hub))
    question = again.question(third)
    assert question is not None
    again.merged(third, question, 8)
    assert again.question(third) is None


def test_of_people_a_former_hub_tells_only_where_nobody_can_read_along(tmp_path: Path) -> None:
    hub = journal_of(tmp_path, HUB)
    issued = b'{"number":"A001","series":"common","count":1,"item":"F01","skill":"a","origin":"k",'
    body = issued + b'"person":"%b"}' % (b"f" * 64)
    with opened(hub, HUB) as journal:
        epoch = journal.epoch
        told = NewEvent("ticket.issued", body)
        journal.append([entry(1)._replace(events=(told,))])
    put_aside(hub, epoch)
    kept = Kept(f"journal.db.{epoch}", f"hub:{epoch}", 1, ((epoch, 1),))
    records = FormerRecords(hub, HubNote("2-standby-1", (kept,)), whole=True)
    epochs = (EpochStart("E0", 1), EpochStart("2-standby-1", 1))

    def person() -> object:
        question = records.question(epochs)
        assert question is not None
        return msgspec.json.decode(msgspec.json.encode(question))["told"][0]["data"].get("person")

    assert person() == "f" * 64
    assert records.withhold()
    assert person() is None
    assert not records.withhold()


def test_what_an_older_hub_does_not_know_is_kept_for_a_newer_one_and_so_are_the_numbers(
    tmp_path: Path,
) -> None:
    hub, _ = with_copy(tmp_path)
    with opened(hub, HUB) as journal:
        epoch = journal.epoch
        journal.append([entry(number) for number in range(6, 9)])
    kept = Kept(f"journal.db.{epoch}", f"hub:{epoch}", 8, ((epoch, 1),))
    put_aside(hub, epoch)
    records = FormerRecords(hub, HubNote("2-standby-1", (kept,)))
    second = (EpochStart(epoch, 1), EpochStart("2-standby-1", 6))
    question = records.question(second, wire=1)
    assert question is not None
    records.passed_over(question, [7], 1)
    records.merged(second, question, 8)
    # A number may be in it: the usual ones go when that is told.
    assert records.question(second, wire=1) is None
    assert "newer program" in records.why
    assert records.left(second) == 1
    again = FormerRecords(hub, read_note(hub))
    late = again.question(second, wire=2)
    assert late is not None
    assert [one["seq"] for one in late["told"]] == [7]
    again.passed_over(late, [], 2)
    again.merged(second, late, 7)
    assert again.question(second, wire=2) == {
        "what": "handover", "source": f"hub:{epoch}", "after": 8,
    }  # fmt: skip


def two_times_as_hub(folder: Path) -> tuple[Path, FormerRecords]:
    """Keep two journals aside, as of a Pi that was the hub, stood down, and was it again."""
    hub = journal_of(folder, HUB)
    kept = []
    for nth, numbers in enumerate((range(1, 6), range(1, 10))):
        with opened(hub, HUB) as journal:
            journal.append([entry(number) for number in numbers])
            epoch, last = journal.epoch, journal.last_seq
        put_aside(hub, epoch)
        one = Kept(f"journal.db.{epoch}", f"hub:{epoch}", last, ((epoch, 1),))
        kept.append(msgspec.structs.replace(one, given=STANDBY if not nth else ""))
    note = HubNote("4-standby-1", tuple(kept))
    write_note(hub, note)
    return hub, FormerRecords(hub, note)


def test_numbers_are_handed_over_after_the_records_of_all_journals_that_are_kept(
    tmp_path: Path,
) -> None:
    _, records = two_times_as_hub(tmp_path)
    (first, second) = records.note.kept
    # The hub has all of the first; of the second, from the same Pi, all but four tickets.
    epochs = (
        EpochStart(first.epochs[0][0], 1),
        EpochStart(second.epochs[0][0], 6),
        EpochStart("4-standby-1", 6),
    )
    records.merged(epochs, {"what": "records", "source": first.source}, first.last)
    asked = []
    while (question := records.question(epochs)) is not None:
        upto = question["told"][-1]["seq"] if question["what"] == "records" else question["after"]
        asked.append((question["what"], question["source"], upto))
        records.merged(epochs, question, upto)
    # And once: where they are the newest time as hub says, by its note.
    assert asked == [("records", second.source, 9), ("handover", second.source, 9)]
    assert [one.given for one in records.note.kept] == [STANDBY, STANDBY]
    assert records.left(epochs) == 0


def test_no_numbers_go_before_every_journal_was_read_and_their_way_is_noted(
    tmp_path: Path,
) -> None:
    hub, records = two_times_as_hub(tmp_path)
    (first, second) = records.note.kept
    epochs = (EpochStart(first.epochs[0][0], 1), EpochStart("4-standby-1", 6))
    hub.with_name(second.file).write_bytes(b"not a journal")
    assert records.question(epochs) is None
    assert second.file in records.why
    assert records.left(epochs) == 1
    # Its records are written off by hand, as it were; but the disk takes no note any more.
    records.merged(epochs, {"what": "records", "source": second.source}, second.last)
    hub.with_suffix(".hubs").unlink()
    hub.with_suffix(".hubs").mkdir()
    assert records.question(epochs) is None
    assert first.file not in records.why
    assert records.note.kept[1].given == ""
    hub.with_suffix(".hubs").rmdir()
    assert records.question(epochs) is not None
    assert read_note(hub).kept[1].given == STANDBY


def test_a_hub_that_stands_down_keeps_what_it_noted_since_its_start(tmp_path: Path) -> None:
    hub, records = two_times_as_hub(tmp_path)
    at_start = records.note
    epochs = (EpochStart(at_start.kept[0].epochs[0][0], 1), EpochStart("4-standby-1", 6))
    records.merged(epochs, {"what": "records", "source": at_start.kept[0].source}, 5)
    change = RoleChange()
    change.stand_down(settings_of(tmp_path, HUB), Epoch(5, STANDBY), at_start)
    assert change.wanted.is_set()
    note = read_note(hub)
    assert (note.heard, note.kept) == ("5-standby-1", records.note.kept)


async def test_a_kept_journal_that_is_not_gone_on_with_makes_nobody_decide(tmp_path: Path) -> None:
    hub, _ = with_copy(tmp_path)
    stand_down(settings_of(tmp_path, HUB), Epoch(2, STANDBY), HubNote())
    note = (await role(tmp_path, HUB)).note
    kept = newest_kept(hub, note)
    assert kept is not None
    take_kept(hub, kept)
    # The power goes before the promotion is on the disk.
    found = await role(tmp_path, HUB)
    assert not found.decides
    assert newest_kept(hub, found.note) == kept
    assert not hub.exists()
    # It cannot be written: nothing is left that would look like a copy of the hub's.
    take_kept(hub, kept)
    drop_taken(hub)
    assert (epochs_of(hub), verify_file(hub.with_name(kept.file)).ok) == ([], True)


async def test_a_backup_that_is_restored_under_a_higher_epoch_can_be_gone_on_with(
    tmp_path: Path,
) -> None:
    _, standby = with_copy(tmp_path)
    stand_down(settings_of(tmp_path, STANDBY), Epoch(2, HUB), HubNote())
    restore(standby.rename(tmp_path / "backup.db"), standby, STANDBY)
    found = await role(tmp_path, STANDBY)
    assert not found.decides
    kept = newest_kept(standby, found.note)
    assert kept is not None
    assert kept.last == 5
    assert past_of(standby, kept, configuration(tmp_path, HUB).rules).upto == 5
