"""A card or an appointment's code at one kiosk: who is there, and the ticket that this takes.

Whoever laid a card is there until the card is lifted, a ticket was taken, the reader is lost, or a
minute has passed. A ``TakeTicket`` of this kiosk then carries who it is. The card's fields are
let go of at once: a hash of the day, the age's priority and the last four characters stay, and the
name, masked, for as long as a greeting.

A card alone takes a ticket for an appointment whose time it is, and where nothing else could be
chosen; never for somebody who has one in hand, so a card laid twice takes one number.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from devices.base import Sentence
from devices.card_reader.reports import CardRead, CodeRead
from firmware_py.app.ports import Happened, Outcome, Submission
from firmware_py.core.commands import TakeTicket
from firmware_py.core.decide_tickets import find
from firmware_py.core.events import TicketIssued
from firmware_py.core.model import State
from firmware_py.core.opening import clock_text
from firmware_py.core.refusals import Refusal
from firmware_py.core.rules import Trait
from firmware_py.runtime.card_greeting import masked_name, priority_words
from firmware_py.runtime.card_hall import Desk, Said, Shared, ticket_words
from firmware_py.runtime.card_watch import Change
from firmware_py.runtime.card_words import (
    CARD_REQUIRED,
    CARD_TOO,
    CHOOSE,
    CODE_NOT_ASKED,
    EXPIRED,
    NO_APPOINTMENT,
    NO_CLOCK,
    NOT_ASKED,
    NOT_KNOWN,
    OTHER_DAY,
    TOO_LONG,
    not_now,
    taken,
    too_early,
)
from firmware_py.runtime.people_port import ByCode, Place, Who
from firmware_py.runtime.person_finder import Appointment, Found, age_on
from firmware_py.settings import KioskSettings

__all__ = ["KioskDesk"]

#: How long somebody is there who does nothing; and how long what was said stays. In their own time:
#: the hall's may run faster on the bench.
VISIT_S = 60.0
#: How long after a card was laid its masked name is known.
GREETING_S = 10.0

#: Whether it is an appointment's time.
When = Literal["now", "early", "late", "used"]


@dataclass(slots=True, eq=False, repr=False)
class Visit:
    """Somebody at the kiosk. ``known`` once it was looked up who; ``card``: by a card."""

    since_ms: int
    card: bool
    known: bool = False
    tail: str = ""
    #: Masked, and "" once the greeting is over.
    name: str = ""
    person: str | None = None
    traits: tuple[Trait, ...] = ()
    appointments: tuple[Appointment, ...] = ()
    notes: list[Said] = field(default_factory=list)
    #: Their ticket is taken, and nobody could say whose it is.
    done: bool = False


class KioskDesk(Desk):
    """One kiosk. Lives in the event loop."""

    def __init__(self, settings: KioskSettings, shared: Shared) -> None:
        super().__init__(settings.id, settings.card_reader, settings.code_scanner, shared)
        self.settings = settings
        self._people, self._at = shared.people, Place("kiosk", settings.id)
        self._visit: Visit | None = None
        self._said: Said | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._greeting: asyncio.TimerHandle | None = None

    # ---- what happens at the reader

    def card(self, card: CardRead) -> None:
        """Take a card: look up who it is, then go on by that."""
        person, now_ms = card.person, self._now_ms()
        before, today = self._visit, self._today()
        visit = Visit(now_ms, card=True, tail=person.number_masked, name=masked_name(person.name))
        if today is None:
            visit.notes.append(NO_CLOCK)
        else:
            if age_on(person.birth, today) >= self._hall.settings.people.elderly_from:
                visit.traits = (Trait.ELDERLY,)
            if not person.is_valid_on(today):
                visit.notes.append(EXPIRED)
        if before is not None and not before.card and not self._spent(before):
            # The code was shown first, then the card.
            visit.appointments = before.appointments
        number = person.number
        card.wipe()
        self._begin(visit)
        self._greeting = self._hall.loop.call_later(GREETING_S, self._greeted)
        self._tell("laid")
        self._people.by_number(self._at, number, lambda found: self._known(visit, found))

    def _known(self, visit: Visit, found: Found) -> None:
        if self._visit is not visit:
            return  # Lifted meanwhile.
        visit.known = True
        visit.person = found.person
        visit.traits += found.grades
        if self._seconds() is not None:
            visit.appointments += found.appointments
        if not found.clock and NO_CLOCK not in visit.notes:
            visit.traits, visit.appointments, visit.notes = found.grades, (), [NO_CLOCK]
        people, quota = self._hall.settings.people, self._hall.settings.quotas.person
        if not found.asked:
            visit.notes.append(NOT_ASKED)
        elif found.person is None and self._hall.state().day_open and (people.one_open or quota):
            visit.notes.append(NOT_KNOWN)
        self._go_on(visit)

    def lifted(self) -> None:
        """The card is no longer there, and so is nobody."""
        self.forget()

    def code(self, code: CodeRead) -> None:
        """Take a code: a ticket's is shown, an appointment's is as a card that has it."""
        if code.kind == "ticket":
            self._say(self._ticket_said(code.text))
        elif self._seconds() is None:
            self._say(NO_CLOCK)
        else:
            self._people.by_code(self._at, code.text, self._by_code)

    def _by_code(self, appointment: ByCode) -> None:
        if appointment == "not_asked":
            self._say(CODE_NOT_ASKED)
            return
        if appointment is None:
            self._say(NO_APPOINTMENT)
            return
        visit = self._visit
        if visit is None or self._spent(visit):
            visit = Visit(self._now_ms(), card=False, known=True)
            self._begin(visit)
        if appointment not in visit.appointments:
            visit.appointments = (appointment, *visit.appointments)
        if self.required() and not visit.card:
            self._say(CARD_TOO)
        elif visit.known:
            self._go_on(visit)

    def refused(self, code: str, say: Sentence) -> None:
        """Say why a card or a code was refused."""
        self._say(Said.of(code, say))

    def forget(self) -> None:
        """Nobody is there; nothing is said."""
        there = self._visit is not None or self._said is not None
        self._stop_timers()
        self._visit = self._said = None
        if there:
            self._tell("gone")

    # ---- what a card does by itself

    def _go_on(self, visit: Visit) -> None:
        has = self._people.open_ticket(visit.person)
        best = self._best(visit.appointments)
        alone = self.settings.item is not None and self.settings.button is None
        if has is not None:
            self._say(ticket_words(self._hall.rules, self._ahead(), has, self._now_ms()))
        elif best is not None and best[1] == "now":
            self._take(best[0].item)
        elif best is not None and best[1] == "early":
            self._say(self._early(best[0]))
        elif alone and self.settings.item is not None and visit.card:
            self._take(self.settings.item)
        else:
            self._say(CHOOSE if best is None else not_now(best[0].time, used=best[1] == "used"))

    def _take(self, item: str) -> None:
        command_id = self._hall.command_id(self.place)
        command = TakeTicket(item, origin=self.place)

        def answered(outcome: Outcome) -> None:
            if outcome.refusal is not None:
                self._say(Said.of(outcome.refusal.code, outcome.refusal))

        self._hall.writer.submit(
            Submission(command_id, self.reader or self.scanner or self.place, command), answered
        )

    def _best(self, appointments: Sequence[Appointment]) -> tuple[Appointment, When] | None:
        """Return the appointment that counts now, else the next, else the last."""
        judged = [(one, self._when(one)) for one in appointments]
        for wanted in ("now", "early", "late", "used"):
            found = [pair for pair in judged if pair[1] == wanted]
            if found:
                first = wanted in {"now", "early"}
                return min(found, key=_seconds) if first else max(found, key=_seconds)
        return None

    def _when(self, appointment: Appointment) -> When:
        rules, now_s = self._hall.rules, self._seconds()
        if self._people.used_for(appointment.key) is not None:
            return "used"
        if now_s is None or now_s > appointment.seconds + rules.appointment_late_s:
            return "late"
        early = now_s < appointment.seconds - rules.appointment_early_s
        return "early" if early else "now"

    def _early(self, appointment: Appointment) -> Said:
        since = clock_text(max(appointment.seconds - self._hall.rules.appointment_early_s, 0))
        return too_early(appointment.time, since)

    # ---- what a ticket that is taken here carries

    def required(self) -> bool:
        """Say whether this kiosk wants a card, and can read one."""
        return self._hall.settings.people.card == "required" and self.reads()

    def complete(self, command: TakeTicket) -> TakeTicket:
        """Return the command with who is there; as it is when that is said, or nobody is."""
        visit = self._visit
        if visit is None or not visit.known or command.person is not None or self._spent(visit):
            return command
        if self.required() and not visit.card:
            return command
        traits = tuple(dict.fromkeys((*command.traits, *visit.traits)))
        command = replace(command, person=visit.person, traits=traits)
        if command.appointment_ms is not None:
            return command
        for appointment in visit.appointments:
            if appointment.item == command.item and self._when(appointment) in {"now", "early"}:
                at_ms = self._at_ms(appointment)
                return replace(command, appointment_ms=at_ms, appointment=appointment.key)
        return command

    def vet(self, command: TakeTicket) -> Refusal | None:
        """Refuse a ticket without a card, where the hall wants one and the reader works."""
        if command.override or command.person is not None or not self.required():
            return self._people.vet(command)
        visit = self._visit
        there = visit is not None and visit.card and visit.known and not self._spent(visit)
        return self._people.vet(command) if there else CARD_REQUIRED

    def recorded(self, happened: Sequence[Happened]) -> None:
        """A ticket was taken here: whoever was there has it."""
        for h in happened:
            event, visit = h.event, self._visit
            if not isinstance(event, TicketIssued) or event.origin != self.place or visit is None:
                continue
            # Of somebody who could not be recognised it is known that a card lies there.
            nobody = visit.card and visit.person is None and event.person is None
            if nobody or self._people.took(event, _who(visit)):
                visit.done = True
                # Those who choose on the screen are told there; those who laid a card, here.
                self._say(taken(event.number, event.ahead))

    # ---- who is there

    def view(self) -> dict[str, Any]:
        """Return the kiosk for its screen: nothing of the card but the number's end."""
        visit, said = self._visit, self._said
        there = visit is not None and not self._spent(visit)
        best = self._best(visit.appointments) if visit is not None else None
        return {
            "kiosk": self.place,
            "required": self.required(),
            "there": there,
            "card": visit is not None and visit.card,
            "known": visit is not None and visit.known,
            "name_masked": visit.name if visit is not None else "",
            "number_masked": visit.tail if visit is not None else "",
            "traits": list(visit.traits) if visit is not None else [],
            "appointment": None
            if best is None
            else {"time": best[0].time, "item": best[0].item, "when": best[1]},
            "priority": None if visit is None else self._priority(visit),
            "say": asdict(said) if said is not None else None,
            "notes": [asdict(note) for note in visit.notes] if visit is not None else [],
            "since_ms": visit.since_ms if visit is not None else None,
        }

    def _priority(self, visit: Visit) -> dict[str, str] | None:
        came = [one for one in visit.appointments if self._checked_in(visit, one)]
        time = min(came, key=lambda one: one.seconds).time if came else None
        words = priority_words(visit.traits, self._hall.settings.people.elderly_from, time)
        return None if words is None else asdict(words)

    def _checked_in(self, visit: Visit, appointment: Appointment) -> bool:
        """Say whether an appointment is kept by this visit: it is its time, or it was just used."""
        if self.required() and not visit.card:
            return False
        ticket = self._people.used_for(appointment.key)
        if ticket is not None:
            return ticket.issued_ms >= visit.since_ms
        return self._when(appointment) == "now"

    def _ahead(self) -> State:
        return self._hall.writer.ahead

    def _at_ms(self, appointment: Appointment) -> int:
        now_ms, now_s = self._now_ms(), self._seconds() or 0
        return now_ms + (appointment.seconds - now_s) * 1000

    def _spent(self, visit: Visit) -> bool:
        """Say whether this visit has its ticket, also while that waits for the disk."""
        return visit.done or self._people.has_taken(_who(visit))

    def _ticket_said(self, code: str) -> Said:
        day, _, number = code.rpartition("/")
        state = self._hall.state()
        ticket = find(state, number)
        if isinstance(ticket, Refusal) or (day and day != state.day):
            return OTHER_DAY
        return ticket_words(self._hall.rules, state, ticket, self._now_ms())

    def _begin(self, visit: Visit) -> None:
        self._stop_timers()
        self._visit, self._said = visit, None
        self._start_timer()

    def _say(self, said: Said) -> None:
        self._said = said
        self._start_timer()
        self._tell("changed")

    def _start_timer(self) -> None:
        self._stop_timer()
        self._timer = self._hall.loop.call_later(VISIT_S, self._too_long)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _stop_timers(self) -> None:
        self._stop_timer()
        if self._greeting is not None:
            self._greeting.cancel()
            self._greeting = None

    def _greeted(self) -> None:
        self._greeting = None
        if self._visit is not None:
            self._visit.name = ""
            self._tell("changed")

    def _too_long(self) -> None:
        visit, self._visit, self._timer = self._visit, None, None
        self._stop_timers()
        if visit is not None and not visit.done:
            self._say(TOO_LONG)
        else:
            self.forget()

    def _tell(self, change: Change) -> None:
        self._shared.watch.tell(self.watched_as, change, self.view)


def _who(visit: Visit) -> Who:
    keys = frozenset(one.key for one in visit.appointments if one.key is not None)
    return Who(visit.since_ms, visit.person, keys)


def _seconds(pair: tuple[Appointment, When]) -> int:
    return pair[0].seconds
