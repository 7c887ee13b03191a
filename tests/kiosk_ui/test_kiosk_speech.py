"""The kiosk speaks its pages to whoever wants it, names nobody, and is silent for the next."""

from __future__ import annotations

import re

import pytest

from kiosk_ui.kiosk.pages.trouble import front
from kiosk_ui.kiosk.speech import SPOKEN_MOST
from kiosk_ui.kiosk.states import facts, kiosk_states
from kiosk_ui.messages import Answered, CutOff, Live, Tick
from kiosk_ui.words import load_words
from tests.kiosk_ui.kiosk_at_hand import LIFTED, Kiosk, laid, said

STATES = kiosk_states()
CHINESE = re.compile(r"[\u4e00-\u9fff]")
CHOOSE = said("choose", "请不要拿起，选择要办理的事项。", "Leave it there and choose.")


def heard() -> Kiosk:
    """Return a kiosk at which somebody listens, at its start."""
    kiosk = Kiosk()
    kiosk.press("access", "speak", "home")
    return kiosk


@pytest.mark.parametrize("name", STATES)
def test_every_page_says_something_in_the_language_of_whoever_listens(name: str) -> None:
    model = STATES[name]
    page = front(model)
    chinese, english = (page.say(model, load_words(one)) for one in ("zh", "en"))
    assert CHINESE.search(chinese)
    assert re.search(r"[A-Za-z]{3}", english)
    assert not CHINESE.search(english)
    # A gap that nobody filled, a figure that nobody knows, a pause that is none.
    for text in (chinese, english):
        assert not re.search(r"[{}]|None|undefined", text)
        assert not re.search(r"[。.，,]\s*[。，]|[。]\s*\.", text), text


def test_a_page_is_spoken_when_it_comes_and_its_like_only_once() -> None:
    kiosk = heard()
    assert kiosk.spoken()[-1].startswith("欢迎。现在有49人等候。")
    before = len(kiosk.spoken())
    kiosk.press("category:filing")
    assert kiosk.spoken()[before:] == ["申报征收。请选择具体事项。"]
    kiosk.press("item:B01")
    assert "请带好" in kiosk.spoken()[-1]
    assert "自助终端" in kiosk.spoken()[-1]
    count = len(kiosk.spoken())
    # Neither time nor news of the queue makes it speak.
    kiosk.take(facts(waiting=50), Tick())
    kiosk.wait(10)
    assert len(kiosk.spoken()) == count


def test_every_word_goes_to_the_loudspeaker_as_the_daemon_wants_it() -> None:
    kiosk = heard()
    kiosk.press("language")
    last = [one for one in kiosk.asked if one.name == "say"][-1]
    assert last.method == "kiosk.say"
    assert set(last.params) == {"kiosk", "text", "language", "volume"}
    assert (last.params["kiosk"], last.params["language"]) == ("kiosk-1", "en")
    assert last.params["text"].startswith("Welcome")
    assert last.params["volume"] == 70


def test_nothing_is_spoken_for_each_letter_that_is_typed() -> None:
    kiosk = heard()
    kiosk.press("search")
    count = len(kiosk.spoken())
    kiosk.press("key:F", "key:P", "erase", "switch", "key:0")
    assert len(kiosk.spoken()) == count
    kiosk.press("repeat")
    assert "找到" in kiosk.spoken()[-1]


def volume(kiosk: Kiosk) -> object:
    """Return how loud it spoke last."""
    return [ask.params["volume"] for ask in kiosk.asked if ask.method == "kiosk.say"][-1]


def test_louder_and_softer_are_heard_and_repeat_says_it_again() -> None:
    kiosk = heard()
    kiosk.press("access", "louder", "louder", "louder")
    assert volume(kiosk) == 100
    assert "百分之100" in kiosk.spoken()[-1]
    kiosk.press(*["softer"] * 8)
    assert volume(kiosk) == 25
    count = len(kiosk.spoken())
    kiosk.press("repeat")
    assert kiosk.spoken()[count:] == [kiosk.spoken()[count - 1]]


def test_a_number_is_spoken_figure_by_figure_and_again_when_no_paper_comes() -> None:
    kiosk = heard()
    kiosk.to_number()
    assert "您的号码是 A 0 6 1" in kiosk.spoken()[-1]
    assert "请取走号票" in kiosk.spoken()[-1]
    kiosk.wait(9)
    assert "没有打印号票" in kiosk.spoken()[-1]


