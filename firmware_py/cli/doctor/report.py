"""The report: what somebody far away needs to help, and nothing about people.

Markdown, so that it reads well in a mail: what was found, versions, the machine, devices with
their counters, the configuration without secrets, the end of the daemon's log. Tickets, clerks'
numbers and people's words are not asked for at all; the whole text is masked once more at its end.
"""

from __future__ import annotations

import json
import os
import platform
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from firmware_py.cli.doctor.checks import Checked
from firmware_py.cli.doctor.facts import Facts
from firmware_py.cli.doctor.finding import Level
from firmware_py.cli.doctor.masking import masked, masked_line
from firmware_py.cli.doctor.software import locked
from firmware_py.cli.doctor.users import login_names
from firmware_py.cli.errors import Refused, WrongUse
from firmware_py.cli.version import own_version

__all__ = ["report", "write_report"]

LOG_LINES = 200
#: Of the kernel's arguments; others may hold addresses and keys.
_ARGUMENTS = ("console=", "root=", "rootfstype=", "boot=", "8250.", "usbcore.", "dwc_otg.")
_SIGNS = {Level.OK: "✓", Level.WARNING: "!", Level.RED: "✗", Level.NOT_APPLICABLE: "–"}
#: Where a mistake of the configuration may quote what is secret.
_SECRET = re.compile(r"password|passwd|secret|token|key\b", re.IGNORECASE)


def write_report(file: Path, facts: Facts, checked: Sequence[Checked], *, force: bool) -> None:
    """Write the report, readable by its owner alone.

    Raises ``WrongUse`` when the file is there already, ``Refused`` when it cannot be written.
    """
    if file.exists() and not force:
        raise WrongUse(
            "file_exists",
            f"文件 {file} 已存在。如要覆盖，请加 --force。",
            f"{file} is there already. To replace it, add --force.",
        )
    part = file.with_name(f".{file.name}.part")
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:  # noqa: PTH123 - with a mode, which Path.open has not
            out.write(report(facts, checked).encode("utf-8", "replace"))
            out.flush()
            os.fsync(out.fileno())
        part.replace(file)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise Refused(
            "not_written",
            f"无法写入 {file}：{error.strerror}。",
            f"{file} cannot be written: {error.strerror}.",
        ) from error


def report(facts: Facts, checked: Sequence[Checked]) -> str:
    """Return the whole report."""
    people = login_names(facts.machine)
    made = datetime.fromtimestamp(facts.machine.wall_s(), UTC)
    parts = [
        "# 大厅检查报告 Hall check report",
        f"{made:%Y-%m-%d %H:%M:%S} UTC",
        "报告不含个人信息；发出前仍请看一遍。",
        "It holds no personal data; read it before you send it.",
        "## 检查结果 What was found",
        "\n".join(_found(checked)),
        "## 版本 Versions",
        _block(_versions(facts)),
        "## 本机 Machine",
        _block(_machine(facts)),
        "## 设备 Devices",
        _block(_devices(facts)),
        "## 配置 Configuration",
        _block(_configuration(facts)),
        f"## 日志（最后 {LOG_LINES} 行） Log (last {LOG_LINES} lines)",
        _block(masked_line(line, people) for line in _log(facts)),
    ]
    return masked("\n\n".join(parts) + "\n", people)


def _block(lines: Iterator[str]) -> str:
    # A line of backquotes inside must not end the block.
    return "```\n" + "\n".join(line.replace("```", "'''") for line in lines) + "\n```"


def _found(checked: Sequence[Checked]) -> Iterator[str]:
    for one in checked:
        for finding in one.findings:
            title = f"{one.check.title.zh} {one.check.title.en}"
            zh, en = finding.say.zh, finding.say.en
            if one.check.code == "configuration" and _SECRET.search(en):
                zh = en = en.partition(":")[0] + ": (***)"
            yield f"- {_SIGNS[finding.level]} **{title}** {zh} {en}"
            if finding.do is not None:
                do = dict.fromkeys((finding.do.zh, finding.do.en))
                yield f"  - → {' '.join(do)}"


def _versions(facts: Facts) -> Iterator[str]:
    yield f"hall-controller {own_version()[0] or '?'}"
    yield f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    yield f"{platform.system()} {platform.release()} {platform.machine()}"
    for line in facts.machine.text("/etc/os-release").splitlines():
        if line.startswith("PRETTY_NAME="):
            yield line.partition("=")[2].strip('"')
    from importlib.metadata import version

    yield from (f"{name} {version(name)}" for name in locked(facts))


def _machine(facts: Facts) -> Iterator[str]:
    machine = facts.machine
    yield f"model: {machine.model or '-'}"
    yield f"up: {machine.text('/proc/uptime').partition(' ')[0]} s"
    yield f"load: {' '.join(machine.text('/proc/loadavg').split()[:3])}"
    for name in ("MemTotal", "MemAvailable", "SwapTotal", "SwapFree"):
        found = re.search(rf"^{name}:.*$", machine.text("/proc/meminfo"), re.MULTILINE)
        if found:
            yield " ".join(found[0].split())
    arguments = machine.text("/proc/cmdline").split()
    yield f"kernel: {' '.join(word for word in arguments if word.startswith(_ARGUMENTS))}"
    if facts.status is not None:
        # Named one by one: what the status may come to hold beside these is not for a report.
        names = ("hall", "node", "mode", "up_s", "epoch", "last_seq", "day_open", "waiting")
        for name in (*names, "papers_owed", "broker", "backup"):
            if name in facts.status:
                yield f"{name}: {json.dumps(_rounded(facts.status[name]), ensure_ascii=False)}"


def _rounded(value: Any) -> Any:
    """Shorten durations: sixteen digits would be masked."""
    if isinstance(value, Mapping):
        return {key: _rounded(one) for key, one in value.items()}
    return round(value, 1) if isinstance(value, float) else value


def _devices(facts: Facts) -> Iterator[str]:
    if not facts.devices:
        yield "-"
    for one in facts.devices:
        said = one["say"]["en"]
        yield f"{one['device']}  {one['kind']}  {one['state']} ({one['code']}): {said}"
        if one.get("identity"):
            yield f"    {one['identity']}"
        counters = "  ".join(f"{name}={count}" for name, count in one["counters"].items())
        if counters:
            yield f"    {counters}"


def _configuration(facts: Facts) -> Iterator[str]:
    yield str(facts.config)
    if facts.settings is None:
        yield "-"
        return
    from firmware_py.config.file import describe

    yield from _flat(describe(facts.settings), "")


def _flat(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        for key, one in value.items():
            yield from _flat(one, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list | tuple) and any(isinstance(one, Mapping) for one in value):
        for n, one in enumerate(value, 1):
            yield from _flat(one, f"{path}[{n}]")
    elif value is not None:
        yield f"{path} = {json.dumps(value, ensure_ascii=False, default=str)}"


def _log(facts: Facts) -> list[str]:
    command = ["journalctl", "-u", "halld", "-q", "--no-pager", "-o", "short-iso", "--no-hostname"]
    ran = facts.machine.run([*command, "-n", str(LOG_LINES)])
    if ran is None or ran.code:
        return ["(日志不可读 not readable)"]
    return ran.out.splitlines()[-LOG_LINES:] or ["-"]
