"""The hall of several Pis, explored whole: it agrees with all its rules, and not with one left out.

The ways to what goes wrong, in words: ``pytest tests/model --log-cli-level=INFO``.
"""

from __future__ import annotations

import logging
from dataclasses import fields, replace

import pytest

from tests.model.explore import Explored, explore
from tests.model.hall_model import World
from tests.model.rules import Bounds, Rules

log = logging.getLogger(__name__)

ONE = (1, 0)
SMALL = (1, 0, 1, 1)

#: Each is explored whole; together they pass through every rule.
HALLS = {
    "a promotion at each of two hubs": Bounds(ONE, (0, 0, 1, 1), promotions=2),
    "numbers given back": Bounds(ONE, SMALL, 1, deeds=frozenset({"give back"})),
    "numbers written off": Bounds(ONE, (1, 0, 0, 1), 1, deeds=frozenset({"write off"})),
    "cancelled here, served there": Bounds(
        ONE, (1, 0, 0, 0), 1, calls=1, deeds=frozenset({"cancel", "by hand"})
    ),
    "the day closed meanwhile": Bounds(ONE, (1, 0, 0, 0), 1, deeds=frozenset({"close", "by hand"})),
    "two people at each kiosk": Bounds((2, 2), (2, 2, 2, 0)),
    "a hub or a kiosk gone for good": Bounds(ONE, SMALL, 1, losses=frozenset({"H", "A"})),
    "a lease, and a hub that restarts": Bounds((0, 0), (0, 0, 0, 0), 1, 1, lease=True),
    "a lease, and somebody who asks": Bounds(ONE, (0, 0, 1, 1), 1, lease=True),
}
LONG = {
    "numbers lent": Bounds(ONE, (0, 0, 2, 2), 1, deeds=frozenset({"lend"})),
    "called, and the day closed meanwhile": Bounds(
        ONE, (1, 0, 0, 0), 1, calls=1, deeds=frozenset({"close", "by hand"})
    ),
    "two people at a kiosk, a promotion": Bounds((2, 0), (1, 0, 2, 2), 1),
    "a person at each kiosk, a promotion": Bounds((1, 1), (0, 1, 2, 2), 1),
}

KIOSK = Bounds((2, 0), (2, 0, 2, 0), restarts=1)
HANDS = Bounds(ONE, (1, 0, 0, 0), deeds=frozenset({"cancel", "by hand"}))
LEASE = HALLS["a lease, and a hub that restarts"]
EPOCHS = HALLS["a promotion at each of two hubs"]
CANCELLED = HALLS["cancelled here, served there"]

#: Where it shows that the rule is missing, and what is wrong then.
MISSING = {
    "disk_before_paper": (KIOSK, "is on two papers"),
    "an_id_counts_once": (KIOSK, "was given two numbers"),
    "late_answers_are_dropped": (KIOSK, "has two papers"),
    "paper_counts": (KIOSK, "is queued"),
    "own_reserve_only": (Bounds((1, 1), (0, 1, 2, 3), 1), "is on two papers"),
    "written_off_stays_off": (
        Bounds((1, 1), (1, 0, 0, 0), deeds=frozenset({"write off"})),
        "is on two papers",
    ),
    "given_back_by_name": (
        Bounds((1, 1), (1, 0, 0, 0), 1, deeds=frozenset({"give back"})),
        "is on two papers",
    ),
    "offered_to_each_hub": (HALLS["a hub or a kiosk gone for good"], "nobody knows it"),
    "hands_over": (CANCELLED, "a record is lost"),
    "stands_down": (EPOCHS, "does not agree"),
    "lower_epochs_unheard": (CANCELLED, "shows a call that is not in it"),
    "epoch_has_a_name": (EPOCHS, "was begun twice"),
    "epoch_on_disk": (replace(EPOCHS, restarts=1), "was begun twice"),
    "facts_are_joined": (HANDS, "a record is lost"),
    "served_beats_cancelled": (HANDS, "counts as cancelled"),
    "closed_day_takes_records": (HALLS["the day closed meanwhile"], "a record is lost"),
    "order_by_issue": (Bounds(blocks=(1, 1, 0, 0)), "not the order of issue"),
    "majority": (LEASE, "both hold the lease"),
    "counted_from_asking": (LEASE, "both hold the lease"),
    "no_lease_after_return": (LEASE, "both hold the lease"),
    "votes_on_disk": (LEASE, "both hold the lease"),
    "votes_never_fall": (LEASE, "there is a higher one"),
}

#: Those of them that are not among the halls above; two are too large to explore beside them.
SMALL_HALLS = sorted(
    {name for name, (bounds, _) in MISSING.items() if bounds not in HALLS.values()}
    - {"epoch_on_disk", "own_reserve_only"}
)


def explored(bounds: Bounds, rules: Rules | None = None, most: int = 60_000) -> Explored:
    return explore(World(rules or Rules(), bounds), most)


@pytest.mark.parametrize("name", HALLS)
def test_with_all_rules_every_state_is_safe_and_the_hall_agrees_when_it_rests(name: str) -> None:
    found = explored(HALLS[name])
    assert not found.wrong, f"\n{found}"
    assert found.states > 1_000
    assert found.agreed > 30


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", LONG)
def test_the_same_further_out(name: str) -> None:
    found = explored(LONG[name], most=900_000)
    assert not found.wrong, f"\n{found}"


@pytest.mark.parametrize("name", MISSING)
def test_without_a_rule_something_goes_wrong_and_is_told_in_words(name: str) -> None:
    bounds, wrong = MISSING[name]
    found = explored(bounds, replace(Rules(), **{name: False}))
    log.info("without %s:\n%s", name, found)
    assert wrong in found.wrong
    assert len(found.trace) >= 2
    assert all(found.trace)


@pytest.mark.parametrize("name", SMALL_HALLS)
def test_the_same_hall_with_the_rule_is_right_as_far_as_that(name: str) -> None:
    bounds, _ = MISSING[name]
    found = explored(bounds)
    assert not found.wrong, f"\n{found}"


def test_no_rule_is_without_its_proof() -> None:
    assert set(MISSING) == {rule.name for rule in fields(Rules)}


def test_bounds_that_are_too_wide_are_said_not_cut_short() -> None:
    with pytest.raises(ValueError, match="more than 10 states"):
        explored(EPOCHS, most=10)
