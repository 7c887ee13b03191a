"""The example catalogue as a taxpayer, a printer and a search by initials meet it."""

from __future__ import annotations

import bisect
import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

CATALOGUE = Path(__file__).parents[2] / "config" / "items.toml"

EXPECTED_COUNTS = {"registration": 9, "filing": 9, "benefits": 170, "invoices": 8}
EXPECTED_TOTAL = 214
EXPECTED_CATEGORIES = 7

CATEGORY_KEYS = {"id", "prefix", "name", "icon"}
ITEM_KEYS = {
    "id",
    "category",
    "name",
    "service_limit_s",
    "statutory_days",
    "papers",
    "elsewhere",
    "initials",
}

#: Two lines of Chinese on an 80 mm ticket, or a kiosk's button.
LONGEST_ZH = 24
LONGEST_EN = 90

# GB 2312 puts its 3,755 common characters (rows 16 to 55) in the order of their pinyin: the first
# code of each initial gives the letter of every one of them, without a dictionary.
FIRST_CODES = (
    (0xB0A1, "a"), (0xB0C5, "b"), (0xB2C1, "c"), (0xB4EE, "d"), (0xB6EA, "e"), (0xB7A2, "f"),
    (0xB8C1, "g"), (0xB9FE, "h"), (0xBBF7, "j"), (0xBFA6, "k"), (0xC0AC, "l"), (0xC2E8, "m"),
    (0xC4C3, "n"), (0xC5B6, "o"), (0xC5BE, "p"), (0xC6DA, "q"), (0xC8BB, "r"), (0xC8F6, "s"),
    (0xCBFA, "t"), (0xCDDA, "w"), (0xCEF4, "x"), (0xD1B9, "y"), (0xD4D1, "z"),
)  # fmt: skip
LAST_COMMON_CODE = 0xD7F9

#: Words in which a character is read otherwise than where GB 2312 sorts it.
OTHER_READINGS = {"重组": "cz", "重新": "cx", "调整": "tz"}
#: The rarer characters of the names: GB 2312 sorts these by radical.
RARE_READINGS = {"殡": "b", "赡": "s"}


