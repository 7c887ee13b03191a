"""The taxpayers of the bench's day: who comes when, for what, and what becomes of it. Seeded."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from firmware_py.core.rules import Item

__all__ = ["Person", "Story", "cast_of"]

MORNING_S, AFTERNOON_S = 9 * 3600, 13 * 3600 + 1800
#: This share comes in the morning; somebody comes every so many seconds.
MORNING_SHARE, EVERY_S = 0.6, 80.0
#: Every so many-th presses the kiosk's button; the others touch its screen.
BUTTON_EVERY = 4
#: Of so many, one lays an ID card at the kiosk first; whose, and whether that makes them elderly.
CARD_EVERY, CARD_FROM = 8, 5
CARDS = (
    ("citizen", True),
    ("citizen-4", False),
    ("compatriot", True),
    ("foreigner-2017", True),
    ("citizen-2", True),
)
CATEGORIES: Mapping[str, float] = {
    "filing": 25,
    "invoices": 24,
    "registration": 15,
    "benefits": 15,
    "certificates": 9,
    "advice": 6,
    "documents": 6,
}


class Story(StrEnum):
    """What happens to somebody beside being served."""

    PLAIN = "plain"
    #: Takes longer than amber, or than the limit.
    AMBER = "amber"
    RED = "red"
    #: Lacks a paper and fetches it; called back by the clerk's key, or announced by the guide.
    CALLED_BACK = "called_back"
    RESUMED = "resumed"
    #: Does not hear the call, and comes back; or has gone home.
    MISSED = "missed"
    GONE = "gone"
    #: Is sent on to the desk for exceptions.
    TRANSFERRED = "transferred"


#: In the order in which they happen, spread over the day.
STORIES = (
    Story.AMBER,
    Story.CALLED_BACK,
    Story.RED,
    Story.MISSED,
    Story.TRANSFERRED,
    Story.RESUMED,
    Story.GONE,
)
#: The first ratings of a day, so that every answer and no answer come; then as people answer.
RATINGS: Sequence[int | None] = (5, 4, None, 3, 1, 5, 2)
USUAL_RATINGS: Sequence[int | None] = (5, 5, 5, 5, 5, 4, 4, 4, 3, None)


@dataclass(slots=True)
class Person:
    """One taxpayer. Times are seconds of the hall; ``at_s`` since midnight."""

    at_s: float
    way: str
    item: Item
    traits: tuple[str, ...]
    appointment: bool
    #: How long the service takes, and how long the way to the window.
    service_s: float
    walk_s: float
    score: int | None
    answers_s: float
    #: The clerk ends the service by asking for the rating, not by calling the next.
    asked: bool
    story: Story
    number: str = ""
    present: bool = True
    #: The card that they lay at the kiosk, and whether it tells that they are elderly.
    card: str = ""
    elderly: bool = False
    served_s: float = 0.0


def _arrivals(count: int, chance: random.Random) -> list[float]:
    morning = round(count * MORNING_SHARE) if count >= 20 else count
    spans = ((MORNING_S, morning), (AFTERNOON_S, count - morning))
    return [
        start + sum(gaps[: n + 1])
        for start, many in spans
        for gaps in [[chance.uniform(0.3, 1.7) * EVERY_S for _ in range(many)]]
        for n in range(many)
    ]


def cast_of(items: Mapping[str, Item], button_item: str, count: int, seed: int) -> list[Person]:
    """Return ``count`` people in the order in which they come; the same for the same seed."""
    chance = random.Random(seed)
    by_category: dict[str, list[Item]] = {}
    for item in items.values():
        # What a terminal can do alone, people do there.
        if item.service_limit_s <= 1200:
            by_category.setdefault(item.category, []).append(item)
    short = [item for item in items.values() if item.service_limit_s <= 600]
    stories = {
        round((n + 1) * count / (len(STORIES) + 1)): story for n, story in enumerate(STORIES)
    }
    people = []
    for n, at_s in enumerate(_arrivals(count, chance)):
        story = stories.get(n, Story.PLAIN)
        category = chance.choices(list(CATEGORIES), list(CATEGORIES.values()))[0]
        item = chance.choice(by_category.get(category) or list(items.values()))
        way = chance.choice(("kiosk-1", "kiosk-1", "kiosk-2"))
        if story in (Story.AMBER, Story.RED):
            item = chance.choice(short)
        elif n % BUTTON_EVERY == 0:
            way, item = "button", items[button_item]
        share = {Story.AMBER: 0.9, Story.RED: 1.3}.get(story) or chance.uniform(0.5, 0.74)
        touched = way != "button"
        card, elderly = "", False
        if n % CARD_EVERY == CARD_FROM and touched:
            way, touched = "card", False
            card, elderly = CARDS[n // CARD_EVERY % len(CARDS)]
        trait = chance.choices(((), ("elderly",), ("a_grade",), ("disabled",)), (78, 10, 9, 3))[0]
        people.append(
            Person(
                at_s=at_s,
                way=way,
                item=item,
                traits=trait if touched else (),
                appointment=touched and chance.random() < 0.1,
                service_s=item.service_limit_s * share,
                walk_s=chance.uniform(8, 20),
                score=RATINGS[n] if n < len(RATINGS) else chance.choice(USUAL_RATINGS),
                answers_s=chance.uniform(6, 20),
                asked=chance.random() < 0.6,
                story=story,
                card=card,
                elderly=elderly,
                present=story not in (Story.MISSED, Story.GONE),
            )
        )
    return people
