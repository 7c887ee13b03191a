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


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("您的号码是A001，前面3人", "zh", "您的号码是A零零一，前面三人"),
        ("Your number is A012, 3 ahead", "en", "Your number is A zero one two, three ahead"),
        ("请A001、D120到12号窗口", "zh", "请A零零一、D一二零到十二号窗口"),
        ("编号007", "zh", "编号零零七"),
        ("A4纸", "zh", "A四纸"),
        # No ticket's: letters before it belong to it.
        ("USB12", "en", "USBtwelve"),
    ],
)
def test_a_tickets_number_in_a_text_is_spelt(text: str, language: str, said: str) -> None:
    assert free_text(text, language) == said


@pytest.mark.parametrize(
    ("time", "zh", "en"),
    [
        ("9:30", "九点三十分", "nine thirty"),
        ("09:05", "九点零五分", "nine oh five"),
        ("12:00", "十二点", "twelve o'clock"),
        ("13:30", "十三点三十分", "one thirty p m"),
        ("17:00", "十七点", "five p m"),
        ("00:10", "零点十分", "twelve ten a m"),
    ],
)
def test_a_time_of_day_is_read_as_one(time: str, zh: str, en: str) -> None:
    assert free_text(f"{time}开始取号", "zh") == f"{zh}开始取号"
    assert free_text(f"Tickets from {time}.", "en") == f"Tickets from {en}."


def test_what_is_no_time_of_day_is_not_read_as_one() -> None:
    assert free_text("比例 3:70", "zh") == "比例 三:七十"
    assert free_text("25:10", "zh") == "二十五:十"
