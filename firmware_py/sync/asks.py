"""The hub's answers to the other Pis: what the hall is, what happened since, and their commands.

A node asks below ``ask/{node}`` and is answered below ``reply/{node}``, with its correlation data;
who asks is the topic's last level, for which the broker vouches. A question is a JSON object::

    {"what": "state"}                                       the hall as it stands
    {"what": "events", "after": 120}                        what happened since, at most EVENTS
    {"what": "pulse", "seq": 118}                           how far the hub is, and who asks
    {"what": "command", "id", "name", "params", "by"}       decided, recorded, and then answered
    {"what": "query", "name", "params"}                     what only the hub's journal knows
    {"what": "records", "source", "told"}                   what a node decided alone; ``records``
    {"what": "journal" ...}                                 the journal itself; see ``copier``
    {"what": "people", "name", "params"}                    who is at this reader; ``sealed``
    {"what": "configuration" ...}                           the hall's files; see ``configuration``
    {"what": "session" | "boxed" ...}                       what is of people; ``session_asks``

``epoch`` says in which epoch the one who asks believes the hub to be: another hub is not asked.
``wire`` is what its program speaks (``core.wire_version``): one that is too far from ours is told
so, and no more; of one beside ours, what is not known here is overlooked.

Each answer begins with a line of JSON: ``epoch``, ``seq`` and ``now_ms`` of the hub, of that event
``time_ms`` and ``proof`` (``seen``), and the rest.
A state follows it in parts, compressed: a day of 20,000 tickets is larger than a message may be.
"""

from __future__ import annotations

import asyncio
import logging
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated, Any, Literal

import msgspec

from firmware_py.app.ports import StoredEvent
from firmware_py.core.commands import COMMANDS
from firmware_py.core.commands_carried import CARRIED
from firmware_py.core.edition import Edition
from firmware_py.core.wire_version import WIRE, apart
from firmware_py.sync.configuration import Report
from firmware_py.sync.connection import LARGEST_PART, LARGEST_PAYLOAD
from firmware_py.sync.envelope import epoch_of
from firmware_py.sync.mail import Incoming, Outgoing
from firmware_py.sync.ports import EpochStart, HallPort, HubPort
from firmware_py.sync.privacy import clean_event, clean_reply, is_clean
from firmware_py.sync.records import Source, ToldRecord, merged, without_nobody
from firmware_py.sync.requests import LONGEST_EXPIRY_S, Id, Number, read_body
from firmware_py.sync.rights import (
    DECIDED,
    NodePlace,
    may_ask_of_people,
    may_command,
    may_query,
)
from firmware_py.sync.rights_papers import (
    PAPER_COMMANDS,
    PAPER_QUERIES,
    may_ask_papers,
    may_order_papers,
)
from firmware_py.sync.running import running_s
from firmware_py.sync.sentences import Refused, refusal_json
from firmware_py.sync.session import Identity
from firmware_py.sync.session_asks import Inner, SessionAsks
from firmware_py.sync.topics import Topics

__all__ = ["EVENTS", "PART", "Asks"]

log = logging.getLogger(__name__)

#: Events in one answer.
EVENTS = 200
#: Bytes of a state in one message; ``max_packet_size`` in config/mosquitto is 256 kB.
PART = 128 * 1024
#: Questions under way at once, of all nodes; more are refused.
AT_ONCE = 256

#: What only a Pi asks that may be the hub itself.
_OF_HUBS = frozenset({"journal", "journal.file", "journal.part", "handover"})
#: Questions that bring more than a command does.
_LARGE = frozenset({"records", "configuration", "boxed"})
#: What each Pi asks of its own part of the hall's files.
_OF_FILES = frozenset({"configuration", "configuration.files", "configuration.part"})
_ASKED_OF_FILES = ("report", "edition", "name", "after")

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, Any]).decode


