"""What the two screens of a window know. Immutable; what a person typed or opened is here too.

The inner screen is the clerk's, the outer one the taxpayer's. What both share beside the queue
(message, check, signature, the mirror's state) lies in the daemon, so a restarted screen has it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from kiosk_ui.both import NOTHING, Both
from kiosk_ui.messages import Request

__all__ = [
    "COVERS",
    "Away",
    "Card",
    "Check",
    "CheckField",
    "DeskModel",
    "Facts",
    "Menu",
    "MirrorSeen",
    "Next",
    "PadChoice",
    "Shared",
    "Shift",
    "Signing",
    "Step",
    "TicketSeen",
]

Level = Literal["none", "amber", "red"]

#: Keys by which what a taxpayer must not go on seeing is covered: whatever else is on its way.
COVERS = frozenset({"mirror_blank", "mirror_freeze"})


@dataclass(frozen=True, slots=True)
class TicketSeen:
    """The ticket in hand."""

    number: str
    item: str
    name: Both
    status: str
    limit_s: int
    amber_s: int
    calls: int
    why: Both
    traits: tuple[str, ...] = ()
    appointment: str = ""
    papers: tuple[Both, ...] = ()
    statutory_days: int | None = None
    pages: int = 0
    forms: tuple[str, ...] = ()
    #: Those of them that the taxpayer signed, as they stand.
    signed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Next:
    """Whom "next" would call now, and why."""

    number: str
    name: Both
    waited_min: int
    why: Both


@dataclass(frozen=True, slots=True)
class Away:
    """Somebody parked or missed who may come back."""

    number: str
    name: Both
    status: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Shift:
    """The clerk's own figures of today."""

    served: int = 0
    missed: int = 0
    average_min: int | None = None
    rated: int = 0
    bad: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """``window.show``."""

    name: Both
    status: str
    clerk: str
    mode: str
    day_open: bool
    ticket: TicketSeen | None
    next: Next | None
    waiting: int
    waiting_hall: int
    away: tuple[Away, ...]
    #: The number whose rating is open here.
    rating: str | None
    scores: int
    rated: int | None
    pad: bool
    last: str | None
    shift: Shift
    alarms: tuple[Both, ...]
    form_printer: bool
    scanner: bool
    reader: bool
    #: Whose pictures stand on the outer screen between two people; empty: none.
    idle: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """The card at the window, for its clerk alone. Fields: their key, whole, hidden."""

    fields: tuple[tuple[str, Both, Both], ...] = ()
    same: bool | None = None
    say: Both = NOTHING
    expired: bool = False
    #: What could not be looked up, or kept: the clerk does it by hand.
    note: Both = NOTHING

    def __repr__(self) -> str:
        """Say nothing of the person."""
        return f"Card({len(self.fields)} fields)"


@dataclass(frozen=True, slots=True)
class CheckField:
    """What the taxpayer is asked to look at."""

    id: str
    label: Both
    value: str
    correct: bool
    #: Hidden from those behind until it is held.
    mask: bool = False

    def __repr__(self) -> str:
        """Say nothing of the value."""
        return f"CheckField({self.id})"


@dataclass(frozen=True, slots=True)
class Check:
    """A panel "please check"; ``state`` is ``open``, ``lost`` or an outcome."""

    id: str
    title: Both
    fields: tuple[CheckField, ...]
    state: str = "open"
    corrected: tuple[str, ...] = ()
    #: What the clerk should know: its values are lost, or could not be kept.
    say: Both = NOTHING


