"""Room, mounts, a card that fails, and how long the disk takes to keep something."""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from firmware_py.cli.doctor.facts import Facts
from firmware_py.cli.doctor.finding import Finding, Level, fine, red, unknown, warning
from firmware_py.cli.doctor.machine import Machine

__all__ = ["look", "look_kernel"]

_RED_BYTES, _YELLOW_BYTES = 100 * 1024**2, 500 * 1024**2
_RED_SHARE, _YELLOW_SHARE = 0.02, 0.08
#: The daemon says that the disk failed after 10 s; a person at a kiosk waits for one write.
_RED_S, _YELLOW_S = 1.0, 0.2
_WRITES, _PIECE = 5, bytes(4096)
#: What the kernel says of a card or disk that fails.
_FAILING = re.compile(
    r"(mmc\w+: (error|timeout)|I/O error|EXT4-fs (error|warning).*(error|remount)|"
    r"Remounting filesystem read-only|critical (medium|target) error)",
    re.IGNORECASE,
)


def look(facts: Facts) -> Iterator[Finding]:
    """Look at the places that the hall writes to."""
    found = []
    places = dict.fromkeys(_places(facts))
    for place in places:
        found += [*_room(facts.machine, place), *_mounted(facts.machine, place)]
    settings = facts.settings
    if settings is not None:
        found += _write(Path(settings.journal.path).parent)
    yield from found
    if all(one.level is Level.NOT_APPLICABLE for one in found):
        free = _free(facts.machine, Path("/"))
        yield fine(f"空间充足（剩余 {free}）。", f"Room enough ({free} free).")


def _places(facts: Facts) -> Iterator[Path]:
    yield Path("/")
    settings = facts.settings
    if settings is not None:
        yield Path(settings.journal.path).parent
        if settings.journal.backup_folder is not None:
            yield Path(settings.journal.backup_folder)


def _free(machine: Machine, place: Path) -> str:
    try:
        seen = machine.statvfs(place)
    except OSError:
        return "?"
    return _size(seen.f_bavail * seen.f_frsize)


def _size(count: int) -> str:
    return f"{count / 1024**3:.1f} GB" if count >= 1024**3 else f"{count // 1024**2} MB"


def _room(machine: Machine, place: Path) -> Iterator[Finding]:
    try:
        seen = machine.statvfs(place)
    except OSError:
        # That it is not there, or may not be looked at, the others say.
        return
    free, whole = seen.f_bavail * seen.f_frsize, seen.f_blocks * seen.f_frsize
    share = free / whole if whole else 1.0
    words = (f"{place} 只剩 {_size(free)}。", f"{place} has only {_size(free)} left.")
    do = (
        "删除旧备份、很久以前的 *.damaged-*；清理日志：sudo journalctl --vacuum-size=50M",
        "Remove old backups and *.damaged-* of long ago; sudo journalctl --vacuum-size=50M",
    )
    if free < _RED_BYTES or share < _RED_SHARE:
        yield red(*words, *do)
    elif free < _YELLOW_BYTES or share < _YELLOW_SHARE:
        yield warning(*words, *do)
    if seen.f_files and seen.f_favail / seen.f_files < _RED_SHARE:
        yield red(
            f"{place} 的文件数快到上限（剩 {seen.f_favail} 个）。",
            f"{place} can hold only {seen.f_favail} more files (inodes).",
            f"查找大量小文件：sudo du --inodes -x {place} | sort -n | tail",
            f"Find the many small files: sudo du --inodes -x {place} | sort -n | tail",
        )


