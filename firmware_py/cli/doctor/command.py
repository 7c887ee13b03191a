"""``hallctl doctor``: at seven in the morning, and before anybody is called."""

from __future__ import annotations

import os
from pathlib import Path

import click

from firmware_py.cli.base import HallCommand, Session, pass_session
from firmware_py.cli.configfile import config_path
from firmware_py.cli.output import say, write_json
from firmware_py.cli.words import t

__all__ = ["doctor"]


@click.command(
    "doctor",
    HallCommand,
    help=t(
        "一次检查全部：配置、服务、权限、端口、设备、流水与备份、存储、时钟、消息服务器、网络、"
        "字体、版本、供电和温度。不需要服务运行；用 root 运行看得更全。"
        "有红色项时退出码为 1。",
        "Check everything in one go: configuration, daemon, rights, ports, devices, journal and "
        "backup, disk, clock, broker, network, fonts, versions, power and heat. No daemon is "
        "needed; root sees more. Exit code 1 when something is red.",
    ),
)
@click.option(
    "--config", "file", metavar="FILE", type=click.Path(path_type=Path),
    help=t("配置文件。", "The configuration file."),
)  # fmt: skip
@click.option(
    "--report", metavar="FILE", type=click.Path(path_type=Path),
    help=t(
        "另写一份可发出的报告，不含个人信息。",
        "Also write a report to send, without personal data.",
    ),
)  # fmt: skip
@click.option(
    "--force", is_flag=True, help=t("覆盖已有的报告。", "Replace a report that is there.")
)
@pass_session
def doctor(session: Session, file: Path | None, report: Path | None, force: bool) -> None:
    """Check everything."""
    # Here: nothing else of hallctl needs them.
    from firmware_py.cli.doctor.checks import run
    from firmware_py.cli.doctor.facts import gather
    from firmware_py.cli.doctor.finding import Level
    from firmware_py.cli.doctor.machine import Machine
    from firmware_py.cli.doctor.page import as_json, show
    from firmware_py.cli.doctor.report import write_report

    named = file is not None or "HALL_CONFIG" in os.environ
    facts = gather(Machine(), config_path(file), session.path, named=named)
    checked = run(facts)
    # Written before anything is shown: whoever pipes into `head` has it too.
    if report is not None:
        write_report(report, facts, checked, force=force)
    if session.json:
        write_json(as_json(checked))
    else:
        show(checked)
        if report is not None:
            say(t(f"报告已写入 {report}。", f"Report written to {report}."))
    if any(one.level is Level.RED for one in checked):
        raise click.exceptions.Exit(1)
