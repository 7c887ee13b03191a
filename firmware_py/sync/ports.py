"""What the broker's side needs from the hall, and how it is configured."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from firmware_py.app.ports import StoredEvent
from firmware_py.core.epoch import Epoch
from firmware_py.core.refusals import Refusal
from firmware_py.core.wire_version import WIRE
from firmware_py.sync.mail import Address, Incoming, Outgoing
from firmware_py.sync.rights import NodePlace
from firmware_py.sync.rights_papers import AtWindows
from firmware_py.sync.seen import Seen
from firmware_py.sync.session import Identity

if TYPE_CHECKING:
    from firmware_py.sync.evidence import Claim
    from firmware_py.sync.records import Merged, Offered

__all__ = [
    "EpochStart",
    "HallPort",
    "HubPort",
    "PapersPort",
    "SeenByPort",
    "SideLine",
    "SyncSettings",
]


@dataclass(frozen=True, slots=True)
class EpochStart:
    """One stretch of the journal: ``epoch`` wrote all events from ``first_seq`` on.

    A restored journal keeps what its backup had and goes on in a new epoch, so the last of a
    journal's epochs is the one that writes now.
    """

    epoch: str
    first_seq: int


class HallPort(Protocol):
    """The hall as the broker's side sees it. Everything is called in the event loop."""

    @property
    def epochs(self) -> Sequence[EpochStart]:
        """All epochs of this journal, oldest first; at least one."""
        ...

    @property
    def oldest_seq(self) -> int:
        """The first event still kept; older days are compacted. 1 for a whole journal."""
        ...

    @property
    def last_seq(self) -> int:
        """The last recorded event; one below ``first_seq`` of the epoch when it has none."""
        ...

    @property
    def wall_offset_ms(self) -> int | None:
        """Hall time plus this is the local wall clock; None while that is not known."""
        ...

    async def read(self, after_seq: int, limit: int) -> Sequence[StoredEvent]:
        """Return at most ``limit`` recorded events after ``after_seq``, in order."""
        ...

    def positions(self) -> Mapping[str, int]:
        """Return the durable positions by reader."""
        ...

    async def keep_position(self, reader: str, seq: int) -> None:
        """Keep a reader's position durably."""
        ...

    def snapshots(self) -> Iterable[tuple[str, bytes]]:
        """Return every retained picture as it stands now: topic suffix and JSON object.

        Suffixes are ``state/hall``, ``state/window/3``, ``state/item/A01``,
        ``state/alarm/service:3``. The objects have neither ``epoch`` nor ``seq``: those are put
        in when a picture is published, so that only a change of the picture itself counts.
        """
        ...

    async def submit(self, name: str, params: dict[str, Any], command_id: str, by: str) -> bytes:
        """Have a command decided and recorded; return the reply as a JSON object.

        Either ``{"events": [{"seq", "time_ms", "type", "data"}, ...], "repeated": bool}`` or
        ``{"refusal": {"code", "zh", "en", "data"}}``; never raises for what a client sent.
        """
        ...

    async def take_list(self, name: str, sha256: str, part: int, parts: int, data: bytes) -> bytes:
        """Take one of a list's parts; return the reply as a JSON object.

        Either ``{"list": {"name", "got", "parts", ...}}`` or ``{"refusal": {...}}``, as ``submit``.
        """
        ...


class PapersPort(AtWindows, Protocol):
    """What windows' Pis do at the hub with what is of people. Answers are as those of ``query``."""

    async def submit(self, name: str, params: dict[str, Any], command_id: str, by: str) -> bytes:
        """Have one of ``rights_papers.PAPER_COMMANDS`` decided and recorded; as ``HallPort``."""
        ...

    async def query(
        self, place: NodePlace, name: str, params: dict[str, Any], by: str, act: str = ""
    ) -> dict[str, Any]:
        """Answer one of ``rights_papers.PAPER_QUERIES`` for who may ask it.

        ``act`` is the id of one of ``PAPER_ACTS``: asked again, it counts once.
        """
        ...

    def not_theirs(self, place: NodePlace, name: str, params: Mapping[str, Any]) -> Refusal | None:
        """Return why a Pi may not, and where to do it; None: there are no better words."""
        ...

    async def keep(self, place: NodePlace, params: Mapping[str, Any]) -> dict[str, Any]:
        """Take a part of what is to be kept (``session_asks``); refuse what is not its own."""
        ...

    async def read(self, place: NodePlace, params: Mapping[str, Any]) -> dict[str, Any]:
        """Return a part of a page of whoever is in its hand."""
        ...


class SeenByPort(Protocol):
    """Whether this hub's journal has what was ever told of it."""

    @property
    def set_back(self) -> bool:
        """Whether the journal was found to be an old copy: nothing is decided."""
        ...

    def word(self) -> Seen | None:
        """Return how far the journal is, proven; None while that cannot be proven."""
        ...

    def claimed(self, claim: Claim) -> None:
        """Somebody tells how far this journal was: see whether it has that."""
        ...


