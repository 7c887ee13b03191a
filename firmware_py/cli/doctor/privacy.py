"""Personal data: keys that are there and nobody else's, days that end, memory that is not swapped.

Only folders are looked at; no key and no file of the vault is opened.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from firmware_py.cli.doctor.facts import Facts
from firmware_py.cli.doctor.finding import Finding, fine, red, unknown, warning
from firmware_py.cli.doctor.machine import Machine

__all__ = ["look"]


def look(facts: Facts) -> Iterator[Finding]:
    """Look at what is kept of people, from outside."""
    settings = facts.settings
    if settings is None:
        yield unknown("没有可用的配置。", "There is no configuration to go by.")
        return
    vault, keys = Path(settings.privacy.vault), Path(settings.privacy.keys)
    try:
        if not vault.is_dir():
            yield unknown("没有保存任何个人资料。", "Nothing is kept of anybody.")
            return
        found = [*_overdue(facts), *_keys(vault, keys), *_closed(vault, keys)]
    except PermissionError:
        yield unknown(
            "没有权限查看加密存储。", "This user may not look at the vault.",
            "用 sudo 运行", "Run it with sudo.",
        )  # fmt: skip
        return
    found += _swap(facts.machine)
    yield from found
    if not found:
        yield fine("密钥在位，到期销毁正常。", "Keys are there, days end in time.")


def _overdue(facts: Facts) -> Iterator[Finding]:
    problem = ((facts.status or {}).get("privacy") or {}).get("problem")
    if problem:
        yield red(
            f"到期资料没有销毁：{problem['zh']}",
            f"Days whose time is over are still kept: {problem['en']}",
            "处理后自动销毁；查看：hallctl privacy",
            "Mend that; then they go by themselves. See: hallctl privacy",
        )


def _keys(vault: Path, keys: Path) -> Iterator[Finding]:
    days = [path.stem for path in vault.glob("*.day") if _has_key(path)]
    missing = [day for day in days if not (keys / f"{day}.key").exists()]
    if missing:
        yield red(
            f"{keys} 中缺少 {len(missing)} 天的密钥，最近的是 {missing[-1]}。",
            f"Keys missing in {keys}: {len(missing)}, the newest of {missing[-1]}.",
            "插好并挂载存放密钥的盘；若已损坏：hallctl privacy destroy 日期 --key-lost",
            "Plug in and mount the medium of the keys; if it is broken: "
            "hallctl privacy destroy DAY --key-lost",
        )


def _has_key(mark: Path) -> bool:
    line = mark.read_text("ascii", "replace").splitlines()[1:]
    return bool(line) and line[0].startswith(("key ", "ending"))


def _closed(vault: Path, keys: Path) -> Iterator[Finding]:
    for folder in (vault, keys):
        if folder.is_dir() and stat.S_IMODE(folder.stat().st_mode) & 0o077:
            yield red(
                f"其他用户可以进入 {folder}。",
                f"Other users may enter {folder}.",
                f"chmod 700 {folder}；vfat 盘请用 umask=0077 挂载",
                f"chmod 700 {folder}; a vfat stick is mounted with umask=0077",
            )


def _swap(machine: Machine) -> Iterator[Finding]:
    """The unit keeps the daemon out of swap only where the kernel counts memory by service."""
    in_use = machine.text("/proc/swaps").splitlines()[1:]
    on_disk = [line.split()[0] for line in in_use if "zram" not in line]
    counts = "memory" in machine.text("/sys/fs/cgroup/cgroup.controllers").split()
    if on_disk and not counts:
        yield warning(
            f"内存可能被换出到 {on_disk[0]}，其中可能有证件信息。",
            f"Memory may be swapped to {on_disk[0]}, with fields of a card in it.",
            "内核参数加 cgroup_enable=memory，或关闭 swap（docs/privacy.md）",
            "Add cgroup_enable=memory to the kernel's command line, or turn swap off "
            "(docs/privacy.md).",
        )
