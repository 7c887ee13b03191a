"""What a list of parts must not be, and which escapes cannot be read back."""

from __future__ import annotations

from collections.abc import Iterator

from devices.pad.parts import (
    Address,
    Checksum,
    Constant,
    Data,
    Function,
    Length,
    Part,
    Trailer,
    bytes_of,
    name_of,
)
from devices.pad.profile_tables import Frame
from devices.pad.spans import size_of

__all__ = ["bytes_problem", "escape_problems", "frame_problems"]

Problem = tuple[str, str]
_PAIR = 2


def frame_problems(where: str, parts: tuple[Part, ...], *, gap_ms: int) -> Iterator[Problem]:
    """Yield what is wrong with a list of parts."""
    kinds = [type(part) for part in parts]
    for kind in (Address, Function, Checksum, Trailer):
        if kinds.count(kind) > 1:
            yield where, f"more than one {kind.__name__.lower()}"
    present = {name_of(part) for part in parts}
    for index, part in enumerate(parts):
        yield from _part_problems(f"{where}[{index}]", part, present)
    if kinds.count(Data) != 1:
        yield where, "exactly one data part is needed"
        return
    if Trailer in kinds[:-1]:
        yield where, "the trailer must be the last part"
    if Length in kinds[kinds.index(Data) :]:
        yield where, "a length must stand before the data"
    if Checksum in kinds:
        yield from _checksum_place(where, parts, kinds.index(Checksum))
    data = next(part for part in parts if isinstance(part, Data))
    ended = isinstance(parts[-1], Trailer) and kinds.index(Data) == len(parts) - 2
    if data.size is None and Length not in kinds and not ended and not gap_ms:
        yield where, "the data has no end: give it a size, a length or trailer part, or a gap_ms"


def _checksum_place(where: str, parts: tuple[Part, ...], at: int) -> Iterator[Problem]:
    check = parts[at]
    assert isinstance(check, Checksum)  # noqa: S101 - narrows the type; the caller chose it
    if check.first is None:
        return
    kinds = [type(part) for part in parts]
    if at < kinds.index(Data):
        yield f"{where}[{at}].first", "the checksum must stand behind the data"
    elif check.first >= sum(size_of(part) for part in parts[:at]) + 1:
        yield f"{where}[{at}].first", f"{check.first} lies behind the checksum"


def _part_problems(where: str, part: Part, present: set[str]) -> Iterator[Problem]:
    match part:
        case Constant() | Trailer():
            yield from bytes_problem(f"{where}.bytes", part.bytes, may_be_empty=False)
        case Length():
            if "data" not in part.counts:
                yield f"{where}.counts", "a length that does not count the data says nothing"
            yield from _absent(where, part.counts, present)
        case Address():
            if part.format == "byte" and part.size != 1:
                yield f"{where}.size", 'more than one byte needs format = "decimal" or "hex"'
        case Checksum():
            told = (bool(part.covers), part.first is not None)
            if part.kind == "none" and any(told):
                yield where, 'kind = "none" covers nothing'
            elif part.kind != "none" and told.count(True) != 1:
                yield where, "give either covers or first: what does it cover?"
            yield from _absent(where, part.covers, present)
        case _:
            pass


def _absent(where: str, named: tuple[str, ...], present: set[str]) -> Iterator[Problem]:
    for name in named:
        if name not in present:
            yield where, f"{name} is no part of this frame"


def escape_problems(frame: Frame) -> Iterator[Problem]:
    """Yield why what goes out with these escapes could not be read back."""
    if not frame.escape:
        return
    where = "frame.escape"
    pairs: dict[int, bytes] = {}
    for byte, pair in frame.escape.items():
        bad = [*bytes_problem(where, byte, may_be_empty=False)]
        bad += bytes_problem(where, pair, may_be_empty=False)
        yield from bad
        if bad:
            return
        if len(bytes_of(byte)) != 1 or len(bytes_of(pair)) != _PAIR:
            yield where, f"{byte} = {pair}: one byte stands left, two stand right"
            return
        pairs[bytes_of(byte)[0]] = bytes_of(pair)
    head, trailer = frame.parts[0], frame.parts[-1]
    if not isinstance(head, Constant) or not isinstance(trailer, Trailer):
        yield where, "a frame with escapes begins with a constant and ends with a trailer"
        return
    begun = {pair[0] for pair in pairs.values()}
    for first in sorted(begun | {end[0] for end in (_raw(head), _raw(trailer)) if end}):
        if first not in pairs:
            yield where, f"{first:02X} begins a frame, an end or an escape: it must be escaped too"
    if len(set(pairs.values())) != len(pairs):
        yield where, "two bytes have the same escape"
    if any(_raw(trailer).startswith(pair) or pair == _raw(head)[:2] for pair in pairs.values()):
        yield where, "an escape looks like the frame's beginning or end"


def _raw(part: Constant | Trailer) -> bytes:
    try:
        return bytes_of(part.bytes)
    except ValueError:
        # Said already, with its place.
        return b""


def bytes_problem(where: str, text: str, *, may_be_empty: bool) -> Iterator[Problem]:
    """Yield what is wrong with bytes as a file writes them."""
    try:
        value = bytes_of(text)
    except ValueError as error:
        yield where, str(error)
    else:
        if not value and not may_be_empty:
            yield where, "is empty"
