"""Figures of a day, a week, a month: from the journal, or from what compaction kept of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import msgspec

from firmware_py.app.figures import FORM, DayFigures, Figures
from firmware_py.app.period import add, day_view, whole_view
from firmware_py.app.ports import JournalPort, StoredEvent
from firmware_py.app.wire import decode_event
from firmware_py.core.events import DayOpened
from firmware_py.core.refusals import Refusal, refuse
from firmware_py.runtime.control import QueryError
from firmware_py.runtime.params import Day, Days

__all__ = ["LONGEST_DAYS", "READ_AT_ONCE", "Reports"]

#: A batch of this size keeps the loop for a few milliseconds.
READ_AT_ONCE = 500
#: Two years.
LONGEST_DAYS = 732


@dataclass(frozen=True, slots=True)
class _Opening:
    """Where a day began in the journal, or was opened again."""

    seq: int
    day: str
    reopened: bool


#: Runs a job on the journal's thread.
Run = Callable[[Callable[[JournalPort], Any]], Awaitable[Any]]


class Reports:
    """Answers ``report.day`` and ``report.range``.

    Everything is read in small pieces: a question must not keep a ticket waiting for the journal.
    Where the days begin is remembered, so a second report need not look for it again. ``kept``
    returns what compaction kept, by day; it is called on the journal's thread.
    """

    def __init__(
        self,
        run: Run,
        kept: Callable[[], Mapping[str, bytes]],
        newest_day: Callable[[], str | None],
        category_of: Callable[[], Mapping[str, str]],
    ) -> None:
        self._run = run
        self._kept = kept
        self._newest_day = newest_day
        self._category_of = category_of
        #: In the journal's order; those of the events ``_from_seq`` to ``_to_seq``.
        self._openings: list[_Opening] = []
        self._looking = asyncio.Lock()
        self._from_seq = 1
        self._to_seq = 0

    async def day(self, params: dict[str, Any], user: str) -> Any:
        """Return a business day, the newest one if none is named; None without records of it."""
        wanted = msgspec.convert(params, Day).day or self._newest_day()
        if wanted is None:
            return None
        async for figures in self._days(wanted, wanted):
            return whole_view(figures, self._category_of())
        return None

    async def range(self, params: dict[str, Any], user: str) -> Any:
        """Return a row for each business day, the total, and the dates between without one.

        Dates before the first day that is known and after the newest are in neither.
        """
        wanted = msgspec.convert(params, Days)
        first, last = _date(wanted.first), _date(wanted.last)
        if first > last:
            raise _refused(
                "bad_range",
                f"起始日期 {wanted.first} 晚于结束日期 {wanted.last}。",
                f"{wanted.first} is after {wanted.last}.",
            )
        if (last - first).days >= LONGEST_DAYS:
            raise _refused(
                "long_range",
                f"一次最多统计 {LONGEST_DAYS} 天，请缩短时间段。",
                f"At most {LONGEST_DAYS} days at once; ask for fewer.",
            )
        rows: list[dict[str, Any]] = []
        total = DayFigures("", FORM)
        async for figures in self._days(wanted.first, wanted.last):
            rows.append(day_view(figures))
            add(total, figures)
        recorded_from, newest = await self._first_known(), self._newest_day()
        days = {row["day"] for row in rows}
        between = _dates(max(wanted.first, recorded_from or ""), min(wanted.last, newest or ""))
        return {
            "first": wanted.first,
            "last": wanted.last,
            "recorded_from": recorded_from,
            "days": rows,
            "closed": [day for day in between if day not in days],
            "total": whole_view(total, self._category_of()),
        }

    async def counting(self, day: str) -> tuple[Figures, int]:
        """Return a business day's count and the last event in it, for whoever counts on.

        Only for a day of which nothing was compacted: the present one.
        """
        async with self._looking:
            await self._look_back(day)
            pieces, newest = self._pieces(day, day).get(day, []), self._to_seq
        return await self._count(pieces), newest

    # ---- reading

    async def _days(self, first: str, last: str) -> AsyncIterator[DayFigures]:
        """Yield the figures of the business days from ``first`` to ``last``, by date."""
        async with self._looking:
            await self._look_back(first)
            openings, pieces = list(self._openings), self._pieces(first, last)
        kept = await self._run(lambda _: self._kept())
        whole = {one.day for one in openings if not one.reopened}
        for day in sorted({*pieces, *(day for day in kept if first <= day <= last)}):
            if day in kept and day not in whole:
                # Its beginning is compacted: what was kept then was made of all of it.
                yield msgspec.json.decode(kept[day], type=DayFigures)
            else:
                yield await self._counted(day, pieces[day])

    def _pieces(self, first: str, last: str) -> dict[str, list[tuple[int, int]]]:
        """Return where in the journal each of these days stands, as far as it was looked at."""
        pieces: dict[str, list[tuple[int, int]]] = {}
        # Each goes on until the next one; the newest until now.
        ends = [*(opening.seq - 1 for opening in self._openings[1:]), self._to_seq]
        for opening, end in zip(self._openings, ends, strict=False):
            if first <= opening.day <= last:
                pieces.setdefault(opening.day, []).append((opening.seq, end))
        return pieces

    async def _counted(self, day: str, pieces: Iterable[tuple[int, int]]) -> DayFigures:
        figures = await self._count(pieces)
        return next(one for one in figures.days if one.day == day)

    async def _count(self, pieces: Iterable[tuple[int, int]]) -> Figures:
        figures = Figures()
        for first, last in pieces:
            async for stored in self._events(first, last):
                figures.take(stored)
        return figures

    async def _events(self, first: int, last: int) -> AsyncIterator[StoredEvent]:
        after = first - 1
        while after < last:
            limit = min(READ_AT_ONCE, last - after)
            batch = await self._read(after, limit)
            if not batch:
                return
            for stored in batch:
                yield stored
            after = batch[-1].seq

    async def _read(self, after: int, limit: int) -> list[StoredEvent]:
        found: list[StoredEvent] = await self._run(lambda journal: list(journal.read(after, limit)))
        return found

    # ---- where days begin

    async def _look_back(self, first: str) -> None:
        """Know the openings of every day from ``first`` on.

        A day opened under a wrong date stands among others, so only two earlier days in a row
        say that the wanted ones are over.
        """
        oldest, newest = await self._run(lambda journal: (journal.first_seq, journal.last_seq))
        if not self._to_seq:
            self._from_seq, self._to_seq = newest + 1, newest
        elif newest > self._to_seq:
            self._openings += await self._openings_in(self._to_seq, newest)
            self._to_seq = newest
        # Compacted meanwhile.
        self._openings = [opening for opening in self._openings if opening.seq >= oldest]
        self._from_seq = max(self._from_seq, oldest)
        while self._from_seq > oldest and not self._before(first):
            after = max(self._from_seq - 1 - READ_AT_ONCE, oldest - 1)
            self._openings[:0] = await self._openings_in(after, self._from_seq - 1)
            self._from_seq = after + 1

    def _before(self, first: str) -> bool:
        days: list[str] = []
        for opening in self._openings:
            if not days or days[-1] != opening.day:
                days.append(opening.day)
        return len(days) > 1 and days[0] < first and days[1] < first

    async def _openings_in(self, after: int, last: int) -> list[_Opening]:
        found = []
        while after < last:
            batch = await self._read(after, min(READ_AT_ONCE, last - after))
            if not batch:
                break
            found += [opening for stored in batch if (opening := _opening(stored)) is not None]
            after = batch[-1].seq
        return found

    async def _first_known(self) -> str | None:
        """Return the first business day that anything is known of."""
        kept = await self._run(lambda _: self._kept())
        if kept:
            return str(min(kept))
        oldest, newest = await self._run(lambda journal: (journal.first_seq, journal.last_seq))
        async for stored in self._events(oldest, newest):
            if (opening := _opening(stored)) is not None:
                return opening.day
        return None


def _opening(stored: StoredEvent) -> _Opening | None:
    if stored.type != "day.opened":
        return None
    event = decode_event(stored.type, stored.body)
    return _Opening(stored.seq, event.day, event.reopened) if isinstance(event, DayOpened) else None


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise QueryError(refuse("bad_day", day=text)) from None


def _dates(first: str, last: str) -> Iterator[str]:
    """Yield every date from one to the other; nothing when one of them is not known."""
    if not first or not last:
        return
    day, end = date.fromisoformat(first), date.fromisoformat(last)
    while day <= end:
        yield day.isoformat()
        day += timedelta(days=1)


def _refused(code: str, zh: str, en: str) -> QueryError:
    return QueryError(Refusal(code, zh, en))
