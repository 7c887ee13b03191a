"""How a kiosk's screen greets whoever laid a card: a masked name, and why they have priority. Pure.

The masked form is for that screen alone: in no log, no event, no record.
"""

from __future__ import annotations

from collections.abc import Sequence

from firmware_py.core.rules import Text, Trait

__all__ = ["masked_name", "priority_words"]

#: More stars would tell how long a name is.
_MOST_STARS = 3


def masked_name(name: str) -> str:
    """Return the first character and stars: 样张甲 is 样**, 欧阳某某 欧***, SMITH, JOHN S***.

    A name of one character, or without any letter, is all stars.
    """
    letters = [one for one in name if one.isalpha()]
    if len(letters) < 2:
        return "*" * len(letters)
    stars = _MOST_STARS if letters[0] < "\u2e80" else min(len(letters) - 1, _MOST_STARS)
    return letters[0] + "*" * stars


def priority_words(
    traits: Sequence[Trait], elderly_from: int, appointment: str | None
) -> Text | None:
    """Return why somebody is called sooner, all of it in one sentence; None for everybody else.

    ``appointment`` is the time of one that they came for in time: ``09:30``.
    """
    told = {
        Trait.ELDERLY: Text(f"{elderly_from}岁以上老年人", f"{elderly_from} or older"),
        Trait.DISABLED: Text("残疾人", "disabled"),
        Trait.A_GRADE: Text("A级纳税人", "A-grade taxpayer"),
    }
    found = [words for trait, words in told.items() if trait in traits]
    parts: list[Text] = []
    if found:
        zh, en = "、".join(one.zh for one in found), ", ".join(one.en for one in found)
        parts.append(Text(f"{zh}，优先办理", f"Priority: {en}"))
    if appointment is not None:
        word = "appointment" if parts else "Appointment"
        parts.append(Text(f"预约 {appointment}，已签到", f"{word} {appointment}, checked in"))
    if not parts:
        return None
    return Text("；".join(one.zh for one in parts), "; ".join(one.en for one in parts))
