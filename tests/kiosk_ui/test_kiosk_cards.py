"""A card laid, a code shown, at any moment: greeted, told, forgotten."""

from __future__ import annotations

from typing import Any

import pytest

from kiosk_ui.kiosk.pages.card import GREETING_S, CardPage
from kiosk_ui.kiosk.pages.item import ItemPage
from kiosk_ui.kiosk.pages.items import Items
from kiosk_ui.kiosk.pages.pin import Pin
from kiosk_ui.kiosk.pages.start import Start
from kiosk_ui.kiosk.pages.taking import Taking
from kiosk_ui.kiosk.pages.technician import Technician
from kiosk_ui.kiosk.pages.ticket import TicketPage
from kiosk_ui.kiosk.states import facts
from kiosk_ui.messages import Answered, Tick
from tests.kiosk_ui.kiosk_at_hand import LIFTED, Kiosk, issued, laid, said

CHOOSE = said("choose", "已读到证件，请不要拿起，选择要办理的事项。", "Your card was read.")
HAS = said("has_ticket", "A045 号正在等候，前面还有 7 人。", "A045 is waiting, with 7 ahead.")
TAKEN = said("taken", "已取号 A061，前面 12 人。", "Your number is A061.")
UNKNOWN = said("unknown_code", "今天没有这个预约，请核对日期。", "No such appointment today.")
ELDERLY = {"zh": "60岁以上老年人，优先办理", "en": "Priority: 60 or older"}
#: What a person's own is: it must be nowhere once they are gone.
OWN = ("样**", "002X")


def knows(kiosk: Kiosk) -> list[str]:
    """Return where something of the person can be found."""
    everywhere = {
        "picture": kiosk.text(),
        "model": repr(kiosk.model),
        "areas": repr(kiosk.picture().areas),
        "requests": repr((kiosk.asked, kiosk.ordered)),
    }
    return [where for where, text in everywhere.items() if any(own in text for own in OWN)]


def test_a_card_is_greeted_by_a_masked_name_for_ten_seconds_on_the_picture_alone() -> None:
    kiosk = Kiosk()
    kiosk.press("access", "speak", "home")
    kiosk.take(laid(priority=ELDERLY, say=CHOOSE))
    text = kiosk.text()
    assert "您好，样**" in text
    assert "60岁以上老年人，优先办理" in text
    assert "请不要拿起" in text
    assert knows(kiosk) == ["picture"]
    kiosk.wait(9.5)
    assert knows(kiosk) == ["picture"]
    kiosk.wait(1)
    assert knows(kiosk) == []
    assert kiosk.shown() == Start()
    # The card still lies there, and says so without saying whose it is.
    assert "已读到证件" in kiosk.text()


def test_what_a_card_says_again_does_not_make_its_name_stay() -> None:
    kiosk = Kiosk()
    kiosk.take(laid())
    kiosk.wait(9)
    kiosk.take(laid("changed", say=CHOOSE))
    assert "请不要拿起" in kiosk.text()
    kiosk.wait(1.5)
    # The news is still to be read, the name is not.
    assert "请不要拿起" in kiosk.text()
    assert knows(kiosk) == []
    kiosk.wait(GREETING_S)
    assert kiosk.shown() == Start()


def test_a_daemon_that_forgets_to_forget_does_not_bring_the_name_back() -> None:
    kiosk = Kiosk()
    kiosk.take(laid(say=CHOOSE))
    kiosk.wait(11)
    for _ in range(3):
        kiosk.take(laid("changed", say=HAS), Tick())
        assert knows(kiosk) == []
        kiosk.wait(11)


def test_a_greeting_is_gone_when_the_card_is_lifted() -> None:
    kiosk = Kiosk()
    kiosk.press("category:filing")
    kiosk.take(laid())
    assert isinstance(kiosk.shown(), CardPage)
    kiosk.take(LIFTED)
    assert knows(kiosk) == []
    assert kiosk.shown() == Items("filing")
    assert not kiosk.model.there


