from __future__ import annotations

import dataclasses

import msgspec
import pytest

from devices.led_wall.alpha_options import AlphaOptions
from devices.led_wall.calls import call_text
from devices.led_wall.options import Eq2013Options
from devices.led_wall.page import columns
from devices.led_wall.words import CHINESE, LETTERS, Words, worded
from devices.registry import cannot_write, check_texts, convert_options, explain

DISPLAYS = ["led_wall.alpha", "led_wall.eq2013", "led_wall.onbon", "led_wall.weilipu"]


@pytest.mark.parametrize("kind", DISPLAYS)
def test_each_display_can_write_what_the_hall_says_on_it(kind: str) -> None:
    options = convert_options(kind, {})
    assert check_texts(kind, options, number="A001", windows=["3", "12"]) == {}


def test_chinese_on_a_sign_of_letters_is_refused_sentence_by_sentence() -> None:
    options = convert_options(
        "led_wall.alpha", {"texts": {"closed": "暂停服务", "window": "{window}号窗口"}}
    )
    wrong = check_texts("led_wall.alpha", options, number="A001", windows=["3"])
    assert sorted(wrong) == ["closed", "window"]
    assert "“暂停服务”" in wrong["closed"].zh
    assert "cannot be shown" in wrong["closed"].en


def test_a_window_with_a_chinese_name_is_refused_on_a_sign_of_letters() -> None:
    options = convert_options("led_wall.alpha", {})
    wrong = check_texts("led_wall.alpha", options, number="A001", windows=["3", "导税台"])
    assert sorted(wrong) == ["calls", "served", "window"]
    assert "导" in wrong["window"].zh


def test_rare_characters_are_refused_where_the_card_lacks_them() -> None:
    why = cannot_write("led_wall.onbon", "喆")
    assert why is not None
    assert "GB2312" in why.zh
    assert cannot_write("led_wall.onbon", "请到3号窗口 100% \\ [Z]") is None
    assert cannot_write("pad.ff68", "喆") is None


def test_a_trace_is_explained_by_its_kind() -> None:
    assert explain("led_wall.eq2013", b"!#001%ZD00$$\x00!#002%ZI01A$$") == [
        "to card 001: %ZD00",
        "to card 002: %ZI01A",
    ]
    assert explain("led_wall.eq2013", b"##FOK$$$", answers=True) == ["taken"]
    assert explain("led_wall.weilipu", bytes.fromhex("F001D00101010500413030319B")) == [
        "line 1 red still 'A001'"
    ]
    assert explain("button.gpio", b"A") == []


def test_a_hall_changes_the_words_of_one_display() -> None:
    options = msgspec.convert({"texts": {"closed": "本窗口停办"}}, Eq2013Options)
    assert options.words.closed == "本窗口停办"
    assert options.words.paused == "请稍候"
    assert Eq2013Options().words == CHINESE
    assert AlphaOptions().words == LETTERS


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        ({"shut": "CLOSED"}, "texts: has no shut"),
        ({"closed": "{window} CLOSED"}, "{window} means nothing here"),
        ({"window": "WINDOW {nunber}"}, "{nunber} means nothing here"),
        ({"window": "WINDOW {window"}, "texts.window"),
        ({"calls": 3}, "Expected `str`"),
    ],
)
def test_words_that_cannot_be_are_refused_by_name(texts: dict[str, object], why: str) -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert({"texts": texts}, Eq2013Options)
    assert why in str(caught.value)


def test_one_form_of_a_call_takes_the_place_of_all() -> None:
    assert worded(CHINESE, {"calls": "{number} {place}"}).calls == ("{number} {place}",)


@pytest.mark.parametrize("words", [CHINESE, LETTERS])
def test_a_call_of_somebody_who_came_is_never_longer(words: Words) -> None:
    assert len(words.calls) == len(words.served)
    for called, served in zip(words.calls, words.served, strict=True):
        assert columns(call_text("A001", "3", served)) <= columns(call_text("A001", "3", called))


@pytest.mark.parametrize("words", [CHINESE, LETTERS])
def test_every_sentence_has_a_sample(words: Words) -> None:
    samples = dict(words.samples("A001", "3"))
    assert set(samples) == {one.name for one in dataclasses.fields(words)}
    assert not any("{" in text for text in samples.values())
