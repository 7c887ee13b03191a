"""Marked people pass through a whole day with every feature used, and leave nothing behind.

Not on the disk (free pages of the database, its WAL, backups, the broker's own files included),
not in a log, a trace or a report, not on the broker, not on any line to a device. What a clerk
asked for on purpose (a form's PDF) is theirs and not searched. That the search finds what there
is: ``test_leaks_are_found.py``.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from devices.card_reader.card import decode
from firmware_py.runtime.card_greeting import masked_name
from tests.e2e.leaks import Leak, Needles, files_below, leaks_in
from tests.e2e.marked import PEOPLE, PHOTO, marks
from tests.e2e.marked_day import play
from tests.e2e.marked_found import MarkedDay, may_hold
from tests.e2e.marked_hall import PUBLIC, TYPED, list_marks

pytestmark = pytest.mark.timeout(600)

NEEDLES = Needles(marks() | list_marks(), {"photo": PHOTO[3:99]})


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> MarkedDay:
    """The day, played once; every process has ended."""
    return asyncio.run(play(tmp_path_factory.mktemp("m"), NEEDLES))


def places_of(day: MarkedDay, *texts: str) -> dict[str, set[str]]:
    """Return for each text the folders in which it stands."""
    found = Needles({text: text for text in texts}).search_files(day.folder, lambda path: False)
    return {
        text: {str(Path(one.where).parent) for one in found if one.mark == text} for text in texts
    }


def test_the_marked_people_were_really_there(day: MarkedDay) -> None:
    old = PEOPLE[0]
    card = day.shown["card"]
    assert card["name"] == old.fields[0][2]
    assert card["address"] == old.fields[4][2]
    assert card["number_masked"] == f"**************{old.number[-4:]}"
    assert card["name"] in day.clerks_view
    assert day.shown["same_person"] is True
    kept = json.loads(day.kept["A001-card"])
    assert (kept["number"], kept["name"], kept["birth"]) == (old.number, card["name"], "1941-11-23")
    assert json.loads(day.kept["A002-card"])["number"] == PEOPLE[1].number
    checked = json.loads(day.kept["A001-c1"])["fields"]
    assert [one["value"] for one in checked] == [card["name"], card["address"], old.number]
    assert [one["corrected"] for one in checked[:2]] == [PEOPLE[1].fields[n][2] for n in (0, 4)]
    happened = {one["type"] for one in day.events}
    assert happened >= {
        "ticket.issued", "ticket.called", "ticket.recalled", "ticket.missed", "ticket.parked",
        "ticket.resumed", "ticket.transferred", "ticket.cancelled", "rating.given", "form.made",
        "form.changed", "form.done", "form.withdrawn", "form.reprint_requested", "notice.shown",
        "day.closed", "action.taken", "check.asked", "check.answered", "check.withdrawn",
        "form.signed",
    }  # fmt: skip
    people = {e["data"]["person"] for e in day.events if e["type"] == "ticket.issued"}
    assert len(people - {None}) > len(PEOPLE)


def test_nothing_of_anybody_is_in_any_file(day: MarkedDay) -> None:
    assert day.leaks == []
    assert NEEDLES.search_files(day.folder, may_hold) == []


def test_no_page_is_anywhere_but_in_the_vault(day: MarkedDay) -> None:
    assert {"document.added", "document.replaced", "document.removed"} <= {
        one["type"] for one in day.events
    }
    kept = [name for name in day.kept if "-p0" in name]
    assert len(kept) >= 5
    assert all(day.kept[name].startswith(b"\xff\xd8\xff") for name in kept)
    [signature] = [name for name in day.kept if "-sign-" in name]
    assert day.pages["signature"] in day.kept[signature]
    assert len(day.pages) > 60
    pages = Needles({}, day.pages)
    assert pages.search_files(day.folder, lambda path: False) == []
    messages = [(one.topic, one.payload) for one in day.heard]
    assert leaks_in(pages, messages) == []
    # It would be found: the clerk's own files have some.
    assert pages.search_files(day.outside, lambda path: False)
    assert len(day.scans_refused) == 2


def test_a_masked_name_is_on_the_kiosks_screen_and_nowhere_else(day: MarkedDay) -> None:
    masked = [masked_name(decode(one.block).name) for one in PEOPLE]
    # Of a Latin name too little is left to look for.
    masked = [name for name in masked if not name.isascii()]
    assert len(masked) == 4
    places = places_of(day, *masked)
    for name in masked:
        assert places[name] == {"said"}, name
    # What programs were told of the kiosk; no trace, report or page of hallctl's.
    for path in (day.folder / "said").iterdir():
        text = path.read_bytes().decode("utf-8", "replace")
        assert path.name == "heard.jsonl" or not any(name in text for name in masked), path
    messages = [(one.topic, one.payload) for one in day.heard]
    assert leaks_in(Needles({name: name for name in masked}), messages) == []


def test_nothing_of_anybody_went_over_the_broker(day: MarkedDay) -> None:
    topics = {one.topic.split("/", 3)[-1].split("/")[0] for one in day.heard}
    assert topics >= {"event", "state", "node", "device"}
    assert any(one.retained for one in day.heard)
    messages = [(one.topic, one.topic.encode() + b" " + one.payload) for one in day.heard]
    assert leaks_in(NEEDLES, messages) == []
    # Nor the day's own hashes, nor what somebody typed.
    hashes = {
        e["data"]["person"]: e["data"]["person"]
        for e in day.events
        if e["type"] == "ticket.issued" and e["data"]["person"]
    }
    assert leaks_in(Needles({**hashes, "typed": TYPED}), messages) == []


def test_the_search_sees_every_place_where_something_else_stands(day: MarkedDay) -> None:
    form = "F20261123-004"
    places = places_of(day, PUBLIC, TYPED, form)
    assert places[PUBLIC] >= {"data", "data/backup", "said", "sent"}
    assert places[TYPED] >= {"data", "data/backup", "said", "sent"}
    assert "broker" not in places[TYPED]
    assert places[form] >= {"data", "data/backup", "said", "sent", "broker"}
    assert leaks_in(Needles({"": PUBLIC}), [("", one.payload) for one in day.heard])
    names = {str(path.relative_to(day.folder)) for path in files_below(day.folder)}
    assert names >= {
        "data/journal.db", "log/halld.log", "log/mosquitto.log", "said/id-1.trace",
        "said/doctor.md", "said/heard.jsonl", "sent/printer", "sent/printer-2", "sent/led-wall",
        "sent/voice", "broker/mosquitto.db",
    }  # fmt: skip
    heard = (day.folder / "said" / "heard.jsonl").read_text(encoding="utf-8")
    assert '"dir": "in"' in heard
    assert "**************" in heard, "the kiosk's screen shows the end of a number"


def test_what_is_typed_in_the_wrong_place_is_refused(day: MarkedDay) -> None:
    codes = dict(day.refusals)
    assert codes.pop("ticket.show") == "unknown_ticket"
    assert set(codes.values()) == {"personal_data"}
    assert ("ticket.take", "bad_field") in day.refusals


def test_after_its_time_nothing_of_the_day_opens_any_more(day: MarkedDay) -> None:
    assert day.kept_a_day_later == day.kept
    assert set(day.after_the_end.values()) == {"destroyed"}
    assert set(day.copy_after_the_end.values()) == {"KeyMissing"}
    assert list((day.outside / "vault" / "2026-11-23").iterdir())
    key = Needles({}, {"the day's key": day.key})
    assert key.search_files(day.folder, lambda path: False) == []
    told = [(e["data"]["action"], e["data"]["subject"]) for e in day.events
            if e["type"] == "action.taken"]  # fmt: skip
    assert ("privacy.destroyed", "2026-11-23") in told


def test_the_memory_of_the_hall_is_closed_to_programs_of_its_user(day: MarkedDay) -> None:
    peeked = dict(day.peeked)
    other = peeked.pop("other")
    if other != "read":
        pytest.skip(f"no process may look into another here: {other}")
    assert any("halld" in name for name in peeked)
    assert any("devices.scanner.pages" in name for name in peeked)
    # A program of another's that draws pages cannot close itself; it has one page, for a moment.
    ours = {name: told for name, told in peeked.items() if not name.startswith("pdf")}
    # One that ended while it was looked at has no memory any more.
    closed = ("PermissionError", "FileNotFoundError", "ProcessLookupError")
    assert [name for name, told in ours.items() if not told.startswith(closed)] == []
    assert day.may_dump == []


def test_a_crash_leaves_no_core_and_no_file_elsewhere(day: MarkedDay) -> None:
    assert files_below(day.folder / "crash") == []
    # Of the library that writes for printers: what they can do.
    left = {path.name.split(".", 3)[-1] for path in files_below(day.folder / "tmp")}
    assert left <= {"capabilities.pickle"}
    assert day.files_at_crashes >= {"data/journal.db", "data/journal.db-wal", "log/halld.log"}
    assert leaks_in(NEEDLES, [("environment", day.environments)]) == []
    assert day.environments
    # What is called memfd is memory and no file.
    known = (str(day.folder), "/dev/", "/memfd:")
    elsewhere = [path for path in day.writing if not path.startswith(known)]
    assert elsewhere == []


def test_the_leaks_of_one_day_are_named(day: MarkedDay) -> None:
    """What was kept encrypted is found at once where it lies open."""
    open_kept = [("kept", day.kept["A001-card"])]
    found = leaks_in(NEEDLES, open_kept)
    assert Leak("kept", f"old:{PEOPLE[0].number}", "utf-8") in found
