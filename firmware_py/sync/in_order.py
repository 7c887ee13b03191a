"""The hub's events in the order of its journal, whatever the messages between do.

What came early is kept until its turn; an epoch that is not the one that was known means that what
is known here is another history.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from firmware_py.sync.envelope import epoch_of
from firmware_py.sync.followed import Followed
from firmware_py.sync.ports import EpochStart

__all__ = ["InOrder"]

#: Events kept that came before others; the rest is asked for.
EARLY = 2000


class InOrder:
    """``seq`` is the last event whose turn it was; None before the first join."""

    def __init__(self) -> None:
        self.seq: int | None = None
        self.epochs: tuple[EpochStart, ...] = ()
        self._early: dict[int, Followed] = {}

    def take_epochs(self, epochs: Sequence[EpochStart]) -> None:
        """Take the hub's epochs as it says them; what is known of another history is dropped."""
        known, self.epochs = self.epochs, tuple(epochs)
        if not (self.seq is not None and known and epochs):
            return
        if epoch_of(epochs, self.seq) != epoch_of(known, self.seq):
            # Another history from some event on: what is known here is not the hall's any more.
            self.seq = None
            self._early.clear()

    def keep(self, event: Followed) -> None:
        """Keep what came before its turn."""
        if len(self._early) < EARLY:
            self._early[event.seq] = event

    def hold(self, events: Iterable[Followed]) -> None:
        """Keep what had its turn and could not be taken: it is the turn of the first of them."""
        held = {event.seq: event for event in events}
        if held:
            self.seq = min(held) - 1
            self._early.update(held)

    def is_next(self, event: Followed) -> bool | None:
        """Say whether it is an event's turn; None: it is none of this history, or was there."""
        if self.seq is None or event.seq <= self.seq:
            return None
        if event.epoch != epoch_of(self.epochs, event.seq):
            return None
        return event.seq == self.seq + 1

    def joined(self, seq: int) -> list[Followed]:
        """Go on after the hub's own picture; return what was kept and is in that already."""
        self.seq = seq
        passed = [self._early[n] for n in sorted(self._early) if n <= seq]
        return [one for one in passed if one.epoch == epoch_of(self.epochs, one.seq)]

    def ready(self, events: Iterable[Followed] = ()) -> list[Followed]:
        """Return what is next, and what came early and follows it."""
        if self.seq is None:
            return []
        ready = list[Followed]()
        seq = self.seq
        for event in events:
            if event.seq == seq + 1:
                ready.append(event)
                seq += 1
        while (early := self._early.pop(seq + 1, None)) is not None:
            if early.epoch != epoch_of(self.epochs, early.seq):
                break
            ready.append(early)
            seq += 1
        self.seq = seq
        self._early = {n: one for n, one in self._early.items() if n > seq}
        return ready
