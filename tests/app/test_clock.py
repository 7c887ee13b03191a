"""Hall time never runs backwards; the wall clock is believed only when it deserves it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from firmware_py.app.clock import BELIEVED_LEAP_MS, HallClock, MachineClocks, Reading, local_text

HOUR_MS = 3_600_000
YEAR_MS = 365 * 24 * HOUR_MS
CHINA_MS = 8 * HOUR_MS
#: 2026-03-02 01:00:00 UTC is nine in the morning in Shanghai.
MORNING_MS = int(datetime(2026, 3, 2, 1, tzinfo=UTC).timestamp() * 1000)


class Machine:
    """A machine's clocks, moved by hand."""

    def __init__(self, *, boot_ms: int = 50_000, wall_ms: int = MORNING_MS, sync: bool = True):
        self.boot_ms, self.wall_ms, self.sync = boot_ms, wall_ms, sync

    def __call__(self) -> Reading:
        return Reading(self.boot_ms, self.wall_ms, self.sync)

    def later(self, ms: int) -> None:
        self.boot_ms += ms
        self.wall_ms += ms


def started(machine: Machine, last_ms: int = 0, offset_ms: int | None = None) -> HallClock:
    clock = HallClock(machine, "Asia/Shanghai")
    clock.resume("epoch", last_ms, offset_ms)
    return clock


def test_a_new_hall_counts_from_nothing_and_learns_the_local_time() -> None:
    machine = Machine()
    clock = started(machine)
    assert clock.now_ms() == 0
    machine.later(1_500)
    assert clock.now_ms() == 1_500
    offset = clock.new_offset_ms(None)
    assert offset is not None
    assert local_text(offset, 0) == "2026-03-02 09:00:00"
    assert clock.new_offset_ms(offset) is None


@pytest.mark.parametrize("leap_ms", [-10 * YEAR_MS, -HOUR_MS, HOUR_MS, 30 * YEAR_MS])
def test_hall_time_does_not_follow_a_leap_of_the_wall_clock(leap_ms: int) -> None:
    machine = Machine()
    clock = started(machine)
    machine.later(1_000)
    machine.wall_ms += leap_ms
    assert clock.now_ms() == 1_000


def test_hall_time_stands_still_rather_than_going_back() -> None:
    machine = Machine()
    clock = started(machine)
    machine.later(5_000)
    assert clock.now_ms() == 5_000
    machine.boot_ms -= 3_000
    assert clock.now_ms() == 5_000
    machine.boot_ms += 4_000
    assert clock.now_ms() == 6_000


def test_a_restart_in_the_same_boot_knows_the_time_in_between(tmp_path: Path) -> None:
    machine = Machine(sync=False)
    anchor = tmp_path / "clock.json"
    first = HallClock(machine, "Asia/Shanghai", anchor)
    first.resume("epoch", 0, None)
    machine.later(10_000)
    last_ms = first.now_ms()
    machine.later(90_000)
    machine.wall_ms -= 20 * YEAR_MS
    second = HallClock(machine, "Asia/Shanghai", anchor)
    second.resume("epoch", last_ms, None)
    assert second.now_ms() == 100_000


@pytest.mark.parametrize("content", [b"", b"{", b'{"hall_minus_boot_ms": "x"}', b"\xff\xfe"])
def test_a_damaged_anchor_is_as_none(tmp_path: Path, content: bytes) -> None:
    anchor = tmp_path / "clock.json"
    anchor.write_bytes(content)
    clock = HallClock(Machine(), "Asia/Shanghai", anchor)
    clock.resume("epoch", 7_000, None)
    assert clock.now_ms() == 7_000


def test_the_anchor_of_another_journal_is_not_taken(tmp_path: Path) -> None:
    anchor = tmp_path / "clock.json"
    HallClock(Machine(), "Asia/Shanghai", anchor).resume("epoch", 9_000_000, None)
    clock = HallClock(Machine(), "Asia/Shanghai", anchor)
    clock.resume("restored", 7_000, None)
    assert clock.now_ms() == 7_000