def test_the_greeting_does_not_come_back_when_the_daemon_lets_go_of_the_name() -> None:
    kiosk = Kiosk()
    kiosk.take(laid(say=None, known=False))
    kiosk.take(laid("changed", say=CHOOSE))
    kiosk.press("go", "category:filing", "item:B01")
    # After its ten seconds the daemon tells all of it once more, without the name.
    kiosk.take(laid("changed", name_masked="", say=CHOOSE), Tick())
    assert kiosk.shown() == ItemPage("B01")


def test_somebody_who_reads_for_a_minute_is_told_that_their_card_no_longer_counts() -> None:
    kiosk = Kiosk()
    kiosk.take(laid(say=CHOOSE))
    kiosk.press("go", "category:filing")
    too_long = said("too_long", "超时未操作，如需取号请重新放置证件。", "Lay your card again.")
    kiosk.take(laid("changed", card=False, there=False, name_masked="", number_masked="",
                    say=too_long), Tick())  # fmt: skip
    assert "请重新放置证件" in kiosk.text()
    kiosk.press("go")
    assert kiosk.shown() == Items("filing")


@pytest.mark.parametrize("code", [HAS, UNKNOWN])
def test_a_code_that_is_shown_is_told_whatever_it_is(code: dict[str, str]) -> None:
    for areas in ((), ("category:filing",), ("search", "key:F"), ("access",)):
        kiosk = Kiosk()
        kiosk.press(*areas)
        before = kiosk.shown()
        kiosk.take(laid("changed", card=False, there=False, known=False, name_masked="",
                        number_masked="", say=code), Tick())  # fmt: skip
        assert code["zh"] in kiosk.text()
        kiosk.wait(GREETING_S + 0.5)
        assert kiosk.shown() == before


def test_two_codes_after_each_other_are_both_told() -> None:
    kiosk = Kiosk()
    shown: dict[str, Any] = {"card": False, "there": False, "name_masked": "", "number_masked": ""}
    kiosk.take(laid("changed", say=HAS, **shown), Tick())
    kiosk.wait(6)
    kiosk.take(laid("changed", say=UNKNOWN, **shown), Tick())
    assert UNKNOWN["zh"] in kiosk.text()
    kiosk.wait(6)
    assert UNKNOWN["zh"] in kiosk.text()


@pytest.mark.parametrize(
    "areas", [(), ("category:filing",), ("search", "key:F"), ("access",), ("elder",)]
)
def test_a_ticket_that_a_card_alone_takes_shows_its_number_whatever_is_open(
    areas: tuple[str, ...],
) -> None:
    for told_first in (True, False):
        kiosk = Kiosk()
        kiosk.press(*areas)
        kiosk.take(laid(appointment={"time": "09:30", "item": "A01", "when": "now"}))
        kiosk.press("go")
        messages = [laid("changed", say=TAKEN, there=False), issued("A061")]
        kiosk.take(*(messages if told_first else reversed(messages)), Tick())
        assert isinstance(kiosk.shown(), TicketPage)
        assert "A061" in kiosk.text()
        assert knows(kiosk) == []


def test_a_ticket_of_a_card_comes_after_the_number_of_the_person_before() -> None:
    kiosk = Kiosk()
    kiosk.to_number("A060", printed=True)
    kiosk.take(laid(say=None))
    assert isinstance(kiosk.shown(), CardPage)
    kiosk.take(issued("A061"), laid("changed", say=TAKEN, there=False), Tick())
    assert "A061" in kiosk.text()
    assert "A060" not in kiosk.text()


def test_the_next_persons_card_ends_the_visit_of_whoever_has_their_slip() -> None:
    kiosk = Kiosk()
    kiosk.press("elder")
    kiosk.to_number(printed=True)
    # Their own card, told of once more, does not.
    kiosk.take(laid("changed", say=TAKEN, there=False), laid("changed", say=HAS), Tick())
    assert isinstance(kiosk.shown(), TicketPage)
    kiosk.take(laid(say=None), Tick())
    assert isinstance(kiosk.shown(), CardPage)
    assert kiosk.model.choices.theme == ""
    assert kiosk.model.behind == (Start(),)


