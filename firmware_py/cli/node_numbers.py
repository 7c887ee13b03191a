"""``hallctl node numbers`` and ``write-off``: who holds which numbers, and of whom nobody waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from firmware_py.cli.base import HallCommand, Session, pass_session
from firmware_py.cli.node_adopt import state_of
from firmware_py.cli.outcome import give
from firmware_py.cli.output import Column, prose, say, table, write_json
from firmware_py.cli.words import in_words, joined, t

__all__ = ["COMMANDS"]

Block = Mapping[str, Any]


@click.command(
    "numbers",
    HallCommand,
    help=t(
        "各台设备预留的号码：断网时由它自己发放。显示已发出、剩余和作废的。",
        "The numbers that each Pi holds and gives by itself when it is cut off: given, left, "
        "written off.",
    ),
)
@pass_session
def numbers(session: Session) -> None:
    """Show who holds which numbers."""
    found = session.client.ask("node.numbers")
    if session.json:
        write_json(found)
        return
    if found["blocks"]:
        columns: list[Column] = [
            (t("设备", "Pi"), ""),
            (t("号码", "Numbers"), ""),
            (t("已发出", "Given"), "right"),
            (t("剩余", "Left"), "right"),
            (t("状态", "State"), ""),
        ]
        table(columns, [_row(block) for block in found["blocks"]])
        prose(
            t(
                "号码以主控已知为准：断网的设备恢复后，它发出的号才计入。",
                "As far as is known here: what a Pi gives while it is cut off counts once it is "
                "back.",
            )
        )
    else:
        say(_none(found))
    if former := found["usual_at"]:
        say(
            t(
                f"常规号码还在原主控 {former} 上。",
                f"The usual numbers are still with the former hub, {former}.",
            )
        )
    for one in found["skipped"]:
        say(
            t(
                f"{one['number']} 跳过：纸质号票是 {one['paper']}",
                f"{one['number']} is skipped: the paper says {one['paper']}",
            )
        )


def _row(block: Block) -> list[str | tuple[str, str]]:
    off = block["written_off"]
    if off:
        reason = "" if off == "gone" else t(f"（{off}）", f" ({off})")
        state = (t(f"已作废{reason}", f"written off{reason}"), "yellow")
    elif not block["left"]:
        state = (t("已用完", "used up"), "dim")
    elif block["reserve"]:
        state = (t("备用主控的号段", "a standby's reserve"), "green")
    else:
        state = (t("预留", "held"), "green")
    return [block["holder"], _span(block), str(block["given"]), str(block["left"]), state]


def _span(block: Block) -> str:
    return t(f"{block['first']} 至 {block['last']}", f"{block['first']} to {block['last']}")


def _none(found: Mapping[str, Any]) -> str:
    if not found["lend"]:
        return t(
            "没有预留号码：配置中 [spread] lend = 0，断网的取号机不能取号。",
            "No numbers are lent ([spread] lend = 0): a kiosk that is cut off gives no tickets.",
        )
    if found["day"] is None:
        return t(
            "没有预留号码：今天还没有开门。",
            "No numbers are lent: the day is not open.",
        )
    return t(
        "没有预留号码：没有在线的取号机设备（hallctl node list）。",
        "No numbers are lent: no Pi with a kiosk is there (hallctl node list).",
    )


@click.command(
    "write-off",
    HallCommand,
    help=t(
        "NAME 损坏或找不回：它预留的号码今天不再发放。它若回来，已打印出的号票仍然有效。",
        "NAME is gone for good: nobody gives the numbers that it holds today. Tickets that it has "
        "given count all the same if it comes back.",
    ),
)
@click.argument("name", metavar="NAME")
@click.option("--reason", metavar="TEXT", help=t("原因，例如“损坏”。", "Why, such as broken."))
@click.option("--yes", is_flag=True, help=t("不再询问。", "Do not ask."))
@pass_session
def write_off(session: Session, name: str, reason: str | None, yes: bool) -> None:
    """Write off the numbers of a Pi that is gone."""
    if not yes:
        found = session.client.ask("node.numbers")
        blocks: Sequence[Block] = found["blocks"]
        held = [one for one in blocks if one["holder"] == name and not one["written_off"]]
        if held or found["usual_at"] == name:
            _ask(session, name, held, usual=found["usual_at"] == name)
    give(session, "node.write_off", node=name, reason=reason)


def _ask(session: Session, name: str, held: Sequence[Block], *, usual: bool) -> None:
    spans, left = joined(_span(one) for one in held), sum(one["left"] for one in held)
    state = state_of(session, name)
    if state in {"there", "silent"}:
        now = in_words(state, "node")
        say((t(f"{name} 现在{now}！", f"{name} is {now} now!"), "bold red"))
    if usual:
        prose(
            t(
                f"{name} 是原主控，常规号码在它手中。确认它已断电后才能作废："
                "它可能发出而未见的号码今天不再发放，其余由本主控接着发放。",
                f"{name} was the hub and has the usual numbers. Write them off only if it is "
                "certainly off: those that it may have given unseen are given by nobody today, "
                "the rest by this hub.",
            )
        )
    if held:
        prose(_what(name, spans, left))
    click.confirm(t("继续吗？", "Go on?"), abort=True, err=True)


def _what(name: str, spans: str, left: int) -> str:
    return t(
        f"{name} 预留 {spans}，其中 {left} 个未见发出。作废后今天谁也不再发放这些号码，"
        "不能撤销；已经打印出的号票仍然有效。",
        f"{name} holds {spans}; {left} of them are not known to have been given. Written off, "
        "nobody gives them today, which cannot be undone; a ticket that was printed still "
        "counts.",
    )


COMMANDS = (numbers, write_off)
