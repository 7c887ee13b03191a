"""A pad is described, not programmed: what a profile file may say, checked when it is loaded.

A profile is a TOML file below ``config/pads``; ``ff68.toml`` there is the one to start from.
Bytes are written in hexadecimal (``"FF 68"``) or as ASCII text (``"text:NEXT"``).
"""

from __future__ import annotations

import functools
import re
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Literal

import msgspec

__all__ = ["EVENTS", "PROFILE_FOLDERS", "Profile", "ProfileError", "bytes_of", "load_profile"]

#: Where a profile's name is looked up; a hall's own folder comes first.
PROFILE_FOLDERS = (
    Path("/etc/hall/pads"),
    Path(__file__).parents[2] / "config" / "pads",
    Path(sys.prefix) / "share" / "hall-controller" / "config" / "pads",
)

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
        "pause",
        "resume",
        "one_metre_line",
        "help",
        "rate",
    }
)

Field = Literal["address", "function", "data", "length"]
Byte = Annotated[int, msgspec.Meta(ge=0, le=255)]
Milliseconds = Annotated[int, msgspec.Meta(ge=0, le=60_000)]
_PLACE = re.compile(r"(waiting|number|stars):([1-9])")


class ProfileError(ValueError):
    """A profile cannot be used. ``problems`` names each mistake as ``file: key: what``."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table in which a misspelt key is an error."""


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="part"):
    """One part of a frame; ``part`` says which."""


class Constant(_Part, frozen=True, tag="constant"):
    """Bytes that are always the same."""

    bytes: str


class Trailer(_Part, frozen=True, tag="trailer"):
    """Bytes that end the frame; without a length part they also end the data."""

    bytes: str


class Length(_Part, frozen=True, tag="length"):
    """The number of bytes of the parts in ``counts``, plus ``plus``; ``size`` bytes, high first."""

    counts: tuple[Literal["address", "function", "data"], ...]
    plus: int = 0
    size: Literal[1, 2] = 1


class Address(_Part, frozen=True, tag="address"):
    """The pad's number: a byte, or ``size`` decimal digits."""

    format: Literal["byte", "decimal"] = "byte"
    size: Annotated[int, msgspec.Meta(ge=1, le=3)] = 1


class Function(_Part, frozen=True, tag="function"):
    """What the frame is about, one byte."""


class Data(_Part, frozen=True, tag="data"):
    """The data: ``size`` bytes, or at most ``max`` where a length or a trailer tells."""

    max: Annotated[int, msgspec.Meta(ge=1, le=255)] = 32
    size: Annotated[int, msgspec.Meta(ge=1, le=255)] | None = None


class Checksum(_Part, frozen=True, tag="checksum"):
    """A check over the parts in ``covers``; ``crc16_modbus`` is two bytes, low first."""

    kind: Literal["sum8", "xor8", "crc16_modbus"]
    covers: tuple[Field, ...]


Part = Constant | Trailer | Length | Address | Function | Data | Checksum


class Serial(_Table, frozen=True):
    """What the line usually is. The port's own settings decide; this is their default."""

    baud: int = 9600
    bytesize: Literal[7, 8] = 8
    parity: Literal["N", "E", "O"] = "N"
    stopbits: Literal[1, 2] = 1
    rs485: bool = False


