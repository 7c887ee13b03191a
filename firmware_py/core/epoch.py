"""The time of one hub: which of two that both decide is the newer. Pure.

docs/spread-rules.md, rule 11: an epoch is a count and its hub's name, compared in this order, so
two people may promote two hubs at either end of a cut and all agree which one counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["NO_EPOCH", "Epoch", "epoch_in", "latest_epoch"]

_LONGEST = 64
_DIGITS = 9


class Epoch(NamedTuple):
    """Written ``2-standby``: the second epoch of this hall, in which ``standby`` decides."""

    nth: int
    hub: str

    def __str__(self) -> str:
        return f"{self.nth}-{self.hub}"

    def next_of(self, hub: str) -> Epoch:
        """Return the epoch that ``hub`` begins after this one."""
        return Epoch(self.nth + 1, hub)


#: Below every epoch.
NO_EPOCH = Epoch(0, "")


def epoch_in(text: str) -> Epoch | None:
    """Read ``2-standby``; None for anything else, such as the name of a journal's first epoch."""
    nth, _, hub = text.partition("-")
    counted = nth.isascii() and nth.isdecimal() and not nth.startswith("0")
    named = all(one.isascii() and (one.isalnum() or one in "._-") for one in hub)
    if not counted or len(nth) > _DIGITS or not named or not 1 <= len(hub) <= _LONGEST:
        return None
    return Epoch(int(nth), hub)


def latest_epoch(names: Sequence[str], hub: str) -> Epoch:
    """Return the epoch of a hub whose journal's epochs have these names.

    One that was never promoted has none with a count: it is the hall's first, that of ``hub``. A
    journal that was restored afterwards goes on in the same one.
    """
    counted = [epoch for name in names if (epoch := epoch_in(name)) is not None]
    return max(counted, default=Epoch(1, hub))
