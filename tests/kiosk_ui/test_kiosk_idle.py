"""Nobody is there any more: the kiosk asks, goes back to its start, and forgets all of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk_ui.kiosk.model import Choices
from kiosk_ui.kiosk.pages.item import ItemPage
from kiosk_ui.kiosk.pages.items import Items
from kiosk_ui.kiosk.pages.searching import Search
from kiosk_ui.kiosk.pages.start import Start
from kiosk_ui.kiosk.pages.technician import Technician
from kiosk_ui.kiosk.pages.ticket import TicketPage
from kiosk_ui.kiosk.states import facts, kiosk_states
from kiosk_ui.messages import Answered, Held, Tick
from tests.kiosk_ui.kiosk_at_hand import Kiosk, said

STATES = kiosk_states()
#: What somebody may have done, and how long the theme gives them.
DONE: list[tuple[tuple[str, ...], float]] = [
    (("category:filing",), 60),
    (("category:benefits", "leaf:1"), 60),
    (("search", "key:F", "key:P"), 60),
    (("category:registration", "item:A01"), 60),
    (("language",), 60),
    (("access",), 60),
    (("access", "speak", "low"), 60),
    (("access", "contrast", "home"), 120),
    (("elder",), 120),
    (("elder", "search", "key:F", "language"), 120),
]


@pytest.mark.parametrize(("areas", "idle_s"), DONE)
def test_it_asks_and_then_everything_is_as_the_hall_has_it(
    areas: tuple[str, ...], idle_s: float
) -> None:
    kiosk = Kiosk(foot_mm=1100.0)
    untouched = kiosk.model
    kiosk.press(*areas)
    kiosk.wait(idle_s - 0.5)
    assert kiosk.asks() is None
    kiosk.wait(1)
    assert kiosk.asks() == 20
    assert {"stay", "leave"} <= set(kiosk.areas())
    kiosk.wait(19)
    assert kiosk.asks() == 1
    kiosk.wait(1.5)
    assert replace(kiosk.model, minute=untouched.minute) == untouched
    assert kiosk.model.choices == Choices()
    assert kiosk.shown() == Start()
    assert kiosk.model.behind == ()


@pytest.mark.parametrize(("theme", "idle_s"), [("normal", 60), ("elder", 120), ("contrast", 120)])
def test_a_hall_that_has_larger_letters_itself_gives_everybody_their_time(
    theme: str, idle_s: float
) -> None:
    kiosk = Kiosk(theme=theme)
    kiosk.press("category:filing")
    kiosk.wait(idle_s - 1)
    assert kiosk.asks() is None
    kiosk.wait(2)
    assert kiosk.asks() is not None
    kiosk.wait(20)
    assert kiosk.shown() == Start()


def test_what_is_usual_is_the_halls_own_theme() -> None:
    kiosk = Kiosk(theme="contrast")
    kiosk.press("elder")
    assert kiosk.model.choices.theme == "elder"
    kiosk.press("elder")
    assert kiosk.model.choices.theme == "contrast"
    kiosk.press("access", "contrast")
    assert kiosk.model.choices.theme == "normal"
    kiosk.press("contrast")
    assert kiosk.model.choices.theme == "contrast"
    kiosk.press("leave" if kiosk.asks() else "home")
    elder = Kiosk(theme="elder")
    elder.press("access", "contrast", "contrast")
    assert elder.model.choices.theme == "elder"
    elder.press("elder")
    assert elder.model.choices.theme == "normal"


def test_whoever_stays_finds_what_they_had() -> None:
    kiosk = Kiosk()
    kiosk.press("elder", "search", "key:F", "key:P")
    kiosk.wait(125)
    assert kiosk.asks() is not None
    kiosk.press("stay")
    assert kiosk.shown() == Search("fp")
    assert kiosk.model.choices.theme == "elder"
    kiosk.wait(100)
    assert kiosk.asks() is None


def test_whoever_leaves_leaves_at_once() -> None:
    kiosk = Kiosk()
    kiosk.press("elder", "search", "key:F")
    kiosk.wait(125)
    kiosk.press("leave")
    assert kiosk.shown() == Start()
    assert kiosk.model.choices == Choices()


def test_a_finger_that_only_rests_is_somebody() -> None:
    kiosk = Kiosk()
    kiosk.press("category:filing")
    for _ in range(5):
        kiosk.wait(50)
        kiosk.take(Held("item:B01"), Held(None))
    assert kiosk.asks() is None
    assert kiosk.shown() == Items("filing")


def test_a_press_that_was_on_its_way_when_the_question_came_does_not_end_the_visit() -> None:
    kiosk = Kiosk()
    kiosk.press("category:registration", "item:A01")
    kiosk.wait(59)
    for _ in range(20):
        if kiosk.asks() is None:
            kiosk.wait(0.1)
    assert kiosk.asks() is not None
    kiosk.now_s += 0.1
    kiosk.tap("leave")
    assert kiosk.shown() == ItemPage("A01")


@pytest.mark.parametrize("name", [
    "start", "ticket", "ticket_printed", "ticket_paperless", "taking", "refused", "card",
    "card_elder", "pin", "technician", "closed_on_break", "paper_out", "safe", "cut_off",
    "starting",
])  # fmt: skip
def test_nobody_is_asked_where_a_page_ends_by_itself(name: str) -> None:
    kiosk = Kiosk(known=False)
    kiosk.model = STATES[name]
    for _ in range(300):
        kiosk.wait(1, turns_hz=1)
        assert kiosk.asks() is None, kiosk.shown()
    if kiosk.model.live:
        assert kiosk.model.page == Start()
        assert kiosk.model.choices == Choices()


def test_nobody_is_asked_before_a_closed_hall_and_what_was_behind_it_is_left() -> None:
    kiosk = Kiosk()
    kiosk.press("elder", "search", "key:F")
    kiosk.take(facts(take=said("on_break")))
    for _ in range(150):
        kiosk.wait(1)
        assert kiosk.asks() is None
    assert kiosk.model.page == Start()
    assert kiosk.model.choices == Choices()
    kiosk.take(facts())
    assert kiosk.shown() == Start()


def test_a_person_who_goes_on_while_the_paper_is_out_is_not_the_next_one() -> None:
    kiosk = Kiosk()
    kiosk.take(facts(paper="out"), Tick())
    kiosk.press("paperless", "category:filing")
    assert "不要纸，继续取号" not in kiosk.text()
    kiosk.wait(81)
    assert "不要纸，继续取号" in kiosk.text()


def test_the_technicians_door_closes_by_itself_and_sooner_before_it_was_opened() -> None:
    kiosk = Kiosk()
    kiosk.press(*["corner"] * 5)
    kiosk.press("digit:1")
    kiosk.wait(31)
    assert kiosk.shown() == Start()
    kiosk.press(*["corner"] * 5)
    kiosk.press("digit:1", "open")
    kiosk.take(Answered("unlock", {}), Tick())
    kiosk.wait(170)
    assert isinstance(kiosk.shown(), Technician)
    kiosk.wait(11)
    assert kiosk.shown() == Start()


def test_a_clock_that_is_set_back_keeps_nobody_and_sends_nobody_away() -> None:
    kiosk = Kiosk()
    kiosk.press("category:filing")
    for now in ("2026-03-02 03:00:00", "2026-03-03 23:59:59", ""):
        kiosk.take(facts(now=now), Tick())
        kiosk.wait(10)
        assert kiosk.shown() == Items("filing")
    assert kiosk.model.minute is None
    kiosk.wait(52)
    assert kiosk.shown() == Start()


def test_a_machine_that_slept_for_hours_wakes_at_its_start() -> None:
    kiosk = Kiosk()
    kiosk.press("elder", "search", "key:F")
    kiosk.now_s += 7200
    kiosk.take(Tick())
    assert kiosk.shown() == Start()
    kiosk = Kiosk()
    kiosk.to_number(printed=True)
    kiosk.now_s += 7200
    kiosk.take(Tick())
    assert not isinstance(kiosk.shown(), TicketPage)
