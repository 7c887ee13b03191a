"""What happened in the hall. Past tense; the journal keeps these and nothing else.

The day, tickets, windows and service are described here, what stands beside the queue in
``events_aside``, documents and forms in ``events_papers``, what a taxpayer checks in
``events_checks``, what passes between the hall's Pis in ``events_spread``. ``EVENTS`` holds the
names under which all of them are stored and published. A stored event is never changed: a new
field has a default, a new meaning is a new event.
"""

from __future__ import annotations

from dataclasses import dataclass

from firmware_py.core.events_aside import (
    ActionTaken,
    AlarmAcknowledged,
    AlarmCleared,
    AlarmRaised,
    ClockSet,
    NoticeRemoved,
    NoticeShown,
)
from firmware_py.core.events_checks import CHECK_EVENTS, CheckEvent
from firmware_py.core.events_hubs import HUB_EVENTS, HubEvent
from firmware_py.core.events_papers import PAPER_EVENTS, PaperEvent
from firmware_py.core.events_spread import SPREAD_EVENTS, SpreadEvent
from firmware_py.core.rules import Hours, Text, Trait

__all__ = ["EVENTS", "EVENT_NAMES", "CallReason", "Event"]


@dataclass(frozen=True, slots=True)
class DayOpened:
    """A business day began, or went on (``reopened``).

    ``hours`` hold for it until they are changed. None of them: no limits, opened by hand on a
    ``rest_day`` or after the day's end; null: the configuration has none. ``name`` is the
    holiday's or the season's.
    """

    day: str
    reopened: bool = False
    hours: tuple[Hours, ...] | None = None
    rest_day: bool = False
    name: Text | None = None


@dataclass(frozen=True, slots=True)
class DayClosed:
    """The day ended; ``left`` are the numbers that were still open.

    ``alarms`` are those of the day that only an acknowledgement ends; they stay.
    """

    day: str
    reason: str
    left: tuple[str, ...] = ()
    alarms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClosingTimeChanged:
    """Today the hall closes at another time: its hours are ``hours`` now.

    ``closes_s`` and ``before_s`` (None: it had no closing time) are seconds of the local day.
    """

    day: str
    hours: tuple[Hours, ...]
    closes_s: int
    before_s: int | None = None


@dataclass(frozen=True, slots=True)
class SeriesJumped:
    """A series went on after ``number``: slips up to it are out that the journal does not know.

    ``first`` to ``number`` (count ``count``) are passed over, ``next`` comes then: on ``day``, or,
    where nobody knows whose slips they are (None), on the open day and the next that opens.
    ``reason`` as in ``JumpSeries``.
    """

    series: str
    count: int
    first: str
    number: str
    next: str
    #: How many numbers are passed over.
    passed: int
    day: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class TicketIssued:
    """A number was given. ``ahead`` people waited before it; ``estimate_s`` is the wait."""

    number: str
    series: str
    count: int
    item: str
    skill: str
    origin: str
    traits: tuple[Trait, ...] = ()
    appointment_ms: int | None = None
    person: str | None = None
    ahead: int = 0
    estimate_s: int | None = None
    #: ``high``, ``medium`` or ``low``: how sure the estimate is.
    sure: str = "low"
    #: A keyed hash: which appointment it was taken with.
    appointment: str | None = None
    #: The command's id, by which the same request is known again at another Pi.
    request: str = ""
    #: Hall time at which another Pi gave it, from numbers it held; its place in the queue is that.
    issued_ms: int | None = None


@dataclass(frozen=True, slots=True)
class ReprintRequested:
    """The same number is to be printed again."""

    number: str
    origin: str


@dataclass(frozen=True, slots=True)
class TicketCancelled:
    """A ticket was given up."""

    number: str
    reason: str


@dataclass(frozen=True, slots=True)
class TicketTransferred:
    """A ticket waits again, for another item or window, with its place in time kept."""

    number: str
    item: str
    skill: str
    window: str | None
    from_window: str | None


@dataclass(frozen=True, slots=True)
class TicketParked:
    """A paper lacks; the window is free."""

    number: str
    window: str
    reason: str


@dataclass(frozen=True, slots=True)
class TicketResumed:
    """Parked no more: first at ``window``. Left at closing (None): waits as it did before."""

    number: str
    window: str | None


@dataclass(frozen=True, slots=True)
class TicketReturned:
    """Came back after a miss; may be called once the hall has made ``from_call`` calls."""

    number: str
    from_call: int


@dataclass(frozen=True, slots=True)
class WindowOpened:
    """A clerk opened a window."""

    window: str
    clerk: str
    skills: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class WindowPaused:
    """A window went on a break."""

    window: str


@dataclass(frozen=True, slots=True)
class WindowResumed:
    """A window's break ended."""

    window: str


@dataclass(frozen=True, slots=True)
class WindowClosed:
    """A window closed."""

    window: str


