"""What readers report. Personal data goes through the worker in an object that can be emptied.

Whoever takes a ``CardRead`` or a ``TagRead`` calls ``wipe()`` when its purpose has ended, and at
``Lifted``, and when the reader is lost or opened again: then nobody can say any more whether the
card lies there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NoReturn

from devices.base import Reading, Sentence
from devices.card_reader.people import Person

__all__ = [
    "CardRead",
    "CardRefused",
    "CodeKind",
    "CodeRead",
    "CodeRefused",
    "Lifted",
    "TagRead",
    "Wiped",
]

CodeKind = Literal["ticket", "appointment"]


class Wiped(RuntimeError):
    """The fields were asked for after their purpose had ended."""


class CardRead(Reading):
    """A card was read. Its ``repr`` shows the kind of card and four characters of its number.

    Compared by identity; it cannot be pickled or copied. Python frees what was wiped and does not
    write over it: that memory must not be in a core dump is the daemon's to see to.
    """

    __slots__ = ("_person",)

    def __init__(self, person: Person) -> None:
        self._person: Person | None = person

    @property
    def person(self) -> Person:
        """Whose card it is. Raises ``Wiped``."""
        if self._person is None:
            raise Wiped("the card's fields were wiped")
        return self._person

    @property
    def wiped(self) -> bool:
        """Whether the fields are gone."""
        return self._person is None

    def wipe(self) -> None:
        """Let go of the fields; a second call does nothing."""
        self._person = None

    def __repr__(self) -> str:
        return f"CardRead({self._person or 'wiped'})"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("personal data is not copied")


class TagRead(Reading):
    """A card's UID was read: 4, 7 or 10 bytes, the same each time, of a card and not of a person.

    ``random``: drawn by lot each time, so nobody is recognised by it. ``shared``: other cards may
    have the same one, so nobody should be. Its ``repr`` shows how long it is. Compared by
    identity; it cannot be pickled or copied.
    """

    __slots__ = ("_uid", "random", "shared")

    def __init__(self, uid: bytes, *, random: bool = False, shared: bool = False) -> None:
        self._uid: bytes | None = uid
        self.random = random
        self.shared = shared

    @property
    def uid(self) -> bytes:
        """The number. Raises ``Wiped``."""
        if self._uid is None:
            raise Wiped("the card's number was wiped")
        return self._uid

    @property
    def wiped(self) -> bool:
        """Whether the number is gone."""
        return self._uid is None

    def wipe(self) -> None:
        """Let go of the number; a second call does nothing."""
        self._uid = None

    def __repr__(self) -> str:
        shown = "wiped" if self._uid is None else f"<{len(self._uid)} bytes>"
        return f"TagRead({shown}{', random' * self.random}{', shared' * self.shared})"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("personal data is not copied")


@dataclass(frozen=True, slots=True)
class CardRefused(Reading):
    """A card was there and could not be read, or what stood on it cannot be.

    ``code`` is stable: ``select_failed``, ``read_failed``, ``wrong_card``, ``not_genuine``,
    ``garbled``, ``bad_data``, ``mute``, ``no_uid``. ``field`` is the card's field for
    ``bad_data``, never its content. ``say`` tells the person before the reader what to do.
    """

    code: str
    say: Sentence
    field: str = ""


@dataclass(frozen=True, slots=True)
class Lifted(Reading):
    """The card that was read no longer lies there."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CodeRead(Reading):
    """A code was scanned. ``text`` is data, never a command: bounded, of printable ASCII.

    Its ``repr`` shows a ticket's code, and of any other only how long it is.
    """

    kind: CodeKind
    text: str

    def __repr__(self) -> str:
        shown = repr(self.text) if self.kind == "ticket" else f"<{len(self.text)} characters>"
        return f"CodeRead({self.kind!r}, {shown})"

    __str__ = __repr__

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("personal data is not copied")


@dataclass(frozen=True, slots=True)
class CodeRefused(Reading):
    """Something was scanned that is no code of the hall; what it said is gone.

    ``code`` is stable: ``unknown``, ``too_long``, ``cut_short``.
    """

    code: str
    say: Sentence
