"""Several days as one: sums, and medians of all their people."""

from __future__ import annotations

import statistics

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from firmware_py.app.figures import FORM, DayFigures, Tally
from firmware_py.app.period import add, day_view, percentile, whole_view
from firmware_py.app.wire import encode


def counts(values: list[int]) -> dict[int, int]:
    return {value: values.count(value) for value in values}


def day(name: str, waits: list[int], services: list[int], item: str = "D01") -> DayFigures:
    """Return a day on which everybody who was called was served."""
    made = DayFigures(name, FORM, taken=len(waits), called=len(waits), wait_s=sum(waits))
    made.longest_wait_s, made.waits = max(waits, default=0), counts(waits)
    made.by_item[item] = served(services)
    made.by_window["1"] = served(services)
    made.total = served(services)
    return made


def served(services: list[int]) -> Tally:
    return Tally(
        served=len(services),
        service_s=sum(services),
        longest_s=max(services, default=0),
        services=counts(services),
    )


def total(*days: DayFigures) -> DayFigures:
    made = DayFigures("", FORM)
    for one in days:
        add(made, one)
    return made


def test_the_median_of_days_is_that_of_all_their_people() -> None:
    busy, quiet = day("2026-03-02", [600] * 9, [300] * 9), day("2026-03-03", [10], [60])
    row = day_view(total(busy, quiet))
    # Not 305, the mean of the two days' medians.
    assert (row["median_wait_s"], row["p90_wait_s"], row["longest_wait_s"]) == (600, 600, 600)
    assert (row["called"], row["wait_s"]) == (10, 5410)
    assert row["total"]["median_s"] == 300
    assert row["complete"]


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=60))
def test_a_percentile_is_a_value_that_was_met(values: list[int]) -> None:
    median, p90 = percentile(counts(values), 0.5), percentile(counts(values), 0.9)
    assert median == statistics.median_low(values)
    assert p90 in values
    assert sum(value <= p90 for value in values) >= 0.9 * len(values)
    assert sum(value < p90 for value in values) < 0.9 * len(values)


def test_nobody_has_no_median() -> None:
    row = day_view(DayFigures("2026-03-02", FORM))
    assert (row["median_wait_s"], row["p90_wait_s"], row["total"]["median_s"]) == (None, None, None)
    assert (row["amber"], row["median_acknowledge_s"]) == (0, None)


def test_what_compaction_keeps_gives_the_same_figures() -> None:
    before = day("2026-03-02", [60, 70, 500], [100, 200, 300])
    before.acknowledged, before.red = {45: 1}, 1
    before.total.scores = {5: 2}
    kept = msgspec.json.decode(encode(before), type=DayFigures)
    assert kept == before
    assert whole_view(kept, {}) == whole_view(before, {})


def test_a_day_kept_without_single_waits_leaves_its_medians_open() -> None:
    old = b'{"day":"2025-03-02","taken":4,"called":4,"wait_s":400,"longest_wait_s":200}'
    found = msgspec.json.decode(old, type=DayFigures)
    row = day_view(found)
    assert (row["complete"], row["taken"], row["longest_wait_s"]) == (False, 4, 200)
    assert (row["median_wait_s"], row["amber"], row["red"]) == (None, None, None)
    both = day_view(total(found, day("2026-03-02", [60], [60])))
    assert (both["complete"], both["taken"], both["median_wait_s"]) == (False, 5, 60)


def test_items_are_summed_by_category_and_those_of_an_older_catalogue_apart() -> None:
    first, second = day("2026-03-02", [1], [100], "D01"), day("2026-03-03", [1], [300], "D02")
    old = day("2026-03-04", [1], [900], "X99")
    view = whole_view(total(first, second, old), {"D01": "invoices", "D02": "invoices"})
    assert view["by_category"]["invoices"]["served"] == 2
    assert view["by_category"]["invoices"]["median_s"] == 100
    assert view["by_category"][""]["longest_s"] == 900
    assert view["by_window"]["1"]["p90_s"] == 900
