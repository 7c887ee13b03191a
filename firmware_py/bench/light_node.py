"""One Pi's line to the hub without its devices, for the figures: joins, follows, asks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from firmware_py.app.wire import decode_state
from firmware_py.sync.followed import Followed
from firmware_py.sync.follower import Follower
from firmware_py.sync.ports import SyncSettings

__all__ = ["LightNode"]


class LightNode:
    """One Pi's line. ``seen`` is what came when; ``told`` wakes whoever waits for a change."""

    def __init__(self, hall: str, node: str, port: int) -> None:
        self.seen: list[tuple[int, int]] = []
        self.trouble = "broker"
        self.told = asyncio.Event()
        self.follower = Follower(
            SyncSettings(hall=hall, node=node, version="bench", roles=("window",), port=port), self
        )

    def joined(self, state: bytes, seq: int) -> None:
        """Read the hall as a Pi does."""
        del seq
        decode_state(state)

    def came(self, events: Sequence[Followed]) -> int:
        """Note when."""
        now_ns = time.monotonic_ns()
        self.seen += [(event.seq, now_ns) for event in events]
        return len(events)

    def passed(self, events: Sequence[Followed]) -> None:
        """Nothing is unknown here."""

    def clock(self, now_ms: int) -> None:
        """Nothing is shown here."""

    def stands(self, trouble: str) -> None:
        """Note it."""
        self.trouble = trouble
        self.told.set()

    async def becomes(self, trouble: str, within_s: float) -> None:
        """Wait until it stands so. Raises ``TimeoutError``."""
        async with asyncio.timeout(within_s):
            while self.trouble != trouble:
                self.told.clear()
                await self.told.wait()
