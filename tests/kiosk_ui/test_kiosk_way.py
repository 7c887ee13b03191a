"""The way through the kiosk: what somebody came for, the papers, the number, and out again."""

from __future__ import annotations

import pytest

from kiosk_ui.kiosk.made_up import ITEMS
from kiosk_ui.kiosk.pages.item import ItemPage
from kiosk_ui.kiosk.pages.items import Items
from kiosk_ui.kiosk.pages.start import Start
from kiosk_ui.kiosk.pages.taking import Taking
from kiosk_ui.kiosk.pages.ticket import TicketPage
from kiosk_ui.kiosk.pages.told import Told
from kiosk_ui.kiosk.states import facts
from kiosk_ui.messages import Answered, Command, Tick, Unknown
from tests.kiosk_ui.kiosk_at_hand import Kiosk, issued, said


def test_papers_are_told_before_a_ticket_is_taken() -> None:
    kiosk = Kiosk()
    kiosk.press("category:registration")
    assert kiosk.shown() == Items("registration")
    kiosk.press("item:A01")
    assert kiosk.asked[-1].method == "item.show"
    assert kiosk.asked[-1].params == {"item": "A01"}
    assert kiosk.ordered == []
    text = kiosk.text()
    assert "请带好这些资料" in text
    assert "营业执照副本" in text
    assert "电子税务局" in text
    assert "take" in kiosk.areas()


def test_a_ticket_is_taken_for_the_item_that_was_chosen() -> None:
    kiosk = Kiosk()
    name = kiosk.to_taking()
    params = {"item": "A01", "origin": "kiosk-1"}
    assert kiosk.ordered == [Command(name, "ticket.take", "token-3", params)]
    assert isinstance(kiosk.shown(), Taking)
    assert kiosk.areas() == ["corner"]
    kiosk.give(name, "A061")
    assert isinstance(kiosk.shown(), TicketPage)
    text = kiosk.text()
    assert "A061" in text
    assert "前面 12 人，约25分钟" in text
    assert "正在打印号票" in text


def test_the_number_says_when_its_paper_has_come() -> None:
    kiosk = Kiosk()
    kiosk.to_number()
    kiosk.paper("printer")
    assert "正在打印号票" in kiosk.text()
    asked = [one for one in kiosk.asked if one.name == "paper"]
    assert asked[-1].method == "ticket.show"
    assert asked[-1].params == {"number": "A061"}
    kiosk.wait(1)
    kiosk.paper(None)
    assert "请取走号票" in kiosk.text()
    kiosk.press("home")
    assert kiosk.shown() == Start()
    assert "A061" not in kiosk.text()


def test_paper_that_does_not_come_is_told_and_still_found_when_it_does() -> None:
    kiosk = Kiosk()
    kiosk.to_number()
    kiosk.paper("printer")
    kiosk.wait(8.5)
    assert "没有打印号票，请记下或拍下号码" in kiosk.text()
    kiosk.paper(None)
    assert "请取走号票" in kiosk.text()


def test_an_answer_for_another_number_says_nothing_of_this_paper() -> None:
    kiosk = Kiosk()
    kiosk.to_number("A061")
    kiosk.paper(None, number="A060")
    assert "正在打印号票" in kiosk.text()


def test_a_kiosk_without_a_printer_never_waits_for_paper() -> None:
    kiosk = Kiosk()
    kiosk.take(facts(paper="none"))
    kiosk.to_number()
    assert "没有打印号票" in kiosk.text()
    kiosk.wait(2)
    assert not [one for one in kiosk.asked if one.name == "paper"]


@pytest.mark.parametrize(("printed", "stays_s"), [(True, 14.0), (False, 59.0)])
def test_a_number_leaves_by_itself_later_without_paper(printed: bool, stays_s: float) -> None:
    kiosk = Kiosk()
    kiosk.to_number()
    if printed:
        kiosk.paper(None)
    else:
        kiosk.take(facts(paper="out"))
        kiosk.wait(0.1)
    kiosk.wait(stays_s)
    assert "A061" in kiosk.text()
    assert kiosk.asks() is None
    kiosk.wait(1.5)
    assert kiosk.model.page == Start()
    assert "A061" not in kiosk.text()


def test_whoever_reads_slowly_has_twice_the_time_also_where_the_hall_is_so() -> None:
    for kiosk in (Kiosk(theme="elder"), Kiosk()):
        if kiosk.theme == "normal":
            kiosk.press("elder")
        kiosk.to_number(printed=True)
        kiosk.wait(29)
        assert isinstance(kiosk.shown(), TicketPage)
        kiosk.wait(2)
        assert kiosk.shown() == Start()


