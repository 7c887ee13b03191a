"""A small hall for the tests of the queue: plays commands against a clock moved by hand."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from firmware_py.core import commands as c
from firmware_py.core import events as e
from firmware_py.core.decide import decide
from firmware_py.core.evolve import evolve, initial
from firmware_py.core.model import Alarm, State, Ticket, TicketStatus
from firmware_py.core.refusals import RecordedRefusal, Refusal
from firmware_py.core.rules import Category, Item, Rules, Text, Trait, WindowRule

E = TypeVar("E", bound=e.Event)

INVOICES, FILING = "invoices", "filing"


#: What a taxpayer brings for item D02; the back office has five working days for it.
LICENCE = Text("营业执照副本", "Business licence (duplicate)")
REQUEST = Text("退税申请表", "Application for a refund")


def item(
    item_id: str, category: str, *, limit_s: int = 600, days: int = 0, papers: tuple[Text, ...] = ()
) -> Item:
    """Return an item that windows with its category's skill take."""
    name = Text("事项", "Item")
    return Item(item_id, category, name, limit_s, category, statutory_days=days, papers=papers)


#: Three windows that take everything, two categories, ten minutes for each item.
RULES = Rules(
    categories={
        INVOICES: Category(INVOICES, "D", Text("发票办理", "Invoices")),
        FILING: Category(FILING, "B", Text("申报征收", "Filing and collection")),
    },
    items={
        "D01": item("D01", INVOICES),
        "D02": item("D02", INVOICES, days=5, papers=(LICENCE, REQUEST)),
        "B01": item("B01", FILING),
    },
    windows={w: WindowRule(w, Text(f"{w}号窗口", f"Window {w}")) for w in ("1", "2", "3")},
)


def windows(**skills: frozenset[str] | None) -> dict[str, WindowRule]:
    """Return windows ``w1=...`` with these skills."""
    return {
        name[1:]: WindowRule(name[1:], Text("窗口", "Window"), taken)
        for name, taken in skills.items()
    }


class Hall:
    """A hall whose day is open; ``rules`` are ``RULES`` with the changes given."""

    def __init__(self, *, rules: Rules = RULES, day: str | None = "2026-03-02", **changes: Any):
        self.rules = replace(rules, **changes)
        self.state: State = initial(self.rules)
        self.now_ms = 1_000_000
        self.history: list[tuple[e.Event, int]] = []
        if day is not None:
            self.do(c.OpenDay(day))

    def later(self, seconds: float) -> Hall:
        """Let time pass, without a tick."""
        self.now_ms += round(seconds * 1000)
        return self

    def clock(self, text: str, day: str | None = None) -> Hall:
        """Set the wall clock to ``HH:MM`` now, on ``day`` (the business day, if there is one)."""
        on = date.fromisoformat(day or self.state.day or "1970-01-01")
        hours, minutes = (int(part) for part in text.split(":"))
        wall_ms = ((on - date(1970, 1, 1)).days * 1440 + hours * 60 + minutes) * 60_000
        self.do(c.SetClock(wall_ms - self.now_ms))
        return self

    def ask(self, command: c.Command) -> list[e.Event] | Refusal:
        """Decide a command; what it makes happen, happens. Deciding itself changes nothing."""
        before = copy.deepcopy(self.state)
        decision = decide(self.rules, self.state, command, self.now_ms)
        assert self.state == before
        noted = decision.events if isinstance(decision, RecordedRefusal) else ()
        for event in noted if isinstance(decision, Refusal) else decision:
            evolve(self.state, event, self.now_ms)
            self.history.append((event, self.now_ms))
        return decision

    def do(self, command: c.Command) -> list[e.Event]:
        """Carry out a command that must not be refused."""
        decision = self.ask(command)
        assert not isinstance(decision, Refusal), decision.en
        return decision

    def refused(self, command: c.Command) -> Refusal:
        """Return why a command was refused; it must be."""
        decision = self.ask(command)
        assert isinstance(decision, Refusal), decision
        return decision

    def tick(self, seconds: float = 0) -> list[e.Event]:
        """Let time pass, then look at the clock."""
        self.later(seconds)
        return self.do(c.Tick())

    def take(
        self,
        item_id: str = "D01",
        *traits: Trait,
        appointment_in_s: int | None = None,
        person: str | None = None,
        override: bool = False,
    ) -> str:
        """Take a ticket and return its number."""
        at_ms = None if appointment_in_s is None else self.now_ms + appointment_in_s * 1000
        command = c.TakeTicket(item_id, "kiosk-1", traits, at_ms, person, override)
        return only(self.do(command), e.TicketIssued).number

    def open(self, *window_ids: str, clerk: str = "1001") -> Hall:
        """Open windows."""
        for window in window_ids or tuple(self.rules.windows):
            self.do(c.OpenWindow(window, clerk))
        return self

    def next(self, window: str = "1") -> str | None:
        """Press "next" and return who was called."""
        return called(self.do(c.CallNext(window)))

    def serve(self, window: str = "1", seconds: float = 300) -> str | None:
        """Call the next one and serve; returns the number."""
        number = self.next(window)
        self.do(c.StartService(window))
        self.later(seconds)
        self.do(c.FinishService(window))
        return number

    def ticket(self, number: str) -> Ticket:
        """Return a ticket of today."""
        return self.state.tickets[number]

    def status(self, number: str) -> TicketStatus:
        """Return where a ticket is in its life."""
        return self.state.tickets[number].status

    def alarm(self, key: str) -> Alarm | None:
        """Return an alarm that stands now."""
        return self.state.alarms.get(key)

    def in_hand(self, window: str) -> str | None:
        """Return what a window has called or serves."""
        return self.state.windows[window].ticket


def of(events: list[e.Event], kind: type[E]) -> list[E]:
    """Return the events of one kind."""
    return [event for event in events if isinstance(event, kind)]


def only(events: list[e.Event], kind: type[E]) -> E:
    """Return the one event of this kind; there must be one."""
    (found,) = of(events, kind)
    return found


def called(events: list[e.Event]) -> str | None:
    """Return who was called, if anybody was."""
    found = of(events, e.TicketCalled)
    return found[0].number if found else None
