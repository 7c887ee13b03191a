"""The hall's time on the bench: the player sets it, the daemon reads it from the same file."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from firmware_py.runtime.bench_clock import ClockFile, write_clock

__all__ = ["LEASH_S", "HallTime", "working_day"]

ZONE = ZoneInfo("Asia/Shanghai")
#: Everybody is asked so often (real seconds); the clock stands still when nobody has been for long.
ASKS_S, LEASH_S = 0.1, 0.3
#: Whoever waits for a clock that stands still looks so often.
LEAST_S = 0.005


def working_day(today: date) -> date:
    """Return today, or the Monday after a weekend: a tax hall is closed then."""
    return today + timedelta(days=max(7 - today.weekday(), 0)) if today.weekday() > 4 else today


class HallTime:
    """A clock that begins at ``hour:minute`` of a day and passes as quickly as it is told."""

    def __init__(self, path: Path, day: date, hour: int, minute: int) -> None:
        start = datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)
        self.day = day
        self._path = path
        self._midnight_ms = int(start.replace(hour=0, minute=0).timestamp() * 1000)
        self._changed = asyncio.Event()
        self._held = False
        self._clock = ClockFile(self._boot_ns(), 0, int(start.timestamp() * 1000), 1.0)

    @staticmethod
    def _boot_ns() -> int:
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME)

    @property
    def speed(self) -> float:
        """How many seconds pass in the hall while one passes here."""
        return self._clock.speed

    @property
    def boot_ms(self) -> int:
        """The machine clock that the daemon reads now."""
        return self._clock.at(self._boot_ns()).boot_ms

    def start(self) -> None:
        """Write the file for the first time."""
        write_clock(self._path, self._clock)

    def run(self, speed: float) -> None:
        """Pass at ``speed`` from now on."""
        if speed == self._clock.speed:
            return
        self._go_on(speed)
        self._changed.set()
        self._changed = asyncio.Event()

    def _go_on(self, speed: float) -> None:
        now_ns = self._boot_ns()
        reading = self._clock.at(now_ns)
        halts_ns = now_ns + int(LEASH_S * 1e9) if self._held else 0
        self._clock = ClockFile(now_ns, reading.boot_ms, reading.wall_ms, speed, halts_ns=halts_ns)
        write_clock(self._path, self._clock)

    @contextlib.asynccontextmanager
    async def held(self, answers: Callable[[], Awaitable[object]]) -> AsyncIterator[None]:
        """Let time pass only while ``answers`` returns, and this process runs.

        At 160 times the usual speed a busy machine's pause of some seconds would be half an hour of
        the hall in which nobody can do anything. It passes again when what answers has gone away.
        """
        self._held = True
        asking = asyncio.create_task(self._ask(answers))
        try:
            yield
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
            self._let_go()

    async def _ask(self, answers: Callable[[], Awaitable[object]]) -> None:
        try:
            while True:
                await answers()
                self._go_on(self.speed)
                await asyncio.sleep(ASKS_S)
        finally:
            self._let_go()

    def _let_go(self) -> None:
        if self._held:
            self._held = False
            self._go_on(self.speed)

    def now_s(self) -> float:
        """Return the seconds since the day's midnight."""
        return (self._clock.at(self._boot_ns()).wall_ms - self._midnight_ms) / 1000

    def text(self, at_s: float | None = None, form: str = "%H:%M") -> str:
        """Return a time of the day, now if none is given."""
        seconds = self.now_s() if at_s is None else at_s
        return datetime.fromtimestamp(seconds, UTC).strftime(form)

    async def until(self, at_s: float) -> None:
        """Wait for a time of the day, however quickly it comes."""
        while (left_s := (at_s - self.now_s()) / self.speed) > 0:
            changed = self._changed
            try:
                # Not wait_for: of Python 3.11 it may swallow the Ctrl-C that comes with the change.
                async with asyncio.timeout(max(left_s, LEAST_S)):
                    await changed.wait()
            except TimeoutError:
                continue

    async def sleep(self, seconds: float) -> None:
        """Wait for so many seconds of the hall."""
        await self.until(self.now_s() + seconds)
