"""Who of a line's devices is polled when its thread is awake."""

from __future__ import annotations

import random

from devices.base import Driver, HealthState, Sentence, Status
from firmware_py.runtime.backoff import Backoff
from firmware_py.runtime.slot import Slot, due_together

QUIET = Status(HealthState.OK, "ok", Sentence("正常。", "Fine."))


class Quiet(Driver):
    poll_every_s = 1.0

    def open(self) -> Status:
        return QUIET


def slot(name: str, due: float, *, is_open: bool = True) -> Slot:
    driver = Quiet(name, None, None)
    return Slot(
        name,
        lambda _: driver,
        Backoff(random=random.Random(1)),
        driver if is_open else None,
        due=due,
    )


def names(slots: list[Slot], now: float) -> list[str]:
    return [one.name for one, _ in due_together(slots, now)]


def test_nobody_is_polled_before_one_is_due() -> None:
    assert names([slot("a", 10.1), slot("b", 10.2)], 10.0) == []


def test_who_is_due_within_half_a_period_is_polled_too_and_the_longest_overdue_first() -> None:
    slots = [slot("soon", 10.5), slot("later", 10.6), slot("due", 10.0), slot("overdue", 9.0)]
    assert names(slots, 10.0) == ["overdue", "due", "soon"]


def test_a_device_that_is_not_open_neither_is_polled_nor_makes_others_be() -> None:
    assert names([slot("gone", 9.0, is_open=False), slot("soon", 10.2)], 10.0) == []


def test_fifteen_devices_wake_their_thread_twice_a_second_at_most_and_none_waits_longer() -> None:
    slots = [slot(str(number), 10.0 + number / 15) for number in range(15)]
    wakes: list[float] = []
    polled = dict.fromkeys(slots_by := {one.name: one for one in slots}, 10.0)
    now = 10.0
    while now < 20.0:
        now = min(one.due for one in slots)
        wakes.append(now)
        for one, driver in due_together(slots, now):
            assert now - polled[one.name] <= 1.0 + 1e-9
            polled[one.name] = now
            slots_by[one.name].due = now + driver.poll_every_s
    assert len(wakes) <= 2 * 10 + 1


def test_what_was_counted_outlives_an_opening_so_that_a_bad_line_does_not_look_clean() -> None:
    one = slot("reader", 10.0)
    assert one.driver is not None
    one.driver.counters.bad_frames = 3
    one.driver.counters.extra["late_answers"] = 2
    one.close()
    assert one.counters()["bad_frames"] == 3
    one.driver = Quiet("reader", None, None)
    one.driver.counters.bad_frames = 4
    one.driver.counters.retries = 1
    counted = one.counters()
    assert (counted["bad_frames"], counted["retries"], counted["late_answers"]) == (7, 1, 2)
