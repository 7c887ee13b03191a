"""A Pi that asks the hub who lies at its reader: both sides, with no broker between them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from devices.card_reader.card import decode
from devices.card_reader.made_up import PEOPLE
from firmware_py.app.ports import Happened, Outcome
from firmware_py.config.people_lists import read_appointments, read_grades
from firmware_py.core.commands import CancelTicket, TakeTicket
from firmware_py.core.events import TicketIssued
from firmware_py.core.model import State
from firmware_py.core.refusals import refuse
from firmware_py.core.rules import Trait
from firmware_py.runtime.card_hall import CardHall
from firmware_py.runtime.hall import Hall as WholeHall
from firmware_py.runtime.people_asked import MOST, VISIT_S, PeopleAsked
from firmware_py.runtime.people_at_hub import PeopleAtHub
from firmware_py.runtime.people_lists import Lists
from firmware_py.runtime.people_port import ByCode, Place, Who
from firmware_py.runtime.person_finder import Found, PersonFinder
from firmware_py.store.person_hash import person_hash
from firmware_py.sync.sealed import HubKey, about, seal
from firmware_py.sync.sentences import Refused, refusal_json
from tests.core.hall import Hall

KEY = bytes(range(16))
NUMBER = {name: decode(PEOPLE[name]).number for name in ("citizen", "citizen_2")}
KIOSK, WINDOW = Place("kiosk", "kiosk-2"), Place("window", "3")


class Vault:
    """Hashes as the hub's does; what is put is there to be looked at."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def hash_person(self, day: str, number: str) -> str:
        return person_hash(b"day's key " + day.encode(), number)

    def put(self, day: str, name: str, data: bytes) -> None:
        self.kept[name] = data


class Across:
    """The hub's hall, and a Pi that follows it at once. ``seconds`` pass when the test says so."""

    def __init__(self) -> None:
        self.core = Hall(one_open=True).open("3")
        self.core.clock("09:00")
        self.vault, self.seconds = Vault(), 1000.0
        listed = person_hash(KEY, NUMBER["citizen"])
        lists = Lists(
            key=KEY,
            grades=read_grades(f"hash,grade\n{listed},A\n".encode()),
            day="2026-03-02",
            appointments=read_appointments(
                f"hash,code,time,item\n{listed},,09:10,D01\n,YY-42,10:00,B01\n".encode(),
                ("D01", "B01"),
            ),
        )
        self.tasks: set[asyncio.Task[None]] = set()
        finder = PersonFinder(lambda: self.vault)
        cards = SimpleNamespace(
            finder=finder, lists=SimpleNamespace(now=lists),
            look_up=lambda call, done: done(call()),
        )  # fmt: skip
        own = SimpleNamespace(id="demo", node="hub")
        writer = SimpleNamespace(ahead=self.core.state)
        clock = SimpleNamespace(now_ms=lambda: self.core.now_ms, wall_known=True)
        self.clock = clock
        around: dict[str, Any] = {
            "rules": self.core.rules, "clock": clock, "writer": writer,
            "loop": asyncio.get_running_loop(), "state": lambda: self.core.state,
        }  # fmt: skip
        hub = SimpleNamespace(
            **around, cards=cards, settings=SimpleNamespace(hall=own, broker=None)
        )
        self.asked = PeopleAsked(cast("WholeHall", hub), lambda: self.seconds)
        at = SimpleNamespace(hall=SimpleNamespace(id="demo", node="kiosk-2"))
        self.line: Any = SimpleNamespace(
            trouble="", hub="hub", private=True, authority=None, answer=self.answer
        )
        self.questions: list[Mapping[str, Any]] = []
        self.node = SimpleNamespace(**around, settings=at, sync=self.line)
        self.people = PeopleAtHub(cast("CardHall", self.node), self._do)

    @property
    def state(self) -> State:
        return self.core.state

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def answer(self, question: Mapping[str, Any], within_s: float) -> dict[str, Any]:
        self.questions.append(question)
        try:
            return await self.asked.answer("kiosk-2", question["name"], question.get("params", {}))
        except Refused as refused:
            return {"refusal": refusal_json(refused)}

    async def card(self, name: str = "citizen", place: Place = KIOSK) -> Found:
        """Lay a card; return what is known."""
        found: Found = await self._once(
            lambda done: self.people.by_number(place, NUMBER[name], done)
        )
        return found

    async def code(self, code: str, place: Place = KIOSK) -> ByCode:
        """Show a code; return what it is."""
        found: ByCode = await self._once(lambda done: self.people.by_code(place, code, done))
        return found

    async def keep(self, number: str, body: bytes) -> bool:
        """Keep fields of a card at the window."""
        kept: bool = await self._once(lambda done: self.people.keep(WINDOW, number, body, done))
        return kept

    @staticmethod
    async def _once(begin: Callable[[Callable[[Any], None]], None]) -> Any:
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        begin(future.set_result)
        return await asyncio.wait_for(future, 60)

    def box(self, content: bytes, what: str, place: Place) -> str:
        """Seal something as that place does."""
        key: HubKey = vars(self.asked)["_key"]
        info = about("demo", "kiosk-2", what, f"{place.kind}/{place.id}")
        return seal(key.offer(), "hub", None, info, content)

    def keeps(self, *names: str) -> None:
        """Have item D01 keep these fields."""
        items = dict(self.core.rules.items)
        items["D01"] = replace(items["D01"], keep=names)
        vars(self.asked)["_hall"].rules = replace(self.core.rules, items=items)

    def take(self, command: TakeTicket, command_id: str = "press-1") -> tuple[Outcome, TakeTicket]:
        """Carry a kiosk's command to the hub; return its outcome, and what crossed the broker."""
        outcomes = list[Outcome]()
        beside, carried, reply = self.people.apart(command_id, command, outcomes.append)
        assert isinstance(carried, TakeTicket)
        more = self.asked.of_ticket(
            {"origin": carried.origin}, command_id, beside.get("visit", ""),
            beside.get("booked", ""),
        ) if beside else {}  # fmt: skip
        told = replace(carried, **more)
        (event,) = self.core.do(told)
        assert isinstance(event, TicketIssued)
        happened = Happened(1, self.core.now_ms, "ticket.issued", "", command_id, event, b"")
        reply(Outcome((happened,)))
        return outcomes[0], carried


