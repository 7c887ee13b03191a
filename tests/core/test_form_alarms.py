"""The alarm of a form: amber some working days before, red when due, until the form is over."""

from __future__ import annotations

import pytest

from firmware_py.core import commands as c
from firmware_py.core import commands_papers as p
from firmware_py.core.events_aside import AlarmAcknowledged, AlarmCleared, AlarmRaised
from firmware_py.core.model import AlarmKind, Level
from firmware_py.core.papers import PaperTicked
from firmware_py.core.rules import FormRules
from firmware_py.runtime.people import lamp_pattern
from tests.core.hall import Hall, of
from tests.core.paper_hall import NATIONAL_DAY, make, next_day, serving

FORM = "F20260921-001"
KEY = f"form:{FORM}"


def amber(form: str = FORM) -> AlarmRaised:
    return AlarmRaised(f"form:{form}", AlarmKind.FORM, Level.AMBER, form)


def red(form: str = FORM) -> AlarmRaised:
    return AlarmRaised(f"form:{form}", AlarmKind.FORM, Level.RED, form)


def opening(hall: Hall, day: str) -> list[AlarmRaised]:
    """Open the next business day; returns the alarms that it begins with."""
    hall.do(c.CloseDay())
    return of(hall.do(c.OpenDay(day)), AlarmRaised)


def test_amber_two_working_days_before_and_red_on_the_day_itself() -> None:
    hall = serving()
    make(hall, days=5)
    # Due on Monday the 28th: Thursday and Friday warn, the weekend counts for nothing.
    assert [opening(hall, f"2026-09-{day}") for day in (22, 23, 24, 25, 28, 29)] == [
        [], [], [amber()], [], [red()], [],
    ]  # fmt: skip


def test_holidays_are_no_days_to_warn_on() -> None:
    hall = serving()
    make(hall, days=8)
    assert hall.state.forms[FORM].due == "2026-10-08"
    assert opening(hall, "2026-09-28") == []
    assert opening(hall, "2026-09-29") == [amber()]


def test_a_form_that_is_due_at_once_warns_when_it_is_made() -> None:
    hall = serving()
    assert hall.do(p.MakeForm("1", papers=(PaperTicked(1),), days=1))[1:] == [amber()]
    quiet = serving(forms=FormRules(calendar=NATIONAL_DAY, warn_days=0))
    make(quiet, days=1)
    assert quiet.state.alarms == {}
    assert opening(quiet, "2026-09-22") == [red()]


def test_a_day_that_the_hall_slept_through_is_red_at_the_next_opening() -> None:
    hall = serving()
    make(hall)
    assert opening(hall, "2026-11-02") == [red()]


def test_it_ends_with_the_form() -> None:
    for command in (p.FormDone(FORM), p.WithdrawForm(FORM)):
        hall = serving()
        make(hall, days=1)
        assert hall.do(command)[1:] == [AlarmCleared(KEY)]
        assert opening(hall, "2026-09-23") == []


def test_a_longer_limit_ends_it_and_a_shorter_one_begins_it() -> None:
    hall = serving()
    make(hall, days=1)
    assert hall.do(p.ChangeForm(FORM, days=9))[1:] == [AlarmCleared(KEY)]
    assert hall.do(p.ChangeForm(FORM, days=2))[1:] == [amber()]
    next_day(hall, "2026-09-24")
    assert hall.state.alarms[KEY].level is Level.RED
    assert hall.do(p.ChangeForm(FORM, days=4))[1:] == [AlarmCleared(KEY), amber()]


def test_it_stands_over_the_closing_and_is_not_one_that_waits_to_be_seen() -> None:
    hall = serving()
    make(hall, days=1)
    closed = hall.do(c.CloseDay())
    assert AlarmCleared(KEY) not in closed
    assert closed[-1].alarms == ()  # type: ignore[union-attr]
    assert hall.state.alarms[KEY].carried is False
    hall.do(c.OpenDay("2026-09-22"))
    assert hall.state.alarms[KEY].level is Level.RED


def test_an_acknowledged_one_stands_until_it_is_worse() -> None:
    hall = serving()
    make(hall, days=1)
    assert hall.do(c.AcknowledgeAlarm(KEY, "chen")) == [AlarmAcknowledged(KEY, "chen")]
    assert hall.state.alarms[KEY].acknowledged_by == "chen"
    assert opening(hall, "2026-09-22") == [red()]
    assert hall.state.alarms[KEY].acknowledged_by == ""
    hall.do(c.AcknowledgeAlarm(KEY, "chen"))
    assert opening(hall, "2026-09-23") == []
    assert hall.state.alarms[KEY].acknowledged_by == "chen"


def test_no_lamp_is_about_a_form() -> None:
    hall = serving()
    make(hall, days=1)
    assert lamp_pattern(hall.state, "1") == "off"


def test_a_wrong_date_set_right_takes_its_alarms_back() -> None:
    hall = serving()
    make(hall)
    assert opening(hall, "2027-09-22") == [red()]
    hall.do(c.CloseDay())
    assert AlarmCleared(KEY) in hall.do(c.OpenDay("2026-09-22", override=True))


def test_the_most_urgent_comes_first() -> None:
    hall = serving()
    make(hall, days=2), make(hall, days=1)
    assert opening(hall, "2026-09-23") == [red("F20260921-002"), red("F20260921-001")]


@pytest.mark.parametrize("seconds", [60, 86_400 * 3])
def test_time_alone_raises_nothing(seconds: int) -> None:
    hall = serving()
    hall.do(c.FinishService("1"))
    make(hall)
    assert not of(hall.tick(seconds), AlarmRaised)
