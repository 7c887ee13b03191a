"""Whether the day of the hall of many Pis was as it must be: paper, wall, and who knows what."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any

from firmware_py.bench.checks import Evidence, spread_mistakes
from firmware_py.bench.client import BenchClient, HallClient
from firmware_py.bench.polling import until
from firmware_py.bench.spread import HUB, known_at
from firmware_py.core.rules import Text

__all__ = ["WallWatch", "apart", "judged"]

#: Every Pi knows by then what the hub knows.
AGREES_S = 60.0
LOOK_S = 0.1

Event = Mapping[str, Any]


class WallWatch:
    """Looks at the wall all day; ``lines`` is whatever was on it."""

    def __init__(self, bench: BenchClient, wall: str) -> None:
        self._bench, self._wall = bench, wall
        self.lines: set[str] = set()

    async def run(self) -> None:
        """Look, until cancelled."""
        while True:
            self.lines.update((await self._bench.do("seen", self._wall))["lines"])
            await asyncio.sleep(LOOK_S)


async def apart(clients: Mapping[str, HallClient]) -> list[Text]:
    """Return which Pis do not know of the hall what the hub knows, after a moment."""
    found = list[str]()

    async def agree() -> bool:
        at_hub = await known_at(clients[HUB])
        found[:] = [node for node, one in clients.items() if await known_at(one) != at_hub]
        return not found

    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(AGREES_S):
            await until(agree, LOOK_S)
    return [
        Text(f"{node} 与主控不一致。", f"{node} does not know what the hub knows.")
        for node in found
    ]


def judged(day: Evidence, seen: Mapping[str, Event], wall: AbstractSet[str]) -> list[Text]:
    """Return what else is wrong.

    ``day`` is without the paper; ``seen`` what each kiosk's printer printed, ``wall`` the lines.
    """
    day = replace(
        day,
        paper=[number for one in seen.values() for number in one["numbers"]],
        reprints=[number for one in seen.values() for number in one["reprints"]],
    )
    numbers = {kiosk: one["numbers"] for kiosk, one in seen.items()}
    return [*spread_mistakes(day), *_own_paper(day.journal, numbers), *_shown(day.journal, wall)]


def _own_paper(journal: Sequence[Event], numbers: Mapping[str, Sequence[str]]) -> Iterator[Text]:
    for kiosk, printed in numbers.items():
        issued = (event["data"] for event in journal if event["type"] == "ticket.issued")
        taken = {data["number"] for data in issued if data["origin"] == kiosk}
        # A kiosk that nobody used proves nothing.
        if not taken or taken != set(printed):
            yield Text(
                f"{kiosk} 取的号与它自己的打印机打印的不符。",
                f"What was taken at {kiosk} is not what its own printer printed.",
            )


def _shown(journal: Sequence[Event], lines: AbstractSet[str]) -> Iterator[Text]:
    called = {e["data"]["number"] for e in journal if e["type"] == "ticket.called"}
    for number in sorted(called):
        if not any(number in line for line in lines):
            yield Text(f"主屏没有显示过 {number}。", f"The wall never showed {number}.")