async def test_what_the_hub_knows_is_known_here_and_no_hash_of_it_crosses() -> None:
    across = Across()
    found = await across.card()
    assert (found.asked, found.clock, found.grades) == (True, True, (Trait.A_GRADE,))
    (booked,) = found.appointments
    assert (booked.time, booked.item) == ("09:10", "D01")
    who = Who(across.core.now_ms, found.person, frozenset({booked.key or ""}))
    assert not across.people.has_taken(who)
    at_ms = across.core.now_ms + 600_000
    command = TakeTicket("D01", "kiosk-2", (), at_ms, found.person, appointment=booked.key)
    outcome, carried = across.take(command)
    assert (carried.person, carried.appointment) == (None, None)
    event = outcome.happened[0].event
    assert isinstance(event, TicketIssued)
    assert event.person == across.vault.hash_person("2026-03-02", NUMBER["citizen"])
    assert event.appointment
    assert across.people.took(event, who)
    assert across.people.has_taken(who)
    # Nothing that the hub keeps was told, and no number went in clear.
    told = repr(across.questions)
    for hidden in (event.person, event.appointment, *NUMBER.values()):
        assert hidden not in told
    assert event.person not in (found.person, booked.key)
    # Laid again: the hub names them anew, and says what they have.
    again = await across.card()
    has = across.people.open_ticket(again.person)
    assert has is not None
    assert has.number == event.number
    used = across.people.used_for(again.appointments[0].key)
    assert used is not None
    assert again.appointments[0].key != booked.key
    # Another card is somebody else.
    other = await across.card("citizen_2")
    assert (other.grades, other.appointments) == ((), ())
    assert across.people.open_ticket(other.person) is None


async def test_a_name_serves_for_that_kiosks_next_ticket_and_not_for_long() -> None:
    across = Across()
    found = await across.card()
    beside, _, _ = across.people.apart(
        "a", TakeTicket("B01", "kiosk-2", person=found.person), lambda outcome: None
    )
    visit = beside["visit"]

    def asked(origin: str = "kiosk-2", name: str = visit) -> Mapping[str, Any]:
        return across.asked.of_ticket({"origin": origin}, "a", name, "")

    assert asked()["person"]
    for wrong in ({"origin": "kiosk-1"}, {"name": "0" * 32}):
        with pytest.raises(Refused) as refused:
            asked(**wrong)
        assert refused.value.code == "visit_over"
    across.seconds += VISIT_S + 1
    with pytest.raises(Refused):
        asked()
    across.seconds -= VISIT_S
    across.core.take(person=asked()["person"])
    # The card lies there still: the next press is nobody's.
    assert asked() == {}
    # What was decided already is answered as it was, whoever is known by now.
    across.state.requests["a"] = "D001"
    across.seconds += 2 * VISIT_S
    assert asked() == {}


