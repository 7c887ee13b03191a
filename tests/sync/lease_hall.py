"""Three Pis with a lease, links that do anything to messages, and clocks that differ; no threads.

Everything that happens is drawn from one seed, and real time is known to the test alone. The Pis'
clocks run at speeds that differ by up to the margin, and start anywhere.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from firmware_py.core.epoch import Epoch
from firmware_py.sync.lease import Holder, Voter
from firmware_py.sync.lease_campaign import Campaign
from firmware_py.sync.lease_wire import Ask, Word, read_kept

#: What passes: questions, words, and a hub's birth, of which only its epoch counts here.
Message = Ask | Word | Epoch

LEASE_S = 10.0
#: By how much clocks differ, and the margin for it: more than real ones do, so that it matters.
CLOCKS = 0.3
#: A Pi looks so often at what came, as if it were always a little slow.
TICK_S = 0.4
HALF = 0.5
NAMES = ("hub", "standby", "witness")
HUBS = ("hub", "standby")


@dataclass(slots=True)
class Card:
    """What outlives a restart. ``epoch``: of the journal; the standby's has none of its own."""

    epoch: Epoch | None
    vote: bytes | None = None
    full: bool = False
    writes: int = 0

    def read(self) -> bytes | None:
        """As ``Disk``."""
        return self.vote

    def write(self, data: bytes) -> None:
        """As ``Disk``."""
        if self.full:
            raise OSError("no room")
        self.vote = data
        self.writes += 1


@dataclass(slots=True)
class Makes:
    """How voters and holders are made: a rule is left out by another class."""

    voter: type[Voter] = Voter
    holder: type[Holder] = Holder
    margin: float = CLOCKS
    #: A hub that comes back goes on with the lease that it had.
    keeps_lease: bool = False
    #: A voter that comes back knows of no vote, and does not know that it forgot.
    forgets: bool = False


@dataclass(slots=True)
class Pi:
    """One of the three; ``None`` for what it does not have, or while it is down."""

    name: str
    card: Card
    rate: float
    offset: float
    voter: Voter | None = None
    holder: Holder | None = None
    campaign: Campaign | None = None
    #: It decides in this epoch when it has the lease.
    deciding: Epoch | None = None
    paused_until: float = 0.0
    inbox: list[tuple[str, Message]] = field(default_factory=list)


