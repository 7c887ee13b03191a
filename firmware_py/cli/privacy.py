"""``hallctl privacy``: what is kept of people, when it goes, and that it goes now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from firmware_py.cli.base import HallCommand, HallGroup, Session, pass_session
from firmware_py.cli.errors import WrongUse
from firmware_py.cli.output import say, table, write_json
from firmware_py.cli.words import joined, t

__all__ = ["privacy"]

#: A day's files may be thousands on a slow card.
DESTROY_S = 120.0
_KIB = 1024

_DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group(
    "privacy",
    HallGroup,
    invoke_without_command=True,
    help=t(
        "个人信息：保存了什么、何时销毁；不写命令即查看。",
        "Personal data: what is kept and when it goes; shown by itself.",
    ),
)
@click.pass_context
def privacy(ctx: click.Context) -> None:
    """Personal data."""
    if ctx.invoked_subcommand is None:
        _show(ctx.ensure_object(Session))


@privacy.command(
    "status",
    cls=HallCommand,
    help=t(
        "按日列出加密保存的资料（不含内容）。", "What is kept, by day; nothing of what it says."
    ),
)
@pass_session
def status(session: Session) -> None:
    """Show what is kept."""
    _show(session)


@privacy.command(
    "destroy",
    cls=HallCommand,
    help=t(
        "立即销毁一天的密钥。当日保存的证件信息、核对内容和扫描件全部无法再读取，也不能恢复。\n\n"
        "销毁当天的密钥后，当天不能再保存新的资料。",
        "Destroy a day's key now. Nobody can read the cards and pages kept of that day any more, "
        "and nothing brings them back.\n\n"
        "Of today, nothing more can be kept until tomorrow then.",
    ),
)
@click.argument("day", metavar="YYYY-MM-DD", type=_DAY)
@click.option(
    "--key-lost",
    is_flag=True,
    help=t(
        "密钥已确认丢失（存储盘损坏），不会再找到。",
        "The key is lost for good (its medium is broken).",
    ),
)
@click.option("--yes", is_flag=True, help=t("不再询问。", "Do not ask."))
@pass_session
def destroy(session: Session, day: Any, key_lost: bool, yes: bool) -> None:
    """Destroy a day's key."""
    date = f"{day:%Y-%m-%d}"
    _sure(
        yes,
        t(
            f"{date} 保存的全部资料将永久无法读取。",
            f"Everything kept of {date} will be unreadable for ever.",
        ),
    )
    answer = session.client.ask("privacy.destroy", DESTROY_S, day=date, lost=key_lost)
    if session.json:
        write_json(answer)
    elif answer["destroyed"]:
        say(t(f"{date} 的密钥已销毁，已记入流水。", f"The key of {date} is destroyed; recorded."))
    else:
        say(
            (
                t(
                    f"{date} 的资料已删除，但找不到密钥。请插好存放密钥的盘，系统会自动销毁；"
                    "若该盘已损坏，请加 --key-lost。",
                    f"The files of {date} are deleted, but its key was not found. Plug its medium "
                    "in and it is destroyed by itself; if that is broken, add --key-lost.",
                ),
                "yellow",
            )
        )


@privacy.command(
    "forget",
    cls=HallCommand,
    help=t(
        "应当事人要求，删除一个号票（或受理单）保存的证件信息、核对内容和扫描件。",
        "Delete what is kept of a ticket or form. For a person who asks for it.",
    ),
)
@click.argument("number", metavar="NUMBER")
@click.option(
    "--day",
    metavar="YYYY-MM-DD",
    type=_DAY,
    help=t("日期；默认今天。", "The day; today if not given."),
)
@click.option("--yes", is_flag=True, help=t("不再询问。", "Do not ask."))
@pass_session
def forget(session: Session, number: str, day: Any, yes: bool) -> None:
    """Delete one ticket's pages."""
    number = number.upper()
    _sure(
        yes,
        t(
            f"将删除 {number} 的全部扫描件、证件信息和核对内容，不能恢复。",
            f"All pages, card fields and checked entries of {number} will be deleted for good.",
        ),
    )
    date = None if day is None else f"{day:%Y-%m-%d}"
    answer = session.client.ask("privacy.forget", DESTROY_S, number=number, day=date)
    if session.json:
        write_json(answer)
        return
    count = answer["files"]
    say(t(f"已删除 {count} 份，已记入流水。", f"{count} deleted; recorded."))
    if answer["told"]:
        told = joined(answer["told"])
        say(
            t(
                f"窗口设备（{told}）上若有还没有交给主控的扫描件，也一并删除；"
                "联系不上的，恢复后自动删除。",
                f"Scans of it that wait at a window's Pi ({told}) go too; at one that is away, "
                "when it is back.",
            )
        )


def _sure(yes: bool, words: str) -> None:
    """Go on only when somebody says so."""
    if yes:
        return
    # A program that reads the answer must not get this before it.
    click.echo(words, err=True)
    asked = t("确定请输入 yes", "Type yes to go on")
    answer: str = click.prompt(asked, default="", show_default=False, err=True)
    if answer.strip().lower() != "yes":
        raise WrongUse(
            "not_confirmed", "没有输入 yes，什么都没有改动。", "No yes; nothing was done."
        )


def _show(session: Session) -> None:
    found = session.client.ask("privacy.status")
    if session.json:
        write_json(found)
        return
    if found["problem"] is not None:
        say((t(found["problem"]["zh"], found["problem"]["en"]), "red"))
    if found["days"]:
        columns = (
            (t("日期", "Day"), ""),
            (t("份数", "Files"), "right"),
            (t("大小", "Size"), "right"),
            (t("销毁日", "Goes on"), ""),
            (t("状态", "State"), ""),
        )
        table(columns, [_row(one) for one in found["days"]])
    else:
        say(t("没有保存任何个人资料。", "Nothing is kept of anybody."))
    if found["days"] and found["due_before"] is None:
        say(
            (
                t(
                    "大厅时钟尚未校准，暂不销毁任何资料。",
                    "The hall's clock is not known, so nothing is destroyed for now.",
                ),
                "yellow",
            )
        )
    gone = found["destroyed"]
    if gone["days"]:
        say(
            t(
                f"已销毁 {gone['days']} 天，最近为 {gone['last']}。",
                f"{gone['days']} days were destroyed, the newest {gone['last']}.",
            )
        )


def _row(one: Mapping[str, Any]) -> list[Any]:
    size = f"{one['size'] / _KIB:,.0f} KiB"
    goes = "" if one["state"] == "ending" else one["goes"]
    return [one["day"], str(one["files"]), size, goes, _state(one)]


def _state(one: Mapping[str, Any]) -> tuple[str, str]:
    if one["state"] == "ending":
        return t("到期，等待密钥盘", "over; waits for the medium of its key"), "yellow"
    if one["state"] == "damaged":
        return t("标识损坏，到期即销毁", "its mark is damaged; goes when due"), "red"
    if not one["readable"]:
        return t("找不到密钥", "its key is not there"), "red"
    return t("已加密", "encrypted"), ""
