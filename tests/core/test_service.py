"""One key for the next person: call, recall, start, finish, miss."""

from __future__ import annotations

import pytest

from firmware_py.core import commands as c
from firmware_py.core import events as e
from firmware_py.core.model import TicketStatus
from tests.core.hall import Hall, of, only


def test_next_ends_the_service_in_hand_and_calls_with_one_key() -> None:
    hall = Hall().open("1")
    first, second = hall.take(), hall.take()
    hall.next()
    hall.do(c.StartService("1"))
    events = hall.later(200).do(c.CallNext("1"))
    assert only(events, e.ServiceFinished).service_s == 200
    assert only(events, e.TicketCalled).number == second
    assert hall.status(first) is TicketStatus.FINISHED
    assert hall.in_hand("1") == second


def test_next_while_serving_with_nobody_waiting_still_ends_the_service() -> None:
    hall = Hall().open("1")
    number = hall.take()
    hall.next()
    hall.do(c.StartService("1"))
    events = hall.later(100).do(c.CallNext("1"))
    assert not of(events, e.TicketCalled)
    assert hall.status(number) is TicketStatus.FINISHED
    assert hall.in_hand("1") is None
    assert hall.refused(c.CallNext("1")).code == "nobody_waiting"


def test_a_double_press_calls_one_person() -> None:
    hall = Hall(next_guard_s=3.0).open("1")
    first, second = hall.take(), hall.take()
    assert hall.next() == first
    refusal = hall.later(0.2).refused(c.CallNext("1"))
    assert (refusal.code, refusal.data["number"]) == ("too_soon", first)
    assert hall.status(second) is TicketStatus.WAITING


def test_a_double_press_that_ended_a_service_calls_one_person_too() -> None:
    hall = Hall(next_guard_s=3.0).open("1")
    hall.take()
    second, third = hall.take(), hall.take()
    hall.next()
    hall.do(c.StartService("1"))
    assert hall.later(60).next() == second
    assert hall.later(1).refused(c.CallNext("1")).code == "too_soon"
    assert hall.status(third) is TicketStatus.WAITING


def test_next_before_the_called_one_has_come_says_what_to_do() -> None:
    hall = Hall(next_guard_s=3.0).open("1")
    hall.take()
    hall.next()
    refusal = hall.later(3).refused(c.CallNext("1"))
    assert refusal.code == "ticket_in_hand"
    assert "A001" in refusal.zh


def test_one_person_is_at_one_window_and_two_windows_get_two() -> None:
    hall = Hall().open("1", "2")
    hall.take()
    hall.take()
    assert {hall.next("1"), hall.next("2")} == {"A001", "A002"}


def test_service_begins_by_itself_when_nobody_presses_start() -> None:
    hall = Hall(auto_start_s=30).open("1")
    number = hall.take()
    hall.next()
    assert hall.tick(29) == []
    started = only(hall.tick(1), e.ServiceStarted)
    assert started.auto
    assert started.since_ms == hall.now_ms - 30_000
    assert hall.status(number) is TicketStatus.SERVING
    assert only(hall.later(70).do(c.FinishService("1")), e.ServiceFinished).service_s == 100


def test_service_does_not_begin_by_itself_where_that_is_switched_off() -> None:
    hall = Hall(auto_start_s=0).open("1")
    hall.take()
    hall.next()
    assert hall.tick(600) == []


def test_what_began_by_itself_may_turn_out_to_be_a_miss() -> None:
    hall = Hall(auto_start_s=30).open("1")
    number = hall.take()
    hall.next()
    hall.tick(40)
    hall.do(c.MarkMissed("1"))
    ticket = hall.ticket(number)
    assert ticket.status is TicketStatus.MISSED
    assert (ticket.started_ms, ticket.auto_started, ticket.served_before_ms) == (None, False, 0)
    assert hall.in_hand("1") is None


def test_a_service_that_a_clerk_confirmed_is_no_miss() -> None:
    hall = Hall(auto_start_s=30).open("1")
    hall.take()
    hall.next()
    hall.tick(40)
    confirmed = only(hall.do(c.StartService("1")), e.ServiceStarted)
    assert confirmed.since_ms == hall.now_ms - 40_000
    assert hall.refused(c.MarkMissed("1")).code == "missed_being_served"
    assert hall.refused(c.StartService("1")).code == "already_started"


def test_finish_without_start_counts_from_the_call() -> None:
    hall = Hall().open("1")
    hall.take()
    hall.next()
    events = hall.later(25).do(c.FinishService("1"))
    assert only(events, e.ServiceStarted).auto
    assert only(events, e.ServiceFinished).service_s == 25


def test_a_recall_counts_and_gives_the_taxpayer_time_again() -> None:
    hall = Hall(auto_start_s=30).open("1")
    number = hall.take()
    hall.next()
    assert only(hall.later(25).do(c.Recall("1")), e.TicketRecalled).calls == 2
    assert hall.tick(10) == []
    assert hall.status(number) is TicketStatus.CALLED


