"""Records that are about no ticket's place: windows, the day, ratings, alarms, numbers, papers."""

from __future__ import annotations

import pytest

from firmware_py.core import commands as c
from firmware_py.core import events as e
from firmware_py.core.commands_spread import LendNumbers, WriteOffNumbers
from firmware_py.core.events import EVENTS
from firmware_py.core.events_aside import (
    ActionTaken,
    AlarmAcknowledged,
    AlarmRaised,
    ClockSet,
    NoticeShown,
)
from firmware_py.core.events_papers import DocumentAdded
from firmware_py.core.events_spread import NumbersLent, NumbersReturned
from firmware_py.core.model import AlarmKind, Level, WindowStatus
from firmware_py.core.rules import Hours
from tests.core.hall import Hall, only
from tests.core.two_sides import Side, merge, split, trace


def told(hall: Hall, *events: e.Event, source: str = "hub") -> list[str]:
    """Take these events as records; return what came of them."""
    return trace(merge(hall, split(hall, source).tell(*events).records))


def served() -> Hall:
    hall = Hall().open("1")
    hall.take()
    hall.serve()
    return hall


def test_a_rating_that_was_given_while_cut_off_counts_and_a_bad_one_raises_its_alarm() -> None:
    hall = served()
    assert told(hall, e.RatingGiven("A001", "1", 1, bad=True, reason="slow")) == ["kept"]
    assert (hall.ticket("A001").rating, hall.ticket("A001").rating_reason) == (1, "slow")
    alarm = hall.alarm("rating:A001")
    assert alarm is not None
    assert alarm.level is Level.RED


def test_a_rating_after_none_is_late_and_a_second_one_is_a_trace() -> None:
    hall = served()
    hall.tick(61)
    events = merge(hall, split(hall, "w").tell(e.RatingGiven("A001", "1", 5, bad=False)).records)
    assert only(events, e.RatingGiven).late
    assert told(hall, e.RatingGiven("A001", "1", 2, bad=True), source="x") == ["noted"]
    assert hall.ticket("A001").rating == 5


def test_a_question_that_is_over_is_not_asked_again() -> None:
    hall = served()
    hall.do(c.Rate(4, window="1"))
    assert told(hall, e.RatingAsked("A001", "1", hall.now_ms + 60_000)) == ["noted"]
    assert hall.state.windows["1"].rating_ticket is None


def test_windows_follow_what_was_done_at_them() -> None:
    hall = Hall().open("1", "2")
    hall.take()
    hall.next("2")
    assert told(
        hall,
        e.WindowPaused("1"), e.WindowClosed("1"), e.WindowClosed("2"), e.WindowOpened("3", "1003"),
    ) == ["kept", "kept", "noted", "kept"]  # fmt: skip
    assert [hall.state.windows[w].status for w in ("1", "2", "3")] == [
        WindowStatus.CLOSED, WindowStatus.OPEN, WindowStatus.OPEN,
    ]  # fmt: skip


def test_a_call_for_help_is_heard_and_a_time_limits_alarm_is_the_hubs_own() -> None:
    hall = Hall().open("1")
    assert told(
        hall,
        AlarmRaised("help:1", AlarmKind.HELP, Level.RED, "1", "1"),
        AlarmRaised("service:1", AlarmKind.SERVICE, Level.RED, "1", "1", 700),
        AlarmAcknowledged("help:1", "duty"),
        AlarmAcknowledged("help:2", "duty"),
    ) == ["kept", "noted", "kept", "noted"]
    assert list(hall.state.alarms) == ["help:1"]


def test_the_later_of_two_closing_times_counts() -> None:
    hall = Hall(day=None, hours=(Hours(8 * 3600, 17 * 3600),))
    hall.do(c.OpenDay("2026-03-02"))
    hall.clock("10:00")

    def closes(hour: int) -> e.ClosingTimeChanged:
        hours = (Hours(8 * 3600, hour * 3600),)
        return e.ClosingTimeChanged("2026-03-02", hours, hour * 3600)

    assert told(hall, closes(19), closes(16)) == ["kept", "noted"]
    assert hall.state.hours == (Hours(8 * 3600, 19 * 3600),)


def test_a_day_that_was_opened_there_is_open_here() -> None:
    hall = Hall()
    hall.do(c.CloseDay())
    other = Side("hub", split(hall, "hub").hall)
    other.later(60).do(c.OpenDay("2026-03-03"))
    assert trace(merge(hall, other.records)) == ["kept"]
    assert (hall.state.day, hall.state.day_open) == ("2026-03-03", True)


def test_numbers_that_another_hub_lent_are_skipped_here() -> None:
    hall = Hall()
    lent = NumbersLent("kiosk-2", "common", 1, 5, 1, "A001", "A005")
    assert told(hall, lent) == ["kept"]
    assert hall.take() == "A006"
    assert told(hall, lent, source="again") == ["noted"]


def test_numbers_come_back_once_and_what_was_written_off_stays_off() -> None:
    hall = Hall()
    for holder in ("kiosk-1", "kiosk-2"):
        hall.do(LendNumbers(holder, "common", 20))
    hall.do(WriteOffNumbers("kiosk-2"))
    back = [
        NumbersReturned(b.holder, b.series, b.first, b.last, b.handing, b.first_number,
                        b.last_number, "hub")
        for b in hall.state.lent
    ]  # fmt: skip
    assert told(hall, back[0], source="kiosk-1") == ["kept"]
    assert told(hall, back[1], source="kiosk-2") == ["noted"]
    assert told(hall, back[0], source="hub") == ["noted"]
    assert [block.holder for block in hall.state.lent] == ["kiosk-2"]
    again = only(hall.do(LendNumbers("kiosk-3", "common", 20)), NumbersLent)
    assert (again.first_number, again.handing) == ("A980", 3)


