"""What the application needs from the outside, and what it hands out.

These are named tuples, not dataclasses: several are made for each command, and a frozen dataclass
takes four times as long to make.

The journal behind ``JournalPort`` is ``firmware_py.store.journal.Journal``; the runtime brings
them together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeVar

from firmware_py.core.commands import Command
from firmware_py.core.events import Event
from firmware_py.core.refusals import Refusal

__all__ = [
    "Entry",
    "Happened",
    "HistoryPort",
    "JournalPort",
    "NewEvent",
    "Outcome",
    "Posts",
    "StoredEvent",
    "Submission",
    "ToldEvent",
]

T = TypeVar("T")


class Submission(NamedTuple):
    """A command on its way: ``id`` makes it count once, ``by`` says who gave it.

    ``by`` is a device (``pad-3``), a kiosk, or a person at a program (``hallctl:anna``).
    """

    id: str
    by: str
    command: Command


class Happened(NamedTuple):
    """A recorded event. ``body`` is its JSON as it stands in the journal."""

    seq: int
    time_ms: int
    name: str
    by: str
    command_id: str
    event: Event
    body: bytes


class Outcome(NamedTuple):
    """What became of a command: the events it made, or its refusal.

    ``repeated`` says that this id was seen before and this is the first outcome again.
    """

    happened: tuple[Happened, ...] = ()
    refusal: Refusal | None = None
    repeated: bool = False


class NewEvent(NamedTuple):
    """An event to be stored; ``body`` is a JSON object."""

    type: str
    body: bytes


class Entry(NamedTuple):
    """What one command adds to the journal; a refused one adds its outcome alone.

    ``time_ms`` is hall time, never below that of an earlier entry with events.
    """

    command_id: str
    by: str
    time_ms: int
    outcome: bytes
    events: tuple[NewEvent, ...]


class ToldEvent(Protocol):
    """An event as another Pi hears it; fields as in ``Happened``."""

    @property
    def seq(self) -> int:
        """Its number: 1 for the first, without gaps."""
        ...

    @property
    def time_ms(self) -> int:
        """Hall time."""
        ...

    @property
    def type(self) -> str:
        """Its name, see ``core.events.EVENTS``."""
        ...

    @property
    def by(self) -> str:
        """Who gave the command."""
        ...

    @property
    def body(self) -> bytes:
        """Its content, a JSON object."""
        ...


class StoredEvent(ToldEvent, Protocol):
    """An event as read back."""

    @property
    def command_id(self) -> str:
        """The command that made it."""
        ...


class HistoryPort(Protocol):
    """A journal, or a backup of one, as far as the state is made from it."""

    def read(self, after_seq: int, limit: int) -> Sequence[StoredEvent]:
        """Return recorded events in order."""
        ...

    def newest_snapshot(self) -> tuple[int, bytes] | None:
        """Return the newest sound snapshot."""
        ...


class JournalPort(HistoryPort, Protocol):
    """The journal as the application uses it, from the journal's thread only."""

    @property
    def epoch(self) -> str:
        """Name of the present epoch."""
        ...

    @property
    def first_seq(self) -> int:
        """The oldest event that is kept."""
        ...

    @property
    def last_seq(self) -> int:
        """The newest event; 0 before the first."""
        ...

    @property
    def last_time_ms(self) -> int:
        """Hall time of the newest event."""
        ...

    def append(self, entries: Sequence[Entry], positions: Mapping[str, int] = ...) -> object:
        """Record entries and positions in one durable transaction."""
        ...

    def set_positions(self, positions: Mapping[str, int]) -> None:
        """Record how far readers are."""
        ...

    def positions(self) -> Mapping[str, int]:
        """Return how far readers are."""
        ...

    def outcome(self, command_id: str) -> bytes | None:
        """Return what became of a command."""
        ...

    def command_ids(self) -> Iterable[str]:
        """Return the ids of all remembered commands."""
        ...

    def save_snapshot(self, seq: int, body: bytes) -> None:
        """Keep the state as it was after event ``seq``."""
        ...


class Posts(Protocol):
    """Runs calls on the journal one after the other; ``JournalThread`` does."""

    def post(
        self,
        call: Callable[[JournalPort], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """Run ``call(journal)``; ``done`` or ``failed`` then run in the event loop."""
        ...

    def commit(
        self,
        call: Callable[[JournalPort], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """As ``post``, but it may do all of it at once."""
        ...
