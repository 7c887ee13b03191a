"""Finding one of 214 items at the kiosk: initials, Chinese words, both, a number, English."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from kiosk_ui.draft import Draft
from kiosk_ui.kiosk.pages.item import ItemPage
from kiosk_ui.kiosk.pages.searching import Search
from kiosk_ui.messages import Answered
from tests.kiosk_ui.kiosk_at_hand import Kiosk

CATALOGUE = Path(__file__).parents[2] / "config" / "items.toml"


@cache
def hall_items() -> list[dict[str, Any]]:
    """Return the real catalogue as ``item.list`` has it."""
    found = tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))
    return [
        {
            "id": one["id"], "category": one["category"], "name": one["name"], "ahead": 0,
            "wait_s": 0, "papers": one.get("papers", []), "elsewhere": one.get("elsewhere", []),
            "initials": one.get("initials", ""),
        }
        for one in found["items"]
    ]  # fmt: skip


def searching(language: str = "zh") -> Kiosk:
    kiosk = Kiosk(language=language)
    kiosk.take(Answered("items", {"items": hall_items()}))
    kiosk.press("search")
    return kiosk


def typed(kiosk: Kiosk, text: str) -> None:
    """Type letters and digits on the page's own keys, switching between them."""
    kiosk.wait(0.5)
    for one in text:
        if f"key:{one}" not in kiosk.areas():
            kiosk.press("switch", after_s=0.1)
        kiosk.press(f"key:{one}", after_s=0.1)


def first_item(kiosk: Kiosk) -> str:
    return next(one for one in kiosk.areas() if one.startswith("item:"))


def test_the_halls_whole_catalogue_is_searched() -> None:
    assert len(hall_items()) == 214
    assert len(searching().model.catalogue.entries) == 214


@pytest.mark.parametrize("text", ["FPLY", "ZZSJ", "XBNSRTC"])
def test_initials_find_what_they_stand_for(text: str) -> None:
    kiosk = searching()
    typed(kiosk, text)
    item = first_item(kiosk).removeprefix("item:")
    found = next(one for one in hall_items() if one["id"] == item)
    assert text.lower() in found["initials"]
    kiosk.press(f"item:{item}")
    assert kiosk.shown() == ItemPage(item)
    assert kiosk.asked[-1].params == {"item": item}


def test_every_item_is_found_by_its_number_and_stands_first() -> None:
    catalogue = searching().model.catalogue
    for one in hall_items():
        assert catalogue.find(one["id"])[0] == one["id"]


def test_every_item_is_found_by_its_initials_and_by_its_name() -> None:
    catalogue = searching().model.catalogue
    for one in hall_items():
        assert one["id"] in catalogue.find(one["name"]["zh"][:24])
        if one["initials"]:
            assert one["id"] in catalogue.find(one["initials"][:24])


def test_a_number_is_typed_on_digits() -> None:
    kiosk = searching()
    typed(kiosk, "D02")
    assert first_item(kiosk) == "item:D02"


def test_chinese_words_are_keys_and_both_may_be_mixed() -> None:
    kiosk = searching()
    typed(kiosk, "FP")
    assert "word:发票" in kiosk.areas()
    kiosk.press("word:发票")
    assert isinstance(kiosk.model.page, Search)
    assert kiosk.model.page.query == "发票"
    typed(kiosk, "LY")
    item = first_item(kiosk).removeprefix("item:")
    assert "发票领用" in next(one for one in hall_items() if one["id"] == item)["name"]["zh"]
    kiosk.press("erase", "erase", after_s=0.1)
    assert kiosk.model.page.query == "发票"


def test_english_words_find_items_for_who_reads_english() -> None:
    kiosk = searching("en")
    typed(kiosk, "REFUND")
    item = first_item(kiosk).removeprefix("item:")
    name = next(one for one in hall_items() if one["id"] == item)["name"]["en"]
    assert "refund" in name.lower()


def test_what_finds_nothing_says_what_to_do_and_costs_nothing() -> None:
    kiosk = searching()
    typed(kiosk, "QXQX")
    assert "没有找到" in kiosk.text()
    assert not [one for one in kiosk.areas() if one.startswith(("item:", "word:"))]
    kiosk.press(*["erase"] * 6, after_s=0.1)
    assert kiosk.model.page == Search(digits=False)
    assert "输入拼音首字母" in kiosk.text()


def test_a_query_ends_somewhere() -> None:
    kiosk = searching()
    typed(kiosk, "A" * 30)
    assert isinstance(kiosk.model.page, Search)
    assert len(kiosk.model.page.query) == 24


def test_leaves_of_what_was_found_turn_and_begin_again_with_another_query() -> None:
    kiosk = searching()
    typed(kiosk, "Z")
    first = first_item(kiosk)
    kiosk.press("leaf:1")
    assert first_item(kiosk) != first
    typed(kiosk, "Z")
    assert isinstance(kiosk.model.page, Search)
    assert kiosk.model.page.leaf == 0


def test_no_key_lays_out_more_items_than_stand_on_the_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    placed = list[str]()
    text = Draft.text

    def counted(self: Draft, rect: Any, words: str, *args: Any, **more: Any) -> Any:
        placed.append(words)
        return text(self, rect, words, *args, **more)

    monkeypatch.setattr(Draft, "text", counted)
    kiosk = searching()
    names = {one["name"]["zh"] for one in hall_items()}
    for letter in "SZ":
        kiosk.press(f"key:{letter}")
        placed.clear()
        shown = [one for one in kiosk.areas() if one.startswith("item:")]
        assert len(kiosk.model.catalogue.find(letter)) > 20
        assert len([one for one in placed if one in names]) == len(shown)
        assert len(placed) < 80


def test_an_item_that_left_the_catalogue_meanwhile_is_not_offered_any_more() -> None:
    kiosk = searching()
    typed(kiosk, "D02")
    kiosk.press("item:D02")
    kiosk.take(Answered("items", {"items": [one for one in hall_items() if one["id"] != "D02"]}))
    assert "该事项已不在目录中" in kiosk.text()
    assert "take" not in kiosk.areas()
    kiosk.press("back")
    assert "item:D02" not in kiosk.areas()
