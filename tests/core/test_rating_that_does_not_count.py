"""Ratings that belong to no transaction that could be rated: recorded, and nothing else happens."""

from __future__ import annotations

from typing import Any

from firmware_py.core import commands as c
from firmware_py.core import events as e
from firmware_py.core.model import State
from tests.core.hall import Hall, only


def asked(**changes: Any) -> Hall:
    """Return a hall whose window 1 has just finished A001 and asks for its rating."""
    hall = Hall(**changes).open("1", "2")
    hall.take()
    hall.serve()
    return hall


def rejected(hall: Hall) -> list[e.RatingRejected]:
    return [event for event, _ in hall.history if isinstance(event, e.RatingRejected)]


def ratings(state: State) -> dict[str, tuple[int | None, str]]:
    return {n: (t.rating, t.rating_state) for n, t in state.tickets.items()}


def test_late_its_time_is_over() -> None:
    hall = asked(rating_wait_s=60)
    hall.tick(60)
    assert hall.refused(c.Rate(1, window="1")).code == "rating_late"
    assert rejected(hall) == [e.RatingRejected("1", 1, "late", "A001")]
    assert ratings(hall.state) == {"A001": (None, "none")}
    assert hall.alarm("rating:A001") is None


def test_late_by_number_too() -> None:
    hall = asked()
    hall.tick(60)
    assert hall.refused(c.Rate(5, number="A001")).code == "rating_late"
    assert rejected(hall) == [e.RatingRejected("1", 5, "late", "A001")]


def test_late_after_the_day_was_closed() -> None:
    hall = asked()
    hall.do(c.CloseDay())
    assert hall.refused(c.Rate(5, window="1")).code == "rating_late"
    assert ratings(hall.state) == {"A001": (None, "none")}


def test_a_hall_may_take_late_answers_until_the_next_call() -> None:
    hall = asked(rating_late_s=90)
    hall.tick(60)
    given = only(hall.later(89).do(c.Rate(4, window="1")), e.RatingGiven)
    assert given == e.RatingGiven("A001", "1", 4, bad=False, late=True)
    assert ratings(hall.state) == {"A001": (4, "given")}


def test_a_late_answer_has_an_end_of_its_own() -> None:
    hall = asked(rating_late_s=90)
    hall.tick(60)
    assert hall.later(90).refused(c.Rate(4, window="1")).code == "rating_late"


def test_once_somebody_else_was_called_a_press_is_not_a_late_answer() -> None:
    hall = asked(rating_late_s=3600)
    hall.tick(60)
    hall.take()
    hall.later(1).next()
    assert hall.refused(c.Rate(5, window="1")).code == "rating_early"
    hall.do(c.MarkMissed("1"))
    assert hall.refused(c.Rate(5, window="1")).code == "rating_late"
    assert ratings(hall.state) == {"A001": (None, "none"), "A002": (None, "")}


def test_double_the_first_answer_stays() -> None:
    hall = asked()
    hall.do(c.Rate(5, window="1"))
    assert hall.refused(c.Rate(1, window="1")).code == "already_rated"
    assert rejected(hall) == [e.RatingRejected("1", 1, "double", "A001")]
    assert ratings(hall.state) == {"A001": (5, "given")}


def test_double_while_the_next_one_is_called_already() -> None:
    hall = asked()
    hall.take()
    hall.next()
    hall.later(2).do(c.Rate(5, window="1"))
    assert hall.later(1).refused(c.Rate(5, window="1")).code == "already_rated"
    assert rejected(hall)[0].number == "A001"


def test_early_the_work_is_not_finished() -> None:
    hall = Hall().open("1")
    hall.take()
    hall.next()
    assert hall.refused(c.Rate(5, window="1")).code == "rating_early"
    assert rejected(hall) == [e.RatingRejected("1", 5, "early", "A001")]
    hall.do(c.StartService("1"))
    hall.later(60).do(c.FinishService("1"))
    assert only(hall.do(c.Rate(3, window="1")), e.RatingGiven).number == "A001"