def test_one_common_number_takes_a_ticket_with_one_press() -> None:
    kiosk = Kiosk()
    kiosk.take(facts(choose="one", item="F01"))
    kiosk.press("take")
    assert kiosk.ordered[-1].params == {"item": "F01", "origin": "kiosk-1"}
    kiosk.give(kiosk.ordered[-1].name)
    assert isinstance(kiosk.shown(), TicketPage)


def test_with_one_common_number_an_items_papers_lead_to_the_same_ticket() -> None:
    kiosk = Kiosk()
    kiosk.take(facts(choose="one", item="F01"))
    kiosk.press("search", "key:F", "key:P", "item:D02")
    assert kiosk.shown() == ItemPage("D02")
    kiosk.press("take")
    assert kiosk.ordered[-1].params["item"] == "F01"


def test_an_item_that_nobody_can_have_now_offers_no_ticket() -> None:
    kiosk = Kiosk()
    kiosk.press("category:invoices", "item:D02")
    assert "take" in kiosk.areas()
    one = next(one for one in ITEMS if one["id"] == "D02")
    refused = said("quota_item", "该事项今天的号已取完。", "All tickets for this are taken.")
    kiosk.take(Answered("item", {**one, "refused": refused}))
    assert "take" not in kiosk.areas()
    assert "该事项今天的号已取完。" in kiosk.text()
    kiosk.press("home")
    assert kiosk.shown() == Start()


def test_a_refusal_is_told_and_the_person_goes_on_as_they_were() -> None:
    kiosk = Kiosk()
    kiosk.press("elder")
    kiosk.refuse(kiosk.to_taking(), "quota_item")
    assert isinstance(kiosk.shown(), Told)
    assert "不行：quota_item。" in kiosk.text()
    kiosk.press("home")
    assert kiosk.shown() == Start()
    assert kiosk.model.choices.theme == "elder"


def test_a_refusal_leads_back_to_the_item_and_leaves_by_itself() -> None:
    kiosk = Kiosk()
    kiosk.refuse(kiosk.to_taking(), "card_required")
    kiosk.press("back")
    assert kiosk.shown() == ItemPage("A01")
    kiosk.press("take")
    kiosk.refuse(kiosk.ordered[-1].name, "card_required")
    kiosk.wait(31)
    assert kiosk.shown() == Start()


def test_when_nobody_can_say_what_became_of_a_press_the_page_says_so() -> None:
    kiosk = Kiosk()
    name = kiosk.to_taking()
    kiosk.take(Unknown(name), Tick())
    assert "不要重复取号" in kiosk.text()


def test_a_command_that_was_answered_without_its_event_is_not_called_a_failure() -> None:
    kiosk = Kiosk()
    kiosk.take(Answered(kiosk.to_taking(), {"events": []}), Tick())
    assert "不能确定号码是否已取到" in kiosk.text()


def test_a_line_that_never_says_anything_does_not_hold_the_page_for_ever() -> None:
    kiosk = Kiosk()
    kiosk.to_taking()
    kiosk.wait(3)
    assert "请不要离开" in kiosk.text()
    kiosk.wait(45)
    assert isinstance(kiosk.shown(), Told)


def test_an_answer_that_comes_too_late_is_not_given_to_somebody_else() -> None:
    kiosk = Kiosk()
    first = kiosk.to_taking()
    kiosk.take(Unknown(first), Tick())
    kiosk.press("home")
    second = kiosk.to_taking()
    kiosk.give(first, "A061")
    assert isinstance(kiosk.shown(), Taking)
    kiosk.give(second, "A062")
    assert "A062" in kiosk.text()


def test_a_ticket_of_the_ticket_button_shows_its_number_whatever_was_open() -> None:
    for areas in ((), ("category:benefits",), ("search", "key:F"), ("access",)):
        kiosk = Kiosk()
        kiosk.press(*areas)
        kiosk.take(issued("A070"), Tick())
        assert "A070" in kiosk.text()
        kiosk.press("home")
        assert kiosk.shown() == Start()


def test_a_ticket_of_another_kiosk_or_of_the_desk_changes_nothing() -> None:
    kiosk = Kiosk()
    before = kiosk.press("category:registration")
    kiosk.take(issued(origin="kiosk-2"), issued(origin="hallctl"))
    assert kiosk.model == before


def test_the_event_of_a_ticket_that_was_pressed_for_here_shows_nothing_twice() -> None:
    kiosk = Kiosk()
    name = kiosk.to_taking()
    kiosk.take(issued("A061"))
    assert isinstance(kiosk.shown(), Taking)
    kiosk.give(name, "A061")
    kiosk.paper(None)
    before = kiosk.model
    kiosk.take(issued("A061"))
    assert kiosk.model == before
