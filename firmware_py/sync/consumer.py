"""A consumer of one hall's events: gap-free, each once, whatever the broker does.

The rules, for whoever writes one in another language:

1. Subscribe to ``event/#``, ``node/+``, ``state/hall`` and your own ``reply/{client}``.
2. Apply an event only when ``seq`` is yours plus one and ``epoch`` is the one that the hall's birth
   message (``node/{node}``, ``epochs``) names for that number. Where the broker knows its clients
   by certificates, believe births of those nodes alone that may hold the queue: every node of the
   hall can write its own. Of two hubs the one in the higher epoch counts (``2-standby``: its count,
   then its name; a name without a count is the first), also while it is away. Ignore what you
   have; ask for what you lack: command ``resend`` with ``{"after": yours}``, again after a pause
   while nothing comes. One request brings at most 500 events; ask on until you have the newest
   ``seq`` seen, which ``state/hall`` and the birth tell too when no event does.
3. Store before you acknowledge: ``ack/{consumer}`` with ``{"epoch", "seq"}``, retained.
4. When the birth names epochs that are not those of your events, the hall went on from a backup,
   or a standby from its copy: drop what comes after the last event in common, and go on there.
5. What the hall has compacted (before ``oldest_seq``) cannot be had; note it and go on.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

import msgspec

from firmware_py.sync.commands import RESEND
from firmware_py.sync.envelope import epoch_of
from firmware_py.sync.heard import HighestEpoch
from firmware_py.sync.ledger import Ledger, common_seq
from firmware_py.sync.link import Link
from firmware_py.sync.mail import Address, Down, Incoming, LinkMail, Outgoing, Up
from firmware_py.sync.ports import EpochStart
from firmware_py.sync.topics import Topics

__all__ = ["Consumer", "ConsumerCounts"]

log = logging.getLogger(__name__)

_encode = msgspec.json.Encoder().encode

ASK_AGAIN_S = 1.0
ACK_EVERY_S = 0.2
LARGEST_EVENT = 1 << 20


class _Event(msgspec.Struct):
    epoch: str
    seq: int
    type: str


class _State(msgspec.Struct):
    epoch: str
    seq: int


class _Epoch(msgspec.Struct):
    epoch: str
    first_seq: int


class _Birth(msgspec.Struct):
    status: str
    roles: tuple[str, ...] = ()
    seq: int = 0
    oldest_seq: int = 1
    epochs: list[_Epoch] = []


class _Sent(msgspec.Struct):
    after: int
    upto: int


class _Reply(msgspec.Struct):
    resend: _Sent | None = None


_reply = msgspec.json.Decoder(_Reply)
_event = msgspec.json.Decoder(_Event)
_state = msgspec.json.Decoder(_State)
_birth = msgspec.json.Decoder(_Birth)


@dataclass(slots=True)
class ConsumerCounts:
    """What a consumer has seen. ``lost`` are stretches that the hall no longer had."""

    stored: int = 0
    repeated: int = 0
    #: Events that came before the ones they follow.
    early: int = 0
    other_epoch: int = 0
    unreadable: int = 0
    store_failures: int = 0
    requests: int = 0
    roll_backs: int = 0
    lost: list[tuple[int, int]] = field(default_factory=list)


class Consumer:
    """Follows one hall. Make it, ``start()`` and ``await stop()`` in an event loop.

    ``stored`` is called after events were stored, with ``(epoch, seq, CloudEvent)`` each. The
    ledger is written in the event loop: a slow store belongs behind a queue of its own. ``hubs``
    are the nodes that may hold the queue; without them every birth of one is believed.
    """

    def __init__(
        self,
        address: Address,
        hall: str,
        name: str,
        ledger: Ledger,
        stored: Callable[[Sequence[tuple[str, int, bytes]]], None] = lambda events: None,
        *,
        hubs: Collection[str] = (),
    ) -> None:
        self.counts = ConsumerCounts()
        self.connected = False
        #: The hall is there, as its birth message says.
        self.hall_online = False
        self._name = name
        self._topics = Topics(hall, name)
        self._ledger = ledger
        self._tell = stored
        self._hubs = frozenset(hubs)
        stretches = ledger.stretches()
        self._seq = stretches[-1].last if stretches else 0
        self._newest = self._seq
        #: Whose word counts, where another Pi was promoted.
        self._highest = HighestEpoch.of([EpochStart(one.epoch, one.first) for one in stretches])
        self._hub = ""
        self._epochs: tuple[EpochStart, ...] = ()
        self._gathered: list[tuple[str, int, bytes]] = []
        #: The hall's newest event as its state says, before the birth told the epochs.
        self._hint: tuple[str, int] | None = None
        self._asked_s = 0.0
        #: Up to where the last request brings events, once the hall has said so.
        self._upto: int | None = None
        self._acked: tuple[str, int] | None = None
        self._session: int | None = None
        self._storing: asyncio.Handle | None = None
        self._tending: asyncio.Task[None] | None = None
        root = self._topics.root
        filters = (f"{root}/node/+", f"{root}/event/+", f"{root}/state/hall")
        self._link = Link(
            address,
            (*filters, self._topics.reply(name)),
            self._take,
            largest_payload=LARGEST_EVENT,
        )

    @property
    def seq(self) -> int:
        """The last event stored."""
        return self._seq - len(self._gathered)

    def start(self) -> None:
        """Begin to follow."""
        self._link.start()
        self._tending = asyncio.create_task(self._tend(), name=f"consumer-{self._name}")

    async def stop(self) -> None:
        """Store and acknowledge what came, leave, and close the ledger."""
        if self._tending is not None:
            self._tending.cancel()
            await asyncio.wait([self._tending])
            self._tending = None
        if self._storing is not None:
            self._storing.cancel()
        self._store()
        self._ack()
        await self._link.stop()
        self._ledger.close()

    def _take(self, mail: LinkMail) -> None:
        if isinstance(mail, Up):
            self._session, self.connected = mail.session, True
            self._acked, self._asked_s = None, 0.0
        elif isinstance(mail, Down):
            self._session, self.connected = None, False
            # The next birth says whether the hall is still the one that we knew.
            self._epochs, self.hall_online, self._hint = (), False, None
        elif isinstance(mail, Incoming):
            try:
                self._heard(mail)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                self.counts.unreadable += 1

    def _heard(self, mail: Incoming) -> None:
        kind, _, name = (self._topics.suffix(mail.topic) or "").partition("/")
        if kind == "event":
            self._apply(mail.payload)
        elif kind == "node" and mail.payload and (not self._hubs or name in self._hubs):
            self._born(name, _birth.decode(mail.payload))
        elif kind == "state" and mail.payload:
            state = _state.decode(mail.payload)
            self._hint = (state.epoch, state.seq)
            self._follow_hint()
        elif kind == "reply" and mail.correlation == str(self.counts.requests).encode():
            sent = _reply.decode(mail.payload).resend
            # Nothing now means that it comes by itself, or a moment later.
            if sent is not None and sent.upto > sent.after:
                self._upto = sent.upto
                self._ask_on()

    def _apply(self, payload: bytes) -> None:
        event = _event.decode(payload)
        if not self._epochs:
            return
        if event.epoch != epoch_of(self._epochs, event.seq):
            self.counts.other_epoch += 1
        elif event.seq <= self._seq:
            self.counts.repeated += 1
        elif event.seq > self._seq + 1:
            self.counts.early += 1
            self._see(event.seq)
        else:
            self._seq = event.seq
            self._newest = max(self._newest, event.seq)
            if self._asked_s:
                self._asked_s = time.monotonic()
            self._ask_on()
            self._gathered.append((event.epoch, event.seq, payload))
            if self._storing is None:
                # What came together is stored together.
                self._storing = asyncio.get_running_loop().call_soon(self._store)

    def _store(self) -> None:
        self._storing = None
        if self._gathered:
            gathered, self._gathered = self._gathered, []
            try:
                self._ledger.store(gathered)
            except Exception:
                # Not stored is not had: asked for again, never acknowledged.
                log.exception("events could not be stored")
                self.counts.store_failures += 1
                self._seq = gathered[0][1] - 1
                return
            self.counts.stored += len(gathered)
            self._tell(gathered)

    def _follow_hint(self) -> None:
        if self._hint is not None and self._epochs:
            epoch, seq = self._hint
            if epoch == epoch_of(self._epochs, seq):
                self._see(seq)

    def _born(self, name: str, birth: _Birth) -> None:
        told = [{"epoch": one.epoch} for one in birth.epochs]
        if "hub" not in birth.roles or not self._highest.hears(name, told):
            return
        if birth.status != "online":
            self.hall_online = self.hall_online and name != self._hub
            return
        self._hub, self.hall_online = name, True
        if not birth.epochs:
            return
        self._epochs = tuple(EpochStart(e.epoch, e.first_seq) for e in birth.epochs)
        self._store()
        common = common_seq(self._ledger.stretches(), self._epochs)
        if common < self._seq:
            log.warning("the hall went on from a backup: events after %d are dropped", common)
            self.counts.roll_backs += 1
            self._ledger.roll_back(common)
            self._seq = self._newest = common
        if self._seq < birth.oldest_seq - 1:
            self.counts.lost.append((self._seq + 1, birth.oldest_seq - 1))
            log.warning("events %d to %d are no longer to be had", *self.counts.lost[-1])
            self._seq = birth.oldest_seq - 1
        self._acked = None
        self._see(birth.seq)
        self._follow_hint()

    def _see(self, seq: int) -> None:
        """There is an event ``seq``; ask for what lies before it, if nothing is under way."""
        self._newest = max(self._newest, seq)
        if self._seq < self._newest and time.monotonic() - self._asked_s >= ASK_AGAIN_S:
            self._ask()

    def _ask_on(self) -> None:
        """Ask for the next lot as soon as the last one is here."""
        if self._upto is not None and self._seq >= self._upto:
            self._upto, self._asked_s = None, 0.0
            self._see(self._newest)

    def _ask(self) -> None:
        if self._session is None or not self._epochs:
            return
        self._asked_s, self._upto = time.monotonic(), None
        self.counts.requests += 1
        number = str(self.counts.requests)
        body = {
            "id": f"{self._name}-{number}",
            "epoch": self._epochs[-1].epoch,
            "name": RESEND,
            "params": {"after": self._seq},
        }
        self._link.send(
            self._session,
            Outgoing(
                self._topics.command(),
                _encode(body),
                respond_to=self._topics.reply(self._name),
                correlation=number.encode(),
                expiry_s=10,
            ),
        )

    def _ack(self) -> None:
        if self._session is None or not self._epochs or self._gathered:
            return
        position = (epoch_of(self._epochs, self._seq), self._seq)
        if position == self._acked:
            return
        self._acked = position
        body = _encode({"epoch": position[0], "seq": position[1]})
        self._link.send(self._session, Outgoing(self._topics.ack(self._name), body, retain=True))

    async def _tend(self) -> None:
        while True:
            await asyncio.sleep(ACK_EVERY_S)
            self._ack()
            self._see(self._newest)
