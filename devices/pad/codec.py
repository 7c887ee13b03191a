"""One frame of a pad, as its profile describes it: found, checked, built.

Pure functions of bytes; made ready once for each profile.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

from devices.pad.profile import (
    Address,
    Checksum,
    Constant,
    Data,
    Function,
    Length,
    Part,
    Trailer,
    bytes_of,
)

__all__ = ["FrameCodec", "PadFrame"]

_NO_FRAME = -2
_NEED_MORE = -1


@dataclass(frozen=True, slots=True)
class PadFrame:
    """One good frame; ``address`` and ``function`` are None where the frame has none."""

    raw: bytes
    address: int | None
    function: int | None
    data: bytes


def _sum8(data: bytes) -> bytes:
    return bytes((sum(data) & 0xFF,))


def _xor8(data: bytes) -> bytes:
    return bytes((functools.reduce(lambda a, b: a ^ b, data, 0),))


def _crc16_modbus(data: bytes) -> bytes:
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
    return crc.to_bytes(2, "little")


_CHECKS: dict[str, tuple[int, Callable[[bytes], bytes]]] = {
    "sum8": (1, _sum8),
    "xor8": (1, _xor8),
    "crc16_modbus": (2, _crc16_modbus),
}


def _size(part: Part) -> int:
    """Bytes of a part; 0 for the data, the only part that varies."""
    match part:
        case Constant() | Trailer():
            return len(bytes_of(part.bytes))
        case Length() | Address():
            return part.size
        case Function():
            return 1
        case Checksum():
            return _CHECKS[part.kind][0]
        case Data():
            return 0


@dataclass(frozen=True, slots=True)
class _Span:
    """Where a part lies: ``at`` counts from the frame's start, or from the data's end."""

    part: Part
    at: int
    size: int
    value: bytes = b""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A slice of a frame; each side counts from the frame's start or from the data's end."""

    begin: int
    stop: int
    from_end: bool
    to_end: bool

    def of(self, raw: bytes, end: int) -> bytes:
        begin = end + self.begin if self.from_end else self.begin
        return raw[begin : end + self.stop if self.to_end else self.stop]

    def joined(self, after: _Piece) -> _Piece | None:
        """Return both as one slice where ``after`` begins where this one stops."""
        if (self.stop, self.to_end) == (after.begin, after.from_end):
            return _Piece(self.begin, after.stop, self.from_end, after.to_end)
        return None


