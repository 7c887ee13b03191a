"""Bytes that may not stand inside a frame, and what stands in their place on the wire.

A frame with escapes is ``head .. trailer``. Neither is escaped; in between, each byte of the table
goes out as its two. Both usual manners are such tables: ``7E`` as ``7D 5E`` and ``7D`` as ``7D 5D``
(PPP, RFC 1662), or ``10`` as ``10 10`` between ``10 02`` and ``10 03`` (DLE doubling).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Escapes"]


@dataclass(frozen=True, slots=True)
class Escapes:
    """``pairs`` is byte -> its two bytes on the wire; ``longest`` the most of a body there."""

    head: bytes
    trailer: bytes
    pairs: Mapping[int, bytes]
    longest: int

    def wrap(self, plain: bytes) -> bytes:
        """Return what goes over the wire for a frame ``head body trailer``."""
        body = plain[len(self.head) : len(plain) - len(self.trailer)]
        wire = b"".join(self.pairs.get(byte) or bytes((byte,)) for byte in body)
        return self.head + wire + self.trailer

    def unwrap(self, wire: bytes | bytearray, start: int) -> tuple[bytes, int] | int:
        """Return the frame that begins at ``start`` and where it ends on the wire.

        ``wire`` has the head there. 0: it is none; -1: more bytes are needed.
        """
        back = {pair: byte for byte, pair in self.pairs.items()}
        at = start + len(self.head)
        stop = min(len(wire), at + self.longest + len(self.trailer))
        body = bytearray()
        while at < stop:
            byte = wire[at]
            if byte not in self.pairs:
                body.append(byte)
                at += 1
                continue
            if wire[at : at + len(self.trailer)] == self.trailer:
                end = at + len(self.trailer)
                return self.head + bytes(body) + self.trailer, end
            found = back.get(bytes(wire[at : at + 2]))
            if found is None:
                cut = len(wire) - at < max(2, len(self.trailer))
                return -1 if cut and self._may_become(bytes(wire[at:])) else 0
            body.append(found)
            at += 2
        return -1 if at - start - len(self.head) < self.longest + len(self.trailer) else 0

    def _may_become(self, rest: bytes) -> bool:
        begun = (self.trailer, *self.pairs.values())
        return any(one.startswith(rest) for one in begun)
