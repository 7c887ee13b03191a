"""``hallctl config``: is the file right, what is in force; changing it is in ``config_edit``."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from firmware_py.cli.base import HallCommand, HallGroup, Session, pass_session
from firmware_py.cli.config_edit import COMMANDS
from firmware_py.cli.configfile import config_path, read, say_mistakes, say_variables
from firmware_py.cli.output import say, write_json
from firmware_py.cli.words import t

__all__ = ["config"]


@click.group("config", HallGroup, help=t("配置。", "The configuration."))
def config() -> None:
    """The configuration."""


@config.command(
    "check",
    cls=HallCommand,
    help=t(
        "检查配置文件和事项目录，一次列出全部错误（退出码 2）。"
        "不需要服务运行。默认 /etc/hall/hall.toml。",
        "Check the file and its catalogue and name all mistakes at once (exit code 2). No daemon "
        "is needed. /etc/hall/hall.toml if no file is given.",
    ),
)
@click.argument("file", metavar="[FILE]", required=False, type=click.Path(path_type=Path))
@pass_session
def check(session: Session, file: Path | None) -> None:
    """Check a file."""
    from firmware_py.config.mistakes import ConfigError

    path = config_path(file)
    try:
        found = read(path)
    except ConfigError as error:
        if session.json:
            mistakes = [asdict(mistake) for mistake in error.mistakes]
            write_json({"ok": False, "file": str(path), "mistakes": mistakes})
        else:
            say_mistakes(error)
            say_variables(error, path)
        raise click.exceptions.Exit(2) from error
    settings = found.settings
    from firmware_py.config.holidays import calendar_warning

    unsure = calendar_warning(settings, found.rules, time.strftime("%Y-%m-%d"))
    if session.json:
        warnings = [] if unsure is None else [dict(zip(("zh", "en"), unsure, strict=True))]
        write_json({"ok": True, "file": str(path), "mistakes": [], "warnings": warnings})
        return
    windows, devices, items = (
        len(settings.windows),
        len(settings.devices),
        len(found.catalogue.items),
    )
    say(
        (t("配置无误", "No mistakes"), "green"),
        t(
            f"：{path}，{windows} 个窗口，{devices} 个设备，{items} 个事项。",
            f": {path}, {windows} windows, {devices} devices, {items} items.",
        ),
    )
    if unsure is not None:
        say((t(*unsure), "yellow"))


@config.command(
    "show",
    cls=HallCommand,
    help=t("正在使用的配置，每行一项。", "The configuration in force, a value a line."),
)
@pass_session
def show(session: Session) -> None:
    """Show what the daemon goes by; passwords are hidden."""
    shown = session.client.ask("config.show")
    if session.json:
        write_json(shown)
        return
    for path, value in _flat(shown, ""):
        say((path, "cyan"), " = ", value)


for command in COMMANDS:
    config.add_command(command)


def _flat(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yield path and value of all that is set: ``windows[1].pad``, arrays counted from 1."""
    if isinstance(value, Mapping) and value:
        for key, one in value.items():
            yield from _flat(one, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and any(isinstance(one, Mapping) for one in value):
        for n, one in enumerate(value, 1):
            yield from _flat(one, f"{path}[{n}]")
    elif value is not None:
        yield path, json.dumps(value, ensure_ascii=False)
