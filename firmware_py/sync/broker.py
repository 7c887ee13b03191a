"""The hall's side of the broker: everything below ``hall/v1/{hall}/`` that the hall says and hears.

See docs/asyncapi.yaml for topics and payloads. The hall never waits for the broker: whatever is
not delivered stays in the journal, and no call here blocks.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Sequence

import msgspec

from firmware_py.app.ports import Happened
from firmware_py.sync.asks import Asks
from firmware_py.sync.broker_status import BrokerStatus
from firmware_py.sync.commands import Commands
from firmware_py.sync.consumers import ConsumerBook
from firmware_py.sync.encryption import explain
from firmware_py.sync.envelope import Envelopes
from firmware_py.sync.evidence import heard_claim
from firmware_py.sync.first_look import QUIET_S
from firmware_py.sync.hub_birth import birth_of, higher_epoch, will_of
from firmware_py.sync.link import Link, MakeLink
from firmware_py.sync.lists import Lists
from firmware_py.sync.mail import Acked, Down, Incoming, LinkMail, Outgoing, Unsubscribe, Up
from firmware_py.sync.node_book import NodeBook, NodeSeen
from firmware_py.sync.outbox import GATHER_S, EventToken, Outbox
from firmware_py.sync.pictures import Pictures, PictureToken
from firmware_py.sync.ports import HallPort, HubPort, SideLine, SyncSettings
from firmware_py.sync.positions import Positions
from firmware_py.sync.requests import read_ack
from firmware_py.sync.running import running_s
from firmware_py.sync.sentences import Refused
from firmware_py.sync.side import NOTHING
from firmware_py.sync.topics import Topics

__all__ = ["PUBLISHED", "BrokerStatus", "BrokerSync"]

log = logging.getLogger(__name__)

#: The reader whose position is how far the broker has taken events.
PUBLISHED = "broker"
#: After this time the broker has sent all that it retained.
RETAINED_S = 2.0


class BrokerSync:
    """Make it, ``await start()``, tell it what was recorded, ``await stop()``."""

    def __init__(
        self,
        settings: SyncSettings,
        hall: HallPort,
        hub: HubPort | None = None,
        side: SideLine = NOTHING,
        link: MakeLink = Link,
    ) -> None:
        self._hall, self._side = hall, side
        #: A hub without the lease answers nobody, so that all go on as if it were away.
        self.deciding = side is NOTHING
        self._settings = settings
        self._topics = topics = Topics(settings.hall, settings.node)
        self._envelopes = envelopes = Envelopes(settings.hall, settings.timezone)
        self._refused: Counter[str] = Counter()
        self._refused_by_broker = self._connections = self._errors = 0
        self._session: int | None = None
        self._since_s: float | None = None
        self._error, self._was_up = "", False
        self._kept = min(hall.positions().get(PUBLISHED, 0), hall.last_seq)
        self._kept_s = 0.0
        # Other Pis show and say what happens: that is for people, too.
        gather_s = 0.0 if hub is not None and hub.nodes() else GATHER_S
        self._outbox = Outbox(hall, topics, envelopes, self._kept, self._send_all, gather_s)
        self._pictures = Pictures(hall, topics, settings.pictures_every_s, self._send_all)
        self._commands = Commands(hall, topics, self._outbox, self._send, self._refused)
        self._lists = Lists(hall, topics, self._send, self._refused)
        #: Answers the hall's other Pis, and knows how they are.
        self._nodes = (
            NodeBook(settings.node, hub.nodes, hub.now_ms, self._empty, running_s) if hub else None
        )
        self._asks: Asks | None = None
        if hub is not None and self._nodes is not None:
            self._asks = Asks(
                hall, hub, topics, self._answer, self._refused, self._nodes.asked,
                settings.machine, private=settings.private, identity=settings.identity,
            )  # fmt: skip
        self._book = ConsumerBook(
            hall, settings.consumers, settings.stalled_after_s, self._outbox.again
        )
        self._positions = Positions(
            hall, self._unkept_positions, self._position_kept, settings.positions_every_s
        )
        self._link = link(
            settings.address,
            (
                f"{topics.root}/ack/+",
                topics.command("+"),
                topics.list("+"),
                *((topics.ask("+"), *self._of_nodes) if hub else ()),
                *side.filters,
                *self._retained_filters,
            ),
            self._take,
            will=Outgoing(topics.birth, will_of(hall, settings), retain=True),
        )
        self._hub = hub
        #: Whether this Pi speaks on this connection: not before it heard of a higher epoch, if any.
        self._speaks, self._looked = False, settings.looked
        self._tending: asyncio.Task[None] | None = None
        self._forget: asyncio.TimerHandle | None = None

    @property
    def _retained_filters(self) -> tuple[str, ...]:
        root = self._topics.root
        own = () if self._nodes else (f"{root}/device/{self._settings.node}/+",)
        return (f"{root}/state/#", *own)

    @property
    def _of_nodes(self) -> tuple[str, ...]:
        """What all Pis say of themselves and of their devices."""
        return (f"{self._topics.root}/node/+", f"{self._topics.root}/device/+/+")

    async def start(self) -> None:
        """Begin; returns at once, with or without a broker."""
        self._outbox.start()
        self._lists.start()
        self._link.start()
        self._tending = asyncio.create_task(self._tend(), name="broker-tending")

    async def stop(self) -> None:
        """Say goodbye, keep the positions, end the thread."""
        if self._tending is not None:
            self._tending.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._tending
            self._tending = None
        await self._commands.stop()
        if self._asks is not None:
            await self._asks.stop()
        await self._lists.stop()
        await self._outbox.stop()
        self._pictures.stop()
        await self._link.stop()
        if self._forget is not None:
            self._forget.cancel()
        await self._positions.stop()

    def recorded(self, happened: Sequence[Happened]) -> None:
        """Publish what was just recorded. Cheap; never blocks, never raises for the broker."""
        try:
            self._outbox.recorded(happened)
            self._pictures.changed()
        except Exception:
            # The hall goes on whatever the broker's side does; the outbox starts again from
            # what the broker has at the next connection.
            self._errors += 1
            log.exception("recorded events could not be handed to the broker's side")

    def health(self, device: str, body: bytes) -> None:
        """Publish a device's health, a JSON object; empty bytes when the device is gone."""
        self._pictures.health(device, body)

    def decides(self, deciding: bool) -> None:
        """Say whether this hub decides now; the others take one that does not for away."""
        self.deciding = deciding
        if self._speaks:
            self._send(self._birth())

    def status(self) -> BrokerStatus:
        """Return how it stands."""
        return BrokerStatus(
            connected=self._session is not None,
            since_s=None if self._since_s is None else running_s() - self._since_s,
            error=self._error,
            problem=self._problem(),
            connections=self._connections,
            sent=self._outbox.sent_count,
            resent=self._outbox.again_count,
            backlog=self._outbox.backlog,
            published_seq=self._outbox.published,
            pictures=self._pictures.published,
            replies=self._commands.answered,
            refused=dict(self._refused),
            refused_by_broker=self._refused_by_broker,
            consumers=self._book.positions(),
            errors=self._errors
            + self._link.callback_errors
            + self._pictures.errors
            + self._pictures.held_back
            + self._outbox.read_errors
            + self._positions.errors,
        )

    def nodes(self) -> list[NodeSeen]:
        """Return how the hall's other Pis are."""
        return self._nodes.seen() if self._nodes is not None else []

    def forget(self, node: str, *, for_good: bool) -> None:
        """Have the broker keep nothing of a Pi that was retired, or that another one replaces."""
        if self._nodes is not None:
            self._nodes.forget(node, for_good=for_good)

    def _problem(self) -> dict[str, str] | None:
        if not self._error:
            return None
        ours = self._settings.cert_file is not None
        fresh = self._settings.ca_file is not None and not self._was_up
        found = explain(self._error, ours=ours, fresh=fresh)
        return None if found is None else dict(zip(("code", "zh", "en"), found, strict=True))

    # ---- from the connection ------------------------------------------------------------------

    def _send(self, message: Outgoing) -> None:
        if self._session is not None:
            self._link.send(self._session, message)

    def _answer(self, message: Outgoing) -> None:
        # Events first: whoever is told of one that it does not have would ask for it.
        self._outbox.flush()
        self._send(message)

    def _empty(self, suffix: str) -> None:
        self._send(Outgoing(self._topics.picture(suffix), b"", retain=True))

    def _send_all(self, messages: Sequence[Outgoing]) -> None:
        if self._session is not None:
            self._link.send(self._session, *messages)

    def _take(self, mail: LinkMail) -> None:
        try:
            if isinstance(mail, Up):
                self._up(mail)
            elif isinstance(mail, Down):
                self._down(mail)
            elif mail.session != self._session:
                return
            elif isinstance(mail, Acked):
                self._acked(mail)
            else:
                self._heard(mail)
        except Exception:
            self._errors += 1
            log.exception("the broker's side stumbled over %s", type(mail).__name__)

    def _up(self, mail: Up) -> None:
        self._session, self._since_s, self._error = mail.session, running_s(), ""
        self._connections += 1
        log.info("connected to the broker; %d events to send", self._outbox.backlog)
        self._side.up(self._send)
        if self._nodes is not None:
            self._nodes.up()
        if self._settings.hubs or not self._looked:
            # What is said of this and of other hubs is retained, and comes with the subscription.
            self._forget = asyncio.get_running_loop().call_later(QUIET_S, self._speak)
        else:
            self._speak()

    def _speak(self) -> None:
        self._speaks = self._looked = True
        self._send(self._birth())
        self._outbox.up()
        self._book.up(running_s())
        self._pictures.up()
        self._forget = asyncio.get_running_loop().call_later(RETAINED_S, self._forget_retained)

    def _birth(self) -> Outgoing:
        status = "online" if self.deciding else "waiting"
        told = birth_of(
            self._hall, self._settings, self._envelopes.zone, status,
            set_back=self._hub is not None and self._hub.seen_by.set_back,
        )  # fmt: skip
        return Outgoing(self._topics.birth, told, retain=True)

    def _down(self, mail: Down) -> None:
        if (
            self._tending is not None
            and self._error != mail.reason
            and (mail.was_up or not self._error)
        ):
            log.warning("no connection to the broker: %s", mail.reason)
        if self._session is not None or self._since_s is None:
            self._since_s = running_s()
        self._session, self._error, self._was_up = None, mail.reason, mail.was_up
        self._speaks = False
        if self._forget is not None:
            self._forget.cancel()
        self._outbox.down()
        self._side.down()
        if self._nodes is not None:
            self._nodes.down()
        self._pictures.down()

    def _forget_retained(self) -> None:
        if self._session is not None:
            filters = [Unsubscribe(topic) for topic in self._retained_filters]
            self._link.send(self._session, *filters)

    def _acked(self, mail: Acked) -> None:
        if mail.refused is not None:
            if not self._refused_by_broker:
                log.error("the broker does not take a message of ours: %s", mail.refused)
            self._refused_by_broker += 1
        if isinstance(mail.token, EventToken):
            self._outbox.acked(mail.token)
        elif isinstance(mail.token, PictureToken):
            self._pictures.acked(mail.token)

    def _heard(self, incoming: Incoming) -> None:
        suffix = self._topics.suffix(incoming.topic) or ""
        kind, _, rest = suffix.partition("/")
        heard_claim(self._hub, self._settings.node, suffix, incoming)
        silent = not self._speaks or (kind == "ask" and not self.deciding)
        if kind in {"command", "ask", "list"} and silent:
            # Whoever asks asks again, when it hears who decides.
            return
        if kind == "command":
            self._commands.take(incoming, rest)
        elif kind == "ask" and self._asks is not None:
            self._asks.take(incoming, rest)
        elif kind == "lease":
            self._side.take(incoming)
        elif kind == "list":
            self._lists.take(incoming, rest)
        elif kind == "ack":
            self._ack(incoming, rest)
        elif kind == "node" or (kind == "device" and not self._own(rest)):
            self._of_node(incoming, rest)
        elif kind in {"state", "device"} and incoming.retained:
            self._pictures.found_retained(suffix)

    def _own(self, rest: str) -> bool:
        return rest.startswith(f"{self._settings.node}/")

    def _of_node(self, incoming: Incoming, rest: str) -> None:
        node, _, device = rest.partition("/")
        try:
            if self._nodes is None:
                return
            if device:
                self._nodes.device(node, device, incoming.payload)
            else:
                self._other_hub(node, incoming.payload)
                self._nodes.born(node, incoming)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            self._refused["not_json"] += 1

    def _other_hub(self, node: str, payload: bytes) -> None:
        """Stand down before anything else when another hub is in a higher epoch (rule 14)."""
        if node not in self._settings.hubs or not payload or self._hub is None:
            return
        epoch = higher_epoch(self._hall, self._settings, node, payload)
        if epoch is None:
            return
        self._speaks = False
        self._outbox.down()
        self._pictures.down()
        if self._forget is not None:
            self._forget.cancel()
        self._hub.stand_down(node, epoch)

    def _ack(self, incoming: Incoming, consumer: str) -> None:
        try:
            ack = read_ack(incoming)
            self._book.acked(consumer, ack, retained=incoming.retained, now_s=running_s())
        except Refused as refused:
            self._refused[refused.code] += 1

    # ---- now and then -------------------------------------------------------------------------

    async def _tend(self) -> None:
        settings = self._settings
        every_s = min(1.0, settings.positions_every_s, settings.stalled_after_s / 2)
        while True:
            await asyncio.sleep(every_s)
            now_s = running_s()
            if self._session is not None:
                self._book.check(self._outbox.published, now_s)
            if self._nodes is not None:
                self._nodes.look()
            if now_s - self._kept_s >= settings.positions_every_s:
                self._kept_s = now_s
                self._positions.keep()

    def _unkept_positions(self) -> dict[str, int]:
        wanted = self._book.unkept()
        if self._outbox.published != self._kept:
            wanted[PUBLISHED] = self._outbox.published
        return wanted

    def _position_kept(self, reader: str, seq: int) -> None:
        if reader == PUBLISHED:
            self._kept = seq
        else:
            self._book.kept(reader, seq)
