"""Numbers in words, as they are spoken: no engine has to guess how 12 or A001 is read. Pure."""

from __future__ import annotations

import re

__all__ = ["count_en", "count_zh", "free_text", "spelt_en", "spelt_zh", "time_en", "time_zh"]

_ZH = "零一二三四五六七八九"
_EN = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
       "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
       "nineteen")  # fmt: skip
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
#: A time of day, a ticket's number, any other number.
_SAID = re.compile(
    r"(?<![0-9])(?P<hour>[01]?[0-9]|2[0-3])[:：](?P<minute>[0-5][0-9])(?![0-9])"
    r"|(?<![A-Za-z])(?P<ticket>[A-Z][0-9]{2,})(?![0-9A-Za-z])"
    r"|[0-9]+"
)


def spelt_zh(text: str) -> str:
    """Return digits one by one: A001 is A零零一."""
    return "".join(_ZH[int(one)] if one in "0123456789" else one for one in text)


def spelt_en(text: str) -> str:
    """Return letters and digits one by one: A001 is A zero zero one."""
    return " ".join(_EN[int(one)] if one in "0123456789" else one for one in text if one.isalnum())


def count_zh(text: str) -> str:
    """Return a number up to 999 as a number: 12 is 十二; anything else is spelt."""
    if not text.isascii() or not text.isdigit() or len(text.lstrip("0")) > 3:
        return spelt_zh(text)
    number = int(text)
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    words = f"{_ZH[hundreds]}百" if hundreds else ""
    if tens:
        # 十二, but 一百一十二.
        words += ("" if tens == 1 and not hundreds else _ZH[tens]) + "十"
    elif hundreds and ones:
        words += "零"
    if ones or not number:
        words += _ZH[ones]
    return words


def count_en(text: str) -> str:
    """Return a number up to 999 as a number: 12 is twelve; anything else is spelt."""
    if not text.isascii() or not text.isdigit() or len(text.lstrip("0")) > 3:
        return spelt_en(text)
    number = int(text)
    hundreds, rest = divmod(number, 100)
    words = [f"{_EN[hundreds]} hundred"] if hundreds else []
    if rest >= 20:
        tens, ones = divmod(rest, 10)
        words += [_TENS[tens], *([_EN[ones]] if ones else [])]
    elif rest or not number:
        words.append(_EN[rest])
    return " ".join(words)


def time_zh(hour: int, minute: int) -> str:
    """Return a time of day: 9:30 is 九点三十分, 14:00 十四点."""
    zero = "零" if 0 < minute < 10 else ""
    return f"{count_zh(str(hour))}点" + (f"{zero}{count_zh(str(minute))}分" if minute else "")


def time_en(hour: int, minute: int) -> str:
    """Return a time of day: 9:30 is nine thirty, 14:00 two p m."""
    half = "" if 0 < hour <= 12 else " p m" if hour > 12 else " a m"
    said = count_en(str(hour % 12 or 12))
    if minute:
        return f"{said} {'oh ' if minute < 10 else ''}{count_en(str(minute))}{half}"
    return said + (half or " o'clock")


def free_text(text: str, language: str) -> str:
    """Return what somebody typed, its numbers in words.

    Short ones are counted, long ones and tickets' (A001) spelt; 9:30 is a time of day.
    """
    zh = language == "zh"

    def said(match: re.Match[str]) -> str:
        if match["hour"] is not None:
            return (time_zh if zh else time_en)(int(match["hour"]), int(match["minute"]))
        if match["ticket"] is not None:
            return (spelt_zh if zh else spelt_en)(match[0])
        number = match[0]
        if len(number) > 1 and number[0] == "0":
            return (spelt_zh if zh else spelt_en)(number)
        return (count_zh if zh else count_en)(number)

    return _SAID.sub(said, text)
