"""The text block of a card: 256 bytes of UTF-16 (low byte first), as pure functions.

Source: the published layout of the four kinds of card; never tried with a real one. Fields are
at fixed places, padded with spaces. The character at byte 248 tells the kind::

    space  citizen           name 0:30 sex 30:2 nation 32:4 birth 36:16 address 52:70
                             number 122:36 authority 158:30 from 188:16 to 204:16
    J      Hong Kong, Macao, as citizen, without a nation; pass number 220:18, issues 238:4
           Taiwan
    I      foreigner, 2017   English name 0:120 sex 120:2 number 122:30 country 152:6
                             Chinese name 158:30 from 188:16 to 204:16 birth 220:16
    Y      foreigner, 2023   Chinese name 0:30 sex 30:2 birth 36:16 English name 52:70
                             number 122:36 from 188:16 to 204:16 its rest 220:22 country 242:6

A block is a whole person or ``BadCard``, which names the field and never what stood in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from types import MappingProxyType

from devices.card_reader.gb11643 import birth_of, is_valid
from devices.card_reader.nations import Sex, nation
from devices.card_reader.people import (
    Citizen,
    Compatriot,
    Foreigner2017,
    Foreigner2023,
    Person,
)

__all__ = ["BLOCK", "BadCard", "decode"]

#: Bytes of a text block.
BLOCK = 256
_KIND = 248
_ENDLESS = "长期"
_SEXES = {sex.code: sex for sex in Sex}
_DATE = re.compile(r"[0-9]{8}")
_TWO_DIGITS = re.compile(r"[0-9]{2}")
_COUNTRY = re.compile(r"[A-Z]{3}")
_NUMBER_2017 = re.compile(r"[A-Z]{3}[0-9]{12}")
#: Nothing of a name or address: controls, what turns the direction of writing, line ends. Private
#: characters are allowed: rare names are written with them.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffe\uffff]")


class BadCard(ValueError):
    """A card whose data cannot be; ``field`` says where, nothing says what stood there."""

    def __init__(self, field: str) -> None:
        super().__init__(f"the card's {field} cannot be")
        self.field = field


def decode(block: bytes) -> Person:
    """Return whose card it is. Raises ``BadCard``."""
    if len(block) != BLOCK:
        raise BadCard("length")
    read = _READERS.get(bytes(block[_KIND : _KIND + 2]))
    if read is None:
        raise BadCard("kind")
    person = read(block)
    if person.birth > person.valid_from:
        raise BadCard("valid_from")
    if person.valid_to is not None and person.valid_to < person.valid_from:
        raise BadCard("valid_to")
    return person


def _citizen(block: bytes) -> Citizen:
    number, birth = _own_number(block)
    code = _matched(block, 32, 4, "nation", _TWO_DIGITS)
    return Citizen(
        name=_needed(block, 0, 30, "name"),
        sex=_sex(block, 30),
        birth=birth,
        number=number,
        valid_from=_day(block, 188, "valid_from"),
        valid_to=_last_day(block),
        nation=nation(code),
        address=_needed(block, 52, 70, "address"),
        authority=_needed(block, 158, 30, "authority"),
    )


def _compatriot(block: bytes) -> Compatriot:
    number, birth = _own_number(block)
    return Compatriot(
        name=_needed(block, 0, 30, "name"),
        sex=_sex(block, 30),
        birth=birth,
        number=number,
        valid_from=_day(block, 188, "valid_from"),
        valid_to=_last_day(block),
        address=_needed(block, 52, 70, "address"),
        authority=_needed(block, 158, 30, "authority"),
        pass_number=_text(block, 220, 18, "pass_number"),
        issues=_text(block, 238, 4, "issues"),
    )


def _foreigner_2017(block: bytes) -> Foreigner2017:
    return Foreigner2017(
        name=_needed(block, 0, 120, "name"),
        sex=_sex(block, 120),
        birth=_day(block, 220, "birth"),
        number=_matched(block, 122, 30, "number", _NUMBER_2017),
        valid_from=_day(block, 188, "valid_from"),
        valid_to=_last_day(block),
        name_zh=_text(block, 158, 30, "name_zh"),
        country=_matched(block, 152, 6, "country", _COUNTRY),
    )


def _foreigner_2023(block: bytes) -> Foreigner2023:
    number, birth = _own_number(block)
    # Cut at 35 characters, wherever that is: the rest goes on behind it.
    name = block[52:122] + block[220:242]
    return Foreigner2023(
        name=_needed(name, 0, len(name), "name"),
        sex=_sex(block, 30),
        birth=birth,
        number=number,
        valid_from=_day(block, 188, "valid_from"),
        valid_to=_last_day(block),
        name_zh=_text(block, 0, 30, "name_zh"),
        country=_matched(block, 242, 6, "country", _COUNTRY),
    )


_READERS: MappingProxyType[bytes, Callable[[bytes], Person]] = MappingProxyType(
    {
        b" \x00": _citizen,
        b"J\x00": _compatriot,
        b"I\x00": _foreigner_2017,
        b"Y\x00": _foreigner_2023,
    }
)


def _text(block: bytes, at: int, length: int, field: str) -> str:
    try:
        text = block[at : at + length].decode("utf-16-le").strip(" ")
    except UnicodeDecodeError:
        # The error carries the bytes.
        raise BadCard(field) from None
    if _CONTROL.search(text):
        raise BadCard(field)
    return text


def _needed(block: bytes, at: int, length: int, field: str) -> str:
    text = _text(block, at, length, field)
    if not text:
        raise BadCard(field)
    return text


def _matched(block: bytes, at: int, length: int, field: str, form: re.Pattern[str]) -> str:
    text = _text(block, at, length, field)
    if not form.fullmatch(text):
        raise BadCard(field)
    return text


def _sex(block: bytes, at: int) -> Sex:
    sex = _SEXES.get(_text(block, at, 2, "sex"))
    if sex is None:
        raise BadCard("sex")
    return sex


def _day(block: bytes, at: int, field: str) -> date:
    text = _matched(block, at, 16, field, _DATE)
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        raise BadCard(field) from None


def _last_day(block: bytes) -> date | None:
    if _text(block, 204, 16, "valid_to") == _ENDLESS:
        return None
    return _day(block, 204, "valid_to")


def _own_number(block: bytes) -> tuple[str, date]:
    """Return an ID number and the day of birth, which it repeats."""
    number = _text(block, 122, 36, "number")
    if not is_valid(number):
        raise BadCard("number")
    birth = _day(block, 36, "birth")
    if birth != birth_of(number):
        raise BadCard("birth")
    return number, birth