class LeaseHall:
    """Make it, ``run`` it; ``wrong`` says what broke, "" when nothing did."""

    def __init__(self, seed: int, makes: Makes | None = None) -> None:
        self.random = random.Random(seed)
        self.makes = makes or Makes()
        self.now = 0.0
        self.wrong = ""
        self.had = 0
        self.highest = Epoch(1, "hub")
        self.losses = 0
        self._numbers = count(1)
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._cut: set[frozenset[str]] = set()
        self._calm = False
        # Two clocks never differ by more than the margin, and often by nearly all of it.
        slow = self.random.uniform(0.7, 1.0)
        fast = slow * (1 + CLOCKS * 0.999)
        self.pis = {
            name: Pi(
                name,
                Card(Epoch(1, "hub") if name == "hub" else None),
                self.random.choice((slow, fast, self.random.uniform(slow, fast))),
                self.random.uniform(0, 1e6),
            )
            for name in NAMES
        }
        for pi in self.pis.values():
            self._start(pi)
            self._at(self.random.uniform(0, 0.3), self._tick_of(pi))

    # ---- time

    def _at(self, after_s: float, job: Callable[[], None]) -> None:
        heapq.heappush(self._events, (self.now + after_s, next(self._numbers), job))

    def run(self, seconds: float) -> None:
        """Let real time pass; stop at the first thing that is wrong."""
        until = self.now + seconds
        while self._events and self._events[0][0] <= until and not self.wrong:
            self.now, _, job = heapq.heappop(self._events)
            job()
        self.now = until

    def _look(self) -> None:
        holding = self.deciding()
        if len(holding) > 1:
            self.wrong = f"{holding[0].name} and {holding[1].name} both hold the lease"
        for pi in holding:
            assert pi.deciding is not None
            if pi.deciding < self.highest:
                self.wrong = f"{pi.name} decides in {pi.deciding}, and {self.highest} has begun"
            self.highest = max(self.highest, pi.deciding)

    def deciding(self) -> list[Pi]:
        """Return who would decide a command at this moment, or will when it goes on."""
        return [
            pi
            for pi in self.pis.values()
            if pi.holder is not None and pi.deciding is not None and pi.holder.holds(pi.deciding)
        ]

    # ---- a Pi

    def clock_of(self, pi: Pi) -> Callable[[], float]:
        """Return a Pi's own running time."""
        return lambda: pi.offset + pi.rate * self.now

    def _start(self, pi: Pi) -> None:
        clock, chance = self.clock_of(pi), self.random.random
        incarnation = f"{self.random.getrandbits(32):08x}"
        others = [name for name in NAMES if name != pi.name]
        pi.voter = self.makes.voter(
            pi.name, others, pi.card, clock, lease_s=LEASE_S, incarnation=incarnation,
            margin=self.makes.margin,
        )  # fmt: skip
        pi.inbox.clear()
        pi.deciding = pi.card.epoch
        if pi.card.epoch is not None:
            pi.voter.learn(pi.card.epoch)
        if pi.name in HUBS:
            pi.holder = self.makes.holder(pi.voter, clock, lease_s=LEASE_S, incarnation=incarnation)
            pi.campaign = Campaign(
                pi.holder, clock, deciding=lambda: pi.deciding, may_stand=lambda: True,
                chance=chance,
            )  # fmt: skip

    def _tick_of(self, pi: Pi) -> Callable[[], None]:
        def tick() -> None:
            self._at(TICK_S, tick)
            if pi.voter is None or self.now < pi.paused_until:
                return
            inbox, pi.inbox = pi.inbox, []
            for sender, message in inbox:
                self._heard(pi, sender, message)
            if inbox and pi.holder is not None:
                # A lease begins by an answer; it ends by itself.
                self._look()
            if pi.campaign is not None and (ask := pi.campaign.due()) is not None:
                self._say(pi, ask)
                if pi.deciding is not None and pi in self.deciding():
                    self._say(pi, pi.deciding)
            if (word := pi.voter.recall()) is not None:
                self._say(pi, word)

        return tick

    def _heard(self, pi: Pi, sender: str, message: Message) -> None:
        assert pi.voter is not None
        if isinstance(message, Epoch):
            self._born(pi, message)
        elif isinstance(message, Word):
            answer = pi.voter.heard(message, sender)
            if answer is not None:
                self._say(pi, answer)
            if pi.holder is not None and pi.holder.heard(message, sender):
                self._has_it(pi, pi.holder)
        else:
            self._say(pi, pi.voter.asked(message, sender))

    def _born(self, pi: Pi, epoch: Epoch) -> None:
        assert pi.voter is not None
        pi.voter.learn(epoch)
        if pi.deciding is not None and epoch > pi.deciding:
            # It stands down; what else that means is not the lease's.
            pi.deciding = None
            pi.card.epoch = None

    def _has_it(self, pi: Pi, holder: Holder) -> None:
        self.had += 1
        if pi.deciding != holder.epoch:
            # The epoch is on the disk before the first decision in it.
            pi.deciding = pi.card.epoch = holder.epoch

    # ---- the links

    def _say(self, pi: Pi, message: Message) -> None:
        for other in self.pis.values():
            if other is not pi:
                self._carry(pi.name, other, message)

    def _carry(self, sender: str, to: Pi, message: Message) -> None:
        if self._calm:
            self._at(0.01, lambda: self._arrives(sender, to, message))
            return
        if frozenset((sender, to.name)) in self._cut or self.random.random() < 0.05:
            return
        for _ in range(1 + (self.random.random() < 0.1)):
            late = self.random.random()
            if late < 0.8:
                delay = self.random.uniform(0.001, 0.2)
            else:
                delay = self.random.uniform(0.2, 3 * LEASE_S if late > 0.95 else LEASE_S)
            self._at(delay, lambda: self._arrives(sender, to, message))

    def _arrives(self, sender: str, to: Pi, message: Message) -> None:
        if to.voter is not None:
            to.inbox.append((sender, message))

    # ---- what goes wrong

    def trouble(self) -> None:
        """Have something happen, drawn by chance: a cut, a pause, a restart, a full disk."""
        holding = self.deciding()
        # Whoever has the lease is who matters, half of the time.
        chosen = holding if holding and self.random.random() < HALF else list(self.pis.values())
        pi = self.random.choice(chosen)
        kind = self.random.choice(("cut", "cut", "heal", "pause", "restart", "off", "off", "full"))
        away = self.random.uniform(0, self.random.choice((0.3, 1.0, 3.0)) * LEASE_S)
        if kind == "cut":
            others = [name for name in NAMES if name != pi.name]
            for other in self.random.choice((others, others[:1])):
                self._cut.add(frozenset((pi.name, other)))
        elif kind == "heal":
            self._cut.clear()
        elif kind == "pause":
            pi.paused_until = self.now + away
        elif kind == "full":
            pi.card.full = not pi.card.full
        elif pi.voter is not None:
            self.ends(pi, 0.0 if kind == "restart" else away)

    def taking_turns(self) -> None:
        """The hub is away until the standby decides, and comes back when that has gone."""
        standby, away = self.pis["standby"], self.random.uniform(1.5, 3) * LEASE_S
        if all(pi.voter is not None for pi in self.pis.values()):
            self.ends(self.pis["hub"], away)
            self.run(away * self.random.uniform(0.8, 1))
            if standby.voter is not None:
                self.ends(standby, 3 * LEASE_S)

    def two_do_not_hear_each_other(self) -> None:
        """Hub and standby are cut off from one another, and the witness from neither."""
        self._cut.add(frozenset(HUBS))
        self.run(self.random.uniform(1, 2) * LEASE_S)

    @property
    def all_remember(self) -> bool:
        """Whether no voter is without its file: one at a time."""
        return all(
            read_kept(pi.card.vote) is not None if pi.voter is None else pi.voter.remembers
            for pi in self.pis.values()
        )

    def ends(self, pi: Pi, away: float) -> None:
        """A Pi dies, and comes back after some time, with its card."""
        left = (pi.holder.left_s, pi.holder.epoch) if pi.holder is not None else None
        pi.voter = pi.holder = pi.campaign = None

        def back() -> None:
            self._start(pi)
            pi.paused_until = 0.0
            if self.makes.keeps_lease and pi.holder is not None and left is not None:
                until_s = self.clock_of(pi)() + left[0]
                pi.holder.epoch, pi.holder._until_s = left[1], until_s
            if self.makes.forgets and pi.voter is not None:
                pi.voter.promised = pi.voter.highest = pi.card.epoch or Epoch(0, "")
                pi.voter._until_s = 0.0
            self._look()

        self._at(away, back)

    def loses_its_file(self, name: str) -> None:
        """A voter's file is gone or damaged when it comes back."""
        pi = self.pis[name]
        if pi.voter is not None:
            pi.card.vote = self.random.choice((None, b"", (pi.card.vote or b"")[:-3], b"[]\n"))
            self.ends(pi, self.random.uniform(0, LEASE_S))

    def calm(self) -> None:
        """From now on all is well."""
        self._calm = True
        self._cut.clear()
        for pi in self.pis.values():
            pi.paused_until = 0.0
            pi.card.full = False
