"""Kiosks and windows with a reader, against a hall made by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, Literal, cast

import pytest

from devices.base import HealthState, Sentence
from devices.card_reader.card import decode
from devices.card_reader.made_up import PEOPLE
from devices.card_reader.reports import CardRead, CodeRead, TagRead, Wiped
from firmware_py.app.ports import Submission
from firmware_py.core.commands import TakeTicket
from firmware_py.runtime.card_hall import CardHall, Shared
from firmware_py.runtime.card_kiosk import KioskDesk
from firmware_py.runtime.card_watch import CardWatch
from firmware_py.runtime.card_window import WindowDesk
from firmware_py.runtime.card_words import CARD_REQUIRED
from firmware_py.runtime.cards import Cards
from firmware_py.runtime.people_lists import PeopleLists
from firmware_py.runtime.people_port import PeopleHere
from firmware_py.runtime.person_finder import PersonFinder, age_on
from firmware_py.settings import KioskSettings, PeopleSettings, QuotaSettings, WindowSettings
from tests.core.hall import Hall


class Around:
    """A hall whose lookups and timers the test runs itself."""

    def __init__(self, card: Literal["optional", "required"] = "optional") -> None:
        self.core = Hall().open("1")
        self.core.clock("09:00")
        self.timers: list[tuple[float, Callable[[], None]]] = []
        self.looked_up: list[Callable[[], None]] = []
        self.submitted: list[Submission] = []
        self.posted: list[str] = []
        self.health = HealthState.OK
        hall = SimpleNamespace(
            settings=SimpleNamespace(
                people=PeopleSettings(card=card),
                quotas=QuotaSettings(),
            ),
            rules=self.core.rules,
            clock=SimpleNamespace(now_ms=lambda: self.core.now_ms, wall_known=True),
            writer=SimpleNamespace(
                ahead=self.core.state, submit=lambda sent, reply: self.submitted.append(sent)
            ),
            loop=SimpleNamespace(call_later=self._call_later),
            supervisor=SimpleNamespace(health_of=lambda _: SimpleNamespace(state=self.health)),
            state=lambda: self.core.state,
            command_id=lambda what: what,
            post=lambda device, job, key: self.posted.append(device),
            vault=None,
        )
        people = PeopleHere(
            cast("CardHall", hall),
            PersonFinder(lambda: None),
            lambda: PeopleLists(None, None, ()),
            lambda call, done: self.looked_up.append(lambda: done(call())),
        )
        self.shared = Shared(cast("CardHall", hall), people, CardWatch())

    def _call_later(self, after_s: float, job: Callable[[], None]) -> Any:
        entry = (after_s, job)
        self.timers.append(entry)
        return SimpleNamespace(cancel=lambda: self.timers.remove(entry))

    def kiosk(self, **more: Any) -> KioskDesk:
        return KioskDesk(KioskSettings(id="kiosk-1", card_reader="id-1", **more), self.shared)

    def window(self) -> WindowDesk:
        return WindowDesk(WindowSettings(id="1", card_reader="id-1", pad="pad-1"), self.shared)

    def watch(self, desk: KioskDesk, told: list[tuple[str, str]]) -> None:
        """Write down each change that the kiosk's screen is told of, and the name in it."""

        class Screen:
            user = "screen"

            def send(self, line: bytes) -> None:
                params = json.loads(line)["params"]
                told.append((params["change"], params["name_masked"]))

            def unsent(self) -> int:
                return 0

        self.shared.watch.watch(desk.watched_as, Screen())

    def found(self) -> None:
        while self.looked_up:
            self.looked_up.pop(0)()

    def pass_time(self) -> float:
        after_s, job = self.timers.pop()
        job()
        return after_s


def card(name: str = "citizen") -> CardRead:
    return CardRead(decode(PEOPLE[name]))


def said(desk: KioskDesk | WindowDesk) -> str | None:
    say = desk.view()["say"]
    return None if say is None else str(say["code"])


def test_a_kiosk_lets_go_of_the_fields_before_it_is_known_who_it_is() -> None:
    around = Around()
    desk, read = around.kiosk(), card()
    desk.card(read)
    assert read.wiped
    assert not desk.view()["known"]
    around.found()
    assert said(desk) == "choose"
    assert "样张" not in str(desk.view())


def test_after_a_minute_nobody_is_there_and_it_says_so() -> None:
    around = Around()
    desk = around.kiosk()
    desk.card(card())
    around.found()
    assert around.pass_time() == 60.0
    assert (said(desk), desk.view()["there"]) == ("too_long", False)
    assert desk.complete(TakeTicket("D01", "kiosk-1")) == TakeTicket("D01", "kiosk-1")
    around.pass_time()
    assert said(desk) is None
    assert around.timers == []


def test_a_kiosk_greets_by_a_masked_name_for_ten_seconds() -> None:
    around = Around()
    desk = around.kiosk()
    told: list[tuple[str, str]] = []
    around.watch(desk, told)
    desk.card(card())
    assert told == [("laid", "样**")]
    around.found()
    assert told[1:] == [("changed", "样**")]
    greeting = [one for one in around.timers if one[0] == 10.0]
    assert len(greeting) == 1
    around.timers.remove(greeting[0])
    greeting[0][1]()
    assert told[2:] == [("changed", "")]
    # Who is there, and all else, stays.
    assert (desk.view()["there"], desk.view()["number_masked"][-4:]) == (True, "0014")
    assert "样" not in str(desk.view())


