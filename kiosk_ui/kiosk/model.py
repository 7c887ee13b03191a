"""What the kiosk knows and shows. Immutable; pages are in ``kiosk_ui/kiosk/pages/``.

``model.page`` is what the person chose, ``behind`` where "back" leads. What stands in front of it
(the hall is closed, the paper is out) is worked out in ``pages/trouble.py``, so that it leaves by
itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from kiosk_ui.both import Both
from kiosk_ui.idle import Idle
from kiosk_ui.kiosk.search import Catalogue
from kiosk_ui.messages import Answered, Refused, Request, Unknown
from kiosk_ui.words import Words

if TYPE_CHECKING:
    from kiosk_ui.kiosk.kit import Kit

__all__ = ["CardSeen", "Category", "Choices", "Facts", "Item", "KioskModel", "Page", "Said", "Step"]


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of the hall. ``code`` is stable."""

    code: str
    zh: str
    en: str

    @property
    def both(self) -> Both:
        """Its words."""
        return Both(self.zh, self.en)


@dataclass(frozen=True, slots=True)
class Choices:
    """How somebody wants to be shown the kiosk; back to the hall's own when nobody is there."""

    #: Empty: the hall's own.
    language: str = ""
    #: Empty: the hall's own.
    theme: str = ""
    #: All controls below what a person in a wheelchair reaches.
    low: bool = False
    speaks: bool = False
    #: Per cent.
    volume: int = 70


@dataclass(frozen=True, slots=True)
class Facts:
    """``kiosk.show``: how hall, printer and readers are. Times in whole minutes."""

    name: Both = field(default_factory=Both)
    mode: str = "normal"
    day: str = ""
    choose: str = "item"
    item: str | None = None
    waiting: int = 0
    wait_min: int | None = None
    #: Why nobody can take a ticket now.
    closed: Said | None = None
    next_words: Both = field(default_factory=Both)
    #: Minutes until tickets end for today, when that is soon.
    last_min: int | None = None
    full: frozenset[str] = frozenset()
    #: ``ok``, ``low``, ``out``, ``fault``, ``gone``, ``none``.
    paper: str = "ok"
    required: bool = False
    reader: bool = False
    scanner: bool = False
    voice: bool = False
    technician: bool = False

    @property
    def paperless(self) -> bool:
        """Whether there is a printer, and no paper comes out of it now."""
        return self.paper in {"out", "fault", "gone"}


@dataclass(frozen=True, slots=True)
class Category:
    """Who waits for a category. ``wait_min`` None: no open window takes it."""

    id: str
    name: Both
    icon: str
    waiting: int = 0
    wait_min: int | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """What a person comes for. ``elsewhere``: ``terminal``, ``online``."""

    id: str
    category: str
    name: Both
    papers: tuple[Both, ...] = ()
    elsewhere: tuple[str, ...] = ()
    ahead: int = 0
    wait_min: int | None = None
    refused: Said | None = None


@dataclass(frozen=True, slots=True)
class CardSeen:
    """Who laid a card: nothing but what may stand on the screen for some seconds."""

    name: str = field(default="", repr=False)
    tail: str = field(default="", repr=False)
    known: bool = False
    #: Why they go before others.
    priority: Both = field(default_factory=Both)
    appointment: str = ""
    appointment_when: str = ""
    say: Said | None = None
    notes: tuple[Said, ...] = ()


@dataclass(frozen=True)
class Page:
    """One page: pure, and a file of its own. What it does not need it leaves as it is here."""

    #: Shown although the daemon has gone, the hall has closed or the paper has ended meanwhile.
    stays: ClassVar[bool] = False
    #: Shown although the hall has closed: it helps to read why.
    helps: ClassVar[bool] = False
    #: "Start" ends the visit here: the person has what they came for.
    last: ClassVar[bool] = False
    #: Nobody is asked "still there?" here: there is nothing to lose, or it ends by itself.
    calm: ClassVar[bool] = False

    def draw(self, kit: Kit) -> None:
        """Draw the page."""
        raise NotImplementedError

    def press(self, model: KioskModel, id: str, token: str) -> Step:  # noqa: A002
        """Take a press on one of its areas."""
        return model, ()

    def tick(self, model: KioskModel, now_s: float) -> Step:
        """Let time pass; ``model.since_s`` is when this page came."""
        return model, ()

    def answered(self, model: KioskModel, message: Answered | Refused | Unknown) -> Step:
        """Take the answer to what it asked."""
        return model, ()

    def say(self, model: KioskModel, words: Words) -> str:
        """Return what is spoken when it comes."""
        return ""

    def key(self) -> object:
        """Return what makes it another page: not each letter that is typed into it."""
        return self

    def heard(self, model: KioskModel) -> object:
        """Return what makes it worth being spoken again."""
        return self.key()

    def yields(self, change: str) -> bool:
        """Say whether a card's ``change`` at the reader (``laid``, ``changed``) takes its place."""
        return not self.stays


