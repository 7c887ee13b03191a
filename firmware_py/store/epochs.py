"""Names of epochs: never used twice, and in the order of time where clocks are right."""

from __future__ import annotations

import os

__all__ = ["new_epoch"]

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_epoch(now_ms: int) -> str:
    """Return a ULID (https://github.com/ulid/spec): 26 characters, 48 bits time, 80 random.

    The random part keeps two epochs apart even when a Pi without a clock starts twice at the
    same wrong time.
    """
    number = (now_ms & ((1 << 48) - 1)) << 80 | int.from_bytes(os.urandom(10), "big")
    return "".join(_CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))
