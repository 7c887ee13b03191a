"""Does the daemon run, is it the program that is installed, and does systemd look after it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from firmware_py.cli.doctor.facts import Facts
from firmware_py.cli.doctor.finding import Finding, fine, red, unknown, warning
from firmware_py.cli.output import span

__all__ = ["look", "look_unit"]

_SHIPPED = ("systemd/halld.service", "share/hall-controller/systemd/halld.service")
#: Parts of the program that a daemon holds in memory.
_CODE = ("firmware_py", "devices")
#: A file written while the daemon was starting is not newer than the daemon.
_SAME_S = 2.0


def look(facts: Facts) -> Iterator[Finding]:
    """Ask it, and compare it with what is installed."""
    status = facts.status
    if status is None:
        if facts.away is not None:
            why = facts.away
            do = "看原因：systemctl status halld；journalctl -u halld -n 50"
            yield red(
                why.zh, why.en, do, "See why: systemctl status halld; journalctl -u halld -n 50"
            )
        return
    mode, problem = status["mode"], status.get("problem") or {}
    if mode == "normal":
        up = span(status.get("up_s"))
        yield fine(f"正在运行，已 {up}。", f"Runs, for {up}.")
    else:
        words = "安全模式：" if mode == "safe" else ""
        words_en = "SAFE MODE: " if mode == "safe" else ""
        yield red(
            f"{words}{problem.get('zh', mode)}",
            f"{words_en}{problem.get('en', mode)}",
            "按 hallctl status 所列步骤处理，请勿删除任何文件。",
            "Do as hallctl status says, step by step; delete nothing.",
        )
    yield from _as_installed(facts)


def _as_installed(facts: Facts) -> Iterator[Finding]:
    """Find out whether the program was changed after the daemon had loaded it."""
    started_s = _started_s(facts)
    if started_s is None:
        yield unknown("无法得知服务何时启动。", "When the daemon started cannot be told.")
        return
    newest_s = max(
        (_mtime(path) for part in _CODE for path in _sources(facts.program / part)), default=0.0
    )
    if newest_s > started_s + _SAME_S:
        yield warning(
            "程序在服务启动之后更新过，正在运行的仍是旧版本。",
            "The program was changed after the daemon started: an older version still runs.",
            "闭厅后重启：sudo systemctl restart halld",
            "When the hall is closed: sudo systemctl restart halld",
        )


def _sources(folder: Path) -> Iterator[Path]:
    for place, _, files in os.walk(folder):
        yield from (Path(place) / name for name in files if name.endswith(".py"))


def _mtime(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _started_s(facts: Facts) -> float | None:
    """Return when the daemon's process began, on the wall clock (proc(5), ``stat`` field 22)."""
    machine = facts.machine
    stat = machine.text(f"/proc/{facts.pid}/stat").rpartition(")")[2].split()
    boot = [line for line in machine.text("/proc/stat").splitlines() if line.startswith("btime ")]
    try:
        return int(boot[0].split()[1]) + int(stat[19]) / os.sysconf("SC_CLK_TCK")
    except (IndexError, ValueError):
        return None


def look_unit(facts: Facts) -> Iterator[Finding]:
    """Look at halld.service: installed, as shipped, started with the Pi, restarted how often."""
    machine = facts.machine
    if not machine.has_systemd:
        yield unknown("本机不由 systemd 管理。", "systemd does not run this machine.")
        return
    told = machine.unit(
        "LoadState", "ActiveState", "UnitFileState", "FragmentPath", "NRestarts",
        "NeedDaemonReload", "Result",
    )  # fmt: skip
    if not told:
        yield unknown("systemctl 没有应答。", "systemctl gave no answer.")
        return
    if told.get("LoadState") != "loaded":
        yield warning(
            "没有安装 halld.service，开机后服务不会自动启动。",
            "halld.service is not installed: the daemon does not start with the Pi.",
            "按 docs/operations.md 第 8 步安装。",
            "Install it: docs/operations.md, step 8.",
        )
        return
    yield from _installed(facts, told)
    yield from _behaved(told)


def _installed(facts: Facts, told: dict[str, str]) -> Iterator[Finding]:
    if told.get("UnitFileState") not in {"enabled", "enabled-runtime", "static"}:
        yield warning(
            "halld.service 没有设为开机启动。",
            "halld.service does not start with the Pi.",
            "sudo systemctl enable halld",
            "sudo systemctl enable halld",
        )
    shipped = next((facts.program / s for s in _SHIPPED if (facts.program / s).is_file()), None)
    if shipped is not None and told.get("FragmentPath"):
        try:
            same = facts.machine.at(told["FragmentPath"]).read_bytes() == shipped.read_bytes()
        except OSError:
            same = True
        if not same:
            yield warning(
                f"{told['FragmentPath']} 与本版本自带的不同。",
                f"{told['FragmentPath']} is not the one of this version.",
                f"sudo install -m 644 {shipped} {told['FragmentPath']} && "
                "sudo systemctl daemon-reload；本厅的改动写在 systemctl edit halld 中。",
                f"sudo install -m 644 {shipped} {told['FragmentPath']} && "
                "sudo systemctl daemon-reload; a hall's own changes belong into "
                "systemctl edit halld.",
            )
    if told.get("NeedDaemonReload") == "yes":
        yield warning(
            "服务单元改过，systemd 还没有读取。",
            "The unit was changed and systemd has not read it yet.",
            "sudo systemctl daemon-reload",
            "sudo systemctl daemon-reload",
        )


def _behaved(told: dict[str, str]) -> Iterator[Finding]:
    times = told.get("NRestarts", "0")
    if told.get("ActiveState") in {"failed", "inactive"}:
        yield red(
            f"systemd：服务已停止（{told.get('Result', '')}）。",
            f"systemd: the service is stopped ({told.get('Result', '')}).",
            "看原因：journalctl -u halld -n 50；启动：sudo systemctl start halld",
            "See why: journalctl -u halld -n 50; start it: sudo systemctl start halld",
        )
    elif times not in {"", "0"}:
        yield warning(
            f"服务自己重启过 {times} 次。",
            f"The daemon was restarted {times} times because it had ended.",
            "看原因：journalctl -u halld -p warning",
            "See why: journalctl -u halld -p warning",
        )
    else:
        yield fine("随开机启动，没有异常重启。", "Starts with the Pi; never had to be restarted.")
