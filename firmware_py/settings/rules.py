"""What a hall decides by: its day, numbers, queue and limits, ratings, people and forms."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from firmware_py.core.rules import USUAL_REASONS
from firmware_py.settings.types import (
    Date,
    Filled,
    Positive,
    Rate,
    Seconds,
    Share,
    Spans,
    Table,
    Weekday,
    Words,
)

__all__ = [
    "DaySettings", "FormSettings", "LimitSettings", "NumberSettings", "PeopleSettings",
    "QueueSettings", "QuotaSettings", "RatingSettings", "ReasonSettings", "SeasonSettings",
    "SpecialDaySettings", "WeekdaySettings", "WeightSettings",
]  # fmt: skip


class WeekdaySettings(Table, frozen=True, kw_only=True):
    """``[day.weekdays]``: hours of weekdays that differ; no hours mean a rest day."""

    monday: Spans | None = None
    tuesday: Spans | None = None
    wednesday: Spans | None = None
    thursday: Spans | None = None
    friday: Spans | None = None
    saturday: Spans | None = None
    sunday: Spans | None = None


class SpecialDaySettings(Table, frozen=True, kw_only=True):
    """One of ``[[day.special]]``: a date, or all up to ``last``, closed or with its own hours."""

    date: Date
    last: Date | None = None
    name: Words | None = None
    closed: bool = False
    hours: Spans | None = None


class SeasonSettings(Table, frozen=True, kw_only=True):
    """One of ``[[day.seasons]]``: other hours from one date to another, on days that are open."""

    first: Date
    last: Date
    hours: Spans
    weekdays: tuple[Weekday, ...] | None = None
    name: Words | None = None


class DaySettings(Table, frozen=True, kw_only=True):
    """``[day]``: opening hours. ``auto`` opens and closes the day by them."""

    mode: Literal["auto", "manual"] = "manual"
    hours: Spans = ()
    weekdays: WeekdaySettings = WeekdaySettings()
    special: tuple[SpecialDaySettings, ...] = ()
    seasons: tuple[SeasonSettings, ...] = ()
    #: Minutes before the end of a day's last span at which the last ticket is given.
    last_ticket_min: Annotated[int, Meta(ge=0, le=480)] = 0
    #: Minutes after closing time at which an automatic day is closed.
    close_after_min: Annotated[int, Meta(ge=0, le=480)] = 60
    #: A ticket printer that prints the day's report when the day is closed.
    report_printer: Filled | None = None


class NumberSettings(Table, frozen=True, kw_only=True):
    """``[numbers]``: one common series, or one by category (its prefix from the catalogue)."""

    mode: Literal["common", "category"] = "common"
    prefix: Annotated[str, Meta(pattern=r"^[A-Z]?$", examples=["A"])] = "A"
    digits: Annotated[int, Meta(ge=1, le=6)] = 3
    first: Annotated[int, Meta(ge=0, le=100_000)] = 1
    skip: tuple[Annotated[int, Meta(ge=0, le=1_000_000)], ...] = ()


class QuotaSettings(Table, frozen=True, kw_only=True):
    """``[quotas]``: tickets a day for the hall, a person, an item (by its id)."""

    day: Positive | None = None
    person: Positive | None = None
    items: dict[Filled, Positive] = msgspec.field(default_factory=dict)


class WeightSettings(Table, frozen=True, kw_only=True):
    """One of ``[queue.weights.*]``: priority grows by ``rate`` a second, from ``bonus_s``."""

    rate: Rate
    bonus_s: Annotated[float, Meta(ge=0, le=36_000)] = 0.0


class PeopleSettings(Table, frozen=True, kw_only=True):
    """``[people]``: what an ID card or an appointment does when somebody takes a ticket."""

    #: Age in years from which a card gives the priority of elderly people.
    elderly_from: Annotated[int, Meta(ge=40, le=120)] = 60
    #: ``required``: kiosks with a card reader give no ticket without a card.
    card: Literal["optional", "required"] = "optional"
    one_open: bool = False
    key_file: Filled | None = None
    lists: Filled | None = None


class QueueSettings(Table, frozen=True, kw_only=True):
    """``[queue]``: how the queue works. See docs/architecture.md for the weights."""

    weights: dict[
        Literal["ordinary", "a_grade", "elderly", "appointment", "transferred", "returned"],
        WeightSettings,
    ] = msgspec.field(default_factory=dict)
    exception_window: Filled | None = None
    auto_start_s: Seconds = 30
    next_guard_s: Annotated[float, Meta(ge=0, le=60)] = 3.0
    calls_before_missed: Positive = 1
    return_within_min: Annotated[int, Meta(ge=0, le=1440)] = 30
    return_after_calls: Annotated[int, Meta(ge=0, le=1000)] = 3
    appointment_early_min: Annotated[int, Meta(ge=0, le=240)] = 15
    appointment_late_min: Annotated[int, Meta(ge=0, le=240)] = 15


class LimitSettings(Table, frozen=True, kw_only=True):
    """``[limits]``: when alarms come. An item's own time limit is in the catalogue."""

    amber_share: Share = 0.8
    wait_s: Seconds = 1800
    idle_s: Seconds = 180


class ReasonSettings(Table, frozen=True, kw_only=True):
    """One of ``[[rating.reasons]]``: why a rating may be bad. Its id goes to journal and broker."""

    id: Annotated[str, Meta(pattern=r"^[a-z][a-z_]{0,31}$", examples=["long_wait"])]
    zh: Filled
    en: Filled


class RatingSettings(Table, frozen=True, kw_only=True):
    """``[rating]``: what the pad asks."""

    ask: bool = True
    wait_s: Seconds = 60
    scores: Annotated[int, Meta(ge=2, le=10)] = 5
    #: A score up to this is bad: it asks for a reason and reaches the duty manager.
    bad: Annotated[int, Meta(ge=0, le=9)] = 2
    #: So long after no answer was recorded one still counts, until the window calls again; 0 never.
    late_s: Seconds = 0
    #: So long after a bad rating its reason is taken.
    reason_wait_s: Seconds = 120
    #: In the order of the keys of pads that have any for them.
    reasons: Annotated[tuple[ReasonSettings, ...], Meta(max_length=12)] = tuple(
        ReasonSettings(id=name, zh=words.zh, en=words.en) for name, words in USUAL_REASONS.items()
    )


class FormSettings(Table, frozen=True, kw_only=True):
    """``[forms]``: acceptance forms (文书受理单) for papers that stay for the back office."""

    #: The calendar of holidays, relative to the folder of the configuration file.
    holidays: Filled | None = None
    #: When and where to come for a result; a clerk may write something else on a form.
    come: Words | None = None
    #: Working days before the due date at which the alarm is amber; red is the day itself.
    warn_days: Annotated[int, Meta(ge=0, le=60)] = 2
    #: Days for which one that is finished or withdrawn is still at hand.
    keep_days: Annotated[int, Meta(ge=1, le=366)] = 30
    #: Prints the forms of windows without a printer of their own.
    printer: Filled | None = None