@dataclass(frozen=True, slots=True)
class Signing:
    """A form that waits for a signature, and the strokes so far, in thousandths of the field."""

    form: str
    strokes: tuple[tuple[tuple[int, int], ...], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class PadChoice:
    """Where to, as somebody picks it at the pad for ``number``: the menu, what was typed into it.

    ``say``: why what was typed could not be.
    """

    kind: str
    number: str
    text: str = ""
    say: Both = NOTHING


@dataclass(frozen=True, slots=True)
class Shared:
    """``screen.watch``: what both screens have in common."""

    message: str = field(default="", repr=False)
    mirror: str = "blank"
    check: Check | None = None
    signing: Signing | None = None
    pad: PadChoice | None = None


@dataclass(frozen=True, slots=True)
class MirrorSeen:
    """The clerk's PC as the mirror has it; ``say`` is for the clerk.

    ``state``: ``off``, ``connecting``, ``live``, ``stale``, ``lost`` or ``refused``.
    """

    state: str = "off"
    say: Both = NOTHING
    size: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Menu:
    """What the clerk has opened: ``kind`` and what was typed into it; ``by_pad``: at the pad."""

    kind: str
    text: str = ""
    leaf: int = 0
    ticked: frozenset[int] = frozenset()
    by_pad: bool = False


@dataclass(frozen=True, slots=True)
class DeskModel:
    """Both screens; what only drives them does not count as another model."""

    window: str
    met: bool = False
    live: bool = False
    #: Why it is not, where more is known than that; see ``CutOff``.
    cut_by: str = ""
    #: The hub is not heard: what needs nobody else is done here, and nobody is called.
    alone: bool = False
    #: The facts are of this connection; those of the one before may be another person's.
    fresh: bool = False
    #: The daemon is in safe mode and knows nothing of the queue.
    safe: bool = False
    facts: Facts | None = None
    shared: Shared = field(default_factory=Shared)
    card: Card | None = None
    mirror: MirrorSeen = field(default_factory=MirrorSeen)
    menu: Menu | None = None
    #: The document camera's picture: its size, and why there is none.
    preview: tuple[int, int] = (0, 0)
    preview_say: Both = NOTHING
    #: A scan is under way; everything else goes on.
    scanning: bool = False
    #: Papers of the ticket in hand that the clerk has seen.
    ticked: frozenset[int] = frozenset()
    #: Seconds since the call or the beginning.
    seconds: int = 0
    #: What was refused or done, for some seconds.
    told: Both = NOTHING
    told_bad: bool = False
    #: Windows and items to transfer to: id and name; of items the initials of their pinyin too.
    windows: tuple[tuple[str, Both], ...] = ()
    items: tuple[tuple[str, Both, str], ...] = ()
    reasons: tuple[tuple[str, Both], ...] = ()
    #: The taxpayer gave a bad score and is asked why.
    asks_why: bool = False
    thanked: bool = False
    #: What the taxpayer corrects: the field and what was typed.
    correcting: tuple[str, str] | None = field(default=None, repr=False)
    corrections: Mapping[str, str] = field(default_factory=dict, repr=False)
    english: bool = False
    elder: bool = False
    #: The clerk's only keys are those of a number pad.
    keypad: bool = False
    #: Which panels can be seen.
    inner_there: bool = True
    outer_there: bool = True
    held: str | None = None
    minute: datetime | None = None
    #: Picture files for the time between two people, and which of them is on show.
    pictures: tuple[tuple[str, int], ...] = ()
    turn: int = 0
    #: A command has been on its way for so long that the buttons show it: they rest.
    rests: bool = False

    # ---- what only drives them
    #: The command that is on its way: until its outcome is known no other one is sent.
    busy: str = field(default="", compare=False)
    #: Since when one is; None: none was at the last tick.
    busy_s: float | None = field(default=None, compare=False)
    #: Since when something that happened here waits for the facts that follow; None: nothing does.
    awaits_s: float | None = field(default=None, compare=False)
    #: ``window.mirror``: where the clerk's PC is, and what of it is private.
    glass: Mapping[str, Any] | None = field(default=None, compare=False)
    #: Which program the clerk's PC shows, as its side tells.
    title: str = field(default="", compare=False, repr=False)
    clock: tuple[datetime, float] | None = field(default=None, compare=False)
    since: tuple[float, float] = field(default=(0.0, 0.0), compare=False)
    told_s: float = field(default=0.0, compare=False)
    thanked_s: float = field(default=0.0, compare=False)
    #: The number both screens are about: in hand, or asked for its rating; empty: nobody is there.
    person: str = field(default="", compare=False)
    #: Whose bad rating it was, and since when they are asked why.
    why: tuple[str, float] = field(default=("", 0.0), compare=False)
    #: When somebody last pressed for the other language.
    english_s: float = field(default=0.0, compare=False)
    due: Mapping[str, float] = field(default_factory=dict, compare=False)
    asked: frozenset[str] = field(default=frozenset(), compare=False)

    @property
    def picture(self) -> tuple[str, int] | None:
        """The picture file on show between two people, and its stamp."""
        # A window that has lost its pictures asks for none, and is never told that they are gone.
        if not self.pictures or self.facts is None or not self.facts.idle:
            return None
        return self.pictures[self.turn % len(self.pictures)]

    @property
    def known(self) -> bool:
        """Whether the hall is there and what is known of the window is of now."""
        return (
            self.live and self.fresh and not self.safe
            and self.facts is not None and self.facts.mode != "safe"
        )  # fmt: skip

    @property
    def ticket(self) -> TicketSeen | None:
        """The ticket in hand."""
        return self.facts.ticket if self.facts is not None else None

    @property
    def level(self) -> Level:
        """How long the service takes: amber at its share of the limit, red at the limit."""
        ticket = self.ticket
        if ticket is None or ticket.status != "serving" or not ticket.limit_s:
            return "none"
        if self.seconds >= ticket.limit_s:
            return "red"
        return "amber" if self.seconds >= ticket.amber_s else "none"

    @property
    def mirrors(self) -> bool:
        """Whether the taxpayer sees the clerk's PC now: never between two people."""
        ticket = self.ticket
        return (
            self.known
            and ticket is not None
            and ticket.status == "serving"
            and self.shared.mirror in {"show", "freeze"}
            and self.mirror.state == "live"
        )

    def tell(self, said: Both, now_s: float, *, bad: bool) -> DeskModel:
        """Say something to the clerk for some seconds."""
        return replace(self, told=said, told_bad=bad, told_s=now_s)


Step = tuple[DeskModel, Sequence[Request]]
