"""A window as its screens are told of it: the work, who is next, who may come back."""

from __future__ import annotations

import copy
from dataclasses import asdict, replace
from typing import Any

import pytest

from firmware_py.app.figures import Tally
from firmware_py.app.ports import Happened
from firmware_py.core import commands as c
from firmware_py.core import commands_papers as p
from firmware_py.core import events as e
from firmware_py.core.events_papers import FormMade
from firmware_py.core.evolve import evolve
from firmware_py.core.explain import RULE_WORDS
from firmware_py.core.papers import PaperTicked
from firmware_py.core.rules import Trait
from firmware_py.runtime.away import Away
from firmware_py.runtime.window_view import may_come_back, shift_view, work_view
from tests.core.hall import LICENCE, REQUEST, Hall
from tests.timing import steps

SHA = "0" * 64


def view(hall: Hall, window: str = "1", away: Away | None = None) -> dict[str, Any]:
    """Return what window 1's screens are told."""
    left = away or Away(lambda: hall.state)

    def stays(number: str) -> bool:
        return may_come_back(hall.rules, hall.state, window, number, hall.now_ms)

    found = left.of(window, stays)
    return work_view(hall.rules, hall.state, hall.state.windows[window], hall.now_ms, found)


def follow(away: Away, hall: Hall, since: int) -> None:
    """Tell ``away`` what happened since the ``since``-th event."""
    for n, (event, at_ms) in enumerate(hall.history[since:], since):
        name = e.EVENT_NAMES[type(event)]
        away.recorded([Happened(n + 1, at_ms, name, "t", f"t:{n}", event, b"{}")])


def test_a_closed_window_shows_its_name_and_nobody() -> None:
    told = view(Hall())
    assert (told["window"], told["name"]) == ("1", {"zh": "1号窗口", "en": "Window 1"})
    assert (told["status"], told["clerk"], told["day_open"]) == ("closed", "", True)
    nothing = ("ticket", "next", "rating", "rated", "last")
    assert [told[one] for one in nothing] == [None] * 5
    assert (told["waiting"], told["waiting_hall"], told["away"], told["alarms"]) == (0, 0, [], [])
    # No clock is known.
    assert told["now"] == ""


def test_a_called_ticket_counts_from_its_newest_call_and_has_no_level() -> None:
    hall = Hall().clock("09:00").open("1")
    number = hall.take("D02", Trait.A_GRADE)
    hall.later(400).next()
    hall.later(10).do(c.Recall("1"))
    hall.later(7)
    ticket = view(hall)["ticket"]
    assert (ticket["number"], ticket["item"], ticket["status"]) == (number, "D02", "called")
    assert ticket["item_name"] == {"zh": "事项", "en": "Item"}
    assert (ticket["seconds"], ticket["level"], ticket["calls"]) == (7, "none", 2)
    assert (ticket["limit_s"], ticket["amber_s"], ticket["auto"]) == (600, 480, False)
    assert (ticket["traits"], ticket["appointment_at"]) == ([Trait.A_GRADE], "")
    assert ticket["why"] == {"zh": "A级纳税人", "en": "A-grade taxpayer"}
    assert ticket["papers"] == [asdict(LICENCE), asdict(REQUEST)]
    assert (ticket["statutory_days"], ticket["pages"], ticket["forms"]) == (5, 0, [])


@pytest.mark.parametrize(
    ("seconds", "level"),
    [(0, "none"), (479, "none"), (480, "amber"), (599, "amber"), (600, "red"), (7200, "red")],
)
def test_the_timer_turns_amber_and_red_when_the_alarm_does(seconds: int, level: str) -> None:
    hall = Hall().open("1")
    hall.take()
    hall.next()
    hall.later(20).do(c.StartService("1"))
    hall.tick(seconds)
    told = view(hall)
    assert (told["ticket"]["seconds"], told["ticket"]["level"]) == (seconds, level)
    raised = [(one["id"], one["level"]) for one in told["alarms"]]
    assert raised == ([] if level == "none" else [("service:1", level)])


