"""Cards written out by hand: each is the person who stands on it, or nobody."""

from __future__ import annotations

import contextlib
import copy
import pickle
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.card_reader.card import BadCard, decode
from devices.card_reader.gb11643 import check_character, is_valid, masked
from devices.card_reader.made_up import PEOPLE
from devices.card_reader.nations import NATIONS, Sex, nation
from devices.card_reader.people import (
    Citizen,
    Compatriot,
    Foreigner2017,
    Foreigner2023,
    Person,
)
from tests.devices.card_reader.cards import (
    CARDS,
    CITIZEN,
    CITIZEN_2,
    COMPATRIOT,
    FOREIGNER_2017,
    FOREIGNER_2023,
)


def with_text(block: bytes, at: int, text: str) -> bytes:
    data = text.encode("utf-16-le")
    return block[:at] + data + block[at + len(data) :]


def test_a_citizen() -> None:
    person = decode(CITIZEN)
    assert isinstance(person, Citizen)
    assert (person.name, person.sex, person.nation.zh) == ("样张甲", Sex.MALE, "汉")
    assert (person.birth, person.number) == (date(1880, 1, 1), "440524188001010014")
    assert person.address == "示范省样板市测试区虚构路1号"
    assert person.authority == "样板市公安局测试分局"
    assert (person.valid_from, person.valid_to) == (date(2020, 1, 1), None)
    assert person.is_valid_on(date(2999, 1, 1))


def test_a_citizen_whose_number_ends_with_x_and_whose_card_ends() -> None:
    person = decode(CITIZEN_2)
    assert isinstance(person, Citizen)
    assert (person.name, person.sex) == ("样张·乙", Sex.FEMALE)
    assert (person.nation.zh, person.nation.en) == ("壮", "Zhuang")
    assert (person.birth, person.number) == (date(1949, 12, 31), "11010519491231002X")
    assert (person.valid_from, person.valid_to) == (date(2018, 6, 30), date(2038, 6, 30))
    days = [date(2018, 6, 29), date(2018, 6, 30), date(2038, 6, 30), date(2038, 7, 1)]
    assert [person.is_valid_on(day) for day in days] == [False, True, True, False]


def test_somebody_of_hong_kong_macao_or_taiwan() -> None:
    person = decode(COMPATRIOT)
    assert isinstance(person, Compatriot)
    assert (person.name, person.number) == ("样张丙", "830000188002290016")
    assert (person.birth, person.sex) == (date(1880, 2, 29), Sex.MALE)
    assert (person.pass_number, person.issues) == ("X00417263", "01")
    assert person.valid_to == date(2028, 9, 1)


def test_a_foreigner_with_a_card_of_2017() -> None:
    person = decode(FOREIGNER_2017)
    assert isinstance(person, Foreigner2017)
    assert (person.name, person.name_zh) == ("SPECIMEN, ANNA MARIA", "样张丁")
    assert (person.number, person.country) == ("UTO000000101010", "UTO")
    assert (person.birth, person.valid_to) == (date(1880, 1, 1), date(2029, 7, 31))


def test_a_foreigner_with_a_card_of_2023_whose_name_goes_on_elsewhere() -> None:
    person = decode(FOREIGNER_2023)
    assert isinstance(person, Foreigner2023)
    assert person.name == "SPECIMEN, ANNA MARIA JOSEPHINE OF UTOPIA"
    assert (person.name_zh, person.country) == ("样张戊", "UTO")
    assert (person.number, person.birth) == ("911999188102030037", date(1881, 2, 3))


def test_the_bench_lays_the_same_cards() -> None:
    assert dict(PEOPLE) == CARDS


