"""One frame of a pad, as its profile describes it: found, checked, built.

Pure functions of bytes; made ready once for each profile. A frame's data ends where its size, its
length, its trailer or, with none of them, silence says (``match_whole``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from devices.pad.checksums import CHECKS
from devices.pad.escape import Escapes
from devices.pad.parts import (
    Address,
    Checksum,
    Constant,
    Data,
    Field,
    Length,
    Part,
    Trailer,
    bytes_of,
    name_of,
)
from devices.pad.spans import Piece, covered, piece_of, spans_of

__all__ = ["FrameCodec", "PadFrame"]

_NO_FRAME = -2
_NEED_MORE = -1


@dataclass(frozen=True, slots=True)
class PadFrame:
    """One good frame; ``address`` and ``function`` are None where the frame has none.

    ``raw`` is what stood on the wire, ``fields`` the bytes of its ``field`` parts.
    """

    raw: bytes
    address: int | None
    function: int | None
    data: bytes
    fields: bytes = b""


class FrameCodec:
    """A profile's frame, made ready once: finds and checks frames, and builds them.

    ``escape`` is byte -> its two bytes on the wire.
    """

    #: The newest good frame, of whatever pad; the same bytes are the same frame.
    last: PadFrame | None = None

    def __init__(self, parts: tuple[Part, ...], escape: dict[int, bytes] | None = None) -> None:
        data_at = next(i for i, part in enumerate(parts) if isinstance(part, Data))
        data = parts[data_at]
        assert isinstance(data, Data)  # noqa: S101 - narrows the type; the line above chose it
        self._parts = parts
        self._data = data
        self._before, self.head_size = spans_of(parts[:data_at])
        self._after, self._tail_size = spans_of(parts[data_at + 1 :])
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
        trailer = ends if ends is not None and isinstance(ends.part, Trailer) else None
        self._end_mark = trailer.value if delimited and trailer else b""
        self._escapes = self._escaping(escape or {})
        #: Nothing in the frame says where its data ends: silence does.
        self.ends_by_silence = delimited and not self._end_mark and self._escapes is None
        # The head needs no second look.
        self._before_constants = [s for s in self._before[bool(self.head) :] if s.value]
        self._after_constants = [s for s in self._after if s.value]
        self._address = self._piece("address")
        self._base = next((_BASES[p.format] for p in parts if isinstance(p, Address)), 0)
        self._function = self._piece("function")
        self._fields = [
            Piece.over(span, from_end=from_end)
            for spans, from_end in ((self._before, False), (self._after, True))
            for span in spans
            if isinstance(span.part, Field)
        ]
        self._check = self._checksum()

    @property
    def longest(self) -> int:
        """The most bytes that a frame has, escapes aside."""
        return self.head_size + (self._data.size or self._data.max) + self._tail_size

    def _escaping(self, escape: dict[int, bytes]) -> Escapes | None:
        if not escape:
            return None
        trailer = self._after[-1].value
        inner = self.longest - len(self.head) - len(trailer)
        return Escapes(self.head, trailer, escape, 2 * inner)

    # ---- finding

    def match(self, buffer: bytes | bytearray, start: int) -> PadFrame | int:
        """Try the frame that begins at ``start``: the frame, 0 (no frame), or -1 (need more)."""
        if self._escapes is not None:
            return self._match_escaped(self._escapes, buffer, start)
        body = start + self.head_size
        if len(buffer) < body:
            return -1
        for span in self._before_constants:
            at = start + span.at
            if buffer[at : at + span.size] != span.value:
                return 0
        if self.ends_by_silence:
            return -1 if len(buffer) - start <= self.longest else 0
        length = self._data_length(buffer, start, body)
        if length < 0:
            return 0 if length == _NO_FRAME else -1
        end = body + length
        if len(buffer) < end + self._tail_size:
            return -1
        return self._checked(bytes(buffer[start : end + self._tail_size]), end - start)

    def match_whole(self, raw: bytes) -> PadFrame | None:
        """Return the frame that ``raw``, all that stood between two silences, is."""
        end = len(raw) - self._tail_size
        if not self.head_size <= end <= self.head_size + self._data.max:
            return None
        if not raw.startswith(self.head):
            return None
        for span in self._before_constants:
            if raw[span.at : span.at + span.size] != span.value:
                return None
        found = self._checked(raw, end)
        return found if isinstance(found, PadFrame) else None

    def _match_escaped(
        self, escapes: Escapes, buffer: bytes | bytearray, start: int
    ) -> PadFrame | int:
        found = escapes.unwrap(buffer, start)
        if isinstance(found, int):
            return found
        plain, stop = found
        body_end = len(plain) - self._tail_size
        if not self.head_size <= body_end <= self.head_size + (self._data.size or self._data.max):
            return 0
        for span in self._before_constants:
            if plain[span.at : span.at + span.size] != span.value:
                return 0
        told = self._told_length(plain, 0)
        known = self._data.size if self._data.size is not None else told
        if (told is None and self._lengths) or known not in (None, body_end - self.head_size):
            return 0
        frame = self._checked(plain, body_end)
        if not isinstance(frame, PadFrame):
            return 0
        wire = bytes(buffer[start:stop])
        return PadFrame(wire, frame.address, frame.function, frame.data, frame.fields)

    def _data_length(self, buffer: bytes | bytearray, start: int, body: int) -> int:
        if self._data.size is not None and not self._lengths:
            return self._data.size
        if self._end_mark:
            end = buffer.find(self._end_mark, body, body + self._data.max + len(self._end_mark))
            if end >= 0:
                return end - body
            full = len(buffer) >= body + self._data.max + len(self._end_mark)
            return _NO_FRAME if full else _NEED_MORE
        told = self._told_length(buffer, start)
        if told is None or not 0 <= told <= self._data.max:
            return _NO_FRAME
        return told if self._data.size in (None, told) else _NO_FRAME

    def _told_length(self, buffer: bytes | bytearray, start: int) -> int | None:
        """Return the data's length by the length parts, None when there are none or they differ."""
        told: int | None = None
        for span, others in self._lengths:
            at = start + span.at
            length = int.from_bytes(buffer[at : at + span.size], "big") - others
            if told not in (None, length):
                return None
            told = length
        return told

    def _counted(self, part: Length) -> int:
        """Bytes that a length part counts beside the data."""
        others = (s for s in (*self._before, *self._after) if name_of(s.part) in part.counts)
        return sum(span.size for span in others) + part.plus

    def _checked(self, raw: bytes, end: int) -> PadFrame | int:
        """Check a whole frame whose data ends at ``end``."""
        for span in self._after_constants:
            at = end + span.at
            if raw[at : at + span.size] != span.value:
                return 0
        if self._check is not None:
            compute, stated, pieces = self._check
            if compute(b"".join([one.of(raw, end) for one in pieces])) != stated.of(raw, end):
                return 0
        address: int | None = None
        if self._address is not None:
            digits = self._address.of(raw, end)
            if not self._base:
                address = digits[0]
            elif (number := _number(digits, self._base)) is not None:
                address = number
            else:
                return 0
        function = None if self._function is None else self._function.of(raw, end)[0]
        fields = b"".join([one.of(raw, end) for one in self._fields]) if self._fields else b""
        return PadFrame(raw, address, function, raw[self.head_size : end], fields)

    def _piece(self, name: str) -> Piece | None:
        return piece_of(name, self._before, self._after, self.head_size)

    def _checksum(self) -> tuple[Callable[[bytes], bytes], Piece, list[Piece]] | None:
        part = next((part for part in self._parts if isinstance(part, Checksum)), None)
        stated = self._piece("checksum")
        if part is None or stated is None or part.kind == "none":
            return None
        pieces = [self._piece(name) for name in part.covers]
        if part.first is not None:
            pieces = [Piece(part.first, stated.begin, from_end=False, to_end=stated.from_end)]
        return _compute(part), stated, covered(pieces)

    # ---- building

    def build(self, address: int, function: int | None, data: bytes, fields: bytes = b"") -> bytes:
        """Return the frame for one pad. Raises ``ValueError`` when the data does not fit."""
        if len(data) > (self._data.size or self._data.max):
            raise ValueError(f"{len(data)} bytes of data are more than the frame holds")
        if self._data.size is not None and len(data) != self._data.size:
            raise ValueError(f"{len(data)} bytes of data, the frame has {self._data.size}")
        made: dict[str, bytes] = {"data": data, "function": bytes((function or 0,))}
        out = bytearray()
        for part in self._parts:
            match part:
                case Address():
                    made["address"] = _address(part, address)
                case Length():
                    count = len(data) + self._counted(part)
                    made["length"] = count.to_bytes(part.size, "big")
        spare = fields
        sum_at = 0
        for part in self._parts:
            match part:
                case Constant() | Trailer():
                    out += bytes_of(part.bytes)
                case Field():
                    out += (spare[: part.size] or bytes(part.size)).ljust(part.size, b"\0")
                    spare = spare[part.size :]
                case Checksum():
                    sum_at = len(out)
                    by_name = b"".join(made[name] for name in part.covers)
                    over = by_name if part.first is None else bytes(out[part.first : sum_at])
                    out += _compute(part)(over)
                case _:
                    out += made[name_of(part)]
        plain = bytes(out)
        return plain if self._escapes is None else self._escapes.wrap(plain)


_BASES = {"byte": 0, "decimal": 10, "hex": 16}
_DIGITS = {10: frozenset(b"0123456789"), 16: frozenset(b"0123456789ABCDEFabcdef")}


def _number(digits: bytes, base: int) -> int | None:
    return int(digits, base) if _DIGITS[base].issuperset(digits) else None


def _address(part: Address, address: int) -> bytes:
    if part.format == "byte":
        return bytes((address,))
    text = format(address, "d" if part.format == "decimal" else "X").rjust(part.size, "0")
    if len(text) > part.size:
        raise ValueError(f"address {address} has more than {part.size} digits")
    return text.encode()


def _compute(part: Checksum) -> Callable[[bytes], bytes]:
    compute = CHECKS[part.kind][1]
    if part.format == "byte":
        return compute
    return lambda data: compute(data).hex().upper().encode()
