"""``hallctl restore``: a backup takes the journal's place. Nothing that was there is deleted."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from firmware_py.cli.base import HallCommand, Session, pass_session
from firmware_py.cli.client import Client
from firmware_py.cli.configfile import config_option, config_path, read, say_mistakes
from firmware_py.cli.errors import NoDaemon, Refused, WrongUse
from firmware_py.cli.output import say, write_json
from firmware_py.cli.sentences import sentence
from firmware_py.cli.words import t

if TYPE_CHECKING:
    from firmware_py.cli.restore_plan import Plan
    from firmware_py.config.file import Configuration
    from firmware_py.core.events import SeriesJumped
    from firmware_py.store.records import Verified

__all__ = ["number_words", "restore"]


@click.command(
    "restore",
    HallCommand,
    help=t(
        "从备份恢复业务流水，开始新的纪元。须先停止服务；原有文件改名保留，不会删除。",
        "Put a backup in the journal's place, as the start of a new epoch. Stop the daemon first; "
        "what was there is kept under another name.",
    ),
)
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@config_option
@click.option(
    "--last-number",
    "last_numbers",
    metavar="A123",
    multiple=True,
    help=t(
        "大厅里最新的号票，之后从下一个号发起；有几种号码就写几次。不写时留出安全间隔。",
        "The newest slip in the hall, so that numbers go on after it; once for each series. "
        "Without it a safe gap is left.",
    ),
)
@click.option("--yes", is_flag=True, help=t("不再询问。", "Do not ask."))
@pass_session
def restore(
    session: Session,
    file: Path,
    config_file: Path | None,
    last_numbers: tuple[str, ...],
    yes: bool,
) -> None:
    """Restore."""
    from firmware_py.cli.restore_plan import plan_restore
    from firmware_py.store.errors import JournalError
    from firmware_py.store.restore import restore as put_back
    from firmware_py.store.verify import verify_file

    configuration = _configuration(config_path(config_file))
    settings = configuration.settings
    target = Path(settings.journal.path)
    if not file.is_file():
        raise WrongUse("no_file", f"没有文件 {file}。", f"There is no file {file}.")
    _no_daemon(session, Path(settings.control.socket))
    found = verify_file(file)
    plan = plan_restore(configuration, file, found, target, last_numbers) if found.ok else None
    if plan is not None and not yes:
        _ask(file, target, found, plan)
    entries = plan.entries if plan is not None else ()
    try:
        epoch = put_back(file, target, settings.hall.node, entries)
    except JournalError as error:
        detail = f"（{error.detail}）" if error.detail else ""
        detail_en = f" ({error.detail})" if error.detail else ""
        raise Refused(
            "not_restored",
            f"没有恢复：{error.zh}{detail}",
            f"Not restored: {error.en}{detail_en}",
            {"path": str(error.path)},
        ) from error
    if session.json:
        write_json(
            {
                "path": str(target),
                "epoch": epoch.epoch,
                "former_epoch": epoch.former_epoch,
                "cut_seq": epoch.cut_seq,
                "numbers": [asdict(jump) for jump in plan.jumps] if plan is not None else [],
            }
        )
        return
    say(
        t(
            f"已恢复到第 {epoch.cut_seq} 条，新纪元 {epoch.epoch}。"
            f"原有文件保留为 {target.name}.damaged-*。",
            f"Restored up to event {epoch.cut_seq}, new epoch {epoch.epoch}. "
            f"What was there is kept as {target.name}.damaged-*.",
        )
    )
    if plan is not None:
        for words in number_words(plan):
            say((words, "bold"))
    say(t("请启动服务：systemctl start halld", "Now start the daemon: systemctl start halld"))


def _configuration(path: Path) -> Configuration:
    from firmware_py.config.mistakes import ConfigError

    try:
        # A template or a notice that is wrong keeps nobody from getting the journal back.
        return read(path, with_files=False)
    except ConfigError as error:
        say_mistakes(error)
        raise WrongUse(
            "bad_config",
            f"配置文件 {path} 有误，不知道流水库在哪里。可用 --config 指定文件。",
            f"The configuration {path} is not right, so the journal's place is not known. "
            "Another file can be given by --config.",
        ) from error


def number_words(plan: Plan) -> list[str]:
    """Return which numbers come next and why, a sentence each."""
    words = [_jump_words(jump) for jump in plan.jumps]
    if any(jump.reason == "safe_gap" for jump in plan.jumps):
        words.append(
            t(
                "大厅里若有更新的号票，请用 --last-number 注明；启动之后用 hallctl ticket jump。",
                "If a newer slip is in the hall, name it with --last-number; once the daemon runs, "
                "with hallctl ticket jump.",
            )
        )
    if not words:
        words.append(t("备份之后没有再发号。", "No number was given after the backup."))
    return words


def _jump_words(jump: SeriesJumped) -> str:
    words = sentence("series.jumped", asdict(jump))
    if jump.day is None:
        words += t("；日期不明，下一营业日也如此", "; the date is not known, so the next day too")
    else:
        words = t(f"{jump.day}：", f"{jump.day}: ") + words
    return words + t("。", ".")


def _no_daemon(session: Session, usual: Path) -> None:
    """Refuse while a daemon answers, also one in safe mode: it would not see the new journal."""
    client = Client(Path(session.socket) if session.socket else usual)
    try:
        client.ask("hall.status")
    except NoDaemon as error:
        if error.code in {"no_daemon", "gone"}:
            return
        raise
    finally:
        client.close()
    raise Refused(
        "daemon_runs",
        "服务正在运行，不能恢复。请先停止：systemctl stop halld",
        "The daemon runs, so nothing can be restored. Stop it first: systemctl stop halld",
    )


def _ask(file: Path, target: Path, found: Verified, plan: Plan) -> None:
    """Say what will be lost and how numbers go on; go on only when ``yes`` is typed."""
    click.echo(
        t(
            f"备份 {file}：完好，到第 {found.last_seq} 条。",
            f"The backup {file} is good, up to event {found.last_seq}.",
        ),
        err=True,
    )
    present = plan.present
    if present is not None:
        state = t("完好", "good") if present.ok else t("已损坏", "damaged")
        click.echo(
            t(
                f"现有流水 {target}：{state}，到第 {present.last_seq} 条。",
                f"The present journal {target} is {state}, up to event {present.last_seq}.",
            ),
            err=True,
        )
        if present.last_seq > found.last_seq:
            lost = present.last_seq - found.last_seq
            words = t(
                f"恢复后，最后 {lost} 条将不在流水中。",
                f"Afterwards the last {lost} events will not be in the journal.",
            )
            click.secho(words, fg="red", err=True)
    for words in number_words(plan):
        click.secho(words, bold=True, err=True)
    answer = click.prompt(
        t("确定恢复请输入 yes", "Type yes to restore"), default="", show_default=False, err=True
    )
    if answer.strip().lower() != "yes":
        raise click.Abort