class FrameCodec:
    """A profile's frame, made ready once: finds and checks frames, and builds them."""

    #: The newest good frame, of whatever pad; the same bytes are the same frame.
    last: PadFrame | None = None

    def __init__(self, parts: tuple[Part, ...]) -> None:
        data_at = next(i for i, part in enumerate(parts) if isinstance(part, Data))
        data = parts[data_at]
        assert isinstance(data, Data)  # noqa: S101 - narrows the type; the line above chose it
        self._parts = parts
        self._data = data
        self._before, self.head_size = _spans(parts[:data_at])
        self._after, self._tail_size = _spans(parts[data_at + 1 :])
        first = self._before[0] if self._before else None
        #: Every frame begins with these; what stands before them is noise.
        self.head = first.value if first and isinstance(first.part, Constant) else b""
        self._lengths = [
            (span, self._counted(span.part))
            for span in self._before
            if isinstance(span.part, Length)
        ]
        ends = self._after[0] if self._after else None
        delimited = data.size is None and not self._lengths
        self._end_mark = ends.value if delimited and ends else b""
        # The head needs no second look.
        self._before_constants = [s for s in self._before[bool(self.head) :] if s.value]
        self._after_constants = [s for s in self._after if s.value]
        self._address = self._piece("address")
        self._decimal_address = any(isinstance(p, Address) and p.format == "decimal" for p in parts)
        self._function = self._piece("function")
        self._check = self._checksum()

    def match(self, buffer: bytes | bytearray, start: int) -> PadFrame | int:
        """Try the frame that begins at ``start``: the frame, 0 (no frame), or -1 (need more)."""
        body = start + self.head_size
        if len(buffer) < body:
            return -1
        for span in self._before_constants:
            at = start + span.at
            if buffer[at : at + span.size] != span.value:
                return 0
        length = self._data_length(buffer, start, body)
        if length < 0:
            return 0 if length == _NO_FRAME else -1
        end = body + length
        if len(buffer) < end + self._tail_size:
            return -1
        return self._checked(bytes(buffer[start : end + self._tail_size]), end - start)

    def _data_length(self, buffer: bytes | bytearray, start: int, body: int) -> int:
        if self._data.size is not None and not self._lengths:
            return self._data.size
        if self._end_mark:
            end = buffer.find(self._end_mark, body, body + self._data.max + len(self._end_mark))
            if end >= 0:
                return end - body
            full = len(buffer) >= body + self._data.max + len(self._end_mark)
            return _NO_FRAME if full else _NEED_MORE
        told: int | None = None
        for span, others in self._lengths:
            at = start + span.at
            length = int.from_bytes(buffer[at : at + span.size], "big") - others
            if told not in (None, length):
                return _NO_FRAME
            told = length
        if told is None or not 0 <= told <= self._data.max:
            return _NO_FRAME
        return told if self._data.size in (None, told) else _NO_FRAME

    def _counted(self, part: Length) -> int:
        """Bytes that a length part counts beside the data."""
        names = part.counts
        others = sum(_size(other) for other in self._parts if _name(other) in names)
        return others + part.plus

    def _checked(self, raw: bytes, end: int) -> PadFrame | int:
        """Check a whole frame whose data ends at ``end``."""
        for span in self._after_constants:
            at = end + span.at
            if raw[at : at + span.size] != span.value:
                return 0
        if self._check is not None:
            compute, stated, covered = self._check
            if compute(b"".join([piece.of(raw, end) for piece in covered])) != stated.of(raw, end):
                return 0
        address: int | None = None
        if self._address is not None:
            digits = self._address.of(raw, end)
            if not self._decimal_address:
                address = digits[0]
            elif digits.isdigit():
                address = int(digits)
            else:
                return 0
        function = None if self._function is None else self._function.of(raw, end)[0]
        return PadFrame(raw, address, function, raw[self.head_size : end])

    def _piece(self, name: str) -> _Piece | None:
        """Return where a named part lies, or None where the frame has none."""
        if name == "data":
            return _Piece(self.head_size, 0, from_end=False, to_end=True)
        for spans, from_end in ((self._before, False), (self._after, True)):
            for span in spans:
                if _name(span.part) == name:
                    return _Piece(span.at, span.at + span.size, from_end=from_end, to_end=from_end)
        return None

    def _checksum(self) -> tuple[Callable[[bytes], bytes], _Piece, list[_Piece]] | None:
        part = next((part for part in self._parts if isinstance(part, Checksum)), None)
        stated = self._piece("checksum")
        if part is None or stated is None:
            return None
        covered: list[_Piece] = []
        for name in part.covers:
            piece = self._piece(name)
            if piece is None:
                continue
            joined = covered[-1].joined(piece) if covered else None
            if joined is None:
                covered.append(piece)
            else:
                covered[-1] = joined
        return _CHECKS[part.kind][1], stated, covered

    def build(self, address: int, function: int | None, data: bytes) -> bytes:
        """Return the frame for one pad. Raises ``ValueError`` when the data is too long."""
        if len(data) > (self._data.size or self._data.max):
            raise ValueError(f"{len(data)} bytes of data are more than the frame holds")
        made: dict[str, bytes] = {"data": data, "function": bytes((function or 0,))}
        for part in self._parts:
            if isinstance(part, Address):
                text = str(address).rjust(part.size, "0").encode()
                made["address"] = text if part.format == "decimal" else bytes((address,))
            elif isinstance(part, Length):
                count = len(data) + self._counted(part)
                made["length"] = count.to_bytes(part.size, "big")
        for part in self._parts:
            if isinstance(part, Checksum):
                covered = b"".join(made[name] for name in part.covers)
                made["checksum"] = _CHECKS[part.kind][1](covered)
        return b"".join(
            bytes_of(part.bytes) if isinstance(part, Constant | Trailer) else made[_name(part)]
            for part in self._parts
        )


def _name(part: Part) -> str:
    return type(part).__name__.lower()


def _spans(parts: tuple[Part, ...]) -> tuple[list[_Span], int]:
    spans, at = [], 0
    for part in parts:
        value = bytes_of(part.bytes) if isinstance(part, Constant | Trailer) else b""
        spans.append(_Span(part, at, _size(part), value))
        at += _size(part)
    return spans, at
