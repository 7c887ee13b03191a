"""Opening hours of a configuration: what is wrong with them, and what the queue is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import get_args

from firmware_py.config.lines import KeyPath
from firmware_py.config.mistakes import Findings
from firmware_py.config.walk import listing
from firmware_py.core.rules import Hours, Season, SpecialDays, Text
from firmware_py.settings import (
    DaySettings,
    SeasonSettings,
    Spans,
    SpecialDaySettings,
    Weekday,
    WeekdaySettings,
    Words,
)

__all__ = [
    "check_hours",
    "dates_of",
    "hours_from",
    "seasons_from",
    "special_days_from",
    "weekdays_from",
]

WEEKDAYS: tuple[str, ...] = get_args(Weekday)
#: A holiday that is longer is a slip in the year.
MOST_DAYS = 366


def _seconds(text: str) -> int:
    """Return a time of day such as ``13:30`` as seconds of the day; ``24:00`` is its end."""
    hours, minutes = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60


def hours_from(spans: Spans) -> tuple[Hours, ...]:
    """Return hours as the queue takes them."""
    return tuple(Hours(_seconds(opens), _seconds(closes)) for opens, closes in spans)


def weekdays_from(settings: WeekdaySettings) -> dict[int, tuple[Hours, ...]]:
    """Return the hours of the weekdays that have their own; 0 is Monday."""
    spans = ((n, getattr(settings, name)) for n, name in enumerate(WEEKDAYS))
    return {n: hours_from(own) for n, own in spans if own is not None}


def special_days_from(day: DaySettings) -> tuple[SpecialDays, ...]:
    """Return holidays and extra working days."""
    return tuple(
        SpecialDays(
            one.date,
            one.last or one.date,
            () if one.closed else hours_from(one.hours or ()),
            _text(one.name),
        )
        for one in day.special
    )


def seasons_from(day: DaySettings) -> tuple[Season, ...]:
    """Return the seasons with other hours."""
    return tuple(
        Season(one.first, one.last, hours_from(one.hours), _weekdays(one), _text(one.name))
        for one in day.seasons
    )


def _weekdays(season: SeasonSettings) -> frozenset[int]:
    return frozenset(WEEKDAYS.index(name) for name in season.weekdays or WEEKDAYS)


def _text(words: Words | None) -> Text | None:
    return None if words is None else Text(words.zh, words.en)


def check_hours(day: DaySettings, found: Findings) -> None:
    """Add every mistake in the opening hours to ``found``."""
    for spans, at in _all_spans(day):
        _check_spans(spans, at, day.last_ticket_min, found)
    own = {name: getattr(day.weekdays, name) for name in WEEKDAYS}
    lost = found.unsure(("day", "hours")) or found.unsure(("day", "weekdays"))
    if not lost and not day.hours:
        if any(spans is not None for spans in own.values()):
            without = listing(name for name, spans in own.items() if spans is None)
            if without != "none":
                found.add(
                    ("day", "weekdays"),
                    f"no hours for {without}; give them ([] when closed), or hours for the rest",
                    f"{without} 没有营业时间，请写明（休息写 []），或用 day.hours 写明其余各天",
                )
        if day.mode == "auto" and not any(own.values()):
            found.add(("day", "mode"), "auto needs hours", "auto 模式需要写明 hours")
    _check_special(day.special, found)
    _check_seasons(day.seasons, found)


def _all_spans(day: DaySettings) -> Iterator[tuple[Spans, KeyPath]]:
    yield day.hours, ("day", "hours")
    for name in WEEKDAYS:
        yield getattr(day.weekdays, name) or (), ("day", "weekdays", name)
    for n, special in enumerate(day.special):
        yield special.hours or (), ("day", "special", n, "hours")
    for n, season in enumerate(day.seasons):
        yield season.hours or (), ("day", "seasons", n, "hours")


def _check_spans(spans: Spans, at: KeyPath, last_ticket_min: int, found: Findings) -> None:
    before: str | None = None
    for n, (opens, closes) in enumerate(spans):
        if closes <= opens:
            found.add((*at, n), f"closes at {closes}, before it opens", f"{closes} 关门早于开门")
        if before is not None and opens < before:
            found.add(
                (*at, n),
                f"opens at {opens}, before the span above closes at {before}; order them",
                f"{opens} 开门早于上一段的结束 {before}，请按先后排列且不重叠",
            )
        before = closes
    if spans:
        last_min = (_seconds(spans[-1][1]) - _seconds(spans[-1][0])) // 60
        if 0 < last_min < last_ticket_min:
            usual = at == ("day", "hours")
            said = "" if usual else "last_ticket_min = "
            found.add(
                ("day", "last_ticket_min") if usual else at,
                f"{said}{last_ticket_min} min is longer than the last span of hours ({last_min})",
                f"{said}{last_ticket_min} 分钟超过最后一段营业时间（{last_min} 分钟）",
            )


def _date(text: str | None, at: KeyPath, found: Findings) -> date | None:
    """Return a date; one that no calendar has is a mistake, what is no text was one already."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        found.add(at, f"there is no date {text}", f"没有 {text} 这一天")
        return None


