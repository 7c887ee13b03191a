"""Ids typed in figures: nothing is guessed."""

from __future__ import annotations

import pytest

from firmware_py.core.figures import figures_of, meant_by


def test_an_items_letter_is_a_figure() -> None:
    assert (figures_of("B10"), figures_of("g02"), figures_of("17")) == ("210", "702", "17")


@pytest.mark.parametrize(
    ("figures", "ids", "meant"),
    [
        ("3", ("1", "3", "13"), "3"),
        ("210", ("B01", "B10"), "B10"),
        ("03", ("3", "30"), "3"),
        ("3", ("03", "30"), "03"),
        # The id itself comes before one that is it in figures.
        ("11", ("A1", "11"), "11"),
        # K and A1 both are 11: neither.
        ("11", ("A1", "K"), None),
        ("21", ("B10", "B11"), None),
        ("", ("1", "0"), None),
        ("0", ("1", "3"), None),
    ],
)
def test_what_was_typed_is_one_id_or_none(
    figures: str, ids: tuple[str, ...], meant: str | None
) -> None:
    assert meant_by(figures, ids) == meant