@pytest.mark.parametrize("how", ["lifted", "forget", "too long", "another card"])
def test_the_masked_name_goes_with_whoever_goes(how: str) -> None:
    around = Around()
    desk = around.kiosk()
    desk.card(card())
    around.found()
    match how:
        case "lifted":
            desk.lifted()
        case "forget":
            desk.forget()
        case "too long":
            assert around.pass_time() == 60.0
        case _:
            desk.card(card("foreigner_2023"))
            assert [one[0] for one in around.timers].count(10.0) == 1
            desk.lifted()
    assert desk.view()["name_masked"] == ""
    assert [one for one in around.timers if one[0] == 10.0] == []


def test_the_masked_name_is_in_no_repr_of_who_is_there() -> None:
    around = Around()
    desk = around.kiosk()
    desk.card(card())
    assert desk.view()["name_masked"] == "样**"
    assert "样" not in f"{desk!r} {desk._visit!r} {desk._visit}"


def test_a_card_lifted_before_it_was_looked_up_takes_nothing() -> None:
    around = Around()
    desk = around.kiosk(item="D01")
    desk.card(card())
    desk.lifted()
    around.found()
    assert (around.submitted, said(desk)) == ([], None)


def test_a_card_alone_asks_for_one_ticket_of_the_kiosks_item() -> None:
    around = Around()
    desk = around.kiosk(item="D01")
    desk.card(card())
    around.found()
    assert [sent.command for sent in around.submitted] == [TakeTicket("D01", "kiosk-1")]
    assert [sent.by for sent in around.submitted] == ["id-1"]


@pytest.mark.parametrize(
    ("state", "refused"),
    [
        (HealthState.OK, True),
        (HealthState.UNKNOWN, True),
        (HealthState.GONE, False),
        (HealthState.DISABLED, False),
    ],
)
def test_a_card_is_required_only_where_one_can_be_read(state: HealthState, refused: bool) -> None:
    around = Around("required")
    around.health = state
    desk = around.kiosk()
    take = TakeTicket("D01", "kiosk-1")
    assert desk.vet(take) == (CARD_REQUIRED if refused else None)
    assert desk.vet(TakeTicket("D01", "kiosk-1", override=True)) is None
    desk.card(card())
    # Until it is looked up, nobody could say whose ticket it is.
    assert (desk.vet(take) is None) is not refused
    around.found()
    assert desk.vet(take) is None


def test_what_a_clerk_or_screen_said_of_a_person_stays() -> None:
    around = Around()
    desk = around.kiosk()
    desk.card(card())
    around.found()
    told = TakeTicket("D01", "kiosk-1", person="somebody")
    assert desk.complete(told) is told


def test_a_tickets_code_at_a_window_shows_it_and_does_nothing() -> None:
    around = Around()
    number = around.core.take()
    desk = around.window()
    desk.code(CodeRead("ticket", f"{around.core.state.day}/{number}"))
    shown = desk.view()
    assert shown["scanned"] == {"ticket": number, "status": "waiting", "item": "D01"}
    assert around.submitted == []
    desk.code(CodeRead("ticket", f"2020-01-01/{number}"))
    assert (said(desk), desk.view()["scanned"]) == ("unknown_ticket", None)
    around.pass_time()
    assert said(desk) is None


def test_a_refused_card_beeps_and_its_sentence_is_before_the_clerk() -> None:
    around = Around()
    desk = around.window()
    desk.refused("wrong_card", Sentence("这不是可以读取的证件。", "This is no card."))
    assert (around.posted, said(desk)) == (["pad-1"], "wrong_card")


def test_another_card_or_the_clerk_wipes_the_one_before() -> None:
    around = Around()
    desk = around.window()
    first, second = card(), card("compatriot")
    desk.card(first)
    assert desk.view()["card"]["name"] == "样张甲"
    desk.card(second)
    assert first.wiped
    assert desk.view()["card"]["name"] == "样张丙"
    around.found()
    desk.forget()
    with pytest.raises(Wiped):
        _ = second.person
    assert desk.view()["card"] is None


def test_an_age_counts_from_the_birthday_on() -> None:
    born = decode(PEOPLE["citizen_2"]).birth
    assert (born.month, born.day) == (12, 31)
    assert age_on(born, born.replace(year=2009, day=30)) == 59
    assert age_on(born, born.replace(year=2009)) == 60


@pytest.mark.parametrize("place", ["kiosk", "window", "nowhere"])
def test_a_cards_own_number_makes_nobody_of_whoever_holds_it(place: str) -> None:
    around = Around()
    desk: KioskDesk | WindowDesk | None = None
    if place != "nowhere":
        desk = around.kiosk() if place == "kiosk" else around.window()
    cards = Cards.__new__(Cards)
    cards._by_device = {} if desk is None else {"tags": desk}
    read = TagRead(bytes.fromhex("04a1b2c3d4e5f6"))
    cards.happened("tags", read)
    assert read.wiped
    assert (around.submitted, around.looked_up) == ([], [])
    if desk is not None:
        assert said(desk) == "other_card"
