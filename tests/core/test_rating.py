"""Ratings: asked after each transaction; no answer is no answer."""

from __future__ import annotations

from typing import Any

import pytest

from firmware_py.core import commands as c
from firmware_py.core import events as e
from firmware_py.core.events_aside import AlarmRaised
from tests.core.hall import Hall, of, only


def rated_hall(**changes: Any) -> Hall:
    """Return a hall whose window 1 has just finished A001 and asks for its rating."""
    hall = Hall(**changes).open("1", "2")
    hall.take()
    hall.serve()
    return hall


def test_the_pad_asks_when_the_work_is_done() -> None:
    hall = Hall(rating_wait_s=60).open("1")
    hall.take()
    hall.next()
    asked = only(hall.later(5).do(c.FinishService("1")), e.RatingAsked)
    assert asked == e.RatingAsked("A001", "1", hall.now_ms + 60_000)


def test_a_hall_may_ask_for_no_ratings() -> None:
    hall = rated_hall(rating_asked=False)
    assert hall.ticket("A001").rating_state == ""
    assert hall.refused(c.Rate(5, window="1")).code == "no_rating_open"
    assert hall.refused(c.Rate(5, number="A001")).code == "no_rating_open"


def test_no_answer_is_recorded_as_no_answer() -> None:
    hall = rated_hall()
    assert hall.tick(59) == []
    assert only(hall.tick(1), e.RatingUnanswered) == e.RatingUnanswered("A001", "1")
    assert (hall.ticket("A001").rating, hall.ticket("A001").rating_state) == (None, "none")


def test_a_rating_counts_once() -> None:
    hall = rated_hall()
    assert only(hall.do(c.Rate(4, window="1")), e.RatingGiven).score == 4
    assert hall.refused(c.Rate(5, window="1")).code == "already_rated"
    assert hall.refused(c.Rate(5, number="A001")).code == "already_rated"
    assert hall.ticket("A001").rating == 4
    assert hall.tick(100) == []


def test_a_rating_goes_to_the_transaction_that_was_asked_about_not_to_the_next() -> None:
    hall = rated_hall()
    hall.take()
    hall.next()
    assert only(hall.do(c.Rate(5, window="1")), e.RatingGiven).number == "A001"


def test_the_next_question_ends_the_last_one_unanswered() -> None:
    hall = rated_hall()
    hall.take()
    hall.next()
    events = hall.later(10).do(c.FinishService("1"))
    assert only(events, e.RatingUnanswered).number == "A001"
    assert only(events, e.RatingAsked).number == "A002"


def test_asking_again_gives_the_time_again() -> None:
    hall = rated_hall()
    hall.tick(50)
    assert only(hall.do(c.AskRating("1")), e.RatingAsked).until_ms == hall.now_ms + 60_000
    assert hall.tick(59) == []


def test_asking_with_somebody_in_service_ends_the_service() -> None:
    hall = Hall().open("1")
    hall.take()
    hall.next()
    events = hall.later(30).do(c.AskRating("1"))
    assert only(events, e.ServiceFinished).number == "A001"
    assert only(events, e.RatingAsked).number == "A001"


@pytest.mark.parametrize("score", [0, 6, -1])
def test_a_score_outside_the_scale_is_refused(score: int) -> None:
    assert rated_hall().refused(c.Rate(score, window="1")).code == "bad_score"


def test_a_bad_rating_reaches_the_duty_manager_at_once() -> None:
    hall = rated_hall(rating_bad=2)
    raised = only(hall.do(c.Rate(2, window="1")), AlarmRaised)
    assert (raised.alarm, raised.level, raised.window) == ("rating:A001", "red", "1")
    assert hall.alarm("rating:A001") is not None


def test_a_fair_rating_raises_nothing() -> None:
    assert not of(rated_hall(rating_bad=2).do(c.Rate(3, window="1")), AlarmRaised)


def test_a_bad_rating_gets_its_reason_later_once_and_no_second_alarm() -> None:
    hall = rated_hall()
    hall.do(c.Rate(1, window="1"))
    events = hall.do(c.Rate(1, number="A001", reason="等候时间太长"))
    assert events == [e.RatingGiven("A001", "1", 1, bad=True, reason="等候时间太长")]
    assert hall.ticket("A001").rating_reason == "等候时间太长"
    again = c.GiveReason("another", number="A001")
    assert hall.refused(again).code == "reason_known"


def test_a_reason_comes_from_the_pad_for_the_rating_last_given_there() -> None:
    hall = rated_hall()
    hall.do(c.Rate(2, window="1"))
    hall.later(10).do(c.GiveReason("long_wait", window="1"))
    assert hall.ticket("A001").rating_reason == "long_wait"


def test_a_reason_that_comes_much_later_is_somebody_elses() -> None:
    hall = rated_hall(rating_reason_s=120)
    hall.do(c.Rate(2, window="1"))
    assert hall.later(120).refused(c.GiveReason("slow", window="1")).code == "reason_late"
    assert hall.ticket("A001").rating_reason == ""


def test_a_good_rating_keeps_no_reason() -> None:
    hall = rated_hall()
    assert only(hall.do(c.Rate(5, window="1", reason="slow")), e.RatingGiven).reason == ""


def test_a_reason_cannot_change_the_score() -> None:
    hall = rated_hall()
    hall.do(c.Rate(1, window="1"))
    assert hall.refused(c.Rate(5, number="A001", reason="better")).code == "already_rated"


def test_a_good_rating_takes_no_reason_afterwards() -> None:
    hall = rated_hall()
    hall.do(c.Rate(5, window="1"))
    assert hall.refused(c.Rate(5, number="A001", reason="nice")).code == "already_rated"
