"""What the bench's day leaves in ``out/``: slips, displays and calls as they were, journal."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from firmware_py.bench.client import BenchClient, HallClient
from firmware_py.bench.day import WINDOWS

__all__ = ["PRINTERS", "VOICE", "Drawn", "Pictures", "read_journal", "write_journal"]

PRINTERS = ("printer", "printer-2")
WALLS = ("led-wall", "led-wall-2")
VOICE = "voice"
STRIPS = tuple(f"strip-{window}" for window in WINDOWS)
#: While a picture is drawn the bench's wires stand still, so it draws a few at a time.
PAUSE_S = 0.4
PAGE = 2000


class Drawn(NamedTuple):
    """The devices that are drawn."""

    printers: Sequence[str] = PRINTERS
    walls: Sequence[str] = WALLS
    strips: Sequence[str] = STRIPS


class Pictures:
    """Has the bench draw what was printed, shown and said, while the day goes on."""

    def __init__(
        self, bench: BenchClient, slips: Path, led: Path, voice: Path, drawn: Drawn | None = None
    ) -> None:
        self._bench = bench
        self._drawn = drawn or Drawn()
        self._slips = slips
        self._led = led
        self._voice = voice
        self.slips = 0
        self.led = 0
        self.sounds = 0
        #: Pictures of the screens, which draw themselves.
        self.screens = 0

    async def run(self) -> None:
        """Draw, device after device, until cancelled."""
        printers, walls, strips = self._drawn
        for strip in cycle(strips):
            for device in (printers[0], walls[0], *printers[1:], *walls[1:], strip):
                await self._draw(device)
                await asyncio.sleep(PAUSE_S)

    async def finish(self) -> None:
        """Draw what is left."""
        for device in (*self._drawn.printers, *self._drawn.walls, *self._drawn.strips):
            await self._draw(device)
        # One at a time, and at the end: speaking takes longer than a picture.
        while await self._draw(VOICE):
            pass

    async def _draw(self, device: str) -> int:
        paper, sound = device in self._drawn.printers, device == VOICE
        folder = self._slips if paper else self._voice if sound else self._led
        written = await self._bench.do("pictures", device, folder=str(folder))
        if paper:
            self.slips += len(written)
        elif sound:
            self.sounds += len(written)
        else:
            self.led += len(written)
        return len(written)


async def read_journal(hall: HallClient) -> list[dict[str, Any]]:
    """Return every event of the journal, oldest first."""
    events: list[dict[str, Any]] = []
    after = 0
    while page := await hall.call("journal.tail", after=after, limit=PAGE):
        events.extend(page)
        after = page[-1]["seq"]
    return events


def write_journal(events: list[dict[str, Any]], path: Path) -> None:
    """Write one event a line."""
    path.write_bytes(b"".join(msgspec.json.encode(event) + b"\n" for event in events))
