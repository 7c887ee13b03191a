"""``hallctl check list`` and ``check show A012-c1``: a day's checks, and what is kept of one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import click

from firmware_py.cli.base import HallCommand, Session, pass_session
from firmware_py.cli.outcome import only_given
from firmware_py.cli.output import say, table, write_json
from firmware_py.cli.sentences_checks import field_name, result_words
from firmware_py.cli.words import chosen, joined, t

__all__ = ["CHECK_ID", "list_all", "show_kept"]

#: A check's own number: that of its ticket, and which it was.
CHECK_ID = re.compile(r"[A-Za-z0-9]+-[cC][0-9]+")

_READ_S = 30.0


@click.command(
    "list",
    cls=HallCommand,
    help=t(
        "一天的核对：时间、窗口、核对哪几项、怎样答复；不含内容。\n\n"
        "NUMBER 是号票号码，例如 A012；不写则为全部。默认今天，--day 为以前某天。\n\n"
        "最后一列说明内容是否保存；保存的用 hallctl check show 编号 查看。",
        "A day's checks and how they were answered.\n\n"
        "When, where and which fields; never what stood in them. NUMBER is a ticket's, such as "
        "A012; all of them without. Of today, or of --day."
        "\n\nThe last column says whether the content is kept: hallctl check show CHECK.",
    ),
)
@click.argument("number", metavar=t("[号码]", "[NUMBER]"), required=False)
@click.option("--window", metavar="ID", help=t("这个窗口的。", "Of this window."))
@click.option("--day", metavar="YYYY-MM-DD", help=t("哪一天；默认今天。", "Which day; today."))
@click.option(
    "--limit", metavar="N", type=int, help=t("最多几次；默认 500。", "At most so many; 500.")
)
@pass_session
def list_all(session: Session, /, **wanted: Any) -> None:
    """List checks."""
    found = session.client.ask("check.list", _READ_S, **only_given(wanted))
    if session.json:
        write_json(found)
        return
    if not found["checks"]:
        day = found["day"] or t("今天", "today")
        say(t(f"{day} 没有这样的核对。", f"No such checks: {day}."))
        return
    columns = (
        (t("编号", "Check"), "left"),
        (t("窗口", "Window"), "left"),
        (t("时间", "Asked"), "left"),
        (t("核对项目", "Fields"), "wrap"),
        (t("答复", "Answer"), "wrap"),
        (t("内容", "Content"), "left"),
    )
    table(columns, [_row(one) for one in found["checks"]])
    if found["more"]:
        more = found["more"]
        say((t(f"更早的还有 {more} 次（--limit）。", f"{more} earlier ones: --limit."), "dim"))


def _row(one: Mapping[str, Any]) -> list[Any]:
    answer = result_words(one["state"])
    if one["corrected"]:
        answer += t("：", ": ") + joined([field_name(name) for name in one["corrected"]])
    return [
        one["check"],
        one["window"],
        one["asked_at"][11:],
        joined([field_name(name) for name in one["fields"]]),
        answer,
        t("已保存", "kept") if one["kept"] else t("未保存", "not kept"),
    ]


def show_kept(session: Session, check: str, day: str | None, *, unmask: bool) -> None:
    """Show what is kept of a check; all of it only to whoever asks for that, and is recorded."""
    asked: dict[str, Any] = only_given({"check": check, "day": day, "unmask": unmask or None})
    # Reading it whole is an act: it is recorded, so it is not repeated by itself.
    ask = session.client.act if unmask else session.client.ask
    found = ask("check.kept", _READ_S, **asked)
    if session.json:
        write_json(found)
        return
    head = f"{found['check']}  {result_words(found['outcome'])}"
    title = chosen(found["title"]) if found["title"] is not None else ""
    say((head, "bold"), f"  {found['day']}  {title}".rstrip())
    for one in found["fields"]:
        new = one["corrected"]
        more = [] if new is None else [(t(f"  更正为 {new}", f"  corrected to {new}"), "bold")]
        say((f"  {chosen(one['label'])}", "dim"), f"  {one['value']}", *more)
    words = (
        t(
            "内容已遮蔽；--unmask 全部显示，并记入流水。",
            "Masked; --unmask shows all, and is recorded.",
        )
        if found["masked"]
        else t("这次查看已记入流水。", "That you read it is recorded.")
    )
    say((words, "dim"))
