"""``why``: each call, and each wait, has an answer at the counter in both languages."""

from __future__ import annotations

import re

import pytest

from firmware_py.core import commands as c
from firmware_py.core import events as e
from firmware_py.core.explain import RULE_WORDS, call_words, waiting_words
from firmware_py.core.rules import Text, Trait
from tests.core.hall import FILING, INVOICES, Hall, only, windows

HAN = re.compile(r"[\u4e00-\u9fff]")


def why(hall: Hall, number: str) -> Text:
    """Return why a ticket still waits."""
    words = waiting_words(hall.rules, hall.state, hall.ticket(number), hall.now_ms)
    both_languages(words, number)
    return words


def why_called(hall: Hall, command: c.Command) -> Text:
    """Call somebody and return why."""
    called = only(hall.do(command), e.TicketCalled)
    words = call_words(called.number, called.window, called.reason)
    both_languages(words, called.number)
    return words


def both_languages(words: Text, number: str) -> None:
    assert HAN.search(words.zh)
    assert not HAN.search(words.en)
    assert words.zh.endswith("。")
    assert words.en.endswith(".")
    assert not set("，；：。（）、") & set(words.en)
    assert not set("{};!?") & set(words.zh)
    assert number in words.zh
    assert number in words.en


def test_a_call_by_priority_names_class_wait_and_who_was_next() -> None:
    hall = Hall().open("1")
    hall.take()
    hall.take("D01", Trait.ELDERLY)
    words = why_called(hall.later(600), c.CallNext("1"))
    assert words.en == (
        "A002 was called to window 1: elderly or disabled, waited 10 min, priority 900; "
        "next after it was A001 (priority 600). 2 people could be called then."
    )
    assert words.zh == (
        "A002 由 1 号窗口呼叫：老年人或残疾人优先，已等候 10 分钟，优先值 900；"
        "其次是 A001（优先值 600）。当时可叫 2 人。"
    )


def test_a_named_call_says_who_was_passed() -> None:
    hall = Hall().open("1")
    hall.take()
    second = hall.later(60).take()
    words = why_called(hall.later(60), c.CallTicket("1", second))
    assert "called by its number" in words.en
    assert "A001 was next by priority (120)" in words.en


def test_somebody_back_from_parking_is_called_without_figures() -> None:
    hall = Hall().open("1")
    hall.take()
    hall.next()
    hall.do(c.ParkTicket("A001"))
    hall.do(c.ResumeTicket("A001"))
    assert "优先值" not in why_called(hall, c.CallNext("1")).zh


def test_a_wait_names_the_windows_and_how_many_go_before() -> None:
    hall = Hall().open("1", "2")
    for _ in range(3):
        hall.later(10).take()
    assert "windows 1, 2 take it, about 2 people go before it" in why(hall, "A003").en
    assert "前面约有 2 人" in why(hall, "A003").zh


def test_a_wait_without_an_open_window_says_so() -> None:
    hall = Hall(windows=windows(w1=frozenset({FILING}))).open()
    assert "no open window takes its item" in why(hall, hall.take("D01")).en


def test_a_bound_ticket_names_its_window() -> None:
    hall = Hall().open("1", "2")
    number = hall.take()
    hall.do(c.TransferTicket(number, window="2"))
    assert "bound to window 2" in why(hall, number).en
    hall.do(c.PauseWindow("2"))
    assert "window 2, which is on a break" in why(hall, number).en
    assert "该窗口暂停中" in why(hall, number).zh
    hall.do(c.ResumeWindow("2"))
    hall.do(c.CloseWindow("2"))
    assert "window 1 takes it" in why(hall, number).en


def test_a_bound_ticket_waits_behind_those_whom_its_window_calls_first() -> None:
    hall = Hall().open("1", "2")
    hall.later(10).take("D01", Trait.ELDERLY)
    number = hall.later(10).take()
    hall.do(c.TransferTicket(number, window="2"))
    assert why(hall.later(600), number).en == (
        "A002 is bound to window 2; it has waited 10 min and is called once that window is free; "
        "about 1 person goes before it."
    )


