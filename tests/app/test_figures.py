"""The day's figures, counted by hand in a small day."""

from __future__ import annotations

from firmware_py.app.figures import DayFigures, Tally, figures_by_day
from firmware_py.app.wire import encode
from firmware_py.core import commands as c
from firmware_py.core.commands_spread import LendNumbers, WriteOffNumbers
from firmware_py.core.events import EVENT_NAMES
from firmware_py.core.events_spread import TicketReplaced
from tests.app.desk import Record
from tests.core.hall import Hall, of
from tests.core.paper_hall import make, serving
from tests.core.two_sides import merge, own_number, split


def figures(hall: Hall) -> list[DayFigures]:
    """Return the figures of all that happened in a hall."""
    return figures_by_day(
        Record(seq, at_ms, EVENT_NAMES[type(event)], "x", "id", encode(event))
        for seq, (event, at_ms) in enumerate(hall.history, start=1)
    )


def small_day() -> Hall:
    """Five tickets: one served and rated 5, one late and rated 1, one missed, cancelled, left."""
    hall = Hall().open("1", clerk="wang").open("2", clerk="li")
    for item in ("D01", "B01", "D01", "D01", "B01"):
        hall.take(item)
    hall.later(60).next("1")
    hall.do(c.StartService("1"))
    hall.later(100).do(c.FinishService("1"))
    hall.do(c.Rate(5, window="1"))
    hall.next("2")
    hall.do(c.StartService("2"))
    hall.tick(700)
    hall.do(c.FinishService("2"))
    hall.do(c.Rate(1, window="2"))
    hall.do(c.Rate(1, number="A002", reason="太慢"))
    hall.next("1")
    hall.do(c.MarkMissed("1"))
    hall.do(c.CancelTicket("A004"))
    return hall


def test_a_small_day() -> None:
    hall = small_day()
    hall.do(c.CloseDay())
    (day,) = figures(hall)
    assert (day.day, day.taken, day.cancelled, day.called) == ("2026-03-02", 5, 1, 3)
    # Left: the missed one who never came back, and the one nobody called.
    assert day.left == 2
    # Waits: 60 s, 160 s and 860 s.
    assert (day.wait_s, day.longest_wait_s) == (1080, 860)
    assert day.waits == {60: 1, 160: 1, 860: 1}
    served_well = Tally(
        served=1, service_s=100, longest_s=100, rated=1, score_sum=5, services={100: 1}
    )
    served_well.scores = {5: 1}
    served_late = Tally(
        served=1, service_s=700, longest_s=700, overtime=1, rated=1, score_sum=1, bad=1
    )
    served_late.services, served_late.scores = {700: 1}, {1: 1}
    served_late.reasons = {"words": 1}
    assert day.by_item["B01"] == served_late
    assert day.by_window["2"] == served_late
    assert day.by_clerk["li"] == served_late
    served_well.missed = 1
    assert day.by_item["D01"] == day.by_window["1"] == day.by_clerk["wang"] == served_well
    both = Tally(
        served=2, service_s=800, longest_s=700, missed=1, overtime=1, rated=2, score_sum=6, bad=1
    )
    both.services, both.scores = {100: 1, 700: 1}, {5: 1, 1: 1}
    both.reasons = {"words": 1}
    assert day.total == both
    assert (day.first_seq, day.last_seq) == (1, len(hall.history))


def test_a_late_answer_takes_the_place_of_no_answer() -> None:
    hall = Hall(rating_late_s=60).open("1", clerk="wang")
    hall.take()
    hall.serve()
    hall.tick(60)
    hall.later(10).do(c.Rate(1, window="1"))
    hall.later(10).do(c.GiveReason("slow", window="1"))
    (day,) = figures(hall)
    assert (day.total.rated, day.total.unanswered, day.total.bad) == (1, 0, 1)
    assert day.by_clerk["wang"].reasons == {"slow": 1}
    assert day.by_clerk["wang"].unanswered == 0


def test_a_reason_counts_once_whether_it_came_with_the_rating_or_after_it() -> None:
    hall = Hall().open("1")
    for reason in ("slow", ""):
        hall.take()
        hall.serve()
        hall.do(c.Rate(1, window="1", reason=reason))
        if not reason:
            hall.do(c.GiveReason("等了两个小时", window="1"))
        hall.refused(c.Rate(2, window="1"))
    (day,) = figures(hall)
    assert day.total.reasons == {"slow": 1, "words": 1}
    assert day.total.bad == day.total.rated == 2


def test_no_answer_counts_as_no_answer_and_not_as_a_score() -> None:
    hall = Hall().open("1", clerk="wang")
    hall.take()
    hall.serve()
    hall.tick(60)
    (day,) = figures(hall)
    assert (day.total.rated, day.total.unanswered, day.total.score_sum) == (0, 1, 0)


def test_a_rating_belongs_to_the_clerk_who_served_not_to_the_next_one() -> None:
    hall = Hall().open("1", clerk="wang")
    hall.take()
    hall.serve()
    hall.do(c.CloseWindow("1"))
    hall.open("1", clerk="li")
    hall.do(c.Rate(1, window="1"))
    (day,) = figures(hall)
    assert day.by_clerk["wang"].bad == 1
    assert "li" not in day.by_clerk


