"""What passes between the hub and the Pis that follow it, as they read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import msgspec

from firmware_py.sync.seen import NOTHING_SEEN, Seen

__all__ = [
    "Answer",
    "Asked",
    "Birth",
    "Followed",
    "FollowerPort",
    "Head",
    "RecordsPort",
    "read_answer",
    "read_birth",
    "read_event",
    "read_head",
]


class Followed(NamedTuple):
    """An event of the hub's journal, as far as it leaves the hub. ``body`` is JSON."""

    epoch: str
    seq: int
    time_ms: int
    type: str
    by: str
    body: bytes


#: What the hub answered, or None: nobody answered in time.
Answer = dict[str, Any] | None


@dataclass(slots=True)
class Asked:
    """A question under way. A command has ``answered``; it is sent again on a new connection."""

    body: bytes
    until_s: float
    what: str
    answered: Callable[[Answer], None] | None = None
    wanted: Callable[[], bool] = lambda: True
    parts: dict[int, bytes] = field(default_factory=dict)
    #: The farthest that was seen of the hub when this was asked.
    seen: Seen = NOTHING_SEEN

    def whole(self, head: Head, part: bytes) -> bytes | None:
        """Take a part of a state; return the compressed state when all of it is here."""
        if not head.parts or not head.epochs:
            return None
        self.parts[head.part] = part
        if len(self.parts) < head.parts:
            return None
        return b"".join(self.parts[n] for n in range(head.parts))

    def body_to(self, epoch: str, wire: int) -> bytes:
        """Return the question to the hub of this epoch: of two hubs no other one answers."""
        return b'{"epoch":%b,"wire":%d,%b' % (msgspec.json.encode(epoch), wire, self.body[1:])


class FollowerPort(Protocol):
    """Who follows. Everything is called in the event loop."""

    def joined(self, state: bytes, seq: int) -> None:
        """The hall as it stands after event ``seq``; forget what was known before."""

    def came(self, events: Sequence[Followed]) -> int:
        """The next events, in order, without a gap; return how many could be taken.

        The one after those is of a type that is not known here: the hall is taken anew then.
        """

    def passed(self, events: Sequence[Followed]) -> None:
        """What lay between, in order: the hall as it was taken has it already."""

    def clock(self, now_ms: int) -> None:
        """The hub's time as it was a moment ago."""

    def stands(self, trouble: str) -> None:
        """How it stands: "" all is well, "broker", "hub" (away), "set_back", "joining"."""


class RecordsPort(Protocol):
    """What this Pi decided by itself, to be offered to each hub."""

    @property
    def stale(self) -> bool:
        """Whether the hall as known here must be taken anew, once the hub has the records."""

    def question(self, epoch: str) -> Mapping[str, Any] | None:
        """Return the next question that offers records to a hub of this epoch; None: it has all."""

    def merged(self, epoch: str, seq: int) -> None:
        """A hub of this epoch has all records up to ``seq``."""

    def passed_over(self, seqs: Sequence[int]) -> None:
        """The hub is of an older version and does not know these: kept until it does."""

    def refused(self, epoch: str, question: Mapping[str, Any], code: str) -> None:
        """A hub of this epoch will not have these records: they are not offered to it again."""


class Birth(msgspec.Struct):
    """What a Pi says of itself; the hub says its epochs and how far it is."""

    status: str
    node: str = ""
    roles: tuple[str, ...] = ()
    version: str = ""
    host: str = ""
    #: Of what passes between Pis (``core.wire_version``); who tells none is of the first.
    wire: int = 1
    seq: int = 0
    epochs: tuple[dict[str, Any], ...] = ()
    #: Of a Pi beside the hub: the farthest that it has seen of it.
    seen: Seen = NOTHING_SEEN
    #: Of a hub: its journal lacks what it had told, and it decides nothing.
    set_back: bool = False


class _Event(msgspec.Struct):
    epoch: str
    seq: int
    type: str
    by: str
    halltime: str
    data: msgspec.Raw


class Told(msgspec.Struct):
    """An event in an answer of the hub."""

    epoch: str
    seq: int
    time_ms: int
    type: str
    by: str
    data: msgspec.Raw

    def followed(self) -> Followed:
        """Return the event."""
        return Followed(self.epoch, self.seq, self.time_ms, self.type, self.by, bytes(self.data))


class Head(msgspec.Struct):
    """The line with which each answer begins, as far as the follower itself reads it."""

    epoch: str
    seq: int
    now_ms: int
    #: When event ``seq`` was recorded, and that it was: see ``seen``.
    time_ms: int = 0
    proof: str = ""
    part: int = 0
    parts: int = 1
    epochs: tuple[dict[str, Any], ...] = ()
    told: tuple[Told, ...] = ()
    gone: bool = False


#: Each raises ``msgspec.DecodeError`` for what cannot be read.
read_birth = msgspec.json.Decoder(Birth).decode
read_head = msgspec.json.Decoder(Head).decode
read_answer = msgspec.json.Decoder(dict[str, Any]).decode
_event = msgspec.json.Decoder(_Event)


def read_event(payload: bytes) -> Followed:
    """Return the event in a CloudEvent (``sync.envelope``)."""
    told = _event.decode(payload)
    return Followed(told.epoch, told.seq, int(told.halltime), told.type, told.by, bytes(told.data))