class Frame(_Table, frozen=True):
    """The frame as a list of parts; ``gap_ms`` of silence end an unfinished one (0: never)."""

    parts: Annotated[tuple[Part, ...], msgspec.Meta(min_length=1)]
    gap_ms: Milliseconds = 0


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

    ``value``: ``last`` is the last byte of the data, ``decimal`` the digits after ``head``.
    """

    event: str
    function: Byte | None = None
    whole: str | None = None
    head: str | None = None
    tail: str | None = None
    value: Literal["none", "last", "decimal"] = "none"
    acknowledge: Acknowledge | None = None


class Keys(_Table, frozen=True):
    """How long keys that mean nothing alone wait for the one that completes them; 0: not."""

    collect_ms: Milliseconds = 0


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


class Profile(_Table, frozen=True):
    """One make of pad."""

    name: str
    title_zh: str
    title_en: str
    frame: Frame
    event: Annotated[tuple[Event, ...], msgspec.Meta(min_length=1)]
    serial: Serial = Serial()
    keys: Keys = Keys()
    acknowledge: Acknowledge = Acknowledge()
    digits: Digits = Digits()
    commands: Commands = Commands()


# ``msgspec.convert`` below takes what this learns of the type. Made here, not in a thread: two
# that work a type out at once crash msgspec.
msgspec.json.Decoder(Profile)


def bytes_of(text: str) -> bytes:
    """Return the bytes that ``"FF 68"`` or ``"text:NEXT"`` stand for. Raises ``ValueError``."""
    if text.startswith("text:"):
        try:
            return text[5:].encode("ascii")
        except UnicodeEncodeError:
            raise ValueError(f"{text!r} is not ASCII") from None
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise ValueError(f"{text!r} is neither hexadecimal nor text:...") from None


def place_of(piece: str) -> tuple[str, int] | None:
    """Return ``("waiting", 3)`` for ``"waiting:3"``, None for a piece that is bytes."""
    found = _PLACE.fullmatch(piece)
    return (found[1], int(found[2])) if found else None


def load_profile(name: str, folders: Sequence[Path] = PROFILE_FOLDERS) -> Profile:
    """Load a profile by name (``ff68``) or by path (``/etc/.../x.toml``).

    Raises ``ProfileError`` with the file and the key of every mistake.
    """
    return _load_file(_find(name, folders))


def _find(name: str, folders: Sequence[Path]) -> Path:
    if name.endswith(".toml"):
        return Path(name)
    candidates = [folder / f"{name}.toml" for folder in folders]
    for path in candidates:
        if path.is_file():
            return path
    looked = ", ".join(str(path) for path in candidates)
    raise ProfileError([f"{name}: no such pad profile; looked for {looked}"])


@functools.lru_cache(maxsize=32)
def _load_file(path: Path) -> Profile:
    try:
        with path.open("rb") as file:
            raw = tomllib.load(file)
        profile = msgspec.convert(raw, Profile)
    except OSError as error:
        raise ProfileError([f"{path}: {error.strerror}"]) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProfileError([f"{path}: {error}"]) from error
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at ")
        raise ProfileError([f"{path}: {where.strip('`').removeprefix('$.')}: {what}"]) from error
    problems = [f"{path}: {problem}" for problem in _problems(profile)]
    if problems:
        raise ProfileError(problems)
    return profile


def _problems(profile: Profile) -> Iterator[str]:
    yield from _frame_problems(profile.frame.parts)
    has_function = any(isinstance(part, Function) for part in profile.frame.parts)
    yield from _event_problems(profile, has_function=has_function)
    yield from _command_problems(profile.commands, has_function=has_function)
    yield from _acknowledge_problems("acknowledge", profile.acknowledge, has_function)


def _frame_problems(parts: tuple[Part, ...]) -> Iterator[str]:
    kinds = [type(part) for part in parts]
    for kind in (Address, Function, Checksum, Trailer):
        if kinds.count(kind) > 1:
            yield f"frame.parts: more than one {kind.__name__.lower()}"
    present = {kind.__name__.lower() for kind in kinds}
    for index, part in enumerate(parts):
        yield from _part_problems(f"frame.parts[{index}]", part, present)
    if kinds.count(Data) != 1:
        yield "frame.parts: exactly one data part is needed"
        return
    if Trailer in kinds[:-1]:
        yield "frame.parts: the trailer must be the last part"
    data_at = kinds.index(Data)
    data = parts[data_at]
    if Length in kinds[data_at:]:
        yield "frame.parts: a length must stand before the data"
    known = isinstance(data, Data) and data.size is not None
    ended = isinstance(parts[-1], Trailer) and data_at == len(parts) - 2
    if not known and Length not in kinds and not ended:
        yield "frame.parts: the data has no end: give it a size, or a length or trailer part"


def _part_problems(where: str, part: Part, present: set[str]) -> Iterator[str]:
    named: tuple[str, ...] = ()
    if isinstance(part, Constant | Trailer):
        yield from _bytes_problem(f"{where}.bytes", part.bytes, may_be_empty=False)
    elif isinstance(part, Length):
        named = part.counts
        if "data" not in named:
            yield f"{where}.counts: a length that does not count the data says nothing"
    elif isinstance(part, Checksum):
        named = part.covers
    for name in named:
        if name not in present:
            yield f"{where}: {name} is no part of this frame"


def _event_problems(profile: Profile, *, has_function: bool) -> Iterator[str]:
    for index, event in enumerate(profile.event):
        where = f"event[{index}]"
        if event.event not in EVENTS:
            yield f"{where}.event: {event.event!r} is not one of {', '.join(sorted(EVENTS))}"
        if event.event == "rate" and event.value == "none":
            yield f'{where}.value: a rating needs value = "last" or "decimal"'
        if event.function is not None and not has_function:
            yield f"{where}.function: the frame has no function"
        for key, text in (("whole", event.whole), ("head", event.head), ("tail", event.tail)):
            if text is not None:
                yield from _bytes_problem(f"{where}.{key}", text, may_be_empty=False)
        if event.acknowledge is not None:
            where += ".acknowledge"
            yield from _acknowledge_problems(where, event.acknowledge, has_function)


def _command_problems(commands: Commands, *, has_function: bool) -> Iterator[str]:
    for name in commands.__struct_fields__:
        command: Command | None = getattr(commands, name)
        if command is None:
            continue
        where = f"commands.{name}"
        if (command.function is not None) != has_function:
            reason = "is missing" if has_function else "the frame has no function"
            yield f"{where}.function: {reason}"
        for index, piece in enumerate(command.data):
            place = place_of(piece)
            if place is None:
                yield from _bytes_problem(f"{where}.data[{index}]", piece, may_be_empty=True)
            elif place[0] not in _PLACES[name]:
                yield f"{where}.data[{index}]: {name} has no {place[0]} to show"


#: What each command has to show.
_PLACES = {"show": ("waiting", "number"), "beep": (), "ask_rating": (), "thank": ("stars",)}


def _acknowledge_problems(
    where: str, acknowledge: Acknowledge, has_function: bool
) -> Iterator[str]:
    if acknowledge.how != "template":
        if acknowledge.function is not None or acknowledge.data is not None:
            yield f'{where}: function and data belong to how = "template"'
        return
    if acknowledge.function is not None and not has_function:
        yield f"{where}.function: the frame has no function"
    if acknowledge.data is not None:
        yield from _bytes_problem(f"{where}.data", acknowledge.data, may_be_empty=True)


def _bytes_problem(where: str, text: str, *, may_be_empty: bool) -> Iterator[str]:
    try:
        value = bytes_of(text)
    except ValueError as error:
        yield f"{where}: {error}"
    else:
        if not value and not may_be_empty:
            yield f"{where}: is empty"
