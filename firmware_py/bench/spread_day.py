"""The day of a hall of many Pis: everybody stands at a Pi, and knows what that one shows.

Whoever touches a kiosk's screen talks with that kiosk's daemon; a clerk sees what the window's own
Pi has; the duty manager sits at the hub.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from firmware_py.bench.cast import Person
from firmware_py.bench.client import BenchClient, HallClient, Refused
from firmware_py.bench.day import BUTTON, Day
from firmware_py.bench.follow import Event, Follow
from firmware_py.bench.halltime import HallTime

__all__ = ["KIOSKS", "WINDOWS", "SpreadDay"]

KIOSKS = ("kiosk-1", "kiosk-2")
WINDOWS = ("1", "2", "3")
#: Whoever is told that the hub was not reached touches again, at most so often.
TOUCHES = 5


class SpreadDay(Day):
    """As ``Day``; ``at`` are the daemons of the kiosks, ``seen`` what each window's Pi shows."""

    windows = WINDOWS
    pressed_by = f"{KIOSKS[0]}:{BUTTON}"

    def __init__(
        self,
        people: Sequence[Person],
        hall: HallClient,
        bench: BenchClient,
        follow: Follow,
        time: HallTime,
        *,
        speed: float,
        seed: int,
        at: Mapping[str, HallClient],
        seen: Mapping[str, Follow],
    ) -> None:
        self._at, self._seen = at, seen
        self._touches = itertools.count(1)
        for person, kiosk in zip(
            (one for one in people if one.way == "card"), itertools.cycle(KIOSKS), strict=False
        ):
            # No kiosk of this hall has a reader of cards.
            person.way, person.card = kiosk, ""
        super().__init__(people, hall, bench, follow, time, speed=speed, seed=seed)

    def _seen_at(self, window: str) -> Follow:
        return self._seen[window]

    async def _touched(self, kiosk: str, **wanted: Any) -> str:
        """One touch has one id, however often it is tried: it counts once."""
        touch = f"{kiosk}:touch-{next(self._touches)}"
        for _ in range(TOUCHES):
            try:
                outcome = await self._at[kiosk].call(
                    "ticket.take", origin=kiosk, by="screen", command_id=touch, **wanted
                )
            except Refused as refused:
                if refused.code != "hub_away":
                    raise
            else:
                return str(outcome["events"][0]["data"]["number"])
        raise TimeoutError

    def _clerk_sees(self, event: Event) -> None:
        """No window of this hall has a scanner."""
