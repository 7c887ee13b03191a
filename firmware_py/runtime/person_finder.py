"""Who somebody is to the hall: a keyed hash of the day, grades, appointments. Never a number.

The number goes in and nothing of it comes out. It blocks (a day's key may have to be made on the
disk), so it is called on a thread.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from firmware_py.config.people_lists import AppointmentRow
from firmware_py.core.rules import Trait
from firmware_py.runtime.people_lists import Lists
from firmware_py.store.person_hash import person_hash

__all__ = ["Appointment", "Found", "PersonFinder", "PersonVault", "age_on"]

log = logging.getLogger(__name__)


class PersonVault(Protocol):
    """What is asked of ``store.vault.Vault``."""

    def hash_person(self, day: str, number: str) -> str:
        """Return the keyed hash of the day."""

    def put(self, day: str, name: str, data: bytes) -> None:
        """Keep data, encrypted."""


@dataclass(frozen=True, slots=True)
class Appointment:
    """An appointment of today: seconds of the local day, its item, and which it is, as a hash.

    ``key`` is None when no hash can be made: then it cannot be told whether it was used.
    """

    seconds: int
    item: str
    key: str | None

    @property
    def time(self) -> str:
        """The time as people write it."""
        return f"{self.seconds // 3600:02d}:{self.seconds // 60 % 60:02d}"


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of somebody. ``person`` None: no hash could be made, the log says why.

    The rest is of a Pi that asks the hub: ``asked`` says whether it was answered, ``clock`` whether
    the hub knows the time, ``same`` whether it is the owner of ``ticket``, which a window has in
    hand.
    """

    person: str | None = None
    grades: tuple[Trait, ...] = ()
    appointments: tuple[Appointment, ...] = ()
    asked: bool = True
    clock: bool = True
    ticket: str | None = None
    same: bool | None = None


class PersonFinder:
    """Finds people of this hall; ``vault`` returns it as it is now, None for a hall without."""

    def __init__(self, vault: Callable[[], PersonVault | None]) -> None:
        self._vault = vault

    def by_number(self, number: str, lists: Lists, day: str) -> Found:
        """Return what is known of whoever has this number; ``day`` is the business day."""
        grades: tuple[Trait, ...] = ()
        rows: Sequence[AppointmentRow] = ()
        if lists.key is not None:
            listed = person_hash(lists.key, number)
            grades = () if lists.grades is None else lists.grades.of(listed)
            if lists.appointments is not None:
                rows = lists.appointments.of_person(listed)
        appointments = tuple(self._appointment(day, row) for row in rows)
        return Found(self._hashed(day, number), grades, appointments)

    def by_code(self, code: str, lists: Lists, day: str) -> Appointment | None:
        """Return the appointment of a code; None when today has none of it."""
        row = None if lists.appointments is None else lists.appointments.of_code(code)
        return None if row is None else self._appointment(day, row)

    def keep(self, day: str, name: str, data: bytes) -> bool:
        """Keep what an item wants of a card; False when it could not be, the log says why."""
        vault = self._vault()
        if vault is None:
            return False
        try:
            vault.put(day, name, data)
        except (OSError, ValueError, LookupError) as error:
            log.error("%s: its card's fields are not kept: %s", name, type(error).__name__)  # noqa: TRY400
            return False
        return True

    def _appointment(self, day: str, row: AppointmentRow) -> Appointment:
        # A hash with the day's key: neither a code nor the centre's hash stands in the journal.
        known_by = hashlib.sha256(row.known_by.encode()).hexdigest()
        return Appointment(row.seconds, row.item, self._hashed(day, known_by[:60]))

    def _hashed(self, day: str, what: str) -> str | None:
        vault = self._vault()
        if vault is None:
            return None
        try:
            return vault.hash_person(day, what)
        except (OSError, ValueError, LookupError) as error:
            # Its words may not hold what was given; the kind of error tells enough.
            log.error("nobody can be recognised: %s", type(error).__name__)  # noqa: TRY400
            return None


def age_on(birth: date, day: date) -> int:
    """Return somebody's age in years; who was born on 29 February is older on 1 March."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