def test_a_recall_in_service_speaks_again_and_leaves_the_service_time_alone() -> None:
    hall = Hall().open("1")
    hall.take()
    hall.next()
    hall.do(c.StartService("1"))
    hall.later(100).do(c.Recall("1"))
    assert hall.status("A001") is TicketStatus.SERVING
    assert only(hall.later(50).do(c.FinishService("1")), e.ServiceFinished).service_s == 150


def test_nobody_in_hand_leaves_nothing_to_do() -> None:
    hall = Hall().open("1")
    for command in (c.Recall("1"), c.StartService("1"), c.FinishService("1"), c.MarkMissed("1")):
        assert hall.refused(command).code == "nobody_in_hand"


def test_a_named_ticket_is_called_out_of_turn_and_the_reason_says_so() -> None:
    hall = Hall().open("1")
    first = hall.take()
    second = hall.later(60).take()
    called = only(hall.later(60).do(c.CallTicket("1", second)), e.TicketCalled)
    assert called.reason == e.CallReason("named", 60, 60.0, 2, over=first, over_priority=120.0)


def test_a_named_call_ends_the_service_in_hand() -> None:
    hall = Hall().open("1")
    first, second = hall.take(), hall.take()
    hall.next()
    hall.do(c.StartService("1"))
    events = hall.later(60).do(c.CallTicket("1", second))
    assert only(events, e.ServiceFinished).number == first
    assert hall.in_hand("1") == second


def test_what_a_window_serves_cannot_be_called_and_stays_in_service() -> None:
    hall = Hall().open("1", "2")
    number = hall.take()
    hall.next("1")
    hall.do(c.StartService("1"))
    for window in ("1", "2"):
        assert hall.later(10).refused(c.CallTicket(window, number)).code == "not_waiting"
    assert hall.status(number) is TicketStatus.SERVING


def test_the_clerk_may_call_back_who_missed_or_was_parked() -> None:
    hall = Hall().open("1")
    number = hall.take()
    hall.next()
    hall.do(c.MarkMissed("1"))
    hall.later(7200).do(c.CallTicket("1", number))
    assert hall.status(number) is TicketStatus.CALLED
    hall.do(c.ParkTicket(number))
    hall.do(c.CallTicket("1", number))
    assert hall.in_hand("1") == number


def test_a_windows_count_and_the_halls_count_grow_with_each_finish() -> None:
    hall = Hall().open("1", "2")
    for _ in range(3):
        hall.take()
    hall.serve("1")
    hall.serve("2")
    hall.serve("1")
    assert [hall.state.windows[w].served for w in ("1", "2")] == [2, 1]
    assert (hall.state.finished, hall.state.calls) == (3, 3)


@pytest.mark.parametrize(
    "late",
    [
        c.CallNext("1", "A001"), c.CallNext("1", ""), c.Recall("1", "A001"),
        c.StartService("1", "A001"), c.FinishService("1", "A001"), c.MarkMissed("1", "A001"),
        c.AskRating("1", "A001"), c.ParkTicket("A001", at="1"),
        c.TransferTicket("A001", window="2", at="1"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("serving", [False, True])
def test_a_press_that_comes_late_does_nothing_to_the_next_person(
    late: c.Command, serving: bool
) -> None:
    hall = Hall(next_guard_s=0, calls_before_missed=1).open("1", "2")
    hall.take(), hall.take()
    hall.next()
    hall.do(c.StartService("1"))
    # A pad was quicker.
    hall.do(c.CallNext("1"))
    if serving:
        hall.do(c.StartService("1"))
    before = hall.ticket("A002").status
    refusal = hall.refused(late)
    assert refusal.code in {"another_in_hand", "ticket_in_hand", "not_in_hand", "ticket_ended"}
    assert (hall.in_hand("1"), hall.status("A002")) == ("A002", before)


def test_a_press_for_the_one_in_hand_counts_however_the_number_is_typed() -> None:
    hall = Hall().open("1")
    hall.take()
    hall.next()
    hall.do(c.Recall("1", "A001"))
    hall.do(c.StartService("1", " a001"))
    hall.do(c.FinishService("1", "A001"))
    # The second of a double press finds nobody.
    assert hall.refused(c.FinishService("1", "A001")).code == "nobody_in_hand"
    hall.do(c.AskRating("1", "A001"))
    assert hall.refused(c.AskRating("1", "A002")).code == "no_rating_open"


def test_next_for_somebody_who_has_left_calls_and_ends_nobodys_service() -> None:
    hall = Hall(next_guard_s=0).open("1")
    hall.take(), hall.take()
    hall.next()
    hall.do(c.FinishService("1"))
    events = hall.do(c.CallNext("1", "A001"))
    assert only(events, e.TicketCalled).number == "A002"


def test_a_ticket_that_another_window_has_now_is_left_alone() -> None:
    hall = Hall().open("1", "2")
    hall.take()
    hall.next()
    hall.do(c.TransferTicket("A001", window="2", at="1"))
    assert hall.refused(c.TransferTicket("A001", item="B01", at="1")).code == "not_at_window"
    hall.do(c.CallNext("2"))
    assert hall.refused(c.ParkTicket("A001", at="1")).code == "not_at_window"
    hall.do(c.ParkTicket("A001", at="2"))
