"""This Pi's line to the hub: what it follows, and what its screens and people are told of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from firmware_py.app.alone import AloneStands
from firmware_py.app.clock import FollowedClock
from firmware_py.app.followed import HUB_AWAY, FollowedWriter
from firmware_py.app.ports import Happened, Outcome, Submission
from firmware_py.core.commands_spread import WriteOffNumbers
from firmware_py.core.epoch import Epoch
from firmware_py.core.refusals import Refusal
from firmware_py.core.wire_version import WIRE, apart
from firmware_py.runtime.control import Query, QueryError
from firmware_py.runtime.kept_port import HereKept
from firmware_py.runtime.node_papers import node_papers
from firmware_py.runtime.node_words import only_at_hub, said_apart
from firmware_py.sync.encryption import explain
from firmware_py.sync.followed import Answer, Birth, Followed
from firmware_py.sync.follower import Follower
from firmware_py.sync.link import Link, MakeLink
from firmware_py.sync.ports import EpochStart, SideLine, SyncSettings
from firmware_py.sync.rights_papers import PAPER_COMMANDS
from firmware_py.sync.running import running_s
from firmware_py.sync.side import NOTHING

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall

__all__ = ["AT_THE_HUB", "NodeLine", "NodeStatus", "carried"]

log = logging.getLogger(__name__)

#: Questions that only the hub's journal answers.
AT_THE_HUB = ("why", "ticket.show")
#: What is told from that journal at the hub alone: here it would be an answer about nothing.
ONLY_THERE = (
    "journal.tail", "journal.verify", "journal.backup", "journal.backups",
    "report.day", "report.range", "report.print", "people.status", "people.import",
)  # fmt: skip
QUESTION_S = 5.0
_WORDS = {
    "broker": ("连不上消息服务器，正在重试", "the broker cannot be reached; trying again"),
    "hub": ("主控没有应答，正在等待", "the hub does not answer; waiting for it"),
    "joining": ("正在取得大厅的现状", "fetching how the hall stands"),
    "set_back": (
        "主控的存储卡像是旧的副本，已停止受理；请在主控上看 hallctl status",
        "the hub's card looks like an old copy, and it takes nothing; see hallctl status there",
    ),
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
    #: How it goes on by itself; None at a Pi where nothing is decided.
    alone: AloneStands | None = None


class NodeLine:
    """Stands where the hub's ``BrokerSync`` stands. Lives in the event loop."""

    def __init__(
        self,
        hall: Hall,
        writer: FollowedWriter,
        clock: FollowedClock,
        settings: SyncSettings,
        side: SideLine = NOTHING,
        link: MakeLink = Link,
    ) -> None:
        self._hall, self._writer, self._clock = hall, writer, clock
        self._settings = settings
        #: With what this Pi proves to the hub who it is.
        self.identity = settings.identity
        self._alone, followed = writer.alone, hall.queue.followed
        self._memory = None if followed is None else followed.memory
        self._follower = Follower(settings, self, self._alone, side, link)
        self._by_certificate = settings.cert_file is not None
        self._encrypted = settings.ca_file is not None
        self._hub = Birth("offline")
        self._broker = f"{settings.host}:{settings.port}"
        self._version = settings.version
        self._since_s = running_s()
        writer.carry = self._carry
        self._boxing: set[asyncio.Task[None]] = set()
        writer.hub_is_older = lambda: self._follower.hub_wire < WIRE
        if self._alone is not None:
            self._alone.heard_s = lambda: self._follower.heard_s
            self._alone.hub_wire = lambda: self._follower.hub_wire
            self._alone.give_up = self._give_up
            self._follower.tended = self._look

    @property
    def trouble(self) -> str:
        """How it stands with the hub; "" is well."""
        return self._follower.trouble

    @property
    def hub(self) -> str:
        """The name of the hub that is there; "" none."""
        return "" if self._follower.hub is None else self._follower.hub.node

    @property
    def private(self) -> bool:
        """Whether nobody on the network can read along."""
        return self._settings.private

    @property
    def authority(self) -> str | None:
        """The file of who vouches for the hub's certificate; None where Pis have none."""
        return self._settings.ca_file if self._by_certificate else None

    @property
    def epochs(self) -> Sequence[EpochStart]:
        """The epochs of the hub that is followed; none before it was heard."""
        return self._follower.epochs

    @property
    def hub_wire(self) -> int:
        """Which version of what passes between Pis the hub speaks."""
        return self._follower.hub_wire

    @property
    def highest(self) -> Epoch:
        """The highest epoch that was heard of."""
        return self._follower.highest.known

    @property
    def silent_s(self) -> float:
        """Seconds since the hub was heard."""
        return running_s() - self._follower.heard_s

    def _carry(
        self,
        question: Mapping[str, Any],
        within_s: float,
        answered: Callable[[Answer], None],
        wanted: Callable[[], bool],
    ) -> None:
        """Carry a command; what may be of somebody in a box."""
        hub = self._hall.kept
        if question["name"] not in PAPER_COMMANDS or isinstance(hub, HereKept):
            self._follower.ask(question, within_s, answered, wanted)
            return

        async def boxed() -> None:
            answered(await hub.carry(question))

        task = self._hall.loop.create_task(boxed(), name="boxed-command")
        self._boxing.add(task)
        task.add_done_callback(self._boxing.discard)

    def ask(
        self, question: Mapping[str, Any], within_s: float, answered: Callable[[Answer], None]
    ) -> None:
        """Ask the hub; ``answered`` runs once."""
        self._follower.ask(question, within_s, answered)

    async def start(self) -> None:
        """Begin; returns at once, with or without a broker and a hub."""
        if self._memory is not None:
            self._memory.epochs = lambda: self._follower.epochs
            self._memory.joined = lambda: self._follower.seq is not None
            self._memory.go_on(self._follower.resume)
            farthest = self._follower.farthest
            farthest.seen = self._memory.seen_before
            self._memory.seen = lambda: farthest.seen
        self._follower.start()

    async def stop(self) -> None:
        """Hang up."""
        self._writer.carry = None
        await self._follower.stop()
        if not isinstance(self._hall.kept, HereKept):
            await self._hall.kept.stop()
        for task in self._boxing:
            task.cancel()
        await asyncio.gather(*self._boxing, return_exceptions=True)
        if self._memory is not None:
            await self._memory.stop()

    def _look(self) -> None:
        """Some times a second: go on alone if need be, and keep what is known."""
        if self._alone is not None:
            self._alone.look()
        if self._memory is not None:
            self._memory.look()

    def tick(self) -> None:
        """Every second: what time makes happen at this Pi, while it goes on by itself."""
        if self._alone is not None:
            self._alone.tick()

    def _give_up(self) -> None:
        """Numbers that were lent in an earlier boot may be on papers that this card never saw."""
        own = self._hall.settings.hall.node
        held = [b.handing for b in self._writer.recorded.lent if b.holder == own]
        command_id = f"restarted:{own}:{self._writer.recorded.day}:{max(held, default=0)}"
        command = WriteOffNumbers(own, "restarted")
        self._writer.submit(Submission(command_id, "halld", command), self._given_up)

    def _given_up(self, outcome: Outcome) -> None:
        if outcome.refusal is not None:
            log.warning("our numbers of before the restart: %s", outcome.refusal.en)

    def status(self) -> NodeStatus:
        """Return how it stands."""
        follower = self._follower
        trouble, error = follower.trouble, follower.error
        zh, en = self._words(trouble)
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
            since_s=running_s() - self._since_s,
            broker=self._broker,
            hub=hub.node,
            host=hub.host,
            version=hub.version,
            alone=None if self._alone is None else self._alone.status(self._epoch()),
        )

    def _words(self, trouble: str) -> tuple[str, str]:
        if trouble != "version":
            return _WORDS.get(trouble, ("", ""))
        hub, wire = self._follower.hub or self._hub, self._follower.hub_wire
        ours = (self._version, WIRE)
        said = said_apart(hub.node, ours, (hub.version, wire), apart(WIRE, wire))
        return said["zh"], said["en"]

    def _epoch(self) -> str:
        epochs = self._follower.epochs
        return epochs[-1].epoch if epochs else ""

    def recorded(self, happened: Sequence[Happened]) -> None:
        """The hub publishes; nothing is left to do here."""

    def health(self, device: str, body: bytes) -> None:
        """Publish how a device of this Pi is."""
        self._follower.health(device, body)

    # ---- what the follower tells

    def joined(self, state: bytes, seq: int) -> None:
        """Take the hall as it stands. Raises ``msgspec.DecodeError`` for one of another version."""
        self._writer.joined(state, seq, self._epoch())

    def came(self, events: Sequence[Followed]) -> int:
        """Take the next events; return how many are known here."""
        return self._writer.came(events)

    def passed(self, events: Sequence[Followed]) -> None:
        """Hear of what the hall has already."""
        self._writer.passed(events)

    def clock(self, now_ms: int) -> None:
        """Take the hub's time."""
        self._clock.heard(now_ms)

    def stands(self, trouble: str) -> None:
        """Say once how it stands, in the log and to the screens."""
        log.log(
            logging.WARNING if trouble else logging.INFO,
            "%s",
            self._words(trouble)[1] if trouble else "the hall is followed",
        )
        self._since_s = running_s()
        self._hub = self._follower.hub or self._hub
        zh, en = self._words(trouble)
        refused = Refusal("versions_apart", f"{zh}。", f"{en}.")
        self._writer.barred = refused if trouble == "version" else None
        if self._alone is not None:
            self._alone.stands(trouble)
        self._hall.tell_screens(trouble)
        self._hall.cards.stands(trouble)
        if not (trouble or isinstance(self._hall.kept, HereKept)):
            self._hall.kept.back()

    async def answer(self, question: Mapping[str, Any], within_s: float = QUESTION_S) -> Answer:
        """Return the hub's answer; None: nobody answered in time."""
        future: asyncio.Future[Answer] = self._hall.loop.create_future()

        def answered(answer: Answer) -> None:
            if not future.done():
                future.set_result(answer)

        self._follower.ask(question, within_s, answered, lambda: not future.done())
        return await future

    async def query(self, name: str, params: dict[str, Any]) -> Any:
        """Return the hub's answer to a question. Raises ``QueryError``."""
        answer = await self.answer({"what": "query", "name": name, "params": params})
        if answer is None:
            raise QueryError(HUB_AWAY)
        if (refusal := answer.get("refusal")) is not None:
            raise QueryError(msgspec.convert(refusal, Refusal))
        return answer["answer"]