@dataclass(frozen=True, slots=True)
class WindowSkillsChanged:
    """A window takes other items now; None is everything."""

    window: str
    skills: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class CallReason:
    """Why this ticket and no other.

    ``rule`` is the weight class that decided (``ordinary``, ``appointment``, ``resumed``,
    ``named`` ...); priorities are seconds of ordinary waiting; ``over`` is the next best.
    """

    rule: str
    waited_s: int
    priority: float
    eligible: int
    over: str | None = None
    over_priority: float = 0.0


@dataclass(frozen=True, slots=True)
class TicketCalled:
    """A ticket was called to a window."""

    number: str
    window: str
    reason: CallReason
    #: Hall time of a call that another Pi made: nobody is called by it now.
    called_ms: int | None = None


@dataclass(frozen=True, slots=True)
class TicketRecalled:
    """The ticket in hand was called again."""

    number: str
    window: str
    calls: int


@dataclass(frozen=True, slots=True)
class ServiceStarted:
    """Service began; ``auto`` when nobody pressed start. ``limit_s`` is the item's limit."""

    number: str
    window: str
    limit_s: int
    auto: bool = False
    #: Hall time from which the service counts.
    since_ms: int = 0


@dataclass(frozen=True, slots=True)
class ServiceFinished:
    """The transaction is done, after ``service_s`` seconds at the counter."""

    number: str
    window: str
    service_s: int
    ended_ms: int | None = None  # hall time, of one that another Pi recorded


@dataclass(frozen=True, slots=True)
class TicketMissed:
    """Called, and nobody came."""

    number: str
    window: str


@dataclass(frozen=True, slots=True)
class RatingAsked:
    """The pad asks; until ``until_ms`` an answer counts."""

    number: str
    window: str
    until_ms: int


@dataclass(frozen=True, slots=True)
class RatingGiven:
    """A transaction was rated. A bad one's ``reason``, given later, repeats the event with it.

    ``late``: after no answer had been recorded, before anybody else was called to the window.
    """

    number: str
    window: str
    score: int
    bad: bool
    reason: str = ""
    late: bool = False


@dataclass(frozen=True, slots=True)
class RatingUnanswered:
    """No answer: recorded as none, never as satisfied."""

    number: str
    window: str


@dataclass(frozen=True, slots=True)
class RatingRejected:
    """A rating that does not count; once for each transaction and ``why``.

    ``late`` (its time was over), ``double`` (rated already), ``early`` (its work is not finished),
    ``other_window`` (``number`` was not served at ``window``) or ``nothing`` (nobody has been
    served at ``window``: no number).
    """

    window: str
    score: int
    why: str
    number: str | None = None


Event = (
    DayOpened
    | DayClosed
    | ClosingTimeChanged
    | SeriesJumped
    | TicketIssued
    | ReprintRequested
    | TicketCancelled
    | TicketTransferred
    | TicketParked
    | TicketResumed
    | TicketReturned
    | WindowOpened
    | WindowPaused
    | WindowResumed
    | WindowClosed
    | WindowSkillsChanged
    | TicketCalled
    | TicketRecalled
    | ServiceStarted
    | ServiceFinished
    | TicketMissed
    | RatingAsked
    | RatingGiven
    | RatingUnanswered
    | RatingRejected
    | AlarmRaised
    | AlarmAcknowledged
    | AlarmCleared
    | NoticeShown
    | NoticeRemoved
    | ActionTaken
    | ClockSet
    | PaperEvent
    | CheckEvent
    | SpreadEvent
    | HubEvent
)

EVENTS: dict[str, type[Event]] = {
    "day.opened": DayOpened,
    "day.closed": DayClosed,
    "day.closing_changed": ClosingTimeChanged,
    "series.jumped": SeriesJumped,
    "ticket.issued": TicketIssued,
    "ticket.reprint_requested": ReprintRequested,
    "ticket.cancelled": TicketCancelled,
    "ticket.transferred": TicketTransferred,
    "ticket.parked": TicketParked,
    "ticket.resumed": TicketResumed,
    "ticket.returned": TicketReturned,
    "window.opened": WindowOpened,
    "window.paused": WindowPaused,
    "window.resumed": WindowResumed,
    "window.closed": WindowClosed,
    "window.skills_changed": WindowSkillsChanged,
    "ticket.called": TicketCalled,
    "ticket.recalled": TicketRecalled,
    "service.started": ServiceStarted,
    "service.finished": ServiceFinished,
    "ticket.missed": TicketMissed,
    "rating.asked": RatingAsked,
    "rating.given": RatingGiven,
    "rating.unanswered": RatingUnanswered,
    "rating.rejected": RatingRejected,
    "alarm.raised": AlarmRaised,
    "alarm.acknowledged": AlarmAcknowledged,
    "alarm.cleared": AlarmCleared,
    "notice.shown": NoticeShown,
    "notice.removed": NoticeRemoved,
    "action.taken": ActionTaken,
    "clock.set": ClockSet,
    **PAPER_EVENTS,
    **CHECK_EVENTS,
    **SPREAD_EVENTS,
    **HUB_EVENTS,
}

EVENT_NAMES: dict[type[Event], str] = {kind: name for name, kind in EVENTS.items()}
