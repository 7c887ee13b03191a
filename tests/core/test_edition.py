"""Numbers of configurations: they never fall, whatever a hub has forgotten or is told."""

from __future__ import annotations

import pytest

from firmware_py.core.edition import next_number


@pytest.mark.parametrize(
    ("own", "told", "number"),
    [
        (0, 0, 1),
        (7, 3, 8),
        (7, 7, 8),
        # Restored from a backup: a Pi knows how far the count was.
        (2, 9, 10),
        # Nobody makes the count run away.
        (2, 2**52, 3),
    ],
)
def test_the_next_number_is_above_what_this_hub_and_its_pis_have_had(
    own: int, told: int, number: int
) -> None:
    assert next_number(own, told) == number
