"""Memory, swap and processor: of the machine, and of the daemon (``proc(5)``)."""

from __future__ import annotations

import os
from collections.abc import Iterator

from firmware_py.cli.doctor.facts import Facts
from firmware_py.cli.doctor.finding import Finding, fine, red, unknown, warning
from firmware_py.cli.doctor.machine import Machine

__all__ = ["look"]

_RED_KB, _YELLOW_KB = 30 * 1024, 80 * 1024
#: ``MemoryHigh=`` of the unit: beyond it systemd slows the daemon down.
_DAEMON_KB = 192 * 1024
_BUSY = 2.0


def look(facts: Facts) -> Iterator[Finding]:
    """Look at what is left."""
    memory = _kilobytes(facts.machine, "/proc/meminfo")
    if "MemAvailable" not in memory:
        yield unknown("没有 /proc/meminfo。", "There is no /proc/meminfo.")
        return
    found = [*_memory(memory), *_processor(facts.machine), *_daemon(facts)]
    yield from found
    if not found:
        free, whole = memory["MemAvailable"] // 1024, memory["MemTotal"] // 1024
        yield fine(f"内存剩余 {free} / {whole} MB。", f"{free} of {whole} MB of memory free.")


def _memory(memory: dict[str, int]) -> Iterator[Finding]:
    free = memory["MemAvailable"]
    if free < _YELLOW_KB:
        make = red if free < _RED_KB else warning
        yield make(
            f"内存只剩 {free // 1024} MB。",
            f"Only {free // 1024} MB of memory are left.",
            "看谁在占用：ps aux --sort=-rss | head；关掉不需要的程序。",
            "See who takes it: ps aux --sort=-rss | head; end what is not needed.",
        )
    swap = memory.get("SwapTotal", 0)
    if swap and memory.get("SwapFree", swap) < swap // 4:
        yield warning(
            "交换空间快用完，存储卡会磨损。",
            "Swap is nearly full; that wears the card out, too.",
            "看谁在占用内存：ps aux --sort=-rss | head",
            "See who takes the memory: ps aux --sort=-rss | head",
        )


def _processor(machine: Machine) -> Iterator[Finding]:
    words = machine.text("/proc/loadavg").split()
    cores = os.cpu_count() or 1
    if len(words) >= 2 and float(words[1]) / cores > _BUSY:
        yield warning(
            f"处理器很忙：5 分钟负载 {words[1]}，共 {cores} 核。",
            f"The processor is busy: load {words[1]} over 5 minutes on {cores} cores.",
            "看谁在占用：top",
            "See who takes it: top",
        )


def _daemon(facts: Facts) -> Iterator[Finding]:
    if facts.pid is None:
        return
    resident = _kilobytes(facts.machine, f"/proc/{facts.pid}/status").get("VmRSS", 0)
    if resident > _DAEMON_KB:
        yield warning(
            f"服务占用内存 {resident // 1024} MB，多于正常。",
            f"The daemon takes {resident // 1024} MB of memory, more than it should.",
            "闭厅后重启：sudo systemctl restart halld；并把报告发给维护方。",
            "When the hall is closed: sudo systemctl restart halld; and send a report.",
        )


def _kilobytes(machine: Machine, path: str) -> dict[str, int]:
    found = {}
    for line in machine.text(path).splitlines():
        name, _, value = line.partition(":")
        number, _, unit = value.strip().partition(" ")
        if unit == "kB" and number.isdigit():
            found[name] = int(number)
    return found
