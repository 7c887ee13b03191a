"""Whatever a server says: an ``RfbError`` or a picture, soon, and in little memory."""

from __future__ import annotations

import random
import resource

import pytest

from kiosk_ui.rfb.access import Access
from kiosk_ui.rfb.session import Session
from kiosk_ui.rfb.viewing import Viewing
from tests.kiosk_ui.rfb import mutants
from tests.kiosk_ui.rfb.wire import GREETING

MANY = 1_000_000
SEED = 20_260


def test_the_streams_that_are_mutated_are_good_and_whole() -> None:
    for stream in mutants.streams():
        found = Session(Access(), Viewing(), limits=mutants.LIMITS)
        found.feed(stream)
        assert found.held == 0


def test_thousands_of_mutated_streams_break_nothing() -> None:
    told = mutants.run(3_000, SEED)
    assert told["lies"] > 500
    assert told["ok"] > 500


def test_bytes_of_pure_chance_break_nothing() -> None:
    chance = random.Random(SEED)
    begun = mutants.streams()[0][: len(GREETING) + 28]
    told = {mutants.outcome(begun + chance.randbytes(200), chance) for _ in range(500)}
    assert "lies" in told


@pytest.mark.long
def test_a_million_mutated_streams_break_nothing_and_leave_no_memory_behind() -> None:
    mutants.run(20_000, SEED)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    mutants.run(MANY, SEED + 1)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert after - before < 32 * 1024  # KiB
