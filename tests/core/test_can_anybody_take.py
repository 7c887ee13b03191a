"""Why nobody can take a ticket, asked beforehand: the very refusal that a press would get."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from firmware_py.core import commands as c
from firmware_py.core.decide_tickets import all_taken, cannot_take, item_cannot_be_taken
from firmware_py.core.opening import tickets_until_s
from firmware_py.core.rules import Hours, SpecialDays, Text
from tests.core.hall import RULES, Hall

HOURS = (Hours(9 * 3600, 12 * 3600), Hours(13 * 3600 + 1800, 17 * 3600))
DAY = "2026-03-02"
HOLIDAY = SpecialDays(DAY, DAY, (), Text("示例节", "Sample Day"))
ONE_D01 = {**RULES.items, "D01": replace(RULES.items["D01"], quota=1)}


def closed() -> Hall:
    return Hall(day=None)


def holiday() -> Hall:
    return Hall(day=None, hours=HOURS, special_days=(HOLIDAY,)).clock("10:00", DAY)


def at(clock: str) -> Callable[[], Hall]:
    return lambda: Hall(hours=HOURS, last_ticket_s=600).clock(clock)


def full() -> Hall:
    hall = Hall(quota_day=1)
    hall.take("B01")
    return hall


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (closed, "day_closed"),
        (holiday, "closed_today"),
        (at("08:00"), "before_hours"),
        (at("12:30"), "on_break"),
        (at("16:55"), "last_ticket_passed"),
        (at("19:00"), "after_hours"),
        (full, "quota_day"),
    ],
)
def test_what_is_said_beforehand_is_what_a_press_is_told(
    make: Callable[[], Hall], code: str
) -> None:
    hall = make()
    told = cannot_take(hall.rules, hall.state, hall.now_ms)
    assert told is not None
    assert told.code == code
    assert hall.refused(c.TakeTicket("D01")) == told


def test_nothing_is_said_where_tickets_are_given() -> None:
    hall = at("10:00")()
    assert cannot_take(hall.rules, hall.state, hall.now_ms) is None
    hall.take()


def test_an_items_own_quota_stops_that_item_alone() -> None:
    hall = Hall(items=ONE_D01)
    items = hall.rules.items
    assert item_cannot_be_taken(hall.rules, hall.state, items["D01"]) is None
    hall.take("D01")
    told = item_cannot_be_taken(hall.rules, hall.state, items["D01"])
    assert told is not None
    assert told.code == "quota_item"
    assert hall.refused(c.TakeTicket("D01")) == told
    assert [one.id for one in items.values() if all_taken(hall.state, one)] == ["D01"]
    assert cannot_take(hall.rules, hall.state, hall.now_ms) is None
    assert item_cannot_be_taken(hall.rules, hall.state, items["B01"]) is None


def test_the_days_quota_comes_before_an_items_own() -> None:
    hall = Hall(items=ONE_D01, quota_day=1)
    hall.take("D01")
    told = item_cannot_be_taken(hall.rules, hall.state, hall.rules.items["D01"])
    assert told is not None
    assert told.code == "quota_day"
    assert hall.refused(c.TakeTicket("D01")) == told


@pytest.mark.parametrize(("before", "given"), [(1, True), (0, False)])
def test_the_last_ticket_is_given_up_to_the_second(before: int, given: bool) -> None:
    hall = at("16:49")()
    last_s = tickets_until_s(hall.rules, HOURS)
    assert last_s == 16 * 3600 + 50 * 60
    hall.later(60 - before)
    assert (cannot_take(hall.rules, hall.state, hall.now_ms) is None) is given
