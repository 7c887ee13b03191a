"""``hallctl notice``: what the walls show beside the calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from firmware_py.cli.base import HallCommand, HallGroup, Session, pass_session
from firmware_py.cli.outcome import give
from firmware_py.cli.output import say, table, write_json
from firmware_py.cli.words import t

__all__ = ["notice"]

#: What a notice is doing: (Chinese, English, style).
_DOING = {
    "shown": ("正在显示", "on show", "green"),
    "yields": ("有更优先的通知", "a higher priority is on show", ""),
    "later": ("还没开始", "not yet", ""),
    "off_hours": ("不在显示时段", "not at this hour", ""),
    "ended": ("已到期", "ended", "dim"),
    "refused": ("无法显示", "cannot be shown", "red"),
    "no_place": ("主屏没有位置", "no wall has a place", "yellow"),
}


@click.group(
    "notice",
    HallGroup,
    invoke_without_command=True,
    help=t(
        "大屏上的通知和列表；不写命令即列出。", "Notices and lists on the walls; listed by itself."
    ),
)
@click.pass_context
def notice(ctx: click.Context) -> None:
    """Notices."""
    if ctx.invoked_subcommand is None:
        _list(ctx.ensure_object(Session))


@notice.command(
    "list",
    cls=HallCommand,
    help=t("全部通知：来自文件夹和命令。", "All notices, from the folder and from commands."),
)
@pass_session
def list_all(session: Session) -> None:
    """List the notices."""
    _list(session)


def _list(session: Session) -> None:
    found = session.client.ask("notice.list")
    if session.json:
        write_json(found)
        return
    if found["problem"] is not None:
        say((t(found["problem"]["zh"], found["problem"]["en"]), "red"))
    if not found["notices"]:
        say(t("没有通知。", "No notices."))
        return
    columns = (
        (t("编号", "ID"), ""),
        (t("内容", "Text"), "wrap"),
        (t("时间", "When"), "wrap"),
        (t("级别", "Priority"), "right"),
        (t("状态", "State"), ""),
        (t("主屏", "Walls"), ""),
    )
    table(columns, [_row(one) for one in found["notices"]])
    for one in found["notices"]:
        for problem in one["problems"]:
            where = problem["wall"] or one["notice"]
            named = f"{where}（{one['notice']}）" if problem["wall"] else where
            said = t(f"{named}：{problem['zh']}", f"{where} ({one['notice']}): {problem['en']}")
            say((said, "red"))


def _row(one: Mapping[str, Any]) -> list[str | tuple[str, str]]:
    zh, en, style = _DOING[one["state"]]
    text = one["text"] or (t("[图片]", "[picture]") if one["picture"] else "")
    if one["lines"]:
        count = len(one["lines"])
        text = f"{text} " + t(f"[{count} 行]", f"[{count} lines]")
    times = [f"{begins}-{ends}" for begins, ends in one["hours"]]
    if one["since"]:
        times.insert(0, t(f"{one['since']} 起", f"from {one['since']}"))
    if one["until"]:
        times.append(t(f"至 {one['until']}", f"until {one['until']}"))
    return [
        one["notice"],
        text.strip(),
        " ".join(times),
        str(one["priority"]),
        (t(zh, en), style),
        " ".join(one["on"]),
    ]


@notice.command(
    "show",
    cls=HallCommand,
    help=t(
        "在大屏上显示一条通知，直到撤下或到期。\n\n"
        "写了 --line 就是列表（如收费标准），TEXT 是标题；“|”后面的内容靠右：\n\n"
        'hallctl notice show 收费标准 --line "完税证明 | 免费" --line "复印 | 0.20元"',
        "Show a notice on the walls until it is removed or ends.\n\n"
        "With --line it is a list (such as of prices) and TEXT its title; what is behind | stands "
        'at the right end:\n\nhallctl notice show Prices --line "Certificate | free"',
    ),
)
@click.argument("text", metavar="TEXT")
@click.option(
    "--id",
    "key",
    metavar="ID",
    help=t("编号；相同编号的通知被替换。", "Its id; one of the same id is replaced."),
)
@click.option("--line", "lines", metavar="LINE", multiple=True, help=t("列表的一行。", "A line."))
@click.option(
    "--from",
    "since",
    metavar="TIME",
    help=t("开始：2026-10-01 或 “2026-10-01 09:00”。", 'From: 2026-10-01 or "2026-10-01 09:00".'),
)
@click.option(
    "--until",
    metavar="TIME",
    help=t("到期；只写日期即当天结束。", "Until; a date alone is the end of that day."),
)
@click.option(
    "--priority",
    metavar="N",
    type=int,
    help=t("0 到 9，只显示级别最高的。", "0 to 9; only the highest are on show."),
)
@click.option(
    "--wall", "walls", metavar="WALL", multiple=True, help=t("只在此主屏。", "On this wall only.")
)
@pass_session
def show(
    session: Session,
    text: str,
    key: str | None,
    lines: tuple[str, ...],
    since: str | None,
    until: str | None,
    priority: int | None,
    walls: tuple[str, ...],
) -> None:
    """Show a notice."""
    give(
        session,
        "notice.show",
        text=text,
        notice=key,
        lines=list(lines) or None,
        since=since,
        until=until,
        priority=priority,
        walls=list(walls) or None,
    )


@notice.command(
    "remove",
    cls=HallCommand,
    help=t(
        "撤下一条通知。来自文件夹的通知请删除文件。",
        "Take a notice off the walls. One of the folder goes with its file.",
    ),
)
@click.argument("key", metavar="ID")
@pass_session
def remove(session: Session, key: str) -> None:
    """Remove a notice."""
    give(session, "notice.remove", notice=key)
