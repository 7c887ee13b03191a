"""The code itself through random schedules of cuts, delays, crashes and returns."""

from __future__ import annotations

import pytest

from tests.spread_runs.judging import judge
from tests.spread_runs.schedule import Day


def played(seeds: range) -> None:
    for seed in seeds:
        day = Day(seed)
        day.told.append(f"seed {seed}")
        day.run()
        judge(day)


@pytest.mark.parametrize("part", range(4))
def test_after_every_order_of_trouble_all_pis_agree_and_nothing_is_lost(part: int) -> None:
    played(range(part * 250, part * 250 + 250))


@pytest.mark.long
@pytest.mark.parametrize("part", range(10))
def test_ten_thousand_other_orders_come_to_the_same(part: int) -> None:
    played(range(1000 + part * 1000, 2000 + part * 1000))
