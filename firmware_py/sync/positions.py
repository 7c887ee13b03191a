"""The readers' positions on their way into the journal, one at a time.

A position that is not kept costs nothing but events that are sent again after a restart. So a
journal that takes none (its disk is full) is asked again at growing pauses, and the log hears of it
once, and once when it is over.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping

from firmware_py.sync.ports import HallPort
from firmware_py.sync.running import running_s

__all__ = ["Positions"]

log = logging.getLogger(__name__)

#: A journal that takes longer than this for a position is said to have trouble.
SLOW_S = 2.0
#: At the end nobody waits longer for it.
LAST_S = 2.0
LONGEST_PAUSE_S = 60.0


class Positions:
    """``unkept`` returns what the journal lacks, by reader; ``kept`` is told what it has taken.

    Made and used in the event loop.
    """

    def __init__(
        self,
        hall: HallPort,
        unkept: Callable[[], Mapping[str, int]],
        kept: Callable[[str, int], None],
        first_pause_s: float,
    ) -> None:
        self._hall = hall
        self._unkept = unkept
        self._kept = kept
        self._first_pause_s = self._pause_s = first_pause_s
        self._not_before_s = 0.0
        self._asking: asyncio.Task[None] | None = None
        self._said = False
        #: Attempts that failed.
        self.errors = 0

    def keep(self) -> None:
        """Have the journal take what it lacks, if it is not being asked and no pause is on."""
        asking = self._asking is not None and not self._asking.done()
        if not asking and running_s() >= self._not_before_s and self._unkept():
            self._asking = asyncio.create_task(self._ask(), name="broker-positions")

    async def stop(self) -> None:
        """Keep what is left, if the journal takes it soon."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_S):
                if self._asking is not None:
                    await self._asking
                await self._ask()

    async def _ask(self) -> None:
        loop = asyncio.get_running_loop()
        for reader, seq in dict(self._unkept()).items():
            # The journal may go on trying by itself: then it is late, and never fails.
            late = loop.call_later(SLOW_S, self._trouble, "no answer yet")
            try:
                await self._hall.keep_position(reader, seq)
            except Exception as error:
                self._failed(error)
                log.debug("the position of %s could not be kept", reader, exc_info=True)
                return
            finally:
                late.cancel()
            self._kept(reader, seq)
            self._works()

    def _failed(self, error: Exception) -> None:
        self.errors += 1
        self._not_before_s = running_s() + self._pause_s
        self._pause_s = min(self._pause_s * 2, LONGEST_PAUSE_S)
        self._trouble(f"{type(error).__name__}: {error}")

    def _trouble(self, detail: str) -> None:
        if self._said:
            return
        self._said = True
        log.error(
            "接收方的接收位置暂时无法保存，系统会自动重试；取号、叫号照常，重启后部分事件会重发。 "
            "Positions of the broker's readers could not be kept and are tried again by "
            "themselves; the hall goes on, a restart would send some events again. (%s)",
            detail,
        )

    def _works(self) -> None:
        self._pause_s, self._not_before_s = self._first_pause_s, 0.0
        if self._said:
            self._said = False
            log.info(
                "接收方的接收位置已恢复保存。 Positions of the broker's readers are kept again."
            )
