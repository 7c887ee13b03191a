"""Who a card says somebody is. Personal data: nothing here shows more than four characters.

The classes are compared by identity and cannot be pickled or copied: what is in them goes where
somebody reads a field on purpose, and nowhere by accident.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, NoReturn

from devices.card_reader.gb11643 import masked
from devices.card_reader.nations import Nation, Sex

__all__ = ["Citizen", "Compatriot", "Foreigner", "Foreigner2017", "Foreigner2023", "Person"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Person:
    """What stands on every card. ``valid_to`` is None for a card without end (长期)."""

    #: For people: which card it is, in Chinese and English.
    card_zh: ClassVar[str]
    card_en: ClassVar[str]

    name: str
    sex: Sex
    birth: date
    number: str
    valid_from: date
    valid_to: date | None

    @property
    def number_masked(self) -> str:
        """The number as it may stand on a screen: its last four characters."""
        return masked(self.number)

    def is_valid_on(self, day: date) -> bool:
        """Say whether the card holds on that day, its first and last included."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.number_masked}>"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("personal data is not copied")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Citizen(Person):
    """A resident's card (居民身份证)."""

    card_zh: ClassVar[str] = "居民身份证"
    card_en: ClassVar[str] = "resident identity card"

    nation: Nation
    address: str
    authority: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Compatriot(Person):
    """A residence permit of somebody of Hong Kong, Macao or Taiwan (港澳台居民居住证).

    ``pass_number`` is that of the pass to travel, ``issues`` how often the permit was issued, two
    digits; either is "" on a card that has none.
    """

    card_zh: ClassVar[str] = "港澳台居民居住证"
    card_en: ClassVar[str] = "residence permit for Hong Kong, Macao and Taiwan residents"

    address: str
    authority: str
    pass_number: str
    issues: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Foreigner(Person):
    """A foreigner's permanent residence card. ``name`` is the one in Latin letters.

    ``name_zh`` is "" on a card without; ``country`` three letters (ISO 3166).
    """

    card_zh: ClassVar[str] = "外国人永久居留身份证"
    card_en: ClassVar[str] = "foreign permanent resident ID card"

    name_zh: str
    country: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Foreigner2017(Foreigner):
    """The edition of 2017: a number of three letters and twelve digits."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Foreigner2023(Foreigner):
    """The edition of 2023: a number of 18, checked as a citizen's."""
