"""Who somebody at this Pi's reader is, asked of the hub; see ``people_port`` and ``sync.sealed``.

A card's number leaves this Pi only sealed for the hub's own memory. What comes back is what the
screen here shows, and names that mean something to that hub for a minute or two: ``visit`` whoever
laid the card, ``booked`` an appointment. A ticket's command carries these. Here somebody is known
by a hash with a key that this process made and that is on no disk: it serves to see, also while the
hub is away, that the same card took a number at this kiosk before.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol, TypeVar

import msgspec

from firmware_py.app.followed import FollowedWriter
from firmware_py.app.ports import Happened, Outcome
from firmware_py.app.writer import Reply
from firmware_py.core.commands import Command, TakeTicket
from firmware_py.core.decide_day import ENDED
from firmware_py.core.decide_tickets import too_late_to_return
from firmware_py.core.estimate import estimate_for
from firmware_py.core.events import DayClosed, DayOpened, TicketIssued
from firmware_py.core.model import Ticket, TicketStatus
from firmware_py.core.refusals import Refusal, refuse
from firmware_py.core.rules import Trait
from firmware_py.runtime.card_hall import CardHall
from firmware_py.runtime.people_port import ByCode, Place, Who
from firmware_py.runtime.person_finder import Appointment, Found
from firmware_py.store.person_hash import person_hash
from firmware_py.sync.sealed import NotSealed, about, seal

__all__ = ["PeopleAtHub"]

log = logging.getLogger(__name__)

T = TypeVar("T")

#: Somebody stands there and waits; twice this at most, for the key and for the answer.
ANSWER_S = 3.0


class Line(Protocol):
    """The line to the hub; ``runtime.node_line.NodeLine``."""

    @property
    def trouble(self) -> str:
        """How it stands; "" is well."""

    @property
    def hub(self) -> str:
        """The hub's name."""

    @property
    def private(self) -> bool:
        """Whether nobody on the network can read along."""

    @property
    def authority(self) -> str | None:
        """Who vouches for the hub."""

    async def answer(self, question: Mapping[str, Any], within_s: float) -> dict[str, Any] | None:
        """Return the hub's answer."""


class Booked(msgspec.Struct, frozen=True):
    """An appointment as the hub tells it; a window hears nothing but the first two."""

    seconds: int
    item: str
    id: str = ""
    used: str = ""


class Known(msgspec.Struct, frozen=True):
    """What the hub knows of whoever laid a card."""

    known: bool = False
    clock: bool = True
    grades: tuple[Trait, ...] = ()
    booked: tuple[Booked, ...] = ()
    visit: str = ""
    has: str = ""
    ticket: str = ""
    same: bool | None = None


class ByCodeKnown(msgspec.Struct, frozen=True):
    """What the hub knows of a code."""

    booked: Booked | None = None


class NotAsked(Exception):
    """The hub was not asked, or has not answered; the text says why, and nothing of anybody."""