def carried(hall: Hall, here: Mapping[str, Query]) -> dict[str, Query]:
    """Return the methods of the socket that are carried to the hub; ``here`` are this Pi's own."""

    def of(name: str) -> Query:
        async def ask(params: dict[str, Any], user: str) -> Any:
            if not isinstance(hall.sync, NodeLine):
                raise QueryError(HUB_AWAY)
            return await hall.sync.query(name, params)

        return ask

    async def ticket(params: dict[str, Any], user: str) -> Any:
        # What a printer of this Pi owes the hub does not know; nor, while it is away, anything.
        alone = hall.writer.alone if isinstance(hall.writer, FollowedWriter) else None
        by_itself = hall.goes_on() or (alone is not None and alone.stale)
        view = await (here["ticket.show"] if by_itself else of("ticket.show"))(params, user)
        owed = [s.printer for s in hall.printing.spools.values() if s.owes(view["number"])]
        return {**view, "paper": {"owed_by": owed[0]}} if owed else view

    async def refused(params: dict[str, Any], user: str) -> Any:
        raise QueryError(only_at_hub(hall.broker_status()))

    asked = {name: of(name) for name in AT_THE_HUB}
    told = {**dict.fromkeys(ONLY_THERE, refused), **asked, "ticket.show": ticket}
    return {**told, **node_papers(hall)}