def _mounted(machine: Machine, place: Path) -> Iterator[Finding]:
    mount = _mount_of(machine, place)
    if mount is not None and "ro" in mount[2].split(","):
        yield red(
            f"{place} 所在的 {mount[0]} 是只读的。",
            f"{place} is on {mount[0]}, which is read-only.",
            "查看原因：dmesg；重启一次，仍如此则更换存储卡。",
            "See why: dmesg; start the Pi anew once; the same again: a new card.",
        )
    overlaid = "boot=overlay" in machine.text("/proc/cmdline").split()
    if overlaid and place != Path("/") and mount is not None and mount[1] == "overlay":
        yield red(
            f"{place} 在只读系统的覆盖层上，断电即全部丢失。",
            f"{place} lies on the overlay of a read-only root: all of it is gone at a power cut.",
            "为它准备单独的分区，或关闭覆盖层：sudo raspi-config",
            "Give it a partition of its own, or switch the overlay off: sudo raspi-config",
        )


def _mount_of(machine: Machine, place: Path) -> tuple[str, str, str] | None:
    """Return mount point, type and options of where a folder lies (``/proc/mounts``)."""
    best: tuple[str, str, str] | None = None
    for line in machine.text("/proc/mounts").splitlines():
        fields = line.split()
        if len(fields) < 4:
            continue
        point = fields[1].replace("\\040", " ")
        # Of two at one point the later one counts.
        if place.is_relative_to(point) and (best is None or len(point) >= len(best[0])):
            best = (point, fields[2], fields[3])
    return best


def _write(folder: Path) -> Iterator[Finding]:
    """Write as a commit does, and measure how long the disk takes; the file goes again."""
    taken: list[float] = []
    try:
        with tempfile.TemporaryFile(prefix=".doctor-", dir=folder) as file:
            for _ in range(_WRITES):
                before = time.monotonic()
                file.write(_PIECE)
                file.flush()
                os.fsync(file.fileno())
                taken.append(time.monotonic() - before)
    except FileNotFoundError:
        # Said among the rights.
        return
    except PermissionError:
        yield unknown(
            f"没有权限在 {folder} 试写。",
            f"Writing to {folder} was not tried: no permission.",
            "请以 root 身份运行：sudo hallctl doctor",
            "Run it as root: sudo hallctl doctor",
        )
        return
    except OSError as error:
        yield red(
            f"不能写入 {folder}：{error.strerror}。",
            f"{folder} cannot be written to: {error.strerror}.",
            "查看 dmesg；腾出空间或更换存储卡。",
            "See dmesg; make room, or replace the card.",
        )
        return
    worst = max(taken)
    if worst >= _YELLOW_S:
        make = red if worst >= _RED_S else warning
        yield make(
            f"写盘很慢：一次落盘 {worst * 1000:.0f} 毫秒，取号会跟着变慢。",
            f"The disk is slow: {worst * 1000:.0f} ms until a write is kept; tickets wait for it.",
            "换用工业级存储卡或 SSD；确认没有程序在大量写盘。",
            "Use an industrial card or an SSD; see that nothing else writes a lot.",
        )


def look_kernel(facts: Facts) -> Iterator[Finding]:
    """Look in the kernel's log for a card that fails, where this user may read it."""
    machine = facts.machine
    ran = machine.run(["journalctl", "-k", "-b", "-q", "--no-pager", "-o", "cat", "-n", "5000"])
    if ran is None or ran.code or not ran.out.strip():
        ran = machine.run(["dmesg"])
    if ran is None or ran.code:
        yield unknown(
            "不能读取内核日志。",
            "The kernel's log cannot be read.",
            "请以 root 身份运行：sudo hallctl doctor",
            "Run it as root: sudo hallctl doctor",
        )
        return
    lines = [line.strip() for line in ran.out.splitlines() if _FAILING.search(line)]
    if lines:
        yield red(
            f"存储卡或磁盘出错 {len(lines)} 次，最近一次：{lines[-1][:100]}",
            f"A card or disk failed {len(lines)} times, last: {lines[-1][:100]}",
            "先备份（hallctl backup），再尽快更换。",
            "Back up first (hallctl backup), then replace it soon.",
        )
    else:
        yield fine("内核没有报告存储卡错误。", "The kernel reports no error of card or disk.")
