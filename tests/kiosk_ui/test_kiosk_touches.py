"""Fingers at the kiosk: double touches, several fingers, a palm, a drop of water, sliding off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kiosk_ui.kiosk.pages.item import ItemPage
from kiosk_ui.kiosk.pages.items import Items
from kiosk_ui.kiosk.pages.start import Start
from kiosk_ui.kiosk.pages.taking import Taking
from kiosk_ui.kiosk.pages.ticket import TicketPage
from kiosk_ui.touch import SETTLE_S, STUCK_S, Contact
from tests.kiosk_ui.kiosk_at_hand import Kiosk
from tests.kiosk_ui.kiosk_desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with closing(Desk(tmp_path)) as desk:
        yield desk.opened()


def test_a_double_touch_takes_one_ticket_and_leaves_the_number() -> None:
    kiosk = Kiosk()
    kiosk.press("category:registration", "item:A01", "take")
    name = kiosk.ordered[-1].name
    kiosk.now_s += 0.1
    kiosk.tap("take")
    kiosk.give(name)
    # "Done" may stand where "take" stood.
    for _ in range(3):
        kiosk.now_s += 0.1
        kiosk.tap("home")
    assert len(kiosk.ordered) == 1
    assert isinstance(kiosk.shown(), TicketPage)


@pytest.mark.parametrize(
    ("areas", "again"),
    [
        (("category:registration",), "item:A01"),
        (("search", "key:F", "key:P", "item:D02"), "take"),
        (("access",), "low"),
        (("access", "speak"), "speak"),
        (("elder",), "elder"),
        (("language",), "language"),
    ],
)
def test_a_second_touch_so_soon_was_meant_for_the_page_before(
    areas: tuple[str, ...], again: str
) -> None:
    kiosk = Kiosk(foot_mm=1100.0)
    kiosk.press(*areas)
    before = kiosk.model
    kiosk.now_s += SETTLE_S - 0.05
    kiosk.tap(again)
    assert kiosk.model == before
    assert kiosk.ordered == []
    kiosk.press(again)
    assert kiosk.model != before


def test_typing_and_turning_leaves_may_be_as_fast_as_fingers_are() -> None:
    kiosk = Kiosk()
    kiosk.press("search")
    kiosk.wait(0.5)
    kiosk.press("key:F", "key:P", "key:L", "key:Y", after_s=0.1)
    assert "发票领用" in kiosk.text()
    kiosk.press("home", "access", "speak")
    kiosk.wait(0.5)
    kiosk.press("louder", "louder", after_s=0.1)
    assert kiosk.model.choices.volume == 100


def test_a_second_touch_on_still_there_does_not_press_what_stands_behind_it() -> None:
    kiosk = Kiosk()
    kiosk.press("category:registration", "item:A01")
    kiosk.wait(61)
    kiosk.tap("stay")
    assert kiosk.shown() == ItemPage("A01")
    kiosk.now_s += 0.2
    kiosk.tap("take")
    assert kiosk.ordered == []


def test_a_finger_finds_its_way_to_a_number(desk: Desk) -> None:
    desk.press("category:registration", "item:A01", "take")
    assert desk.hall.tickets == {"token-2": "A061"}
    assert "A061" in desk.text()
    desk.pass_s(1)
    assert "请取走号票" in desk.text()
    desk.press("home")
    assert desk.shown() == Start()


def test_two_touches_in_one_turn_of_the_loop_take_one_ticket(desk: Desk) -> None:
    desk.press("category:registration", "item:A01")
    desk.turn(0.5)
    place = desk.where("take")
    for kind in ("down", "up", "down", "up"):
        desk.glass.touched.append(Contact(kind, 1, *place))
    desk.turn()
    desk.pass_s(2)
    assert desk.hall.takes == 1
    assert isinstance(desk.shown(), TicketPage)


@pytest.mark.parametrize("pause_s", [0.05, 0.15, 0.3])
def test_a_double_touch_at_one_place_leaves_the_number_on_every_page_of_the_way(
    desk: Desk, pause_s: float
) -> None:
    for area in ("category:registration", "item:A01", "take"):
        desk.turn(0.6)
        place = desk.where(area)
        for _ in range(2):
            desk.glass.touched += [Contact("down", 1, *place), Contact("up", 1, *place)]
            desk.turn(pause_s)
    desk.pass_s(1)
    assert list(desk.hall.tickets.values()) == ["A061"]
    assert "A061" in desk.text()


def test_two_fingers_on_two_buttons_press_the_first(desk: Desk) -> None:
    first, second = desk.where("category:registration"), desk.where("category:filing")
    desk.finger("down", first, 1)
    desk.finger("down", second, 2)
    desk.finger("up", second, 2)
    assert desk.shown() == Start()
    desk.finger("up", first, 1)
    assert desk.shown() == Items("registration")


def test_a_palm_on_nothing_presses_nothing_and_lets_a_finger_through_only_when_it_left(
    desk: Desk,
) -> None:
    nowhere, there = (2, 2), desk.where("category:filing")
    desk.finger("down", nowhere, 7)
    for finger in (1, 2, 3):
        desk.finger("down", there, finger)
        desk.finger("up", there, finger)
    assert desk.shown() == Start()
    desk.finger("up", nowhere, 7)
    desk.press("category:filing")
    assert desk.shown() == Items("filing")


def test_a_finger_that_slides_off_presses_nothing(desk: Desk) -> None:
    here, other = desk.where("category:filing"), desk.where("category:registration")
    desk.finger("down", here)
    assert desk.held() == "category:filing"
    desk.finger("move", other)
    assert desk.held() is None
    desk.finger("up", other)
    assert desk.shown() == Start()


def test_a_long_press_presses_once_and_only_until_it_counts_as_stuck(desk: Desk) -> None:
    place = desk.where("category:filing")
    desk.finger("down", place)
    desk.pass_s(3)
    assert desk.shown() == Start()
    desk.finger("up", place)
    assert desk.shown() == Items("filing")
    desk.press("home")
    desk.finger("down", place)
    desk.pass_s(STUCK_S + 1)
    desk.finger("up", place)
    assert desk.shown() == Start()


def test_a_drop_of_water_does_not_shut_anybody_out(desk: Desk) -> None:
    drop = desk.where("category:filing")
    desk.finger("down", drop, 9)
    assert desk.held() == "category:filing"
    desk.pass_s(STUCK_S + 0.5)
    # Nothing looks pressed by it any more.
    assert desk.held() is None
    desk.press("category:registration", "item:A01", "take")
    assert desk.hall.takes == 1
    desk.finger("up", drop, 9)
    assert isinstance(desk.shown(), TicketPage | Taking)


def test_a_press_that_no_longer_finds_its_button_does_nothing(desk: Desk) -> None:
    place = desk.where("category:registration")
    desk.finger("down", place)
    desk.hall.kill()
    desk.pass_s(1)
    desk.finger("up", place)
    desk.hall.start()
    desk.pass_s(3)
    assert desk.shown() == Start()


def test_still_there_is_answered_by_a_real_finger_both_ways(desk: Desk) -> None:
    desk.press("language", "category:filing")
    desk.pass_s(61)
    assert "Are you still there?" in desk.text()
    desk.press("leave")
    assert desk.shown() == Start()
    assert "请选择要办理的业务" in desk.text()
    desk.press("category:filing")
    desk.pass_s(61)
    assert "您还在吗？" in desk.text()
    desk.press("stay")
    assert desk.shown() == Items("filing")
    assert "您还在吗？" not in desk.text()


def test_a_touch_anywhere_says_that_somebody_is_there(desk: Desk) -> None:
    desk.press("category:filing")
    for place in ((1, 1), (1918, 1078), (960, 30)):
        desk.pass_s(61)
        assert "您还在吗？" in desk.text()
        desk.finger("down", place)
        desk.finger("up", place)
        assert "您还在吗？" not in desk.text()
        assert desk.shown() == Items("filing")


def test_a_finger_that_slides_off_the_answer_is_somebody_too(desk: Desk) -> None:
    desk.press("category:filing")
    desk.pass_s(70)
    desk.finger("down", desk.where("leave"))
    desk.pass_s(1)
    assert "您还在吗？" in desk.text()
    aside = desk.where("stay")
    desk.finger("move", aside)
    desk.finger("up", aside)
    desk.pass_s(30)
    assert "您还在吗？" not in desk.text()
    assert desk.shown() == Items("filing")


def test_a_finger_that_stays_on_the_question_does_not_keep_the_last_persons_page(
    desk: Desk,
) -> None:
    desk.press("category:filing")
    desk.pass_s(61)
    desk.finger("down", desk.where("leave"))
    desk.pass_s(25)
    assert desk.shown() == Start()