async def test_a_code_is_an_appointment_and_a_window_hears_its_time_and_item_alone() -> None:
    across = Across()
    booked = await across.code("YY-42")
    assert booked is not None
    assert booked != "not_asked"
    assert (booked.time, booked.item) == ("10:00", "B01")
    assert booked.key
    assert await across.code("YY-43") is None
    told = await across.answer(
        {"name": "code", "params": {"window": "3", "box": across.box(b"YY-42", "code", WINDOW)}}, 1
    )
    assert told == {"booked": {"seconds": 36_000, "item": "B01"}}


async def test_a_window_is_told_of_the_number_in_its_own_hand() -> None:
    across = Across()
    person = across.vault.hash_person("2026-03-02", NUMBER["citizen"])
    number = across.core.take(person=person)
    asked = {"window": "3", "box": across.box(NUMBER["citizen"].encode(), "card", WINDOW)}
    told = await across.answer({"name": "card", "params": asked}, 1)
    assert told == {
        "known": True, "grades": (Trait.A_GRADE,), "ticket": "", "same": None,
        "booked": [{"seconds": 33_000, "item": "D01"}],
    }  # fmt: skip
    across.core.next("3")
    found = await across.card(place=WINDOW)
    ticket = across.state.tickets[number]
    assert across.people.same(found, ticket) is True
    assert across.people.same(await across.card("citizen_2", WINDOW), ticket) is False
    # Said of another number, it says nothing of this one.
    assert across.people.same(found, across.state.tickets[across.core.take()]) is None


async def test_a_window_keeps_what_the_item_wants_of_its_own_tickets() -> None:
    across = Across()
    across.keeps("name")
    number = across.core.take("D01")
    other = across.core.take("D01")
    across.core.next("3")
    assert await across.keep(number, b'{"name":"x"}')
    assert across.vault.kept == {f"{number}-card": b'{"name":"x"}'}
    for wrong, body in (
        (other, b'{"name":"x"}'), (number, b'{"number":"x"}'), (number, b"[]"),
        (number, b"no json"), ("A999", b'{"name":"x"}'),
    ):  # fmt: skip
        assert not await across.keep(wrong, body)
    assert list(across.vault.kept) == [f"{number}-card"]


async def test_who_asks_about_more_people_than_can_lay_a_card_is_not_answered() -> None:
    across = Across()
    found = [await across.card() for _ in range(MOST)]
    assert {one.asked for one in found} == {True}
    refused = await across.card()
    assert (refused.asked, refused.grades, refused.appointments) == (False, (), ())
    across.seconds += 61
    assert (await across.card()).asked


async def test_without_the_hub_or_in_clear_nothing_is_asked_and_a_second_number_is_not_given() -> (
    None
):
    across = Across()
    across.line.private = False
    found = await across.card()
    assert (found.asked, across.questions) == (False, [])
    across.line.private, across.line.trouble = True, "broker"
    found = await across.card()
    assert (found.asked, across.questions) == (False, [])
    assert await across.code("YY-42") == "not_asked"
    # A ticket that this Pi gave by itself is known again by the card.
    command = TakeTicket("D01", "kiosk-2", person=found.person)
    _, carried, reply = across.people.apart("p", command, lambda outcome: None)
    assert across.people.has_taken(Who(0, found.person, frozenset()))
    assert carried == TakeTicket("D01", "kiosk-2")
    (event,) = across.core.do(carried)
    reply(Outcome((Happened(1, 0, "ticket.issued", "", "p", event, b""),)))
    again = await across.card()
    has = across.people.open_ticket(again.person)
    assert has is not None
    refusal = across.people.vet(TakeTicket("B01", "kiosk-2", person=again.person))
    assert refusal is not None
    assert (refusal.code, refusal.data["number"]) == ("person_waiting", has.number)
    over = TakeTicket("B01", "kiosk-2", person=again.person, override=True)
    assert across.people.vet(over) is None
    # One that was refused has taken nothing.
    _, _, reply = across.people.apart("q", command, lambda outcome: None)
    reply(Outcome(refusal=refuse("quota_day")))
    across.core.do(CancelTicket(has.number))
    assert not across.people.has_taken(Who(across.core.now_ms + 1, found.person, frozenset()))
    assert across.people.open_ticket(again.person) is None


async def test_a_key_that_is_not_the_hubs_gets_no_box() -> None:
    across = Across()
    across.line.authority = "/nowhere/ca.crt"
    assert not (await across.card()).asked
    assert [one["name"] for one in across.questions] == ["key"]


async def test_a_hub_without_a_clock_knows_no_appointments_and_says_so() -> None:
    across = Across()
    across.clock.wall_known = False
    found = await across.card()
    assert (found.clock, found.appointments, found.grades) == (False, (), (Trait.A_GRADE,))
