"""What refuses checks at a window: the cases for ``test_refusals``."""

from __future__ import annotations

from collections.abc import Callable

from firmware_py.core import commands as c
from firmware_py.core.checks import CheckState
from firmware_py.core.commands_checks import AnswerCheck, AskCheck, WithdrawCheck
from tests.core.hall import Hall

__all__ = ["CASES", "NOBODY_IN_HAND", "UNKNOWN_WINDOW"]

Case = tuple[Callable[[], Hall], c.Command]

YES = CheckState.CONFIRMED


def served() -> Hall:
    hall = Hall().open("1")
    hall.take()
    hall.next()
    return hall


def asked() -> Hall:
    hall = served()
    hall.do(AskCheck("1", ("name", "phone")))
    return hall


def asked_again() -> Hall:
    hall = asked()
    hall.do(AskCheck("1", ("name",)))
    return hall


def answered() -> Hall:
    hall = asked()
    hall.do(AnswerCheck("1", "A001-c1", YES))
    return hall


def changed(*fields: str, outcome: CheckState = CheckState.CORRECTED) -> AnswerCheck:
    return AnswerCheck("1", "A001-c1", outcome, fields)


UNKNOWN_WINDOW: list[Case] = [
    (Hall, AskCheck("99", ("name",))),
    (Hall, AnswerCheck("99", "A001-c1", YES)),
    (Hall, WithdrawCheck("99", "A001-c1")),
]
NOBODY_IN_HAND: list[Case] = [(lambda: Hall().open("1"), AskCheck("1", ("name",)))]

CASES: dict[str, list[Case]] = {
    "check_fields": [
        (served, AskCheck("1", fields))
        for fields in (
            (), ("name", "name"), ("Name",), ("姓名",), ("",), ("a b",), ("2nd",), ("a" * 33,),
            ("name\n",), tuple(f"f{n}" for n in range(13)),
        )
    ],
    "no_check": [
        (served, AnswerCheck("1", "A001-c1", YES)), (served, WithdrawCheck("1", "A001-c1")),
    ],
    "check_over": [
        (asked_again, AnswerCheck("1", "A001-c1", YES)),
        (asked_again, WithdrawCheck("1", "A001-c1")),
    ],
    "check_answered": [
        (answered, AnswerCheck("1", "A001-c1", YES)), (answered, WithdrawCheck("1", "A001-c1")),
    ],
    "check_corrections": [
        (asked, changed()),
        (asked, changed("address")),
        (asked, changed("name", "name")),
        (asked, changed("name", outcome=YES)),
        (asked, changed("name", outcome=CheckState.REFUSED)),
        (asked, changed(outcome=CheckState.OPEN)),
    ],
}  # fmt: skip
