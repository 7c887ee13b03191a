"""Many Pis' lines to one hub in one process, for the figures: a ``halld`` without devices.

``python -m firmware_py.bench.spread_followers PORT FIRST LAST`` follows as ``window-FIRST`` to
``window-LAST``; prints ``ready`` when all have joined; at the end of its input it prints one line
of JSON, ``[[seq, monotonic ns], ...]`` of everything that each was handed.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence

import msgspec

from firmware_py.app.wire import decode_state
from firmware_py.sync.followed import Followed
from firmware_py.sync.follower import Follower
from firmware_py.sync.ports import SyncSettings

__all__ = ["LightNode"]

JOINS_S = 60.0


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

    def came(self, events: Sequence[Followed]) -> None:
        """Note when."""
        now_ns = time.monotonic_ns()
        self.seen += [(event.seq, now_ns) for event in events]

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


async def _follow(port: int, first: int, last: int) -> None:
    nodes = [LightNode("many", f"window-{n}", port) for n in range(first, last + 1)]
    for node in nodes:
        node.follower.start()
    for node in nodes:
        await node.becomes("", JOINS_S)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    for node in nodes:
        await node.follower.stop()
    seen = [one for node in nodes for one in node.seen]
    sys.stdout.write(msgspec.json.encode(seen).decode() + "\n")


if __name__ == "__main__":
    asyncio.run(_follow(*(int(word) for word in sys.argv[1:4])))
