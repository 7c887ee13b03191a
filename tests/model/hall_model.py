"""The hall: a hub H, its standby S, kiosks A and B, window W; and what may happen next.

A restart is one step: a Pi that is down for long is one that does nothing for long, which every
other order of steps has already. What a Pi has is what was on its disk.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tests.model.facts import EMPTY, Fact, Facts, holders
from tests.model.rules import Bounds, Rules

__all__ = ["Epoch", "Hub", "Kiosk", "Log", "State", "Step", "Vote", "Window", "World", "start"]


class Epoch(NamedTuple):
    """Higher is newer; the hub's name makes it one hub's alone."""

    nth: int
    hub: str

    def __str__(self) -> str:
        return f"{self.nth}-{self.hub}" if self.hub else str(self.nth)


class Log(NamedTuple):
    """What a hub wrote in one epoch, with all that it knew at its start."""

    epoch: Epoch
    hub: str
    facts: Facts


class Hub(NamedTuple):
    """H or S. ``owed``: what it knew when it stood down. ``lease``: as far as it believes."""

    name: str
    epoch: Epoch
    deciding: bool
    facts: Facts
    owed: Facts = EMPTY
    lease: bool = False


class Kiosk(NamedTuple):
    """A or B. ``facts``: what it wrote itself, and the numbers it heard that it was lent."""

    name: str
    epoch: Epoch
    pressed: int = 0
    facts: Facts = EMPTY


class Window(NamedTuple):
    """W. ``shown``: the hub's calls to it. ``facts``: what the clerk did."""

    epoch: Epoch
    shown: Facts = EMPTY
    facts: Facts = EMPTY


class Vote(NamedTuple):
    """What a voter promised last. ``live``: it has not let go of it yet."""

    voter: str
    epoch: Epoch
    live: bool


class State(NamedTuple):
    """The whole hall. The last four are the explorer's: what really happened, and what is left."""

    logs: tuple[Log, ...]
    hubs: tuple[Hub, Hub]
    kiosks: tuple[Kiosk, Kiosk]
    window: Window
    votes: tuple[Vote, ...]
    papers: Facts
    recorded: Facts
    gone: frozenset[str]
    promotions: int
    restarts: int

    def hub(self, hub: Hub) -> State:
        """Return the hall with this hub in its place."""
        first, second = self.hubs
        return self._replace(hubs=(hub, second) if hub.name == first.name else (first, hub))

    def kiosk(self, kiosk: Kiosk) -> State:
        """Return the hall with this kiosk in its place."""
        first, second = self.kiosks
        return self._replace(kiosks=(kiosk, second) if kiosk.name == "A" else (first, kiosk))

    def top(self) -> Log:
        """Return the log of the highest epoch."""
        return max(self.logs, key=lambda log: log.epoch)


class Step(NamedTuple):
    """Something happens. ``heals``: it only brings on what is under way; people do the rest."""

    words: str
    heals: bool
    state: State


class World:
    """Rules and bounds, and what follows from them for a day."""

    def __init__(self, rules: Rules, bounds: Bounds) -> None:
        self.rules = rules
        self.bounds = bounds
        names = [n for n, count in zip("ABHS", bounds.blocks, strict=True) for _ in range(count)]
        self.start = tuple(enumerate(names, 1))

    def usable(self, name: str, facts: Facts, taker: str = "") -> list[int]:
        """Return the numbers that ``name``, who knows ``facts``, may still give."""
        used = {fact.number for fact in facts if fact.kind in {"issued", "paper", "written off"}}
        held = holders(self.start, facts, taker)
        return [number for number, by in held.items() if by == name and number not in used]

    def free(self, hub: Hub) -> list[int]:
        """Return the numbers that a hub may still give."""
        known = hub.facts | hub.owed
        taker = "" if self.rules.given_back_by_name else hub.name
        found = self.usable(hub.name, known, taker)
        if not self.rules.own_reserve_only and hub.epoch.nth > 1:
            found += self.usable("H" if hub.name == "S" else "S", known, taker)
        return sorted(found)

    def give(self, number: int, who: str, by: str, facts: Facts) -> Fact:
        """Return the record that ``by`` hands this number on to ``who``."""
        turns = [f.turn for f in facts if f.kind == "given" and f.number == number]
        return Fact("given", who, number, by, max(turns, default=0) + 1)


def start(world: World) -> State:
    """Return the morning: H decides in epoch 1, all have joined, numbers are lent."""
    named = world.rules.epoch_has_a_name
    epoch = Epoch(1, "H" if named else "")
    votes = tuple(Vote(voter, epoch, live=True) for voter in "HSW") if world.bounds.lease else ()
    return State(
        (Log(epoch, "H", EMPTY),),
        (
            Hub("H", epoch, deciding=True, facts=EMPTY, lease=world.bounds.lease),
            Hub("S", epoch, deciding=False, facts=EMPTY),
        ),
        (Kiosk("A", epoch), Kiosk("B", epoch)),
        Window(epoch),
        votes,
        EMPTY,
        EMPTY,
        frozenset(),
        world.bounds.promotions,
        world.bounds.restarts,
    )


def asked(state: State) -> Iterator[tuple[Kiosk, str]]:
    """Yield everybody who ever asked for a ticket, with the kiosk."""
    for kiosk in state.kiosks:
        for place in range(1, kiosk.pressed + 1):
            yield kiosk, f"{kiosk.name}{place}"
