"""Text that goes to loudspeakers and walls, into the journal and to the broker names nobody."""

from __future__ import annotations

import re
import unicodedata

from firmware_py.core.refusals import Refusal

__all__ = ["holds_id_number", "names_a_person"]

#: A resident's ID number (GB 11643): region, day of birth, three digits, a check character. A
#: company's number (统一社会信用代码) of 18 digits has no day of birth where this one has.
_ID_NUMBER = re.compile(
    r"(?<![0-9])[0-9]{6}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
    r"[0-9]{3}[0-9Xx](?![0-9A-Za-z])"
)


def holds_id_number(*texts: str) -> bool:
    """Say whether a text holds an ID number.

    Full-width digits count too. A wrong check character does not help: it is still somebody's.
    """
    return any(_ID_NUMBER.search(unicodedata.normalize("NFKC", text)) for text in texts)


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
