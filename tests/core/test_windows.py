"""Windows: opened by a clerk, sent on a break, closed; and what they take."""

from __future__ import annotations

from firmware_py.core import commands as c
from firmware_py.core import events as e
from firmware_py.core.model import WindowStatus
from tests.core.hall import FILING, INVOICES, Hall, only, windows


def test_a_window_opens_with_its_clerk() -> None:
    hall = Hall()
    opened = only(hall.do(c.OpenWindow("2", "1007")), e.WindowOpened)
    assert (opened.clerk, opened.skills) == ("1007", None)
    assert hall.state.windows["2"].clerk == "1007"


def test_a_closed_hall_has_no_open_windows() -> None:
    assert Hall(day=None).refused(c.OpenWindow("1")).code == "day_closed"


def test_a_window_opens_once() -> None:
    hall = Hall().open("1")
    assert hall.refused(c.OpenWindow("1")).code == "window_open"
    hall.do(c.PauseWindow("1"))
    assert hall.refused(c.OpenWindow("1")).code == "window_open"


def test_a_window_on_a_break_calls_nobody_but_may_finish_what_it_has() -> None:
    hall = Hall().open("1")
    hall.take()
    hall.take()
    hall.next()
    hall.later(60).do(c.PauseWindow("1"))
    assert hall.refused(c.CallNext("1")).code == "window_paused"
    hall.do(c.FinishService("1"))
    hall.do(c.ResumeWindow("1"))
    assert hall.next() == "A002"


def test_a_window_closes_only_when_nobody_is_in_its_hand() -> None:
    hall = Hall().open("1")
    hall.take()
    hall.next()
    assert hall.refused(c.CloseWindow("1")).data == {"window": "1", "number": "A001"}
    hall.later(60).do(c.FinishService("1"))
    hall.do(c.CloseWindow("1"))
    assert hall.state.windows["1"].status is WindowStatus.CLOSED
    assert hall.state.windows["1"].clerk == ""


def test_closing_a_paused_window_is_possible() -> None:
    hall = Hall().open("1")
    hall.do(c.PauseWindow("1"))
    hall.do(c.CloseWindow("1"))
    assert hall.refused(c.ResumeWindow("1")).code == "window_not_paused"


def test_the_last_taxpayer_may_still_rate_after_the_window_closed() -> None:
    hall = Hall(rating_wait_s=60).open("1")
    number = hall.take()
    hall.serve()
    hall.do(c.CloseWindow("1"))
    hall.later(20).do(c.Rate(5, window="1"))
    assert hall.ticket(number).rating == 5


def test_a_closed_windows_rating_ends_by_itself() -> None:
    hall = Hall(rating_wait_s=60).open("1")
    hall.take()
    hall.serve()
    hall.do(c.CloseWindow("1"))
    assert only(hall.tick(60), e.RatingUnanswered).number == "A001"


def test_a_window_calls_only_what_it_has_the_skill_for() -> None:
    hall = Hall(windows=windows(w1=frozenset({FILING}), w2=None)).open()
    invoice, filing = hall.take("D01"), hall.later(1).take("B01")
    assert hall.next("1") == filing
    assert hall.refused(c.CallNext("1")).code == "too_soon"
    assert hall.next("2") == invoice


def test_skills_changed_during_the_day_count_from_the_next_call() -> None:
    hall = Hall(windows=windows(w1=frozenset({FILING}))).open()
    number = hall.take("D01")
    assert hall.refused(c.CallNext("1")).code == "nobody_waiting"
    changed = only(hall.do(c.SetWindowSkills("1", (INVOICES,))), e.WindowSkillsChanged)
    assert changed.skills == frozenset({INVOICES})
    assert hall.next() == number


def test_the_same_skills_again_are_no_event() -> None:
    hall = Hall()
    assert hall.do(c.SetWindowSkills("1", None)) == []
    hall.do(c.SetWindowSkills("1", (FILING, INVOICES)))
    assert hall.do(c.SetWindowSkills("1", (INVOICES, FILING))) == []


def test_a_window_that_opens_keeps_the_skills_it_was_given_while_closed() -> None:
    hall = Hall()
    hall.do(c.SetWindowSkills("1", (FILING,)))
    assert only(hall.do(c.OpenWindow("1")), e.WindowOpened).skills == frozenset({FILING})