def test_amber_begins_with_the_first_whole_second_of_its_share() -> None:
    hall = Hall(amber_share=0.7501).open("1")
    hall.take()
    hall.next()
    hall.do(c.StartService("1"))
    amber_s = view(hall)["ticket"]["amber_s"]
    assert amber_s == 451
    hall.later(amber_s - 1)
    assert view(hall)["ticket"]["level"] == "none"
    assert view(hall.later(1))["ticket"]["level"] == "amber"


def test_a_ticket_that_was_parked_goes_on_with_the_time_it_had() -> None:
    hall = Hall().open("1")
    number = hall.take()
    hall.next()
    hall.do(c.StartService("1"))
    hall.later(300).do(c.ParkTicket(number))
    hall.later(60).do(c.ResumeTicket(number))
    hall.next()
    assert view(hall.later(5))["ticket"]["seconds"] == 5
    hall.do(c.StartService("1"))
    assert view(hall.later(200))["ticket"]["seconds"] == 500
    assert view(hall)["ticket"]["why"] == asdict(RULE_WORDS["resumed"])


def test_service_that_began_by_itself_says_so() -> None:
    hall = Hall().open("1")
    hall.take()
    hall.next()
    hall.tick(31)
    ticket = view(hall)["ticket"]
    assert (ticket["status"], ticket["auto"], ticket["seconds"]) == ("serving", True, 31)


def test_papers_scanned_and_forms_made_are_counted_but_not_of_another_day() -> None:
    hall = Hall().clock("09:00").open("1")
    number = hall.take("D02")
    hall.next()
    hall.do(c.StartService("1"))
    papers = (PaperTicked(paper=1),)
    withdrawn = hall.do(p.MakeForm("1", papers=papers))[0]
    kept = hall.do(p.MakeForm("1", papers=papers))[0]
    assert isinstance(withdrawn, FormMade)
    assert isinstance(kept, FormMade)
    hall.do(p.WithdrawForm(withdrawn.form, "误开"))
    for n in (1, 2):
        hall.do(p.AddDocument(number, f"{number}-{n}", "paper:1", 3, 1000, SHA))
    ticket = view(hall)["ticket"]
    assert (ticket["pages"], ticket["forms"]) == (6, [kept.form])
    hall.do(c.FinishService("1"))
    hall.do(c.CloseDay())
    hall.do(c.OpenDay("2026-03-03"))
    hall.open("1")
    # The same number, another day.
    assert hall.take("D02") == number
    hall.next()
    assert view(hall)["ticket"]["forms"] == []


def test_next_is_whom_the_key_calls_with_its_reason_and_asking_changes_nothing() -> None:
    hall = Hall(next_guard_s=0).clock("09:00").open("1", "2")
    hall.take()
    hall.later(30)
    hall.take("D01", Trait.ELDERLY)
    hall.take("B01", appointment_in_s=0)
    hall.take("B01", Trait.A_GRADE)
    seen = []
    for _ in range(4):
        hall.later(240)
        before = copy.deepcopy(hall.state)
        told = view(hall)["next"]
        assert hall.state == before
        called = next(one for one in hall.do(c.CallNext("1")) if isinstance(one, e.TicketCalled))
        assert (told["number"], told["why"]) == (
            called.number,
            asdict(RULE_WORDS[called.reason.rule]),
        )
        assert told["waited_s"] == called.reason.waited_s
        seen.append(called.reason.rule)
        hall.do(c.StartService("1"))
    assert set(seen) == {"ordinary", "elderly", "appointment", "a_grade"}
    assert view(hall)["next"] is None