def test_a_wait_counts_once_until_the_first_call() -> None:
    hall = Hall(return_after_calls=0).open("1")
    hall.take()
    hall.later(100).next()
    hall.do(c.MarkMissed("1"))
    hall.later(500).do(c.ResumeTicket("A001"))
    hall.next()
    (day,) = figures(hall)
    assert (day.called, day.wait_s) == (1, 100)


def test_a_transferred_ticket_counts_for_the_item_it_ended_with() -> None:
    hall = Hall().open("1")
    hall.take("D01")
    hall.do(c.TransferTicket("A001", item="B01"))
    hall.serve()
    (day,) = figures(hall)
    assert set(day.by_item) == {"B01"}


def test_a_day_opened_again_is_one_day_and_counts_who_is_left_once() -> None:
    hall = Hall().open("1")
    for _ in range(3):
        hall.take()
    hall.do(c.CloseDay())
    hall.do(c.OpenDay("2026-03-02"))
    hall.open("1").do(c.ResumeTicket("A001"))
    hall.serve()
    hall.do(c.CallTicket("1", "A002"))
    hall.do(c.FinishService("1"))
    hall.do(c.CloseDay())
    (day,) = figures(hall)
    assert (day.taken, day.left, day.total.served) == (3, 1, 2)


def test_days_are_apart() -> None:
    hall = small_day()
    hall.do(c.CloseDay())
    hall.do(c.OpenDay("2026-03-03"))
    hall.open("1", clerk="wang").take()
    hall.serve()
    first, second = figures(hall)
    assert (first.day, first.taken, second.day, second.taken) == ("2026-03-02", 5, "2026-03-03", 1)
    assert first.last_seq + 1 == second.first_seq
    assert second.total.served == 1


def test_events_before_the_first_day_belong_to_none() -> None:
    hall = Hall(day=None)
    hall.do(c.SetClock(5))
    assert figures(hall) == []


def test_alarms_are_counted_by_level_with_the_time_until_somebody_saw_them() -> None:
    hall = Hall().open("1")
    hall.take()
    hall.next("1")
    hall.do(c.StartService("1"))
    hall.tick(500)
    hall.tick(100)
    hall.later(45).do(c.AcknowledgeAlarm("service:1", "chen"))
    hall.do(c.CallHelp("1"))
    hall.later(5).do(c.AcknowledgeAlarm("help:1", "chen"))
    (day,) = figures(hall)
    # Amber at 80 % of ten minutes, then red; acknowledged 45 s after it was red.
    assert (day.amber, day.red) == (1, 2)
    assert day.acknowledged == {45: 1, 5: 1}
    assert day.total.overtime == 1


def test_a_form_that_is_due_is_no_alarm_of_the_days_work() -> None:
    hall = serving()
    make(hall, days=1)
    assert "form:F20260921-001" in hall.state.alarms
    (day,) = figures(hall)
    assert (day.amber, day.red, day.acknowledged) == (0, 0, {})


def test_numbers_that_a_restore_lost_are_told_apart_from_tickets() -> None:
    hall = Hall()
    hall.take()
    hall.do(c.JumpSeries("A030", "2026-03-02"))
    hall.take()
    hall.do(c.JumpSeries("A050", "2026-03-03"))
    hall.do(c.CloseDay())
    hall.do(c.OpenDay("2026-03-03"))
    assert hall.take() == "A051"
    assert [(day.day, day.taken, day.passed_over) for day in figures(hall)] == [
        ("2026-03-02", 2, 29),
        ("2026-03-03", 1, 50),
    ]


def test_numbers_of_a_lost_pi_count_as_missing_as_far_as_nobody_is_known_to_have_them() -> None:
    hall = Hall()
    hall.take()
    hall.do(LendNumbers("kiosk-1", "common", 20))
    hall.do(WriteOffNumbers("kiosk-1", "broken"))
    (day,) = figures(hall)
    assert (day.taken, day.written_off, day.skipped) == (1, 20, 0)
    # It comes back after all: what it printed is missing no more.
    printed = own_number(hall)
    merge(hall, split(hall, "kiosk-1").tell(printed, request="press-1").records)
    (day,) = figures(hall)
    assert (printed.number, day.taken, day.written_off) == ("A980", 2, 19)


def test_a_number_that_is_skipped_for_the_one_on_the_paper_is_a_gap_and_no_ticket() -> None:
    hall = Hall()
    cut_off = split(hall, "kiosk-1")
    hall.do(LendNumbers("kiosk-1", "common", 20))
    hall.state.requests["press-1"] = hall.take()
    printed = own_number(hall)
    events = merge(hall, cut_off.tell(printed, request="press-1").records)
    assert of(events, TicketReplaced) == [TicketReplaced("A001", "A980")]
    (day,) = figures(hall)
    assert (day.taken, day.skipped, day.written_off) == (1, 1, 0)


def test_what_only_a_newer_program_knows_counts_for_nothing() -> None:
    hall = small_day()
    counted = figures(hall)
    records = [
        Record(seq, at_ms, EVENT_NAMES[type(event)], "x", "id", encode(event))
        for seq, (event, at_ms) in enumerate(hall.history, start=1)
    ]
    last = records[-1]
    records.append(
        Record(last.seq + 1, last.time_ms, "ticket.folded", "x", "id", b'{"number":"A1"}')
    )
    assert figures_by_day(records) == counted
