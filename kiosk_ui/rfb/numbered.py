"""Pictures with a number in their corner, and when each was shown: how late is what people see?"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Callable
from pathlib import Path

__all__ = ["BITS", "NUMBERS", "SIDE", "Times", "number_at"]

#: Bits of a picture's number, and the side of each one's square in pixels.
BITS, SIDE = 16, 16
#: After so many they begin again.
NUMBERS = 1 << BITS


class Times:
    """When each picture was shown: seconds by the monotonic clock, by number, shared by a file."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(bytes(8 * NUMBERS))
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), 8 * NUMBERS)

    def put(self, number: int, at_s: float) -> None:
        """Note a picture."""
        struct.pack_into("<d", self._memory, 8 * number, at_s)

    def at(self, number: int) -> float:
        """Return when it was shown; 0.0 for one that never was."""
        (found,) = struct.unpack_from("<d", self._memory, 8 * number)
        return float(found)

    def close(self) -> None:
        """Let the file go."""
        self._memory.close()


def number_at(bright: Callable[[int, int], int]) -> int:
    """Return the number of a picture; ``bright(x, y)`` gives a pixel's green, 0 to 255."""
    found = 0
    for bit in range(BITS):
        if bright(bit * SIDE + SIDE // 2, SIDE // 2) > 127:
            found |= 1 << bit
    return found
