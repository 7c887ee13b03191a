"""One open number a person, and appointments that count once."""

from __future__ import annotations

import pytest

from firmware_py.core import commands as c
from firmware_py.core import events as e
from firmware_py.core.rules import Trait
from tests.core.hall import Hall, only

LI = c.TakeTicket("B01", person="hash-of-li")


def hall_with_li() -> Hall:
    hall = Hall(one_open=True).open("1", "2")
    hall.take()
    hall.take(person="hash-of-li")
    return hall


def test_somebody_who_waits_is_told_the_number_and_how_many_are_ahead() -> None:
    refusal = hall_with_li().refused(LI)
    assert refusal.code == "person_waiting"
    assert refusal.data == {"number": "A002", "ahead": "1"}
    assert "A002" in refusal.zh
    assert "前面还有 1 人" in refusal.zh


def test_others_and_those_whom_nobody_knows_are_not_concerned() -> None:
    hall = hall_with_li()
    assert hall.take(person="hash-of-wang") == "A003"
    assert hall.take() == "A004"
    assert hall.take() == "A005"


def test_a_number_that_is_called_served_or_parked_is_still_open() -> None:
    hall = hall_with_li()
    hall.serve("1")
    hall.next("2")
    assert hall.refused(LI).data["status"] == "called"
    hall.do(c.StartService("2"))
    assert hall.refused(LI).data["status"] == "serving"
    hall.do(c.ParkTicket("A002"))
    assert hall.refused(LI).data["status"] == "parked"


@pytest.mark.parametrize("end", ["finished", "cancelled"])
def test_whoever_is_done_takes_the_next(end: str) -> None:
    hall = hall_with_li()
    if end == "cancelled":
        hall.do(c.CancelTicket("A002"))
    else:
        hall.serve("1")
        hall.serve("2")
    assert only(hall.do(LI), e.TicketIssued).number == "A003"


def test_a_miss_is_open_while_the_person_may_return_and_no_longer() -> None:
    hall = hall_with_li()
    hall.serve("1")
    hall.next("1")
    hall.later(10).do(c.MarkMissed("1"))
    assert hall.refused(LI).code == "person_open"
    hall.later(1801)
    assert only(hall.do(LI), e.TicketIssued).number == "A003"


def test_the_duty_managers_word_gives_a_second_number() -> None:
    assert hall_with_li().take("B01", person="hash-of-li", override=True) == "A003"


def test_without_the_rule_nobody_asks() -> None:
    hall = Hall()
    assert [hall.take(person="hash"), hall.take(person="hash")] == ["A001", "A002"]


def appointment(hall: Hall, in_s: int = 0, which: str = "which") -> c.TakeTicket:
    return c.TakeTicket(
        "D01", "kiosk-1", (Trait.ELDERLY,), hall.now_ms + in_s * 1000, "hash", appointment=which
    )


def test_an_appointment_counts_once_whoever_brings_it() -> None:
    hall = Hall()
    issued = only(hall.do(appointment(hall)), e.TicketIssued)
    assert (issued.appointment, issued.traits) == ("which", (Trait.ELDERLY,))
    again = c.TakeTicket("D01", appointment_ms=hall.now_ms, appointment="which", override=True)
    assert hall.refused(again).data == {"number": "A001"}
    assert hall.take() == "A002"
    assert only(hall.do(appointment(hall, which="another")), e.TicketIssued).number == "A003"


def test_a_cancelled_ticket_has_used_nothing() -> None:
    hall = Hall()
    hall.do(appointment(hall))
    hall.do(c.CancelTicket("A001"))
    assert only(hall.do(appointment(hall)), e.TicketIssued).appointment == "which"


def test_an_appointment_whose_time_is_over_is_not_used_up() -> None:
    hall = Hall()
    issued = only(hall.do(appointment(hall, in_s=-901)), e.TicketIssued)
    assert (issued.appointment_ms, issued.appointment) == (None, None)
    assert hall.take() == "A002"