def test_a_number_that_is_only_on_the_screen_stays_under_another_card() -> None:
    kiosk = Kiosk()
    kiosk.take(facts(paper="out"), Tick())
    kiosk.press("paperless")
    kiosk.to_number()
    kiosk.take(laid(say=CHOOSE), Tick())
    assert "A061" in kiosk.text()
    assert knows(kiosk) == []


def test_a_card_while_a_ticket_is_being_taken_waits_for_the_number() -> None:
    kiosk = Kiosk()
    name = kiosk.to_taking()
    kiosk.take(laid(), laid("changed", say=CHOOSE), Tick())
    assert isinstance(kiosk.shown(), Taking)
    assert knows(kiosk) == []
    kiosk.give(name)
    assert isinstance(kiosk.shown(), TicketPage)
    kiosk.press("home")
    assert "已读到证件" in kiosk.text()


def test_a_card_answers_still_there() -> None:
    kiosk = Kiosk()
    kiosk.press("category:filing")
    kiosk.wait(65)
    assert kiosk.asks() is not None
    kiosk.take(laid())
    assert kiosk.asks() is None
    assert "样**" in kiosk.text()
    kiosk.take(LIFTED)
    kiosk.wait(40)
    assert kiosk.shown() == Items("filing")


def test_a_card_does_not_open_or_disturb_the_technicians_pages() -> None:
    kiosk = Kiosk()
    kiosk.press(*["corner"] * 5)
    kiosk.press("digit:1")
    kiosk.take(laid(say=CHOOSE), issued("A061"), Tick())
    assert isinstance(kiosk.shown(), Pin)
    kiosk.press("open")
    kiosk.take(Answered("unlock", {}), Tick(), laid(say=CHOOSE), issued("A062"), Tick())
    assert isinstance(kiosk.shown(), Technician)
    assert knows(kiosk) == []


def test_a_card_that_was_wanted_leads_back_to_what_was_chosen() -> None:
    kiosk = Kiosk()
    kiosk.refuse(kiosk.to_taking(), "card_required")
    kiosk.take(laid(), laid("changed", say=CHOOSE), Tick())
    assert isinstance(kiosk.shown(), CardPage)
    kiosk.press("go")
    assert kiosk.shown() == ItemPage("A01")
    kiosk.press("take")
    assert len(kiosk.ordered) == 2


def test_a_greeting_is_not_carried_into_any_other_page() -> None:
    kiosk = Kiosk()
    kiosk.take(laid(say=CHOOSE))
    for _ in range(5):
        kiosk.wait(0.5)
        kiosk.tap("corner")
    assert isinstance(kiosk.shown(), Pin)
    assert knows(kiosk) == []
    assert kiosk.model.card is None


def test_what_lies_at_the_reader_is_known_again_after_the_daemon_was_gone() -> None:
    kiosk = Kiosk()
    there = dict(laid().params)
    del there["change"]
    kiosk.take(Answered("card", there), Tick())
    assert kiosk.model.there
    # It was greeted before; nothing of it is kept for later.
    assert kiosk.shown() == Start()
    assert knows(kiosk) == []


def test_a_card_in_a_closed_hall_is_greeted_and_then_the_hall_is_closed_again() -> None:
    kiosk = Kiosk()
    kiosk.take(facts(take=said("on_break", "现在是午休时间。", "The hall has a break.")), Tick())
    kiosk.take(laid(say=said("on_break", "现在是午休时间。", "The hall has a break.")), Tick())
    assert "样**" in kiosk.text()
    kiosk.wait(GREETING_S + 0.5)
    assert "现在是午休时间" in kiosk.text()
    assert knows(kiosk) == []