def test_those_before_are_counted_at_every_window_that_may_call_it() -> None:
    # Window 1 takes invoices, window 2 both: who files goes to window 2 and is before A003 there.
    both = frozenset({INVOICES, FILING})
    hall = Hall(windows=windows(w1=frozenset({INVOICES}), w2=both)).open()
    hall.take("B01")
    hall.later(10).take("D01")
    number = hall.later(10).take("D01")
    assert "windows 1, 2 take it, about 2 people go before it" in why(hall, number).en


def test_with_many_windows_the_first_are_named_and_the_rest_counted() -> None:
    hall = Hall(windows=windows(**{f"w{n}": None for n in range(1, 10)})).open()
    words = why(hall, hall.take())
    assert "windows 1, 2, 3, 4, 5, 6 and 3 more take it, it is next" in words.en
    assert "可由 1、2、3、4、5、6 号等 9 个窗口办理，下一个就轮到" in words.zh


def test_one_person_who_could_be_called_is_one_person() -> None:
    hall = Hall().open("1")
    hall.take()
    words = why_called(hall.later(30), c.CallNext("1"))
    assert words.en == (
        "A001 was called to window 1: ordinary queue, waited less than a minute, priority 30. "
        "1 person could be called then."
    )
    assert words.zh == (
        "A001 由 1 号窗口呼叫：普通排队，已等候不到 1 分钟，优先值 30。当时可叫 1 人。"
    )


def test_a_missed_ticket_says_until_when_it_may_come_back() -> None:
    hall = Hall().open("1")
    number = hall.take()
    hall.next()
    hall.do(c.MarkMissed("1"))
    assert why(hall.later(600), number).zh == "A001 10 分钟前过号，过号后 30 分钟内可以恢复。"
    late = why(hall.later(1500), number)
    assert "已超过 30 分钟，请重新取号" in late.zh
    assert "please take a new ticket" in late.en
    assert "missed more than" in hall.refused(c.ResumeTicket(number)).en


def test_a_returned_ticket_says_after_how_many_calls() -> None:
    hall = Hall(return_after_calls=3).open("1")
    for _ in range(5):
        hall.take()
    hall.next()
    hall.do(c.MarkMissed("1"))
    hall.do(c.ResumeTicket("A001"))
    assert "after 3 more calls" in why(hall, "A001").en
    hall.serve()
    assert "after 2 more calls" in why(hall, "A001").en
    hall.serve()
    assert why(hall, "A001").en.endswith("after 1 more call.")


def test_back_from_parking_with_its_window_gone_it_is_first_anywhere() -> None:
    hall = Hall().open("1", "2")
    number = hall.take()
    hall.next("1")
    hall.do(c.ParkTicket(number))
    hall.do(c.CloseWindow("1"))
    hall.do(c.ResumeTicket(number))
    assert "called first" in why(hall, number).en


@pytest.mark.parametrize(
    ("commands", "words"),
    [
        ([c.CallNext("1")], "has been called to window 1"),
        ([c.CallNext("1"), c.StartService("1")], "is being served at window 1"),
        ([c.CallNext("1"), c.ParkTicket("A001")], "is parked"),
        ([c.CallNext("1"), c.MarkMissed("1")], "was missed less than a minute ago"),
        ([c.CallNext("1"), c.FinishService("1")], "has been finished at window 1"),
        ([c.CancelTicket("A001")], "was cancelled"),
        ([c.CloseDay()], "was still open when the day closed"),
    ],
)
def test_whoever_does_not_wait_is_somewhere(commands: list[c.Command], words: str) -> None:
    hall = Hall().open("1")
    number = hall.take()
    for command in commands:
        hall.do(command)
    assert words in why(hall, number).en


def test_every_rule_has_words_in_both_languages() -> None:
    for words in RULE_WORDS.values():
        assert HAN.search(words.zh)
        assert not HAN.search(words.en)
