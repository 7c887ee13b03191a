"""From the journal to the broker: what is new, in order, and again what a consumer lacks.

The journal is the outbox. At most ``WINDOW`` events are on their way to the broker at any time;
the rest stays in the journal until there is room. ``published`` is how far the broker has taken
them; after a lost connection sending begins again there. That the broker has an event says
nothing about a consumer: what one asks for again comes in *spans* of at most ``SPAN`` events, so
that the broker's own queue (1,000 messages in mosquitto) holds them. New events do not wait for
spans.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from firmware_py.app.ports import Happened, StoredEvent
from firmware_py.sync.envelope import CONTENT_TYPE, Envelopes, epoch_of
from firmware_py.sync.mail import Outgoing
from firmware_py.sync.ports import HallPort
from firmware_py.sync.topics import Topics

__all__ = ["GATHER_S", "SPAN", "WINDOW", "EventToken", "Outbox"]

log = logging.getLogger(__name__)

#: Events on their way to the broker.
WINDOW = 256
#: Of these, so many may be ones that are sent again.
AGAIN_WINDOW = 128
#: Events that one request for sending again brings.
SPAN = 500
#: Requests that wait; beyond, the asker asks again later.
SPANS = 16
CHUNK = 64
RETRY_S = 1.0
#: New events wait so long for others; what the hall does for people goes first.
GATHER_S = 0.002


@dataclass(frozen=True, slots=True)
class EventToken:
    """An event on its way; ``again`` when it was asked for."""

    seq: int
    again: bool


@dataclass(slots=True)
class _Span:
    after: int
    last: int


class Outbox:
    """Decides which event goes next. Lives in the event loop."""

    def __init__(
        self,
        hall: HallPort,
        topics: Topics,
        envelopes: Envelopes,
        published: int,
        send: Callable[[Sequence[Outgoing]], None],
        gather_s: float = GATHER_S,
    ) -> None:
        self._hall = hall
        self._gather_s = gather_s
        self._topics = topics
        self._envelopes = envelopes
        self._send = send
        #: The broker has taken every event up to this one.
        self.published = published
        self.sent_count = self.again_count = self.read_errors = 0
        self._sent = published
        self._in_flight: set[int] = set()
        self._again_in_flight = 0
        self._spans: deque[_Span] = deque()
        self._fresh: list[Happened] = []
        self._flushing: asyncio.TimerHandle | None = None
        self._up = False
        self._reading = False
        self._work = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def backlog(self) -> int:
        """Events that the broker has not taken yet."""
        return self._hall.last_seq - self.published

    @property
    def resending(self) -> bool:
        """Whether something is still to be sent again."""
        return bool(self._spans)

    def start(self) -> None:
        """Begin; nothing goes out before ``up``."""
        self._task = asyncio.create_task(self._pump(), name="broker-outbox")

    async def stop(self) -> None:
        """End; what is on its way still arrives."""
        self.flush()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    def up(self) -> None:
        """Connected: send on from what the broker has."""
        self._up = True
        self._work.set()

    def down(self) -> None:
        """The connection is lost, and with it whatever was not taken."""
        self._up = False
        self._sent = self.published
        self._in_flight.clear()
        self._again_in_flight = 0
        self._spans.clear()
        self._fresh.clear()

    def recorded(self, happened: Sequence[Happened]) -> None:
        """New events. They go out a moment later: paper and lamps come before the broker."""
        if not happened or not self._up:
            return
        last = self._fresh[-1].seq if self._fresh else self._sent
        if happened[0].seq == last + 1 and len(self._fresh) + len(happened) <= WINDOW:
            self._fresh.extend(happened)
        if self._flushing is None:
            loop = asyncio.get_running_loop()
            self._flushing = loop.call_later(self._gather_s, self.flush)

    def flush(self) -> None:
        """Send what was just recorded; from the journal when it is too much, or not its turn."""
        if self._flushing is not None:
            self._flushing.cancel()
            self._flushing = None
        fresh, self._fresh = self._fresh, []
        if not self._up:
            return
        turn = fresh and fresh[0].seq == self._sent + 1 and not self._reading
        if turn and len(fresh) <= self._room:
            offset_ms, epochs = self._hall.wall_offset_ms, self._hall.epochs
            self._publish(
                [
                    self._message(
                        epoch_of(epochs, h.seq),
                        h.seq,
                        h.time_ms,
                        h.name,
                        h.by,
                        h.body,
                        offset_ms,
                        again=False,
                    )
                    for h in fresh
                ],
                fresh[-1].seq,
            )
        if self._sent < self._hall.last_seq:
            self._work.set()

    def again(self, after: int) -> int | None:
        """Send again what comes after ``after``; return up to which event, None when too busy.

        Never further than what was sent as new: that comes by itself.
        """
        last = min(after + SPAN, self._sent)
        if last <= after:
            return after
        for span in self._spans:
            if span.after <= after and last <= span.last:
                return last
        if len(self._spans) >= SPANS:
            return None
        self._spans.append(_Span(after, last))
        self._work.set()
        return last

    def acked(self, token: EventToken) -> None:
        """The broker has taken an event (or will never take it)."""
        if token.again:
            self._again_in_flight = max(0, self._again_in_flight - 1)
        else:
            self._in_flight.discard(token.seq)
            # Brokers take them in order, so the smallest in flight is found at once.
            while self.published < self._sent and self.published + 1 not in self._in_flight:
                self.published += 1
        if self._spans or self._sent < self._hall.last_seq:
            self._work.set()

    @property
    def _room(self) -> int:
        return WINDOW - len(self._in_flight) - self._again_in_flight

    async def _pump(self) -> None:
        while True:
            await self._work.wait()
            self._work.clear()
            try:
                while self._up and (await self._send_new() or await self._send_again()):
                    pass
            except Exception:
                # A journal that cannot be read now (a failing disk) is tried again.
                self.read_errors += 1
                log.exception("the journal could not be read for the broker")
                await asyncio.sleep(RETRY_S)
                self._work.set()

    async def _send_new(self) -> bool:
        after, room = self._sent, min(CHUNK, self._room)
        if after >= self._hall.last_seq or room <= 0:
            return False
        self._reading = True
        try:
            stored = await self._hall.read(after, room)
        finally:
            self._reading = False
        if not self._up or self._sent != after or not stored:
            return bool(stored)
        self._publish([self._stored(event, again=False) for event in stored], stored[-1].seq)
        return True

    async def _send_again(self) -> bool:
        room = min(CHUNK, self._room, AGAIN_WINDOW - self._again_in_flight)
        if not self._spans or room <= 0:
            return False
        span = self._spans[0]
        stored = await self._hall.read(span.after, min(room, span.last - span.after))
        stored = [event for event in stored if event.seq <= span.last]
        if not self._up or not self._spans or self._spans[0] is not span:
            return True
        if stored:
            span.after = stored[-1].seq
            self._again_in_flight += len(stored)
            self.again_count += len(stored)
            self._send([self._stored(event, again=True) for event in stored])
        if not stored or span.after >= span.last:
            self._spans.popleft()
        return True

    def _publish(self, messages: Sequence[Outgoing], last_seq: int) -> None:
        for message in messages:
            if isinstance(message.token, EventToken):
                self._in_flight.add(message.token.seq)
        self._sent = last_seq
        self.sent_count += len(messages)
        self._send(messages)

    def _stored(self, event: StoredEvent, *, again: bool) -> Outgoing:
        epoch = epoch_of(self._hall.epochs, event.seq)
        return self._message(
            epoch,
            event.seq,
            event.time_ms,
            event.type,
            event.by,
            event.body,
            self._hall.wall_offset_ms,
            again=again,
        )

    def _message(
        self,
        epoch: str,
        seq: int,
        time_ms: int,
        kind: str,
        by: str,
        body: bytes,
        wall_offset_ms: int | None,
        *,
        again: bool,
    ) -> Outgoing:
        return Outgoing(
            self._topics.event(kind),
            self._envelopes.build(epoch, seq, time_ms, kind, by, body, wall_offset_ms),
            token=EventToken(seq, again),
            content_type=CONTENT_TYPE,
        )
