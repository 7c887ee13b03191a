"""Disks that are full, slow, read-only or failing; memory that is short."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from firmware_py.cli.doctor import disk, load
from firmware_py.cli.doctor.finding import Level
from firmware_py.cli.doctor.machine import Ran
from tests.cli.doctor.fakes import Fake, at, words

GB = 1024**3


def room(free: int, whole: int = 32 * GB, files: int = 900_000) -> os.statvfs_result:
    block = 4096
    return os.statvfs_result(
        (
            block,
            block,
            whole // block,
            free // block,
            free // block,
            1_000_000,
            files,
            files,
            0,
            255,
        )
    )


@pytest.mark.parametrize(
    ("free", "level"),
    [(10 * GB, Level.OK), (400 * 1024**2, Level.RED), (2 * GB, Level.WARNING), (0, Level.RED)],
)
def test_room_is_told_before_it_ends(fake: Fake, free: int, level: Level) -> None:
    fake.statvfs = lambda _: room(free)
    found = list(disk.look(fake.facts()))
    assert at(level, found), words(found)
    if level is Level.OK:
        assert "10.0 GB free" in words(found)


def test_a_disk_without_inodes_is_full(fake: Fake) -> None:
    fake.statvfs = lambda _: room(10 * GB, files=12)
    assert "only 12 more files" in words(at(Level.RED, disk.look(fake.facts())))


def test_a_card_that_went_read_only_is_red(fake: Fake) -> None:
    fake.say("/proc/mounts", "/dev/mmcblk0p2 / ext4 ro,noatime 0 0\n")
    assert "which is read-only" in words(at(Level.RED, disk.look(fake.facts())))
    fake.say("/proc/mounts", "/dev/mmcblk0p2 / ext4 rw,noatime,errors=remount-ro 0 0\n")
    assert at(Level.RED, disk.look(fake.facts())) == []


def test_the_hall_on_the_overlay_of_a_read_only_root_is_red(fake: Fake) -> None:
    fake.say("/proc/cmdline", "boot=overlay root=/dev/mmcblk0p2\n")
    fake.say("/proc/mounts", "overlay / overlay rw,lowerdir=/lower 0 0\n")
    assert "gone at a power cut" in words(at(Level.RED, disk.look(fake.facts())))


def test_the_trial_write_leaves_nothing_behind(fake: Fake) -> None:
    facts = fake.facts()
    before = set((fake.root / "data").iterdir())
    assert at(Level.RED, disk.look(facts)) == []
    assert set((fake.root / "data").iterdir()) == before


def test_a_data_folder_that_cannot_be_written_is_red(fake: Fake) -> None:
    facts = fake.facts()
    shutil.rmtree(fake.root / "data")
    (fake.root / "data").write_text("no folder", encoding="utf-8")
    assert "cannot be written to" in words(at(Level.RED, disk.look(facts)))


@pytest.mark.parametrize(
    "line",
    [
        "mmc0: error -110 whilst initialising SD card",
        "blk_update_request: I/O error, dev mmcblk0, sector 5242880 op 0x1:(WRITE)",
        "EXT4-fs (mmcblk0p2): Remounting filesystem read-only",
        "mmcblk0: error -84 transferring data, sector 1066920, nr 8",
    ],
)
def test_a_failing_card_is_found_in_the_kernels_log(fake: Fake, line: str) -> None:
    fake.said["journalctl -k"] = Ran(0, f"usb 1-1.3: new device\n{line}\nusb 1-1.4: new device\n")
    (found,) = disk.look_kernel(fake.facts())
    assert found.level is Level.RED
    assert line in found.say.zh


def test_a_quiet_kernel_is_fine_and_a_silent_one_is_not(fake: Fake) -> None:
    fake.said["journalctl -k"] = Ran(0, "mmc0: new high speed SDHC card at address aaaa\n")
    assert [f.level for f in disk.look_kernel(fake.facts())] == [Level.OK]
    fake.said["journalctl -k"] = Ran(1, "", "No permission")
    fake.said["dmesg"] = Ran(1, "", "dmesg: read kernel buffer failed: Operation not permitted")
    (found,) = disk.look_kernel(fake.facts())
    assert found.level is Level.NOT_APPLICABLE
    assert found.do is not None
    assert "sudo" in found.do.en


@pytest.mark.parametrize(("free_kb", "level"), [(20_000, Level.RED), (60_000, Level.WARNING)])
def test_memory_that_is_short_is_told(fake: Fake, free_kb: int, level: Level) -> None:
    fake.say("/proc/meminfo", f"MemTotal: 440000 kB\nMemAvailable: {free_kb} kB\n")
    (found,) = load.look(fake.facts())
    assert found.level is level


def test_swap_and_load_are_told(fake: Fake) -> None:
    fake.say(
        "/proc/meminfo",
        "MemTotal: 440000 kB\nMemAvailable: 200000 kB\nSwapTotal: 100000 kB\nSwapFree: 9000 kB\n",
    )
    fake.say("/proc/loadavg", "9.0 999.0 9.0 1/200 4000\n")
    found = words(load.look(fake.facts()))
    assert "Swap is nearly full" in found
    assert "load 999.0" in found


def test_without_a_configuration_the_root_is_looked_at(tmp_path: Path) -> None:
    assert [f.level for f in disk.look(Fake(tmp_path).facts(None))] == [Level.OK]
