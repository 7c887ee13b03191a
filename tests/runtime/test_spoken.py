"""Numbers as people hear them."""

from __future__ import annotations

import pytest

from firmware_py.runtime.spoken import count_en, count_zh, free_text, spelt_en, spelt_zh


@pytest.mark.parametrize(
    ("number", "zh", "en"),
    [
        ("3", "三", "three"),
        ("10", "十", "ten"),
        ("12", "十二", "twelve"),
        ("20", "二十", "twenty"),
        ("45", "四十五", "forty five"),
        ("100", "一百", "one hundred"),
        ("101", "一百零一", "one hundred one"),
        ("112", "一百一十二", "one hundred twelve"),
        ("E1", "E一", "E one"),
    ],
)
def test_a_windows_number_is_counted(number: str, zh: str, en: str) -> None:
    assert (count_zh(number), count_en(number)) == (zh, en)


def test_a_tickets_number_is_spelt() -> None:
    assert spelt_zh("A001") == "A零零一"
    assert spelt_en("A012") == "A zero one two"


def test_what_somebody_typed_has_its_numbers_in_words() -> None:
    assert free_text("离下班还有15分钟", "zh") == "离下班还有十五分钟"
    assert free_text("Room 12", "en") == "Room twelve"
    assert free_text("请拨打12366", "zh") == "请拨打一二三六六"
