"""The pair on a real X server: "please check" by touch, a killed daemon, then nothing of it.

What the taxpayer should see is drawn a second time, in the test's own process.
"""

from __future__ import annotations

from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np

from kiosk_ui.panel import Panel
from kiosk_ui.touch import SETTLE_S
from tests.e2e.scene import Scene, until
from tests.kiosk_ui.on_x import OnX, open_today
from tests.kiosk_ui.test_window_on_x import HEIGHT, WIDTH, outer, pair
from tests.kiosk_ui.window_desk import OUTER
from tests.kiosk_ui.window_stand import Stand, stand
from tests.kiosk_ui.x_server import NEEDS_X, XServer

pytestmark = NEEDS_X

PANEL = Panel(WIDTH, HEIGHT, 476, 268)
PHONE = "010-5550 0123"


async def answered(hall: Scene) -> bool:
    """Say whether the journal has an answer."""
    tail: list[dict[str, Any]] = await hall.hall.call("journal.tail", limit=30)
    return any(one["type"] == "check.answered" for one in tail)


async def shows(x: XServer, should: Stand, page: str, for_s: float = 0.0) -> None:
    """Wait until the outer panel has shown just this page for so long."""
    since = [monotonic()]

    def right() -> bool:
        same = should.page() == page and np.array_equal(outer(x), should.pixels(OUTER))
        since[0] = since[0] if same else monotonic()
        return same and monotonic() - since[0] >= for_s

    await should.until(right, page)


async def test_please_check_is_answered_by_touch_and_a_killed_daemon_leaves_nothing(
    place: Path,
) -> None:
    async with Scene(place, open_day=False) as hall:
        await open_today(hall, "3")
        number = await hall.take(override=True)
        await hall.do("window.next", window="3")
        await hall.do("window.start", window="3")
        with (
            XServer(place, 2 * WIDTH, HEIGHT) as x,
            OnX(x, place, *pair(hall)) as screen,
            stand(hall, panels=(PANEL, PANEL)) as should,
        ):
            await shows(x, should, "serving")
            assert number in should.text(OUTER)
            await hall.do(
                "check.ask", window="3", title="请核对 Please check",
                fields=[{"id": "phone", "label": "电话 Phone", "value": PHONE}],
            )  # fmt: skip
            # A touch that is faster than the eye does not count.
            await shows(x, should, "check", SETTLE_S + 0.1)
            assert PHONE in should.text(OUTER)
            across, down = should.where(OUTER, "o_confirm")
            x.press(WIDTH + across, down)
            await until(lambda: answered(hall))
            await shows(x, should, "serving")
            await hall.kill()
            await shows(x, should, "cut_off")
            assert PHONE not in should.text(OUTER)
            assert number not in should.text(OUTER)
            await hall.start()
            await shows(x, should, "serving")
            assert PHONE not in should.text(OUTER)
        assert "Traceback" not in screen.log()
        assert PHONE not in screen.log()
