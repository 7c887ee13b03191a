"""Cards at Pis of their own: known and served as at the hub's readers, and nowhere to be found.

One hall, played once: hub, kiosk 2 and window 3, each a Pi, on one broker.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from devices.card_reader.card import decode
from firmware_py.bench.people import KEY
from firmware_py.bench.spread import HUB, SPREAD
from firmware_py.store.person_hash import person_hash
from firmware_py.store.vault import Vault
from tests.e2e.leaks import Needles, leaks_in
from tests.e2e.marked import APPOINTMENT_CODE, PEOPLE, PHOTO, marks
from tests.e2e.marked_hall import list_marks
from tests.e2e.scene import refused, until
from tests.e2e.spread import Spread
from tests.e2e.spread_cards import (
    DAY,
    at_kiosk,
    at_window,
    bring,
    issued,
    laid,
    lay,
    lift,
    says,
    take,
    with_readers,
)
from tests.sync.support import Ear, Heard

pytestmark = pytest.mark.timeout(300)

OLD, YOUNG = PEOPLE[0], PEOPLE[1]
NAME = {one.key: decode(one.block).name for one in PEOPLE}
NUMBER = {one.key: one.number for one in PEOPLE}
KEEP = ("name", "number", "address")


@dataclass(slots=True)
class Day:
    """What came of it."""

    folder: Path
    #: What screens were told, and commands answered, by what was done.
    shown: dict[str, Any] = field(default_factory=dict)
    tickets: dict[str, dict[str, Any]] = field(default_factory=dict)
    printed: list[str] = field(default_factory=list)
    kept: dict[str, Any] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    """The day, played once; every process has ended."""
    place = tmp_path_factory.mktemp("c")
    return asyncio.run(_play(place))


def lists() -> dict[str, bytes]:
    hashed = {key: person_hash(KEY, number) for key, number in NUMBER.items()}
    return {
        "grades.csv": f"hash,grade\n{hashed['young']},A\n{hashed['third']},disabled\n".encode(),
        f"appointments-{DAY}.csv": (
            f"hash,code,time,item\n{hashed['third']},,09:00,F01\n{hashed['utopian']},,15:00,D01\n"
            f",{APPOINTMENT_CODE},09:00,D01\n"
        ).encode(),
    }


async def _play(place: Path) -> Day:
    text = SPREAD.with_name("items.toml").read_text(encoding="utf-8")
    item = 'id = "D01"\n'
    assert text.count(item) == 1
    keep = f"keep = {json.dumps(KEEP)}\n"
    (place / "kept.toml").write_text(text.replace(item, item + keep), encoding="utf-8")
    catalogue = ('catalogue = "items.toml"', 'catalogue = "kept.toml"')
    _, spread = with_readers(place, "08:50", "kiosk-2", "window-3", changes=(catalogue,))
    day = Day(spread.stage.folder)
    async with spread as hall:
        ear = await asyncio.to_thread(Ear, hall.stage.broker_port, "#")
        try:
            await bring(hall, lists())
            for node in hall.nodes:
                await hall.becomes(node, "")
            await _at_the_kiosk(hall, day.shown)
            await _at_the_window(hall, day)
            await _hub_ends(hall, day.shown)
            day.tickets = await issued(hall)
            numbers = sorted(day.tickets)
            await hall.shows("printer-2", numbers=numbers)
            day.printed = numbers
            late = await asyncio.to_thread(Ear, hall.stage.broker_port, "#", client_id="late")
            await asyncio.to_thread(late.close)
            day.heard = [*ear.heard, *late.heard]
        finally:
            await asyncio.to_thread(ear.close)
    return day


async def _at_the_kiosk(hall: Spread, shown: dict[str, Any]) -> None:
    greeted: list[str] = []
    screen = hall.at("kiosk-2")
    screen.on_event = lambda message: (
        greeted.append(message["params"]["name_masked"]) if message["method"] == "card" else None
    )
    await screen.call("card.watch", kiosk="kiosk-2")
    shown["greeted"] = greeted
    shown["appointment"] = await lay(hall, "third", "taken")
    await lift(hall)
    shown["again"] = await lay(hall, "third", "has_ticket")
    taking = hall.at("kiosk-2").call("ticket.take", item="D01", origin="kiosk-2")
    shown["second"] = await refused(taking)
    await lift(hall)
    shown["old"] = await lay(hall, "old", "choose")
    shown["old's"] = await take(hall, "D01")
    shown["after"] = await take(hall)
    await lift(hall)
    shown["young"] = await lay(hall, "young", "choose")
    shown["young's"] = await take(hall, "D01")
    await lift(hall)
    shown["early"] = await lay(hall, "utopian", "appointment_early")
    await lift(hall)
    await hall.bench.do("press", "codes-kiosk-2", key="appointment", value=43)
    shown["no code"] = await says(hall, "unknown_code")
    await hall.bench.do("press", "codes-kiosk-2", key="appointment", value=90817263)
    shown["code"] = await says(hall, "taken")
    await hall.at(HUB).call("ticket.cancel", number="A001")
    shown["cancelled"] = await lay(hall, "third", "taken")
    await lift(hall)


async def _at_the_window(hall: Spread, day: Day) -> None:
    window, shown, vault = hall.at("window-3"), day.shown, hall.stage.data
    await window.call("window.open", window="3", clerk="1023")
    shown["nobody in hand"] = await laid(hall, "old", NAME["old"])
    await window.call("window.call", window="3", number=shown["old's"])
    shown["in hand"] = await at_window(hall, lambda found: found["same_person"] is not None)
    await laid(hall, "young", NAME["young"])
    shown["another's"] = await at_window(hall, lambda found: found["same_person"] is False)
    await window.call("window.start", window="3")
    await laid(hall, "old", NAME["old"])
    shown["ctl"] = await at_window(hall, lambda found: found["same_person"] is True)
    await window.call("window.finish", window="3")
    kept = Vault(vault / "vault", vault / "keys")
    name = shown["old's"] + "-card"

    async def is_kept() -> bool:
        return await asyncio.to_thread(kept.names, DAY) == [name]

    await until(is_kept)
    day.kept = json.loads(await asyncio.to_thread(kept.get, DAY, name))
    shown["elsewhere"] = await refused(hall.at(HUB).call("window.card", window="3"))
    shown["lists"] = await refused(window.call("people.status"))
    shown["finished"] = await at_window(hall, lambda found: found["card"] is None)


async def _hub_ends(hall: Spread, shown: dict[str, Any]) -> None:
    """The hub ends while a card lies: what it knew of it is gone with its memory."""
    await lay(hall, "taiwan", "choose")
    await hall.end(HUB, signal.SIGKILL)
    await hall.becomes("kiosk-2", "hub")
    await hall.start(HUB)
    await hall.becomes("kiosk-2", "")
    taking = hall.at("kiosk-2").call("ticket.take", item="F01", origin="kiosk-2")
    shown["forgotten"] = await refused(taking)
    shown["still there"] = await at_kiosk(hall)
    await lift(hall)
    await lay(hall, "taiwan", "choose")
    shown["taiwan's"] = await take(hall)
    await says(hall, "taken")


def test_an_appointments_ticket_is_taken_at_once_and_comes_out_where_the_card_lies(
    day: Day,
) -> None:
    shown, ticket = day.shown["appointment"], day.tickets["A001"]
    assert shown["priority"]["en"] == "Priority: disabled; appointment 09:00, checked in"
    assert (ticket["item"], ticket["origin"], ticket["traits"]) == ("F01", "kiosk-2", ["disabled"])
    assert ticket["person"]
    assert ticket["appointment"]
    assert day.printed == ["A001", "A002", "A003", "A004", "A005", "A006", "A007"]


def test_a_card_laid_again_is_told_its_number_and_takes_no_other(day: Day) -> None:
    again = day.shown["again"]
    assert "A001" in again["say"]["zh"]
    assert "0 ahead" in again["say"]["en"]
    assert again["appointment"] == {"time": "09:00", "item": "F01", "when": "used"}
    assert again["priority"]["en"] == "Priority: disabled"
    refusal = day.shown["second"]
    assert (refusal.code, "A001" in refusal.en) == ("person_waiting", True)
    # Its number was given up: the appointment counts again.
    assert day.shown["cancelled"]["say"]["code"] == "taken"
    assert day.tickets["A006"]["appointment"] == day.tickets["A001"]["appointment"]
    assert day.tickets["A006"]["person"] == day.tickets["A001"]["person"]


def test_age_and_grade_count_and_the_greeting_is_this_screens(day: Day) -> None:
    old, young = day.shown["old"], day.shown["young"]
    assert {"尉***", "龘***", "欧***"} <= {*day.shown["greeted"]}
    assert old["number_masked"] == f"**************{OLD.number[-4:]}"
    assert (old["traits"], old["notes"]) == (["elderly"], [])
    assert old["priority"]["zh"] == "60岁以上老年人，优先办理"
    assert young["priority"]["zh"] == "A级纳税人，优先办理"
    tickets = [day.tickets[day.shown[name]] for name in ("old's", "young's")]
    assert [one["traits"] for one in tickets] == [["elderly"], ["a_grade"]]
    assert len({one["person"] for one in tickets} - {None}) == 2
    # The card lay there still: whoever pressed after its owner is nobody.
    after = day.tickets[day.shown["after"]]
    assert (after["person"], after["traits"]) == (None, [])


def test_too_early_is_said_and_a_code_does_without_a_card(day: Day) -> None:
    early = day.shown["early"]
    assert "14:45" in early["say"]["zh"]
    assert early["appointment"] == {"time": "15:00", "item": "D01", "when": "early"}
    assert day.shown["code"]["say"]["code"] == "taken"
    ticket = day.tickets["A005"]
    assert (ticket["item"], ticket["person"]) == ("D01", None)
    assert ticket["appointment"]


def test_a_hub_that_ended_has_forgotten_who_lay_there_and_the_kiosk_says_what_to_do(
    day: Day,
) -> None:
    refusal = day.shown["forgotten"]
    assert (refusal.code, refusal.zh) == ("visit_over", "刷证已超时，没有取号。请重新放置证件。")
    assert day.shown["still there"]["there"] is True
    ticket = day.tickets[day.shown["taiwan's"]]
    assert ticket["traits"] == ["elderly"]
    assert ticket["person"]


def test_a_clerk_is_shown_what_a_window_of_the_hub_shows(day: Day) -> None:
    assert day.shown["nobody in hand"]["same_person"] is None
    shown = day.shown["in hand"]
    assert shown["card"]["name"] == NAME["old"]
    assert shown["card"]["number_masked"] == f"**************{OLD.number[-4:]}"
    assert (shown["ticket"], shown["same_person"]) == (day.shown["old's"], True)
    assert (shown["traits"], shown["keeps"], shown["note"]) == (["elderly"], [*KEEP], None)
    other = day.shown["another's"]
    assert (other["card"]["name"], other["traits"]) == (NAME["young"], ["a_grade"])
    assert day.shown["finished"]["note"] is None
    # It is shown there and nowhere else; lists are the hub's.
    elsewhere = day.shown["elsewhere"]
    assert (elsewhere.code, "window-3" in elsewhere.zh) == ("at_another_pi", True)
    assert day.shown["lists"].code == "only_at_hub"


def test_what_an_item_keeps_is_in_the_hubs_vault_and_at_the_window_nothing(day: Day) -> None:
    assert day.kept == {
        "name": NAME["old"], "number": OLD.number, "address": OLD.fields[4][2],
    }  # fmt: skip
    for node in ("kiosk-2", "window-3"):
        there = {path.name for path in (day.folder / node / "data").iterdir()}
        assert "known.hall" in there
        assert not there & {"vault", "keys", "people", "people.key"}


def test_nothing_of_anybody_is_in_a_file_of_any_pi_or_went_over_the_broker(day: Day) -> None:
    needles = Needles(marks() | list_marks(), {"photo": PHOTO[3:99]})
    lists_of = ("people", "people.key")
    allowed = {Path("data") / name for name in lists_of}
    found = needles.search_files(day.folder, lambda path: path in allowed or path.parent in allowed)
    assert found == []
    messages = list(_pieces(day.heard))
    assert leaks_in(needles, messages) == []
    # Nor does the day's own hash leave the hub.
    hashes = {
        told: told
        for one in day.tickets.values()
        for told in (one["person"], one["appointment"])
        if told
    }
    assert len(hashes) >= 5
    own = Needles(hashes)
    assert leaks_in(own, messages) == []
    for node in ("kiosk-2", "window-3"):
        assert own.search_files(day.folder / node, lambda path: False) == []
    masked = Needles({NAME["old"]: "龘***"})
    assert leaks_in(masked, messages) == []
    # It was there to be found: questions, answers, the state as a whole, and numbers.
    topics = {one.topic.split("/", 3)[-1] for one in day.heard}
    assert topics >= {"ask/kiosk-2", "ask/window-3", "reply/kiosk-2", "reply/window-3"}
    said = b"".join(piece for _, piece in messages)
    assert said.count(b'"what":"people"') >= 20
    assert b'"box":' in said
    assert b'"taken_by_person":{}' in said


def _pieces(heard: list[Heard]) -> Iterator[tuple[str, bytes]]:
    for one in heard:
        yield one.topic, one.topic.encode() + b" " + one.payload
        _, _, packed = one.payload.partition(b"\n")
        if packed:
            # A part of the hall's state; the first tells the most.
            with contextlib.suppress(zlib.error):
                yield one.topic, zlib.decompressobj().decompress(packed)
