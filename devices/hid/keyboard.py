"""Which keys go down and up, whatever an input device repeats, says twice or loses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from devices.hid.records import EV_KEY, Longs, Lost, Packet, RecordReader

__all__ = ["Edge", "Keyboard"]

_DOWN, _UP, _REPEAT = 1, 0, 2
_US = 1_000_000


@dataclass(frozen=True, slots=True)
class Edge:
    """A key that went down or up; ``at_s`` is the kernel's time of it, in seconds."""

    code: int
    down: bool
    at_s: float


class Keyboard:
    """One device's keys. ``down`` are those that are down already: they were not pressed.

    A key that is down does not go down again, and one that is up does not go up: a repeat, a
    record that came twice or a gap make no press.
    """

    def __init__(self, down: Iterable[int] = (), longs: Longs | None = None) -> None:
        self.down = set(down)
        #: Auto-repeats since the beginning.
        self.repeats = 0
        self._records = RecordReader(longs)

    @property
    def bad(self) -> int:
        """How often the stream made no sense."""
        return self._records.bad

    @property
    def dropped(self) -> int:
        """How often the kernel lost records."""
        return self._records.dropped

    @property
    def unfinished(self) -> bool:
        """Whether a packet has begun."""
        return self._records.unfinished

    def give_up(self) -> None:
        """Forget a packet that does not go on."""
        self._records.give_up()

    def feed(self, data: bytes) -> Iterator[Edge | Lost]:
        """Yield what happened; ``down`` is as it was then.

        At ``Lost`` ask what is down, and say it by ``now_down``.
        """
        for packet in self._records.feed(data):
            if isinstance(packet, Lost):
                yield packet
            else:
                yield from self._edges(packet)

    def now_down(self, down: Iterable[int]) -> None:
        """Take what is down after a gap. No press follows from it."""
        self.down = set(down)

    def _edges(self, packet: Packet) -> Iterator[Edge]:
        for record in packet.records:
            if record.type != EV_KEY:
                continue
            if record.value == _REPEAT:
                self.repeats += 1
            elif (record.value == _DOWN) != (record.code in self.down):
                if record.value == _DOWN:
                    self.down.add(record.code)
                else:
                    self.down.discard(record.code)
                yield Edge(record.code, record.value == _DOWN, packet.at_us / _US)
