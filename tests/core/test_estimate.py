"""The estimate: from the day's own service times and the open windows."""

from __future__ import annotations

import pytest

from firmware_py.core import commands as c
from firmware_py.core.estimate import Estimate, estimate, estimate_for
from firmware_py.core.rules import Trait
from tests.core.hall import FILING, INVOICES, RULES, Hall, windows


def guess(hall: Hall, item: str = "D01") -> Estimate:
    """Return the estimate for somebody who comes now."""
    return estimate(hall.rules, hall.state, RULES.items[item], hall.now_ms)


def served(hall: Hall, seconds: list[int]) -> None:
    """Let window 1 serve people, each for so long."""
    for one in seconds:
        hall.take()
        hall.serve("1", one)


def test_without_an_open_window_there_is_no_estimate() -> None:
    hall = Hall()
    hall.take()
    assert guess(hall) == Estimate(1, None, 0, 0, "low")


def test_a_free_window_means_no_wait() -> None:
    hall = Hall().open("1")
    assert (guess(hall).ahead, guess(hall).wait_s) == (0, 0)


def test_before_any_service_half_the_limit_is_assumed_and_said_to_be_unsure() -> None:
    hall = Hall().open("1", "2")
    for _ in range(4):
        hall.take()
    # Four people of 300 s each at two windows.
    found = guess(hall)
    assert (found.ahead, found.wait_s, found.sure) == (4, 600, "low")
    assert found.low_s < 600 < found.high_s


def test_the_days_own_services_take_over() -> None:
    hall = Hall().open("1")
    served(hall, [100] * 40)
    for _ in range(6):
        hall.take()
    found = guess(hall)
    assert found.wait_s == 600
    assert (found.low_s, found.high_s, found.sure) == (600, 600, "high")


@pytest.mark.parametrize(
    ("services", "sure"), [(7, "low"), (8, "medium"), (29, "medium"), (30, "high")]
)
def test_it_says_how_sure_it_is(services: int, sure: str) -> None:
    hall = Hall().open("1")
    served(hall, [100] * services)
    assert guess(hall).sure == sure


def test_times_that_differ_widen_the_span() -> None:
    hall = Hall().open("1")
    served(hall, [50, 150] * 20)
    for _ in range(4):
        hall.take()
    found = guess(hall)
    # Mean 100 s, deviation 50 s, four people: 50 * sqrt(4) on either side.
    assert (found.wait_s, found.low_s, found.high_s) == (400, 300, 500)


def test_more_open_windows_make_it_shorter_and_a_break_longer() -> None:
    hall = Hall().open("1", "2")
    for _ in range(4):
        hall.take()
    before = guess(hall).wait_s
    hall.do(c.PauseWindow("2"))
    after = guess(hall).wait_s
    assert before is not None
    assert after == 2 * before


def test_only_windows_with_the_skill_and_their_people_count() -> None:
    hall = Hall(windows=windows(w1=frozenset({INVOICES}), w2=frozenset({FILING}))).open()
    for _ in range(3):
        hall.take("B01")
    assert (guess(hall, "D01").ahead, guess(hall, "D01").wait_s) == (0, 0)
    assert guess(hall, "B01").ahead == 3


def test_who_is_being_served_counts_with_the_rest_of_the_time() -> None:
    hall = Hall().open("1")
    hall.take()
    hall.next()
    hall.do(c.StartService("1"))
    assert guess(hall).wait_s == 300
    assert guess(hall.later(100)).wait_s == 200
    # Longer than usual: never thought to be done at once.
    assert guess(hall.later(1000)).wait_s == 60


def test_an_item_has_its_own_mean_once_it_was_served() -> None:
    hall = Hall().open("1")
    served(hall, [100] * 20)
    for _ in range(20):
        hall.take("B01")
        hall.serve("1", 500)
    # Shrunk towards the hall's mean of 300 s, as if five more services had taken that.
    number = hall.take("B01")
    assert guess(hall).wait_s == (20 * 500 + 5 * 300) / 25
    hall.do(c.CancelTicket(number))
    hall.take("D01")
    assert guess(hall).wait_s == (20 * 100 + 5 * 300) / 25


def test_one_queue_waits_equally_long_whatever_one_asks_for() -> None:
    hall = Hall().open("1")
    for item in ("D01", "B01", "D01", "B01"):
        hall.take(item)
    assert len({guess(hall, item).wait_s for item in RULES.items}) == 1


def test_before_a_window_is_open_all_whom_the_same_windows_will_call_are_ahead() -> None:
    hall = Hall()
    hall.take("D01")
    hall.take("B01")
    assert guess(hall, "D01").ahead == 2
    assert guess(hall, "B01").wait_s is None


def still(hall: Hall, number: str) -> Estimate:
    """Return how long a waiting ticket still waits."""
    return estimate_for(hall.rules, hall.state, hall.ticket(number), hall.now_ms)


def test_a_waiting_ticket_moves_up_while_others_are_called() -> None:
    hall = Hall().open("1")
    served(hall, [100] * 40)
    numbers = [hall.later(1).take() for _ in range(4)]
    assert (still(hall, numbers[-1]).ahead, still(hall, numbers[-1]).wait_s) == (3, 300)
    hall.serve("1", 100)
    found = still(hall, numbers[-1])
    assert (found.ahead, found.wait_s, found.sure) == (2, 200, "high")
    assert (still(hall, numbers[1]).ahead, still(hall, numbers[1]).wait_s) == (0, 0)


def test_whoever_came_later_but_is_called_first_is_ahead() -> None:
    hall = Hall().open("1")
    number = hall.take()
    hall.later(60).take("D01", Trait.ELDERLY)
    assert still(hall.later(3600), number).ahead == 1


def test_a_bound_ticket_waits_for_its_window_alone() -> None:
    hall = Hall().open("1", "2")
    hall.take()
    hall.next("2")
    hall.do(c.StartService("2"))
    number = hall.take()
    hall.do(c.TransferTicket(number, window="2"))
    assert still(hall, number).wait_s == 300
    hall.do(c.PauseWindow("2"))
    assert still(hall, number) == Estimate(0, None, 0, 0, "low")


def test_who_came_back_after_a_miss_lets_so_many_others_pass() -> None:
    hall = Hall(return_after_calls=3).open("1")
    for _ in range(5):
        hall.take()
    hall.next()
    hall.do(c.MarkMissed("1"))
    hall.do(c.ResumeTicket("A001"))
    # It has waited longest; three of the four others go first all the same.
    assert still(hall, "A001").ahead == 3
    for number in ("A003", "A004", "A005"):
        hall.do(c.CancelTicket(number))
    assert still(hall, "A001").ahead == 1
