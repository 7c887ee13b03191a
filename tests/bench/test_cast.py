"""The people of the bench's day: the same for a seed, and every story among them."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from firmware_py.bench.cast import STORIES, cast_of
from firmware_py.bench.halltime import working_day
from firmware_py.core.rules import Item, Text

ITEMS = {
    f"X{n}": Item(f"X{n}", category, Text("事项", "item"), 300 * (n + 1), category)
    for n, category in enumerate(("filing", "invoices", "advice"))
}


def test_a_seed_gives_the_same_day_again_and_another_a_different_one() -> None:
    assert cast_of(ITEMS, "X0", 60, 1) == cast_of(ITEMS, "X0", 60, 1)
    assert cast_of(ITEMS, "X0", 60, 1) != cast_of(ITEMS, "X0", 60, 2)


@pytest.mark.parametrize("count", [8, 20, 60, 200])
def test_every_story_and_every_answer_comes_in_a_day_of_any_size(count: int) -> None:
    people = cast_of(ITEMS, "X0", count, 1)
    stories = Counter(person.story for person in people)
    assert len(people) == count
    assert all(stories[story] == 1 for story in STORIES)
    assert {person.score for person in people} == {1, 2, 3, 4, 5, None}
    assert {"button", "kiosk-1", "card"} <= {person.way for person in people}
    assert all(bool(person.card) == (person.way == "card") for person in people)


def test_people_come_one_after_the_other_and_nobody_at_lunch() -> None:
    times = [person.at_s for person in cast_of(ITEMS, "X0", 60, 1)]
    assert times == sorted(times)
    assert not any(12 * 3600 <= at_s < 13.5 * 3600 for at_s in times)
    assert times[0] > 9 * 3600
    assert times[-1] < 16 * 3600


def test_a_weekend_is_no_day_for_the_hall() -> None:
    assert working_day(date(2026, 11, 20)) == date(2026, 11, 20)
    assert working_day(date(2026, 11, 21)) == date(2026, 11, 23)
    assert working_day(date(2026, 11, 22)) == date(2026, 11, 23)
