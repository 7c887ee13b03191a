"""A wall that runs for weeks: days of calls through the real loop leave no memory behind."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import pytest

#: Bytes, in millions, by which a wall may grow after its first hour.
MOST_MB = 2.0


async def wall_day(*options: str) -> dict[str, Any]:
    """Return the figures of a wall's day, measured in a process of its own, as the bench does."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "kiosk_ui.measure", "wall-day", *options),
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    assert process.returncode == 0
    found: dict[str, Any] = json.loads(said)["wall-day"]
    return found


@pytest.mark.timeout(300)
async def test_hours_of_calls_grow_the_wall_by_less_than_2_mb() -> None:
    found = await wall_day("--quick")
    assert found["calls"] > 250
    assert found["posters"] > 100
    assert found["wrong_pictures"] == 0
    assert found["pictures"] > 2 * found["calls"]
    assert found["grown_mb"] < MOST_MB, found


@pytest.mark.long
async def test_a_day_and_a_night_grow_the_wall_by_less_than_2_mb_and_show_no_old_number() -> None:
    found = await wall_day()
    # All of a day, and the next morning's.
    assert found["calls"] > 1500
    assert found["wrong_pictures"] == 0
    assert found["grown_mb"] < MOST_MB, found