@dataclass(frozen=True, slots=True)
class KioskModel:
    """All that the kiosk shows; what only drives it does not count as another model."""

    kiosk: str
    start: Page
    page: Page
    own: Choices = Choices()
    choices: Choices = Choices()
    #: The hall's own theme.
    theme: str = "normal"
    #: How high the panel's lower edge is above the floor.
    foot_mm: float = 850.0
    behind: tuple[Page, ...] = ()
    #: False until the daemon answered for the first time.
    met: bool = False
    live: bool = False
    #: Why it is not, where more is known than that; see ``CutOff``.
    cut_by: str = ""
    #: The hub is not heard: numbers are given here, and nobody knows who else waits.
    alone: bool = False
    #: ``facts`` are of this connection.
    fresh: bool = False
    facts: Facts | None = None
    categories: tuple[Category, ...] = ()
    items: Mapping[str, Item] = field(default_factory=dict)
    catalogue: Catalogue = field(default_factory=lambda: Catalogue(()))
    card: CardSeen | None = None
    #: A card lies there and may be used.
    there: bool = False
    minute: datetime | None = None
    #: The area under a finger.
    held: str | None = None
    #: Seconds that are left to answer "still there?".
    asking_s: int | None = None
    #: The person knows that no paper will come.
    paperless: bool = False

    # ---- what only drives it
    idle: Idle = field(default=Idle(60.0, 0.0), compare=False)
    since_s: float = field(default=0.0, compare=False)
    now_s: float = field(default=0.0, compare=False)
    clock: tuple[datetime, float] | None = field(default=None, compare=False)
    due: Mapping[str, float] = field(default_factory=dict, compare=False)
    asked: frozenset[str] = field(default=frozenset(), compare=False)
    #: When the greeting came, and when the name in it: that one stays for no news' sake.
    card_s: float = field(default=0.0, compare=False)
    named_s: float = field(default=0.0, compare=False)
    #: What was last said of the card that lies there: it is told once.
    told: Said | None = field(default=None, compare=False, repr=False)
    taps: tuple[float, ...] = field(default=(), compare=False)
    #: The command of the ticket that is being taken.
    token: str = field(default="", compare=False)

    @property
    def untouched(self) -> bool:
        """Whether nothing of anybody is here that would have to be left."""
        mine = self.choices != self.own or self.paperless or self.card is not None
        return not mine and not self.behind and self.page == self.start

    def item(self, item_id: str) -> Item | None:
        """Return an item of the catalogue."""
        return self.items.get(item_id)

    def category(self, category_id: str) -> Category | None:
        """Return a category."""
        return next((one for one in self.categories if one.id == category_id), None)

    def to(self, page: Page) -> KioskModel:
        """Go on to a page; "back" leads here, unless this is the end of something or a door."""
        behind = self.behind if self.page.stays else (*self.behind, self.page)
        return replace(self, page=page, behind=behind[-8:])

    def instead(self, page: Page) -> KioskModel:
        """Show a page in place of this one: "back" does not lead here."""
        return replace(self, page=page)

    def back(self) -> KioskModel:
        """Go back by one page."""
        if not self.behind:
            return self.at_home()
        return replace(self, page=self.behind[-1], behind=self.behind[:-1])

    def at_home(self) -> KioskModel:
        """Go back to the start; the person stays."""
        return replace(self, page=self.start, behind=(), asking_s=None)

    def left(self) -> KioskModel:
        """Nobody is there any more: nothing of the last person stays."""
        return replace(
            self.at_home(), choices=self.own, paperless=False, card=None, taps=(), token="",
        )  # fmt: skip


Step = tuple[KioskModel, Sequence[Request]]
