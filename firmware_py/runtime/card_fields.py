"""What stands on a card, for the clerk who has it before them, and for what an item must keep."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from devices.card_reader.people import Citizen, Compatriot, Foreigner, Person

__all__ = ["fields_of", "kept_of"]


def fields_of(person: Person, today: date | None) -> dict[str, Any]:
    """Return the fields for a clerk's screen; the number masked, ``expired`` None without a clock.

    What a card of this kind has not is None.
    """
    return {
        "kind": {"zh": person.card_zh, "en": person.card_en},
        "name": person.name,
        "name_zh": person.name_zh if isinstance(person, Foreigner) else None,
        "sex": {"zh": person.sex.zh, "en": person.sex.en},
        "nation": {"zh": person.nation.zh, "en": person.nation.en}
        if isinstance(person, Citizen)
        else None,
        "country": person.country if isinstance(person, Foreigner) else None,
        "birth": person.birth.isoformat(),
        "address": person.address if isinstance(person, Citizen | Compatriot) else None,
        "number_masked": person.number_masked,
        "valid_from": person.valid_from.isoformat(),
        #: None: without end (长期).
        "valid_to": person.valid_to.isoformat() if person.valid_to is not None else None,
        "expired": None if today is None else not person.is_valid_on(today),
    }


def kept_of(person: Person, wanted: Iterable[str]) -> dict[str, str]:
    """Return the fields of these names as text; what this card has not is left out."""
    found: dict[str, str] = {}
    for name in wanted:
        value = getattr(person, name, None)
        if isinstance(value, date):
            found[name] = value.isoformat()
        elif value is not None and value != "":
            found[name] = value if isinstance(value, str) else str(value.zh)
        elif name == "valid_to":
            found[name] = "长期"
    return found
