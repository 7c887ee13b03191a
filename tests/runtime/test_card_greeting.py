"""The masked name and the reason of priority that a kiosk's screen greets with."""

from __future__ import annotations

import pytest

from firmware_py.core.rules import Trait
from firmware_py.runtime.card_greeting import masked_name, priority_words


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("样张甲", "样**"),
        ("样张", "样*"),
        # A compound surname shows no more than any other.
        ("欧阳样张", "欧***"),
        ("买买提·艾力江·样张", "买***"),
        ("\U00020bb7样张", "\U00020bb7**"),
        ("SPECIMEN, JOHN", "S***"),
        ("LI", "L***"),
        ("样", "*"),
        ("  样 张 ", "样*"),
        ("", ""),
        ("·,", ""),
    ],
)
def test_of_a_name_one_character_is_shown(name: str, masked: str) -> None:
    assert masked_name(name) == masked


@pytest.mark.parametrize(
    ("traits", "appointment", "zh", "en"),
    [
        ([Trait.ELDERLY], None, "60岁以上老年人，优先办理", "Priority: 60 or older"),
        ([Trait.A_GRADE], None, "A级纳税人，优先办理", "Priority: A-grade taxpayer"),
        ([], "09:30", "预约 09:30，已签到", "Appointment 09:30, checked in"),
        (
            [Trait.A_GRADE, Trait.DISABLED, Trait.ELDERLY],
            "09:30",
            "60岁以上老年人、残疾人、A级纳税人，优先办理；预约 09:30，已签到",
            "Priority: 60 or older, disabled, A-grade taxpayer; appointment 09:30, checked in",
        ),
    ],
)
def test_all_reasons_are_one_sentence(
    traits: list[Trait], appointment: str | None, zh: str, en: str
) -> None:
    words = priority_words(traits, 60, appointment)
    assert words is not None
    assert (words.zh, words.en) == (zh, en)


def test_nobody_is_told_of_a_priority_that_they_have_not() -> None:
    assert priority_words([], 60, None) is None


def test_the_age_is_the_halls_own() -> None:
    words = priority_words([Trait.ELDERLY], 65, None)
    assert words is not None
    assert (words.zh, words.en) == ("65岁以上老年人，优先办理", "Priority: 65 or older")


def test_every_trait_has_its_words() -> None:
    assert all(priority_words([trait], 60, None) for trait in Trait)