class Question(msgspec.Struct, frozen=True):
    """A question as sent."""

    what: Literal[
        "state",
        "events",
        "pulse",
        "command",
        "query",
        "records",
        "journal",
        "journal.file",
        "journal.part",
        "handover",
        "people",
        "configuration",
        "configuration.files",
        "configuration.part",
        "session",
        "boxed",
    ]
    epoch: Annotated[str, msgspec.Meta(max_length=80)] = ""
    wire: int = 1
    copy: dict[str, Any] = {}
    after: Number = 0
    #: The last event that whoever asks has; left out before it has joined.
    seq: Number | None = None
    id: Id = ""
    name: str = ""
    params: dict[str, Any] = {}
    by: Id = ""
    #: Of a kiosk's ticket: whose it is and with which appointment, as the hub named them.
    visit: Id = ""
    booked: Id = ""
    source: Source = ""
    told: tuple[ToldRecord, ...] = ()
    report: Report | None = None
    edition: Edition | None = None


_question = msgspec.json.Decoder(Question)


class Asks:
    """Answers the nodes. Lives in the event loop."""

    def __init__(
        self,
        hall: HallPort,
        hub: HubPort,
        topics: Topics,
        send: Callable[[Outgoing], None],
        refused: Counter[str],
        heard: Callable[[str, int | None], None] = lambda node, seq: None,
        machine: str = "",
        *,
        private: bool = False,
        identity: Identity | None = None,
        wire: int = WIRE,
    ) -> None:
        self._hall, self._hub = hall, hub
        self._wire = wire
        self._boxed = SessionAsks(topics.hall, topics.node, identity, private=private)
        self._topics = topics
        self._send = send
        self._refused = refused
        #: Told who gives a sign of life, and how far that Pi is.
        self._heard = heard
        #: The hub's own name on the network: where people go for what a Pi may not do.
        self._machine = machine
        self._under_way: set[asyncio.Task[None]] = set()
        #: Whether nobody on the network can read along.
        self._private = private
        #: The newest state that was asked for: after which event, and its compressed bytes.
        self._packing: tuple[int, asyncio.Task[bytes]] | None = None

    async def stop(self) -> None:
        """Commands under way have been handed to the hall; their answers have a moment."""
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=1.0)
            for task in late:
                task.cancel()

    def take(self, incoming: Incoming, node: str) -> None:
        """Take one question of a node."""
        try:
            place, asked = self._judged(incoming, node)
        except Refused as refused:
            self._refuse(incoming, node, refused)
            return
        if asked.epoch and asked.epoch != self._hall.epochs[-1].epoch:
            return
        if asked.what == "pulse":
            self._heard(node, asked.seq)
        if step := apart(self._wire, asked.wire):
            self._refuse(
                incoming, node, Refused(f"wire_{step}", self._wire, theirs=str(asked.wire))
            )
            return
        if asked.what == "pulse":
            self._answer(incoming, node, {})
            return
        task = asyncio.create_task(self._carry_out(incoming, place, asked), name="node-question")
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    def _judged(self, incoming: Incoming, node: str) -> tuple[NodePlace, Question]:
        if incoming.retained:
            raise Refused("retained")
        if incoming.correlation is None:
            raise Refused("no_correlation")
        if incoming.expiry_s is None or incoming.expiry_s > LONGEST_EXPIRY_S:
            raise Refused("no_expiry", LONGEST_EXPIRY_S)
        place = self._hub.nodes().get(node)
        if place is None:
            raise Refused("unknown_node", node[:64])
        asked = read_body(incoming.payload, incoming.size, _question, LARGEST_PART)
        if asked.what not in _LARGE and incoming.size > LARGEST_PAYLOAD:
            raise Refused("too_large")
        # Of Pis that decided, over TLS: one ticket a person is kept at the next hub too.
        whole = asked.what == "records" and self._private and place.roles & DECIDED
        payload = without_nobody(incoming.payload) if asked.told else incoming.payload
        if not whole and not is_clean(payload):
            raise Refused("personal_data")
        if len(self._under_way) >= AT_ONCE:
            raise Refused("busy")
        return place, asked

    async def _carry_out(self, incoming: Incoming, place: NodePlace, asked: Question) -> None:
        try:
            if asked.what == "state":
                await self._send_state(incoming, place.node)
                return
            if asked.what == "events":
                answer = await self._events(asked.after)
            elif asked.what in _OF_HUBS:
                answer = await self._copy(place, asked)
            elif asked.what == "command":
                answer = await self._command(place, asked, incoming)
            elif asked.what == "people":
                answer = await self._people(place, asked)
            elif asked.what in _OF_FILES:
                question = {name: getattr(asked, name) for name in _ASKED_OF_FILES}
                answer = await self._hub.configuration(place.node, asked.what, question)
            elif asked.what == "records":
                answer = await merged(self._hub, place, asked.source, asked.told)
            elif asked.what == "session":
                answer = await self._boxed.begin(place, asked.params)
            elif asked.what == "boxed":
                opened = partial(self._opened, incoming)
                answer = await self._boxed.answer(place, asked.id, asked.params, opened)
            else:
                answer = await self._query(place, asked)
            self._answer(incoming, place.node, answer)
        except Refused as refused:
            self._refuse(incoming, place.node, refused)
        except Exception:
            log.exception("a question of %s could not be answered", place.node)
            self._refuse(incoming, place.node, Refused("failed"))

    def _not_yours(self, asked: Question) -> Refused:
        unknown = asked.what == "command" and asked.name not in COMMANDS.keys() | CARRIED
        if unknown or (asked.what == "query" and asked.wire > self._wire):
            return Refused("unknown_command", asked.name[:64])
        hub = self._topics.node
        return Refused("not_yours", asked.name[:64], hub=hub, host=self._machine or hub)

    def _not_theirs(self, place: NodePlace, asked: Question) -> dict[str, Any]:
        """Refuse what is in a box in words of its own, where there are some."""
        papers = asked.name in PAPER_COMMANDS | PAPER_QUERIES
        said = self._hub.papers.not_theirs(place, asked.name, asked.params) if papers else None
        if said is None:
            raise self._not_yours(asked)
        self._refused[said.code] += 1
        return {"refusal": msgspec.to_builtins(said)}

    async def _query(self, place: NodePlace, asked: Question) -> dict[str, Any]:
        if not may_query(place, asked.name):
            raise self._not_yours(asked)
        return await self._hub.query(asked.name, asked.params, place.node)

    async def _people(self, place: NodePlace, asked: Question) -> dict[str, Any]:
        if not may_ask_of_people(place, asked.name, asked.params):
            raise self._not_yours(asked)
        if not self._private:
            raise Refused("people_in_clear")
        return await self._hub.people(place.node, asked.name, asked.params)

    async def _opened(self, incoming: Incoming, place: NodePlace, inner: Inner) -> dict[str, Any]:
        """Answer what was in a box: refused in the box, too."""
        papers = self._hub.papers
        asked = Question(inner.what if inner.what == "command" else "query", name=inner.name,
                         params=inner.params, id=inner.id, by=inner.by)  # fmt: skip
        try:
            if inner.what == "command":
                return await self._command(place, asked, incoming, boxed=True)
            if inner.what == "keep":
                return await papers.keep(place, inner.params)
            if inner.what == "read":
                return await papers.read(place, inner.params)
            if inner.name not in PAPER_QUERIES:
                return await self._query(place, asked)
            if not may_ask_papers(place, inner.name, inner.params, papers):
                return self._not_theirs(place, asked)
            by = self._by(place, asked)
            return await papers.query(place, inner.name, inner.params, by, inner.id)
        except Refused as refused:
            self._refused[refused.code] += 1
            return {"refusal": refusal_json(refused)}

    @staticmethod
    def _by(place: NodePlace, asked: Question) -> str:
        return f"{place.node}:{asked.by}" if asked.by else place.node

    async def _copy(self, place: NodePlace, asked: Question) -> dict[str, Any]:
        if "standby" not in place.roles:
            raise self._not_yours(asked)
        if asked.what == "handover":
            return await self._hub.handed_over(place.node, asked.source, asked.after)
        if not self._private:
            raise Refused("not_private")
        params = asked.copy if asked.what == "journal" else {"name": asked.name, "at": asked.after}
        return await self._hub.copy(place.node, asked.what, params)

    async def _command(
        self, place: NodePlace, asked: Question, incoming: Incoming, *, boxed: bool = False
    ) -> dict[str, Any]:
        if not asked.id:
            raise Refused("no_id")
        # Others' turns came first: an expired command is not carried out late.
        if running_s() > incoming.at_s + (incoming.expiry_s or 0):
            raise Refused("expired")
        papers = asked.name in PAPER_COMMANDS
        if papers and not boxed:
            raise Refused("no_session")
        if papers:
            may = may_order_papers(place, asked.name, asked.params, self._hub.papers)
        else:
            may = may_command(place, asked.name, asked.params, self._hub.window_of)
        if not may:
            return self._not_theirs(place, asked)
        params = asked.params
        if asked.visit or asked.booked:
            params = {**params, **self._hub.visit(params, asked.id, asked.visit, asked.booked)}
        submit = self._hub.papers.submit if papers else self._hall.submit
        by = self._by(place, asked)
        return clean_reply(_decode(await submit(asked.name, params, asked.id, by)))

    async def _events(self, after: int) -> dict[str, Any]:
        hall = self._hall
        if after > hall.last_seq:
            raise Refused("ahead", after)
        if after < hall.oldest_seq - 1:
            # Compacted: the state alone helps.
            return {"gone": True}
        stored = await hall.read(after, EVENTS)
        return {"told": [_told(hall.epochs, one) for one in stored]}

    async def _send_state(self, incoming: Incoming, node: str) -> None:
        # All of the same moment; compressing it takes long, and is done beside the loop, once for
        # all who join at that moment: after a restart of the hub they all do.
        head, seq = self._head(), self._hall.last_seq
        if self._packing is None or self._packing[0] != seq:
            work = asyncio.to_thread(zlib.compress, self._hub.state(), 1)
            self._packing = seq, asyncio.create_task(work, name="state-packing")
        packed = await asyncio.shield(self._packing[1])
        parts = [packed[at : at + PART] for at in range(0, len(packed), PART)]
        epochs = [{"epoch": e.epoch, "first_seq": e.first_seq} for e in self._hall.epochs]
        for part, data in enumerate(parts):
            about = {**head, "epochs": epochs, "part": part, "parts": len(parts)}
            self._reply(incoming, node, _encode(about) + b"\n" + data)

    def _head(self) -> dict[str, Any]:
        hall = self._hall
        epoch, word = hall.epochs[-1].epoch, self._hub.seen_by.word()
        head = {"epoch": epoch, "seq": hall.last_seq, "now_ms": self._hub.now_ms()}
        return head if word is None else {**head, "time_ms": word.time_ms, "proof": word.proof}

    def _answer(self, incoming: Incoming, node: str, result: dict[str, Any]) -> None:
        self._reply(incoming, node, _encode({**self._head(), **result}) + b"\n")

    def _refuse(self, incoming: Incoming, node: str, refused: Refused) -> None:
        self._refused[refused.code] += 1
        if incoming.correlation is not None:
            self._answer(incoming, node, {"refusal": refusal_json(refused)})

    def _reply(self, incoming: Incoming, node: str, payload: bytes) -> None:
        self._send(
            Outgoing(
                self._topics.reply(node),
                payload,
                correlation=incoming.correlation,
                expiry_s=LONGEST_EXPIRY_S,
            )
        )


def _told(epochs: Sequence[EpochStart], stored: StoredEvent) -> dict[str, Any]:
    return {
        "epoch": epoch_of(epochs, stored.seq),
        "seq": stored.seq,
        "time_ms": stored.time_ms,
        "type": stored.type,
        "by": stored.by,
        "data": msgspec.Raw(clean_event(stored.type, stored.body)),
    }
