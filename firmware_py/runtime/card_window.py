"""A card at one window: its fields are before the clerk while the transaction lasts.

They go when the ticket in hand is finished, missed, parked, transferred or cancelled, when the
window or the day closes, when another card is laid, when the clerk says so, when the reader is
lost or opened again, and, while nobody is in hand, when the card is lifted. A code that is scanned
here shows its ticket or appointment and does nothing: the clerk's key acts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import msgspec

from devices.base import Sentence
from devices.card_reader.reports import CardRead, CodeRead
from firmware_py.app.clock import local_text
from firmware_py.app.ports import Happened
from firmware_py.core.decide_tickets import find
from firmware_py.core.events import DayClosed, ServiceFinished, WindowClosed
from firmware_py.core.refusals import Refusal
from firmware_py.core.rules import Trait
from firmware_py.runtime.card_fields import fields_of, kept_of
from firmware_py.runtime.card_hall import Desk, Said, Shared, ticket_words
from firmware_py.runtime.card_watch import Change
from firmware_py.runtime.card_words import NOT_ASKED_AT_WINDOW
from firmware_py.runtime.people_port import ByCode, Place
from firmware_py.runtime.person_finder import Found, age_on
from firmware_py.settings import WindowSettings

__all__ = ["WindowDesk"]

#: What the hub could not be asked is asked again after this.
AGAIN_S = 5.0
#: How long a refusal or a code's ticket stays.
SAID_S = 60.0


@dataclass(slots=True, eq=False, repr=False)
class Held:
    """A card whose fields the window has; ``lies`` until it is lifted."""

    card: CardRead
    since_ms: int
    lies: bool = True
    traits: tuple[Trait, ...] = ()
    found: Found | None = None
    #: Why it could not be looked up.
    not_asked: Said | None = None


class WindowDesk(Desk):
    """One window. Lives in the event loop."""

    def __init__(self, settings: WindowSettings, shared: Shared) -> None:
        super().__init__(settings.id, settings.card_reader, settings.code_scanner, shared)
        self.settings = settings
        self._people, self._at = shared.people, Place("window", settings.id)
        self._held: Held | None = None
        #: Why a card or code was refused, or what a code was; and what could not be kept.
        self._said: Said | None = None
        self._note: Said | None = None
        #: A ticket or an appointment whose code was scanned.
        self._scanned: dict[str, Any] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._in_hand = self._ticket()

    # ---- what happens at the readers

    def card(self, card: CardRead) -> None:
        """Take a card: its fields are known at once, who it is to the hall a moment later."""
        self._let_go()
        held = self._held = Held(card, self._now_ms())
        self._said = None
        person, today = card.person, self._today()
        if today is not None and age_on(person.birth, today) >= self._elderly_from():
            held.traits = (Trait.ELDERLY,)
        self._tell("laid")
        self._look_up(held)

    def _look_up(self, held: Held) -> None:
        number = held.card.person.number
        self._people.by_number(self._at, number, lambda found: self._known(held, found))

    def _known(self, held: Held, found: Found) -> None:
        if self._held is not held:
            return
        if not found.asked:
            self._hall.loop.call_later(AGAIN_S, self._again, held)
            if held.not_asked is not None:
                return
        held.found = found
        held.not_asked = None if found.asked else NOT_ASKED_AT_WINDOW
        aged = tuple(one for one in held.traits if one is Trait.ELDERLY)
        held.traits = aged + found.grades
        self._tell("changed")

    def _again(self, held: Held) -> None:
        if self._held is held and held.not_asked is not None:
            self._look_up(held)

    def reachable(self) -> None:
        """The hub answers again: what could not be asked is."""
        if self._held is not None:
            self._again(self._held)

    def lifted(self) -> None:
        """The card is gone; what it said stays for whom the window serves, and else goes too."""
        held = self._held
        if held is None:
            return
        held.lies = False
        if self._ticket() is None:
            self.forget()
        else:
            self._tell("changed")

    def code(self, code: CodeRead) -> None:
        """Show what a code is of."""
        if code.kind == "ticket":
            self._show_ticket(code.text)
        else:
            self._people.by_code(self._at, code.text, self._by_code)

    def _show_ticket(self, code: str) -> None:
        day, _, number = code.rpartition("/")
        hall, state = self._hall, self._hall.state()
        ticket = find(state, number)
        if isinstance(ticket, Refusal) or (day and day != state.day):
            said = Said(
                "unknown_ticket",
                "这不是今天的号票，请核对日期。",
                "This is no ticket of today; look at its date.",
            )
            self._show(said, None)
            return
        shown = {"ticket": ticket.number, "status": ticket.status, "item": ticket.item}
        self._show(ticket_words(hall.rules, state, ticket, self._now_ms()), shown)

    def _by_code(self, appointment: ByCode) -> None:
        if appointment == "not_asked":
            self._show(NOT_ASKED_AT_WINDOW, None)
            return
        if appointment is None:
            said = Said(
                "unknown_code",
                "今天没有这个预约，请核对日期。",
                "There is no such appointment today; look at its date.",
            )
            self._show(said, None)
            return
        said = Said(
            "appointment",
            f"今天 {appointment.time} 的预约，事项 {appointment.item}。",
            f"An appointment today at {appointment.time}, for {appointment.item}.",
        )
        self._show(said, {"time": appointment.time, "item": appointment.item})

    def _show(self, said: Said, scanned: dict[str, Any] | None) -> None:
        self._scanned = scanned
        self._say(said)

    def refused(self, code: str, say: Sentence) -> None:
        """Say why a card or a code was refused; the pad beeps."""
        self._scanned = None
        if self.settings.pad is not None:
            self._hall.post(self.settings.pad, lambda pad: pad.beep(), key="beep")
        self._say(Said.of(code, say))

    def forget(self) -> None:
        """Let go of the card and of all that was said of it."""
        there = self._held is not None or self._said is not None
        self._let_go()
        self._said = self._scanned = None
        if there:
            self._tell("gone")

    def _let_go(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._held is not None:
            self._held.card.wipe()
            self._held = None

    # ---- the transaction

    def recorded(self, happened: Sequence[Happened]) -> None:
        """Follow the ticket in hand: when it leaves, its card's fields leave too."""
        for h in happened:
            event = h.event
            if isinstance(event, ServiceFinished) and event.window == self.place:
                self._keep(event.number)
        before, self._in_hand = self._in_hand, self._ticket()
        closed = any(_closes(h, self.place) for h in happened)
        if closed or (before is not None and before != self._in_hand):
            self.forget()
        elif before != self._in_hand and self._held is not None:
            # Whether it is this person's ticket can be said now.
            self._tell("changed")
            if self._people.far:
                self._look_up(self._held)
        if self._in_hand is not None and before != self._in_hand:
            self._note = None

    def _keep(self, number: str) -> None:
        """Keep of the card what the ticket's item demands, encrypted with the day's key."""
        held, wanted = self._held, self._wanted(number)
        if not wanted or self._hall.state().day is None:
            return
        if held is None:
            self._note = Said(
                "nothing_to_keep",
                f"{number} 的事项需要留存证件信息，但没有刷证，请补刷或手工登记。",
                f"The item of {number} keeps fields of the card, and none was laid: write them "
                "down by hand.",
            )
            self._tell("changed")
            return
        body = msgspec.json.encode(kept_of(held.card.person, wanted))
        self._people.keep(
            self._at, number, body, lambda kept: None if kept else self._not_kept(number)
        )

    def _not_kept(self, number: str) -> None:
        self._note = Said(
            "not_kept",
            f"{number} 的证件信息没有保存成功，请手工登记，并联系技术人员。",
            f"The card's fields of {number} could not be kept: write them down by hand, and call "
            "a technician.",
        )
        self._tell("changed")

    def _wanted(self, number: str | None) -> tuple[str, ...]:
        ticket = self._hall.state().tickets.get(number or "")
        item = self._hall.rules.items.get(ticket.item) if ticket is not None else None
        return item.keep if item is not None else ()

    # ---- what the clerk sees

    def view(self) -> dict[str, Any]:
        """Return the window's card for its clerk."""
        hall, held, ticket = self._hall, self._held, self._ticket()
        found = held.found if held is not None else None
        note = self._note or (held.not_asked if held is not None else None)
        return {
            "window": self.place,
            "ticket": ticket,
            "lies": held is not None and held.lies,
            "card": None if held is None else fields_of(held.card.person, self._today()),
            "same_person": self._people.same(found, hall.state().tickets.get(ticket or "")),
            "traits": list(held.traits) if held is not None else [],
            "appointments": []
            if found is None
            else [{"time": one.time, "item": one.item} for one in found.appointments],
            "keeps": list(self._wanted(ticket)),
            "since_ms": held.since_ms if held is not None else None,
            "since_at": ""
            if held is None
            else local_text(hall.state().wall_offset_ms, held.since_ms, "%H:%M:%S"),
            "scanned": self._scanned,
            "say": asdict(self._said) if self._said is not None else None,
            "note": asdict(note) if note is not None else None,
        }

    def _ticket(self) -> str | None:
        window = self._hall.state().windows.get(self.place)
        return window.ticket if window is not None else None

    def _elderly_from(self) -> int:
        return self._hall.settings.people.elderly_from

    def _say(self, said: Said) -> None:
        self._said = said
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._hall.loop.call_later(SAID_S, self._said_long_ago)
        self._tell("changed")

    def _said_long_ago(self) -> None:
        self._said = self._scanned = self._timer = None
        self._tell("changed")

    def _tell(self, change: Change) -> None:
        self._shared.watch.tell(self.watched_as, change, self.view)


def _closes(h: Happened, window: str) -> bool:
    event = h.event
    return isinstance(event, DayClosed) or (
        isinstance(event, WindowClosed) and event.window == window
    )
