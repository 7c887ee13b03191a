"""What goes wrong on the bench's day: paper, the wall's plug, the broker. Somebody mends each."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable

from firmware_py.bench.client import BenchClient, HallClient
from firmware_py.bench.day import Day
from firmware_py.bench.polling import until
from firmware_py.bench.stage import Stage

__all__ = ["Trouble", "Troubles"]

#: When, as a share of the people who have come, and in real seconds how long at least.
PAPER_AT, BROKER_AT, WALL_AT = 0.3, 0.45, 0.72
PRINTER, WALL = "printer", "led-wall"
#: Bytes that still get on paper: the roll ends in the middle of a ticket.
BYTES_LEFT = 120
#: The clock passes so much slower while the paper is out.
SLOWER = 5.0
OWED, PAPER_S, BROKER_S, WALL_S = 2, 4.0, 3.0, 2.5


class Trouble:
    """What is broken now, in words."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh = zh
        self.en = en


class Troubles:
    """Runs beside the day; ``now`` is what people see broken, ``seen`` all that was."""

    def __init__(self, day: Day, stage: Stage, hall: HallClient, bench: BenchClient) -> None:
        self._day = day
        self._stage = stage
        self._hall = hall
        self._bench = bench
        self.now: dict[str, Trouble] = {}
        self.seen: list[str] = []
        self.tell: Callable[[str, Trouble, bool], None] = lambda name, trouble, over: None

    async def run(self) -> None:
        """Let each happen at its time."""
        await self._people(PAPER_AT)
        await self._paper()
        await self._people(BROKER_AT)
        await self._broker()
        await self._people(WALL_AT)
        await self._wall()

    async def _people(self, share: float) -> None:
        async def come() -> bool:
            return self._day.come >= share * len(self._day.people)

        await until(come)

    def _begins(self, name: str, zh: str, en: str) -> None:
        self._day.busy += 1
        self.now[name] = Trouble(zh, en)
        self.tell(name, self.now[name], False)

    def _ends(self, name: str, zh: str, en: str) -> None:
        self._day.busy -= 1
        del self.now[name]
        self.seen.append(name)
        self.tell(name, Trouble(zh, en), True)

    async def _owed(self) -> int:
        status = await self._hall.call("hall.status")
        return int(status["papers_owed"].get(PRINTER, 0))

    async def _paper(self) -> None:
        # Changing a roll takes its time in a hall and here: people must not be served meanwhile
        # who in a hall would still wait for their paper, the first of them least of all.
        self._day.slow_down(SLOWER)
        # A busy machine's printer may owe one still, whose person is served already.
        await until(self._none_owed)
        await self._bench.do("fault", PRINTER, fault="paper-out-at", value=BYTES_LEFT)
        await until(lambda: self._is(PRINTER, "fault"))
        self._begins("paper", "打印机缺纸", "printer out of paper")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PAPER_S):
                await until(self._some_owed)
        await self._bench.do("clear", PRINTER)
        await until(self._none_owed)
        self._day.slow_down(1.0)
        self._ends("paper", "已换纸，欠的号票补打完毕", "paper refilled, owed tickets printed")

    async def _broker(self) -> None:
        self._begins("broker", "消息服务器中断", "broker killed")
        await asyncio.to_thread(self._stage.end, "mosquitto", signal.SIGKILL)
        await asyncio.sleep(BROKER_S)
        self._stage.start_broker()
        await until(self._connected)
        self._ends("broker", "消息服务器恢复", "broker back")

    async def _wall(self) -> None:
        self._begins("wall", "主屏断线", "LED wall unplugged")
        await self._bench.do("unplug", WALL)
        await asyncio.sleep(WALL_S)
        await self._bench.do("plug", WALL)
        await until(lambda: self._is(WALL, "ok"))
        self._ends("wall", "主屏恢复", "LED wall back")

    async def _some_owed(self) -> bool:
        return await self._owed() >= OWED

    async def _none_owed(self) -> bool:
        return not await self._owed()

    async def _connected(self) -> bool:
        return bool((await self._hall.call("hall.status"))["broker"]["connected"])

    async def _is(self, device: str, state: str) -> bool:
        health = await self._hall.call("device.list")
        return any(one["device"] == device and one["state"] == state for one in health)
