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

from devices.card_reader.gb11643 import is_valid
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
    card = _Card(block)
    read = _READERS.get(card.text(_KIND, 2, "kind"))
    if read is None:
        raise BadCard("kind")
    person = read(card)
    if person.birth > person.valid_from:
        raise BadCard("valid_from")
    if person.valid_to is not None and person.valid_to < person.valid_from:
        raise BadCard("valid_to")
    return person


class _Card:
    """Fields of a block by their bytes. Each method raises ``BadCard`` with the field's name."""

    __slots__ = ("_block", "_text")

    def __init__(self, block: bytes) -> None:
        self._block = block
        try:
            text = block.decode("utf-16-le")
        except UnicodeDecodeError:
            text = ""
        # Rare characters take two places; then, and where something is wrong, each field is
        # decoded by itself.
        clean = len(text) * 2 == BLOCK and not _CONTROL.search(text)
        self._text = text if clean else ""

    def text(self, at: int, length: int, field: str) -> str:
        """Return a field without the spaces around it; it may be empty."""
        end = at + length
        if self._text:
            return self._text[at // 2 : end // 2].strip(" ")
        return _decoded(self._block[at:end], field)

    def needed(self, at: int, length: int, field: str) -> str:
        """Return a field that is not empty."""
        text = self.text(at, length, field)
        if not text:
            raise BadCard(field)
        return text

    def matched(self, at: int, length: int, field: str, form: re.Pattern[str]) -> str:
        """Return a field of that form."""
        text = self.text(at, length, field)
        if not form.fullmatch(text):
            raise BadCard(field)
        return text

    def sex(self, at: int) -> Sex:
        """Return a sex by its code."""
        sex = _SEXES.get(self.text(at, 2, "sex"))
        if sex is None:
            raise BadCard("sex")
        return sex

    def day(self, at: int, field: str) -> date:
        """Return a day."""
        text = self.matched(at, 16, field, _DATE)
        try:
            return date(int(text[:4]), int(text[4:6]), int(text[6:]))
        except ValueError:
            raise BadCard(field) from None

    def long_name(self) -> str:
        """Return a name that is cut at 35 characters, wherever that is, and goes on elsewhere."""
        name = _decoded(self._block[52:122] + self._block[220:242], "name")
        if not name:
            raise BadCard("name")
        return name

    def last_day(self) -> date | None:
        """Return the card's last day, None for one without end."""
        endless = self.text(204, 16, "valid_to") == _ENDLESS
        return None if endless else self.day(204, "valid_to")

    def own_number(self) -> tuple[str, date]:
        """Return an ID number and the day of birth, which it repeats."""
        number = self.text(122, 36, "number")
        if not is_valid(number):
            raise BadCard("number")
        birth = self.day(36, "birth")
        if self.text(36, 16, "birth") != number[6:14]:
            raise BadCard("birth")
        return number, birth


def _decoded(data: bytes, field: str) -> str:
    try:
        text = data.decode("utf-16-le")
    except UnicodeDecodeError:
        # The error carries the bytes.
        raise BadCard(field) from None
    if _CONTROL.search(text):
        raise BadCard(field)
    return text.strip(" ")


def _citizen(card: _Card) -> Citizen:
    number, birth = card.own_number()
    code = card.matched(32, 4, "nation", _TWO_DIGITS)
    return Citizen(
        name=card.needed(0, 30, "name"),
        sex=card.sex(30),
        birth=birth,
        number=number,
        valid_from=card.day(188, "valid_from"),
        valid_to=card.last_day(),
        nation=nation(code),
        address=card.needed(52, 70, "address"),
        authority=card.needed(158, 30, "authority"),
    )


def _compatriot(card: _Card) -> Compatriot:
    number, birth = card.own_number()
    return Compatriot(
        name=card.needed(0, 30, "name"),
        sex=card.sex(30),
        birth=birth,
        number=number,
        valid_from=card.day(188, "valid_from"),
        valid_to=card.last_day(),
        address=card.needed(52, 70, "address"),
        authority=card.needed(158, 30, "authority"),
        pass_number=card.text(220, 18, "pass_number"),
        issues=card.text(238, 4, "issues"),
    )


def _foreigner_2017(card: _Card) -> Foreigner2017:
    return Foreigner2017(
        name=card.needed(0, 120, "name"),
        sex=card.sex(120),
        birth=card.day(220, "birth"),
        number=card.matched(122, 30, "number", _NUMBER_2017),
        valid_from=card.day(188, "valid_from"),
        valid_to=card.last_day(),
        name_zh=card.text(158, 30, "name_zh"),
        country=card.matched(152, 6, "country", _COUNTRY),
    )


def _foreigner_2023(card: _Card) -> Foreigner2023:
    number, birth = card.own_number()
    return Foreigner2023(
        name=card.long_name(),
        sex=card.sex(30),
        birth=birth,
        number=number,
        valid_from=card.day(188, "valid_from"),
        valid_to=card.last_day(),
        name_zh=card.text(0, 30, "name_zh"),
        country=card.matched(242, 6, "country", _COUNTRY),
    )


_READERS: MappingProxyType[str, Callable[[_Card], Person]] = MappingProxyType(
    {
        "": _citizen,
        "J": _compatriot,
        "I": _foreigner_2017,
        "Y": _foreigner_2023,
    }
)
