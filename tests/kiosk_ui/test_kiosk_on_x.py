"""The kiosk on a real X server: fingers press it, the picture changes, the printer prints."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

from kiosk_ui.messages import Held, Pressed
from kiosk_ui.panel import Panel, panel_of
from kiosk_ui.touch import SETTLE_S
from tests.e2e.scene import Scene, until
from tests.kiosk_ui.on_x import MAIN, Mirror, OnX, kiosk_arguments, mirror_of_kiosk, open_today
from tests.kiosk_ui.x_server import NEEDS_X, XServer

pytestmark = NEEDS_X
log = logging.getLogger(__name__)

#: The kiosk with a clock that runs ten times as fast.
HASTY = (
    "import sys, time; real = time.monotonic; time.monotonic = lambda: real() * 10\n"
    "from kiosk_ui.main import main; sys.exit(main(sys.argv[1:]))"
)
#: One for which a finger that lies there for half a second is none.
SHORT = (
    "import sys; from kiosk_ui import main, touch; touch.STUCK_S = 0.5;"
    "sys.exit(main.main(sys.argv[1:]))"
)


class Kiosk:
    """A kiosk, the hand that presses it, and what it should show."""

    def __init__(self, hall: Scene, x: XServer, screen: OnX, mirror: Mirror) -> None:
        self.hall, self.x, self.screen, self.mirror = hall, x, screen, mirror

    async def shows(self, *words: str) -> str:
        """Wait until it shows this; return all that it says."""
        text, _ = await self.mirror.becomes(lambda text: all(word in text for word in words))
        return text

    async def ready(self, area: str) -> tuple[int, int]:
        """Wait until an area can be pressed and its page has stood for a moment; return where."""
        since: list[float] = []

        async def settled() -> tuple[int, int] | None:
            if not self.mirror.agrees():
                since.clear()
                return None
            # The kiosk came to this page at another moment than the mirror did.
            since.append(monotonic())
            if since[-1] - since[0] < SETTLE_S + 0.1:
                return None
            with contextlib.suppress(KeyError):
                return self.mirror.area(area)
            return None

        try:
            return await until(settled)
        except AssertionError:
            self.mirror.keep()
            raise AssertionError(f"no {area} to press: {self.mirror.text()}") from None

    async def press(self, *areas: str) -> None:
        """Press areas that lead to other pages, here and there."""
        for area in areas:
            self.x.press(*await self.ready(area))
            self.mirror.take(Pressed(area, "unused"))

    async def issued(self) -> list[dict[str, Any]]:
        """Return every ticket that was issued."""
        return [e for e in await self.hall.journal() if e["type"] == "ticket.issued"]

    async def taken(self) -> str:
        """Wait until the newest ticket is on the kiosk; return its number."""
        newest = (await until(self.issued))[-1]
        # The same command again, from here: the daemon answers as it did the first time.
        self.mirror.take(Pressed("take", newest["command_id"]))
        number = str(newest["data"]["number"])
        await self.shows(number)
        return number


@contextmanager
def kiosk(
    hall: Scene,
    place: Path,
    *more: str,
    program: Sequence[str] = MAIN,
    panel: Panel | None = None,
) -> Iterator[Kiosk]:
    """Run a kiosk on an X server."""
    with (
        XServer(place) as x,
        OnX(x, place, *kiosk_arguments(hall, *more), program=program) as screen,
        mirror_of_kiosk(hall, x, panel) as mirror,
    ):
        yield Kiosk(hall, x, screen, mirror)
        assert screen.runs
        assert "Traceback" not in screen.log()


TO_ITEM = ("category:advice", "item:F01")


async def test_pressing_a_category_an_item_and_take_prints_a_ticket(
    place: Path,
) -> None:
    async with Scene(place, open_day=False) as hall:
        await open_today(hall, "3")
        with kiosk(hall, place) as one:
            await one.press(*TO_ITEM)
            where = await one.ready("take")
            began = monotonic()
            one.x.press(*where)
            number = await one.taken()
            await hall.on_paper(number)
            log.info("a touch is seen and on paper after %.2f s", monotonic() - began)
            (issued,) = await one.issued()
            assert issued["by"].startswith("screen-kiosk")
            assert issued["data"]["origin"] == "kiosk-1"
            # Its page leads back to the start, for the next person.
            await one.press("home")
            await one.ready("category:advice")


async def test_a_double_touch_and_hammering_take_one_ticket(place: Path) -> None:
    async with Scene(place, open_day=False) as hall:
        await open_today(hall, "3")
        with kiosk(hall, place) as one:
            await one.press(*TO_ITEM)
            one.x.press(*await one.ready("take"), times=2)
            first = await one.taken()
            await one.press("home", *TO_ITEM)
            one.x.press(*await one.ready("take"), times=12)
            await until(lambda: at_least(one, 2))
            second = await one.taken()
            await hall.on_paper(second)
            assert [e["data"]["number"] for e in await one.issued()] == [first, second]


async def at_least(one: Kiosk, count: int) -> bool:
    return len(await one.issued()) >= count


async def test_a_finger_that_slides_away_or_never_leaves_takes_nothing(place: Path) -> None:
    async with Scene(place, open_day=False) as hall:
        await open_today(hall, "3")
        with kiosk(hall, place, program=("-c", SHORT)) as one:
            await one.press(*TO_ITEM)
            x, y = await one.ready("take")
            one.x.drag((x, y), (x, 5))
            # It lies there: the button shows it ...
            one.x.down(x, y)
            one.mirror.take(Held("take"))
            began = monotonic()
            await one.mirror.becomes()
            # ... for longer than a finger does, and its end is no press.
            await until(lambda: passed(began + 0.6))
            one.x.up()
            one.mirror.take(Held(None))
            await one.mirror.becomes()
            assert await one.issued() == []
            # The next one is heard.
            one.x.press(*await one.ready("take"))
            number = await one.taken()
            await hall.on_paper(number)


async def passed(at_s: float) -> bool:
    return monotonic() >= at_s


async def test_a_turned_kiosk_is_pressed_where_it_shows(place: Path) -> None:
    async with Scene(place, open_day=False) as hall:
        await open_today(hall, "3")
        panel = panel_of("1280x720@90", "476x268")
        with kiosk(hall, place, "--panel", "1280x720@90", panel=panel) as one:
            await one.press(*TO_ITEM)
            one.x.press(*await one.ready("take"))
            await hall.on_paper(await one.taken())


async def test_a_kiosk_that_is_killed_in_the_middle_starts_anew_and_takes_no_second_ticket(
    place: Path,
) -> None:
    async with Scene(place, open_day=False) as hall:
        await open_today(hall, "3")
        with kiosk(hall, place) as one:
            await one.press(*TO_ITEM)
            one.x.press(*await one.ready("take"))
            one.screen.kill()
            one.screen.start()
            # Nobody's page is left: the next person begins at the start, as at a new kiosk.
            with mirror_of_kiosk(hall, one.x) as one.mirror:
                await one.ready("category:advice")
            assert len(await one.issued()) <= 1


async def test_a_killed_daemon_is_told_and_a_press_meanwhile_takes_nothing(place: Path) -> None:
    async with Scene(place, open_day=False) as hall:
        await open_today(hall, "3")
        with kiosk(hall, place) as one:
            await one.press(*TO_ITEM)
            where = await one.ready("take")
            await hall.kill()
            await one.shows("取号机暂时不能使用")
            one.x.press(*where, times=3)
            await hall.start()
            # The person is still there, and so is the page.
            await one.ready("take")
            assert await one.issued() == []
            one.x.press(*where)
            await hall.on_paper(await one.taken())


async def test_somebody_who_walked_away_is_asked_and_leaves_nothing_behind(place: Path) -> None:
    async with Scene(place, open_day=False) as hall:
        await open_today(hall, "3")
        with kiosk(hall, place, program=("-c", HASTY)) as one:
            x, y = await one.ready("category:advice")
            start = one.mirror.pixels()
            one.x.press(x, y)
            seen = [start]

            async def back_again() -> bool:
                picture = one.x.pixels()
                if picture != seen[-1]:
                    seen.append(picture)
                one.mirror.text()
                return len(seen) > 3 and picture == one.mirror.pixels()

            # 60 s without a touch, 20 s "still there?" counting down, ten times as fast.
            await until(back_again)
            assert await one.issued() == []
