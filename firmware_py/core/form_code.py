"""A form's number, and the code that its QR holds: the number with a check character.

A number is ``F20261122-003``: the day of acceptance and a count of that day. Its code is
``F20261122-003-N``; the last is ISO/IEC 7064's MOD 37,36 over letters and digits before it, which
finds every single wrong character, and nearly every two that changed places.
"""

from __future__ import annotations

from firmware_py.core.dates import is_day

__all__ = ["check_character", "code_of", "count_of", "form_number", "read_code"]

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DAY_DIGITS = 8
_COUNT_DIGITS = range(3, 7)


def form_number(day: str, count: int) -> str:
    """Return the number of a day's ``count``-th form."""
    return f"F{day.replace('-', '')}-{count:03d}"


def count_of(form: str) -> int:
    """Return which of its day a form is; the reverse of ``form_number``."""
    return int(form.rpartition("-")[2])


def check_character(text: str) -> str:
    """Return the check character (ISO/IEC 7064, MOD 37,36) of the letters and digits in ``text``.

    The standard's hybrid system: P begins as 36; each character is added modulo 36 (0 counts as
    36), then P doubles modulo 37. The character that makes the next sum 1 is the check.
    """
    product = 36
    for one in text:
        if one in _ALPHABET:
            total = (product + _ALPHABET.index(one)) % 36 or 36
            product = total * 2 % 37
    return _ALPHABET[(1 - product) % 36]


def code_of(form: str) -> str:
    """Return what a form's QR holds."""
    return f"{form}-{check_character(form)}"


def read_code(text: str) -> tuple[str, bool] | None:
    """Return the number in a code, or typed, and whether its check holds (none given: it does).

    None: that is no form's number at all.
    """
    typed = text.strip().upper()
    head, _, rest = typed.partition("-")
    count, dash, check = rest.partition("-")
    day = head.removeprefix("F")
    whole = (
        head.startswith("F")
        and _digits(day)
        and len(day) == _DAY_DIGITS
        and is_day(f"{day[:4]}-{day[4:6]}-{day[6:]}")
        and _digits(count)
        and len(count) in _COUNT_DIGITS
        and (not dash or (len(check) == 1 and check in _ALPHABET))
    )
    if not whole:
        return None
    form = f"F{day}-{count}"
    return form, not dash or check == check_character(form)


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()
