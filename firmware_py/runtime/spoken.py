"""Numbers in words, as they are spoken: no engine has to guess how 12 or A001 is read. Pure."""

from __future__ import annotations

import re

__all__ = ["count_en", "count_zh", "free_text", "spelt_en", "spelt_zh"]

_ZH = "零一二三四五六七八九"
_EN = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
       "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
       "nineteen")  # fmt: skip
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_NUMBER = re.compile(r"[0-9]+")


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


def free_text(text: str, language: str) -> str:
    """Return what somebody typed, its numbers in words: short ones counted, long ones spelt."""
    count = count_zh if language == "zh" else count_en
    return _NUMBER.sub(lambda match: count(match[0]), text)
