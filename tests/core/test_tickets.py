"""A ticket's way: cancelled, transferred, parked, missed and back."""

from __future__ import annotations

import pytest

from firmware_py.core import commands as c
from firmware_py.core import events as e
from firmware_py.core.model import TicketStatus
from firmware_py.core.rules import Trait
from tests.core.hall import FILING, Hall, of, only, windows


def missed(hall: Hall, window: str = "1") -> str:
    """Call somebody who does not come."""
    number = hall.next(window)
    assert number is not None
    hall.do(c.MarkMissed(window))
    return number


def test_a_ticket_says_how_many_wait_before_it() -> None:
    hall = Hall()
    hall.take()
    hall.take()
    issued = only(hall.do(c.TakeTicket("D01", "kiosk-1", person="hash")), e.TicketIssued)
    assert (issued.number, issued.ahead, issued.origin) == ("A003", 2, "kiosk-1")
    assert issued.person == "hash"


def test_a_number_typed_in_lower_case_with_spaces_is_understood() -> None:
    hall = Hall()
    hall.take()
    assert only(hall.do(c.CancelTicket(" a001 ")), e.TicketCancelled).number == "A001"


def test_a_cancelled_ticket_waits_no_more() -> None:
    hall = Hall().open("1")
    number = hall.take()
    hall.do(c.CancelTicket(number, "changed their mind"))
    assert hall.status(number) is TicketStatus.CANCELLED
    assert hall.state.waiting == 0
    assert hall.refused(c.CallNext("1")).code == "nobody_waiting"


def test_cancelling_while_serving_frees_the_window_and_ends_its_alarms() -> None:
    hall = Hall().open("1")
    number = hall.take()
    hall.next()
    hall.do(c.StartService("1"))
    hall.tick(600)
    assert hall.alarm("service:1") is not None
    hall.do(c.CancelTicket(number))
    assert hall.in_hand("1") is None
    assert not hall.state.alarms
    other = hall.take()
    assert hall.next() == other


@pytest.mark.parametrize("away", ["missed", "parked"])
def test_somebody_who_is_away_can_be_cancelled(away: str) -> None:
    hall = Hall().open("1")
    number = hall.take()
    hall.next()
    hall.do(c.MarkMissed("1") if away == "missed" else c.ParkTicket(number))
    hall.do(c.CancelTicket(number))
    assert hall.status(number) is TicketStatus.CANCELLED


def test_an_ended_ticket_stays_ended() -> None:
    hall = Hall().open("1")
    number = hall.take()
    hall.serve()
    for command in (
        c.CancelTicket(number),
        c.TransferTicket(number, item="D02"),
        c.ParkTicket(number),
        c.ReprintTicket(number),
    ):
        assert hall.refused(command).code == "ticket_ended"


def test_a_transferred_ticket_keeps_its_place_in_time() -> None:
    hall = Hall().open("1")
    early = hall.take()
    hall.later(5).take()
    hall.next()
    hall.later(300).do(c.TransferTicket(early, item="B01"))
    assert hall.ticket(early).issued_ms == hall.now_ms - 305_000
    assert hall.later(10).next() == early


def test_a_transfer_to_a_window_is_called_there_and_nowhere_else() -> None:
    hall = Hall().open("1", "2")
    number = hall.take()
    hall.next()
    hall.do(c.TransferTicket(number, window="2"))
    assert hall.refused(c.CallNext("1")).code == "nobody_waiting"
    assert hall.next("2") == number


def test_a_bound_ticket_does_not_starve_when_its_window_closes() -> None:
    hall = Hall().open("1", "2")
    number = hall.take()
    hall.do(c.TransferTicket(number, window="2"))
    hall.do(c.CloseWindow("2"))
    assert hall.next("1") == number


def test_a_bound_ticket_waits_for_a_window_on_a_break() -> None:
    hall = Hall().open("1", "2")
    number = hall.take()
    hall.do(c.TransferTicket(number, window="2"))
    hall.do(c.PauseWindow("2"))
    assert hall.refused(c.CallNext("1")).code == "nobody_waiting"
    hall.do(c.ResumeWindow("2"))
    assert hall.next("2") == number


def test_the_exception_desk_takes_what_it_has_no_skill_for() -> None:
    hall = Hall(windows=windows(w1=None, w9=frozenset({FILING})), exception_window="9").open()
    number = hall.take("D01")
    hall.do(c.TransferTicket(number, window="desk"))
    assert hall.ticket(number).bound == "9"
    assert hall.next("9") == number


def test_a_transfer_needs_a_window_that_takes_the_item() -> None:
    hall = Hall(windows=windows(w1=None, w2=frozenset({FILING})))
    number = hall.take("D01")
    assert hall.refused(c.TransferTicket(number, window="2")).code == "wrong_skill"
    hall.do(c.TransferTicket(number, item="B01", window="2"))


def test_a_missed_ticket_is_brought_back_before_it_is_transferred() -> None:
    hall = Hall().open("1")
    hall.take()
    number = missed(hall)
    assert hall.refused(c.TransferTicket(number, item="B01")).code == "ticket_missed"


def test_a_waiting_ticket_with_an_appointment_keeps_it_over_a_transfer() -> None:
    hall = Hall().open("1")
    hall.take()
    number = hall.later(60).take(appointment_in_s=600)
    hall.do(c.TransferTicket(number, item="B01"))
    assert hall.next() == number


