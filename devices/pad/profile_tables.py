"""The tables of a profile's file: what a pad's frames, keys and commands may be described by.

docs/devices/pad.md explains the keys. Whether they make sense together: ``profile_check``.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

import msgspec

from devices.pad.parts import Byte, Part, bytes_of

__all__ = [
    "EVENTS",
    "VALUED",
    "Acknowledge",
    "Command",
    "Commands",
    "Digits",
    "Event",
    "Frame",
    "Keys",
    "Nothing",
    "Poll",
    "Profile",
    "Serial",
    "Typing",
    "place_of",
]

#: The hall's words: what a key of a pad may mean.
EVENTS = frozenset(
    {
        "call_next",
        "recall",
        "start",
        "finish",
        "cancel",
        "no_show",
        "park",
        "call_back",
        "transfer",
        "to_desk",
        "to_window",
        "to_item",
        "pause",
        "resume",
        "close",
        "one_metre_line",
        "help",
        "rate",
        "reason",
    }
)

#: Those that say which: a score, which of the hall's reasons for a bad one, where a ticket goes.
VALUED = frozenset({"rate", "reason", "to_window", "to_item"})

Milliseconds = Annotated[int, msgspec.Meta(ge=0, le=60_000)]
_PLACE = re.compile(r"(waiting|number|stars):([1-9])")


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table in which a misspelt key is an error."""


class Serial(_Table, frozen=True):
    """How the pads' line is set, unless the configuration gives ``settings`` of its own."""

    baud: Literal[1200, 2400, 4800, 9600, 14400, 19200, 38400, 57600, 115200] = 9600
    bytesize: Literal[7, 8] = 8
    parity: Literal["N", "E", "O"] = "N"
    stopbits: Literal[1, 2] = 1
    rs485: bool = False


class Frame(_Table, frozen=True):
    """The frame as a list of parts.

    ``gap_ms`` of silence end an unfinished frame (0: never); where neither a size nor a length
    nor a trailer ends the data, silence ends the frame itself. ``escape``: a byte -> the two that
    stand for it between the first constant and the trailer.
    """

    parts: Annotated[tuple[Part, ...], msgspec.Meta(min_length=1)]
    gap_ms: Milliseconds = 0
    escape: dict[str, str] = {}


class Acknowledge(_Table, frozen=True):
    """How the pad is told that it was heard.

    ``echo``: the same bytes; ``template``: a frame with this ``function`` and ``data`` (those of
    the pad's frame where they are absent); ``none``: not at all.
    """

    how: Literal["echo", "template", "none"] = "none"
    function: Byte | None = None
    data: str | None = None


class Event(_Table, frozen=True):
    """Which frame means what. All that is given must fit: function, head, tail, whole.

    ``value``: ``last`` is the last byte of the data, ``decimal`` the digits after ``head``, and a
    number is itself.
    """

    event: str
    function: Byte | None = None
    whole: str | None = None
    head: str | None = None
    tail: str | None = None
    value: Literal["none", "last", "decimal"] | Byte = "none"
    acknowledge: Acknowledge | None = None


class Keys(_Table, frozen=True):
    """How long keys that mean nothing alone wait for the one that completes them; 0: not."""

    collect_ms: Milliseconds = 0


class Typing(_Table, frozen=True):
    """The pad's keys while a number is typed: where a ticket is transferred to.

    ``figures`` are the data of 0 to 9; a frame may hold several keys, one after the other. Outside
    of that the same keys mean what the events say.
    """

    figures: Annotated[tuple[str, ...], msgspec.Meta(min_length=10, max_length=10)]
    enter: str
    back: str | None = None
    erase: str | None = None
    function: Byte | None = None


class Digits(_Table, frozen=True):
    """The byte that shows 0 (9 is nine more), and the byte that shows nothing."""

    zero: Annotated[int, msgspec.Meta(ge=0, le=246)] = 0x30
    blank: Byte = 0x20


class Command(_Table, frozen=True):
    """A frame to the pad. Data pieces: bytes, or ``waiting:3``, ``number:3``, ``stars:1``."""

    function: Byte | None = None
    data: tuple[str, ...] = ()


class Commands(_Table, frozen=True):
    """What the pad can be told; what is absent, it cannot."""

    show: Command | None = None
    beep: Command | None = None
    ask_rating: Command | None = None
    thank: Command | None = None


class Nothing(_Table, frozen=True):
    """The answer of a pad at which no key was pressed: its function, its whole data, or both."""

    function: Byte | None = None
    data: str | None = None


class Poll(_Table, frozen=True):
    """How pads are asked that speak only when asked; one after another, all of a line.

    The question is a frame of the profile's own form, or of ``parts``, with ``function`` and
    ``data``. Its answer must be complete ``answer_ms`` after the question has gone out, and
    ``pause_ms`` of silence stand before each frame of the host. ``missed`` questions in a row
    without an answer: the pad is gone, and asked only in every ``gone_every``-th round. After a
    key the pad is asked ``again`` more often at once. ``round_ms``: a round takes at least so
    long. ``held``: the answer tells which key is down now, not which was pressed.
    ``commands_answered``: the pad answers what it is told, too.
    """

    function: Byte | None = None
    data: str = ""
    parts: tuple[Part, ...] | None = None
    nothing: Nothing = Nothing()
    answer_ms: Annotated[int, msgspec.Meta(ge=2, le=2000)] = 50
    pause_ms: Annotated[int, msgspec.Meta(ge=0, le=200)] = 5
    round_ms: Annotated[int, msgspec.Meta(ge=0, le=10_000)] = 0
    order: Literal["address", "configured"] = "address"
    missed: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 5
    gone_every: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 10
    again: Annotated[int, msgspec.Meta(ge=0, le=10)] = 1
    held: bool = False
    commands_answered: bool = False


class Profile(_Table, frozen=True):
    """One make of pad."""

    name: str
    title_zh: str
    title_en: str
    frame: Frame
    event: Annotated[tuple[Event, ...], msgspec.Meta(min_length=1)]
    serial: Serial = Serial()
    keys: Keys = Keys()
    typing: Typing | None = None
    acknowledge: Acknowledge = Acknowledge()
    poll: Poll | None = None
    digits: Digits = Digits()
    commands: Commands = Commands()

    def escapes(self) -> dict[int, bytes]:
        """Return byte -> its two bytes on the wire."""
        return {bytes_of(byte)[0]: bytes_of(pair) for byte, pair in self.frame.escape.items()}

    def __hash__(self) -> int:
        """Profiles of one name are told apart by comparing them."""
        return hash(self.name)


def place_of(piece: str) -> tuple[str, int] | None:
    """Return ``("waiting", 3)`` for ``"waiting:3"``, None for a piece that is bytes."""
    found = _PLACE.fullmatch(piece)
    return (found[1], int(found[2])) if found else None