def test_next_is_named_while_somebody_is_in_hand_but_not_on_a_break_or_after_closing() -> None:
    hall = Hall().open("1")
    first, second = hall.take(), hall.take()
    hall.next()
    assert (view(hall)["ticket"]["number"], view(hall)["next"]["number"]) == (first, second)
    hall.do(c.PauseWindow("1"))
    assert view(hall)["next"] is None
    hall.do(c.ResumeWindow("1"))
    assert view(hall)["next"]["number"] == second
    hall.do(c.CloseDay())
    assert view(hall)["next"] is None


def test_those_who_may_come_back_are_told_newest_first_and_only_at_their_window() -> None:
    hall = Hall(next_guard_s=0, return_within_s=1800).open("1", "2")
    away = Away(lambda: hall.state)
    begin = len(hall.history)
    missed, parked, other = hall.take(), hall.take("D02"), hall.take()
    hall.next("1")
    hall.do(c.MarkMissed("1"))
    hall.later(600).next("1")
    hall.do(c.StartService("1"))
    hall.do(c.ParkTicket(parked, "缺证件"))
    hall.next("2")
    hall.do(c.MarkMissed("2"))
    hall.later(130)
    follow(away, hall, begin)
    told = view(hall, away=away)["away"]
    assert told == [
        {
            "number": parked,
            "item_name": {"zh": "事项", "en": "Item"},
            "status": "parked",
            "minutes": 2,
        },
        {
            "number": missed,
            "item_name": {"zh": "事项", "en": "Item"},
            "status": "missed",
            "minutes": 12,
        },
    ]
    # A daemon that starts now knows as much.
    assert view(hall)["away"] == told
    assert [one["number"] for one in view(hall, "2", away)["away"]] == [other]
    hall.do(c.ResumeTicket(parked))
    assert [one["number"] for one in view(hall, away=away)["away"]] == [missed]
    hall.later(1800)
    assert view(hall, away=away)["away"] == []


def test_whoever_leaves_again_is_told_once_and_ten_at_most() -> None:
    hall = Hall(next_guard_s=0).open("1")
    away = Away(lambda: hall.state)
    begin = len(hall.history)
    numbers = [hall.take() for _ in range(12)]
    for number in [*numbers, numbers[0]]:
        hall.do(c.CallTicket("1", number))
        hall.do(c.StartService("1"))
        hall.later(1).do(c.ParkTicket(number))
    follow(away, hall, begin)
    told = [one["number"] for one in view(hall, away=away)["away"]]
    assert told == [numbers[0], *numbers[:2:-1]][:10]
    assert told == [one["number"] for one in view(hall)["away"]]


def test_yesterdays_numbers_are_forgotten_with_their_day() -> None:
    hall = Hall(next_guard_s=0).open("1")
    away = Away(lambda: hall.state)
    begin = len(hall.history)
    number = hall.take()
    hall.next()
    hall.do(c.MarkMissed("1"))
    hall.do(c.CloseDay())
    follow(away, hall, begin)
    assert view(hall, away=away)["away"] == []
    begin = len(hall.history)
    hall.do(c.OpenDay("2026-03-03"))
    hall.open("1")
    assert hall.take() == number
    follow(away, hall, begin)
    assert away.of("1", lambda _: True) == []


def test_a_rating_counts_down_and_says_when_it_is_asked_again() -> None:
    hall = Hall(rating_wait_s=60).open("1")
    number = hall.take()
    hall.serve()
    hall.later(20)
    assert view(hall)["rating"] == {
        "number": number,
        "left_s": 40,
        "scores": 5,
        "asked_again": False,
    }
    hall.do(c.AskRating("1"))
    again = view(hall.later(0.5))["rating"]
    assert (again["left_s"], again["asked_again"]) == (60, True)
    assert (view(hall)["rated"], view(hall)["last"]["number"]) == (None, number)
    hall.do(c.Rate(2, window="1"))
    told = view(hall)
    assert (told["rating"], told["rated"]) == (
        None,
        {"number": number, "score": 2, "bad": True},
    )
    [alarm] = told["alarms"]
    assert (alarm["id"], alarm["level"], alarm["acknowledged"]) == (
        f"rating:{number}",
        "red",
        False,
    )
    assert (alarm["zh"], number in alarm["en"]) == (f"{number} 评价不满意，已通知值班长。", True)


