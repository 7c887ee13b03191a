"""What a hall's configuration tells the queue. Built once by the settings, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from firmware_py.core.working_days import Calendar

__all__ = [
    "USUAL_REASONS",
    "Category",
    "FormRules",
    "Hours",
    "Item",
    "Rules",
    "Season",
    "Series",
    "SpecialDays",
    "Text",
    "Trait",
    "Weight",
    "Weights",
    "WindowRule",
]

COMMON_SERIES = "common"
NO_CALENDAR = Calendar()


@dataclass(frozen=True, slots=True)
class Text:
    """Words for people, in Chinese and English."""

    zh: str
    en: str


#: Why a rating may be bad, where the hall has no reasons of its own.
USUAL_REASONS: Mapping[str, Text] = {
    "long_wait": Text("等候时间太长", "Waited too long"),
    "slow": Text("办理速度慢", "The work took too long"),
    "attitude": Text("服务态度不好", "Unfriendly"),
    "unclear": Text("没有一次讲清楚", "Not explained clearly the first time"),
    "sent_away": Text("来回跑多次", "Sent away to come again"),
    "wrong": Text("办理有差错", "Something was done wrong"),
    "other": Text("其他原因", "Another reason"),
}


class Trait(StrEnum):
    """What entitles a taxpayer to a faster growing priority."""

    A_GRADE = "a_grade"
    ELDERLY = "elderly"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Category:
    """A business category (业务类别); ``prefix`` is its letter when series go by category.

    ``icon`` is the short name of a picture that screens may show with it.
    """

    id: str
    prefix: str
    name: Text
    icon: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """What a taxpayer comes for (业务事项).

    ``service_limit_s`` is the time limit at the counter; ``skill`` is what a window must be able
    to do; ``quota`` the number of tickets a day; ``keep`` the fields of a card that are kept,
    encrypted, beyond the transaction; ``keep_checks``: so is what a taxpayer checked.
    """

    id: str
    category: str
    name: Text
    service_limit_s: int
    skill: str
    statutory_days: int = 0
    papers: tuple[Text, ...] = ()
    elsewhere: tuple[str, ...] = ()
    initials: str = ""
    wait_limit_s: int | None = None
    quota: int | None = None
    keep: tuple[str, ...] = ()
    keep_checks: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """How numbers of one series look: ``A001``; numbers in ``skip`` are never given."""

    id: str
    prefix: str
    digits: int = 3
    first: int = 1
    skip: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Weight:
    """How priority grows: ``bonus_s + rate * waited``, in seconds of ordinary waiting."""

    rate: float
    bonus_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Weights:
    """One weight a class; a ticket of several classes has the highest of its priorities."""

    ordinary: Weight = Weight(1.0)
    a_grade: Weight = Weight(1.3)
    elderly: Weight = Weight(1.5)
    appointment: Weight = Weight(2.0, 600.0)
    transferred: Weight = Weight(1.5)
    returned: Weight = Weight(1.0)


@dataclass(frozen=True, slots=True)
class Hours:
    """One span of opening hours, in seconds of the local day."""

    opens_s: int
    closes_s: int


@dataclass(frozen=True, slots=True)
class SpecialDays:
    """Dates that differ from their weekday: a holiday has no hours, an extra working day has.

    ``first`` and ``last`` are ``YYYY-MM-DD`` and belong to them.
    """

    first: str
    last: str
    hours: tuple[Hours, ...]
    name: Text | None = None


@dataclass(frozen=True, slots=True)
class Season:
    """Dates between which days that are open anyway have other hours (申报期).

    ``weekdays`` are those that it changes; 0 is Monday.
    """

    first: str
    last: str
    hours: tuple[Hours, ...]
    weekdays: frozenset[int] = frozenset(range(7))
    name: Text | None = None


@dataclass(frozen=True, slots=True)
class WindowRule:
    """A window as configured. ``skills`` None means that it takes any item (一窗通办)."""

    id: str
    name: Text
    skills: frozenset[str] | None = None


#: When and where to come for a result, where a hall has no words of its own.
COME = Text("办结后请凭本单到本厅领取结果。", "Bring this form to the hall for the result.")


@dataclass(frozen=True, slots=True)
class FormRules:
    """What acceptance forms (文书受理单) go by.

    ``come``: when and where to come for a result. ``warn_days`` working days before the due date
    the alarm is amber. ``keep_days``: how long one that is over is remembered.
    """

    calendar: Calendar = NO_CALENDAR
    come: Text = COME
    warn_days: int = 2
    keep_days: int = 30


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything the queue needs to know about the hall. Times are seconds."""

    categories: Mapping[str, Category]
    items: Mapping[str, Item]
    windows: Mapping[str, WindowRule]
    #: By series id: ``common`` alone, or one by category id.
    series: Mapping[str, Series] = field(
        default_factory=lambda: {COMMON_SERIES: Series(COMMON_SERIES, "A")}
    )
    weights: Weights = Weights()
    #: The window that takes what no other can finish, if the hall has one.
    exception_window: str | None = None

    amber_share: float = 0.8
    wait_limit_s: int = 1800
    idle_limit_s: int = 180

    #: A called ticket counts as being served after this time, unless it is missed; 0 never.
    auto_start_s: int = 30
    #: A second "next" within this time of the first is a slip of the finger.
    next_guard_s: float = 3.0
    #: How often a ticket must have been called before "missed" is taken.
    calls_before_missed: int = 1

    return_within_s: int = 1800
    return_after_calls: int = 3

    appointment_early_s: int = 900
    appointment_late_s: int = 900

    rating_asked: bool = True
    rating_wait_s: int = 60
    rating_max: int = 5
    rating_bad: int = 2
    #: So long after no answer was recorded it still counts, until the window calls again; 0 never.
    rating_late_s: int = 0
    #: So long after a bad rating its reason is taken.
    rating_reason_s: int = 120
    #: Ids of the reasons that a bad rating may have; other words count as words.
    rating_reasons: Mapping[str, Text] = field(default_factory=lambda: dict(USUAL_REASONS))

    quota_day: int | None = None
    #: Tickets a day for one person, known by a keyed hash.
    quota_person: int | None = None
    #: Whoever still has an open ticket gets no second one.
    one_open: bool = False
    #: Usual hours; none: no limits, but for what is said of weekdays and dates.
    hours: tuple[Hours, ...] = ()
    #: Hours of weekdays that differ (0 is Monday); no hours: a rest day.
    weekdays: Mapping[int, tuple[Hours, ...]] = field(default_factory=dict)
    special_days: tuple[SpecialDays, ...] = ()
    seasons: tuple[Season, ...] = ()
    #: Before the end of a day's last span.
    last_ticket_s: int = 0
    forms: FormRules = FormRules()
    #: The mean time limit of each skill's items, for guesses before the day has figures.
    usual_limit_s: Mapping[str, float] = field(init=False)

    def __post_init__(self) -> None:
        """Work out what follows from the catalogue."""
        limits: dict[str, list[int]] = {}
        for item in self.items.values():
            limits.setdefault(item.skill, []).append(item.service_limit_s)
        usual = {skill: sum(found) / len(found) for skill, found in limits.items()}
        object.__setattr__(self, "usual_limit_s", usual)

    def series_of(self, item: Item) -> Series:
        """Return the series that numbers this item's tickets."""
        return self.series.get(item.category) or self.series[COMMON_SERIES]
