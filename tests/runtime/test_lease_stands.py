"""Which copy of the hub's journal is good enough to take over with when nobody is asked."""

from __future__ import annotations

import pytest

from firmware_py.runtime.lease_hall import STALE_S, is_fresh
from firmware_py.sync.copier import CopyState, CopyStatus


@pytest.mark.parametrize(
    ("state", "level_s", "silent_s", "stands"),
    [
        # The hub was heard until 12 s ago, and the copy was level then.
        ("level", 12.5, 12.0, True),
        # The hub wrote much at its end.
        ("behind", 17.0, 12.0, True),
        # Hub and copy have been silent since yesterday: nothing came after it.
        ("level", 80_000.0, 79_999.0, True),
        # The copy stood still for an hour while the hub went on.
        ("level", 3_600.0, 12.0, False),
        ("behind", 12.0 + STALE_S + 1, 12.0, False),
        ("wrong", 12.5, 12.0, False),
        ("whole", 12.5, 12.0, False),
        # Since its start it was never level: it may be of yesterday.
        ("behind", None, 12.0, False),
        ("waiting", None, 12.0, False),
    ],
)
def test_a_standby_takes_over_by_itself_only_with_a_copy_that_was_level_while_the_hub_was_heard(
    state: CopyState, level_s: float | None, silent_s: float, stands: bool
) -> None:
    assert is_fresh(CopyStatus(state, 40, 40, level_s), silent_s) is stands
