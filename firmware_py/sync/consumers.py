"""How far each consumer has stored, and when it should be sent its next events again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from firmware_py.sync.envelope import epoch_of
from firmware_py.sync.ports import HallPort
from firmware_py.sync.requests import Ack
from firmware_py.sync.sentences import Refused

__all__ = ["READER", "ConsumerBook"]

#: A consumer's position among the journal's readers.
READER = "broker:"
LONGEST_PATIENCE_S = 600.0


@dataclass(slots=True)
class _Consumer:
    seq: int
    kept: int
    #: It spoke since this connection began, so it is there.
    there: bool = False
    moved_s: float = 0.0
    patience_s: float = 0.0
    #: Where sending again began when it was last tried without a word from it.
    tried: int | None = None


class ConsumerBook:
    """The configured consumers' positions. ``again`` sends again from a position."""

    def __init__(
        self,
        hall: HallPort,
        names: tuple[str, ...],
        stalled_after_s: float,
        again: Callable[[int], object],
    ) -> None:
        positions = hall.positions()
        self._hall = hall
        self._again = again
        self._stalled_after_s = stalled_after_s
        self._consumers = {
            name: _Consumer(kept, kept)
            for name, kept in ((name, positions.get(READER + name, 0)) for name in names)
        }

    def positions(self) -> dict[str, int]:
        """Return how far each consumer has stored."""
        return {name: consumer.seq for name, consumer in self._consumers.items()}

    def unkept(self) -> dict[str, int]:
        """Return the positions that the journal does not have yet, by reader."""
        return {
            READER + name: consumer.seq
            for name, consumer in self._consumers.items()
            if consumer.seq != consumer.kept
        }

    def kept(self, reader: str, seq: int) -> None:
        """The journal has this position now."""
        self._consumers[reader.removeprefix(READER)].kept = seq

    def up(self, now_s: float) -> None:
        """A new connection: the broker may have lost what it had for a consumer.

        One that has not said a word since the last time is left to ask for itself.
        """
        for consumer in self._consumers.values():
            silent = not consumer.there and consumer.tried == consumer.seq
            consumer.there = False
            consumer.moved_s, consumer.patience_s = now_s, self._stalled_after_s
            if not silent:
                consumer.tried = consumer.seq
                self._again(consumer.seq)

    def acked(self, name: str, ack: Ack, *, retained: bool, now_s: float) -> None:
        """A consumer says how far it has stored; raises ``Refused``."""
        consumer = self._consumers.get(name)
        if consumer is None:
            raise Refused("unknown_consumer", name[:64])
        if ack.seq > self._hall.last_seq:
            raise Refused("ahead", ack.seq)
        epochs = self._hall.epochs
        known = {start.epoch for start in epochs} if ack.seq == 0 else {epoch_of(epochs, ack.seq)}
        if ack.epoch not in known:
            raise Refused("wrong_epoch", ack.epoch)
        back = ack.seq < consumer.seq
        if ack.seq != consumer.seq:
            consumer.moved_s, consumer.patience_s = now_s, self._stalled_after_s
        consumer.seq = ack.seq
        consumer.there = consumer.there or not retained
        if back:
            self._again(ack.seq)

    def check(self, sent: int, now_s: float) -> None:
        """Send again to those that are there, lack something, and do not get on."""
        for consumer in self._consumers.values():
            if consumer.seq >= sent or not consumer.there:
                consumer.moved_s = now_s
                consumer.patience_s = self._stalled_after_s
            elif now_s - consumer.moved_s >= consumer.patience_s:
                consumer.moved_s = now_s
                consumer.patience_s = min(LONGEST_PATIENCE_S, consumer.patience_s * 2)
                self._again(consumer.seq)
