"""``hallctl config versions`` and ``mend``: what was there, and nothing half-way."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from firmware_py.cli.base import HallCommand, Session, pass_session
from firmware_py.cli.config_change import ConfigFile
from firmware_py.cli.output import say, write_json
from firmware_py.cli.words import t

if TYPE_CHECKING:
    from firmware_py.config.versions import Version

__all__ = ["file_option", "mend", "versions"]

file_option = click.option(
    "--file",
    "file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help=t("配置文件；默认为服务所用的。", "The file; if not given, the one that halld goes by."),
)


@click.command(
    "versions",
    HallCommand,
    help=t("以前的版本：何时、被谁、改了什么。", "Former versions: when, by whom, what changed."),
)
@file_option
@pass_session
def versions(session: Session, file: Path | None) -> None:
    """List the versions."""
    from firmware_py.config.versions import versions_of

    meant = ConfigFile(session, file)
    found = versions_of(meant.path)
    nexts = [meant.path.read_bytes(), *(one.path.read_bytes() for one in found)]
    rows = [(one, _lines(one.path.read_bytes(), after)) for one, after in zip(found, nexts)]  # noqa: B905
    if session.json:
        write_json([_version(one, lines) for one, lines in rows])
        return
    if not rows:
        say(t("还没有以前的版本。", "There is no former version yet."))
    for one, lines in rows:
        at = one.at.astimezone().strftime("%Y-%m-%d %H:%M")
        say((f"{one.number:4d}", "cyan"), f"  {at}  {one.by}")
        for line in lines:
            say("      ", line)


def _version(version: Version, lines: list[str]) -> dict[str, Any]:
    return {
        "number": version.number,
        "at": version.at.isoformat(),
        "by": version.by,
        "path": str(version.path),
        "changed": lines,
    }


def _lines(before: bytes, after: bytes) -> list[str]:
    """Return the lines that went and came when a version was replaced."""
    old, new = (data.decode("utf-8", "replace").splitlines() for data in (before, after))
    return [line for line in difflib.ndiff(old, new) if line[:2] in {"- ", "+ "}]


@click.command(
    "mend",
    HallCommand,
    help=t(
        "config undo 中途断电时，恢复原来的全部文件（服务启动前自动执行）。",
        "Bring all the former files back where config undo was ended half-way, as by a power cut; "
        "done by itself before halld starts.",
    ),
)
@file_option
@pass_session
def mend(session: Session, file: Path | None) -> None:
    """Put back what was left half-way."""
    done = ConfigFile(session, file).mend()
    if session.json:
        write_json({"mended": done})
    elif done:
        say(t("已恢复原来的全部文件。", "All the former files are back."))
    else:
        say(t("没有变化。", "Nothing to change."))
