"""What never reaches the broker: personal data, and whatever could hold it.

The hall knows a person by a keyed hash only, and that stays in the hall too: the same hash on
two days says that the same person came. Words that people typed may hold a name or an ID number
that no program can recognise for certain, so only code words (``no_show``) go out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

__all__ = [
    "CODE_WORD",
    "KEPT_OFF",
    "TYPED_WORDS",
    "WITHHELD",
    "clean_data",
    "clean_event",
    "clean_reply",
    "is_clean",
]

#: Fields that are left out, by type of event.
KEPT_OFF: Mapping[str, frozenset[str]] = {"ticket.issued": frozenset({"person", "appointment"})}
#: Fields that somebody may have typed, by type of event.
TYPED_WORDS: Mapping[str, frozenset[str]] = {
    "day.closed": frozenset({"reason"}),
    "document.added": frozenset({"kind"}),
    "document.removed": frozenset({"reason"}),
    "document.replaced": frozenset({"kind"}),
    "form.changed": frozenset({"asked", "come"}),
    "hub.numbers_taken_over": frozenset({"reason"}),
    "form.made": frozenset({"asked", "come"}),
    "form.withdrawn": frozenset({"reason"}),
    "notice.shown": frozenset({"text", "lines"}),
    "numbers.written_off": frozenset({"reason"}),
    "rating.given": frozenset({"reason"}),
    "record.merged": frozenset({"word"}),
    "series.jumped": frozenset({"reason"}),
    "ticket.cancelled": frozenset({"reason"}),
    "ticket.parked": frozenset({"reason"}),
}
#: Stands for typed words.
WITHHELD = "withheld"

#: What nobody typed.
CODE_WORD = re.compile(r"[a-z][a-z_]{0,31}|")
#: Of these fields another form is no typed word: a paper of the item's list, or none of it.
_OWN_FORM: Mapping[str, re.Pattern[str]] = {"kind": re.compile(r"paper:[0-9]{1,3}|other")}
#: Each of their papers that is not of the item's list was typed.
_WITH_PAPERS = frozenset({"form.changed", "form.made"})
#: Names of fields that no message has, wherever in it.
_NEVER = re.compile(rb'"(person|id_number|id_card|name_of_person|phone|address)"\s*:')

_touched = KEPT_OFF.keys() | TYPED_WORDS.keys()
_decode = msgspec.json.Decoder(dict[str, Any]).decode
_encode = msgspec.json.Encoder().encode


def clean_data(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    """Clean the content of an event of this type, in place; return it."""
    for name in KEPT_OFF.get(kind, ()):
        data.pop(name, None)
    for name in TYPED_WORDS.get(kind, ()):
        if (value := data.get(name)) is not None:
            data[name] = _withheld(value, _OWN_FORM.get(name, CODE_WORD))
    if kind in _WITH_PAPERS:
        for paper in data["papers"]:
            if not paper["listed"]:
                paper["name"] = _withheld(paper["name"], CODE_WORD)
    return data


def _withheld(value: Any, code_word: re.Pattern[str]) -> Any:
    """Return what stands in place of typed words: of a text, a list of them, or one a language."""
    if isinstance(value, list):
        return [WITHHELD] * len(value)
    if isinstance(value, dict):
        return dict.fromkeys(value, WITHHELD)
    return value if isinstance(value, str) and code_word.fullmatch(value) else WITHHELD


def clean_event(kind: str, body: bytes) -> bytes:
    """Return an event's JSON as it may leave the hall; most leave as they are."""
    return _encode(clean_data(kind, _decode(body))) if kind in _touched else body


def clean_reply(reply: dict[str, Any]) -> dict[str, Any]:
    """Clean the events inside a command's reply, in place."""
    for event in reply.get("events", ()):
        event["data"] = clean_data(event["type"], event["data"])
    return reply


def is_clean(body: bytes) -> bool:
    """Whether no field of this JSON has a name that stands for personal data."""
    return _NEVER.search(body) is None
