"""Which version of what passes between the hall's Pis this program speaks, and who fits whom.

The Pis of a hall are brought up to date one after the other, so two programs whose versions differ
by one work together, either way round; docs/spread-inside.md says what may change between them, and
tests/sync/test_wire_vectors.py notices what does. Two that differ by more have nothing to do with
each other.
"""

from __future__ import annotations

from typing import Literal

__all__ = ["WIRE", "Step", "apart"]

#: Raised by one with a release that neighbours must know of. A program that tells none has 1.
WIRE = 1

Step = Literal["", "newer", "older"]


def apart(ours: int, theirs: int) -> Step:
    """Say whether another Pi's version is too far from ours: ``newer`` or ``older`` by two."""
    if abs(theirs - ours) <= 1:
        return ""
    return "newer" if theirs > ours else "older"
