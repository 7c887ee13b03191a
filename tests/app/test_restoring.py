"""Which numbers may be in people's hands after a restore: what is known, and a gap for the rest."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from firmware_py.app.restoring import (
    MARGIN,
    Evidence,
    Slips,
    jumps_after,
    opens_a_day,
    safe_gap,
    slips_in,
)
from firmware_py.app.wire import encode
from firmware_py.core import commands as c
from firmware_py.core.commands_spread import LendNumbers
from firmware_py.core.events import EVENT_NAMES, SeriesJumped, TicketIssued
from firmware_py.core.evolve import evolve
from firmware_py.core.refusals import Refusal
from firmware_py.core.rules import Hours, Series
from tests.app.desk import Record
from tests.core.hall import FILING, INVOICES, Hall

TODAY, TOMORROW = "2026-03-02", "2026-03-03"
HOUR_MS = 3_600_000
#: Clock known, a minute after the backup's last event.
NOW = Evidence(TODAY, 60_000)


def records(hall: Hall) -> list[Record]:
    return [
        Record(seq, at_ms, EVENT_NAMES[type(event)], "x", "id", encode(event))
        for seq, (event, at_ms) in enumerate(hall.history, start=1)
    ]


def busy(tickets: int = 10, **changes: Any) -> Hall:
    hall = Hall(**changes)
    for _ in range(tickets):
        hall.later(60).take()
    return hall


def jumps(hall: Hall, found: Evidence, *named: str) -> list[SeriesJumped]:
    made = jumps_after(hall.rules, hall.state, named, found, hall.now_ms)
    assert not isinstance(made, Refusal), made.en
    return made


def test_the_newest_slip_that_somebody_saw_is_what_counts() -> None:
    hall = busy()
    (jump,) = jumps(hall, NOW, "A030")
    assert (jump.first, jump.number, jump.reason, jump.day) == ("A011", "A030", "last_slip", TODAY)
    assert hall.take() == "A031"


def test_without_it_a_safe_gap_is_left_on_the_open_day() -> None:
    hall = busy()
    (jump,) = jumps(hall, NOW)
    assert (jump.number, jump.next, jump.reason) == ("A030", "A031", "safe_gap")
    hall.do(c.CloseDay())
    hall.do(c.OpenDay(TOMORROW))
    assert hall.take() == "A001"


def test_a_number_that_the_backup_has_already_is_refused() -> None:
    hall = busy()
    refusal = jumps_after(hall.rules, hall.state, ["A010"], NOW, hall.now_ms)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "number_not_ahead"


def test_a_backup_of_a_closed_day_leaves_a_gap_in_what_today_may_have_given() -> None:
    """The hall was open this morning when its card died; the backup is of last evening."""
    hall = busy(60)
    hall.do(c.CloseDay())
    hall.later(24 * 3600)
    (jump,) = jumps(hall, Evidence(TOMORROW, 23 * HOUR_MS))
    assert (jump.day, jump.first, jump.reason) == (TOMORROW, "A001", "safe_gap")
    hall.do(c.OpenDay(TOMORROW))
    assert hall.take() == jump.next


@pytest.mark.parametrize(
    ("hours", "later_h", "count"),
    [
        ((), 25, 120),
        ((), 23.5, MARGIN),
        ((Hours(8 * 3600, 12 * 3600), Hours(14 * 3600, 18 * 3600)), 25, 240),
        ((Hours(10 * 3600, 18 * 3600),), 24.5, 60),
    ],
)
def test_only_since_todays_opening_numbers_may_have_been_given(
    hours: tuple[Hours, ...], later_h: float, count: int
) -> None:
    """Sixty an hour came on the day before, which opened at nine; the hours are of today."""
    hall = Hall(day=None).clock("09:00", TODAY)
    hall.do(c.OpenDay(TODAY))
    for _ in range(61):
        hall.later(60).take()
    hall.do(c.CloseDay())
    hall.later((later_h * 60 - 61) * 60)
    hall.rules = replace(hall.rules, hours=hours)
    (jump,) = jumps(hall, Evidence(TOMORROW, 22 * HOUR_MS))
    # 61 numbers of the day before stand in nobody's way.
    assert count <= int(jump.number[1:]) <= count + count // 50 + 2
    assert jumps(hall, Evidence(TOMORROW, 22 * HOUR_MS, whole=True)) == []


def test_a_short_while_since_the_backup_or_few_lost_events_make_a_small_gap() -> None:
    for found in (Evidence(TOMORROW, 60_000), Evidence(TOMORROW, 20 * HOUR_MS, lost=0)):
        hall = busy(100)
        hall.do(c.CloseDay())
        (jump,) = jumps(hall, found)
        assert (jump.day, jump.number) == (TOMORROW, f"A0{MARGIN}")


def test_a_closed_day_and_a_clock_that_nobody_believes_leave_a_gap_on_the_next_day() -> None:
    hall = busy()
    hall.do(c.CloseDay())
    (jump,) = jumps(hall, Evidence(None, None, lost=30))
    assert jump.day is None
    hall.do(c.OpenDay(TOMORROW))
    assert hall.take() == jump.next == f"A{10 + 30 + MARGIN + 1:03d}"


def test_a_hall_that_never_opened_in_the_backup_may_have_opened_today() -> None:
    (jump,) = jumps(Hall(day=None), Evidence(TODAY, 60_000))
    assert (jump.day, jump.number) == (TODAY, f"A0{MARGIN}")


def test_a_day_that_may_have_been_opened_again_goes_on_behind_a_gap_only_then() -> None:
    hall = busy()
    hall.do(c.CloseDay())
    (jump,) = jumps(hall, NOW)
    assert (jump.day, jump.number) == (TODAY, "A030")
    hall.do(c.OpenDay(TODAY))
    assert hall.take() == "A031"


def test_slips_of_today_count_although_the_backup_ends_yesterday() -> None:
    for closed in (True, False):
        hall = busy()
        if closed:
            hall.do(c.CloseDay())
        found = jumps(hall, Evidence(TOMORROW, 16 * HOUR_MS), "A050")
        assert [(jump.day, jump.number) for jump in found] == [(TOMORROW, "A050")]
        if not closed:
            hall.do(c.CloseDay("never_closed"))
        hall.do(c.OpenDay(TOMORROW))
        assert hall.take() == "A051"


def test_a_clock_that_nobody_believes_makes_the_next_day_begin_behind_the_slips_too() -> None:
    hall = busy()
    unknown = Evidence(None, None)
    (jump,) = jumps(hall, unknown, "A050")
    assert jump.day is None
    hall.do(c.CloseDay())
    hall.do(c.OpenDay(TOMORROW))
    assert hall.take() == "A051"


def test_a_clock_that_is_behind_the_backup_does_not_date_the_slips() -> None:
    (jump,) = jumps(busy(), Evidence("2026-01-01", None), "A050")
    assert jump.day is None


def test_a_day_left_open_since_yesterday_makes_today_begin_behind_the_gap_too() -> None:
    hall = busy()
    (jump,) = jumps(hall, Evidence(TOMORROW, 16 * HOUR_MS))
    assert jump.day is None
    hall.do(c.CloseDay("never_closed"))
    hall.do(c.OpenDay(TOMORROW))
    assert hall.take() == jump.next


def test_a_sound_journal_in_the_way_tells_exactly() -> None:
    replaced = busy(30)
    hall = busy()
    slips = slips_in(records(replaced))
    (jump,) = jumps(hall, Evidence(TODAY, HOUR_MS, slips, whole=True))
    assert (jump.first, jump.number, jump.reason) == ("A011", "A030", "old_journal")
    assert jumps(busy(30), Evidence(TODAY, HOUR_MS, slips, whole=True)) == []


def test_a_kiosks_own_number_says_nothing_of_how_far_the_usual_ones_went() -> None:
    hall = busy(30)
    hall.do(LendNumbers("kiosk-1", "common", 20))
    own = TicketIssued("A985", "common", 985, "D01", "invoices", "kiosk-1")
    evolve(hall.state, own, hall.now_ms)
    hall.history.append((own, hall.now_ms))
    assert slips_in(records(hall)) == Slips(TODAY, {"common": (30, "A030")})
    assert hall.take() == "A031"


def test_what_a_sound_journal_tells_comes_before_a_slip_that_is_older() -> None:
    slips = slips_in(records(busy(30)))
    (jump,) = jumps(busy(), Evidence(TODAY, HOUR_MS, slips, whole=True), "A020")
    assert (jump.number, jump.reason) == ("A030", "old_journal")


def test_a_damaged_journal_in_the_way_is_the_least_that_was_given() -> None:
    slips = slips_in(records(busy(100)))
    (jump,) = jumps(busy(), Evidence(TODAY, 60_000, slips))
    assert (jump.number, jump.reason) == (f"A{100 + MARGIN}", "safe_gap")
    (jump,) = jumps(busy(), Evidence(TODAY, 60_000, slips, lost=700, tail=5))
    assert jump.number == f"A{100 + MARGIN + 5}"


def test_a_journal_in_the_way_may_know_a_newer_day() -> None:
    replaced = busy(80)
    replaced.do(c.CloseDay())
    replaced.do(c.OpenDay(TOMORROW))
    for _ in range(5):
        replaced.take()
    hall = busy()
    found = jumps(hall, Evidence(TOMORROW, HOUR_MS, slips_in(records(replaced)), whole=True))
    assert [(jump.day, jump.number) for jump in found] == [(TOMORROW, "A005")]
    hall.do(c.CloseDay())
    hall.do(c.OpenDay(TOMORROW))
    assert hall.take() == "A006"


def test_a_journal_in_the_way_of_an_older_day_tells_nothing() -> None:
    hall = Hall(day=TOMORROW)
    slips = Slips(TODAY, {"common": (400, "A400")})
    assert jumps(hall, Evidence(TOMORROW, 1000, slips, whole=True)) == []


def test_a_series_with_another_name_is_known_by_what_it_prints() -> None:
    slips = Slips(TODAY, {"common": (30, "B030")})
    series = {INVOICES: Series(INVOICES, "D"), FILING: Series(FILING, "B")}
    found = jumps(busy(series=series), Evidence(TODAY, HOUR_MS, slips, whole=True))
    assert [(jump.series, jump.number) for jump in found] == [(FILING, "B030")]


def test_each_series_has_its_gap_but_those_whose_slip_was_seen() -> None:
    series = {INVOICES: Series(INVOICES, "D"), FILING: Series(FILING, "B")}
    found = jumps(busy(series=series), NOW, "D014")
    assert {jump.series: (jump.number, jump.reason) for jump in found} == {
        INVOICES: ("D014", "last_slip"),
        FILING: ("B020", "safe_gap"),
    }


def test_jumps_of_the_journal_in_the_way_count_as_given() -> None:
    replaced = busy(3)
    replaced.do(c.JumpSeries("A060", TODAY))
    slips = slips_in(records(replaced))
    assert slips == Slips(TODAY, {"common": (60, "A060")})


def test_a_day_opened_again_is_one_day() -> None:
    hall = busy(3)
    hall.do(c.CloseDay())
    hall.do(c.OpenDay(TODAY))
    assert slips_in(records(hall)) == Slips(TODAY, {"common": (3, "A003")})
    opening = [opens_a_day(one) for one in records(hall)]
    assert opening.count(True) == 1
    assert opening[0]


def test_events_that_cannot_be_read_are_passed_over() -> None:
    good = records(busy(2))
    bad = [Record(9, 0, "ticket.issued", "x", "id", b"\0\xff"), Record(10, 0, "?", "x", "id", b"")]
    assert slips_in([*good, *bad]) == Slips(TODAY, {"common": (2, "A002")})
    assert slips_in(bad) is None


#: 60 in the first hour, 12 in the second.
MORNING = [n * 60_000 for n in range(60)] + [HOUR_MS + n * 300_000 for n in range(12)]


@pytest.mark.parametrize(
    ("issued_ms", "elapsed_ms", "lost", "gap"),
    [
        ([], HOUR_MS, None, MARGIN),
        (MORNING, 60_000, None, MARGIN),
        # From the first ticket to the one an hour later: 61.
        (MORNING, HOUR_MS, None, 2 * 61),
        (MORNING, HOUR_MS // 2, None, 61),
        (MORNING, 100 * HOUR_MS, None, 24 * 61),
        (MORNING, None, None, 24 * 61),
        # What the marker counted is a bound; after a power cut it may be a little behind.
        (MORNING, HOUR_MS, 10, 10 + MARGIN),
        (MORNING, HOUR_MS, 0, MARGIN),
        (MORNING, HOUR_MS, 5000, 2 * 61),
        # Ten in a minute are no six hundred an hour: the pace is that of a quarter.
        ([n * 6000 for n in range(10)], HOUR_MS, None, 80),
    ],
)
def test_the_gap_is_twice_the_busiest_hour(
    issued_ms: list[int], elapsed_ms: int | None, lost: int | None, gap: int
) -> None:
    assert safe_gap(issued_ms, elapsed_ms, lost) == gap
