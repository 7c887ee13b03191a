"""All checks in the order in which they are shown, and running them beside each other.

Each is on a thread of its own: most wait for a program, a disk or a network. What is not done in
time is left behind and told as such; its thread ends with the process.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from devices.base import Sentence
from firmware_py.cli.doctor import (
    broker,
    clock,
    configuration,
    daemon,
    device_health,
    disk,
    fonts,
    journal_health,
    lease,
    load,
    network,
    nodes,
    ports,
    power,
    privacy,
    rights,
    software,
    watchdog,
)
from firmware_py.cli.doctor.facts import Facts
from firmware_py.cli.doctor.finding import Check, Finding, Level, unknown, warning

__all__ = ["CHECKS", "LIMIT_S", "Checked", "run", "worst"]

#: All together; with what is asked before, a whole run stays below ten seconds.
LIMIT_S = 5.0

CHECKS: Sequence[Check] = (
    Check("configuration", Sentence("配置", "Configuration"), configuration.look),
    Check("daemon", Sentence("服务", "Daemon"), daemon.look),
    Check("unit", Sentence("系统服务", "Service unit"), daemon.look_unit),
    Check("rights", Sentence("权限", "Rights"), rights.look),
    Check("ports", Sentence("端口", "Ports"), ports.look),
    Check("devices", Sentence("设备", "Devices"), device_health.look),
    Check("journal", Sentence("业务流水", "Journal"), journal_health.look),
    Check("backup", Sentence("备份", "Backup"), journal_health.look_backup),
    Check("privacy", Sentence("个人信息", "Personal data"), privacy.look),
    Check("disk", Sentence("存储", "Disk"), disk.look),
    Check("card", Sentence("存储卡", "Card"), disk.look_kernel),
    Check("load", Sentence("内存处理器", "Memory, load"), load.look),
    Check("clock", Sentence("时钟", "Clock"), clock.look),
    Check("broker", Sentence("消息服务器", "Broker"), broker.look),
    Check("nodes", Sentence("各台设备", "Pis"), nodes.look),
    Check("lease", Sentence("受理权", "Lease"), lease.look),
    Check("network", Sentence("网络", "Network"), network.look),
    Check("fonts", Sentence("字体", "Fonts"), fonts.look),
    Check("locale", Sentence("区域设置", "Locale"), fonts.look_locale),
    Check("software", Sentence("软件版本", "Versions"), software.look),
    Check("power", Sentence("供电温度", "Power, heat"), power.look),
    Check("watchdog", Sentence("看门狗", "Watchdog"), watchdog.look),
)


@dataclass(frozen=True, slots=True)
class Checked:
    """A check and what it found, at least one thing."""

    check: Check
    findings: tuple[Finding, ...]

    @property
    def level(self) -> Level:
        """The worst of what was found."""
        return worst(one.level for one in self.findings)


#: From what matters least to what matters most.
_ORDER = (Level.NOT_APPLICABLE, Level.OK, Level.WARNING, Level.RED)


def worst(levels: Iterator[Level]) -> Level:
    """Return the worst level; ``NOT_APPLICABLE`` when there is none."""
    return max(levels, key=_ORDER.index, default=Level.NOT_APPLICABLE)


def run(facts: Facts, checks: Sequence[Check] = CHECKS, limit_s: float = LIMIT_S) -> list[Checked]:
    """Run all checks and return what each found, in order, within about ``limit_s`` seconds."""
    found: dict[str, tuple[Finding, ...]] = {}

    def look(check: Check) -> None:
        try:
            findings = tuple(check.look(facts))
        except Exception as error:  # noqa: BLE001 - one check that fails must not hide the others
            findings = (_failed(error),)
        found[check.code] = findings or (unknown("没有发现。", "Nothing was found."),)

    threads = [
        threading.Thread(target=look, args=(check,), name=f"doctor-{check.code}", daemon=True)
        for check in checks
    ]
    until_s = time.monotonic() + limit_s
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(until_s - time.monotonic(), 0.0))
    return [Checked(check, found.get(check.code, (_late(limit_s),))) for check in checks]


def _late(limit_s: float) -> Finding:
    return warning(
        f"{limit_s:g} 秒内没有检查完：盘、网络或系统没有应答。",
        f"Not done within {limit_s:g} s: a disk, the network or the system does not answer.",
        "再运行一次；总是这样就查看 dmesg。",
        "Run it again; if it stays so, see dmesg.",
    )


def _failed(error: Exception) -> Finding:
    words = f"{type(error).__name__}: {error}"
    return warning(
        f"此项检查本身出错：{words}",
        f"The check itself failed: {words}",
        "请把报告发给维护方：hallctl doctor --report",
        "Send a report: hallctl doctor --report",
    )
