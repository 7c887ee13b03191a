"""The kiosk with a real daemon and simulated devices: fingers on one end, paper on the other."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from firmware_py.bench.people import PIN
from kiosk_ui.app import Runner
from kiosk_ui.kiosk.model import KioskModel
from kiosk_ui.kiosk.screen import KioskScreen
from kiosk_ui.link import Link
from kiosk_ui.touch import SETTLE_S, Contact
from tests.e2e.scene import Scene, until
from tests.kiosk_ui.kiosk_at_hand import PANEL
from tests.kiosk_ui.kiosk_desk import Glass
from tests.kiosk_ui.looks import look


class Stand:
    """A kiosk before a real hall. Its loop turns while the test waits for something."""

    def __init__(self, hall: Scene, kiosk: str = "kiosk-1") -> None:
        self.glass = Glass(PANEL)
        self.link = Link(hall.stage.hall_socket, time.monotonic, by="screen-kiosk")
        self.runner: Runner[KioskModel] = Runner(
            KioskScreen(kiosk), self.glass, self.link, look(PANEL)
        )

    def text(self) -> str:
        picture = self.runner.picture
        return "".join(picture.texts()) if picture is not None else ""

    async def until(self, fits: Callable[[], object], seconds: float = 60.0) -> None:
        """Turn the loop until something holds."""
        end = time.monotonic() + seconds
        while True:
            self.runner.turn()
            if fits():
                return
            assert time.monotonic() < end, self.text()
            await asyncio.sleep(0.01)

    async def shows(self, text: str, seconds: float = 60.0) -> None:
        await self.until(lambda: text in self.text(), seconds)

    def _areas(self) -> dict[str, tuple[int, int]]:
        picture = self.runner.picture
        assert picture is not None
        return {
            one.id: (one.rect.x + one.rect.w // 2, one.rect.y + one.rect.h // 2)
            for one in picture.areas
        }

    async def press(self, *areas: str, twice: bool = False) -> None:
        """Press areas once they are there and the page has settled."""
        for area in areas:
            settled = time.monotonic() + SETTLE_S + 0.02

            def ready(area: str = area, settled: float = settled) -> bool:
                return area in self._areas() and time.monotonic() >= settled

            await self.until(ready)
            place = self._areas()[area]
            for _ in range(2 if twice else 1):
                self.glass.touched += [Contact("down", 1, *place), Contact("up", 1, *place)]
                self.runner.turn()


@asynccontextmanager
async def stand(hall: Scene) -> AsyncIterator[Stand]:
    found = Stand(hall)
    try:
        await found.shows("请选择要办理的业务")
        yield found
    finally:
        found.link.close()


async def issued(hall: Scene) -> list[dict[str, Any]]:
    return [e["data"] for e in await hall.journal() if e["type"] == "ticket.issued"]


async def test_a_double_touch_prints_one_slip_and_shows_its_number(place: Path) -> None:
    async with Scene(place, windows=["1"]) as hall, stand(hall) as kiosk:
        await hall.becomes("printer", "ok")
        await kiosk.press("category:registration", "item:A01")
        await kiosk.shows("请带好这些资料")
        assert "前面" in kiosk.text() or "马上可以办理" in kiosk.text()
        await kiosk.press("take", twice=True)
        await kiosk.shows("请取走号票")
        (ticket,) = await issued(hall)
        assert (ticket["item"], ticket["origin"]) == ("A01", "kiosk-1")
        assert ticket["number"] in kiosk.text()
        await hall.on_paper(ticket["number"])
        await kiosk.press("home")
        await kiosk.shows("1 人等候")
        assert ticket["number"] not in kiosk.text()


async def test_a_daemon_killed_between_press_and_answer_gives_one_number(place: Path) -> None:
    async with Scene(place, windows=["1"]) as hall, stand(hall) as kiosk:
        await kiosk.press("category:registration", "item:A01")
        await kiosk.until(lambda: "take" in kiosk._areas())
        os.kill(hall.stage.processes["halld"].pid, signal.SIGSTOP)
        await kiosk.press("take")
        await kiosk.shows("请不要离开")
        await hall.kill()
        await kiosk.until(lambda: not kiosk.link.live)
        assert "请不要离开" in kiosk.text()
        await hall.start()
        await kiosk.shows("您的号码")
        (ticket,) = await issued(hall)
        assert ticket["number"] in kiosk.text()


async def test_a_broken_line_after_the_ticket_was_taken_finds_the_same_ticket(place: Path) -> None:
    async with Scene(place, windows=["1"]) as hall, stand(hall) as kiosk:
        await kiosk.press("category:registration", "item:A01")
        await kiosk.press("take")

        async def one_ticket() -> bool:
            return len(await issued(hall)) == 1

        # The loop stands still: the answer is lost with the line.
        await until(one_ticket)
        kiosk.link._hang_up()
        kiosk.link.live = False
        await kiosk.shows("您的号码")
        (ticket,) = await issued(hall)
        assert ticket["number"] in kiosk.text()


async def test_no_paper_and_a_closed_hall_come_and_go_by_themselves(place: Path) -> None:
    async with Scene(place, windows=["1"]) as hall, stand(hall) as kiosk:
        await hall.fault("printer", "paper-out")
        await kiosk.shows("打印纸用完了")
        await kiosk.press("paperless", "category:registration", "item:A01", "take")
        await kiosk.shows("没有打印号票")
        (ticket,) = await issued(hall)
        assert ticket["number"] in kiosk.text()
        await hall.fault("printer", "paper-out", active=False)
        # What was owed is printed, and the page tells it.
        await kiosk.shows("请取走号票")
        await kiosk.press("home")
        await hall.do("day.close")
        await kiosk.shows("现在不能取号")


async def test_a_card_is_greeted_and_its_priority_goes_with_the_ticket(place: Path) -> None:
    async with Scene(place, windows=["1"]) as hall, stand(hall) as kiosk:
        await hall.becomes("id-kiosk-1", "ok")
        await hall.press("id-kiosk-1", "citizen-2")
        await kiosk.shows("您好，样**")
        await kiosk.shows("请不要拿起")
        assert "60岁以上老年人，优先办理" in kiosk.text()
        await kiosk.press("go", "category:registration", "item:A01", "take")
        await kiosk.shows("您的号码")
        assert "样**" not in kiosk.text()
        (ticket,) = await issued(hall)
        assert ticket["traits"] == ["elderly"]
        # What the daemon says of the ticket does not stand in its way.
        await kiosk.shows("请取走号票")
        await hall.press("id-kiosk-1", "lift")
        await kiosk.until(lambda: not kiosk.runner.model.there)
        assert ticket["number"] in kiosk.text()
        assert "样" not in hall.stage.log_of("halld")


async def test_the_ticket_button_beside_the_screen_shows_its_number_there(place: Path) -> None:
    async with Scene(place, windows=["1"]) as hall, stand(hall) as kiosk:
        await kiosk.press("category:filing")
        await hall.press("kiosk-1-button")
        await kiosk.shows("您的号码")
        (ticket,) = await issued(hall)
        assert ticket["number"] in kiosk.text()


async def test_pages_are_spoken_and_the_next_person_hears_nothing(place: Path) -> None:
    async with Scene(place, windows=["1"]) as hall, stand(hall) as kiosk:
        await hall.becomes("voice-kiosk-1", "ok")
        await kiosk.until(lambda: kiosk.runner.model.facts and kiosk.runner.model.facts.voice)
        await kiosk.press("elder")

        async def speaking(part: str) -> None:
            async def look() -> bool:
                kiosk.runner.turn()
                return part in ((await hall.seen("voice-kiosk-1"))["speaking"] or "")

            await until(look)

        await speaking("欢迎")
        await kiosk.press("category:registration")
        await speaking("税务登记")
        await kiosk.press("home", "elder")

        async def silent() -> bool:
            kiosk.runner.turn()
            return (await hall.seen("voice-kiosk-1"))["speaking"] is None

        await until(silent)


async def test_the_pin_opens_the_technicians_page_with_every_device(place: Path) -> None:
    async with Scene(place) as hall, stand(hall) as kiosk:
        await kiosk.until(lambda: kiosk.runner.model.facts and kiosk.runner.model.facts.technician)
        await kiosk.press(*["corner"] * 5)
        await kiosk.press("digit:1", "open")
        await kiosk.shows("还可以试 4 次")
        await kiosk.press(*[f"digit:{one}" for one in PIN], "open")
        await kiosk.shows("设备状态")
        await kiosk.until(lambda: any(one.startswith("test:") for one in kiosk._areas()))
        area = next(one for one in kiosk._areas() if one.startswith("test:"))
        await kiosk.press(area)
        # A quick device has answered before anybody sees that it is asked.
        await kiosk.until(lambda: getattr(kiosk.runner.model.page, "outcome", None))
        assert PIN not in hall.stage.log_of("halld")
        await kiosk.press("home")
        await kiosk.shows("请选择要办理的业务")


async def test_safe_mode_is_a_page_that_says_where_to_go(place: Path) -> None:
    async with Scene(place, start=False) as hall:
        journal = hall.stage.data / "journal.db"
        journal.parent.mkdir(parents=True, exist_ok=True)
        # Somebody made a folder where the journal should be: nothing can be recorded.
        journal.mkdir()
        hall.allowed.append("safe mode: ")
        await hall.start(devices=False)
        assert (await hall.status())["mode"] == "safe"
        found = Stand(hall)
        try:
            await found.shows("取号系统正在维护")
            assert "take" not in found._areas()
        finally:
            found.link.close()
