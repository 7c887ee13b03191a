"""Numbers lent ahead of time: who may give which, without asking (docs/spread-rules.md, 1 to 4).

A block is taken from the top of what a series' digits hold (A980 to A999), so that the usual
numbering keeps its order and a number from a block is recognised. A number has one holder; the
hub gives none that is lent, also when its own numbering reaches it.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass

from firmware_py.core.rules import Series
from firmware_py.core.series import MOST_DIGITS, number_text

__all__ = ["Block", "Taken", "block_of", "free_of", "lendable", "next_lent"]


@dataclass(frozen=True, slots=True)
class Block:
    """The counts ``first`` to ``last`` of ``series`` are ``holder``'s to give, for today.

    A reserve is its holder's on each day until it is written off. ``holder`` is a Pi's name.
    ``handing`` counts how often numbers of this series went from hand to hand: an older message
    than what is known changes nothing.
    ``written_off`` is why its holder is thought gone for good; "" while it is not.
    """

    holder: str
    series: str
    first: int
    last: int
    handing: int
    #: As they are printed.
    first_number: str
    last_number: str
    written_off: str = ""
    #: Of a Pi that may be promoted: it gives from it as the hub (rule 2).
    reserve: bool = False

    def covers(self, number: str) -> bool:
        """Say whether a printed number is one of these.

        Past the digits a number grows, so by its length first.
        """
        return (
            (len(self.first_number), self.first_number)
            <= (len(number), number)
            <= (len(self.last_number), self.last_number)
        )

    def counts(self, series: Series) -> Iterator[int]:
        """Yield its counts in order, without those that the series skips."""
        return (count for count in range(self.first, self.last + 1) if count not in series.skip)


class Taken(Container[str]):
    """The numbers that nobody may give any more or that somebody else holds."""

    def __init__(self, given: Container[str], lent: Sequence[Block]) -> None:
        self._given, self._lent = given, lent

    def __contains__(self, number: object) -> bool:
        """Say whether a printed number was given, or is lent."""
        return number in self._given or block_of(self._lent, str(number)) is not None


def block_of(lent: Sequence[Block], number: str) -> Block | None:
    """Return the block that a printed number belongs to."""
    return next((block for block in lent if block.covers(number)), None)


def free_of(block: Block, series: Series, given: Container[str]) -> int:
    """Return how many numbers of a block were not given yet, as far as is known here."""
    return sum(number not in given for _, number in _numbers(block, series))


def _numbers(block: Block, series: Series) -> Iterator[tuple[int, str]]:
    """Yield counts and numbers of a block that are still the series', which may have changed."""
    for count in block.counts(series):
        if block.covers(number := number_text(series, count)):
            yield count, number


def next_lent(
    series: Series, lent: Sequence[Block], holder: str, given: Container[str]
) -> tuple[int, str] | None:
    """Return the next number that ``holder`` gives of its blocks, count and text; None: no more."""
    own = [b for b in lent if (b.holder, b.series) == (holder, series.id) and not b.written_off]
    # In the order in which they were lent: the usual gaps are then at one end.
    for block in sorted(own, key=lambda block: block.handing):
        for count, number in _numbers(block, series):
            if number not in given:
                return count, number
    return None


def lendable(
    series: Series, last: int | None, taken: Container[str], count: int, above: int = 0
) -> tuple[int, int] | None:
    """Return the highest stretch of ``count`` numbers that may be lent, first and last count.

    ``last`` is what the hub gave last; the same number of its own stays before it. Where the
    series' digits are full, the stretch is of numbers a digit longer; ``above``: by so many digits
    at once.
    """
    floor = (series.first - 1 if last is None else last) + count
    for digits in range(series.digits + above, MOST_DIGITS + 1):
        bottom = max(floor + 1, series.first, 10 ** (digits - 1) if digits > series.digits else 0)
        found = _highest(series, bottom, 10**digits - 1, taken, count)
        if found is not None:
            return found
    return None


def _highest(
    series: Series, bottom: int, top: int, taken: Container[str], count: int
) -> tuple[int, int] | None:
    last, usable, at = top, 0, top
    while at >= bottom:
        if at in series.skip:
            at -= 1
            continue
        if number_text(series, at) in taken:
            last, usable = at - 1, 0
        else:
            usable += 1
            if usable == count:
                return at, last
        at -= 1
    return None
