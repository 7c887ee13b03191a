"""``hallctl kiosk``: ticket kiosks as their screens know them, and their technician's PIN."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from firmware_py.cli.base import HallCommand, HallGroup, Session, pass_session
from firmware_py.cli.configfile import config_option
from firmware_py.cli.output import Column, minutes, say, state_style, table, write_json
from firmware_py.cli.words import chosen, in_words, joined, t

__all__ = ["kiosk"]

Kiosk = Mapping[str, Any]

#: What somebody who takes a ticket gets of paper: (Chinese, English, style).
_PAPER = {
    "ok": ("正常", "ok", "green"),
    "low": ("纸快用完", "nearly out", "yellow"),
    "out": ("缺纸", "out", "bold red"),
    "fault": ("故障", "a fault", "bold red"),
    "gone": ("打印机断开", "printer gone", "bold red"),
    "none": ("不打印", "no printer", "dim"),
}
_MODES = {
    "storage_failing": ("无法记录，不能取号", "nothing can be recorded, so no tickets"),
    "journal_damaged": ("业务流水有损坏", "the journal is damaged"),
}


@click.group(
    "kiosk",
    HallGroup,
    help=t(
        "取号机。ID 是取号机编号，例如 kiosk-1。",
        "Ticket kiosks. ID is a kiosk's id, such as kiosk-1.",
    ),
)
def kiosk() -> None:
    """Kiosks."""


_id = click.argument("kiosk_id", metavar="ID")


@kiosk.command("list", cls=HallCommand, help=t("所有取号机现状。", "All kiosks as they are."))
@pass_session
def list_all(session: Session) -> None:
    """List the kiosks."""
    ids = [one["id"] for one in session.client.ask("config.show")["kiosks"]]
    found = [session.client.ask("kiosk.show", kiosk=one) for one in ids]
    if session.json:
        write_json(found)
        return
    if not found:
        say(t("配置中没有取号机。", "The configuration has no kiosk."))
        return
    columns: list[Column] = [
        (t("取号机", "Kiosk"), ""),
        (t("取号", "Tickets"), "wrap"),
        (t("纸", "Paper"), ""),
        (t("读卡器", "Reader"), ""),
        (t("扫码器", "Scanner"), ""),
        (t("扬声器", "Voice"), ""),
        ("PIN", ""),
    ]
    table(columns, [_row(one) for one in found])


def _row(found: Kiosk) -> list[str | tuple[str, str]]:
    zh, en, style = _PAPER[found["paper"]]
    return [
        found["kiosk"],
        _taking(found),
        (t(zh, en), style),
        *(_yes(found[one]) for one in ("reader", "scanner", "voice")),
        t("已设", "set") if found["technician"] else t("未设", "none"),
    ]


def _taking(found: Kiosk) -> tuple[str, str]:
    if found["mode"] == "storage_failing":
        return t(*_MODES["storage_failing"]), "bold red"
    if found["take"] is not None:
        return chosen(found["take"]), "yellow"
    return t("可以取号", "given"), "green"


def _yes(works: bool) -> tuple[str, str]:
    return (t("正常", "ok"), "green") if works else (t("没有或不可用", "none that works"), "dim")


@kiosk.command(
    "show",
    cls=HallCommand,
    help=t("一台取号机的现状，与其屏幕所知相同。", "One kiosk, as its screen is told of it."),
)
@_id
@pass_session
def show(session: Session, kiosk_id: str) -> None:
    """Show a kiosk."""
    found = session.client.ask("kiosk.show", kiosk=kiosk_id)
    if session.json:
        write_json(found)
        return
    taking, style = _taking(found)
    say((f"{found['kiosk']}  {found['now']}", "bold"))
    if found["mode"] == "journal_damaged":
        say((t(*_MODES["journal_damaged"]), "bold red"))
    _line("取号", "tickets", taking, style)
    if found["next_words"] is not None:
        _line("下次", "next", chosen(found["next_words"]))
    if found["last_ticket_s"]:
        left = minutes(found["last_ticket_s"])
        _line("停止取号", "last ticket", t(f"{left}后", f"in {left}"))
    if found["full"]:
        _line("已取完", "all taken", joined(found["full"]), "yellow")
    wait, count = minutes(found["wait_s"]), found["waiting"]
    _line(
        "等候",
        "waiting",
        t(f"{count} 人，现在取号要等：{wait}", f"{count}; whoever comes now: {wait}"),
    )
    _line("取号方式", "choose", _choose(found))
    _devices(found)


def _choose(found: Kiosk) -> str:
    item = found["item"] or "-"
    if found["choose"] == "one":
        return t(f"一键取号（{item}）", f"one button ({item})")
    return t("选择事项", "people choose an item")


def _devices(found: Kiosk) -> None:
    printer = found["printer"]
    zh, en, style = _PAPER[found["paper"]]
    _line("纸", "paper", t(zh, en), style)
    if printer is not None:
        state = in_words(printer["state"])
        words = f"{printer['device']}  {state}  {chosen(printer)}"
        _line("打印机", "printer", words, state_style(printer["state"]))
    required = t("（必须刷证）", " (a card is required)") if found["required"] else ""
    for name, zh in (("reader", "读卡器"), ("scanner", "扫码器"), ("voice", "扬声器")):
        words, style = _yes(found[name])
        _line(zh, name, words + (required if name == "reader" else ""), style)
    if found["technician"]:
        _line("PIN", "PIN", t("已设置", "set"))
    else:
        advice = f"hallctl kiosk pin {found['kiosk']}"
        _line("PIN", "PIN", t(f"未设置（{advice}）", f"none ({advice})"), "yellow")


def _line(zh: str, en: str, words: str, style: str = "") -> None:
    # A Chinese character is two columns wide.
    head = t(zh + "  " * (5 - len(zh)) if zh != "PIN" else f"{zh:10}", f"{en:13}")
    say((head, "dim"), (words, style) if style else words)


@kiosk.command(
    "pin",
    cls=HallCommand,
    help=t(
        "设置技术员页面的 PIN（4 至 12 位数字）。只保存散列值，文件仅供服务用户读取；"
        "立即生效，不需要重启服务。\n\n在服务器上用 sudo 运行。",
        "Set the PIN of the technician's page, 4 to 12 digits. Only its hash is kept, in a file "
        "for the daemon's user alone; it counts at once, without a restart.\n\n"
        "On a real hall run it by sudo.",
    ),
)
@_id
@click.option(
    "--stdin",
    "from_stdin",
    is_flag=True,
    help=t("从标准输入读取一行。", "Read it from the standard input, one line."),
)
@config_option
@pass_session
def pin(session: Session, kiosk_id: str, from_stdin: bool, config_file: Path | None) -> None:
    """Set a kiosk's PIN."""
    from firmware_py.cli.kiosk_pin import set_pin

    set_pin(session, kiosk_id, config_file, from_stdin=from_stdin)
