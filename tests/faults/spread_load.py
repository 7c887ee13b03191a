"""People at other Pis than the hub who go on whatever dies there, and know what was answered."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from firmware_py.bench.client import Refused
from tests.e2e.spread import Spread

__all__ = ["Answered", "Clerk", "Taker"]

#: After these the same press is given again, with its id.
_AGAIN = frozenset({"hub_away", "not_recorded", "busy"})


@dataclass(slots=True)
class Answered:
    """What one Pi's people were told: command id -> the events of the answer."""

    events: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)
    #: Presses that had to be given again.
    again: int = 0


class _AtPi:
    def __init__(self, hall: Spread, node: str, name: str) -> None:
        self._hall, self._node, self._name = hall, node, name
        self.told = Answered()
        self.stopping = False
        self._count = 0

    async def _press(self, method: str, **params: Any) -> list[Mapping[str, Any]] | None:
        """Press until there is an answer; None when it is refused."""
        self._count += 1
        command_id = f"{self._name}:{self._count}"
        while True:
            try:
                done = await self._hall.at(self._node).call(
                    method, command_id=command_id, by=self._name, **params
                )
            except Refused as refused:
                if refused.code not in _AGAIN:
                    return None
                self.told.again += 1
                continue
            events: list[Mapping[str, Any]] = done["events"]
            self.told.events[command_id] = events
            return events


class Taker(_AtPi):
    """Takes one ticket after the other at a kiosk."""

    def __init__(self, hall: Spread, kiosk: str, name: str, pause_s: float) -> None:
        super().__init__(hall, kiosk, name)
        self._pause_s = pause_s

    @property
    def numbers(self) -> dict[str, str]:
        """Return the numbers that were answered, by command."""
        return {
            command_id: event["data"]["number"]
            for command_id, events in self.told.events.items()
            for event in events
            if event["type"] == "ticket.issued"
        }

    async def run(self) -> None:
        """Take until told to stop."""
        while not self.stopping:
            await self._press("ticket.take", item="F01", origin=self._node)
            await asyncio.sleep(self._pause_s)


class Clerk(_AtPi):
    """Calls, starts, finishes and has it rated, again and again."""

    def __init__(self, hall: Spread, window: str) -> None:
        super().__init__(hall, f"window-{window}", f"clerk-{window}")
        self._window = window

    async def run(self) -> None:
        """Work until told to stop."""
        turn: Sequence[tuple[str, dict[str, Any]]] = (
            ("window.next", {}),
            ("window.start", {}),
            ("window.finish", {}),
            ("rate", {"score": 5}),
        )
        while not self.stopping:
            for method, params in turn:
                await self._press(method, window=self._window, **params)
            await asyncio.sleep(0.02)
