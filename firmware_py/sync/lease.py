"""The lease: of two hubs the one that has two votes of three may decide. No I/O, no clock inside.

docs/spread-rules.md, rules 16 to 20. Hub, standby and witness each have a ``Voter``; hub and
standby have a ``Holder`` beside it, which needs its own voter's vote and one more. Nobody compares
clocks: a holder counts from when it asked, a voter from when it heard that it was asked, which is
later, and for ``MARGIN`` longer, each by its own running time. So a holder stops first, however
late a message is, and a vote that comes too late counts for nothing.

``now_s`` is a clock of running time that never goes back and counts while a process, or the whole
Pi, was stopped (CLOCK_BOOTTIME). ``incarnation`` is new at each start: what was answered to the
program that ran before is not taken for an answer to this one.

What a voter's disk keeps is the highest epoch that it voted for, and for how long. **A voter whose
file is lost or damaged** does not know what it promised: it waits for the longest time it can have
promised, and then asks both others what they voted, for it must not vote for less than it did
before, and one of the two others was in every majority that it was in. It asks after the wait, not
before: whoever then counts on its forgotten vote is counted out, or says so. Until both have
answered it votes for nobody. (Two voters who lost their files at once know nothing of what only
they decided: as in a hall that begins.)
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Protocol

from firmware_py.core.epoch import NO_EPOCH, Epoch
from firmware_py.sync.lease_wire import Ask, Kept, Word, kept_bytes, read_kept

__all__ = ["MARGIN", "Disk", "Holder", "Voter"]

#: A voter counts by so much longer: two crystals differ by 0.01 %, and a clock that is being
#: corrected by 0.05 % more.
MARGIN = 0.05
#: Rounds of asking whose answers may still come.
ROUNDS = 16

Clock = Callable[[], float]


class Disk(Protocol):
    """Keeps one small file. Both raise ``OSError``."""

    def read(self) -> bytes | None:
        """Return what was kept last; None: nothing ever was, or it is lost."""

    def write(self, data: bytes) -> None:
        """Keep this instead, whole; return when the disk has it."""


class Voter:
    """One of three votes. ``others`` are the two other voters; ``lease_s`` that of the hall."""

    def __init__(
        self,
        name: str,
        others: Iterable[str],
        disk: Disk,
        now_s: Clock,
        *,
        lease_s: float,
        incarnation: str,
        margin: float = MARGIN,
    ) -> None:
        self.name = name
        self._disk, self._now_s, self._margin = disk, now_s, margin
        self._incarnation = incarnation
        #: For whom it promised to vote alone, until ``_until_s``.
        self.promised = NO_EPOCH
        #: Never votes for less.
        self.highest = NO_EPOCH
        #: Of whom it must hear before it votes: it has lost its file.
        self._unheard: set[str] = set()
        kept = read_kept(disk.read())
        self._kept = kept
        if kept is None:
            self._unheard = set(others)
        else:
            self.promised = self.highest = kept.epoch
        # What was promised before runs on: how much of it is over is not known.
        longest_s = lease_s if kept is None else max(kept.for_s, lease_s)
        self._until_s = now_s() + self._counted_s(longest_s)

    def _counted_s(self, for_s: float) -> float:
        return for_s * (1 + self._margin)

    @property
    def left_s(self) -> float:
        """Seconds for which it still promises; 0: for nobody."""
        return max(self._until_s - self._now_s(), 0.0)

    @property
    def remembers(self) -> bool:
        """Whether it knows what it voted: its file is whole, or the others told."""
        return not self._unheard

    @property
    def unheard(self) -> frozenset[str]:
        """The voters whose word it still needs, having lost its own file."""
        return frozenset(self._unheard)

    def asked(self, ask: Ask, by: str) -> Word:
        """Vote for ``by``, or say no; a yes is on the disk."""
        yes = self._would(ask, by) and self._keep(ask)
        if yes:
            self.promised = ask.epoch
            self.highest = max(self.highest, ask.epoch)
            # From now, not from before the disk: later is safe.
            self._until_s = max(self._until_s, self._now_s() + self._counted_s(ask.for_s))
        return Word("vote", ask.round, self.highest, by, ask.epoch, yes=yes)

    def _would(self, ask: Ask, by: str) -> bool:
        if self._unheard or ask.epoch.hub != by or self._falls(ask.epoch):
            return False
        return ask.epoch == self.promised or not self.left_s

    def _falls(self, epoch: Epoch) -> bool:
        return epoch < self.highest

    def _keep(self, ask: Ask) -> bool:
        kept = self._kept
        if kept is not None and kept.epoch == ask.epoch and kept.for_s >= ask.for_s:
            # Voting for the same hub again needs no disk: a restart counts the whole time anew.
            return True
        fresh = Kept(ask.epoch, ask.for_s)
        try:
            self._disk.write(kept_bytes(fresh))
        except OSError:
            return False
        self._kept = fresh
        return True

    # ---- a voter that lost its file

    def recall(self) -> Word | None:
        """Return what to ask the others, if its file is lost and the wait is over."""
        if not self._unheard or self.left_s:
            return None
        return Word("recall", self._incarnation, self.highest)

    def heard(self, word: Word, by: str) -> Word | None:
        """Take another voter's word; return an answer, if one is due."""
        if word.what == "recall":
            return Word("recalled", word.round, self.highest, by)
        mine = word.what == "recalled" and word.to == self.name
        if mine and word.round == self._incarnation and by in self._unheard:
            self.highest = max(self.highest, word.highest)
            self._unheard.discard(by)
        return None

    def learn(self, epoch: Epoch) -> None:
        """An epoch has begun, as its hub's birth or our own journal says."""
        self.highest = max(self.highest, epoch)


