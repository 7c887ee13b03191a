"""A bad rating and a call for help outlive the day until somebody has seen them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_py.app.wire import decode_state, encode_state
from firmware_py.core import commands as c
from firmware_py.core import events as e
from firmware_py.core.events_aside import AlarmAcknowledged, AlarmCleared, AlarmRaised
from firmware_py.core.model import AlarmKind
from firmware_py.core.refusals import Refusal
from firmware_py.runtime.people import lamp_pattern
from tests.core.hall import Hall, of, only


def bad_rating(hall: Hall, window: str = "1") -> str:
    """Serve somebody who gives one star; return the alarm's key."""
    hall.take()
    hall.serve(window)
    return only(hall.do(c.Rate(1, window=window)), AlarmRaised).alarm


def next_day(hall: Hall, day: str) -> list[e.Event]:
    closed = hall.do(c.CloseDay())
    hall.do(c.OpenDay(day))
    return closed


def test_a_bad_rating_just_before_closing_is_there_the_next_day_with_its_day() -> None:
    hall = Hall().open("1")
    key = bad_rating(hall)
    assert only(hall.do(c.CloseDay()), e.DayClosed).alarms == (key,)
    alarm = hall.alarm(key)
    assert alarm is not None
    assert (alarm.day, alarm.carried) == ("2026-03-02", True)
    hall.do(c.OpenDay("2026-03-03"))
    assert hall.alarm(key) == alarm
    seen = hall.do(c.AcknowledgeAlarm(key, "chen"))
    assert seen == [AlarmAcknowledged(key, "chen"), AlarmCleared(key)]


def test_an_alarm_of_work_that_was_acknowledged_does_not_stay() -> None:
    hall = Hall().open("1")
    hall.take()
    hall.next()
    hall.do(c.StartService("1"))
    hall.tick(600)
    hall.do(c.AcknowledgeAlarm("service:1", "chen"))
    closed = hall.do(c.CloseDay())
    assert only(closed, AlarmCleared).alarm == "service:1"
    assert only(closed, e.DayClosed).alarms == ()


def test_the_same_number_rated_badly_again_the_next_day_is_an_alarm_of_its_own() -> None:
    hall = Hall().open("1")
    keys = [bad_rating(hall)]
    for day in ("2026-03-03", "2026-03-04"):
        next_day(hall, day)
        keys.append(bad_rating(hall.open("1")))
    assert keys == ["rating:A001", "rating:A001:2", "rating:A001:3"]
    assert [a.subject for a in hall.state.alarms.values()] == ["A001"] * 3
    hall.do(c.AcknowledgeAlarm("rating:A001", "chen"))
    assert set(hall.state.alarms) == {"rating:A001:2", "rating:A001:3"}


def test_a_call_for_help_of_yesterday_does_not_end_with_the_work_of_today() -> None:
    hall = Hall().open("1")
    hall.do(c.CallHelp("1"))
    next_day(hall, "2026-03-03")
    hall.open("1").take()
    hall.serve("1")
    hall.do(c.CloseWindow("1"))
    assert hall.alarm("help:1") is not None
    # Closed once more: an alarm is left by its own day only.
    assert only(next_day(hall, "2026-03-04"), e.DayClosed).alarms == ()
    assert hall.alarm("help:1") is not None


def test_a_new_call_for_help_is_not_hidden_by_one_of_yesterday() -> None:
    hall = Hall().open("1")
    hall.do(c.CallHelp("1"))
    next_day(hall, "2026-03-03")
    hall.open("1").take()
    hall.next()
    assert only(hall.do(c.CallHelp("1")), AlarmRaised).alarm == "help:1:2"
    assert hall.do(c.CallHelp("1")) == []
    hall.later(60).do(c.FinishService("1"))
    assert set(hall.state.alarms) == {"help:1"}


def test_the_lamp_goes_out_with_the_day_and_shows_a_new_call() -> None:
    hall = Hall().open("1", "2")
    hall.do(c.CallHelp("1"))
    bad_rating(hall, "2")
    assert [lamp_pattern(hall.state, window) for window in ("1", "2")] == ["help", "red"]
    next_day(hall, "2026-03-03")
    assert [lamp_pattern(hall.state, window) for window in ("1", "2")] == ["off", "off"]
    hall.do(c.CallHelp("1"))
    assert lamp_pattern(hall.state, "1") == "help"


def test_help_called_before_the_hall_opens_lights_the_lamp_until_it_is_seen() -> None:
    hall = Hall(day=None)
    hall.do(c.CallHelp("2"))
    hall.do(c.OpenDay("2026-03-02"))
    hall.open("2").take()
    hall.serve("2")
    assert lamp_pattern(hall.state, "2") == "help"
    hall.do(c.AcknowledgeAlarm("help:2", "chen"))
    assert lamp_pattern(hall.state, "2") == "off"


def test_a_day_closed_too_early_and_opened_again_still_has_them() -> None:
    hall = Hall().open("1")
    hall.do(c.CallHelp("1"))
    next_day(hall, "2026-03-02")
    assert hall.alarm("help:1") is not None


STEPS: dict[str, Any] = {
    "take": lambda hall: hall.ask(c.TakeTicket("D01")),
    "serve": lambda hall: [
        hall.ask(c.CallNext("1")),
        hall.later(60),
        hall.ask(c.FinishService("1")),
    ],
    "one star": lambda hall: hall.ask(c.Rate(1, window="1")),
    "help": lambda hall: hall.ask(c.CallHelp("1")),
    "window": lambda hall: [hall.ask(c.CloseWindow("1")), hall.ask(c.OpenWindow("1", "1001"))],
    "late": lambda hall: hall.tick(2000),
    "new day": lambda hall: [hall.ask(c.CloseDay()), hall.ask(c.OpenDay(following(hall)))],
    "same day": lambda hall: [hall.ask(c.CloseDay()), hall.ask(c.OpenDay(hall.state.day or ""))],
    "restart": lambda hall: setattr(hall, "state", decode_state(encode_state(hall.state))),
}


def following(hall: Hall) -> str:
    return f"2026-03-{int((hall.state.day or '00')[-2:]) + 1:02d}"


@given(
    st.lists(st.sampled_from([*STEPS, "take", "serve", "one star", "acknowledge"]), max_size=29),
    st.integers(0, 3),
)
@settings(max_examples=150)
def test_what_stood_at_a_closing_ends_by_being_seen_and_by_nothing_else(
    steps: list[str], which: int
) -> None:
    hall = Hall().open("1")
    hall.now_ms += 10_000
    stood: dict[str, Any] = {}
    for step in steps:
        hall.later(10)
        if step == "acknowledge":
            keys = list(hall.state.alarms)
            if keys and not isinstance(
                hall.ask(c.AcknowledgeAlarm(keys[which % len(keys)], "chen")), Refusal
            ):
                stood.pop(keys[which % len(keys)], None)
        else:
            STEPS[step](hall)
        for key, alarm in stood.items():
            assert hall.state.alarms.get(key) == alarm
        stood |= {k: replace(a) for k, a in hall.state.alarms.items() if a.carried}
        assert all(a.kind in (AlarmKind.RATING, AlarmKind.HELP) for a in stood.values())
    closed = of([event for event, _ in hall.history], e.DayClosed)
    assert {key for day in closed for key in day.alarms} >= set(stood)