def dates_of(
    at: KeyPath, key: str, first: str, last: str | None, found: Findings
) -> tuple[date, date] | None:
    """Return the first and the last date of an entry, or None when they cannot be known."""
    begin = _date(first, (*at, key), found)
    if begin is None:
        return None
    if last is None:
        return begin, begin
    end = _date(last, (*at, "last"), found)
    if end is None:
        return None
    if end < begin:
        found.add((*at, "last"), f"{last} is before {first}", f"{last} 早于 {first}")
        return None
    if (end - begin).days >= MOST_DAYS:
        days = (end - begin).days + 1
        found.add(
            (*at, "last"),
            f"{days} days from {first} on; at most {MOST_DAYS}: is the year right?",
            f"从 {first} 起共 {days} 天，最多 {MOST_DAYS} 天，请检查年份",
        )
        return None
    return begin, end


def _check_special(entries: tuple[SpecialDaySettings, ...], found: Findings) -> None:
    before: list[tuple[int, date, date]] = []
    for n, one in enumerate(entries):
        at: KeyPath = ("day", "special", n)
        if one.closed and one.hours:
            found.add((*at, "hours"), "closed days have no hours", "closed 的日子不能有营业时间")
        elif not one.closed and one.hours is None and not found.unsure((*at, "hours")):
            found.add(at, "say closed = true, or give hours", "请写明 closed = true 或 hours")
        dates = dates_of(at, "date", one.date, one.last, found)
        if dates is None:
            continue
        for m, begin, end in before:
            if dates[0] <= end and begin <= dates[1]:
                twice = max(dates[0], begin)
                line = found.lines.get(("day", "special", m, "date"), 0)
                found.add(
                    (*at, "date"),
                    f"{twice} stands twice (first on line {line})",
                    f"{twice} 重复（首次出现在第 {line} 行）",
                )
        before.append((n, *dates))


def _check_seasons(entries: tuple[SeasonSettings, ...], found: Findings) -> None:
    before: list[tuple[int, date, date]] = []
    for n, one in enumerate(entries):
        at: KeyPath = ("day", "seasons", n)
        if one.hours == () and not found.unsure((*at, "hours")):
            found.add((*at, "hours"), "must not be empty", "不能为空")
        dates = dates_of(at, "first", one.first, one.last, found)
        if dates is None:
            continue
        for m, begin, end in before:
            both = _weekdays(one) & _weekdays(entries[m])
            first, last = max(dates[0], begin), min(dates[1], end)
            days = range(first.toordinal(), last.toordinal() + 1)
            twice = next((d for d in map(date.fromordinal, days) if d.weekday() in both), None)
            if twice is not None:
                line = found.lines.get(("day", "seasons", m, "first"), 0)
                found.add(
                    (*at, "first"),
                    f"{twice} is in another season too (line {line})",
                    f"{twice} 已在另一个时段内（第 {line} 行）",
                )
        before.append((n, *dates))
