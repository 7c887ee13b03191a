"""What is written on the Pis' disks, and what it means when it is put together.

A message is a record that its sender has on its disk: the broker may bring it at any time, late,
twice, in any order, or never. So the model needs no wires: whoever may hear a record may hear it
at any moment from then on, and a link that is cut is one over which nobody hears for a while.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Literal, NamedTuple

from tests.model.rules import Rules

__all__ = ["EMPTY", "Fact", "Facts", "Ticket", "holders", "settle"]

Kind = Literal[
    "given", "issued", "paper", "place", "called", "served", "cancelled", "closed", "written off"
]


class Fact(NamedTuple):
    """One record. ``who``: the person (A1: the first at kiosk A), or who is given a number.

    NamedTuples here and in the state: hashed in C, which is most of what exploring does.
    """

    kind: Kind
    who: str = ""
    number: int = 0
    by: str = ""
    #: How often this number went from hand to hand.
    turn: int = 0


Facts = frozenset[Fact]
EMPTY: Facts = frozenset()


class Ticket(NamedTuple):
    """One person's ticket as it stands. ``at``: the window that called or served, or ""."""

    person: str
    number: int
    outcome: str
    at: str


@lru_cache(maxsize=1 << 17)
def holders(start: tuple[tuple[int, str], ...], facts: Facts, taker: str = "") -> dict[int, str]:
    """Return who may give each number, as far as these facts tell: who was given it last.

    ``taker`` takes whatever a kiosk gave back, whoever it was given to (without the rule).
    """
    found = {number: (0, name) for number, name in start}
    for fact in facts:
        if fact.kind == "given" and fact.turn > found[fact.number][0]:
            back = taker and fact.by in {"A", "B"}
            found[fact.number] = (fact.turn, taker if back else fact.who)
    return {number: name for number, (_, name) in found.items()}


def _issue_order(person: str) -> tuple[str, str]:
    """Return the time of issue: the first at each kiosk came before the second; then by kiosk."""
    return (person[1:], person[:1])


def _outcome(about: list[Fact], closed: bool, rules: Rules) -> tuple[str, str]:
    kinds = ["served", "cancelled"] if rules.served_beats_cancelled else ["cancelled", "served"]
    for kind in kinds:
        if places := [fact.by for fact in about if fact.kind == kind]:
            return kind, min(places)
    if closed:
        return "left at closing", ""
    if places := [fact.by for fact in about if fact.kind == "called"]:
        return "called", min(places)
    return "waiting", ""


@lru_cache(maxsize=1 << 17)
def settle(facts: Facts, rules: Rules) -> tuple[Ticket, ...]:
    """Return everybody's ticket in the order of the queue. Only what is known counts, not when."""
    of: dict[str, list[Fact]] = {}
    for fact in facts:
        if fact.kind not in {"given", "written off", "closed"}:
            of.setdefault(fact.who, []).append(fact)
    closed = Fact("closed") in facts
    tickets = []
    for person, about in of.items():
        issued = [fact.number for fact in about if fact.kind == "issued"]
        papers = [fact.number for fact in about if fact.kind == "paper"]
        first, second = (papers, issued) if rules.paper_counts else (issued, papers)
        number = min(first or second, default=0)
        tickets.append(Ticket(person, number, *_outcome(about, closed, rules)))
    return tuple(sorted(tickets, key=lambda ticket: _place(ticket.person, of, rules)))


def _place(person: str, of: dict[str, list[Fact]], rules: Rules) -> tuple[int, str, str]:
    arrived = _least(fact.number for fact in of[person] if fact.kind == "place")
    return (0 if rules.order_by_issue else arrived, *_issue_order(person))


def _least(numbers: Iterable[int]) -> int:
    return min(numbers, default=99)
