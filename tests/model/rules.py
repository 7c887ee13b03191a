"""The rules of a hall of several Pis, each of which the model can leave out, and the bounds.

docs/spread-rules.md says them in plain words; ``test_model.py`` shows that each is needed.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Bounds", "Rules"]


@dataclass(frozen=True, slots=True)
class Rules:
    """What keeps the hall together. False: the hall goes without this rule."""

    #: A ticket is on the kiosk's disk before its paper moves.
    disk_before_paper: bool = True
    #: A person's request has an id; the hub answers the same id once.
    an_id_counts_once: bool = True
    #: Once a kiosk gave its own number, a late answer of the hub is not printed too.
    late_answers_are_dropped: bool = True
    #: The number on the paper stands in the queue; the one that was decided beside it is skipped.
    paper_counts: bool = True
    #: A promoted hub gives out of its own reserve, never what was the old hub's.
    own_reserve_only: bool = True
    #: Numbers written off are never given by another, even if their Pi seems gone for good.
    written_off_stays_off: bool = True
    #: A number is given back to one hub, by name; no other that hears of it takes it.
    given_back_by_name: bool = True
    #: A kiosk offers its day again to a new hub, whatever an old one acknowledged.
    offered_to_each_hub: bool = True
    #: A hub that stands down hands over what it alone knew.
    hands_over: bool = True
    #: A hub that sees a higher epoch stands down.
    stands_down: bool = True
    #: Who knows an epoch hears nothing of a lower one.
    lower_epochs_unheard: bool = True
    #: An epoch has the name of its hub.
    epoch_has_a_name: bool = True
    #: The epoch is on the disk before the first decision in it.
    epoch_on_disk: bool = True
    #: Facts about one ticket are joined; the last to arrive does not replace the others.
    facts_are_joined: bool = True
    #: Who was served was served, even if somebody cancelled the ticket elsewhere.
    served_beats_cancelled: bool = True
    #: What happened is recorded after the day closed too.
    closed_day_takes_records: bool = True
    #: The queue is ordered by time of issue, not of arrival at the hub.
    order_by_issue: bool = True
    #: A lease needs two of three voters.
    majority: bool = True
    #: The holder counts its lease from asking: it ends before any voter lets go.
    counted_from_asking: bool = True
    #: A hub that comes back has no lease until it is voted anew.
    no_lease_after_return: bool = True
    #: A voter keeps its vote on its disk.
    votes_on_disk: bool = True
    #: A voter never votes for a lower epoch than before.
    votes_never_fall: bool = True


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far the hall is explored. ``presses``: people at kiosk A and B."""

    presses: tuple[int, int] = (1, 1)
    #: The numbers that A, B, the hub H and the standby S hold at the start of the day.
    blocks: tuple[int, int, int, int] = (1, 1, 2, 3)
    promotions: int = 0
    restarts: int = 0
    #: Pis that may go for good.
    losses: frozenset[str] = frozenset()
    calls: int = 0
    #: What people may do: "lend", "give back", "write off", "cancel", "close", "by hand".
    deeds: frozenset[str] = frozenset()
    #: Promotion by lease instead of by hand.
    lease: bool = False
