"""Is the clock set, does anything set it, and does the hall believe it.

A Pi up to 4 has no clock of its own: until the network sets it, it is some day in the past.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from firmware_py.cli.doctor.facts import Facts
from firmware_py.cli.doctor.finding import Finding, fine, red, unknown, warning
from firmware_py.cli.doctor.machine import Machine
from firmware_py.settings import Settings
from firmware_py.store.marker import marker_path

__all__ = ["look"]

_FIRST_YEAR, _LAST_YEAR = 2026, 2099
_OFF_S = 60.0
_RTC_OFF_S = 120.0


def look(facts: Facts) -> Iterator[Finding]:
    """Look at the clock from all sides."""
    machine = facts.machine
    now = datetime.fromtimestamp(machine.wall_s(), UTC)
    if not _FIRST_YEAR <= now.year <= _LAST_YEAR:
        yield red(
            f"时钟不对：现在是 {now:%Y-%m-%d}？",
            f"The clock is wrong: is it {now:%Y-%m-%d}?",
            "接上网络，或手工设置：sudo date -s '2026-03-02 08:30'",
            "Give it a network, or set it: sudo date -s '2026-03-02 08:30'",
        )
        return
    settings = facts.settings
    found = [*_synchronised(machine), *_rtc(machine)]
    if settings is not None:
        found += [*_journal(machine, settings), *_zone(machine, settings), *_hall(facts, settings)]
    yield from found
    if not found:
        zone = ZoneInfo(settings.hall.timezone) if settings is not None else UTC
        local = f"{now.astimezone(zone):%Y-%m-%d %H:%M}"
        yield fine(f"时钟已同步：{local}。", f"Set by the network: {local}.")


def _synchronised(machine: Machine) -> Iterator[Finding]:
    if machine.at("/run/systemd/timesync/synchronized").exists():
        return
    ran = machine.run(["timedatectl", "show", "-p", "NTPSynchronized", "--value"])
    if ran is None or ran.code:
        yield unknown(
            "无法得知时钟是否由网络校准。", "Whether the network sets the clock cannot be told."
        )
    elif ran.out.strip() != "yes":
        yield warning(
            "时钟没有经网络校准。",
            "The clock was not set by the network.",
            "检查网络和时间服务器：timedatectl timesync-status；大厅无网络时装时钟模块（RTC）。",
            "Check network and time server: timedatectl timesync-status; without a network fit a "
            "clock module (RTC).",
        )


def _rtc(machine: Machine) -> Iterator[Finding]:
    epoch = machine.number("/sys/class/rtc/rtc0/since_epoch")
    if epoch is not None and abs(epoch - machine.wall_s()) > _RTC_OFF_S:
        yield warning(
            "时钟模块（RTC）的时间与系统不同，下次开机时间会错。",
            "The clock module (RTC) differs from the clock: the next start begins with a wrong "
            "time.",
            "写入模块：sudo hwclock -w；仍不准则更换电池。",
            "Write it: sudo hwclock -w; wrong again: a new battery.",
        )


def _journal(machine: Machine, settings: Settings) -> Iterator[Finding]:
    """Compare with when the journal's marker was written last: nobody writes in the future."""
    try:
        written_s = marker_path(Path(settings.journal.path)).stat().st_mtime
    except OSError:
        return
    if written_s > machine.wall_s() + _OFF_S:
        last = datetime.fromtimestamp(written_s, ZoneInfo(settings.hall.timezone))
        yield red(
            f"时钟倒退了：业务流水最后写于 {last:%Y-%m-%d %H:%M}，比现在晚。",
            f"The clock went back: the journal was last written at {last:%Y-%m-%d %H:%M}, which "
            "is yet to come.",
            "接上网络校准；开门时写明日期：hallctl open --date",
            "Let the network set it; name the date when opening: hallctl open --date",
        )


def _zone(machine: Machine, settings: Settings) -> Iterator[Finding]:
    own = _machine_zone(machine)
    if own is None:
        return
    try:
        zones = ZoneInfo(own), ZoneInfo(settings.hall.timezone)
        offsets = {datetime.fromtimestamp(machine.wall_s(), zone).utcoffset() for zone in zones}
    except (OSError, ValueError):
        return
    if len(offsets) > 1:
        yield warning(
            f"系统时区是 {own}，大厅用 {settings.hall.timezone}：日志时间与大厅时间不同。",
            f"The machine's time zone is {own}, the hall's {settings.hall.timezone}: logs show "
            "another time than the hall.",
            f"sudo timedatectl set-timezone {settings.hall.timezone}",
            f"sudo timedatectl set-timezone {settings.hall.timezone}",
        )


def _machine_zone(machine: Machine) -> str | None:
    link = machine.at("/etc/localtime")
    if link.is_symlink():
        _, found, name = str(link.readlink()).partition("zoneinfo/")
        if found:
            return name
    return machine.text("/etc/timezone") or None


def _hall(facts: Facts, settings: Settings) -> Iterator[Finding]:
    """Compare what the hall takes for the time with the machine's clock."""
    said = (facts.status or {}).get("now")
    if not said or settings.hall.clock != "machine":
        return
    zone = ZoneInfo(settings.hall.timezone)
    try:
        hall = datetime.fromisoformat(said).replace(tzinfo=zone)
    except ValueError:
        return
    off_s = abs(hall.timestamp() - facts.machine.wall_s())
    if off_s > _OFF_S and "hub" not in settings.hall.roles:
        yield warning(
            f"本机时钟与主控（{said}）相差 {off_s:.0f} 秒。屏幕以主控为准，证书和日志以本机为准。",
            f"This Pi's clock is {off_s:.0f} s from the hub's ({said}). What is shown goes by the "
            "hub's, certificates and logs by this one.",
            "检查网络和时间服务器：timedatectl timesync-status",
            "Check network and time server: timedatectl timesync-status",
        )
    elif off_s > _OFF_S:
        yield warning(
            f"大厅时间 {said} 与系统时钟相差 {off_s:.0f} 秒：时钟跳变过，大厅还不相信它。",
            f"The hall takes it for {said}, {off_s:.0f} s from the clock: the clock jumped and is "
            "not trusted yet.",
            "等时钟经网络校准；关门后重启：sudo systemctl restart halld",
            "Let the network set the clock; after closing: sudo systemctl restart halld",
        )