def test_notices_devices_and_papers_are_joined_and_the_clock_is_ones_own() -> None:
    hall = Hall()
    hall.take()
    scanned = DocumentAdded("A001", "A001-1", "paper:1", 2, 9_000, "9f" * 32)
    assert told(
        hall,
        NoticeShown("n1", "收费标准"), NoticeShown("n1", "别的"),
        ActionTaken("device.disable", "printer", "li"), ActionTaken("device.restart", "printer"),
        scanned, scanned, ClockSet(7),
    ) == ["kept", "noted", "kept", "noted", "kept", "noted", "noted"]  # fmt: skip
    assert hall.state.notices["n1"].text == "收费标准"
    assert list(hall.state.disabled) == ["printer"]
    assert len(hall.ticket("A001").documents) == 1
    assert hall.state.wall_offset_ms is None


ISSUED = e.TicketIssued("A980", "common", 980, "D01", "invoices", "kiosk-1")


@pytest.mark.parametrize(
    ("ratings", "state", "rating", "reason"),
    [
        ([e.RatingGiven("A980", "1", 5, bad=False)], "given", 5, ""),
        ([e.RatingUnanswered("A980", "1")], "none", None, ""),
        # The first one counts, and its reason comes after it.
        (
            [
                e.RatingGiven("A980", "1", 1, bad=True),
                e.RatingGiven("A980", "1", 1, bad=True, reason="slow"),
                e.RatingGiven("A980", "1", 5, bad=False),
            ],
            "given", 1, "slow",
        ),
        # After none was recorded a late one counts.
        (
            [e.RatingUnanswered("A980", "1"), e.RatingGiven("A980", "1", 4, bad=False)],
            "given", 4, "",
        ),
    ],
)  # fmt: skip
def test_what_is_said_of_a_number_before_it_is_known_waits_for_it(
    ratings: list[e.Event], state: str, rating: int | None, reason: str
) -> None:
    hall = Hall().open("1")
    event = e.ServiceFinished("A980", "1", 90)
    outcomes = told(hall, event, e.RatingAsked("A980", "1", 10**9), *ratings)
    assert outcomes == ["early", "noted", *(["early"] * len(ratings))]
    assert set(hall.state.early) == set(hall.state.early_ratings) == {"A980"}
    issued = merge(hall, split(hall, "kiosk-1").tell(ISSUED).records)
    assert trace(issued) == ["kept"]
    ticket = hall.ticket("A980")
    assert (ticket.status, hall.state.early, hall.state.early_ratings) == ("finished", {}, {})
    assert (ticket.rating_state, ticket.rating, ticket.rating_reason) == (state, rating, reason)
    late = [one.late for one in issued if isinstance(one, e.RatingGiven)]
    assert late == ([len(ratings) == 2] if rating else [])
    # A bad one reaches the duty manager, whenever it is known of.
    assert (hall.alarm("rating:A980") is not None) is (rating == 1)


def test_a_rating_of_a_number_that_never_comes_is_forgotten_with_the_day() -> None:
    hall = Hall().open("1")
    told(hall, e.RatingGiven("A980", "1", 5, bad=False))
    # Nobody finished it, as far as is known: it is no transaction to be rated.
    told(hall, ISSUED, source="kiosk-1")
    assert hall.ticket("A980").rating_state == ""
    told(hall, e.RatingGiven("A981", "1", 5, bad=False), source="x")
    hall.do(c.CloseDay())
    hall.do(c.OpenDay("2026-03-03"))
    assert hall.state.early_ratings == {}


@pytest.mark.parametrize("kind", sorted(EVENTS))
def test_no_record_is_ever_refused_whatever_it_is_about(kind: str) -> None:
    """Of each type one about things that are not known here: its trace is all that comes of it."""
    hall = Hall()
    found = [event for event in _STRANGE if EVENTS[kind] is type(event)]
    assert set(told(hall, *found)) <= {"early", "noted"}


_STRANGE: list[e.Event] = [
    e.TicketCalled("Z1", "77", e.CallReason("named", 0, 0.0, 0)),
    e.TicketRecalled("Z1", "77", 2), e.ServiceStarted("Z1", "77", 600),
    e.ServiceFinished("Z1", "77", 10), e.TicketMissed("Z1", "77"),
    e.TicketParked("Z1", "77", "x"), e.TicketCancelled("Z1", "x"), e.TicketResumed("Z1", "77"),
    e.TicketReturned("Z1", 3), e.TicketTransferred("Z1", "Q", "q", None, "77"),
    e.RatingAsked("Z1", "77", 1), e.RatingUnanswered("Z1", "77"),
    e.RatingRejected("77", 3, "late", "Z1"), e.RatingRejected("77", 3, "nothing"),
    e.ReprintRequested("Z1", "kiosk-1"), e.WindowOpened("77", "1"), e.WindowPaused("77"),
    e.WindowResumed("77"), e.WindowClosed("77"), e.WindowSkillsChanged("77", None),
    e.DayClosed("2020-01-01", "x"), DocumentAdded("Z1", "Z1-1", "other", 1, 1, "0" * 64),
]  # fmt: skip
