"""A broker in memory, with links to it that are cut, late, full, and repeat themselves.

It keeps to what the hall uses of mosquitto: filters, retained messages, last wills, one connection
a client, order within a connection, QoS 1 (a message may come twice; one that a full queue drops
never comes), messages that a cable held back for less than the keepalive, and a broker that dies.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Sequence
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from functools import cache

from firmware_py.sync.mail import (
    Acked,
    Address,
    Down,
    Incoming,
    LinkMail,
    Outgoing,
    Unsubscribe,
    Up,
)
from tests.spread_runs.virtual import Life, VirtualLoop

__all__ = ["Broker", "Cable", "MemoryLink"]

#: A message's way to the broker or from it, in seconds; now and then one takes long.
QUICK_S, SLOW_S = 0.002, 0.25
SLOW, TWICE, FULL = 0.06, 0.02, 0.007
AGAIN = 4


@dataclass(eq=False)
class Way:
    """One direction of a connection: in order, however late."""

    last_s: float = 0.0
    held: deque[Callable[[], None]] = field(default_factory=deque)


@dataclass(eq=False)
class Cable:
    """A Pi's cable: ``cut`` holds everything back until it is mended or given up."""

    cut: bool = False
    links: list[MemoryLink] = field(default_factory=list)


@dataclass(eq=False)
class Session:
    """One connection, as the broker has it."""

    link: MemoryLink
    number: int
    will: Outgoing | None
    filters: tuple[str, ...]
    there: Way = field(default_factory=Way)
    back: Way = field(default_factory=Way)
    #: What was sent last, to be sent again.
    sent: deque[Callable[[], None]] = field(default_factory=lambda: deque(maxlen=AGAIN))
    alive: bool = True


class Broker:
    """``calm`` ends all troubles of messages."""

    def __init__(self, loop: VirtualLoop, chance: random.Random) -> None:
        self.loop, self.chance = loop, chance
        self.up = True
        self.calm = True
        self.retained: dict[str, Outgoing] = {}
        self.sessions: dict[str, Session] = {}
        self._older: dict[str, Outgoing] = {}
        self.carried = 0

    # ---- life of the broker

    def die(self) -> None:
        """Every connection is lost; nobody's last will is told."""
        self.up = False
        for session in list(self.sessions.values()):
            self._lost(session, will=False)

    def note_retained(self) -> None:
        """As mosquitto saves what it retains now and then."""
        self._older = dict(self.retained)

    def start(self, retained: str) -> None:
        """Start again, ``kept``, ``lost`` or with what was retained a while ago (``older``)."""
        self.up = True
        if retained != "kept":
            self.retained = dict(self._older) if retained == "older" else {}

    # ---- connections

    def connects(self, link: MemoryLink) -> bool:
        """Take a new connection in the place of the same client's former one."""
        if not self.up or link.cable.cut:
            return False
        former = self.sessions.get(link.client)
        if former is not None:
            self._lost(former, will=True)
        session = Session(link, link.number, link.will, link.subscriptions)
        self.sessions[link.client] = session
        link.session = session
        self._back(session, lambda: link.is_up(session))
        for topic, message in list(self.retained.items()):
            if _wanted(session.filters, topic):
                self._deliver(session, message, retained=True)
        return True

    def given_up(self, link: MemoryLink) -> None:
        """The broker has not heard this client for longer than its keepalive, or it has died."""
        session = self.sessions.get(link.client)
        if session is not None and session.link is link:
            self._lost(session, will=True)

    def leaves(self, session: Session) -> None:
        """A client says goodbye, and has its last will told."""
        self._there(session, lambda: self._lost(session, will=True))

    def _lost(self, session: Session, *, will: bool) -> None:
        if not session.alive:
            return
        session.alive = False
        if self.sessions.get(session.link.client) is session:
            del self.sessions[session.link.client]
        if will and session.will is not None:
            self._published(session.will)
        if not session.link.cable.cut:
            self.loop.call_later(QUICK_S, session.link.lost, session)

    # ---- messages

    def publish(self, session: Session, message: Outgoing | Unsubscribe) -> None:
        """Carry a message of a client's to the broker."""

        def arrives() -> None:
            if isinstance(message, Unsubscribe):
                left = (one for one in session.filters if one != message.topic)
                session.filters = tuple(left)
                return
            self._published(message)
            self._back(session, lambda: session.link.hears(session, Acked(0, message.token)))

        self._there(session, arrives)

    def _published(self, message: Outgoing) -> None:
        self.carried += 1
        if message.retain and message.payload:
            self.retained[message.topic] = message
        elif message.retain:
            self.retained.pop(message.topic, None)
        for session in list(self.sessions.values()):
            if _wanted(session.filters, message.topic):
                full = not self.calm and not message.retain and self.chance.random() < FULL
                if not full:
                    self._deliver(session, message, retained=False)

    def _deliver(self, session: Session, message: Outgoing, *, retained: bool) -> None:
        def hears() -> None:
            told = Incoming(
                session.number, message.topic, message.payload, len(message.payload), retained,
                self.loop.time(), message.respond_to, message.correlation, message.expiry_s,
            )  # fmt: skip
            session.link.hears(session, told)

        self._back(session, hears)
        session.sent.append(hears)
        if not self.calm and self.chance.random() < TWICE:
            # As after a lost acknowledgement: all since then again, in order, so 1 2 3 2 3.
            for again in list(session.sent)[-self.chance.randint(1, AGAIN) :]:
                self._back(session, again)

    def _there(self, session: Session, arrives: Callable[[], None]) -> None:
        self._on_its_way(session, session.there, arrives)

    def _back(self, session: Session, arrives: Callable[[], None]) -> None:
        self._on_its_way(session, session.back, arrives)

    def _on_its_way(self, session: Session, way: Way, arrives: Callable[[], None]) -> None:
        late = not self.calm and self.chance.random() < SLOW
        takes_s = self.chance.uniform(0, SLOW_S if late else QUICK_S)
        way.last_s = max(self.loop.time() + takes_s, way.last_s + 1e-6)

        def due() -> None:
            if not session.alive:
                return
            if session.link.cable.cut or way.held:
                way.held.append(arrives)
            else:
                arrives()

        self.loop.call_at(way.last_s, due)

    def mended(self, link: MemoryLink) -> None:
        """What the cable held back comes, in order; a connection that was given up is gone."""
        session = link.session
        if session is None:
            return
        if not session.alive:
            link.lost(session)
            return
        for way in (session.there, session.back):
            while way.held and session.alive:
                way.held.popleft()()


