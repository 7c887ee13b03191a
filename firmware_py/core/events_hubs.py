"""What happened to the hub itself: another Pi was promoted, and who gives the usual numbers.

The rules are docs/spread-rules.md, 1 to 4 and 11 to 15.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["HUB_EVENTS", "HubEvent", "HubPromoted", "NumbersTakenOver"]


@dataclass(frozen=True, slots=True)
class HubPromoted:
    """From here on ``hub`` decides, in ``epoch``; ``former`` did, and stands down when it hears.

    The usual numbers are ``numbers_at``'s: a promoted hub gives from its own reserve until they
    are handed over or written off. ``copy_seq`` is the last event that its copy had.
    """

    hub: str
    former: str
    epoch: str
    numbers_at: str
    copy_seq: int
    #: By the lease, and not by a person.
    by_lease: bool = False


@dataclass(frozen=True, slots=True)
class NumbersTakenOver:
    """The usual numbers are the hub's again: ``former`` handed them over, or was written off."""

    hub: str
    former: str
    written_off: bool = False
    reason: str = ""


HubEvent = HubPromoted | NumbersTakenOver

HUB_EVENTS: dict[str, type[HubEvent]] = {
    "hub.promoted": HubPromoted,
    "hub.numbers_taken_over": NumbersTakenOver,
}