def test_early_for_the_next_one_when_the_last_one_rated_long_ago() -> None:
    hall = asked()
    hall.do(c.Rate(5, window="1"))
    hall.take()
    hall.later(5).next()
    assert hall.later(20).refused(c.Rate(1, window="1")).code == "rating_early"
    assert rejected(hall) == [e.RatingRejected("1", 1, "early", "A002")]


def test_early_for_one_that_was_parked() -> None:
    hall = Hall().open("1")
    hall.take()
    hall.next()
    hall.do(c.ParkTicket("A001"))
    assert hall.refused(c.Rate(5, number="A001")).code == "rating_early"
    assert rejected(hall) == [e.RatingRejected("1", 5, "early", "A001")]


def test_one_that_still_waits_was_at_no_window() -> None:
    hall = Hall().open("1")
    number = hall.take()
    assert hall.refused(c.Rate(5, number=number)).code == "rating_early"
    assert rejected(hall) == []


def test_another_windows_pad_rates_nothing() -> None:
    hall = asked()
    assert hall.refused(c.Rate(1, window="2", number="A001")).code == "rating_elsewhere"
    assert rejected(hall) == [e.RatingRejected("2", 1, "other_window", "A001")]
    assert ratings(hall.state) == {"A001": (None, "asked")}
    assert only(hall.do(c.Rate(5, window="1")), e.RatingGiven).score == 5


def test_after_a_transfer_the_window_that_finished_it_is_rated() -> None:
    hall = Hall().open("1", "2")
    hall.take()
    hall.next("1")
    hall.do(c.TransferTicket("A001", window="2"))
    assert hall.refused(c.Rate(5, window="1")).code == "no_rating_open"
    hall.serve("2")
    assert hall.refused(c.Rate(5, window="1", number="A001")).code == "rating_elsewhere"
    assert only(hall.do(c.Rate(5, window="2")), e.RatingGiven).window == "2"


def test_nobody_was_served_there_today() -> None:
    hall = Hall().open("1")
    assert hall.refused(c.Rate(5, window="1")).code == "no_rating_open"
    assert rejected(hall) == [e.RatingRejected("1", 5, "nothing")]


def test_a_hall_that_asks_for_no_ratings_takes_none() -> None:
    hall = asked(rating_asked=False)
    assert hall.refused(c.Rate(5, window="1")).code == "no_rating_open"
    assert hall.refused(c.Rate(5, number="A001")).code == "no_rating_open"


def test_a_key_that_is_held_down_is_recorded_once() -> None:
    hall = asked()
    hall.do(c.Rate(5, window="1"))
    for _ in range(200):
        hall.later(0.1).refused(c.Rate(1, window="1"))
    assert len(rejected(hall)) == 1
    idle = Hall().open("1")
    for _ in range(200):
        idle.later(0.1).refused(c.Rate(1, window="1"))
    assert len(rejected(idle)) == 1


def test_each_cause_of_a_transaction_is_recorded() -> None:
    hall = Hall().open("1", "2")
    hall.take()
    hall.next()
    hall.refused(c.Rate(1, window="1"))
    hall.do(c.StartService("1"))
    hall.later(60).do(c.FinishService("1"))
    hall.refused(c.Rate(1, window="2", number="A001"))
    hall.tick(60)
    hall.refused(c.Rate(1, window="1"))
    assert [one.why for one in rejected(hall)] == ["early", "other_window", "late"]


def test_with_a_new_day_nobody_has_been_served() -> None:
    hall = asked()
    hall.do(c.Rate(5, window="1"))
    hall.do(c.CloseDay())
    hall.do(c.OpenDay("2031-01-02"))
    hall.do(c.OpenWindow("1", "1001"))
    assert hall.refused(c.Rate(5, window="1")).code == "no_rating_open"


def test_a_pad_still_rates_after_its_window_closed() -> None:
    hall = asked()
    hall.do(c.CloseWindow("1"))
    assert only(hall.later(20).do(c.Rate(5, window="1")), e.RatingGiven).number == "A001"