def test_service_time_goes_on_for_the_same_item_and_begins_anew_for_another() -> None:
    hall = Hall().open("1", "2")
    same, other = hall.take("D01"), hall.take("D01")
    for number, item in ((same, "D01"), (other, "B01")):
        hall.next()
        hall.do(c.StartService("1"))
        hall.later(100).do(c.TransferTicket(number, item=item, window="2"))
    seconds = {}
    for _ in range(2):
        number = str(hall.next("2"))
        hall.do(c.StartService("2"))
        finished = only(hall.later(50).do(c.FinishService("2")), e.ServiceFinished)
        seconds[number] = finished.service_s
    assert seconds == {same: 150, other: 50}


def test_a_parked_ticket_is_first_at_its_window_and_does_not_queue_again() -> None:
    hall = Hall().open("1", "2")
    number = hall.take()
    for _ in range(5):
        hall.later(600).take("D01", Trait.ELDERLY)
    # The elderly were called before by priority; this one is called by number.
    hall.do(c.CallTicket("1", number))
    hall.do(c.ParkTicket(number, "营业执照副本"))
    assert hall.in_hand("1") is None
    assert hall.ticket(number).reason == "营业执照副本"
    hall.later(300).do(c.ResumeTicket(number))
    assert hall.next("2") != number
    assert hall.next("1") == number


@pytest.mark.parametrize("away", [c.CloseWindow("1"), c.PauseWindow("1")])
def test_a_parked_ticket_whose_window_left_goes_first_anywhere(away: c.Command) -> None:
    hall = Hall().open("1", "2")
    number = hall.take()
    hall.next("1")
    hall.do(c.ParkTicket(number))
    hall.do(away)
    hall.later(5).take()
    hall.do(c.ResumeTicket(number))
    assert hall.next("2") == number


def test_only_what_is_at_a_window_can_be_parked() -> None:
    hall = Hall()
    assert hall.refused(c.ParkTicket(hall.take())).code == "not_in_hand"


def test_a_missed_ticket_returns_after_so_many_others() -> None:
    hall = Hall(return_after_calls=3).open("1")
    taken = [hall.take() for _ in range(6)]
    number = missed(hall)
    hall.do(c.ResumeTicket(number))
    order = [hall.serve() for _ in range(5)]
    # It has waited longest, but three others go first.
    assert order == [*taken[1:4], number, taken[4]]


def test_calls_of_all_windows_count_for_those_who_return() -> None:
    hall = Hall(return_after_calls=2).open("1", "2", "3")
    for _ in range(4):
        hall.take()
    number = missed(hall)
    hall.do(c.ResumeTicket(number))
    hall.next("2")
    hall.next("3")
    assert hall.next("1") == number


def test_who_returns_to_an_empty_hall_lets_nobody_pass() -> None:
    hall = Hall(return_after_calls=3).open("1")
    hall.take()
    number = missed(hall)
    hall.do(c.ResumeTicket(number))
    assert hall.next() == number


def test_the_return_has_its_time() -> None:
    hall = Hall(return_within_s=600).open("1")
    hall.take()
    hall.take()
    first, second = missed(hall), missed(hall.later(1))
    hall.later(600)
    assert hall.refused(c.ResumeTicket(first)).data["minutes"] == "10"
    hall.do(c.ResumeTicket(second))
    assert hall.status(second) is TicketStatus.WAITING


def test_somebody_missed_may_be_missed_again_only_after_so_many_new_calls() -> None:
    hall = Hall(calls_before_missed=2, return_after_calls=0).open("1")
    hall.take()
    hall.next()
    assert hall.refused(c.MarkMissed("1")).code == "call_again_first"
    hall.do(c.Recall("1"))
    hall.do(c.MarkMissed("1"))
    hall.do(c.ResumeTicket("A001"))
    hall.next()
    assert hall.refused(c.MarkMissed("1")).code == "call_again_first"


def test_who_neither_left_nor_missed_has_nothing_to_resume() -> None:
    hall = Hall()
    assert hall.refused(c.ResumeTicket(hall.take())).code == "not_away"


def test_a_reprint_goes_where_it_is_asked_for_or_where_the_ticket_was_taken() -> None:
    hall = Hall()
    number = hall.take()
    assert only(hall.do(c.ReprintTicket(number)), e.ReprintRequested).origin == "kiosk-1"
    asked = only(hall.do(c.ReprintTicket(number, "kiosk-2")), e.ReprintRequested)
    assert asked.origin == "kiosk-2"


def test_too_late_for_an_appointment_is_an_ordinary_wait() -> None:
    hall = Hall(appointment_late_s=900)
    late, early = hall.take(appointment_in_s=-901), hall.take(appointment_in_s=-900)
    assert hall.ticket(late).appointment_ms is None
    assert hall.ticket(early).appointment_ms is not None


def test_a_transfer_out_of_a_window_says_where_from() -> None:
    hall = Hall().open("1")
    number = hall.take()
    hall.next()
    moved = of(hall.do(c.TransferTicket(number, item="B01")), e.TicketTransferred)
    assert [(m.from_window, m.window, m.skill) for m in moved] == [("1", None, FILING)]
