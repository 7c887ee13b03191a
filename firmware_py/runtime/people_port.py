"""Who somebody at a reader is to the hall: known here, or at the hub. One port for both.

A reader's place cannot tell whether the lists, the day's key and who took which number are on this
Pi (``PeopleHere``) or across the broker (``people_at_hub``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

from firmware_py.app.ports import Happened
from firmware_py.core.commands import TakeTicket
from firmware_py.core.decide_tickets import open_ticket, used_for
from firmware_py.core.events import TicketIssued
from firmware_py.core.model import Ticket
from firmware_py.core.refusals import Refusal
from firmware_py.runtime.people_lists import PeopleLists
from firmware_py.runtime.person_finder import Appointment, Found, PersonFinder

if TYPE_CHECKING:
    from firmware_py.runtime.card_hall import CardHall, LookUp

__all__ = ["ByCode", "People", "PeopleHere", "Place", "Who"]


#: What a code is of; None of nothing today.
ByCode = Appointment | Literal["not_asked"] | None


class Place(NamedTuple):
    """Where a reader stands."""

    kind: Literal["kiosk", "window"]
    id: str


class Who(NamedTuple):
    """Whoever is at a kiosk: since when, who it is, and which appointments they have.

    ``person`` None: nobody can say.
    """

    since_ms: int
    person: str | None
    appointments: frozenset[str]


class People(Protocol):
    """Lives in the event loop; each ``done`` runs there, once or (its place is gone) never."""

    #: Whether all this is at another Pi, so that what changed has to be asked for.
    far: bool

    def by_number(self, place: Place, number: str, done: Callable[[Found], None]) -> None:
        """Look up whoever has this card's number."""

    def by_code(self, place: Place, code: str, done: Callable[[ByCode], None]) -> None:
        """Look up an appointment's code; None: today has none of it."""

    def keep(self, place: Place, number: str, body: bytes, done: Callable[[bool], None]) -> None:
        """Keep fields of the card of whoever had ``number``, encrypted with the day's key."""

    def open_ticket(self, person: str | None) -> Ticket | None:
        """Return the ticket that somebody still has."""

    def used_for(self, appointment: str | None) -> Ticket | None:
        """Return the ticket that an appointment was used for."""

    def has_taken(self, who: Who) -> bool:
        """Say whether they have taken a ticket since they came, or are about to."""

    def took(self, event: TicketIssued, who: Who) -> bool:
        """Say whether this ticket is theirs."""

    def same(self, found: Found | None, ticket: Ticket | None) -> bool | None:
        """Say whether a window's card is of whoever took the ticket; None: nobody knows."""

    def vet(self, command: TakeTicket) -> Refusal | None:
        """Refuse a ticket for what the queue, where it is decided, may not know of its owner."""

    def recorded(self, happened: Sequence[Happened]) -> None:
        """Follow tickets; before the places do."""


class PeopleHere:
    """The hall's own: its lists, its vault, its queue."""

    far = False

    def __init__(
        self,
        hall: CardHall,
        finder: PersonFinder,
        lists: Callable[[], PeopleLists],
        look_up: LookUp,
    ) -> None:
        self._hall, self._finder, self._lists = hall, finder, lists
        self._look_up = look_up

    def by_number(self, place: Place, number: str, done: Callable[[Found], None]) -> None:
        """Look it up on a thread; a day that never began knows nobody."""
        day, lists, finder = self._hall.state().day, self._lists().now, self._finder
        if day is None:
            done(Found())
        else:
            self._look_up(lambda: finder.by_number(number, lists, day), done)

    def by_code(self, place: Place, code: str, done: Callable[[ByCode], None]) -> None:
        """Look it up on a thread."""
        day, lists, finder = self._hall.state().day, self._lists().now, self._finder
        if day is not None:
            self._look_up(lambda: finder.by_code(code, lists, day), done)

    def keep(self, place: Place, number: str, body: bytes, done: Callable[[bool], None]) -> None:
        """Keep it in the vault."""
        day, finder = self._hall.state().day, self._finder
        if day is not None:
            self._look_up(lambda: finder.keep(day, f"{number}-card", body), done)

    def open_ticket(self, person: str | None) -> Ticket | None:
        """Return it, also while it waits for the disk."""
        hall = self._hall
        return open_ticket(hall.rules, hall.writer.ahead, person, hall.clock.now_ms())

    def used_for(self, appointment: str | None) -> Ticket | None:
        """Return it, also while it waits for the disk."""
        hall = self._hall
        return used_for(hall.rules, hall.writer.ahead, appointment, hall.clock.now_ms())

    def has_taken(self, who: Who) -> bool:
        """Say so also while it waits for the disk."""
        for ticket in reversed(self._hall.writer.ahead.tickets.values()):
            if ticket.issued_ms < who.since_ms:
                return False
            mine = who.person is not None and ticket.person == who.person
            if mine or ticket.appointment in who.appointments:
                return True
        return False

    def took(self, event: TicketIssued, who: Who) -> bool:
        """Say so by what the ticket says."""
        mine = event.person is not None and event.person == who.person
        return mine or event.appointment in who.appointments

    def same(self, found: Found | None, ticket: Ticket | None) -> bool | None:
        """Say so by what the ticket says."""
        if found is None or found.person is None or ticket is None or ticket.person is None:
            return None
        return found.person == ticket.person

    def vet(self, command: TakeTicket) -> Refusal | None:
        """Refuse nothing: the queue knows it all."""

    def recorded(self, happened: Sequence[Happened]) -> None:
        """Remember nothing: the state does."""
