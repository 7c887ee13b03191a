"""The daemon goes away, in every state of the kiosk, and comes back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk_ui.kiosk.model import KioskModel
from kiosk_ui.kiosk.pages import trouble
from kiosk_ui.kiosk.pages.card import CardPage
from kiosk_ui.kiosk.pages.pin import Pin
from kiosk_ui.kiosk.pages.start import Start
from kiosk_ui.kiosk.pages.taking import Taking
from kiosk_ui.kiosk.pages.technician import Technician
from kiosk_ui.kiosk.pages.ticket import TicketPage
from kiosk_ui.kiosk.pages.told import Told
from kiosk_ui.kiosk.pages.trouble import front
from kiosk_ui.kiosk.states import facts, kiosk_states
from kiosk_ui.messages import CutOff, Live, Refused, Tick
from tests.kiosk_ui.kiosk_at_hand import Kiosk, laid, said
from tests.kiosk_ui.kiosk_desk import Desk

STATES = kiosk_states()
LIVE = [name for name, model in STATES.items() if model.live]
#: What is shown on: a number that was given, a word that was said, the technician's work.
STAY = (TicketPage, Told, Taking, Technician, Pin)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with closing(Desk(tmp_path)) as desk:
        yield desk.opened()


def in_state(model: KioskModel) -> Kiosk:
    kiosk = Kiosk(known=False)
    kiosk.model = replace(model, idle=replace(model.idle, touched_s=kiosk.now_s))
    kiosk.now_s = max(model.now_s, kiosk.now_s)
    kiosk.take(Tick())
    return kiosk


@pytest.mark.parametrize("name", STATES)
def test_a_daemon_that_goes_leaves_a_plain_page_and_nobody_of_before_is_met(name: str) -> None:
    kiosk = in_state(STATES[name])
    before = kiosk.shown()
    kiosk.take(CutOff(), Tick())
    assert kiosk.asks() is None
    assert kiosk.model.card is None
    if isinstance(before, STAY):
        assert type(kiosk.shown()) is type(before)
    else:
        assert isinstance(kiosk.shown(), trouble.CutOff)
        text = kiosk.text()
        assert "取号机暂时不能使用" in text or "cannot" in text
        # Nothing on it can be pressed but what nobody sees.
        assert kiosk.areas() == ["corner"]
    # Whoever it was has gone meanwhile, and nobody is asked.
    for _ in range(40):
        kiosk.wait(10, turns_hz=1)
        assert kiosk.asks() is None
    kiosk.live()
    usual = Kiosk().model
    assert replace(kiosk.model, minute=usual.minute, catalogue=usual.catalogue) == usual
    assert kiosk.shown() == Start()


@pytest.mark.parametrize(
    "name", [n for n in LIVE if not isinstance(front(STATES[n]), (*STAY, CardPage))]
)
def test_a_daemon_that_is_back_soon_finds_the_person_where_they_were(name: str) -> None:
    kiosk = in_state(STATES[name])
    before = kiosk.model.page
    kiosk.take(CutOff(), Tick())
    kiosk.wait(2)
    kiosk.live()
    assert kiosk.shown() == before


def test_what_was_known_before_is_not_shown_again_until_it_is_known_anew() -> None:
    kiosk = Kiosk()
    kiosk.press("category:filing")
    kiosk.take(CutOff(), Tick())
    kiosk.take(Live(), Tick())
    assert isinstance(kiosk.shown(), trouble.CutOff)
    kiosk.take(facts(take=said("after_hours")), Tick())
    assert isinstance(kiosk.shown(), trouble.Closed)


def test_a_daemon_in_safe_mode_which_answers_nothing_is_a_page_of_its_own() -> None:
    for kiosk in (Kiosk(), Kiosk(known=False)):
        kiosk.take(CutOff(), Live(), Tick())
        kiosk.take(Refused("facts", "safe_mode", "安全模式。", "Safe mode."), Tick())
        assert isinstance(kiosk.shown(), trouble.Closed)
        assert "取号系统正在维护" in kiosk.text()
        # It is asked again, and back by itself.
        kiosk.asked.clear()
        kiosk.wait(4)
        assert "kiosk.show" in {one.method for one in kiosk.asked}
        kiosk.live()
        assert kiosk.shown() == Start()


def test_a_hall_that_cannot_record_offers_no_ticket() -> None:
    kiosk = Kiosk()
    kiosk.press("category:registration", "item:A01")
    kiosk.take(facts(mode="storage_failing"), Tick())
    assert "取号系统正在维护" in kiosk.text()
    assert "take" not in kiosk.areas()


@pytest.mark.parametrize("show", [
    {"take": said("after_hours", "今天的取号已结束。", "No more tickets today.")},
    {"take": said("quota_day", "今天的号已取完。", "All tickets of today are taken.")},
    {"mode": "safe"},
])  # fmt: skip
@pytest.mark.parametrize("name", LIVE)
def test_a_hall_that_closes_is_in_front_of_every_page_where_one_chooses(
    name: str, show: dict[str, object]
) -> None:
    kiosk = in_state(STATES[name])
    before = kiosk.shown()
    kiosk.take(facts(**show))
    kiosk.take(Tick())
    if before.stays or before.helps:
        assert type(kiosk.shown()) is type(before)
        return
    assert isinstance(kiosk.shown(), trouble.Closed)
    assert not {"take", "search", "paperless"} & set(kiosk.areas())
    kiosk.take(facts(take=None, mode="normal"))
    assert kiosk.shown() == kiosk.model.page


@pytest.mark.parametrize("name", LIVE)
def test_paper_that_ends_is_told_at_the_start_and_on_the_number(name: str) -> None:
    kiosk = in_state(STATES[name])
    before, told = kiosk.shown(), kiosk.model.paperless
    kiosk.take(facts(paper="out"), Tick())
    if isinstance(before, TicketPage):
        printed = before.paper == "printed"
        assert ("没有打印号票" in kiosk.text()) != printed
    elif isinstance(before, Start) and not told:
        assert isinstance(kiosk.shown(), trouble.NoPaper)
        kiosk.press("paperless")
        assert isinstance(kiosk.shown(), Start)
    kiosk.take(facts(paper="ok"), Tick())
    assert not isinstance(kiosk.shown(), trouble.NoPaper)


def test_somebody_may_read_and_hear_why_the_hall_is_closed() -> None:
    kiosk = Kiosk()
    kiosk.take(facts(take=said("after_hours", "今天的取号已结束。", "No more tickets today.")))
    kiosk.press("access", "speak")
    kiosk.press("home")
    assert kiosk.spoken()[-1] == "今天的取号已结束。"
    kiosk.wait(90)
    assert not kiosk.model.choices.speaks


def test_a_command_is_sent_again_with_its_id_and_counts_once(desk: Desk) -> None:
    desk.press("category:registration", "item:A01")
    desk.hall.silent = {"ticket.take"}
    desk.press("take")
    assert isinstance(desk.shown(), Taking)
    desk.hall.kill()
    desk.pass_s(3)
    assert "请不要离开" in desk.text()
    desk.hall.silent = set()
    desk.hall.start()
    desk.pass_s(3)
    assert "A061" in desk.text()
    assert desk.hall.takes == 2
    assert desk.hall.tickets == {"token-2": "A061"}


def test_a_press_on_a_page_that_has_just_been_cut_off_orders_nothing(desk: Desk) -> None:
    desk.press("category:registration", "item:A01")
    desk.turn(0.5)
    place = desk.where("take")
    desk.hall.kill()
    desk.finger("down", place)
    desk.finger("up", place)
    # The picture said so before the finger left: nothing was ordered.
    assert desk.hall.takes == 0
    desk.hall.start()
    desk.pass_s(3)
    desk.press("take")
    assert desk.hall.tickets == {"token-2": "A061"}


def test_a_hall_that_is_gone_for_too_long_leaves_a_word_of_where_to_ask(desk: Desk) -> None:
    desk.press("category:registration", "item:A01")
    desk.hall.silent = {"ticket.take"}
    desk.press("take")
    desk.hall.kill()
    desk.pass_s(31)
    assert "不要重复取号" in desk.text()
    desk.hall.silent = set()
    desk.hall.start()
    desk.pass_s(3)
    assert desk.hall.takes == 1
    desk.pass_s(30)
    assert desk.shown() == Start()


def test_a_refusal_reaches_the_person(desk: Desk) -> None:
    desk.hall.refused = {"ticket.take": "person_waiting"}
    desk.press("category:registration", "item:A01", "take")
    assert "不行：person_waiting。" in desk.text()
    desk.press("home")
    assert desk.shown() == Start()


def test_a_greeting_goes_with_the_line_to_the_daemon() -> None:
    kiosk = Kiosk()
    kiosk.take(laid())
    assert "样**" in kiosk.text()
    kiosk.take(CutOff())
    assert "样**" not in kiosk.text()
    assert "002X" not in kiosk.text()
    assert isinstance(kiosk.shown(), trouble.CutOff)


def test_a_kiosk_whose_pi_lost_the_hub_takes_no_number_and_says_so(desk: Desk) -> None:
    desk.hall.tell("hub", {"trouble": "broker"})
    desk.turn()
    assert isinstance(desk.shown(), trouble.CutOff)
    desk.turn(0.5)
    assert "请选择要办理的业务" not in desk.text()
    desk.hall.trouble = "broker"
    desk.pass_s(5)
    # The daemon answers all the while; what it knows of the hall is old.
    assert isinstance(desk.shown(), trouble.CutOff)
    assert desk.hall.takes == 0
    desk.hall.trouble = ""
    desk.hall.tell("hub", {"trouble": ""})
    desk.pass_s(1)
    assert "请选择要办理的业务" in desk.text()
