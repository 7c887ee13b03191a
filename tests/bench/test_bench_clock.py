"""The bench's clock: quicker than the machine's, never a surprise, and read again when replaced."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from firmware_py.app.clock import MachineClocks, Reading
from firmware_py.runtime.bench_clock import (
    ClockFile,
    FileClocks,
    clocks_of,
    read_clock,
    write_clock,
)

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