class HubPort(Protocol):
    """The hub as the hall's other Pis see it, beside ``HallPort``."""

    @property
    def papers(self) -> PapersPort:
        """What is of people, as far as windows' Pis have to do with it."""
        ...

    def now_ms(self) -> int:
        """Return hall time."""
        ...

    def nodes(self) -> Mapping[str, NodePlace]:
        """Return the hall's other Pis by name."""
        ...

    def window_of(self, number: str) -> str | None:
        """Return the window that has a number in hand."""
        ...

    def may_give(self, node: str, number: str) -> bool:
        """Say whether a number is this Pi's to give: lent to it, written off, or nobody's."""
        ...

    def may_have_called(self, window: str, number: str) -> bool:
        """Say whether this window's Pi may know of a call to it: made here, or by another hub."""
        ...

    def may_have_served(self, window: str, number: str) -> bool:
        """Say whether a number was called to this window today, here or by another hub."""
        ...

    async def merge(self, node: str, source: str, offered: Sequence[Offered]) -> Merged:
        """Merge records in their order; return how far they are on disk, and what was unknown.

        Raises ``Refused`` when not even the first one could be taken.
        """
        ...

    def state(self) -> bytes:
        """Return the hall as it stands after ``last_seq``, without what is known of people."""
        ...

    async def query(self, name: str, params: dict[str, Any], by: str) -> dict[str, Any]:
        """Return what only the journal knows: ``{"answer"}`` or ``{"refusal"}``."""
        ...

    async def people(self, node: str, name: str, params: dict[str, Any]) -> dict[str, Any]:
        """Return who is at a Pi's reader, no more than its screen shows. Raises ``Refused``."""
        ...

    def visit(
        self, params: Mapping[str, Any], command_id: str, visit: str, booked: str
    ) -> Mapping[str, Any]:
        """Return what a kiosk's ticket says of whose it is. Raises ``Refused``."""
        ...

    async def copy(self, node: str, what: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a Pi that keeps a copy of the journal asks; see ``sync.copier``."""
        ...

    async def configuration(
        self, node: str, what: str, question: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return what a Pi asks of the hall's files; see ``sync.configuration``."""
        ...

    async def handed_over(self, node: str, source: str, upto: int) -> dict[str, Any]:
        """A former hub has offered all its records, and hands its numbers over (rule 15)."""
        ...

    @property
    def seen_by(self) -> SeenByPort:
        """What the hub proves of itself, and what others have seen of it."""
        ...

    def stand_down(self, node: str, epoch: Epoch) -> None:
        """``node`` has begun a higher epoch: decide nothing from now on (rule 14)."""
        ...


class SideLine(Protocol):
    """What travels on a Pi's one connection beside the hall: the lease."""

    @property
    def filters(self) -> tuple[str, ...]:
        """Topics that it hears."""
        ...

    def up(self, send: Callable[[Outgoing], None]) -> None:
        """The broker is there; ``send`` publishes."""
        ...

    def down(self) -> None:
        """The broker is away."""
        ...

    def take(self, incoming: Incoming) -> None:
        """Take a message of its topics, whatever it holds."""
        ...


@dataclass(frozen=True, slots=True)
class SyncSettings:
    """Where the broker is and who we are there. ``hall`` and ``node`` are levels of topics."""

    hall: str
    node: str
    version: str
    roles: tuple[str, ...] = ("hub",)
    #: The machine's own name, by which a technician reaches it; "" is not told.
    machine: str = ""
    host: str = "127.0.0.1"
    port: int = 1883
    username: str | None = None
    password: str | None = None
    #: A file of certificate authorities; given, the connection is encrypted.
    ca_file: str | None = None
    #: Our own certificate and its key, for TLS 1.3 with a broker that asks for one.
    cert_file: str | None = None
    key_file: str | None = None
    keepalive_s: int = 5
    #: Pis beside the hub. Each writes its own birth, with whatever it likes in it: theirs are
    #: never taken for the hub's.
    beside: frozenset[str] = frozenset()
    #: Other Pis that may decide in this hall: a hub decides nothing below an epoch of theirs, and
    #: who follows follows none but them, whatever others say of themselves. Empty: not known.
    hubs: frozenset[str] = frozenset()
    #: A hub that looked at the broker before it began; else it does so when it is first there.
    looked: bool = True
    #: Consumers whose acknowledged position is kept and decides what is sent again.
    consumers: tuple[str, ...] = ("centre",)
    timezone: str = "Asia/Shanghai"
    #: Which version of what passes between the Pis this program speaks.
    wire: int = WIRE
    #: Hall time at which this daemon started.
    started_ms: int = 0
    #: The same picture or many: at most one publication of them in this time.
    pictures_every_s: float = 0.2
    #: Positions reach the journal at most this often.
    positions_every_s: float = 5.0
    #: A consumer that is there but does not get on for so long is sent its next events again.
    stalled_after_s: float = 5.0

    #: The copy of the journal may go where somebody can read along.
    copy_in_clear: bool = False

    def may_decide(self, name: str) -> bool:
        """Say whether a Pi of this name may be the hall's hub, as seen by one that follows."""
        return name not in self.beside and (not self.hubs or name in self.hubs)

    @property
    def private(self) -> bool:
        """Whether nobody on the network can read along, or nobody minds."""
        loopback = self.host in {"127.0.0.1", "::1", "localhost"}
        return self.ca_file is not None or loopback or self.copy_in_clear

    @property
    def identity(self) -> Identity | None:
        """With what this Pi proves to another who it is; None without certificates."""
        return Identity.of(self.ca_file, self.cert_file, self.key_file)

    @property
    def address(self) -> Address:
        """The broker, and how this Pi makes itself known there: one connection each."""
        return Address(
            self.host,
            self.port,
            f"hall-{self.hall}-{self.node}",
            self.username,
            self.password,
            self.ca_file,
            self.cert_file,
            self.key_file,
            self.keepalive_s,
        )
