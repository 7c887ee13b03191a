"""A kiosk as its screen is told of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from devices.base import HealthState, Sentence
from devices.ticket_printer.condition import SENTENCES
from firmware_py.core import commands as c
from firmware_py.core.rules import Hours
from firmware_py.runtime.kiosk_view import one_item_view, paper_of, printer_view, queue_view
from firmware_py.runtime.supervisor import Health
from firmware_py.runtime.views import category_views, item_view
from tests.core.hall import RULES, Hall, windows
from tests.timing import steps

HOURS = (Hours(9 * 3600, 12 * 3600), Hours(13 * 3600 + 1800, 17 * 3600))


def health(state: HealthState, code: str) -> Health:
    say = SENTENCES.get(code, Sentence("打印机。", "The printer."))
    return Health("printer", "ticket_printer.escpos", state, 0, None, code, say)


def view(hall: Hall) -> dict[str, object]:
    return queue_view(hall.rules, hall.state, hall.now_ms)


@pytest.mark.parametrize(
    ("state", "code", "paper"),
    [
        (HealthState.OK, "ok", "ok"),
        (HealthState.WARNING, "paper_near_end", "low"),
        (HealthState.WARNING, "template", "ok"),
        (HealthState.FAULT, "paper_end", "out"),
        (HealthState.FAULT, "cover_open", "fault"),
        (HealthState.FAULT, "cutter", "fault"),
        (HealthState.FAULT, "offline", "fault"),
        (HealthState.GONE, "unavailable", "gone"),
        # What it said before it went is no news of its paper.
        (HealthState.GONE, "paper_end", "gone"),
        (HealthState.STARTING, "starting", "ok"),
        (HealthState.UNKNOWN, "unconfirmed", "ok"),
        (HealthState.DISABLED, "disabled", "none"),
    ],
)
def test_what_comes_of_the_paper_is_one_word(state: HealthState, code: str, paper: str) -> None:
    assert paper_of(health(state, code)) == paper


def test_every_state_of_a_printer_has_a_word_and_so_has_no_printer() -> None:
    words = {paper_of(health(state, "")) for state in HealthState}
    assert words == {"ok", "fault", "gone", "none"}
    assert (paper_of(None), printer_view(None)) == ("none", None)


def test_the_printers_health_comes_in_both_languages() -> None:
    told = printer_view(health(HealthState.FAULT, "paper_end"))
    assert told is not None
    assert (told["device"], told["state"], told["code"]) == ("printer", "fault", "paper_end")
    assert (told["zh"], told["en"]) == (SENTENCES["paper_end"].zh, SENTENCES["paper_end"].en)


def test_an_open_hall_says_how_many_wait_how_long_and_until_when() -> None:
    hall = Hall(hours=HOURS, last_ticket_s=600).clock("16:00").open("1")
    for _ in range(3):
        hall.take()
    told = view(hall)
    assert (told["now"], told["day"], told["day_open"]) == (
        "2026-03-02 16:00:00",
        "2026-03-02",
        True,
    )
    assert (told["waiting"], told["take"], told["next_words"]) == (3, None, None)
    assert told["last_ticket_s"] == 50 * 60
    longest = [one["wait_s"] for one in category_views(hall.rules, hall.state, hall.now_ms)]
    assert told["wait_s"] == max(longest) > 0


def test_a_break_says_why_and_when_it_goes_on() -> None:
    told = view(Hall(hours=HOURS).clock("12:30"))
    assert isinstance(told["take"], dict)
    assert told["take"]["code"] == "on_break"
    assert told["next_words"] == {"zh": "今天 13:30 开门。", "en": "It opens today at 13:30."}
    assert told["last_ticket_s"] == (17 * 60 - 750) * 60


def test_after_the_last_ticket_there_are_no_seconds_left() -> None:
    told = view(Hall(hours=HOURS, last_ticket_s=600).clock("16:55"))
    assert isinstance(told["take"], dict)
    assert (told["take"]["code"], told["last_ticket_s"]) == ("last_ticket_passed", 0)


@pytest.mark.parametrize("hall", [Hall(), Hall(day=None), Hall(hours=HOURS)])
def test_without_a_clock_hours_or_a_day_no_time_is_made_up(hall: Hall) -> None:
    told = view(hall)
    assert (told["now"], told["last_ticket_s"], told["next_words"]) == ("", None, None)


def test_nobody_knows_how_long_it_takes_while_no_window_is_open() -> None:
    hall = Hall()
    hall.take()
    assert view(hall)["wait_s"] is None
    # Nobody waits at an open window: that is known.
    assert view(Hall().open("1"))["wait_s"] == 0


def test_a_category_of_which_only_one_skill_is_served_says_that_nobody_waits_for_it() -> None:
    # D01 takes another skill, that of no open window; D02 is taken at once.
    items = {**RULES.items, "D01": replace(RULES.items["D01"], skill="blank-invoices")}
    hall = Hall(items=items, windows=windows(w1=frozenset({"invoices"}))).open("1")
    waits = {one["id"]: one["wait_s"] for one in category_views(hall.rules, hall.state, 0)}
    assert waits == {"invoices": 0, "filing": None}


def test_items_that_are_all_taken_are_named() -> None:
    items = {**RULES.items, "D01": replace(RULES.items["D01"], quota=1)}
    hall = Hall(items=items)
    hall.take("D01")
    assert (view(hall)["full"], view(hall)["take"]) == (["D01"], None)
    told = one_item_view(hall.rules, hall.state, hall.rules.items["D01"], hall.now_ms)
    assert told["refused"]["code"] == "quota_item"
    free = one_item_view(hall.rules, hall.state, hall.rules.items["B01"], hall.now_ms)
    assert free.pop("refused") is None
    assert free == item_view(hall.rules, hall.state, hall.rules.items["B01"], hall.now_ms)


def test_a_closed_day_refuses_each_item_with_the_same_words() -> None:
    hall = Hall(day=None)
    told = one_item_view(hall.rules, hall.state, hall.rules.items["B01"], hall.now_ms)
    assert told["refused"] == view(hall)["take"]


def test_a_crowd_costs_the_screens_question_no_more_than_a_key_press() -> None:
    def waiting(people: int) -> Hall:
        hall = Hall().open()
        for _ in range(people):
            hall.do(c.TakeTicket("D01", "kiosk-1"))
        view(hall)
        return hall

    few, crowd = waiting(4), waiting(400)
    assert steps(lambda: view(crowd)) < steps(lambda: view(few)) + 100