class Holder:
    """Asks for the lease, and knows whether it has it."""

    def __init__(self, own: Voter, now_s: Clock, *, lease_s: float, incarnation: str) -> None:
        self.own = own
        self.lease_s = lease_s
        self._now_s = now_s
        self._incarnation = incarnation
        #: Rounds of asking, by their names: what was asked, and when.
        self._rounds: OrderedDict[str, tuple[Ask, float]] = OrderedDict()
        self._count = 0
        self._until_s = now_s()
        #: The epoch in which the lease was had last.
        self.epoch = NO_EPOCH
        #: The highest epoch that anybody's word named.
        self.seen = NO_EPOCH
        #: When each voter was heard last, by running time, and whether it said yes.
        self.words: dict[str, tuple[float, bool]] = {}

    def holds(self, epoch: Epoch) -> bool:
        """Say whether it may decide in this epoch, at this moment.

        It looks at the clock each time: after a pause the lease is over, whatever was not noticed.
        """
        return epoch == self.epoch and self.left_s > 0

    @property
    def left_s(self) -> float:
        """Seconds until it ends, unless it is had again; 0: it has none."""
        return max(self._until_s - self._now_s(), 0.0)

    def ask(self, epoch: Epoch) -> Ask:
        """Begin a round of asking: tell it to the other voters."""
        self._count += 1
        ask = Ask(epoch, f"{self._incarnation}:{self._count}", self.lease_s)
        self._rounds[ask.round] = ask, self._now_s()
        while len(self._rounds) > ROUNDS:
            self._rounds.popitem(last=False)
        return ask

    def heard(self, word: Word, by: str) -> bool:
        """Take another voter's word; return True when the lease is had that was not before."""
        self.seen = max(self.seen, word.highest)
        mine = word.what == "vote" and word.to == self.own.name
        if not mine or word.round not in self._rounds:
            return False
        self.words[by] = self._now_s(), word.yes
        ask, asked_s = self._rounds[word.round]
        until_s = self._counted_from(asked_s) + self.lease_s
        if not word.yes or self._now_s() >= until_s:
            return False
        # Ours is the last: a hub that nobody hears does not vote for itself in vain, and so stays
        # free to vote for the other.
        if not self.own.asked(ask, self.own.name).yes:
            return False
        had = self.holds(ask.epoch)
        if ask.epoch != self.epoch:
            self.epoch, self._until_s = ask.epoch, until_s
        self._until_s = max(self._until_s, until_s)
        return not had and self.holds(ask.epoch)

    def _counted_from(self, asked_s: float) -> float:
        return asked_s
