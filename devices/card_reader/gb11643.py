"""Citizens' ID numbers (GB 11643): 6 digits of region, 8 of birth, 3 in order, 1 to check.

The check character: the first 17 digits by their weights, summed, modulo 11, is a place in
``10X98765432``.
"""

from __future__ import annotations

import re
from datetime import date
from operator import mul

__all__ = ["birth_of", "check_character", "is_valid", "masked"]

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
#: What seventeen characters 0 come to: a digit's byte is so much more than the digit.
_ZEROS = ord("0") * sum(_WEIGHTS)
#: Only these digits: ``str.isdigit`` and ``\\d`` know others.
_NUMBER = re.compile(r"[1-9][0-9]{16}[0-9X]")
_SHOWN = 4


def check_character(body: str) -> str:
    """Return what follows the 17 digits of ``body``."""
    return _CHECKS[(sum(map(mul, _WEIGHTS, body.encode("ascii"))) - _ZEROS) % 11]


def is_valid(number: str) -> bool:
    """Say whether ``number`` has the form, a day of birth that was, and the right check."""
    return (
        _NUMBER.fullmatch(number) is not None
        and birth_of(number) is not None
        and check_character(number[:17]) == number[17]
    )


def birth_of(number: str) -> date | None:
    """Return the day of birth in a number of the right form; None when there is no such day."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def masked(number: str) -> str:
    """Return the number as it may be shown: its last four characters, ``*`` for each other."""
    shown = number[-_SHOWN:] if len(number) > 2 * _SHOWN else ""
    return shown.rjust(len(number), "*")
