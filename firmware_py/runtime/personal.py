"""Text that goes to loudspeakers and walls, into the journal and to the broker names nobody."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from firmware_py.core.refusals import Refusal

__all__ = ["holds_id_number", "names_a_person", "vet_texts", "vet_words", "words_of"]

#: A resident's ID number (GB 11643): region, day of birth, three digits, a check character. A
#: company's number (统一社会信用代码) of 18 digits has no day of birth where this one has.
_ID_NUMBER = re.compile(
    r"(?<![0-9])[0-9]{6}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
    r"[0-9]{3}[0-9Xx](?![0-9A-Za-z])"
)


_SHORTEST = 18

_IN_A_COMMAND = Refusal(
    "personal_data",
    "输入的内容中有身份证号码，属于个人信息，没有执行，也没有记录；请删去后重试。",
    "What was entered holds an ID number, which is personal data: nothing was done, and nothing "
    "was recorded. Leave it out and try again.",
)


def holds_id_number(*texts: str) -> bool:
    """Say whether a text holds an ID number.

    Full-width digits count too. A wrong check character does not help: it is still somebody's.
    """
    return any(
        _ID_NUMBER.search(unicodedata.normalize("NFKC", text))
        for text in texts
        if len(text) >= _SHORTEST
    )


def words_of(command: object) -> Iterator[str]:
    """Yield every text of a command, also of what it holds."""
    for field in fields(command) if is_dataclass(command) else ():
        value = getattr(command, field.name)
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, str):
                yield one
            else:
                yield from words_of(one)


def vet_words(command: object) -> Refusal | None:
    """Refuse a command with an ID number in any of its words, before anything is decided.

    Even a refusal is remembered, with what it was about: a number typed where a ticket's belongs.
    """
    return vet_texts(*words_of(command))


def vet_texts(*texts: str) -> Refusal | None:
    """Refuse what comes with a command, its id and who gave it, when it holds an ID number."""
    return _IN_A_COMMAND if holds_id_number(*texts) else None


def names_a_person(*texts: str) -> Refusal | None:
    """Return why these texts may not be said or shown: one holds an ID number; None when none."""
    if not holds_id_number(*texts):
        return None
    return Refusal(
        "personal_data",
        "文字中有身份证号码，属于个人信息，不能播报或上屏；请改用排队号码。",
        "The text holds an ID number, which is personal data: it is neither said nor shown. "
        "Name the ticket's number instead.",
    )
