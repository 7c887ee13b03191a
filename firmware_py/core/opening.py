"""When the hall is open: a date's hours by weekday, season and holiday, and the next opening.

Arithmetic on dates and nothing else; what day it is today comes from whoever asks. A business
day's hours become a fact when it opens (``DayOpened.hours``) and may change while it lasts.
"""

from __future__ import annotations

from dataclasses import dataclass

from firmware_py.core.dates import day_number, day_text, is_day, weekday_of
from firmware_py.core.model import State
from firmware_py.core.rules import Hours, Rules, Text

__all__ = [
    "DAY_S",
    "DayPlan",
    "Opening",
    "clock_text",
    "is_day",
    "local_day",
    "local_seconds",
    "next_opening",
    "opening_words",
    "plan_of",
    "tickets_until_s",
    "todays_hours",
    "weekday_of",
]

DAY_S = 86_400
WEEKDAYS_ZH = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")
WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS_EN = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
#: An opening further away than a year is not looked for.
FURTHEST_DAYS = 400


@dataclass(frozen=True, slots=True)
class DayPlan:
    """What the configuration says of a date.

    ``hours`` None: it says nothing, the hall is open whenever the day is. No hours: a rest day.
    ``name`` is that of a holiday, an extra working day or a season.
    """

    hours: tuple[Hours, ...] | None
    name: Text | None = None

    @property
    def rest_day(self) -> bool:
        """Whether the hall is closed on that date."""
        return self.hours == ()


@dataclass(frozen=True, slots=True)
class Opening:
    """The next time that the hall opens: a date, and seconds of that day."""

    day: str
    opens_s: int


def clock_text(seconds: int) -> str:
    """Return a time of day as ``13:30``."""
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"


def local_seconds(state: State, now_ms: int) -> int | None:
    """Return the local time of day in seconds, or None while the clock is not known."""
    if state.wall_offset_ms is None:
        return None
    return (now_ms + state.wall_offset_ms) // 1000 % DAY_S


def local_day(state: State, now_ms: int) -> str | None:
    """Return the local date, or None while the clock is not known."""
    if state.wall_offset_ms is None:
        return None
    return day_text((now_ms + state.wall_offset_ms) // 1000 // DAY_S)


def plan_of(rules: Rules, day: str) -> DayPlan:
    """Return what the configuration says of a date.

    A date's own hours come before a season's, and those before the weekday's. A season changes
    the hours of days on which the hall opens anyway.
    """
    for special in rules.special_days:
        if special.first <= day <= special.last:
            return DayPlan(special.hours, special.name)
    weekday = weekday_of(day)
    hours = rules.weekdays.get(weekday, rules.hours or None)
    if hours:
        for season in rules.seasons:
            if season.first <= day <= season.last and weekday in season.weekdays:
                return DayPlan(season.hours, season.name)
    return DayPlan(hours)


def todays_hours(rules: Rules, state: State) -> tuple[Hours, ...]:
    """Return the hours of the business day; none where it has no limits.

    A rest day that was opened all the same has none either, nor one opened after its end.
    """
    if state.hours is not None:
        return state.hours
    # A day that was opened by an earlier version, which kept no hours with it.
    return () if state.day is None else plan_of(rules, state.day).hours or ()


def tickets_until_s(rules: Rules, hours: tuple[Hours, ...]) -> int:
    """Return the second of the day at which the last ticket of these hours (not none) is given."""
    return hours[-1].closes_s - rules.last_ticket_s


def next_opening(rules: Rules, state: State, now_ms: int) -> Opening | None:
    """Return when the hall opens next by its hours; None without a clock, hours or a day."""
    today, now_s = local_day(state, now_ms), local_seconds(state, now_ms)
    if today is None or now_s is None:
        return None
    ours = state.day == today
    # Closed early by hand: that holds for the rest of the day.
    if not ours or state.day_open:
        hours = todays_hours(rules, state) if ours else plan_of(rules, today).hours or ()
        for span in hours:
            if span.opens_s > now_s:
                return Opening(today, span.opens_s)
    number = day_number(today)
    for ahead in range(1, FURTHEST_DAYS + 1):
        day = day_text(number + ahead)
        if hours := plan_of(rules, day).hours or ():
            return Opening(day, hours[0].opens_s)
    return None


def opening_words(today: str | None, opening: Opening | None, *, rest_day: bool = False) -> Text:
    """Return the next opening as a sentence, as somebody says it ``today``, perhaps a rest day."""
    if opening is None or today is None:
        return Text("开门时间请留意大厅公告。", "The hall's notices say when it opens.")
    time = f"{opening.opens_s // 3600}:{opening.opens_s % 3600 // 60:02d}"
    days = day_number(opening.day) - day_number(today)
    if days == 0:
        return Text(f"今天 {time} 开门。", f"It opens today at {time}.")
    if days == 1:
        return Text(f"下次开门：明天 {time}。", f"It opens tomorrow at {time}.")
    _, month, date = (int(part) for part in opening.day.split("-"))
    weekday = weekday_of(opening.day)
    zh = f"下次开门：{month}月{date}日（{WEEKDAYS_ZH[weekday]}）{time}。"
    en = f"opens on {WEEKDAYS_EN[weekday]} {date} {MONTHS_EN[month - 1]} at {time}."
    if rest_day:
        return Text(zh, f"It {en}")
    return Text(f"明天休息，{zh}", f"It is closed tomorrow and {en}")
