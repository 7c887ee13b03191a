"""Who wakes a daemon that hangs, and who a whole machine that does."""

from __future__ import annotations

from collections.abc import Iterator

from firmware_py.cli.doctor.facts import Facts
from firmware_py.cli.doctor.finding import Finding, fine, unknown, warning

__all__ = ["look"]

_OFF = {"", "0", "infinity", "off"}


def look(facts: Facts) -> Iterator[Finding]:
    """Ask systemd for both."""
    machine = facts.machine
    if not machine.has_systemd:
        yield unknown("本机不由 systemd 管理。", "systemd does not run this machine.")
        return
    own = machine.unit("LoadState", "WatchdogUSec")
    whole = machine.unit("RuntimeWatchdogUSec", unit="")
    found = 0
    if own.get("LoadState") == "loaded" and own.get("WatchdogUSec", "") in _OFF:
        found += 1
        yield warning(
            "halld 的看门狗关闭了，卡死后不会自动重启。",
            "The daemon's watchdog is off: it would hang for ever.",
            "恢复 WatchdogSec=30：sudo systemctl edit halld",
            "Set WatchdogSec=30 again: sudo systemctl edit halld",
        )
    if whole.get("RuntimeWatchdogUSec", "") in _OFF:
        found += 1
        yield warning(
            "整机看门狗没有启用，系统死机后要人工断电。",
            "The machine's watchdog is off: a kernel that hangs needs a person.",
            "按 docs/operations.md 第 8 步设置 RuntimeWatchdogSec=15。",
            "Set RuntimeWatchdogSec=15: docs/operations.md, step 8.",
        )
    if not found:
        yield fine("服务和整机都有看门狗。", "Daemon and machine are both watched.")
