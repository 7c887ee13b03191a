"""From what SANE hands over to rows of 8 bits a sample, without padding; pure.

Source: SANE Standard 1.06, 3.2.1: depth 1 has eight pixels a byte, the leftmost highest, and 1 is
black; depth 16 is two bytes a sample in the machine's order.
"""

from __future__ import annotations

import sys

__all__ = ["Rows", "UnknownPixels"]

_HIGH = 1 if sys.byteorder == "little" else 0
#: A byte of eight black-and-white pixels -> eight bytes of grey.
_EIGHT = [bytes(0 if byte >> (7 - at) & 1 else 255 for at in range(8)) for byte in range(256)]


class UnknownPixels(ValueError):
    """A depth, or rows too short for their pixels: a backend that SANE does not describe."""


class Rows:
    """Takes a frame in whatever pieces; gives whole rows of ``pixels * channels`` bytes."""

    def __init__(self, pixels: int, channels: int, depth: int, bytes_per_line: int) -> None:
        samples = pixels * channels
        needed = {1: (pixels + 7) // 8 * channels, 8: samples, 16: 2 * samples}.get(depth, 0)
        if needed <= 0 or bytes_per_line < needed or (depth == 1 and channels != 1):
            raise UnknownPixels(f"{pixels} pixels of depth {depth} in {bytes_per_line} bytes")
        self._samples = samples
        self._depth = depth
        self._line = bytes_per_line
        self._rest = bytearray()
        self.row_bytes = samples

    def feed(self, data: bytes | memoryview) -> bytes:
        """Return the rows that ``data`` completes."""
        self._rest += data
        count = len(self._rest) // self._line
        whole = bytes(self._rest[: count * self._line])
        del self._rest[: count * self._line]
        if self._depth == 8 and self._line == self._samples:
            return whole
        return b"".join(
            self._row(whole[at : at + self._line]) for at in range(0, len(whole), self._line)
        )

    def _row(self, line: bytes) -> bytes:
        match self._depth:
            case 1:
                return b"".join([_EIGHT[byte] for byte in line])[: self._samples]
            case 16:
                return line[_HIGH : 2 * self._samples : 2]
            case _:
                return line[: self._samples]
