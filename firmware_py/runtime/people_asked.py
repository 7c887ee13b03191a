"""The hub's answers to Pis that ask who is at their readers.

A number comes sealed (``sync.sealed``), is opened here, in memory, hashed and let go of. The answer
holds what the screen at that reader shows, and for a kiosk names without meaning: ``visit`` for the
person, ``id`` for an appointment. They are drawn by lot, are known here alone, for VISIT_S, and
serve for that kiosk's next ticket: neither a hash nor anything made of one goes over the broker.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from firmware_py.runtime.people_port import PeopleHere, Place, Who
from firmware_py.runtime.person_finder import Appointment, Found
from firmware_py.sync.sealed import HubKey, NotSealed, about
from firmware_py.sync.sentences import Refused

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall

__all__ = ["PeopleAsked"]

log = logging.getLogger(__name__)

#: How long whoever was looked up is known by the name that the kiosk was told. A kiosk's own visit
#: is over after a minute; a code after a card may begin it again.
VISIT_S = 150.0
#: Questions of one Pi in MINUTE_S; nobody lays more cards. With a stolen certificate somebody can
#: ask about numbers that they know already; trying through all of them this ends.
MOST, MINUTE_S = 40, 60.0
#: A lookup; whoever stands there has long been told that it takes too long.
LONGEST_S = 15.0


@dataclass(frozen=True, slots=True, repr=False)
class _Visit:
    """Whoever was looked up for a kiosk. ``booked``: appointments by the names that it was told."""

    kiosk: str
    since_ms: int
    until_s: float
    person: str | None = None
    booked: Mapping[str, str] = field(default_factory=dict)


class PeopleAsked:
    """Lives in the event loop. Made with the first question; ``now_s`` is the running time."""

    def __init__(self, hall: Hall, now_s: Callable[[], float] = time.monotonic) -> None:
        self._hall, self._now_s = hall, now_s
        cards = hall.cards
        self._here = PeopleHere(hall, cards.finder, lambda: cards.lists, cards.look_up)
        broker = hall.settings.broker
        files = (None, None) if broker is None else (broker.cert_file, broker.key_file)
        self._key = HubKey(*files)
        self._visits: dict[str, _Visit] = {}
        self._asked: dict[str, deque[float]] = {}
        #: When it was last said of a Pi that it asks too often.
        self._said_s: dict[str, float] = {}

    async def answer(self, node: str, name: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Answer one question of a Pi that may ask it. Raises ``Refused``."""
        if name == "key":
            return {"seal": await asyncio.to_thread(self._key.offer)}
        self._count(node)
        kind = "kiosk" if "kiosk" in params else "window"
        place = Place("kiosk" if kind == "kiosk" else "window", str(params[kind]))
        own = self._hall.settings.hall
        info = about(own.id, node, name, f"{place.kind}/{place.id}")
        try:
            content = await asyncio.to_thread(self._key.open, str(params.get("box", "")), info)
            text = content.decode()
        except (NotSealed, UnicodeDecodeError):
            raise Refused("not_sealed") from None
        if name == "card":
            return await self._card(place, text)
        if name == "code":
            return await self._code(place, text)
        return await self._keep(place, str(params.get("number", "")), text)

    def _count(self, node: str) -> None:
        asked = self._asked.setdefault(node, deque(maxlen=MOST))
        now_s = self._now_s()
        if len(asked) == MOST and now_s - asked[0] < MINUTE_S:
            if now_s - self._said_s.get(node, -MINUTE_S) >= MINUTE_S:
                self._said_s[node] = now_s
                log.warning("%s asks about more people than can lay a card", node)
            raise Refused("too_many_people")
        asked.append(now_s)

    async def _done(self, begin: Callable[[Callable[[Any], None]], None]) -> Any:
        """Return what a lookup ends with; one that failed says so in the log, and never ends."""
        future: asyncio.Future[Any] = self._hall.loop.create_future()
        begin(lambda found: None if future.done() else future.set_result(found))
        try:
            return await asyncio.wait_for(future, LONGEST_S)
        except TimeoutError:
            raise Refused("failed") from None

    # ---- who it is

    async def _card(self, place: Place, number: str) -> dict[str, Any]:
        known: Found = await self._done(lambda done: self._here.by_number(place, number, done))
        told: dict[str, Any] = {"known": known.person is not None, "grades": known.grades}
        clock = self._hall.clock.wall_known
        booked = known.appointments if clock else ()
        if place.kind == "window":
            return {**told, **self._at_window(place, known), "booked": [_told(b) for b in booked]}
        has = self._here.open_ticket(known.person)
        visit = self._begin(place.id, known.person)
        return {
            **told,
            "clock": clock,
            "visit": "" if known.person is None else visit,
            "has": "" if has is None else has.number,
            "booked": [self._named(one, place.id) for one in booked],
        }

    def _at_window(self, place: Place, known: Found) -> dict[str, Any]:
        state = self._hall.state()
        window = state.windows.get(place.id)
        number = window.ticket if window is not None else None
        ticket = state.tickets.get(number or "")
        return {"ticket": number or "", "same": self._here.same(known, ticket)}

    async def _code(self, place: Place, code: str) -> dict[str, Any]:
        if self._hall.state().day is None:
            return {"booked": None}
        booked: Appointment | None = await self._done(
            lambda done: self._here.by_code(place, code, done)
        )
        if booked is None:
            return {"booked": None}
        return {
            "booked": _told(booked) if place.kind == "window" else self._named(booked, place.id)
        }

    def _begin(self, kiosk: str, person: str | None, **booked: str) -> str:
        """Return the name by which a kiosk is told of somebody, or of an appointment."""
        now_s = self._now_s()
        name = secrets.token_hex(16)
        since_ms = self._hall.clock.now_ms()
        self._visits[name] = _Visit(kiosk, since_ms, now_s + VISIT_S, person, booked)
        self._hall.loop.call_later(VISIT_S, self._visits.pop, name, None)
        return name

    def _named(self, one: Appointment, kiosk: str) -> dict[str, Any]:
        used = self._here.used_for(one.key)
        told = {**_told(one), "used": "" if used is None else used.number}
        return told if one.key is None else {**told, "id": self._begin(kiosk, None, key=one.key)}

    # ---- a ticket of somebody

    def of_ticket(
        self, params: Mapping[str, Any], command_id: str, visit: str, booked: str
    ) -> Mapping[str, Any]:
        """Return what a ticket's command says of whose it is. Raises ``Refused``."""
        if command_id in self._hall.writer.ahead.requests:
            # Asked again: its outcome is known, whatever is known of the person by now.
            return {}
        found = [self._visit(one, params) for one in (visit, booked) if one]
        person = next((one.person for one in found if one.person is not None), None)
        keys = frozenset(key for one in found for key in one.booked.values())
        since_ms = min(one.since_ms for one in found)
        if self._here.has_taken(Who(since_ms, person, keys)):
            # One card, one ticket; whoever presses once more is somebody else, or nobody.
            return {}
        return {"person": person, "appointment": next(iter(keys), None)}

    def _visit(self, name: str, params: Mapping[str, Any]) -> _Visit:
        found = self._visits.get(name)
        if found is None or found.until_s < self._now_s() or found.kiosk != params.get("origin"):
            raise Refused("visit_over")
        return found

    # ---- what an item keeps

    async def _keep(self, place: Place, number: str, text: str) -> dict[str, Any]:
        hall = self._hall
        ticket = hall.state().tickets.get(number)
        item = None if ticket is None else hall.rules.items.get(ticket.item)
        try:
            fields = json.loads(text)
        except ValueError:
            raise Refused("bad_field", "box") from None
        # What its item does not want is not kept, whatever a Pi sends.
        if (
            ticket is None
            or item is None
            or ticket.window != place.id
            or not isinstance(fields, dict)
            or not set(fields) <= set(item.keep)
        ):
            raise Refused("bad_field", "number, box")
        if not await self._done(lambda done: self._here.keep(place, number, text.encode(), done)):
            raise Refused("failed")
        return {"known": True}


def _told(one: Appointment) -> dict[str, Any]:
    return {"seconds": one.seconds, "item": one.item}
