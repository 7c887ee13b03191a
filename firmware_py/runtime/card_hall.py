"""What cards at kiosks and windows have of the hall, and what they say to people."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from devices.base import HealthState, Sentence
from firmware_py.app.clock import FollowedClock, HallClock
from firmware_py.app.followed import FollowedWriter
from firmware_py.app.writer import HallWriter
from firmware_py.core.estimate import estimate_for
from firmware_py.core.model import State, Ticket, TicketStatus
from firmware_py.core.opening import local_day, local_seconds
from firmware_py.core.refusals import STATUS_WORDS, Refusal
from firmware_py.core.rules import Rules
from firmware_py.runtime.card_watch import CardWatch
from firmware_py.runtime.devices import Post
from firmware_py.runtime.people_port import People
from firmware_py.runtime.person_finder import PersonVault
from firmware_py.runtime.supervisor import Health
from firmware_py.settings import Settings

__all__ = ["CardHall", "Desk", "LookUp", "Said", "Shared", "ticket_words", "works"]


class Healths(Protocol):
    """Who knows how devices are."""

    def health_of(self, device: str) -> Health:
        """Return a device's health; raises ``KeyError``."""


#: States in which a device does what it is for.
_WORKS = frozenset({HealthState.OK, HealthState.WARNING, HealthState.UNKNOWN})


def works(healths: Healths, device: str | None) -> bool:
    """Say whether a device is there and does what it is for; False for none."""
    if device is None:
        return False
    try:
        return healths.health_of(device).state in _WORKS
    except KeyError:
        # Switched off in the configuration.
        return False


class CardHall(Protocol):
    """The hall as cards see it; ``runtime.hall.Hall`` is one."""

    settings: Settings
    rules: Rules
    clock: HallClock | FollowedClock
    writer: HallWriter | FollowedWriter
    loop: asyncio.AbstractEventLoop
    #: This Pi's side of the broker; None without one.
    sync: Any

    @property
    def vault(self) -> PersonVault | None:
        """Where hashes and kept fields are made; None for a hall without."""

    @property
    def supervisor(self) -> Healths:
        """Who knows how devices are."""

    @property
    def post(self) -> Post:
        """Posts jobs to devices."""

    def state(self) -> State:
        """Return what is recorded."""

    def command_id(self, what: str) -> str:
        """Return a new id."""


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence for the person at a reader. ``code`` is stable, for programs."""

    code: str
    zh: str
    en: str

    @classmethod
    def of(cls, code: str, say: Sentence | Refusal) -> Said:
        """Return what a device or the queue says."""
        return cls(code, say.zh, say.en)


#: ``look_up(call, done)``: ``call`` on a thread, ``done`` with what it returned, in the loop.
LookUp = Callable[[Callable[[], Any], Callable[[Any], None]], None]


@dataclass(frozen=True, slots=True)
class Shared:
    """What all places have in common."""

    hall: CardHall
    people: People
    watch: CardWatch


class Desk:
    """A kiosk or window with a reader, a scanner or both."""

    def __init__(self, place: str, reader: str | None, scanner: str | None, shared: Shared) -> None:
        self.place = place
        #: A window and a kiosk may have the same id.
        self.watched_as = f"{type(self).__name__}:{place}"
        self.reader = reader
        self.scanner = scanner
        self._shared = shared
        self._hall = shared.hall

    @property
    def readers(self) -> set[str]:
        """The devices that stand here."""
        return {one for one in (self.reader, self.scanner) if one is not None}

    def _now_ms(self) -> int:
        return self._hall.clock.now_ms()

    def _today(self) -> date | None:
        """Return the local date; None while nobody can say it."""
        if not self._hall.clock.wall_known:
            return None
        day = local_day(self._hall.state(), self._now_ms())
        return None if day is None else date.fromisoformat(day)

    def _seconds(self) -> int | None:
        """Return the local time of day in seconds; None while nobody can say it."""
        known = self._hall.clock.wall_known
        return local_seconds(self._hall.state(), self._now_ms()) if known else None

    def reads(self) -> bool:
        """Say whether the reader works: else nobody can be asked for a card."""
        return works(self._hall.supervisor, self.reader)


def ticket_words(rules: Rules, state: State, ticket: Ticket, now_ms: int) -> Said:
    """Return where a ticket stands, for whoever has it."""
    if ticket.status is TicketStatus.WAITING:
        ahead = estimate_for(rules, state, ticket, now_ms).ahead
        return Said(
            "has_ticket",
            f"{ticket.number} 号正在等候，前面还有 {ahead} 人。",
            f"{ticket.number} is waiting, with {ahead} ahead.",
        )
    zh, en = STATUS_WORDS[ticket.status]
    where_zh = f"，{ticket.window} 号窗口" if ticket.window else ""
    where_en = f" at window {ticket.window}" if ticket.window else ""
    return Said(
        "has_ticket", f"{ticket.number} 号{zh}{where_zh}。", f"{ticket.number} is {en}{where_en}."
    )
