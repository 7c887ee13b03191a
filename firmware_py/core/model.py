"""The hall's state: tickets, windows, alarms, and what was counted today.

The state belongs to the one writer that folds events into it; ``evolve`` changes it in place,
because copying the maps of a day with 20,000 tickets for each key press would cost more than the
press. Whoever decides only reads it.

All times are hall time in milliseconds: a clock that never runs backwards within a journal's
epoch. ``wall_offset_ms`` added to it gives the local wall clock, as far as that is known.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from firmware_py.core.blocks import Block
from firmware_py.core.checks import WindowCheck
from firmware_py.core.papers import Form, TicketDocument
from firmware_py.core.rules import Hours, Trait

__all__ = [
    "Alarm",
    "AlarmKind",
    "Claim",
    "Disabled",
    "Floor",
    "Level",
    "Notice",
    "ServiceTimes",
    "State",
    "Ticket",
    "TicketStatus",
    "Window",
    "WindowStatus",
]


class TicketStatus(StrEnum):
    """Where a ticket is in its life."""

    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    PARKED = "parked"
    MISSED = "missed"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    #: Still open when the day closed.
    LEFT = "left"


class WindowStatus(StrEnum):
    """Whether a window works."""

    CLOSED = "closed"
    OPEN = "open"
    PAUSED = "paused"


class AlarmKind(StrEnum):
    """What an alarm is about."""

    SERVICE = "service"
    WAITING = "waiting"
    IDLE = "idle"
    RATING = "rating"
    HELP = "help"
    #: A form's result is due.
    FORM = "form"


class Level(StrEnum):
    """How bad it is."""

    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Claim:
    """What one side says last of a ticket: a Pi that decided alone (its ``source``), or "" we."""

    source: str
    status: TicketStatus
    #: Where; "" for a ticket that was cancelled, or left at closing.
    window: str = ""
    #: Seconds of service of one that is finished.
    service_s: int = 0


@dataclass(frozen=True, slots=True)
class EarlyRating:
    """What a window told of the rating of a number before the hub knew that it was given.

    ``score`` None: no answer. ``late``: it came after none had been told.
    """

    window: str
    score: int | None
    reason: str = ""
    late: bool = False


@dataclass(slots=True)
class Ticket:
    """One number of the day. ``person`` and ``appointment`` are keyed hashes, never a number."""

    number: str
    ordinal: int
    item: str
    skill: str
    origin: str
    issued_ms: int
    status: TicketStatus = TicketStatus.WAITING
    traits: tuple[Trait, ...] = ()
    appointment_ms: int | None = None
    person: str | None = None
    #: The window that has it now, or had it last.
    window: str | None = None
    #: The only window that may call it while that window is open.
    bound: str | None = None
    transferred: bool = False
    #: Came back after being parked: first at its window, no new queueing.
    resumed: bool = False
    #: Came back after a miss: the hall's count of calls from which on it may be called.
    returned_from_call: int | None = None
    calls: int = 0
    called_ms: int | None = None
    #: What decided its newest call; see ``CallReason``.
    call_rule: str = ""
    started_ms: int | None = None
    #: Service started by itself, because nobody pressed start.
    auto_started: bool = False
    #: Milliseconds of service before it was parked or transferred.
    served_before_ms: int = 0
    missed_ms: int | None = None
    parked_ms: int | None = None
    #: Since when it waits again, after it was called or parked; None: since it was issued.
    again_ms: int | None = None
    ended_ms: int | None = None
    reason: str = ""
    rating: int | None = None
    #: ``asked``, ``given``, ``none`` (no answer) or empty.
    rating_state: str = ""
    rating_reason: str = ""
    #: When it was rated, or found unanswered.
    rated_ms: int | None = None
    #: Why ratings for it did not count, each once; see ``RatingRejected``.
    rating_rejected: tuple[str, ...] = ()
    estimate_s: int | None = None
    documents: tuple[TicketDocument, ...] = ()
    #: The number in the last document's id; one that was taken out does not come again.
    last_document: int = 0
    #: How often its taxpayer was asked to check something.
    last_check: int = 0
    #: Which appointment it was taken with.
    appointment: str | None = None
    #: The id of the command that it was taken with; "" before hub and nodes compared them.
    request: str = ""
    #: Every window to which it was called today.
    called_at: tuple[str, ...] = ()
    #: What several sides say of it, and what was made of that; see ``core.merging``.
    claims: tuple[Claim, ...] = ()
    settled: str = ""

    @property
    def waits_since_ms(self) -> int:
        """Since when it waits now; its place in the queue is that of ``issued_ms``."""
        return self.issued_ms if self.again_ms is None else self.again_ms


@dataclass(slots=True)
class Window:
    """One window as it stands now. ``ticket`` is what it has called or serves."""

    id: str
    skills: frozenset[str] | None = None
    status: WindowStatus = WindowStatus.CLOSED
    clerk: str = ""
    #: When this clerk opened it.
    opened_ms: int | None = None
    ticket: str | None = None
    #: What it served last today: forms are made of it a moment later too.
    last_ticket: str | None = None
    #: Since when it has had nobody, for the idle alarm.
    free_ms: int = 0
    last_call_ms: int = -(10**15)
    #: The ticket whose rating its pad waits for.
    rating_ticket: str | None = None
    rating_until_ms: int = 0
    #: It was asked for more than once.
    rating_again: bool = False
    #: The ticket whose question ended last here, answered or not.
    rated_ticket: str | None = None
    #: Its pad was pressed before anybody was served; recorded once.
    rated_nothing: bool = False
    served: int = 0
    #: What its taxpayer is asked to check, or has.
    check: WindowCheck | None = None


@dataclass(slots=True)
class Alarm:
    """Something that the duty manager should see. ``subject`` is a window or a number.

    ``day`` is the business day on which it was raised, None when none was open. One that is
    ``carried`` stood when its day closed and ends by being acknowledged, by nothing else.
    """

    key: str
    kind: AlarmKind
    level: Level
    subject: str
    window: str | None
    since_ms: int
    acknowledged_by: str = ""
    day: str | None = None
    carried: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """What somebody had the walls show; times as in ``NoticeShown``."""

    key: str
    text: str
    lines: tuple[str, ...]
    since: str
    until: str
    priority: int
    walls: tuple[str, ...]
    shown_ms: int


@dataclass(slots=True)
class ServiceTimes:
    """Running count, mean and sum of squares (Welford) of service times, in seconds."""

    count: int = 0
    mean_s: float = 0.0
    m2: float = 0.0

    def add(self, seconds: float) -> None:
        """Count one more service."""
        self.count += 1
        delta = seconds - self.mean_s
        self.mean_s += delta / self.count
        self.m2 += delta * (seconds - self.mean_s)


@dataclass(frozen=True, slots=True)
class Floor:
    """Numbers ``first`` to ``number`` of a day that has not opened here yet are in people's hands.

    ``day`` None: of whichever opens next.
    """

    series: str
    count: int
    first: str
    number: str
    day: str | None


#: What tells the waiting apart for who may call them and how their priority grows:
#: skill, window they are bound to (or ""), weight classes, and a mark for those whose order
#: inside the queue is not simply that of waiting.
QueueKey = tuple[str, str, tuple[str, ...], str]


@dataclass(slots=True)
class Disabled:
    """A device that a technician took out of use: who, and since when."""

    by: str
    since_ms: int


@dataclass(slots=True)
class State:
    """The hall now. ``tickets`` are those of the business day, in order of issue."""

    day: str | None = None
    day_open: bool = False
    opened_ms: int = 0
    #: When it opened first; ``opened_ms`` is the last time.
    began_ms: int = 0
    #: The day's hours as they are now; None: an earlier version opened it, without them.
    hours: tuple[Hours, ...] | None = None
    now_ms: int = 0
    #: None until a trusted clock was seen in this hall.
    wall_offset_ms: int | None = None
    #: The last number given in each series.
    counters: dict[str, int] = field(default_factory=dict)
    #: Where series begin on a day still to be opened, after a restore.
    floors: list[Floor] = field(default_factory=list)
    #: Numbers of the day that a restore lost: first and last of each stretch.
    passed_over: list[tuple[str, str]] = field(default_factory=list)
    #: Numbers that other Pis give by themselves today, written-off ones too.
    lent: list[Block] = field(default_factory=list)
    #: How often numbers of each series went from hand to hand today.
    handings: dict[str, int] = field(default_factory=dict)
    #: Who decides, once a hub was promoted, and who gives the usual numbers; "": the first hub.
    hub: str = ""
    numbers_at: str = ""
    #: A restored journal may not know what was lent: blocks have so many digits more, for
    #: ``lend_above_days`` days.
    lend_above: int = 0
    lend_above_days: int = 0
    #: How far each Pi's own records were merged, by their source; see ``records.Record``.
    merged: dict[str, int] = field(default_factory=dict)
    #: What was told of numbers before anybody told that they were given.
    early: dict[str, tuple[Claim, ...]] = field(default_factory=dict)
    #: How they were rated, told before that too.
    early_ratings: dict[str, EarlyRating] = field(default_factory=dict)
    #: Numbers that nobody has on paper, and the number that the same request has on its paper.
    skipped: dict[str, str] = field(default_factory=dict)
    tickets: dict[str, Ticket] = field(default_factory=dict)
    windows: dict[str, Window] = field(default_factory=dict)
    alarms: dict[str, Alarm] = field(default_factory=dict)
    #: They outlive the day.
    notices: dict[str, Notice] = field(default_factory=dict)
    #: Devices out of use, until a technician enables them.
    disabled: dict[str, Disabled] = field(default_factory=dict)
    #: Acceptance forms by number: open ones of any day, and those that were over lately.
    forms: dict[str, Form] = field(default_factory=dict)
    #: The last form's count by day of acceptance.
    form_counters: dict[str, int] = field(default_factory=dict)
    #: Another Pi's form -> its number here, where another form had its own.
    renumbered: dict[str, str] = field(default_factory=dict)
    #: Tickets not cancelled, by item and by person.
    taken_by_item: dict[str, int] = field(default_factory=dict)
    taken_by_person: dict[str, int] = field(default_factory=dict)
    calls: int = 0
    finished: int = 0
    #: The day's service times by skill; "" is all of them.
    service_times: dict[str, ServiceTimes] = field(default_factory=dict)
    #: Who waits, by queue: ``(issued_ms, ordinal, number)`` in order. Rebuilt, never stored.
    queues: dict[QueueKey, list[tuple[int, int, str]]] = field(default_factory=dict)
    waiting: int = 0
    #: Which number each request got, by the command's id. Rebuilt, never stored.
    requests: dict[str, str] = field(default_factory=dict)

    def window_of(self, name: str) -> Window:
        """Return a window; one that the configuration no longer has may be in the journal."""
        found = self.windows.get(name)
        if found is None:
            found = self.windows[name] = Window(name)
        return found
