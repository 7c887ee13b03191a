"""``hallctl config set``, ``unset``, ``edit``, ``undo``, ``apply``, ``paths``."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import click

from firmware_py.cli.base import HallCommand, Session, pass_session
from firmware_py.cli.config_change import Changed, ConfigFile, Everywhere, Mistaken
from firmware_py.cli.config_nodes import nodes, say_nodes, where_options
from firmware_py.cli.config_versions import file_option, mend, versions
from firmware_py.cli.configfile import say_mistakes
from firmware_py.cli.errors import Refused, WrongUse
from firmware_py.cli.output import say, write_json
from firmware_py.cli.words import t

__all__ = ["COMMANDS"]


class ConfigPath(click.types.StringParamType):
    """A path in the file; the shell completes it by ``hallctl config paths``."""

    completed_by = "hallctl config paths"


_dry_run = click.option(
    "--dry-run",
    is_flag=True,
    help=t("只显示会改什么，不写文件。", "Show what would change; write nothing."),
)
_later = click.option(
    "--restart-later",
    "later",
    is_flag=True,
    help=t(
        "需要重启的项先写入文件，下次启动时生效。",
        "What needs a restart is written and waits for the next start.",
    ),
)


def _carry_out(session: Session, call: Callable[[], Changed], *, dry_run: bool = False) -> None:
    """Change the file and say what came of it."""
    try:
        done = call()
    except Mistaken as error:
        _refuse(session, error)
    if session.json:
        write_json(done.as_json())
        return
    if dry_run:
        before, after = (one.splitlines(keepends=True) for one in (done.before, done.after))
        lines = difflib.unified_diff(before, after, done.file, done.file, n=1)
        say("".join(lines).rstrip("\n"))
    for change in done.changes:
        _say_change(change)
    if not done.written and not done.live:
        nothing = done.before == done.after
        say(t("没有变化。", "Nothing to change.") if nothing else t("未写入。", "Not written."))
    elif done.live and all(one["when"] == "restart" for one in done.changes) and done.changes:
        say(t("已写入，下次启动服务时生效。", "Written; it holds at the next start of halld."))
    elif done.live:
        say((t("已生效。", "In force."), "green"))
        say_nodes(done.nodes)
    else:
        say(
            (t("已写入", "Written"), "green"),
            t(
                f"：{done.file}。服务没有运行（或使用别的文件），下次启动时生效。",
                f": {done.file}. No daemon goes by it now; it holds at the next start.",
            ),
        )


def _refuse(session: Session, error: Mistaken) -> NoReturn:
    from dataclasses import asdict

    from firmware_py.config.mistakes import ConfigError

    if session.json:
        write_json({"ok": False, "mistakes": [asdict(one) for one in error.mistakes]})
    else:
        say_mistakes(ConfigError(error.mistakes))
        say(t("文件没有改动。", "The file was not changed."))
    raise click.exceptions.Exit(2)


_WHEN = {
    "now": ("", ""),
    "next_day": ("（下次开门起；今天的用 hallctl day extend）", " (from the next opening on)"),
    "restart": ("（下次启动服务时）", " (at the next start of halld)"),
}


def _say_change(change: dict[str, Any]) -> None:
    none = t("（未设置）", "(not set)")
    old, new = (none if change[key] is None else change[key] for key in ("old", "new"))
    say((change["path"], "cyan"), f": {old} → {new}", t(*_WHEN[change["when"]]))


@click.command(
    "set",
    HallCommand,
    help=t(
        "修改配置文件中的值，立即生效，注释保留。\n\n\b\n"
        'hallctl config set day.hours \'[["08:30", "11:30"], ["13:30", "17:30"]]\'\n'
        "hallctl config set devices.printer.port /dev/hall/printer-2\n"
        "hallctl config set windows.3.strip strip-9 windows.3.lamp lamp-9",
        "Change values in the file; comments stay, and the change is in force at once.\n\n\b\n"
        'hallctl config set day.hours \'[["08:30", "11:30"], ["13:30", "17:30"]]\'\n'
        "hallctl config set devices.printer.port /dev/hall/printer-2\n"
        "hallctl config set windows.3.strip strip-9 windows.3.lamp lamp-9",
    ),
    # A value may be a negative number.
    context_settings={"ignore_unknown_options": True},
)
@click.argument("pairs", metavar="PATH VALUE...", nargs=-1, required=True, type=ConfigPath())
@_dry_run
@_later
@where_options
@file_option
@pass_session
def set_(
    session: Session,
    /,
    pairs: tuple[str, ...],
    dry_run: bool,
    later: bool,
    file: Path | None,
    **where: Any,
) -> None:
    """Set one value or several together."""
    from firmware_py.config.editing import set_value

    if len(pairs) % 2:
        raise WrongUse(
            "no_value",
            f"{pairs[-1]} 没有写值（每个路径后面写一个值）。",
            f"{pairs[-1]} has no value (each path is followed by its value).",
        )

    def make(text: str) -> str:
        for path, value in zip(pairs[::2], pairs[1::2], strict=True):
            text = set_value(text, path, value)
        return text

    meant = ConfigFile(session, file)
    at = Everywhere(**where)

    def change() -> Changed:
        return meant.change(make, dry_run=dry_run, later=later, where=at)

    _carry_out(session, change, dry_run=dry_run)


@click.command(
    "unset",
    HallCommand,
    help=t(
        "从配置文件中删除值、表或一项（恢复默认值），立即生效。",
        "Take values, tables or entries out of the file (their defaults hold), at once.",
    ),
)
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=ConfigPath())
@_dry_run
@_later
@where_options
@file_option
@pass_session
def unset_(
    session: Session,
    /,
    paths: tuple[str, ...],
    dry_run: bool,
    later: bool,
    file: Path | None,
    **where: Any,
) -> None:
    """Unset values."""
    from firmware_py.config.editing import unset

    def make(text: str) -> str:
        for path in paths:
            text = unset(text, path)
        return text

    meant = ConfigFile(session, file)
    at = Everywhere(**where)

    def change() -> Changed:
        return meant.change(make, dry_run=dry_run, later=later, where=at)

    _carry_out(session, change, dry_run=dry_run)


@click.command(
    "edit",
    HallCommand,
    help=t(
        "用 $EDITOR 修改一份副本；检查无误后写入并立即生效。",
        "Change a copy with $EDITOR; once it has no mistakes it is written and in force at once.",
    ),
)
@_later
@where_options
@file_option
@pass_session
def edit(session: Session, /, later: bool, file: Path | None, **where: Any) -> None:
    """Edit the file."""
    meant = ConfigFile(session, file)
    meant.mend()
    try:
        before = meant.text()
    except Mistaken as error:
        _refuse(session, error)
    text = before

    def make(now: str) -> str:
        if now != before:
            raise Refused(
                "changed_meanwhile",
                "编辑期间文件已被别人修改，没有写入。请重新编辑。",
                "Somebody changed the file in the meantime; nothing was written. Edit it again.",
            )
        return text

    while True:
        text = click.edit(text, extension=".toml") or text
        try:
            done = meant.change(make, later=later, where=Everywhere(**where))
        except (Mistaken, Refused) as error:
            if isinstance(error, Mistaken):
                from firmware_py.config.mistakes import ConfigError

                say_mistakes(ConfigError(error.mistakes))
            elif error.code == "changed_meanwhile":
                raise
            else:
                click.secho(error.sentence, fg="red", err=True)
            again = t("继续编辑？（否则放弃修改）", "Edit again? (else the changes are dropped)")
            if not click.confirm(again, default=True, err=True):
                say(t("文件没有改动。", "The file was not changed."))
                raise click.exceptions.Exit(1) from error
        else:
            break
    _carry_out(session, lambda: done)


@click.command(
    "undo",
    HallCommand,
    help=t(
        "恢复上一个版本（或第 NUMBER 个），检查后立即生效；再次 undo 可撤销恢复。",
        "Bring the last version back (or the one with a NUMBER), checked, in force at once; undo "
        "again to take that back.",
    ),
)
@click.argument("number", required=False, type=int)
@_dry_run
@_later
@where_options
@file_option
@pass_session
def undo(
    session: Session,
    /,
    number: int | None,
    dry_run: bool,
    later: bool,
    file: Path | None,
    **where: Any,
) -> None:
    """Bring a version back."""
    from firmware_py.config.versions import versions_of

    meant = ConfigFile(session, file)
    meant.mend()
    # Of many Pis the hub keeps the catalogue and all else with the file.
    former = dict(meant.former() or {}) if number is None else {}
    kept_file = former.pop(meant.path, None)

    def make(text: str) -> str:
        if former or kept_file is not None:
            return text if kept_file is None else kept_file.decode("utf-8-sig")
        for one in versions_of(meant.path):
            kept = one.path.read_bytes().decode("utf-8-sig")
            if one.number == number or (number is None and kept != text):
                return kept
        raise Refused(
            "no_version",
            "没有这个版本，请看 hallctl config versions。",
            "There is no such version; see hallctl config versions.",
        )

    at = Everywhere(**where)

    def change() -> Changed:
        return meant.change(make, dry_run=dry_run, later=later, where=at, others=former)

    _carry_out(session, change, dry_run=dry_run)


@click.command(
    "apply",
    HallCommand,
    help=t(
        "让服务采用手工修改过的配置文件：全部生效，或者什么都不变并说明原因。",
        "Have halld take the file that was changed by hand: all of it, or nothing, and why.",
    ),
)
@_later
@where_options
@file_option
@pass_session
def apply(session: Session, /, later: bool, file: Path | None, **where: Any) -> None:
    """Take the file."""
    at = Everywhere(**where)
    _carry_out(session, lambda: ConfigFile(session, file).apply(later=later, where=at))


@click.command(
    "paths",
    HallCommand,
    hidden=True,
    help=t("可修改的路径，每行一个。", "Every path that can be set, one a line."),
)
@file_option
@pass_session
def paths(session: Session, file: Path | None) -> None:
    """Write every path that can be set, for the shell's completion."""
    import tomllib

    from firmware_py.config.paths import completions

    try:
        data = tomllib.loads(ConfigFile(session, file).text())
    except (Mistaken, tomllib.TOMLDecodeError):
        data = {}
    say("\n".join(completions(data)))


COMMANDS = (set_, unset_, edit, apply, versions, undo, mend, nodes, paths)