@pytest.mark.parametrize(
    ("block", "field"),
    [
        (b"", "length"),
        (CITIZEN[:255], "length"),
        (CITIZEN + b" ", "length"),
        (with_text(CITIZEN, 248, "K"), "kind"),
        (with_text(CITIZEN, 248, "\u0120"), "kind"),
        (with_text(CITIZEN, 0, "   "), "name"),
        (with_text(CITIZEN, 0, "样\n甲"), "name"),
        (with_text(CITIZEN, 0, "样\u202e甲"), "name"),
        (CITIZEN[:28] + b"\x00\xd8" + CITIZEN[30:], "name"),
        (with_text(CITIZEN, 30, "3"), "sex"),
        (with_text(CITIZEN, 30, " "), "sex"),
        (with_text(CITIZEN, 32, "1 "), "nation"),
        (with_text(CITIZEN, 32, "０１"), "nation"),
        (with_text(CITIZEN, 36, "18800102"), "birth"),
        (with_text(CITIZEN, 36, "18801301"), "birth"),
        (with_text(CITIZEN, 52, " " * 35), "address"),
        (with_text(CITIZEN, 122, "440524188001010015"), "number"),
        (with_text(CITIZEN, 122, "44052418800101001４"), "number"),
        (with_text(CITIZEN_2, 122, "11010519491231002x"), "number"),
        (with_text(CITIZEN, 158, " " * 15), "authority"),
        (with_text(CITIZEN, 188, "20200230"), "valid_from"),
        (with_text(CITIZEN, 188, "长期      "), "valid_from"),
        (with_text(CITIZEN, 188, "18791231"), "valid_from"),
        (with_text(CITIZEN, 204, "长 期"), "valid_to"),
        (with_text(CITIZEN, 204, "20191231"), "valid_to"),
        (with_text(COMPATRIOT, 220, "\x01"), "pass_number"),
        (with_text(FOREIGNER_2017, 122, "UT0000000101010"), "number"),
        (with_text(FOREIGNER_2017, 152, "U O"), "country"),
        (with_text(FOREIGNER_2017, 220, "18800132"), "birth"),
        (with_text(FOREIGNER_2023, 122, "911999188102030038"), "number"),
        (with_text(FOREIGNER_2023, 242, "utO"), "country"),
    ],
)
def test_a_card_that_cannot_be_is_nobody_and_only_the_field_is_named(
    block: bytes, field: str
) -> None:
    with pytest.raises(BadCard) as caught:
        decode(block)
    assert caught.value.field == field
    assert str(caught.value) == f"the card's {field} cannot be"
    # The error beneath would carry what stood there.
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@given(st.sampled_from(sorted(CARDS)), st.integers(0, 255), st.integers(1, 255))
def test_a_card_with_a_wrong_byte_is_refused_or_has_its_number_right(
    name: str, at: int, flip: int
) -> None:
    block = CARDS[name]
    damaged = block[:at] + bytes((block[at] ^ flip,)) + block[at + 1 :]
    try:
        person = decode(damaged)
    except BadCard:
        return
    assert person.birth <= person.valid_from
    assert isinstance(person, Foreigner2017) or is_valid(person.number)


@pytest.mark.parametrize("name", ["样𠮷", "\ue863\ue864", "阿·依\u3400"])
def test_rare_characters_are_names(name: str) -> None:
    person = decode(with_text(CITIZEN, 0, name.ljust(5)))
    assert (person.name, person.number) == (name, "440524188001010014")


@given(st.binary(min_size=256, max_size=256))
def test_any_256_bytes_are_a_person_or_a_bad_card(block: bytes) -> None:
    with contextlib.suppress(BadCard):
        assert isinstance(decode(block), Person)


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014"])
def test_the_standards_examples_have_the_right_check_character(number: str) -> None:
    assert check_character(number[:17]) == number[17]
    assert is_valid(number)


@pytest.mark.parametrize(
    "number", ["110105194912310021", "11010519491331002X", "1101051949123100", "", "X" * 18]
)
def test_other_numbers_are_not_valid(number: str) -> None:
    assert not is_valid(number)


def test_of_a_number_four_characters_are_seen() -> None:
    assert masked("11010519491231002X") == "**************002X"
    assert masked("UTO000000101010") == "***********1010"
    assert masked("1234") == "****"


def test_all_56_nations_are_known_and_nobody_is_turned_away_for_another() -> None:
    assert [f"{n:02d}" for n in range(1, 57)] == sorted(NATIONS)[:56]
    assert [NATIONS[code].zh for code in ("02", "05", "10", "31", "56")] == [
        "蒙古", "维吾尔", "朝鲜", "达斡尔", "基诺",
    ]  # fmt: skip
    assert len({one.zh for one in NATIONS.values()}) == len(NATIONS)
    assert (nation("63").code, nation("63").zh) == ("63", "其他")


@pytest.mark.parametrize("name", sorted(CARDS))
def test_a_person_is_neither_shown_nor_copied(name: str) -> None:
    person = decode(CARDS[name])
    shown = f"<{type(person).__name__} {person.number_masked}>"
    assert {repr(person), str(person), f"{person}", f"{person:>9}", f"{[person]}"[1:-1]} == {shown}
    for attempt in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="not copied"):
            attempt(person)
