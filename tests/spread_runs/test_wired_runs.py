"""What carries everything over the broker, through random days of a hall of five Pis."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.spread_runs.wired_day import WiredDay
from tests.spread_runs.wired_judging import judge_wired

#: In memory where there is such a folder: the journals' syncs are tried elsewhere.
MEMORY = Path("/dev/shm")  # noqa: S108 - only names of a folder made by mkdtemp go there


@pytest.fixture
def folder(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Iterator[Path]:
    # Hundreds of Pis that come and go say much.
    caplog.set_level(logging.CRITICAL)
    if not os.access(MEMORY, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(prefix="hall-runs-", dir=MEMORY) as made:
        yield Path(made)


def played(seed: int, folder: Path) -> WiredDay:
    day = WiredDay(seed, folder / str(seed))
    day.play()
    judge_wired(day)
    day.clear()
    return day


@pytest.mark.parametrize("part", range(4))
def test_over_the_broker_all_pis_agree_after_every_order_of_trouble(
    part: int, folder: Path
) -> None:
    for seed in range(part * 30, part * 30 + 30):
        played(seed, folder)


def test_a_seed_plays_the_same_day_again(folder: Path) -> None:
    told = [played(seed, folder).told for seed in (3, 4, 3, 4)]
    assert told[:2] == told[2:]


@pytest.mark.long
@pytest.mark.parametrize("part", range(10))
def test_over_the_broker_many_other_orders_come_to_the_same(part: int, folder: Path) -> None:
    for seed in range(1000 + part * 1000, 2000 + part * 1000):
        played(seed, folder)
