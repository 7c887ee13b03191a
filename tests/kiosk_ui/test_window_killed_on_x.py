"""The pair on a real X server: "please check" by touch, a killed daemon, then nothing of it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.e2e.scene import Scene, until
from tests.kiosk_ui.on_x import OnX, open_today
from tests.kiosk_ui.test_window_on_x import HEIGHT, WIDTH, becomes, outer, pair
from tests.kiosk_ui.x_server import NEEDS_X, XServer

pytestmark = NEEDS_X


def differs(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Return how much of two pictures is not the same."""
    return float((one != other).any(axis=2).mean())


async def answered(hall: Scene) -> bool | None:
    """Return True once the journal has an answer."""
    tail: list[dict[str, Any]] = await hall.hall.call("journal.tail", limit=30)
    return True if any(one["type"] == "check.answered" for one in tail) else None


async def test_please_check_is_answered_by_touch_and_a_killed_daemon_leaves_nothing(
    place: Path,
) -> None:
    async with Scene(place, open_day=False) as hall:
        await open_today(hall, "3")
        await hall.take(override=True)
        await hall.do("window.next", window="3")
        await hall.do("window.start", window="3")
        with XServer(place, 2 * WIDTH, HEIGHT) as x, OnX(x, place, *pair(hall)) as screen:
            await becomes(lambda: len(x.windows()) == 2, "two windows")
            starting = outer(x)
            await becomes(lambda: differs(outer(x), starting) > 0.05, "the number")
            # The clock may go on to its next minute: that is not another page.
            calm = outer(x)
            await hall.do(
                "check.ask", window="3", title="请核对 Please check",
                fields=[{"id": "phone", "label": "电话 Phone", "value": "010-5550 0123"}],
            )  # fmt: skip
            await becomes(lambda: differs(outer(x), calm) > 0.05, "the check")
            # A touch that is faster than the eye does not count.
            await asyncio.sleep(0.6)
            # "All is right" is the large button at the lower right.
            x.press(WIDTH + 1000, 660)
            await until(lambda: answered(hall))
            await becomes(lambda: differs(outer(x), calm) < 0.02, "the number again")
            await hall.kill()
            await becomes(lambda: differs(outer(x), calm) > 0.2, "cut off")
            await hall.start()
            await becomes(lambda: differs(outer(x), calm) < 0.02, "back", 30)
        assert "Traceback" not in screen.log()
        assert "5550" not in screen.log()
