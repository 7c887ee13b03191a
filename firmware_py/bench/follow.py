"""Follows the hall's events on the control socket: what the people of the bench can know."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from typing import Any

from firmware_py.bench.client import HallClient

__all__ = ["Event", "Follow"]

Event = dict[str, Any]
Wanted = Callable[[Event], bool]

#: What puts a ticket into the queue, and what takes it out again.
INTO = frozenset({"ticket.issued", "ticket.transferred", "ticket.resumed", "ticket.returned"})
OUT_OF = frozenset({"ticket.called", "ticket.cancelled"})
FREES = frozenset({"service.finished", "ticket.missed", "ticket.parked"})


class Follow:
    """Counts the events and remembers who waits and who is at which window."""

    def __init__(self, client: HallClient) -> None:
        self._client = client
        self._expected: list[tuple[Wanted, asyncio.Future[Event]]] = []
        self._changed = asyncio.Event()
        self.seq = 0
        #: True once an event came out of order: then nothing here can be relied on.
        self.gap = False
        self.counts: Counter[str] = Counter()
        #: Waiting number -> the only window that may call it, or None.
        self.waiting: dict[str, str | None] = {}
        self.at_window: dict[str, str] = {}
        self.open_windows: set[str] = set()
        self.last_calls: deque[tuple[str, str, int]] = deque(maxlen=40)
        self.on_event: list[Callable[[Event], None]] = []

    async def start(self) -> None:
        """Subscribe; call before anything happens."""
        early: list[Event] = []
        # An event may be read in one piece with the answer, before this goes on behind its await.
        self._client.on_event = early.append
        self.seq = (await self._client.call("subscribe"))["last_seq"]
        self._client.on_event = self._take
        for message in early:
            self._take(message)

    def _take(self, message: Event) -> None:
        if message.get("method") != "event":
            return
        event: Event = message["params"]
        if event["seq"] <= self.seq:
            # Decided before the subscription, and recorded after it.
            return
        self.gap = self.gap or event["seq"] != self.seq + 1
        self.seq = event["seq"]
        self.counts[event["type"]] += 1
        self._remember(event["type"], event["data"], event["time_ms"])
        for wanted, future in self._expected:
            if not future.done() and wanted(event):
                future.set_result(event)
        self._expected = [pair for pair in self._expected if not pair[1].done()]
        for tell in self.on_event:
            tell(event)
        self._changed.set()
        self._changed = asyncio.Event()

    def _remember(self, kind: str, data: Event, time_ms: int) -> None:
        if kind in INTO:
            self.waiting[data["number"]] = (
                data.get("window") if kind == "ticket.transferred" else None
            )
        elif kind in OUT_OF:
            self.waiting.pop(data["number"], None)
        if kind == "ticket.called":
            self.at_window[data["window"]] = data["number"]
            self.last_calls.appendleft((data["number"], data["window"], time_ms))
        elif kind in FREES:
            self.at_window.pop(data["window"], None)
        elif kind == "ticket.transferred" and data["from_window"]:
            self.at_window.pop(data["from_window"], None)
        elif kind == "window.opened":
            self.open_windows.add(data["window"])
        elif kind == "day.closed":
            self.open_windows.clear()
            self.waiting.clear()
            self.at_window.clear()

    def callable_at(self, window: str) -> int:
        """Return how many this window could call."""
        return sum(bound in (None, window) for bound in self.waiting.values())

    def expect(self, *kinds: str, **fields: Any) -> asyncio.Future[Event]:
        """Return what will be the next event of these kinds whose data (or ``by``) has ``fields``.

        Ask before doing what brings it about.
        """
        future: asyncio.Future[Event] = asyncio.get_running_loop().create_future()
        by = fields.pop("by", None)

        def wanted(event: Event) -> bool:
            data = event["data"]
            return (
                event["type"] in kinds
                and (by is None or event["by"] == by)
                and all(data.get(name) == value for name, value in fields.items())
            )

        self._expected.append((wanted, future))
        return future

    async def changed(self, within_s: float = 0.5) -> None:
        """Wait until something happened, at most ``within_s`` real seconds."""
        changed = self._changed
        try:
            # Not wait_for: of Python 3.11 it may swallow the Ctrl-C that comes with the change.
            async with asyncio.timeout(within_s):
                await changed.wait()
        except TimeoutError:
            return