@pytest.fixture(scope="module")
def catalogue() -> dict[str, Any]:
    return tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def items(catalogue: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = catalogue["items"]
    return found


def texts(catalogue: dict[str, Any]) -> list[dict[str, str]]:
    named = [*catalogue["categories"], *catalogue["items"]]
    papers = [paper for item in catalogue["items"] for paper in item["papers"]]
    return [one["name"] for one in named] + papers


def is_chinese(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff"


def reading(character: str) -> str:
    code = int.from_bytes(character.encode("gb2312"), "big")
    if code > LAST_COMMON_CODE:
        return RARE_READINGS[character]
    return FIRST_CODES[bisect.bisect([first for first, _ in FIRST_CODES], code) - 1][1]


def initials(name: str) -> str:
    """The letters that a person types for a name: one a character; digits and Latin stay."""
    for word, letters in OTHER_READINGS.items():
        name = name.replace(word, letters)
    kept = (c for c in name if is_chinese(c) or (c.isascii() and c.isalnum()))
    return "".join(reading(c) if is_chinese(c) else c.lower() for c in kept)


def test_the_file_says_in_both_languages_that_it_is_an_example() -> None:
    head = CATALOGUE.read_text(encoding="utf-8").partition("version = 1")[0]
    assert "示例目录" in head
    assert "替换" in head
    assert "EXAMPLE CATALOGUE" in head
    assert "to be replaced" in head


def test_seven_categories_hold_214_items(catalogue: dict[str, Any]) -> None:
    counts = Counter(item["category"] for item in catalogue["items"])
    others = {name: n for name, n in counts.items() if name not in EXPECTED_COUNTS}
    assert {name: counts[name] for name in EXPECTED_COUNTS} == EXPECTED_COUNTS
    assert len(others) == EXPECTED_CATEGORIES - len(EXPECTED_COUNTS)
    assert sum(others.values()) == 18
    assert counts.total() == EXPECTED_TOTAL


def test_every_table_has_its_keys_and_no_others(catalogue: dict[str, Any]) -> None:
    assert set(catalogue) == {"version", "categories", "items"}
    assert catalogue["version"] == 1
    assert all(set(category) == CATEGORY_KEYS for category in catalogue["categories"])
    assert [item["id"] for item in catalogue["items"] if set(item) != ITEM_KEYS] == []


def test_categories_have_ids_and_prefixes_of_their_own(catalogue: dict[str, Any]) -> None:
    categories = catalogue["categories"]
    ids = [category["id"] for category in categories]
    prefixes = [category["prefix"] for category in categories]
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", one) for one in ids)
    assert all(re.fullmatch(r"[A-Z]", one) for one in prefixes)
    assert len(set(ids)) == len(ids) == EXPECTED_CATEGORIES
    assert len(set(prefixes)) == len(prefixes)


def test_an_id_is_its_categorys_letter_and_a_number_without_gaps(
    catalogue: dict[str, Any],
) -> None:
    for category in catalogue["categories"]:
        ids = [item["id"] for item in catalogue["items"] if item["category"] == category["id"]]
        digits = len(ids[0]) - 1
        prefix = category["prefix"]
        assert ids == [f"{prefix}{n:0{digits}d}" for n in range(1, len(ids) + 1)]
    everywhere = [item["id"] for item in catalogue["items"]]
    assert len(set(everywhere)) == EXPECTED_TOTAL


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_two_names_are_the_same(catalogue: dict[str, Any], language: str) -> None:
    named = [*catalogue["categories"], *catalogue["items"]]
    twice = [n for n, times in Counter(one["name"][language] for one in named).items() if times > 1]
    assert twice == []


def test_every_text_is_there_in_both_languages(catalogue: dict[str, Any]) -> None:
    for text in texts(catalogue):
        assert set(text) == {"zh", "en"}
        assert text["zh"] == text["zh"].strip() != ""
        assert text["en"] == text["en"].strip() != ""
        assert any(is_chinese(c) for c in text["zh"]), text
        assert text["en"].isascii(), text


def test_every_printer_and_led_font_has_the_chinese_characters(catalogue: dict[str, Any]) -> None:
    """GB 2312 is in every chip font; it has no private use and no four-byte codes."""
    for text in texts(catalogue):
        assert text["zh"].encode("gb2312") == text["zh"].encode("gb18030")


def test_names_fit_a_ticket_and_a_button(items: list[dict[str, Any]]) -> None:
    assert [i["id"] for i in items if len(i["name"]["zh"]) > LONGEST_ZH] == []
    assert [i["id"] for i in items if len(i["name"]["en"]) > LONGEST_EN] == []


def test_limits_are_five_minutes_to_an_hour_and_the_back_office_has_a_month(
    items: list[dict[str, Any]],
) -> None:
    for item in items:
        assert type(item["service_limit_s"]) is int
        assert type(item["statutory_days"]) is int
        assert 300 <= item["service_limit_s"] <= 3600, item["id"]
        assert item["service_limit_s"] % 60 == 0, item["id"]
        assert 0 <= item["statutory_days"] <= 22, item["id"]


def test_papers_are_one_to_five_and_each_is_named_once(items: list[dict[str, Any]]) -> None:
    for item in items:
        names = [paper["zh"] for paper in item["papers"]]
        assert 1 <= len(names) <= 5, item["id"]
        assert len(set(names)) == len(names), item["id"]


def test_the_same_paper_is_worded_the_same_everywhere(items: list[dict[str, Any]]) -> None:
    pairs = {(paper["zh"], paper["en"]) for item in items for paper in item["papers"]}
    assert len({zh for zh, _ in pairs}) == len(pairs)
    assert len({en for _, en in pairs}) == len(pairs)


def test_guidance_names_known_places_only(items: list[dict[str, Any]]) -> None:
    allowed: tuple[list[str], ...] = ([], ["online"], ["terminal"], ["terminal", "online"])
    assert [item["id"] for item in items if item["elsewhere"] not in allowed] == []
    assert any(item["elsewhere"] == [] for item in items)
    assert any("terminal" in item["elsewhere"] for item in items)


def test_what_goes_to_the_back_office_is_never_done_at_a_terminal(
    items: list[dict[str, Any]],
) -> None:
    later = [item for item in items if item["statutory_days"]]
    assert later
    at_terminal = [i["id"] for i in later if "terminal" in i["elsewhere"]]
    assert at_terminal == []


def test_initials_are_those_of_the_chinese_name(items: list[dict[str, Any]]) -> None:
    for item in items:
        assert item["initials"] == initials(item["name"]["zh"]), item["id"]


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("税务登记", "swdj"),
        ("企业重组特殊性税务处理", "qycztsxswcl"),
        ("重点群体创业扣减增值税", "zdqtcykjzzs"),
        ("小规模纳税人减按1%征收增值税", "xgmnsrja1zszzs"),
        ("出口退（免）税备案", "cktmsba"),
    ],
)
def test_initials_of_known_names(name: str, letters: str) -> None:
    assert initials(name) == letters
