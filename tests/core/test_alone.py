"""What a kiosk and a window decide while the hub is away."""

from __future__ import annotations

import pytest

from firmware_py.core import commands as c
from firmware_py.core import events as e
from firmware_py.core.commands_spread import WriteOffNumbers
from firmware_py.core.decide_alone import due_alone, numbers_left, of_the_hub
from firmware_py.core.events_aside import AlarmCleared, AlarmRaised
from firmware_py.core.evolve import evolve
from firmware_py.core.model import TicketStatus
from tests.core.alone_hall import HERE, AloneHall
from tests.core.hall import of, only


def numbers(hall: AloneHall, count: int) -> list[str]:
    return [hall.take() for _ in range(count)]


def test_a_kiosk_gives_the_numbers_of_its_block_and_no_other() -> None:
    hall = AloneHall().lend(3)
    assert hall.take() == "A001"
    hall.cut()
    assert numbers(hall, 3) == ["A997", "A998", "A999"]
    assert hall.refused(c.TakeTicket("D01", "kiosk-1")).code == "alone_no_numbers"


def test_the_next_block_follows_the_first() -> None:
    hall = AloneHall().lend(2).lend(2).cut()
    assert numbers(hall, 4) == ["A998", "A999", "A996", "A997"]


def test_a_ticket_says_when_it_was_given_whose_request_it_is_and_promises_no_wait() -> None:
    hall = AloneHall().lend().cut()
    hall.later(60)
    issued = only(hall.do(c.TakeTicket("D01", "kiosk-1")), e.TicketIssued)
    assert (issued.issued_ms, issued.request) == (hall.now_ms, "request-1")
    assert (issued.estimate_s, issued.sure) == (None, "low")
    assert (issued.count, issued.number) == (980, "A980")


def test_a_block_that_was_written_off_is_not_used() -> None:
    hall = AloneHall().lend()
    hall.do(WriteOffNumbers(HERE.node))
    assert hall.cut().refused(c.TakeTicket("D01", "kiosk-1")).code == "alone_no_numbers"


def test_numbers_of_our_own_records_count_as_given_before_the_hub_has_told_them_back() -> None:
    hall = AloneHall().lend(3)
    given = {"A997"}
    assert numbers_left(hall.rules, hall.state, HERE, given) == {"common": 2}
    assert numbers_left(hall.rules, hall.state, HERE, ()) == {"common": 3}


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (c.TakeTicket("D01", "kiosk-2"), "alone_cannot"),
        (c.TakeTicket("D01", "kiosk-1", override=True), "alone_cannot"),
        (c.TakeTicket("nothing", "kiosk-1"), "unknown_item"),
        (c.FinishService("2"), "alone_cannot"),
        (c.ParkTicket("A002"), "alone_cannot"),
        (c.CallTicket("1", "A001"), "alone_cannot"),
        (c.TransferTicket("A001", "B01"), "alone_cannot"),
        (c.OpenDay("2026-03-03"), "alone_cannot"),
    ],
)
def test_what_is_not_this_pis_own_is_refused(command: c.Command, code: str) -> None:
    hall = AloneHall().lend()
    hall.open("1", "2")
    numbers(hall, 2)
    assert (hall.next("1"), hall.next("2")) == ("A001", "A002")
    assert hall.cut().refused(command).code == code


def test_what_can_be_checked_here_is_checked() -> None:
    hall = AloneHall(one_open=True).lend()
    hall.take(person="hash-1")
    closed = AloneHall(day=None)
    hall.cut()
    assert hall.refused(c.TakeTicket("D01", "kiosk-1", person="hash-1")).code == "person_waiting"
    assert closed.cut().refused(c.TakeTicket("D01", "kiosk-1")).code == "day_closed"


def serving() -> AloneHall:
    """Return a window that serves A001 while A002 waits, cut off."""
    hall = AloneHall()
    hall.open("1")
    numbers(hall, 2)
    hall.next("1")
    hall.later(10)
    hall.do(c.StartService("1"))
    hall.later(200)
    return hall.cut()


def test_a_window_finishes_the_work_in_hand_and_is_rated() -> None:
    hall = serving()
    finished = only(hall.do(c.FinishService("1", "A001")), e.ServiceFinished)
    assert finished.service_s == 200
    assert only(hall.do(c.Rate(5, "1")), e.RatingGiven).score == 5
    assert hall.status("A001") is TicketStatus.FINISHED


def test_the_one_key_that_ends_and_calls_ends_the_work_and_calls_nobody() -> None:
    hall = serving()
    events = hall.do(c.CallNext("1", "A001"))
    assert of(events, e.ServiceFinished)
    assert not of(events, e.TicketCalled)
    assert hall.refused(c.CallNext("1")).code == "alone_cannot_call"
    assert hall.status("A002") is TicketStatus.WAITING


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (c.ParkTicket("a001", at="1"), TicketStatus.PARKED),
        (c.FinishService("1"), TicketStatus.FINISHED),
        (c.AskRating("1"), TicketStatus.FINISHED),
    ],
)
def test_the_ticket_in_hand_is_ended_here(command: c.Command, status: TicketStatus) -> None:
    hall = serving()
    hall.do(command)
    assert hall.status("A001") is status


def test_time_ends_a_rating_and_lights_the_lamp_and_is_silent_about_other_windows() -> None:
    hall = AloneHall()
    hall.open("1", "2")
    numbers(hall, 3)
    for window in ("1", "2"):
        hall.next(window)
        hall.do(c.StartService(window))
    hall.cut()
    hall.later(3600)
    recorded, shown = due_alone(hall.rules, hall.state, HERE, hall.now_ms)
    for event in shown:
        evolve(hall.state, event, hall.now_ms)
    assert recorded == []
    assert [(one.window, one.level) for one in of(shown, AlarmRaised)] == [("1", "red")]
    ended, out = of_the_hub(hall.do(c.FinishService("1")))
    assert [type(event).__name__ for event in ended] == ["ServiceFinished", "RatingAsked"]
    assert out == [AlarmCleared("service:1")]
    hall.later(3600)
    recorded, shown = due_alone(hall.rules, hall.state, HERE, hall.now_ms)
    assert recorded == [e.RatingUnanswered("A001", "1")]
    assert shown == []
