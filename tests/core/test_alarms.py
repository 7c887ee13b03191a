"""Alarms: amber at a share of the limit, red at the limit, acknowledged, cleared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from firmware_py.core import commands as c
from firmware_py.core.events_aside import AlarmAcknowledged, AlarmCleared, AlarmRaised
from firmware_py.core.model import Level
from tests.core.hall import FILING, RULES, Hall, of, only, windows


def serving_hall(**changes: Any) -> Hall:
    """Return a hall whose window 1 serves A001 (limit 600 s) from now on."""
    hall = Hall(**changes).open("1")
    hall.take()
    hall.next()
    hall.do(c.StartService("1"))
    return hall


def raised(hall: Hall, seconds: float = 0) -> list[tuple[str, str]]:
    """Let time pass, tick, and return what was raised."""
    return [(a.alarm, a.level.value) for a in of(hall.tick(seconds), AlarmRaised)]


def test_a_service_turns_amber_at_four_fifths_and_red_at_its_limit() -> None:
    hall = serving_hall()
    assert raised(hall, 479) == []
    assert raised(hall, 1) == [("service:1", "amber")]
    assert raised(hall, 119) == []
    assert raised(hall, 1) == [("service:1", "red")]
    assert raised(hall, 1000) == []


def test_a_late_look_goes_straight_to_red() -> None:
    assert raised(serving_hall(), 700) == [("service:1", "red")]


def test_the_amber_share_is_configuration() -> None:
    hall = serving_hall(amber_share=0.5)
    assert raised(hall, 300) == [("service:1", "amber")]


def test_an_acknowledged_alarm_stays_acknowledged_at_its_level() -> None:
    hall = serving_hall()
    hall.tick(600)
    hall.do(c.AcknowledgeAlarm("service:1", "chen"))
    assert raised(hall, 100) == []
    alarm = hall.alarm("service:1")
    assert alarm is not None
    assert alarm.acknowledged_by == "chen"
    assert hall.refused(c.AcknowledgeAlarm("service:1", "li")).data["by"] == "chen"


def test_red_after_an_acknowledged_amber_must_be_acknowledged_anew() -> None:
    hall = serving_hall()
    hall.tick(480)
    hall.do(c.AcknowledgeAlarm("service:1", "chen"))
    assert raised(hall, 120) == [("service:1", "red")]
    alarm = hall.alarm("service:1")
    assert alarm is not None
    assert alarm.acknowledged_by == ""
    hall.do(c.AcknowledgeAlarm("service:1", "chen"))


@pytest.mark.parametrize(
    "command",
    [
        c.FinishService("1"),
        c.CallNext("1"),
        c.CancelTicket("A001"),
        c.ParkTicket("A001"),
        c.TransferTicket("A001", item="B01"),
        c.AskRating("1"),
    ],
)
def test_a_service_alarm_ends_with_the_work(command: c.Command) -> None:
    hall = serving_hall()
    hall.tick(600)
    assert [a.alarm for a in of(hall.do(command), AlarmCleared)] == ["service:1"]
    assert not hall.state.alarms


def test_a_miss_after_an_automatic_start_ends_the_service_alarm() -> None:
    hall = Hall().open("1")
    hall.take()
    hall.next()
    hall.tick(30)
    hall.tick(600)
    assert hall.alarm("service:1") is not None
    hall.do(c.MarkMissed("1"))
    assert not hall.state.alarms


def test_the_time_before_parking_counts_for_the_limit() -> None:
    hall = serving_hall()
    hall.later(400).do(c.ParkTicket("A001"))
    hall.later(3600).do(c.ResumeTicket("A001"))
    hall.next()
    hall.do(c.StartService("1"))
    assert raised(hall, 79) == []
    assert raised(hall, 1) == [("service:1", "amber")]


def test_waiting_too_long_is_amber_then_red_and_ends_with_the_call() -> None:
    hall = Hall(wait_limit_s=1000, idle_limit_s=0).open("1")
    hall.take()
    assert raised(hall, 800) == [("waiting:A001", "amber")]
    assert raised(hall, 200) == [("waiting:A001", "red")]
    assert only(hall.do(c.CallNext("1")), AlarmCleared).alarm == "waiting:A001"


def test_an_item_may_have_its_own_limit_for_waiting() -> None:
    items = {**RULES.items, "D01": replace(RULES.items["D01"], wait_limit_s=100)}
    hall = Hall(items=items, wait_limit_s=1000)
    hall.take("D01")
    hall.take("B01")
    assert raised(hall, 100) == [("waiting:A001", "red")]


def test_a_cancelled_ticket_leaves_no_alarm_behind() -> None:
    hall = Hall(wait_limit_s=100)
    number = hall.take()
    hall.tick(100)
    hall.do(c.CancelTicket(number))
    assert not hall.state.alarms


def test_a_waiting_alarm_stays_acknowledged_when_the_ticket_is_sent_to_another_window() -> None:
    hall = Hall(wait_limit_s=100, idle_limit_s=0).open("1", "2")
    number = hall.take()
    hall.tick(100)
    hall.do(c.AcknowledgeAlarm("waiting:A001", "chen"))
    hall.do(c.TransferTicket(number, window="2"))
    assert raised(hall, 1) == []


@pytest.mark.parametrize("way", ["transferred", "parked", "missed"])
def test_whoever_waits_again_is_not_at_once_too_late(way: str) -> None:
    """The time at the counter, or fetching a paper, is no waiting for a call."""
    hall = Hall(wait_limit_s=600, idle_limit_s=0, return_within_s=3600).open("1", "2")
    number = hall.take()
    hall.later(60).next()
    hall.later(3000)
    if way == "transferred":
        hall.do(c.TransferTicket(number, window="2"))
    else:
        hall.do(c.ParkTicket(number) if way == "parked" else c.MarkMissed("1"))
        hall.later(600).do(c.ResumeTicket(number))
    assert raised(hall, 1) == []
    assert raised(hall, 599) == [(f"waiting:{number}", "red")]


def test_an_open_window_that_calls_nobody_while_people_wait_is_idle() -> None:
    hall = Hall(idle_limit_s=180).open("1")
    hall.later(3600).take()
    assert raised(hall, 143) == []
    assert raised(hall, 1) == [("idle:1", "amber")]
    assert raised(hall, 36) == [("idle:1", "red")]
    assert only(hall.do(c.CallNext("1")), AlarmCleared).alarm == "idle:1"


def test_idle_counts_from_when_the_window_was_free() -> None:
    hall = Hall(idle_limit_s=180, wait_limit_s=10**6).open("1")
    hall.take()
    hall.take()
    hall.next()
    hall.later(300).do(c.FinishService("1"))
    assert raised(hall, 100) == []
    assert raised(hall, 80) == [("idle:1", "red")]


def test_idle_ends_when_nobody_waits_any_more() -> None:
    hall = Hall(idle_limit_s=180).open("1")
    number = hall.take()
    hall.tick(180)
    hall.do(c.CancelTicket(number))
    assert only(hall.tick(), AlarmCleared).alarm == "idle:1"


def test_a_break_ends_the_idle_alarm_and_its_end_begins_a_new_count() -> None:
    hall = Hall(idle_limit_s=180).open("1")
    hall.take()
    hall.tick(180)
    assert only(hall.do(c.PauseWindow("1")), AlarmCleared).alarm == "idle:1"
    assert raised(hall, 300) == []
    hall.do(c.ResumeWindow("1"))
    assert raised(hall, 100) == []


def test_a_window_is_not_idle_while_only_others_can_take_who_waits() -> None:
    hall = Hall(windows=windows(w1=frozenset({FILING})), wait_limit_s=10**6).open()
    hall.take("D01")
    assert raised(hall, 3600) == []


@pytest.mark.parametrize("way", ["transferred", "parked", "missed"])
def test_a_window_free_for_long_has_its_time_for_who_comes_back(way: str) -> None:
    hall = Hall(idle_limit_s=180, wait_limit_s=10**6, return_within_s=10**6).open("1", "2")
    number = hall.take()
    hall.next("2")
    hall.later(3600)
    if way == "transferred":
        hall.do(c.TransferTicket(number, window="1"))
    else:
        hall.do(c.ParkTicket(number) if way == "parked" else c.MarkMissed("2"))
        hall.do(c.CloseWindow("2"))
        hall.later(3600).do(c.ResumeTicket(number))
    assert raised(hall, 1) == []
    assert ("idle:1", "red") in raised(hall, 179)


def test_help_is_red_at_once_and_a_second_press_changes_nothing() -> None:
    hall = Hall().open("1")
    assert only(hall.do(c.CallHelp("1")), AlarmRaised).level is Level.RED
    assert hall.do(c.CallHelp("1")) == []


@pytest.mark.parametrize("kind", ["help", "rating"])
def test_help_and_a_bad_rating_end_with_the_acknowledgement(kind: str) -> None:
    hall = serving_hall()
    hall.do(c.CallHelp("1"))
    key = "help:1"
    if kind == "rating":
        hall.do(c.FinishService("1"))
        hall.do(c.Rate(1, window="1"))
        key = "rating:A001"
    events = hall.do(c.AcknowledgeAlarm(key, "chen"))
    assert events == [AlarmAcknowledged(key, "chen"), AlarmCleared(key)]
    assert hall.refused(c.AcknowledgeAlarm(key)).code == "unknown_alarm"


def test_help_stays_until_the_work_ends() -> None:
    hall = serving_hall()
    hall.do(c.CallHelp("1"))
    hall.tick(60)
    assert hall.alarm("help:1") is not None
    hall.do(c.FinishService("1"))
    assert hall.alarm("help:1") is None


def test_a_bad_ratings_alarm_stays_while_the_window_goes_on() -> None:
    hall = serving_hall()
    hall.do(c.FinishService("1"))
    hall.do(c.Rate(1, window="1"))
    hall.take()
    hall.serve()
    hall.do(c.CloseWindow("1"))
    assert hall.alarm("rating:A001") is not None


def test_a_tick_with_nothing_due_is_no_event() -> None:
    hall = Hall().open()
    assert hall.tick(1) == []
