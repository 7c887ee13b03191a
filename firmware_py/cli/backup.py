"""``hallctl backup`` and ``hallctl backups``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import click

from firmware_py.cli.base import HallCommand, Session, pass_session
from firmware_py.cli.errors import WrongUse
from firmware_py.cli.output import say, table, write_json
from firmware_py.cli.words import t

__all__ = ["backup", "backups", "show_backups"]

#: Copied, checked wholly and synced to another disk, perhaps a slow stick.
BACKUP_S = 300.0


@click.command(
    "backup",
    HallCommand,
    help=t("立即备份到配置的备份目录。", "Back up now, to the configured folder."),
)
@pass_session
def backup(session: Session) -> None:
    """Make a backup."""
    if session.client.ask("config.show")["journal"]["backup_folder"] is None:
        raise WrongUse(
            "no_backup_folder",
            "没有配置备份目录。请在配置文件的 [journal] 中写明 backup_folder。",
            "No folder for backups is configured. Give backup_folder in [journal].",
        )
    answer = session.client.ask("journal.backup", BACKUP_S)
    if session.json:
        write_json(answer)
    else:
        say(t(f"已备份并校验：{answer['path']}", f"Backed up and checked: {answer['path']}"))


@click.command(
    "backups",
    HallCommand,
    help=t("备份目录中的备份，逐个校验。", "The backups there are, each checked."),
)
@pass_session
def backups(session: Session) -> None:
    """List the backups."""
    found = session.client.ask("journal.backups", BACKUP_S)
    if session.json:
        write_json(found)
    elif found:
        show_backups(found)
    else:
        say(t("没有备份。", "There are no backups."))


def show_backups(found: Iterable[Mapping[str, Any]]) -> None:
    """Draw the table, the best first."""
    columns = (
        (t("校验", "Check"), ""),
        (t("到第几条", "Up to"), "right"),
        (t("文件", "File"), "wrap"),
    )
    good, bad = (t("完好", "good"), "green"), (t("损坏", "damaged"), "bold red")
    table(columns, [(good if b["ok"] else bad, str(b["last_seq"]), b["path"]) for b in found])
