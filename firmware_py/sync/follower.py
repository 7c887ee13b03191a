"""A Pi's line to the hub, over the broker: joins, follows every event in order, asks.

It joins with the hall's state and goes on with the events after it; a gap is noticed by the numbers
and filled by asking; an epoch that is not the one it knows means joining anew. Before the broker or
the hub is there it waits, and says so. A command keeps its id for as long as it is tried: the hub
counts it once. What this Pi decided by itself is offered before anything else is taken.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from firmware_py.core.wire_version import apart
from firmware_py.sync.asks import PART
from firmware_py.sync.farthest import Farthest
from firmware_py.sync.followed import (
    Answer,
    Asked,
    Birth,
    Followed,
    FollowerPort,
    Head,
    RecordsPort,
    read_answer,
    read_birth,
    read_event,
    read_head,
)  # fmt: skip
from firmware_py.sync.heard import HighestEpoch
from firmware_py.sync.in_order import InOrder
from firmware_py.sync.link import Link, MakeLink
from firmware_py.sync.mail import Acked, Down, Incoming, LinkMail, Outgoing, Up
from firmware_py.sync.node_birth import birth_of_node, starts_of
from firmware_py.sync.offering import Offering
from firmware_py.sync.ports import EpochStart, SideLine, SyncSettings
from firmware_py.sync.questions import Questions
from firmware_py.sync.running import running_s
from firmware_py.sync.side import NOTHING
from firmware_py.sync.topics import Topics

__all__ = ["Follower"]

log = logging.getLogger(__name__)

#: The hub is asked at least so often how far it is ...
PULSE_S = 2.0
#: ... and so often while it owes an answer: a slow one is told from one that was cut off.
OWED_PULSE_S = 0.5
#: ... and counts as away when it said nothing for so long.
SILENT_S = 6.0
#: A question, not a command, is asked again after this.
ANSWER_S = 3.0
TEND_S = 0.25

_encode = msgspec.json.Encoder().encode


class Follower:
    """One Pi's line. Make it, ``start``, ``ask``, ``await stop()``; lives in the event loop."""

    def __init__(
        self,
        settings: SyncSettings,
        port: FollowerPort,
        records: RecordsPort | None = None,
        side: SideLine = NOTHING,
        link: MakeLink = Link,
    ) -> None:
        self._settings, self._port, self._side = settings, port, side
        self._offering = Offering(records)
        self.tended: Callable[[], None] = lambda: None
        self._topics = topics = Topics(settings.hall, settings.node)
        self._order = InOrder()
        #: An event came that is not known here: the hall is taken as a whole, and goes on.
        self._anew = False
        self._hub: Birth | None = None
        #: What the last hub that was heard speaks; and its hall could not be read all the same.
        self.hub_wire, self._unread = settings.wire, False
        #: Whose word counts, where another Pi was promoted; how far the hub was.
        self.highest, self.farthest = HighestEpoch(), Farthest()
        self._session: int | None = None
        self._asked = Questions(
            self._put, lambda: self.apart or self._offering.goes_first(self.epochs)
        )
        self._heard_s = self._pulsed_s = running_s()
        self.trouble = "broker"
        #: Why there is no connection, in the library's words; "" with one or before the first try.
        self.error = ""
        self.was_up = False
        self._tending: asyncio.Task[None] | None = None
        self._health: dict[str, bytes] = {}
        root = topics.root
        self._link = link(
            settings.address,
            (f"{root}/node/+", f"{root}/event/+", topics.reply(settings.node), *side.filters),
            self._take,
            will=Outgoing(topics.birth, birth_of_node(settings, "offline"), retain=True),
            largest_payload=PART + 64 * 1024,
        )

    def resume(self, seq: int | None, epochs: Sequence[EpochStart]) -> None:
        """Go on after this event, before ``start``: a restarted daemon knows the hall so far."""
        self._order.seq, self._order.epochs = seq, tuple(epochs)
        self.highest = HighestEpoch.of(epochs)

    @property
    def seq(self) -> int | None:
        """The last event that was handed on; None before the first join."""
        return self._order.seq

    @property
    def epochs(self) -> tuple[EpochStart, ...]:
        """The hub's epochs as it said them last."""
        return self._order.epochs

    @property
    def apart(self) -> bool:
        """Whether this program and the hub's are too far from each other to follow it."""
        return self._unread or bool(apart(self._settings.wire, self.hub_wire))

    @property
    def heard_s(self) -> float:
        """When the hub was heard last, by ``running_s``."""
        return self._heard_s

    def start(self) -> None:
        """Begin to connect."""
        self._port.stands(self.trouble)
        self._link.start()
        self._tending = asyncio.create_task(self._tend(), name="follower")

    async def stop(self) -> None:
        """Hang up; whoever still waits for an answer gets none."""
        if self._tending is not None:
            self._tending.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._tending
        await self._link.stop()
        self._asked.stop()

    def ask(
        self,
        question: Mapping[str, Any],
        within_s: float,
        answered: Callable[[Answer], None],
        wanted: Callable[[], bool] = lambda: True,
    ) -> None:
        """Ask the hub; ``answered`` runs once, at the latest after ``within_s``.

        On a new connection it is asked again if it is still ``wanted``.
        """
        until_s = running_s() + within_s
        self._send(Asked(_encode(question), until_s, str(question["what"]), answered, wanted))

    @property
    def hub(self) -> Birth | None:
        """What the hub said of itself, while it is there."""
        return self._hub

    def health(self, device: str, body: bytes) -> None:
        """Publish how a device of this Pi is; empty bytes when it is gone."""
        self._health[device] = body
        self._say_health(device, body)

    def _say_health(self, device: str, body: bytes) -> None:
        topic = self._topics.picture(self._topics.device(device))
        self._publish(Outgoing(topic, body, retain=True))

    # ---- from the connection

    def _take(self, mail: LinkMail) -> None:
        if isinstance(mail, Up):
            self._session, self.error = mail.session, ""
            self._say_born()
            for device, body in self._health.items():
                self._say_health(device, body)
            self._side.up(self._publish)
            self._stands()
        elif isinstance(mail, Down):
            self._session, self._hub = None, None
            self._side.down()
            self.error, self.was_up = mail.reason, mail.was_up
            self._asked.cut()
            self._stands()
        elif isinstance(mail, Acked):
            if mail.refused is not None:
                log.error("the broker does not take a message of ours: %s", mail.refused)
        elif mail.session == self._session:
            try:
                self._heard(mail)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, zlib.error) as error:
                log.warning("a message on %s cannot be read: %s", mail.topic, error)

    def _heard(self, mail: Incoming) -> None:
        kind, _, name = (self._topics.suffix(mail.topic) or "").partition("/")
        if kind == "event" and not mail.retained:
            self._came(read_event(mail.payload))
        elif kind == "node" and mail.payload:
            self._born(name, read_birth(mail.payload))
        elif kind == "reply" and mail.correlation is not None and mail.correlation.isdigit():
            self._answered(int(mail.correlation), mail.payload)
        elif kind in {"lease", "state"}:
            self._side.take(mail)

    def _born(self, name: str, birth: Birth) -> None:
        # The broker vouches for the topic's name, and for nothing in the message.
        may = birth.node == name and self._settings.may_decide(name)
        if "hub" not in birth.roles or not may or not self.highest.hears(name, birth.epochs):
            return
        self.farthest.fell = birth.set_back
        if birth.status != "online":
            # Of one that was promoted also when it is away: the former hub is heard no more.
            if self._hub is None or birth.epochs or name == self._hub.node:
                self._hub_away()
            return
        self._hub, self.hub_wire, self._unread = birth, birth.wire, False
        self._heard_s = running_s()
        self._order.take_epochs(starts_of(birth.epochs))
        self._asked.born()
        self._catch_up(birth.seq)
        self._asked.put()
        self._stands()

    # ---- events, in order

    def _came(self, event: Followed) -> None:
        self._heard_s = running_s()
        order = self._order
        if self.apart or self.farthest.fell or (self._offering.stale and order.seq is not None):
            # Not onto a picture with decisions of our own: it is taken anew.
            return
        if order.seq is None or not order.epochs:
            order.keep(event)
        elif (is_next := order.is_next(event)) is not None:
            if is_next and not self._anew:
                self._hand_on([event])
                return
            order.keep(event)
            self._catch_up(event.seq)

    def _hand_on(self, events: Sequence[Followed]) -> None:
        """Hand on what is next, and what came early and follows it."""
        ready = self._order.ready(events)
        if not ready:
            return
        taken = self._port.came(ready)
        if taken < len(ready):
            self._order.hold(ready[taken:])
            self._anew = True
            self._catch_up(ready[taken].seq)

    def _catch_up(self, newest: int) -> None:
        """Ask for what lacks up to ``newest``, or for all of it, unless that is under way."""
        busy = self._asked.under_way() & {"state", "events", "records"}
        if self._hub is None or self.apart or busy or self._offer():
            return
        if self._anew and self.seq is not None:
            # What is shown stays until then: it is late by as long as that takes, and not wrong.
            self._ask_hub({"what": "state"})
        elif self.seq is None or newest < self.seq:
            self._order.seq = None
            self._ask_hub({"what": "state"})
        elif newest > self.seq:
            self._ask_hub({"what": "events", "after": self.seq})

    def _offer(self) -> bool:
        """Offer our records to this hub; False when it has them all."""
        question = self._offering.next(self.epochs)
        if question is not None:
            self._ask_hub(question)
        elif self._offering.stale:
            self._order.seq = None
        return question is not None

    # ---- questions

    def _ask_hub(self, question: Mapping[str, Any]) -> None:
        self._send(Asked(_encode(question), running_s() + ANSWER_S, str(question["what"])))

    def _send(self, asked: Asked) -> None:
        asked.seen = self.farthest.seen
        fits = not self.apart or asked.what == "pulse"
        self._asked.add(asked, now=self._hub is not None and fits)

    def _put(self, number: int, asked: Asked) -> None:
        left_s = asked.until_s - running_s()
        self._publish(
            Outgoing(
                self._topics.ask(self._settings.node),
                asked.body_to(self.epochs[-1].epoch if self.epochs else "", self._settings.wire),
                correlation=str(number).encode(),
                expiry_s=max(round(left_s), 1),
            )
        )

    def _hub_away(self) -> None:
        self._hub = None
        if self.farthest.unsaid:
            # There when it is back, and before it decides anything.
            self._say_born()
        self._stands()

    def _say_born(self) -> None:
        told = birth_of_node(self._settings, "online", self.farthest.said())
        self._publish(Outgoing(self._topics.birth, told, retain=True))

    def _publish(self, message: Outgoing) -> None:
        if self._session is not None:
            self._link.send(self._session, message)

    def _answered(self, number: int, payload: bytes) -> None:
        line, _, rest = payload.partition(b"\n")
        head = read_head(line)
        if self.epochs and head.epoch != self.epochs[-1].epoch:
            return
        asked = self._asked.get(number)
        if not self.farthest.heard(head, asked):
            self._asked.cut()
            self._hub_away()
            return
        self._heard_s = running_s()
        self._port.clock(head.now_ms)
        if asked is None:
            return
        if asked.what == "state":
            self._state_came(number, asked, head, rest)
            return
        self._asked.end(number)
        if asked.answered is not None:
            asked.answered(read_answer(line))
        elif asked.what == "records":
            if not self._offering.answered(head, line):
                return
            self._asked.put()
        elif head.gone:
            self._order.seq = None
        elif head.told and not self._anew:
            self._hand_on([one.followed() for one in head.told])
        self._catch_up(head.seq)
        self._stands()

    def _state_came(self, number: int, asked: Asked, head: Head, part: bytes) -> None:
        if (packed := asked.whole(head, part)) is None:
            return
        self._asked.end(number)
        state = zlib.decompress(packed)
        self._order.epochs = starts_of(head.epochs)
        try:
            self._port.joined(state, head.seq)
        except msgspec.DecodeError as error:
            log.error("the hub's hall cannot be read by this version: %s", error)  # noqa: TRY400
            self._unread = True
            self._stands()
            return
        passed = self._order.joined(head.seq)
        anew, self._anew = self._anew, False
        if anew and passed:
            self._port.passed(passed)
        self._hand_on([])
        self._asked.put()
        self._stands()

    # ---- now and then

    def _stands(self) -> None:
        silent = running_s() - self._heard_s > SILENT_S
        if self.apart:
            # Also when the hub or the broker goes away meanwhile: here nothing goes on alone.
            trouble = "version"
        elif self._session is None:
            trouble = "broker"
        elif self._hub is None or silent:
            trouble = "set_back" if self.farthest.fell else "hub"
        else:
            trouble = "joining" if self.seq is None or self._offering.stale else ""
        if trouble != self.trouble:
            self.trouble = trouble
            self._port.stands(trouble)

    async def _tend(self) -> None:
        while True:
            await asyncio.sleep(TEND_S)
            now_s = running_s()
            self._asked.expire(now_s)
            pulse_s = OWED_PULSE_S if self._asked.owed else PULSE_S
            if self._hub is not None and now_s - self._pulsed_s >= pulse_s:
                self._pulsed_s = now_s
                seq = {} if self.seq is None else {"seq": self.seq}
                self._ask_hub({"what": "pulse", **seq})
            if self._hub is not None:
                self._catch_up(self._hub.seq if self.seq is None else self.seq)
            self._stands()
            self.tended()
