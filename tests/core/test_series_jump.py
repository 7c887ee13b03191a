"""After a restore: no number that is on somebody's slip is given again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from firmware_py.app.wire import decode_state, encode_state
from firmware_py.core import commands as c
from firmware_py.core import events as e
from firmware_py.core.refusals import Refusal
from firmware_py.core.rules import Series
from tests.core.hall import FILING, INVOICES, Hall, only

TODAY, TOMORROW = "2026-03-02", "2026-03-03"


def jumped(hall: Hall, number: str, day: str | None = TODAY) -> e.SeriesJumped:
    return only(hall.do(c.JumpSeries(number, day)), e.SeriesJumped)


def test_the_series_goes_on_after_the_newest_slip_of_the_hall() -> None:
    hall = Hall()
    hall.take()
    event = jumped(hall, "A030")
    assert (event.first, event.number, event.next) == ("A002", "A030", "A031")
    assert (event.count, event.passed) == (30, 29)
    assert (event.day, event.reason) == (TODAY, "last_slip")
    assert [hall.take(), hall.take()] == ["A031", "A032"]


def test_the_day_after_begins_at_the_first_number_again() -> None:
    hall = Hall()
    jumped(hall, "A030")
    hall.do(c.CloseDay())
    hall.do(c.OpenDay(TOMORROW))
    assert hall.take() == "A001"


def test_the_same_date_opened_again_goes_on_behind_the_slips() -> None:
    hall = Hall()
    hall.take()
    hall.do(c.CloseDay())
    jumped(hall, "A030")
    hall.do(c.OpenDay(TODAY))
    assert hall.take() == "A031"


def test_slips_of_a_day_that_this_journal_never_saw_count_when_that_day_opens() -> None:
    hall = Hall()
    hall.take()
    event = jumped(hall, "A050", TOMORROW)
    assert (event.first, event.next) == ("A001", "A051")
    # Nobody closes yesterday: until then, it must not give today's numbers either.
    assert hall.take() == "A051"
    hall.do(c.CloseDay())
    hall.do(c.OpenDay(TOMORROW))
    assert hall.take() == "A051"
    hall.do(c.CloseDay())
    hall.do(c.OpenDay("2026-03-04"))
    assert hall.take() == "A001"


def test_a_date_set_wrongly_before_that_day_does_not_use_the_slips_up() -> None:
    hall = Hall()
    hall.do(c.CloseDay())
    jumped(hall, "A050", "2026-03-05")
    for day, first in ((TOMORROW, "A001"), ("2026-03-05", "A051"), ("2026-03-06", "A001")):
        hall.do(c.OpenDay(day))
        assert hall.take() == first
        hall.do(c.CloseDay())


def test_slips_of_an_older_day_than_the_next_one_hold_nothing_up() -> None:
    hall = Hall()
    hall.do(c.CloseDay())
    jumped(hall, "A050", TOMORROW)
    hall.do(c.OpenDay("2026-03-04"))
    assert hall.take() == "A001"
    assert not hall.state.floors


def test_where_nobody_knows_the_date_the_open_and_the_next_day_go_on_behind_the_slips() -> None:
    hall = Hall()
    hall.take()
    jumped(hall, "A050", None)
    assert hall.take() == "A051"
    hall.do(c.CloseDay())
    hall.do(c.OpenDay(TOMORROW))
    assert hall.take() == "A051"
    hall.do(c.CloseDay())
    hall.do(c.OpenDay("2026-03-04"))
    assert hall.take() == "A001"


def test_a_hall_that_never_opened_remembers_the_slips_for_its_first_day() -> None:
    hall = Hall(day=None)
    jumped(hall, "A050", None)
    hall.do(c.OpenDay(TODAY))
    assert hall.take() == "A051"


def test_slips_of_a_newer_day_never_make_the_open_day_go_back() -> None:
    hall = Hall()
    for _ in range(8):
        hall.take()
    jumped(hall, "A005", TOMORROW)
    assert hall.take() == "A009"
    hall.do(c.CloseDay())
    hall.do(c.OpenDay(TOMORROW))
    assert hall.take() == "A006"


def test_only_the_series_of_the_number_jumps() -> None:
    hall = Hall(series={INVOICES: Series(INVOICES, "D"), FILING: Series(FILING, "B")})
    jumped(hall, "B020")
    assert [hall.take("D01"), hall.take("B01")] == ["D001", "B021"]


def test_a_number_that_two_series_may_have_printed_moves_both() -> None:
    hall = Hall(series={INVOICES: Series(INVOICES, "A"), FILING: Series(FILING, "A1")})
    assert [event.series for event in hall.do(c.JumpSeries("A1002", TODAY))
            if isinstance(event, e.SeriesJumped)] == [INVOICES, FILING]  # fmt: skip
    assert [hall.take("D01"), hall.take("B01")] == ["A1003", "A1004"]


def test_numbers_to_skip_are_stepped_over_behind_the_slips_too() -> None:
    hall = Hall(series={"common": Series("common", "A", skip=frozenset({4, 31, 32}))})
    event = jumped(hall, "A030")
    assert (event.passed, event.next) == (29, "A033")
    assert hall.take() == "A033"


@pytest.mark.parametrize("typed", ["a030", " A030 ", "A30", "A0030"])
def test_a_number_is_understood_as_people_type_it(typed: str) -> None:
    hall = Hall()
    assert jumped(hall, typed).number == "A030"


def test_a_prefix_in_small_letters_is_one_too() -> None:
    hall = Hall(series={"common": Series("common", "a")})
    assert jumped(hall, "a030").number == "a030"


@pytest.mark.parametrize("typed", ["", "A", "30", "B030", "A-30", "A0000030", "A３0", "AA030"])
def test_what_no_series_prints_is_refused(typed: str) -> None:
    assert Hall().refused(c.JumpSeries(typed, TODAY)).code == "unknown_series"


def test_numbers_never_go_back() -> None:
    hall = Hall()
    for _ in range(5):
        hall.take()
    for typed in ("A001", "A005", "A000"):
        refusal = hall.refused(c.JumpSeries(typed, TODAY))
        assert refusal.code == "number_not_ahead"
        assert refusal.data["next"] == "A006"
    jumped(hall, "A030")
    assert hall.refused(c.JumpSeries("A029", TODAY)).code == "number_not_ahead"
    assert jumped(hall, "A031").first == "A031"


def test_two_slips_of_a_day_to_come_count_as_the_newer_one() -> None:
    hall = Hall()
    hall.do(c.CloseDay())
    jumped(hall, "A050", TOMORROW)
    assert hall.refused(c.JumpSeries("A040", TOMORROW)).code == "number_not_ahead"
    jumped(hall, "A060", TOMORROW)
    hall.do(c.OpenDay(TOMORROW))
    assert hall.take() == "A061"


def test_slips_of_a_day_long_over_are_refused() -> None:
    hall = Hall(day=TOMORROW)
    assert hall.refused(c.JumpSeries("A030", TODAY)).code == "day_before_last"
    assert hall.refused(c.JumpSeries("A030", "today")).code == "bad_day"


def test_whoever_holds_a_lost_slip_is_told_so_at_the_counter() -> None:
    hall = Hall().open("1")
    assert hall.take() == "A001"
    jumped(hall, "A030")
    for number in ("A002", "a030", " A017"):
        assert hall.refused(c.CallTicket("1", number)).code == "number_passed_over"
    for number in ("A031", "A000", "B010", "A0017"):
        assert hall.refused(c.CallTicket("1", number)).code == "unknown_ticket"
    hall.do(c.CallTicket("1", "A001"))


def test_lost_slips_of_a_day_to_come_are_known_when_it_opens() -> None:
    hall = Hall()
    hall.do(c.CloseDay())
    jumped(hall, "A050", TOMORROW)
    hall.do(c.OpenDay(TOMORROW))
    assert hall.refused(c.CancelTicket("A050")).code == "number_passed_over"
    hall.do(c.CloseDay())
    hall.do(c.OpenDay("2026-03-04"))
    assert hall.refused(c.CancelTicket("A050")).code == "unknown_ticket"


def test_a_snapshot_from_before_there_were_jumps_still_reads() -> None:
    hall = Hall()
    hall.take()
    body = encode_state(hall.state)
    assert b'"floors":[],"passed_over":[],' in body
    assert decode_state(body.replace(b'"floors":[],"passed_over":[],', b"")) == hall.state


def test_a_snapshot_keeps_what_was_passed_over() -> None:
    hall = Hall()
    jumped(hall, "A030", None)
    assert decode_state(encode_state(hall.state)) == hall.state


def test_a_series_that_begins_later_has_nothing_to_pass_over() -> None:
    hall = Hall(series={"common": Series("common", "A", first=101)})
    refusal = hall.ask(c.JumpSeries("A050", TODAY))
    assert isinstance(refusal, Refusal)
    assert refusal.data["next"] == "A101"


def test_a_jump_holds_when_the_configuration_gives_the_series_another_look() -> None:
    hall = Hall()
    jumped(hall, "A030")
    hall.rules = replace(hall.rules, series={"common": Series("common", "A", digits=4)})
    assert hall.take() == "A0031"


def test_slips_of_an_unknown_and_of_a_later_day_are_both_remembered() -> None:
    hall = Hall()
    jumped(hall, "A005", None)
    jumped(hall, "A004", "2026-03-04")
    for day, first in ((TOMORROW, "A006"), ("2026-03-04", "A005")):
        hall.do(c.CloseDay())
        hall.do(c.OpenDay(day))
        assert hall.take() == first
