"""This Pi's line to the hub: what it follows, and what its screens and people are told of it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from firmware_py.app.clock import FollowedClock
from firmware_py.app.followed import HUB_AWAY, FollowedWriter
from firmware_py.app.ports import Happened
from firmware_py.core.refusals import Refusal
from firmware_py.runtime.control import Query, QueryError
from firmware_py.runtime.node_words import only_at_hub
from firmware_py.sync.encryption import explain
from firmware_py.sync.followed import Answer, Birth, Followed
from firmware_py.sync.follower import Follower
from firmware_py.sync.ports import SyncSettings

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall

__all__ = ["AT_THE_HUB", "NodeLine", "NodeStatus", "carried"]

log = logging.getLogger(__name__)

#: Questions that only the hub's journal answers.
AT_THE_HUB = ("why", "ticket.show")
#: What is told from that journal at the hub alone: here it would be an answer about nothing.
ONLY_THERE = (
    "journal.tail", "journal.verify", "journal.backup", "journal.backups",
    "report.day", "report.range", "report.print",
)  # fmt: skip
QUESTION_S = 5.0
_WORDS = {
    "broker": ("连不上消息服务器，正在重试", "the broker cannot be reached; trying again"),
    "hub": ("主控没有应答，正在等待", "the hub does not answer; waiting for it"),
    "joining": ("正在取得大厅的现状", "fetching how the hall stands"),
}


@dataclass(frozen=True, slots=True)
class NodeStatus:
    """How it stands with the hub, for people and programs. ``trouble`` is "" while all is well."""

    connected: bool
    trouble: str
    zh: str
    en: str
    seq: int
    #: As the hub's side of the broker tells them; nothing of this Pi's waits to be published.
    error: str
    problem: dict[str, str] | None
    #: Seconds for which it has been so.
    since_s: float
    #: Where the broker is.
    broker: str
    #: The hub's name, its machine's, and its version, as it said them last; "" before.
    hub: str
    host: str
    version: str
    backlog: int = 0


class NodeLine:
    """Stands where the hub's ``BrokerSync`` stands. Lives in the event loop."""

    def __init__(
        self, hall: Hall, writer: FollowedWriter, clock: FollowedClock, settings: SyncSettings
    ) -> None:
        self._hall, self._writer, self._clock = hall, writer, clock
        self._follower = Follower(settings, self)
        self._by_certificate = settings.cert_file is not None
        self._encrypted = settings.ca_file is not None
        self._hub = Birth("offline")
        self._broker = f"{settings.host}:{settings.port}"
        self._since_s = time.monotonic()
        writer.carry = self._follower.ask

    async def start(self) -> None:
        """Begin; returns at once, with or without a broker and a hub."""
        self._follower.start()

    async def stop(self) -> None:
        """Hang up."""
        self._writer.carry = None
        await self._follower.stop()

    def status(self) -> NodeStatus:
        """Return how it stands."""
        follower = self._follower
        trouble, error = follower.trouble, follower.error
        zh, en = _WORDS.get(trouble, ("", ""))
        problem = {"code": trouble, "zh": f"{zh}。", "en": f"{en}."} if trouble else None
        fresh = self._encrypted and not follower.was_up
        found = explain(error, ours=self._by_certificate, fresh=fresh)
        if trouble == "broker" and found is not None:
            problem = dict(zip(("code", "zh", "en"), found, strict=True))
        hub = self._hub = follower.hub or self._hub
        return NodeStatus(
            connected=trouble != "broker",
            trouble=trouble,
            zh=zh,
            en=en,
            seq=self._writer.last_seq,
            error=error,
            problem=problem,
            since_s=time.monotonic() - self._since_s,
            broker=self._broker,
            hub=hub.node,
            host=hub.host,
            version=hub.version,
        )

    def recorded(self, happened: Sequence[Happened]) -> None:
        """The hub publishes; nothing is left to do here."""

    def health(self, device: str, body: bytes) -> None:
        """Publish how a device of this Pi is."""
        self._follower.health(device, body)

    # ---- what the follower tells

    def joined(self, state: bytes, seq: int) -> None:
        """Take the hall as it stands."""
        try:
            self._writer.joined(state, seq)
        except msgspec.DecodeError:
            log.exception("the hub's hall is of another version; it cannot be shown here")

    def came(self, events: Sequence[Followed]) -> None:
        """Take the next events."""
        self._writer.came(events)

    def clock(self, now_ms: int) -> None:
        """Take the hub's time."""
        self._clock.heard(now_ms)

    def stands(self, trouble: str) -> None:
        """Say once how it stands, in the log and to the screens."""
        log.log(
            logging.WARNING if trouble else logging.INFO,
            "%s",
            _WORDS[trouble][1] if trouble else "the hall is followed",
        )
        self._since_s = time.monotonic()
        self._hub = self._follower.hub or self._hub
        self._hall.tell_screens(trouble)

    async def query(self, name: str, params: dict[str, Any]) -> Any:
        """Return the hub's answer to a question. Raises ``QueryError``."""
        future: asyncio.Future[Answer] = self._hall.loop.create_future()

        def answered(answer: Answer) -> None:
            if not future.done():
                future.set_result(answer)

        question: Mapping[str, Any] = {"what": "query", "name": name, "params": params}
        self._follower.ask(question, QUESTION_S, answered)
        answer = await future
        if answer is None:
            raise QueryError(HUB_AWAY)
        if (refusal := answer.get("refusal")) is not None:
            raise QueryError(msgspec.convert(refusal, Refusal))
        return answer["answer"]


def carried(hall: Hall) -> dict[str, Query]:
    """Return the methods of the socket that are carried to the hub."""

    def of(name: str) -> Query:
        async def ask(params: dict[str, Any], user: str) -> Any:
            if not isinstance(hall.sync, NodeLine):
                raise QueryError(HUB_AWAY)
            return await hall.sync.query(name, params)

        return ask

    async def refused(params: dict[str, Any], user: str) -> Any:
        raise QueryError(only_at_hub(hall.broker_status()))

    return {**dict.fromkeys(ONLY_THERE, refused), **{name: of(name) for name in AT_THE_HUB}}
