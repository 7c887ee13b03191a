"""A form's number and the code in its QR: read right, or known to be misread."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from firmware_py.core.form_code import check_character, code_of, count_of, form_number, read_code

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
FORM = "F20261122-003"
counts = st.integers(1, 999_999)


def test_the_check_is_that_of_the_standard() -> None:
    """The example of the Global Release Identifier, which is checked by MOD 37,36: A1-...-M."""
    assert check_character("A1-2425G-ABC1234002") == "M"


def test_a_number_is_the_day_and_a_count() -> None:
    assert form_number("2026-11-22", 3) == FORM
    assert form_number("2026-11-22", 1000) == "F20261122-1000"
    assert count_of(FORM) == 3
    assert code_of(FORM) == "F20261122-003-N"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (FORM, (FORM, True)),
        (" f20261122-003 ", (FORM, True)),
        ("F20261122-003-N", (FORM, True)),
        ("f20261122-003-n", (FORM, True)),
        ("F20261122-003-M", (FORM, False)),
        ("F20261122-008-N", ("F20261122-008", False)),
        ("F20261322-003", None),
        ("F20261122-03", None),
        ("F20261122-0000003", None),
        ("Ｆ20261122-003", None),
        ("F２0261122-003", None),
        ("FF20261122-003", None),
        ("20261122-003", None),
        ("F20261122-003-", None),
        ("F20261122-003-NN", None),
        ("F20261122-003-N-N", None),
        ("A012", None),
        ("", None),
    ],
)
def test_what_is_typed_or_scanned_is_a_form_or_is_not(
    typed: str, read: tuple[str, bool] | None
) -> None:
    assert read_code(typed) == read


@given(counts, st.integers(0, 20), st.sampled_from(ALPHABET))
def test_every_single_wrong_character_is_found(count: int, place: int, wrong: str) -> None:
    code = code_of(form_number("2026-11-22", count))
    assume(place < len(code) and code[place] not in ("-", wrong))
    read = read_code(code[:place] + wrong + code[place + 1 :])
    assert read is None or not read[1]


def test_nearly_every_two_that_changed_places_are_found() -> None:
    found = list[bool]()
    for count in range(1, 1500):
        code = code_of(form_number("2026-11-22", count))
        for place, (one, two) in enumerate(pairwise(code)):
            if one != two and "-" not in (one, two):
                read = read_code(code[:place] + two + one + code[place + 2 :])
                found.append(read is None or not read[1])
    # The standard's hybrid systems promise no more: 801 and 810 have the same character.
    assert found.count(False) * 50 < len(found)
