"""Which of two hubs is the newer."""

from __future__ import annotations

import pytest

from firmware_py.core.epoch import NO_EPOCH, Epoch, epoch_in, latest_epoch

#: A journal's first epoch is named so (``store.epochs``).
BY_TIME = "01JDA3V7Y8Q2M4N6P8R0S2T4W6"


def test_the_count_decides_and_then_the_name() -> None:
    assert Epoch(1, "hub") < Epoch(2, "hub") < Epoch(2, "standby") < Epoch(10, "hub")
    assert Epoch(1, "a") > NO_EPOCH


@pytest.mark.parametrize("epoch", [Epoch(1, "hub"), Epoch(2, "standby"), Epoch(31, "pi-2.b_c")])
def test_an_epoch_is_read_as_it_is_written(epoch: Epoch) -> None:
    assert epoch_in(str(epoch)) == epoch


@pytest.mark.parametrize(
    "text", ["", BY_TIME, "2", "0-hub", "-hub", "2-", "02-hub", "2-a/b", "x-2"]
)
def test_what_is_no_epoch_of_a_hub_is_not_read_as_one(text: str) -> None:
    assert epoch_in(text) is None


def test_a_journal_goes_on_in_the_highest_epoch_that_it_has() -> None:
    assert latest_epoch([BY_TIME], "hub") == Epoch(1, "hub")
    assert latest_epoch([BY_TIME, "2-standby"], "standby") == Epoch(2, "standby")
    # Restored from a backup afterwards: the name by time has no count of its own.
    assert latest_epoch([BY_TIME, "2-standby", BY_TIME], "hub") == Epoch(2, "standby")
    assert latest_epoch([BY_TIME, "3-hub", "2-standby"], "hub") == Epoch(3, "hub")
    assert Epoch(2, "standby").next_of("hub") == Epoch(3, "hub")
