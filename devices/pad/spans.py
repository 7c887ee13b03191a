"""Where the parts of a frame lie: before its data from the front, after it from the data's end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from devices.pad.checksums import CHECKS
from devices.pad.parts import (
    Address,
    Checksum,
    Constant,
    Data,
    Field,
    Function,
    Length,
    Part,
    Trailer,
    bytes_of,
    name_of,
)

__all__ = ["Piece", "Span", "covered", "piece_of", "size_of", "spans_of"]


def size_of(part: Part) -> int:
    """Return the bytes of a part; 0 for the data, the only part that varies."""
    match part:
        case Constant() | Trailer():
            return len(bytes_of(part.bytes))
        case Address():
            return 1 if part.format == "byte" else part.size
        case Length() | Field():
            return part.size
        case Function():
            return 1
        case Checksum():
            return CHECKS[part.kind][0] * (2 if part.format == "hex" else 1)
        case Data():
            return 0


@dataclass(frozen=True, slots=True)
class Span:
    """Where a part lies: ``at`` counts from the frame's start, or from the data's end."""

    part: Part
    at: int
    size: int
    value: bytes = b""


@dataclass(frozen=True, slots=True)
class Piece:
    """A slice of a frame; each side counts from the frame's start or from the data's end."""

    begin: int
    stop: int
    from_end: bool
    to_end: bool

    @classmethod
    def over(cls, span: Span, *, from_end: bool) -> Piece:
        """Return the slice of a span."""
        return cls(span.at, span.at + span.size, from_end=from_end, to_end=from_end)

    def of(self, raw: bytes, end: int) -> bytes:
        """Return the bytes of the frame ``raw`` whose data ends at ``end``."""
        begin = end + self.begin if self.from_end else self.begin
        return raw[begin : end + self.stop if self.to_end else self.stop]

    def joined(self, after: Piece) -> Piece | None:
        """Return both as one slice where ``after`` begins where this one stops."""
        if (self.stop, self.to_end) == (after.begin, after.from_end):
            return Piece(self.begin, after.stop, self.from_end, after.to_end)
        return None


def spans_of(parts: Iterable[Part]) -> tuple[list[Span], int]:
    """Return where parts lie that follow each other, and how many bytes they have."""
    spans, at = [], 0
    for part in parts:
        value = bytes_of(part.bytes) if isinstance(part, Constant | Trailer) else b""
        spans.append(Span(part, at, size_of(part), value))
        at += size_of(part)
    return spans, at


def piece_of(
    name: str, before: Sequence[Span], after: Sequence[Span], head_size: int
) -> Piece | None:
    """Return where a named part lies, or None where the frame has none."""
    if name == "data":
        return Piece(head_size, 0, from_end=False, to_end=True)
    for spans, from_end in ((before, False), (after, True)):
        for span in spans:
            if name_of(span.part) == name:
                return Piece.over(span, from_end=from_end)
    return None


def covered(pieces: Iterable[Piece | None]) -> list[Piece]:
    """Return slices in their order, neighbours joined."""
    out: list[Piece] = []
    for piece in pieces:
        if piece is None:
            continue
        joined = out[-1].joined(piece) if out else None
        if joined is None:
            out.append(piece)
        else:
            out[-1] = joined
    return out
