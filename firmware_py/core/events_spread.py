"""What happened between the Pis of one hall: numbers lent, and records that were merged.

The rules are docs/spread-rules.md.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "SPREAD_EVENTS",
    "NumbersLent",
    "NumbersReturned",
    "NumbersWrittenOff",
    "RecordMerged",
    "SpreadEvent",
    "TicketReplaced",
]


@dataclass(frozen=True, slots=True)
class NumbersLent:
    """From now on ``holder`` alone gives these numbers of ``series``, and needs nobody for it.

    ``first`` and ``last`` are counts, ``first_number`` and ``last_number`` as they are printed;
    ``handing`` is how often numbers of the series went from hand to hand today.
    """

    holder: str
    series: str
    first: int
    last: int
    handing: int
    first_number: str
    last_number: str
    #: A hub's own, from which it gives once it was promoted.
    reserve: bool = False


@dataclass(frozen=True, slots=True)
class NumbersReturned:
    """``holder`` gave these numbers back, to the hub called ``to``; none of them was given."""

    holder: str
    series: str
    first: int
    last: int
    handing: int
    first_number: str
    last_number: str
    to: str = ""


@dataclass(frozen=True, slots=True)
class NumbersWrittenOff:
    """``holder`` is thought gone for good: nobody gives these numbers again today.

    ``missing`` of them are not known to have been given. One that is on a paper all the same
    counts like any other.
    """

    holder: str
    series: str
    first: int
    last: int
    handing: int
    first_number: str
    last_number: str
    missing: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RecordMerged:
    """What another Pi wrote on its own disk was taken: its record ``seq`` of ``source``.

    ``type`` happened there at ``at_ms`` (hall time as that Pi reckons it) and concerns ``number``
    or ``window``; ``outcome`` says what came of it, see ``core.outcomes``. ``other`` is what
    counts instead: a number, a window, a day. What followed stands beside it, by the same command.
    """

    source: str
    seq: int
    type: str
    at_ms: int
    outcome: str
    number: str | None = None
    window: str | None = None
    other: str | None = None
    #: Seconds of service, or a score.
    value: int | None = None
    #: Why a rating is bad.
    word: str | None = None


@dataclass(frozen=True, slots=True)
class TicketReplaced:
    """The same request got two numbers: ``paper`` is on the paper and stands in the queue.

    ``number`` is skipped. ``carried``: it had been served, and that counts for ``paper``.
    """

    number: str
    paper: str
    carried: bool = False


SpreadEvent = NumbersLent | NumbersReturned | NumbersWrittenOff | RecordMerged | TicketReplaced

SPREAD_EVENTS: dict[str, type[SpreadEvent]] = {
    "numbers.lent": NumbersLent,
    "numbers.returned": NumbersReturned,
    "numbers.written_off": NumbersWrittenOff,
    "record.merged": RecordMerged,
    "ticket.replaced": TicketReplaced,
}