class PeopleAtHub:
    """Lives in the event loop; ``do`` runs what waits."""

    far = True

    def __init__(self, hall: CardHall, do: Callable[[Coroutine[Any, Any, None]], None]) -> None:
        self._hall, self._do = hall, do
        self._secret = secrets.token_bytes(32)
        #: Person here, or an appointment -> what the hub calls them.
        self._names: dict[str, str] = {}
        #: Person here, or an appointment -> the number that they have; number -> whose it is.
        self._numbers: dict[str, str] = {}
        self._owners: dict[str, frozenset[str]] = {}
        #: Commands for a ticket that nobody has answered yet: id -> whose it will be.
        self._under_way: dict[str, frozenset[str]] = {}
        self._said = ""

    # ---- asking

    def by_number(self, place: Place, number: str, done: Callable[[Found], None]) -> None:
        """Ask the hub, the number sealed."""
        person = person_hash(self._secret, number)
        # The hub has no name for them yet, or not any more.
        self._names[person] = ""

        async def look() -> None:
            try:
                answer = await self._ask("card", place, number.encode(), Known)
            except NotAsked as error:
                self._say(str(error))
                done(Found(person, asked=False))
                return
            self._say("")
            self._names[person] = answer.visit
            if answer.has:
                self._has(answer.has, person)
            elif self.open_ticket(person) is None:
                self._numbers.pop(person, None)
            done(
                Found(
                    person=person if answer.known else None,
                    grades=answer.grades,
                    appointments=tuple(self._appointment(one) for one in answer.booked),
                    clock=answer.clock,
                    ticket=answer.ticket,
                    same=answer.same,
                )
            )

        self._do(look())

    def by_code(self, place: Place, code: str, done: Callable[[ByCode], None]) -> None:
        """Ask the hub, the code sealed."""

        async def look() -> None:
            try:
                answer = await self._ask("code", place, code.encode(), ByCodeKnown)
            except NotAsked as error:
                self._say(str(error))
                done("not_asked")
            else:
                done(None if answer.booked is None else self._appointment(answer.booked))

        self._do(look())

    def keep(self, place: Place, number: str, body: bytes, done: Callable[[bool], None]) -> None:
        """Have the hub keep it in its vault, sealed on the way."""

        async def look() -> None:
            try:
                await self._ask("keep", place, body, Known, number=number)
            except NotAsked as error:
                log.error("%s: its card's fields are not kept: %s", number, error)  # noqa: TRY400
                done(False)
            else:
                done(True)

        self._do(look())

    async def _ask(self, what: str, place: Place, content: bytes, kind: type[T], **more: str) -> T:
        """Return the hub's answer. Raises ``NotAsked``."""
        line: Line | None = self._hall.sync
        if line is None or line.trouble:
            raise NotAsked("the hub cannot be reached")
        if not line.private:
            raise NotAsked(
                "the way to the hub is not encrypted: give the broker certificates (docs/broker.md)"
            )
        own = self._hall.settings.hall
        info, hub = about(own.id, own.node, what, f"{place.kind}/{place.id}"), line.hub
        offer = await self._answer(line, {"what": "people", "name": "key"})
        try:
            box = await asyncio.to_thread(seal, offer["seal"], hub, line.authority, info, content)
        except (OSError, NotSealed, KeyError) as error:
            # Of what was to be sealed nothing stands in these.
            raise NotAsked(f"nothing could be sealed for {hub}: {error}") from None
        params = {place.kind: place.id, "box": box, **more}
        answer = await self._answer(line, {"what": "people", "name": what, "params": params})
        await self._seen(int(answer.get("seq", 0)))
        try:
            return msgspec.convert(answer, kind)
        except msgspec.ValidationError as error:
            raise NotAsked(f"the hub's answer is of another version: {error}") from None

    @staticmethod
    async def _answer(line: Line, question: Mapping[str, Any]) -> dict[str, Any]:
        answer = await line.answer(question, ANSWER_S)
        if answer is None:
            raise NotAsked("the hub does not answer")
        if (refusal := answer.get("refusal")) is not None:
            raise NotAsked(str(refusal["en"]))
        return answer

    async def _seen(self, seq: int) -> None:
        """Wait until what the hub knew when it answered is known here too: numbers are shown."""
        writer, there = self._hall.writer, asyncio.Event()
        if isinstance(writer, FollowedWriter):
            writer.when(seq, there.set)
            try:
                async with asyncio.timeout(ANSWER_S):
                    await there.wait()
            except TimeoutError:
                raise NotAsked("the hub cannot be reached any more") from None

    def _say(self, why: str) -> None:
        """Say once why nobody is recognised, and once that it is over."""
        if why != self._said:
            log.warning("%s", f"cards are not looked up: {why}" if why else "cards are looked up")
            self._said = why

    def _appointment(self, booked: Booked) -> Appointment:
        if booked.id:
            self._names[booked.id] = booked.id
        if booked.used:
            self._numbers[booked.id] = booked.used
        return Appointment(booked.seconds, booked.item, booked.id or None)

    # ---- whose tickets

    def _has(self, number: str, *whose: str) -> None:
        for one in whose:
            self._numbers[one] = number
        self._owners[number] = self._owners.get(number, frozenset()) | set(whose)

    def _ticket(self, whose: str | None) -> Ticket | None:
        number = self._numbers.get(whose or "")
        return None if number is None else self._hall.state().tickets.get(number)

    def _counts(self, ticket: Ticket) -> bool:
        """Say whether somebody missed may still come back."""
        missed = ticket.status is TicketStatus.MISSED
        return not (
            missed and too_late_to_return(self._hall.rules, ticket, self._hall.clock.now_ms())
        )

    def open_ticket(self, person: str | None) -> Ticket | None:
        """Return what the hub said, or what was taken here."""
        ticket = self._ticket(person)
        if ticket is None or ticket.status in ENDED or not self._counts(ticket):
            return None
        return ticket

    def used_for(self, appointment: str | None) -> Ticket | None:
        """Return what the hub said, or what was taken here."""
        ticket = self._ticket(appointment)
        if ticket is None or ticket.status is TicketStatus.CANCELLED or not self._counts(ticket):
            return None
        return ticket

    def has_taken(self, who: Who) -> bool:
        """Say so also while the hub has not answered."""
        whose = {*who.appointments, *({who.person} if who.person else ())}
        if any(whose & one for one in self._under_way.values()):
            return True
        tickets = [self._ticket(one) for one in whose]
        return any(one is not None and one.issued_ms >= who.since_ms for one in tickets)

    def took(self, event: TicketIssued, who: Who) -> bool:
        """Say so by the command that it was taken with."""
        whose = self._owners.get(event.number, frozenset())
        return who.person in whose or bool(whose & who.appointments)

    def same(self, found: Found | None, ticket: Ticket | None) -> bool | None:
        """Say what the hub said of the ticket in hand."""
        if found is None or ticket is None or found.ticket != ticket.number:
            return None
        return found.same

    def vet(self, command: TakeTicket) -> Refusal | None:
        """Refuse a second open number, if this kiosk knows of the first; the hub knows of all."""
        hall, has = self._hall, self.open_ticket(command.person)
        if has is None or command.override or not hall.rules.one_open:
            return None
        if has.status is not TicketStatus.WAITING:
            return refuse("person_open", number=has.number, status=has.status)
        ahead = estimate_for(hall.rules, hall.state(), has, hall.clock.now_ms()).ahead
        return refuse("person_waiting", number=has.number, ahead=ahead)

    # ---- tickets that are taken

    def apart(
        self, command_id: str, command: Command, reply: Reply
    ) -> tuple[Mapping[str, str], Command, Reply]:
        """Take whose ticket it is out of a command; the hub is told by its own names."""
        if not isinstance(command, TakeTicket):
            return {}, command, reply
        known = [one for one in (command.person, command.appointment) if one in self._names]
        if not known:
            return {}, command, reply
        self._under_way[command_id] = frozenset(str(one) for one in known)
        told = {"visit": command.person, "booked": command.appointment}
        beside = {name: self._names.get(one or "", "") for name, one in told.items()}

        def answered(outcome: Outcome) -> None:
            whose = self._under_way.pop(command_id, frozenset())
            for happened in outcome.happened:
                if isinstance(happened.event, TicketIssued):
                    self._has(happened.event.number, *whose)
            reply(outcome)

        beside = {name: told for name, told in beside.items() if told}
        return beside, replace(command, person=None, appointment=None), answered

    def recorded(self, happened: Sequence[Happened]) -> None:
        """A ticket may be told of before its command is answered."""
        for one in happened:
            event = one.event
            if isinstance(event, DayOpened | DayClosed):
                for known in (self._names, self._numbers, self._owners):
                    known.clear()
            elif isinstance(event, TicketIssued) and event.request in self._under_way:
                self._has(event.number, *self._under_way[event.request])
