"""What the live view shows of the hall at one moment, as plain data."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from firmware_py.bench.client import HallClient
from firmware_py.bench.day import WINDOWS, Day
from firmware_py.bench.follow import Event
from firmware_py.bench.troubles import Troubles
from firmware_py.cli.sentences import sentence
from firmware_py.core.rules import Rules, Text
from firmware_py.sync.consumer import Consumer

__all__ = ["NOTABLE", "Queue", "View", "look", "news_of"]

#: What is told in words as it happens; the rest is seen at the windows.
NOTABLE = frozenset(
    {
        "day.opened",
        "day.closed",
        "ticket.issued",
        "ticket.called",
        "ticket.recalled",
        "ticket.missed",
        "ticket.returned",
        "ticket.parked",
        "ticket.resumed",
        "ticket.transferred",
        "ticket.cancelled",
        "service.finished",
        "window.opened",
        "window.paused",
        "window.resumed",
        "rating.given",
        "alarm.raised",
        "alarm.acknowledged",
    }
)


@dataclass(frozen=True, slots=True)
class Queue:
    """One category: how many wait, and for how long the first of them has."""

    name: Text
    waiting: int
    longest_s: int


@dataclass(frozen=True, slots=True)
class View:
    """One moment. ``status`` is the answer to ``hall.status``; ``windows`` those that work."""

    status: Mapping[str, Any]
    windows: Sequence[Mapping[str, Any]]
    queues: Sequence[Queue]
    clock: str
    speed: float
    come: int
    gone_home: int
    people: int
    printed: int
    centre_seq: int
    troubles: Sequence[Text]
    news: Sequence[str]
    #: What the hall said last.
    said: str = ""


async def look(
    day: Day,
    hall: HallClient,
    consumer: Consumer,
    troubles: Troubles,
    rules: Rules,
    printed: int,
    news: deque[str],
) -> View:
    """Ask the hall how it is."""
    status = await hall.call("hall.status")
    waiting = await hall.call("ticket.list", status="waiting")
    voices = await hall.call("voice.list")
    return View(
        status=status,
        windows=[window for window in status["windows"] if window["id"] in WINDOWS],
        queues=_queues(rules, waiting, status["now_ms"]),
        clock=day.time.text(),
        speed=day.time.speed,
        come=day.come,
        gone_home=day.gone_home,
        people=len(day.people),
        printed=printed,
        centre_seq=consumer.seq,
        troubles=[Text(one.zh, one.en) for one in troubles.now.values()],
        news=list(news),
        said=next((voice["last"][0] for voice in voices if voice["last"]), ""),
    )


def _queues(rules: Rules, waiting: Sequence[Mapping[str, Any]], now_ms: int) -> list[Queue]:
    counts: Counter[str] = Counter()
    oldest: dict[str, int] = {}
    for ticket in waiting:
        category = rules.items[ticket["item"]].category
        counts[category] += 1
        oldest[category] = min(oldest.get(category, now_ms), ticket["issued_ms"])
    return [
        Queue(one.name, counts[one.id], (now_ms - oldest.get(one.id, now_ms)) // 1000)
        for one in rules.categories.values()
    ]


def news_of(event: Event) -> str | None:
    """Return what happened in words, or None when it is not worth a line."""
    if event["type"] not in NOTABLE:
        return None
    return sentence(event["type"], event["data"])