def test_a_number_can_be_heard_again_and_stays_as_long_as_somebody_listens() -> None:
    kiosk = heard()
    kiosk.to_number(printed=True)
    first = kiosk.spoken()[-1]
    for times in range(2, 6):
        kiosk.wait(12)
        kiosk.press("repeat")
        assert kiosk.spoken().count(first) == times
    assert "A 0 6 1" in first
    kiosk.wait(31)
    assert "repeat" not in kiosk.areas()
    assert kiosk.spoken()[-1] == ""


def test_still_there_is_asked_aloud_and_the_page_is_told_again() -> None:
    kiosk = heard()
    kiosk.press("category:filing")
    kiosk.wait(61)
    assert kiosk.spoken()[-1] == "您还在吗？"
    count = len(kiosk.spoken())
    kiosk.wait(5)
    assert len(kiosk.spoken()) == count
    kiosk.press("stay")
    assert kiosk.spoken()[count:] == ["申报征收。请选择具体事项。"]


@pytest.mark.parametrize("way", ["switched off", "idle", "done", "left", "usual"])
def test_it_falls_silent_for_the_next_person(way: str) -> None:
    kiosk = heard()
    match way:
        case "switched off":
            kiosk.press("access", "speak")
        case "idle":
            kiosk.press("category:filing")
            kiosk.wait(81)
        case "done":
            kiosk.to_number(printed=True)
            kiosk.press("home")
        case "left":
            kiosk.press("category:filing")
            kiosk.wait(61)
            kiosk.press("leave")
        case "usual":
            kiosk.press("elder", "elder")
    assert kiosk.spoken()[-1] == ""
    assert not kiosk.model.choices.speaks
    count = len(kiosk.spoken())
    kiosk.press("language")
    assert len(kiosk.spoken()) == count


def test_nothing_is_said_where_there_is_no_voice() -> None:
    kiosk = Kiosk()
    kiosk.take(facts(voice=False))
    kiosk.press("elder", "category:filing", "home", "access")
    assert "speak" not in kiosk.areas()
    kiosk.press("home", "elder")
    kiosk.wait(200)
    assert kiosk.spoken() == []


def test_a_voice_that_goes_is_not_spoken_to() -> None:
    kiosk = heard()
    kiosk.take(facts(voice=False))
    count = len(kiosk.spoken())
    kiosk.press("category:filing")
    kiosk.wait(81)
    assert len(kiosk.spoken()) == count


def test_the_larger_form_speaks_by_itself() -> None:
    kiosk = Kiosk()
    kiosk.press("elder")
    assert kiosk.spoken()[-1].startswith("欢迎。")
    assert "repeat" in kiosk.areas()


def test_a_greeting_is_spoken_without_a_name_and_again_when_it_is_known_who_it_is() -> None:
    kiosk = heard()
    count = len(kiosk.spoken())
    kiosk.take(laid(known=False))
    priority = {"zh": "60岁以上老年人，优先办理", "en": "Priority: 60 or older"}
    kiosk.take(laid("changed", say=CHOOSE, priority=priority))
    kiosk.take(laid("changed", say=CHOOSE, priority=priority))
    first, second = kiosk.spoken()[count:]
    assert first == "您好，已读到证件。"
    assert "优先办理" in second
    assert "选择要办理的事项" in second
    assert not any("样" in one or "002X" in one for one in kiosk.spoken())
    kiosk.take(LIFTED)
    assert kiosk.spoken()[-1].startswith("欢迎。")


def test_a_daemon_that_is_back_hears_of_the_page_that_is_there() -> None:
    kiosk = heard()
    kiosk.press("category:filing")
    kiosk.take(CutOff(), Tick())
    count = len(kiosk.spoken())
    kiosk.wait(2)
    assert len(kiosk.spoken()) == count
    kiosk.take(Live(), Tick(), facts(), Tick())
    assert kiosk.spoken()[count:] == ["申报征收。请选择具体事项。"]


def test_what_is_too_long_to_be_said_ends_with_a_whole_sentence() -> None:
    kiosk = heard()
    kiosk.press("language", "category:registration", "item:A01")
    item = {"id": "A01", "category": "registration", "name": {"zh": "事项", "en": "Item"},
            "papers": [{"zh": "资料" * 9, "en": f"Paper number {n} of this long list"}
                       for n in range(40)]}  # fmt: skip
    kiosk.take(Answered("item", item))
    kiosk.press("repeat")
    text = kiosk.spoken()[-1]
    assert SPOKEN_MOST - 60 < len(text) <= SPOKEN_MOST
    assert text.endswith(",")
