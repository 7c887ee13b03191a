"""Opening hours, the last ticket, and how many tickets there are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from firmware_py.core import commands as c
from firmware_py.core.rules import Hours
from tests.core.hall import RULES, Hall

#: 09:00 to 12:00 and 13:30 to 17:00, the last ticket ten minutes before.
HOURS = (Hours(9 * 3600, 12 * 3600), Hours(13 * 3600 + 1800, 17 * 3600))


def hall_with_hours() -> Hall:
    return Hall(hours=HOURS, last_ticket_s=600)


@pytest.mark.parametrize(
    ("clock", "code", "in_the_sentence"),
    [
        ("08:59", "before_hours", "09:00"),
        ("12:00", "on_break", "13:30"),
        ("13:29", "on_break", "13:30"),
        ("16:50", "last_ticket_passed", ""),
        ("17:00", "after_hours", ""),
        ("23:59", "after_hours", ""),
    ],
)
def test_outside_the_hours_the_kiosk_says_when_to_come(
    clock: str, code: str, in_the_sentence: str
) -> None:
    refusal = hall_with_hours().clock(clock).refused(c.TakeTicket("D01"))
    assert refusal.code == code
    assert in_the_sentence in refusal.zh
    assert in_the_sentence in refusal.en


@pytest.mark.parametrize("clock", ["09:00", "11:59", "13:30", "16:49"])
def test_within_the_hours_tickets_are_given(clock: str) -> None:
    assert hall_with_hours().clock(clock).take() == "A001"


def test_before_a_clock_is_known_the_hall_just_goes_on() -> None:
    assert hall_with_hours().take() == "A001"


def test_the_duty_manager_may_give_a_ticket_after_hours_and_above_quotas() -> None:
    hall = Hall(hours=HOURS, quota_day=0).clock("18:00")
    assert hall.take(override=True) == "A001"


def test_the_duty_manager_cannot_give_one_on_a_closed_day() -> None:
    hall = Hall(day=None)
    assert hall.refused(c.TakeTicket("D01", override=True)).code == "day_closed"


def test_the_day_has_a_quota() -> None:
    hall = Hall(quota_day=2)
    hall.take("D01")
    hall.take("B01")
    assert hall.refused(c.TakeTicket("D01")).code == "quota_day"


def test_an_item_has_a_quota_and_others_go_on() -> None:
    items = {**RULES.items, "D01": replace(RULES.items["D01"], quota=1)}
    hall = Hall(items=items)
    hall.take("D01")
    assert hall.refused(c.TakeTicket("D01")).code == "quota_item"
    hall.take("D02")


def test_a_person_has_a_quota_known_by_a_hash() -> None:
    hall = Hall(quota_person=1)
    hall.take(person="hash-of-li")
    assert hall.refused(c.TakeTicket("B01", person="hash-of-li")).code == "quota_person"
    hall.take(person="hash-of-wang")
    hall.take()


def test_a_cancelled_ticket_frees_its_quotas() -> None:
    items = {**RULES.items, "D01": replace(RULES.items["D01"], quota=1)}
    hall = Hall(items=items, quota_day=1, quota_person=1)
    hall.do(c.CancelTicket(hall.take(person="hash-of-li")))
    assert hall.take(person="hash-of-li") == "A002"


def test_a_transfer_to_another_item_moves_its_quota() -> None:
    items = {**RULES.items, "D01": replace(RULES.items["D01"], quota=1)}
    hall = Hall(items=items)
    hall.do(c.TransferTicket(hall.take("D01"), item="D02"))
    assert hall.take("D01") == "A002"
    assert hall.state.taken_by_item == {"D01": 1, "D02": 1}


def test_whoever_missed_too_long_ago_may_take_the_new_ticket_he_is_told_to() -> None:
    hall = Hall(quota_person=1).open("1")
    number = hall.take(person="hash-of-li")
    hall.next()
    hall.do(c.MarkMissed("1"))
    assert hall.refused(c.TakeTicket("D01", person="hash-of-li")).code == "quota_person"
    hall.later(1801)
    assert hall.refused(c.ResumeTicket(number)).code == "return_too_late"
    assert hall.take(person="hash-of-li") == "A002"
    assert hall.refused(c.TakeTicket("D01", person="hash-of-li")).code == "quota_person"


def test_a_finished_ticket_counts_against_the_person() -> None:
    hall = Hall(quota_person=1).open("1")
    hall.take(person="hash-of-li")
    hall.serve()
    assert hall.refused(c.TakeTicket("D01", person="hash-of-li")).code == "quota_person"
