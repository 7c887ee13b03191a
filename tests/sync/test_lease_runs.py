"""The lease through thousands of random runs: never two holders, none below the highest epoch.

Clocks of different speeds, messages late, twice and lost, cuts, pauses, restarts, full disks and a
voter's file that is lost. Without any one of the rules the same runs find what goes wrong.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

import pytest

from firmware_py.core.epoch import Epoch
from firmware_py.sync.lease import Holder, Voter
from firmware_py.sync.lease_wire import Ask, Word
from tests.sync.lease_hall import LEASE_S, NAMES, LeaseHall, Makes

log = logging.getLogger(__name__)

RUNS = 300
#: How often one of a dozen troubles is a lost file.
LOST = 0.2
LONG_RUNS = 20_000
#: Each mutant is found within so many runs; the last within 220.
SEARCH = 3_000
#: A voter that lost its file needs both others for a while; then somebody has the lease.
HEALING_S = 8 * LEASE_S


def played(seed: int, makes: Makes | None = None) -> LeaseHall:
    """Return a hall after a dozen troubles and, if nothing went wrong, a quiet end."""
    hall = LeaseHall(seed, makes)
    hall.run(hall.random.uniform(1, 4) * LEASE_S)
    if seed % 3 == 1:
        hall.taking_turns()
    elif seed % 3 == 2:
        hall.two_do_not_hear_each_other()
    for _ in range(12):
        if hall.random.random() < LOST and hall.all_remember:
            # One of three: whoever lost it must learn anew before another does.
            hall.loses_its_file(hall.random.choice(NAMES))
        else:
            hall.trouble()
        hall.run(hall.random.uniform(0, 1) * LEASE_S)
    if not hall.wrong:
        hall.calm()
        hall.run(HEALING_S)
    return hall


def check(seeds: Iterable[int]) -> None:
    had = 0
    for seed in seeds:
        hall = played(seed)
        assert not hall.wrong, f"seed {seed}: {hall.wrong}"
        # With all three there somebody has it: nothing is blocked for ever.
        assert len(hall.deciding()) == 1, f"seed {seed}: nobody has the lease"
        had += hall.had
    assert had > 2 * len(list(seeds))


def test_nobody_decides_beside_another_whatever_happens() -> None:
    check(range(RUNS))


@pytest.mark.long
def test_nobody_decides_beside_another_in_many_runs() -> None:
    check(range(RUNS, RUNS + LONG_RUNS))


class Alone(Holder):
    """One vote is enough: one's own, whatever the others say."""

    def heard(self, word: Word, by: str) -> bool:
        return super().heard(word._replace(yes=True), by)


class CountsFromTheAnswer(Holder):
    """The holder counts from when it was told yes."""

    def _counted_from(self, asked_s: float) -> float:
        return self._now_s()


class Falls(Voter):
    """Votes for lower epochs too, when it has promised nothing."""

    def _falls(self, epoch: Epoch) -> bool:
        return False


class Presumes(Voter):
    """A voter without its file votes after the wait, and asks nobody."""

    @property
    def remembers(self) -> bool:
        return True

    def _would(self, ask: Ask, by: str) -> bool:
        self._unheard.clear()
        return not (self._kept is None and self.left_s) and super()._would(ask, by)


class Hasty(Voter):
    """A voter without its file does not wait: what it promised is forgotten."""

    def __init__(self, *args: object, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        if self._kept is None:
            self._until_s = 0.0


MUTANTS = {
    "majority": Makes(holder=Alone),
    "counted_from_asking": Makes(holder=CountsFromTheAnswer),
    "no margin for different clocks": Makes(margin=0.0),
    "no_lease_after_return": Makes(keeps_lease=True),
    "votes_on_disk": Makes(forgets=True),
    "votes_never_fall": Makes(voter=Falls),
    "a lost file waits": Makes(voter=Hasty),
    "a lost file asks the others": Makes(voter=Presumes),
}


@pytest.mark.parametrize("rule", MUTANTS)
def test_without_this_rule_the_runs_find_what_goes_wrong(rule: str) -> None:
    found = (
        (seed, hall.wrong) for seed in range(SEARCH) if (hall := played(seed, MUTANTS[rule])).wrong
    )
    seed, wrong = next(found, (0, ""))
    assert wrong, f"nothing went wrong without: {rule}"
    log.info("without %s, run %d: %s", rule, seed, wrong)
