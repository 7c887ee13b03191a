"""What a profile must not say, though each of its keys is well formed.

Each problem is ``(key, what)``; the words are for whoever wrote the file.
"""

from __future__ import annotations

from collections.abc import Iterator

from devices.pad.frame_check import bytes_problem, escape_problems, frame_problems
from devices.pad.parts import Address, Data, Function, Part, bytes_of
from devices.pad.profile_tables import (
    EVENTS,
    VALUED,
    Acknowledge,
    Command,
    Commands,
    Poll,
    Profile,
    Typing,
    place_of,
)

__all__ = ["problems_of"]

Problem = tuple[str, str]

_NO_FUNCTION = "the frame has no function"
#: What each command has to show.
_PLACES = {"show": ("waiting", "number"), "beep": (), "ask_rating": (), "thank": ("stars",)}


def problems_of(profile: Profile) -> Iterator[Problem]:
    """Yield every mistake of a profile."""
    parts = profile.frame.parts
    found = list(frame_problems("frame.parts", parts, gap_ms=profile.frame.gap_ms))
    found += escape_problems(profile.frame)
    yield from found
    has_function = _has(parts, Function)
    yield from _event_problems(profile, has_function=has_function)
    if profile.typing is not None:
        yield from _typing_problems(profile.typing, has_function=has_function)
    yield from _command_problems(profile.commands, has_function=has_function)
    yield from _acknowledge_problems("acknowledge", profile.acknowledge, has_function)
    if profile.poll is not None:
        yield from _poll_problems(profile.poll, profile)


def _has(parts: tuple[Part, ...], kind: type) -> bool:
    return any(isinstance(part, kind) for part in parts)


def _event_problems(profile: Profile, *, has_function: bool) -> Iterator[Problem]:
    known: dict[tuple[object, ...], int] = {}
    for index, event in enumerate(profile.event):
        where = f"event[{index}]"
        if event.event not in EVENTS:
            yield f"{where}.event", f"{event.event!r} is not one of {', '.join(sorted(EVENTS))}"
        if event.event in VALUED and event.value == "none":
            yield f"{where}.value", f'a {event.event} needs value = "last", "decimal" or a number'
        if event.function is not None and not has_function:
            yield f"{where}.function", _NO_FUNCTION
        for key, text in (("whole", event.whole), ("head", event.head), ("tail", event.tail)):
            if text is not None:
                yield from bytes_problem(f"{where}.{key}", text, may_be_empty=False)
        if event.acknowledge is not None:
            yield from _acknowledge_problems(
                f"{where}.acknowledge", event.acknowledge, has_function
            )
        fits = (event.function, event.whole, event.head, event.tail, event.value == "decimal")
        first = known.setdefault(fits, index)
        if first != index:
            yield where, f"event[{first}] fits the same frames, so this one never happens"


def _typing_problems(typing: Typing, *, has_function: bool) -> Iterator[Problem]:
    if typing.function is not None and not has_function:
        yield "typing.function", _NO_FUNCTION
    keys = [(f"typing.figures[{n}]", data) for n, data in enumerate(typing.figures)]
    keys += [
        (f"typing.{name}", data)
        for name in ("enter", "back", "erase")
        if (data := getattr(typing, name)) is not None
    ]
    known: dict[bytes, str] = {}
    for where, data in keys:
        bad = list(bytes_problem(where, data, may_be_empty=False))
        yield from bad
        if bad:
            continue
        first = known.setdefault(bytes_of(data), where)
        if first != where:
            yield where, f"{first} has the same bytes"


def _command_problems(commands: Commands, *, has_function: bool) -> Iterator[Problem]:
    for name in commands.__struct_fields__:
        command: Command | None = getattr(commands, name)
        if command is None:
            continue
        where = f"commands.{name}"
        if (command.function is not None) != has_function:
            yield f"{where}.function", "is missing" if has_function else _NO_FUNCTION
        for index, piece in enumerate(command.data):
            place = place_of(piece)
            if place is None:
                yield from bytes_problem(f"{where}.data[{index}]", piece, may_be_empty=True)
            elif place[0] not in _PLACES[name]:
                yield f"{where}.data[{index}]", f"{name} has no {place[0]} to show"


def _acknowledge_problems(
    where: str, acknowledge: Acknowledge, has_function: bool
) -> Iterator[Problem]:
    if acknowledge.how != "template":
        if acknowledge.function is not None or acknowledge.data is not None:
            yield where, 'function and data belong to how = "template"'
        return
    if acknowledge.function is not None and not has_function:
        yield f"{where}.function", _NO_FUNCTION
    if acknowledge.data is not None:
        yield from bytes_problem(f"{where}.data", acknowledge.data, may_be_empty=True)


def _poll_problems(poll: Poll, profile: Profile) -> Iterator[Problem]:
    if not _has(profile.frame.parts, Address):
        reason = "an answer without an address could be another pad's that came late"
        yield "frame.parts", f"a polled pad needs an address part: {reason}"
    parts = profile.frame.parts
    if poll.parts is not None:
        parts = poll.parts
        yield from frame_problems("poll.parts", parts, gap_ms=1)
        if not _has(parts, Address):
            yield "poll.parts", "the question needs an address part"
    if (poll.function is not None) != _has(parts, Function):
        missing = poll.function is None
        yield "poll.function", "is missing" if missing else "the question has no function"
    bad = list(bytes_problem("poll.data", poll.data, may_be_empty=True))
    yield from bad
    data = next((part for part in parts if isinstance(part, Data)), None)
    if not bad and data is not None:
        size, most = len(bytes_of(poll.data)), data.size or data.max
        if size > most or (data.size is not None and size != data.size):
            yield "poll.data", f"{size} bytes do not fit the question's data"
    yield from _nothing_problems(poll, has_function=_has(profile.frame.parts, Function))


def _nothing_problems(poll: Poll, *, has_function: bool) -> Iterator[Problem]:
    nothing = poll.nothing
    if nothing.function is None and nothing.data is None:
        yield "poll.nothing", "is missing: how does a pad answer at which no key was pressed?"
    if nothing.function is not None and not has_function:
        yield "poll.nothing.function", _NO_FUNCTION
    if nothing.data is not None:
        yield from bytes_problem("poll.nothing.data", nothing.data, may_be_empty=True)