@cache
def _wanted(filters: tuple[str, ...], topic: str) -> bool:
    levels = topic.split("/")
    return any(_fits(one.split("/"), levels) for one in filters)


def _fits(pattern: Sequence[str], levels: Sequence[str]) -> bool:
    if pattern[-1] == "#":
        pattern, levels = pattern[:-1], levels[: len(pattern) - 1]
    return len(pattern) == len(levels) and all(
        one in {"+", level} for one, level in zip(pattern, levels, strict=True)
    )


class MemoryLink:
    """Stands where ``sync.link.Link`` stands, with its pauses between attempts."""

    def __init__(
        self,
        broker: Broker,
        cable: Cable,
        life: Life,
        address: Address,
        subscriptions: Sequence[str],
        take: Callable[[LinkMail], None],
        will: Outgoing | None,
    ) -> None:
        self.broker, self.cable, self.life = broker, cable, life
        self.client, self.keepalive_s = address.client_id, address.keepalive_s
        self.subscriptions, self.take, self.will = tuple(subscriptions), take, will
        self.number = 0
        self.session: Session | None = None
        self.callback_errors = 0
        self._up = self._stopped = False
        self._failures = 0
        #: What it does is done in the life of its daemon, whoever makes it happen.
        self._context = copy_context()

    def start(self) -> None:
        """Begin to connect."""
        self._context = copy_context()
        self.cable.links.append(self)
        self.broker.loop.call_soon(self._connect)

    async def stop(self) -> None:
        """Say goodbye."""
        self._stopped = True
        self.cable.links = [one for one in self.cable.links if one is not self]
        if self.session is not None:
            self.broker.leaves(self.session)
            self.session = None

    def send(self, session: int, *messages: Outgoing | Unsubscribe) -> None:
        """Publish on this connection."""
        now = self.session
        if now is not None and self._up and now.number == session and self.life.alive:
            for message in messages:
                self.broker.publish(now, message)

    def _connect(self) -> None:
        if self._stopped or not self.life.alive:
            return
        self.number += 1
        if not self.broker.connects(self):
            self._failures += 1
            self._tell(Down(self.number, "no route to host", was_up=False))
            self._again()

    def _again(self) -> None:
        pause_s = min(5.0, 0.5 * 2 ** min(self._failures, 10))
        self.broker.loop.call_later(pause_s * self.broker.chance.uniform(0.5, 1), self._connect)

    def is_up(self, session: Session) -> None:
        """The broker has taken the subscriptions."""
        if session is self.session:
            self._up, self._failures = True, 0
            self._tell(Up(session.number))

    def hears(self, session: Session, mail: Incoming | Acked) -> None:
        """A message, or that one was taken."""
        if session is self.session and self._up:
            self._tell(replace(mail, session=session.number) if isinstance(mail, Acked) else mail)

    def lost(self, session: Session) -> None:
        """This connection is over, as this side notices now."""
        if session is not self.session:
            return
        self.session, was_up, self._up = None, self._up, False
        if not self._stopped and self.life.alive:
            self._tell(Down(session.number, "connection lost", was_up=was_up))
            self._again()

    def _tell(self, mail: LinkMail) -> None:
        if self.life.alive and not self._stopped:
            self._context.run(self.take, mail)
