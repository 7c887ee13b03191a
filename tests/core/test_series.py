"""Numbers: one series or one a category; never twice, never with a gap."""

from __future__ import annotations

from dataclasses import replace

from firmware_py.core import commands as c
from firmware_py.core.rules import Series
from firmware_py.core.series import next_count, next_number, number_text
from tests.core.hall import FILING, INVOICES, Hall


def test_one_common_series_numbers_every_item() -> None:
    hall = Hall()
    assert [hall.take("D01"), hall.take("B01"), hall.take("D02")] == ["A001", "A002", "A003"]


def test_series_by_category_count_apart() -> None:
    hall = Hall(
        series={INVOICES: Series(INVOICES, "D", digits=2), FILING: Series(FILING, "B", first=101)}
    )
    taken = [hall.take(item) for item in ("D01", "B01", "D02", "B01")]
    assert taken == ["D01", "B101", "D02", "B102"]


def test_numbers_to_skip_are_never_given() -> None:
    series = Series("common", "A", first=3, skip=frozenset({3, 4, 14}))
    assert next_count(series, None) == 5
    assert next_count(series, 12) == 13
    assert next_count(series, 13) == 15


def test_a_number_grows_past_its_digits() -> None:
    series = Series("common", "A", digits=3)
    assert [number_text(series, n) for n in (1, 999, 1000)] == ["A001", "A999", "A1000"]


def test_no_prefix_and_no_padding_are_possible() -> None:
    assert number_text(Series("common", "", digits=1), 7) == "7"


def test_a_refused_ticket_leaves_no_gap() -> None:
    hall = Hall()
    hall.take()
    hall.refused(c.TakeTicket("no such item"))
    assert hall.take() == "A002"


def test_a_cancelled_number_is_not_given_again() -> None:
    hall = Hall()
    hall.do(c.CancelTicket(hall.take()))
    assert hall.take() == "A002"


def test_a_series_that_changes_during_the_day_never_repeats_a_number() -> None:
    hall = Hall()
    assert [hall.take(), hall.take()] == ["A001", "A002"]
    # The technician changed to series by category, and one of them has the same letter.
    hall.rules = replace(hall.rules, series={INVOICES: Series(INVOICES, "A")})
    assert hall.take("D01") == "A003"


def test_two_prefixes_that_look_alike_never_make_one_number() -> None:
    assert next_number(Series("x", "A1"), None, {"A1001"}) == (2, "A1002")
