"""The bench's clock: quicker than the machine's, never a surprise, and read again when replaced."""

from __future__ import annotations

import asyncio
import logging
from datetime import date
from pathlib import Path

import pytest

from firmware_py.app.clock import MachineClocks, Reading
from firmware_py.bench.halltime import LEASH_S, HallTime
from firmware_py.runtime.bench_clock import (
    ClockFile,
    FileClocks,
    clocks_of,
    read_clock,
    write_clock,
)
from tests.sync.support import until

S = 1_000_000_000


class Boot:
    def __init__(self) -> None:
        self.ns = 100 * S

    def __call__(self) -> int:
        return self.ns


@pytest.fixture
def boot() -> Boot:
    return Boot()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "clock.json"
    write_clock(file, ClockFile(at_boot_ns=100 * S, boot_ms=5_000, wall_ms=1_000_000, speed=480))
    return file


def test_both_clocks_pass_at_the_speed_of_the_file(path: Path, boot: Boot) -> None:
    clocks = FileClocks(path, boot)
    assert clocks() == Reading(5_000, 1_000_000, synchronised=True)
    boot.ns += 2 * S
    assert clocks() == Reading(965_000, 1_960_000, synchronised=True)
    assert clocks.speed() == 480


def test_a_clock_that_halts_stands_still_until_its_file_is_replaced(path: Path, boot: Boot) -> None:
    clocks = FileClocks(path, boot)
    write_clock(path, ClockFile(boot.ns, 5_000, 1_000_000, 100, halts_ns=boot.ns + 3 * S))
    boot.ns += 2 * S
    assert clocks() == Reading(205_000, 1_200_000, synchronised=True)
    boot.ns += 5 * S
    assert clocks() == Reading(305_000, 1_300_000, synchronised=True)
    write_clock(path, ClockFile(boot.ns, 305_000, 1_300_000, 100))
    boot.ns += S
    assert clocks() == Reading(405_000, 1_400_000, synchronised=True)


def test_the_days_clock_passes_only_while_everybody_answers(tmp_path: Path) -> None:
    async def story() -> None:
        path = tmp_path / "clock.json"
        time = HallTime(path, date(2026, 11, 23), 9, 0)
        time.start()
        time.run(250.0)
        assert read_clock(path).halts_ns == 0
        hangs = asyncio.Event()
        asked = 0

        async def answers() -> None:
            nonlocal asked
            asked += 1
            if asked > 3:
                await hangs.wait()
                raise ConnectionResetError("it has ended")

        async with time.held(answers):
            await until(lambda: asked > 3)
            held = read_clock(path)
            # Beyond so much it waits for whoever hangs, or for the player itself.
            assert held.halts_ns - held.at_boot_ns == LEASH_S * 1e9
            assert held.speed == 250.0
            # What is set meanwhile holds as well.
            time.run(20.0)
            assert read_clock(path).halts_ns > 0
            # Whoever has gone away is not waited for: the day is to end, not to stand still.
            hangs.set()
            await until(lambda: read_clock(path).halts_ns == 0)
        assert (read_clock(path).speed, read_clock(path).halts_ns) == (20.0, 0)

    asyncio.run(story())


def test_who_waits_for_a_time_of_the_day_gets_there_when_the_clock_goes_on(tmp_path: Path) -> None:
    async def story() -> None:
        time = HallTime(tmp_path / "clock.json", date(2026, 11, 23), 9, 0)
        time.start()
        time.run(250.0)
        go_on = asyncio.Event()
        async with time.held(go_on.wait):
            time.run(251.0)
            wanted_s = time.now_s() + 251.0 * LEASH_S + 60
            waiting = asyncio.create_task(time.until(wanted_s))
            await asyncio.wait([waiting], timeout=3 * LEASH_S)
            assert not waiting.done()
            go_on.set()
            await asyncio.wait_for(waiting, 60)
            assert time.now_s() >= wanted_s

    asyncio.run(story())


def test_a_replaced_file_counts_from_the_next_look_on(path: Path, boot: Boot) -> None:
    clocks = FileClocks(path, boot)
    boot.ns += S
    write_clock(path, ClockFile(boot.ns, 485_000, 1_480_000, 1.0))
    assert clocks.speed() == 1.0
    boot.ns += S
    assert clocks() == Reading(486_000, 1_481_000, synchronised=True)


def test_a_file_that_goes_bad_is_told_once_and_the_clock_goes_on(
    path: Path, boot: Boot, caplog: pytest.LogCaptureFixture
) -> None:
    clocks = FileClocks(path, boot)
    path.unlink()
    with caplog.at_level(logging.ERROR):
        boot.ns += S
        assert clocks().boot_ms == 485_000
        boot.ns += S
        assert clocks().boot_ms == 965_000
    assert len(caplog.records) == 1
    write_clock(path, ClockFile(boot.ns, 1_000_000, 2_000_000, 1.0))
    assert clocks() == Reading(1_000_000, 2_000_000, synchronised=True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        '{"at_boot_ns":1,"boot_ms":1,"wall_ms":1,"speed":0}',
        '{"at_boot_ns":1,"boot_ms":1,"wall_ms":1,"speed":1,"more":1}',
    ],
)
def test_a_wrong_file_is_an_error_at_the_start(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"."):
        FileClocks(path)


def test_a_file_without_a_clock_is_no_reason_to_take_the_machines(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        clocks_of(f"file:{tmp_path / 'none.json'}")


def test_a_real_hall_has_the_machines_clock_at_its_own_speed() -> None:
    clocks, speed = clocks_of("machine")
    assert isinstance(clocks, MachineClocks)
    assert speed() == 1.0


def test_what_was_written_is_read(path: Path) -> None:
    assert read_clock(path) == ClockFile(100 * S, 5_000, 1_000_000, 480)
