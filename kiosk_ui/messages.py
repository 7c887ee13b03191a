"""What reaches a screen, and what it asks for: its ``update`` takes the one and gives the other.

All of it is plain data: the daemon's answers are what ``docs/interfaces.md`` says they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = [
    "Answered",
    "Ask",
    "Command",
    "CutOff",
    "Drawn",
    "Happened",
    "Held",
    "Live",
    "Message",
    "Mirrored",
    "Notified",
    "Panels",
    "Pressed",
    "Previewed",
    "Refused",
    "Request",
    "Tick",
    "Typed",
    "Unknown",
    "Unreadable",
]


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passed; comes ten times a second, and after whatever else came."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """Somebody pressed the area ``id``. ``token`` never comes twice: it makes a command's id."""

    id: str
    token: str


@dataclass(frozen=True, slots=True)
class Typed:
    """A key that presses nothing on the page: ``key`` is a character, ``backspace``, ``escape``."""

    key: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A finger draws in the area ``id``: at ``x``, ``y`` thousandths of it; ``begins`` a stroke."""

    id: str
    begins: bool
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Mirrored:
    """How it stands with the clerk's PC: ``code`` is empty while it may be shown, else why not."""

    code: str
    zh: str = ""
    en: str = ""
    size: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Previewed:
    """The document camera's picture has this size; none: why, in both languages."""

    size: tuple[int, int] = (0, 0)
    zh: str = ""
    en: str = ""


@dataclass(frozen=True, slots=True)
class Panels:
    """Which panels of a pair can be seen now: plugged in and on."""

    inner: bool
    outer: bool


@dataclass(frozen=True, slots=True)
class Held:
    """A finger is on the area ``id`` (None: it left), so the page can show it pressed."""

    id: str | None


@dataclass(frozen=True, slots=True)
class Live:
    """The daemon answers, for the first time or again: ask for everything anew.

    ``alone``: the hub is not heard, and this Pi goes on by itself; told anew when that changes.
    """

    alone: bool = False


@dataclass(frozen=True, slots=True)
class CutOff:
    """The daemon is gone or silent, or knows no hall for longer than a start takes.

    What was shown of the queue may be wrong from now on. ``why`` is ``version`` where only an
    update of the program helps, here or at the hub.
    """

    why: str = ""


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of the journal: ``type`` as in docs/asyncapi.yaml, its ``data``."""

    type: str
    data: Mapping[str, Any]
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Notified:
    """What the daemon tells this screen alone: ``method`` is ``card``, for example."""

    method: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to the request ``name``."""

    name: str
    result: Any


@dataclass(frozen=True, slots=True)
class Refused:
    """The request ``name`` was refused; ``zh`` and ``en`` are for people."""

    name: str
    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A picture file cannot be shown; ``stamp`` is that of its ``Image``."""

    path: str
    stamp: int


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can say what became of the command ``name``: the daemon was gone for too long."""

    name: str


Message = (
    Tick | Pressed | Held | Typed | Drawn | Panels | Mirrored | Previewed | Live | CutOff
    | Happened | Notified | Answered | Refused | Unknown | Unreadable
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ask:
    """A question; it is lost when the daemon goes (``CutOff``). ``name`` comes with the answer.

    What is asked may be a PIN: it is not for logs.
    """

    name: str
    method: str
    params: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Command:
    """A command; sent again with the same ``command_id`` after a broken connection."""

    name: str
    method: str
    command_id: str
    params: Mapping[str, Any] = field(default_factory=dict, repr=False)


Request = Ask | Command
