"""Which command ids may have been seen: a Bloom filter over what the journal remembers.

Nearly every command is new, and asking the journal for each would cost a second look at the disk.
The filter says "certainly new" for nearly all of them; only a "perhaps" is looked up.
"""

from __future__ import annotations

__all__ = ["KnownIds"]

#: 4 million bits, 512 kB: with 200,000 ids about one new id in 400 is looked up for nothing.
BITS = 22
_MASK = (1 << BITS) - 1


class KnownIds:
    """Ids that were added are always "perhaps"; others hardly ever."""

    def __init__(self) -> None:
        self._bits = bytearray(1 << (BITS - 3))

    def add(self, command_id: str) -> None:
        """Remember an id."""
        bits, mixed = self._bits, hash(command_id)
        for shift in (0, BITS, 2 * BITS - 2):
            place = mixed >> shift & _MASK
            bits[place >> 3] |= 1 << (place & 7)

    def __contains__(self, command_id: str) -> bool:
        bits, mixed = self._bits, hash(command_id)
        for shift in (0, BITS, 2 * BITS - 2):
            place = mixed >> shift & _MASK
            if not bits[place >> 3] & 1 << (place & 7):
                return False
        return True