def test_the_next_rating_is_not_the_last_ones() -> None:
    hall = Hall(rating_wait_s=60, next_guard_s=0).open("1")
    first, second = hall.take(), hall.take()
    hall.serve()
    hall.do(c.AskRating("1"))
    hall.do(c.Rate(5, window="1"))
    hall.serve()
    told = view(hall)
    assert (told["rating"]["number"], told["rating"]["asked_again"]) == (second, False)
    assert told["rated"] == {"number": first, "score": 5, "bad": False}
    # Its time passes: no answer is no rating, and none of somebody before stands for it.
    hall.tick(61)
    assert (view(hall)["rating"], view(hall)["rated"]) == (None, None)


def test_alarms_are_those_of_the_window_and_of_today() -> None:
    hall = Hall(idle_limit_s=100).open("1", "2")
    hall.take()
    hall.do(c.CallHelp("1"))
    hall.tick(100)
    assert [one["id"] for one in view(hall)["alarms"]] == ["help:1", "idle:1"]
    assert [one["id"] for one in view(hall, "2")["alarms"]] == ["idle:2"]
    assert view(hall, "3")["alarms"] == []
    said = {one["id"]: one["zh"] for one in view(hall)["alarms"]}
    assert said["help:1"] == "已呼叫值班长，请稍候。"
    hall.do(c.AcknowledgeAlarm("idle:1", "zhang"))
    assert [one["acknowledged"] for one in view(hall)["alarms"]] == [False, True]
    hall.do(c.CloseDay())
    assert view(hall)["alarms"] == []


def test_the_shift_is_the_clerks_since_the_window_was_opened() -> None:
    hall = Hall().clock("09:30").open("1")
    tally = Tally(served=3, service_s=1000, missed=1, rated=2, score_sum=7, bad=1)
    assert shift_view(hall.state, hall.state.windows["1"], tally) == {
        "served": 3,
        "missed": 1,
        "average_s": 333,
        "rated": 2,
        "bad": 1,
        "since": "2026-03-02 09:30:00",
    }
    nothing = shift_view(hall.state, hall.state.windows["2"], Tally())
    assert (nothing["average_s"], nothing["since"]) == (None, "")


def test_an_item_that_the_catalogue_lost_leaves_its_number_on_the_screen() -> None:
    hall = Hall().open("1")
    number = hall.take("D02")
    hall.next()
    hall.do(c.StartService("1"))
    items = {name: one for name, one in hall.rules.items.items() if name != "D02"}
    hall.rules = replace(hall.rules, items=items)
    ticket = view(hall)["ticket"]
    assert (ticket["number"], ticket["item_name"], ticket["limit_s"]) == (number, None, None)
    assert (ticket["level"], ticket["papers"]) == ("none", [])


def test_a_reason_that_nobody_has_words_for_is_told_as_it_is() -> None:
    hall = Hall().open("1")
    number = hall.take()
    hall.next()
    hall.ticket(number).call_rule = "veteran"
    assert view(hall)["ticket"]["why"] == {"zh": "veteran", "en": "veteran"}


def test_a_crowd_and_a_long_day_cost_the_screens_question_little() -> None:
    hall = Hall(next_guard_s=0).open("1")
    away = Away(lambda: hall.state)
    for n in range(5000):
        issued = e.TicketIssued(f"A{n}", "common", n, "D01", "invoices", "kiosk-1")
        evolve(hall.state, issued, hall.now_ms)
    view(hall, away=away)
    # Far fewer lines of Python than people wait.
    assert steps(lambda: view(hall, away=away)) < 1_000
