"""A numbered configuration of a hall: its file and all that this names. Pure.

The hub numbers whatever it takes up. Its count never falls, also not at the next hub; the digest
says what is in it, so two hubs at either end of a cut cannot mean different things by one number.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Edition", "next_number"]

#: A count that a Pi tells is believed up to here beyond our own: none makes the hub's run away.
_AHEAD = 10_000


@dataclass(frozen=True, slots=True)
class Edition:
    """``epoch`` is that of the hub which numbered it; ``digest`` is SHA-256 in hex."""

    epoch: str
    number: int
    digest: str

    def __str__(self) -> str:
        return f"{self.number} ({self.epoch}, {self.digest[:8]})"


def next_number(own: int, told: int = 0) -> int:
    """Return the next number of a hub that has used ``own`` and is ``told`` of another.

    A hub that was restored from a backup hears from the Pis how far the count was.
    """
    return (told if own < told <= own + _AHEAD else own) + 1
