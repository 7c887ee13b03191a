"""Which copy of the hub's journal is good enough to take over with; what a lease alone is not."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from firmware_py.app.held_back import NO_LEASE
from firmware_py.core.epoch import Epoch
from firmware_py.core.refusals import Refusal
from firmware_py.runtime.hall import Hall
from firmware_py.runtime.hub_role import RoleChange
from firmware_py.runtime.lease_hall import STALE_S, LeasedHall, is_fresh
from firmware_py.runtime.set_back import was_set_back
from firmware_py.store.pages import Wanted
from firmware_py.sync.copier import CopyState, CopyStatus
from tests.app.desk import Desk


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


class Told:
    """The broker's side and the screens of a hub: what they are told of its deciding."""

    def __init__(self) -> None:
        self.deciding: list[bool] = []
        self.printed = 0

    def decides(self, deciding: bool) -> None:
        """What the others are told."""
        self.deciding.append(deciding)

    def print_owed(self) -> None:
        """A slip comes out."""
        self.printed += 1


def test_a_hub_whose_card_was_set_back_does_not_decide_by_having_the_lease() -> None:
    desk, told = Desk().open_day(), Told()
    no_lease: Refusal | None = NO_LEASE
    desk.writer.held_back = lambda: no_lease
    hall = cast(
        "Hall",
        SimpleNamespace(
            store=SimpleNamespace(epochs=[SimpleNamespace(epoch="1-hub")]),
            settings=SimpleNamespace(
                hall=SimpleNamespace(node="hub"), nodes={}, journal=SimpleNamespace(path="none"),
            ),
            loop=SimpleNamespace(run_in_executor=lambda *noted: None),
            role=SimpleNamespace(decides=True, change=RoleChange()),
            beginning=SimpleNamespace(due=False),
            writer=desk.writer, sync=told, storage=None,
            tell_screens=lambda trouble: None, print_owed=told.print_owed,
        ),
    )  # fmt: skip
    wired = LeasedHall(hall)
    no_lease = None
    wired.changed(has=True)
    assert (told.deciding, told.printed) == ([True], 1)

    wired = LeasedHall(hall)
    was_set_back(hall, "standby", Wanted(40))
    wired.changed(has=True)
    assert (told.deciding, told.printed) == ([True, False, False], 1)
    refused = desk.writer.held_back()
    assert refused is not None
    assert refused.code == "set_back"
    # Nor does it ask for the lease any more: the standby may have it.
    assert (wired.epoch(), wired.may_stand()) == (None, False)


async def test_a_hub_that_stood_down_begins_nothing_with_what_is_left_of_its_lease() -> None:
    change = RoleChange()
    hall = cast(
        "Hall",
        SimpleNamespace(
            store=SimpleNamespace(epochs=[SimpleNamespace(epoch="1-hub")]),
            settings=SimpleNamespace(hall=SimpleNamespace(node="hub")),
            role=SimpleNamespace(decides=True, change=change),
            storage=None,
        ),
    )
    wired = LeasedHall(hall)
    change.wanted.set()
    assert not await wired.promote(Epoch(1, "hub"))
    assert change.raised is None
    # One that has not is voted into a higher epoch and begins it anew.
    change.wanted.clear()
    assert await wired.promote(Epoch(3, "hub"))
    assert change.raised == Epoch(3, "hub")