def test_an_anchor_that_cannot_be_kept_does_not_stop_the_hall(tmp_path: Path) -> None:
    clock = HallClock(Machine(), "Asia/Shanghai", tmp_path / "no such folder" / "clock.json")
    clock.resume("epoch", 7_000, None)
    assert clock.now_ms() == 7_000


def test_a_reboot_with_a_right_clock_knows_the_time_in_between() -> None:
    # The last event at hall time 10,000 was at nine o'clock; now it is ten past.
    offset = MORNING_MS + CHINA_MS - 10_000
    clock = started(Machine(boot_ms=3_000, wall_ms=MORNING_MS + 600_000), 10_000, offset)
    assert clock.now_ms() == 610_000


def test_a_reboot_that_wakes_up_in_1970_goes_on_from_the_last_event() -> None:
    offset = MORNING_MS + CHINA_MS - 10_000
    machine = Machine(boot_ms=3_000, wall_ms=3_000, sync=False)
    clock = started(machine, 10_000, offset)
    assert clock.now_ms() == 10_000
    assert clock.new_offset_ms(offset) is None
    # The network sets it, an hour after the power came back.
    machine.later(HOUR_MS)
    machine.wall_ms, machine.sync = MORNING_MS + 3 * HOUR_MS, True
    found = clock.new_offset_ms(offset)
    assert clock.now_ms() == 10_000 + HOUR_MS
    assert local_text(found, clock.now_ms()) == "2026-03-02 12:00:00"


def test_a_new_hall_does_not_believe_1970() -> None:
    machine = Machine(wall_ms=60_000, sync=False)
    assert started(machine).new_offset_ms(None) is None


def test_years_forward_are_not_believed_without_the_kernels_word() -> None:
    offset = MORNING_MS + CHINA_MS - 10_000
    machine = Machine(boot_ms=3_000, wall_ms=MORNING_MS + 20 * YEAR_MS, sync=False)
    clock = started(machine, 10_000, offset)
    assert clock.now_ms() == 10_000
    assert clock.new_offset_ms(offset) is None
    machine.sync = True
    assert clock.new_offset_ms(offset) is not None


def test_a_night_switched_off_is_believed_without_the_kernels_word() -> None:
    offset = MORNING_MS + CHINA_MS - 10_000
    machine = Machine(boot_ms=3_000, wall_ms=MORNING_MS + BELIEVED_LEAP_MS, sync=False)
    assert started(machine, 10_000, offset).now_ms() == 10_000 + BELIEVED_LEAP_MS


@pytest.mark.parametrize(("jump_ms", "sync", "news"), [
    (-HOUR_MS, False, False), (-HOUR_MS, True, True), (HOUR_MS, False, True),
    (1_900, True, False), (2_100, True, True),
])  # fmt: skip
def test_a_jump_while_it_runs(jump_ms: int, sync: bool, news: bool) -> None:
    machine = Machine(sync=sync)
    clock = started(machine)
    offset = clock.new_offset_ms(None)
    assert offset is not None
    machine.later(60_000)
    machine.wall_ms += jump_ms
    found = clock.new_offset_ms(offset)
    assert found == (offset + jump_ms if news else None)


def test_summer_time_moves_the_local_clock_and_not_hall_time() -> None:
    # Berlin goes from 02:00 to 03:00 on 2026-03-29 at 01:00 UTC.
    machine = Machine(wall_ms=int(datetime(2026, 3, 29, 0, 59, tzinfo=UTC).timestamp() * 1000))
    clock = HallClock(machine, "Europe/Berlin")
    clock.resume("epoch", 0, None)
    before = clock.new_offset_ms(None)
    assert local_text(before, clock.now_ms()) == "2026-03-29 01:59:00"
    machine.later(120_000)
    after = clock.new_offset_ms(before)
    assert clock.now_ms() == 120_000
    assert local_text(after, clock.now_ms()) == "2026-03-29 03:01:00"


def test_no_clock_known_is_no_text() -> None:
    assert local_text(None, 5_000) == ""


def test_this_machines_clocks_can_be_read() -> None:
    clocks = MachineClocks()
    first, second = clocks(), clocks()
    assert first.boot_ms <= second.boot_ms
    assert first.wall_ms > MORNING_MS - YEAR_MS
