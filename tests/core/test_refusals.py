"""Every refusal: how it comes about, and that its sentences are fit for people."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from firmware_py.core import commands as c
from firmware_py.core.model import TicketStatus
from firmware_py.core.refusals import SENTENCES, STATUS_WORDS, Refusal, refuse
from firmware_py.core.rules import Hours, SpecialDays, Text
from tests.core import alone_hall, check_refusals, paper_refusals, spread_refusals
from tests.core.hall import FILING, RULES, Hall, windows

HAN = re.compile(r"[\u3400-\u9fff]")
FULL_WIDTH = re.compile(r"[\u3000-\u303f\uff00-\uffef“”]")
HOURS = (Hours(9 * 3600, 12 * 3600), Hours(13 * 3600, 17 * 3600))
#: A Monday.
DAY = "2026-03-02"
HOLIDAY = SpecialDays(DAY, "2026-03-06", (), Text("国庆节", "National Day"))


def called(**changes: Any) -> Hall:
    """Return a hall where A001 is called to window 1, some time ago."""
    hall = Hall(**changes).open("1", "2")
    hall.take()
    hall.next()
    return hall.later(10)


def serving() -> Hall:
    hall = called()
    hall.do(c.StartService("1"))
    return hall


def late() -> Hall:
    hall = finished()
    hall.tick(60)
    return hall


def badly_rated() -> Hall:
    hall = finished()
    hall.do(c.Rate(1, window="1"))
    return hall


def explained() -> Hall:
    hall = badly_rated()
    hall.do(c.GiveReason("long_wait", window="1"))
    return hall


def finished() -> Hall:
    hall = serving()
    hall.do(c.FinishService("1"))
    return hall


def missed() -> Hall:
    hall = called()
    hall.do(c.MarkMissed("1"))
    return hall


def rated() -> Hall:
    hall = finished()
    hall.do(c.Rate(5, window="1"))
    return hall


def paused() -> Hall:
    hall = Hall().open("1")
    hall.do(c.PauseWindow("1"))
    return hall


def acknowledged() -> Hall:
    hall = serving()
    hall.tick(600)
    hall.do(c.AcknowledgeAlarm("service:1", "chen"))
    return hall


def closed_day() -> Hall:
    hall = Hall()
    hall.do(c.CloseDay())
    return hall


def restored() -> Hall:
    """Return a hall whose journal knows A001, while slips up to A030 are out."""
    hall = Hall().open("1")
    hall.take()
    hall.do(c.JumpSeries("A030", "2026-03-02"))
    return hall


def open_hours(clock: str, *, is_open: bool = True, **changes: Any) -> Hall:
    hall = Hall(day=None, hours=HOURS, last_ticket_s=600, **changes)
    hall.clock("08:00", DAY)
    if is_open:
        hall.do(c.OpenDay(DAY))
    return hall.clock(clock, DAY)


def with_person() -> Hall:
    hall = Hall(quota_person=1)
    hall.take(person="hash")
    return hall


def one_open() -> Hall:
    hall = Hall(one_open=True).open("1")
    hall.take(person="hash")
    return hall


def one_called() -> Hall:
    hall = one_open()
    hall.next()
    return hall


def with_appointment() -> Hall:
    hall = Hall()
    hall.do(c.TakeTicket("D01", appointment_ms=hall.now_ms, appointment="which"))
    return hall


def waiting(**changes: Any) -> Hall:
    hall = Hall(**changes)
    hall.take()
    return hall


def with_notices() -> Hall:
    hall = Hall()
    for _ in range(50):
        hall.do(c.ShowNotice("放假"))
    return hall


NO_ITEMS_LEFT = {"D01": replace(RULES.items["D01"], quota=0)}

#: Code -> a hall and the commands that it refuses with it.
CASES: dict[str, list[tuple[Callable[[], Hall], c.Command]]] = {
    "day_closed": [
        (closed_day, c.TakeTicket("D01")),
        (closed_day, c.CloseDay()), *spread_refusals.DAY_CLOSED,
        (closed_day, c.SetClosingTime("18:00")),
        (lambda: open_hours("10:00", is_open=False), c.TakeTicket("D01")),
        (closed_day, c.OpenWindow("1")),
        (closed_day, c.CallNext("1")),
        (closed_day, c.CallTicket("1", "A001")),
    ],
    "day_already_open": [(Hall, c.OpenDay("2026-03-02"))],
    "day_still_open": [(Hall, c.OpenDay("2026-03-03"))],
    "day_before_last": [
        (closed_day, c.OpenDay("2026-03-01")), (Hall, c.JumpSeries("A030", "2026-03-01")),
    ],
    "bad_day": [(closed_day, c.OpenDay("2026-02-30")), (Hall, c.JumpSeries("A030", "today"))],
    "unknown_series": [(Hall, c.JumpSeries("B030")), *spread_refusals.UNKNOWN_SERIES],
    "number_not_ahead": [(restored, c.JumpSeries("A030", "2026-03-02"))],
    "number_passed_over": [
        (restored, c.CancelTicket("A002")), (restored, c.CallTicket("1", "A030")),
    ],
    "unknown_item": [
        *paper_refusals.UNKNOWN_ITEM,
        (Hall, c.TakeTicket("X99")),
        (waiting, c.TransferTicket("A001", item="X99")),
    ],
    "unknown_window": [
        (Hall, command)
        for command in (
            c.OpenWindow("99"), c.PauseWindow("99"), c.ResumeWindow("99"), c.CloseWindow("99"),
            c.SetWindowSkills("99"), c.CallNext("99"), c.CallTicket("99", "A001"), c.Recall("99"),
            c.StartService("99"), c.FinishService("99"), c.MarkMissed("99"), c.AskRating("99"),
            c.Rate(5, window="99"), c.CallHelp("99"),
        )
    ] + [(waiting, c.TransferTicket("A001", window="99")), *paper_refusals.UNKNOWN_WINDOW,
         *check_refusals.UNKNOWN_WINDOW],
    "unknown_ticket": [
        (lambda: Hall().open("1"), command)
        for command in (
            c.CancelTicket("Z9"), c.TransferTicket("Z9", "D01"), c.ParkTicket("Z9"),
            c.ResumeTicket("Z9"), c.ReprintTicket("Z9"), c.CallTicket("1", "Z9"),
            c.Rate(5, number="Z9"),
        )
    ] + paper_refusals.UNKNOWN_TICKET,
    "unknown_alarm": [(Hall, c.AcknowledgeAlarm("service:1"))],
    "unknown_skill": [(Hall, c.SetWindowSkills("1", (FILING, "dancing")))],
    "before_hours": [
        (lambda: open_hours("08:00"), c.TakeTicket("D01")),
        (lambda: open_hours("08:00", is_open=False), c.TakeTicket("D01")),
    ],
    "on_break": [(lambda: open_hours("12:30"), c.TakeTicket("D01"))],
    "after_hours": [
        (lambda: open_hours("17:30"), c.TakeTicket("D01")),
        (lambda: open_hours("17:30", is_open=False), c.TakeTicket("D01")),
    ],
    "closed_today": [
        (lambda: open_hours("10:00", is_open=False, weekdays={0: ()}), c.TakeTicket("D01")),
        (lambda: open_hours("10:00", is_open=False, special_days=(HOLIDAY,)), c.TakeTicket("D01")),
    ],
    "bad_time": [
        (Hall, c.SetClosingTime(at)) for at in ("six", "6 pm", "25:00", "17:60", "0:00", "1:2:3")
    ],
    "closing_not_later": [(lambda: open_hours("10:00"), c.SetClosingTime("17:00"))],
    "closing_passed": [(lambda: open_hours("10:00"), c.SetClosingTime("9:30", earlier=True))],
    "closing_before_opening": [
        (lambda: open_hours("08:00"), c.SetClosingTime("09:00", earlier=True))
    ],
    "last_ticket_passed": [(lambda: open_hours("16:55"), c.TakeTicket("D01"))],
    "quota_day": [(lambda: Hall(quota_day=0), c.TakeTicket("D01"))],
    "quota_item": [(lambda: Hall(items=NO_ITEMS_LEFT), c.TakeTicket("D01"))],
    "quota_person": [(with_person, c.TakeTicket("D01", person="hash"))],
    "person_waiting": [(one_open, c.TakeTicket("B01", person="hash"))],
    "person_open": [(one_called, c.TakeTicket("B01", person="hash"))],
    "appointment_used": [(with_appointment, c.TakeTicket("D01", appointment="which"))],
    "ticket_missed": [(missed, c.TransferTicket("A001", item="B01"))],
    "ticket_ended": [(finished, c.CancelTicket("A001")), (finished, c.ReprintTicket("A001"))],
    "not_in_hand": [(waiting, c.ParkTicket("A001")), (missed, c.ParkTicket("A001"))],
    "not_waiting": [(serving, c.CallTicket("2", "A001")), (finished, c.CallTicket("2", "A001"))],
    "not_away": [(waiting, c.ResumeTicket("A001")), (finished, c.ResumeTicket("A001"))],
    "return_too_late": [(lambda: missed().later(1801), c.ResumeTicket("A001"))],
    "transfer_where": [(waiting, c.TransferTicket("A001"))],
    "no_exception_window": [(waiting, c.TransferTicket("A001", window="desk"))],
    "wrong_skill": [
        (
            lambda: waiting(windows=windows(w1=None, w2=frozenset({FILING}))),
            c.TransferTicket("A001", window="2"),
        )
    ],
    "window_closed": [
        (Hall, c.CallNext("1")), (Hall, c.CloseWindow("1")), (Hall, c.PauseWindow("1")),
    ],
    "window_paused": [(paused, c.CallNext("1")), (paused, c.PauseWindow("1"))],
    "window_open": [(paused, c.OpenWindow("1"))],
    "window_not_paused": [(Hall, c.ResumeWindow("1"))],
    "ticket_in_hand": [(called, c.CallNext("1")), (called, c.CloseWindow("1"))],
    "nobody_in_hand": [
        (lambda: Hall().open("1"), c.Recall("1")), *check_refusals.NOBODY_IN_HAND,
    ],
    "another_in_hand": [
        *((serving, kind("1", "A002")) for kind in (
            c.CallNext, c.Recall, c.StartService, c.FinishService, c.MarkMissed, c.AskRating,
        )),
        (serving, c.CallNext("1", "")),
    ],
    "not_at_window": [
        (serving, c.ParkTicket("A001", at="2")), (waiting, c.TransferTicket("A001", at="1")),
        (serving, c.TransferTicket("A001", window="2", at="2")),
    ],
    "nobody_waiting": [(lambda: Hall().open("1"), c.CallNext("1"))],
    "too_soon": [(lambda: called().later(-9), c.CallNext("1"))],
    "already_started": [(serving, c.StartService("1"))],
    "missed_being_served": [(serving, c.MarkMissed("1"))],
    "call_again_first": [(lambda: called(calls_before_missed=2), c.MarkMissed("1"))],
    "no_rating_open": [
        (lambda: Hall().open("1"), c.Rate(5, window="1")), (rated, c.AskRating("1"))
    ],
    "bad_score": [(finished, c.Rate(6, window="1"))],
    "already_rated": [(rated, c.Rate(5, number="A001")), (rated, c.Rate(5, window="1"))],
    "rating_late": [(late, c.Rate(5, window="1")), (late, c.Rate(5, number="A001"))],
    "rating_early": [(called, c.Rate(5, window="1")), (serving, c.Rate(5, number="A001"))],
    "rating_elsewhere": [(finished, c.Rate(5, window="2", number="A001"))],
    "no_bad_rating": [(finished, c.GiveReason("slow", "1")), (rated, c.GiveReason("slow", "1"))],
    "reason_empty": [(badly_rated, c.GiveReason(" ", "1"))],
    "reason_known": [(explained, c.GiveReason("slow", "1"))],
    "reason_late": [(lambda: badly_rated().later(120), c.GiveReason("slow", number="A001"))],
    "rating_where": [(finished, c.Rate(5)), (finished, c.GiveReason("slow"))],
    "unknown_notice": [(Hall, c.RemoveNotice("n1"))],
    "notice_empty": [(Hall, c.ShowNotice(" ")), (Hall, c.ShowNotice("", lines=(" ",)))],
    "bad_notice_id": [(Hall, c.ShowNotice("放假", one)) for one in ("a b", "a" * 33, "../x", "-")],
    "bad_priority": [(Hall, c.ShowNotice("放假", priority=one)) for one in (-1, 10)],
    "notice_too_long": [(Hall, c.ShowNotice("价目", lines=("纳税证明 | 免费",) * 61))],
    "too_many_notices": [(with_notices, c.ShowNotice("又一条"))],
    "bad_moment": [
        (Hall, command)
        for one in ("tomorrow", "2026-02-30", "2026-10-01 9:00", "2026-10-01 24:30", "09:00")
        for command in (c.ShowNotice("放假", since=one), c.ShowNotice("放假", until=one))
    ],
    "notice_over": [
        (lambda: open_hours("10:00"), c.ShowNotice("放假", until=f"{DAY} 10:00")),
        (Hall, c.ShowNotice("放假", since="2026-10-02", until="2026-10-01")),
    ],
    "already_acknowledged": [(acknowledged, c.AcknowledgeAlarm("service:1"))],
    **paper_refusals.CASES,
    **check_refusals.CASES,
    **spread_refusals.CASES,
    **alone_hall.CASES,
}  # fmt: skip


def test_every_refusal_has_its_case() -> None:
    assert set(CASES) == set(SENTENCES)


def fit_for_people(refusal: Refusal) -> None:
    assert HAN.search(refusal.zh)
    assert FULL_WIDTH.search(refusal.zh)
    assert not HAN.search(refusal.en)
    assert not FULL_WIDTH.search(refusal.en)
    for sentence in (refusal.zh, refusal.en):
        assert not set("{}") & set(sentence)
        assert "None" not in sentence
        assert sentence[-1] in "。."
    # Between Chinese characters half-width punctuation is a slip.
    assert not re.search(r"[\u3400-\u9fff][,;:?!()]", refusal.zh)


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_a_refusal_comes_about_with_a_sentence_in_both_languages(code: str) -> None:
    for build, command in CASES[code]:
        refusal = build().refused(command)
        assert refusal.code == code
        fit_for_people(refusal)


@pytest.mark.parametrize("status", list(TicketStatus))
def test_a_status_in_a_sentence_is_in_its_language(status: TicketStatus) -> None:
    refusal = refuse("ticket_ended", number="A001", status=status)
    fit_for_people(refusal)
    assert refusal.data["status"] == status
    assert STATUS_WORDS[status][0] in refusal.zh
    assert not re.search(r"[a-z]{3,}", refusal.zh)


def test_braces_in_what_somebody_typed_are_only_text() -> None:
    refusal = refuse("unknown_ticket", number="{number}{0}")
    assert "{number}{0}" in refusal.en
