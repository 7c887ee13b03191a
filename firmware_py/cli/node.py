"""``hallctl node``: the hall's Pis, at the hub all of them, at another Pi its own line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from firmware_py.cli import node_adopt, node_join, node_numbers, node_open, node_retire
from firmware_py.cli.alone_said import alone_lines, numbers_words
from firmware_py.cli.base import HallCommand, HallGroup, Session, pass_session
from firmware_py.cli.config_nodes import mistake_words
from firmware_py.cli.configfile import config_path
from firmware_py.cli.hub import copy_there
from firmware_py.cli.lease_lines import LEASE_STYLES
from firmware_py.cli.output import Column, say, state_style, table, write_json
from firmware_py.cli.status import hub_line, since_words
from firmware_py.cli.words import chosen, in_words, joined, t

__all__ = ["node"]

Node = Mapping[str, Any]

_STYLES = {
    "there": "green",
    "silent": "bold red",
    "away": "bold red",
    "never": "bold red",
    "unknown": "yellow",
    "stranger": "yellow",
}


@click.group(
    "node",
    HallGroup,
    help=t(
        "大厅的各台设备（树莓派）。在主控上列出全部；在其他设备上只有它自己和它到主控的连接。\n\n"
        "加入新设备：主控上 adopt，新设备上 join；设备坏了：主控上 replace，备用机上 join。",
        "The hall's Pis. At the hub all of them; at another Pi itself, and its line to the hub.\n\n"
        "A new Pi: adopt at the hub, join at the Pi. A dead one: replace at the hub, join at the "
        "spare.",
    ),
)
def node() -> None:
    """Pis."""


@node.command(
    "list",
    cls=HallCommand,
    help=t("各台设备现状：在线、版本、落后、要做的事。", "All Pis: there or not, and what to do."),
)
@pass_session
def list_all(session: Session) -> None:
    """List the Pis."""
    found: Sequence[Node] = session.client.ask("node.list")
    if session.json:
        write_json(found)
        return
    columns: list[Column] = [
        (t("名称", "Name"), ""),
        (t("角色", "Roles"), ""),
        (t("位置", "What stands there"), "wrap"),
        (t("状态", "State"), ""),
        (t("时间", "Since"), ""),
        (t("版本", "Version"), ""),
        (t("落后", "Behind"), "right"),
        (t("异常设备", "In trouble"), "wrap"),
    ]
    table(columns, [_row(one) for one in found])
    for one in found:
        if one["line"] is not None:
            say(*hub_line(one["line"]))
            for line in alone_lines(one["line"]):
                say(*line)
    for one in found:
        if (lease := one.get("lease")) is not None:
            say((one["node"], "bold"), "  ", (chosen(lease["say"]), LEASE_STYLES[lease["level"]]))
    whose: dict[str, list[str]] = {}
    for one in found:
        if one["say"] is not None:
            whose.setdefault(chosen(one["say"]), []).append(one["node"])
    for words, names in whose.items():
        say((joined(names), "bold"), "  ", words)
    # Imported here: without an authority of its own nobody needs it.
    if (config_path(None).parent / "authority").exists():
        from firmware_py.cli.broker_seen import say_behind

        say_behind(None)


def _row(one: Node) -> list[str | tuple[str, str]]:
    version = (one["version"], "bold red" if one["version_step"] else "")
    return [
        one["node"],
        joined(in_words(role, "role") for role in one["roles"]),
        _places(one),
        _state(one),
        since_words(one),
        version,
        "" if one["behind"] is None else str(one["behind"]),
        (joined(device["device"] for device in one["devices"]), "yellow"),
    ]


def _state(one: Node) -> tuple[str, str]:
    has = one["configuration"]
    if one["state"] == "there" and has is not None and has["state"] == "refused":
        return in_words("refused", "configuration"), "bold red"
    return in_words(one["state"], "node"), _STYLES.get(one["state"], "")


def _places(one: Node) -> str:
    windows = joined(one["windows"])
    return "  ".join(
        words
        for words in (
            t(f"窗口 {windows}", f"window {windows}") if windows else "",
            joined(one["kiosks"]),
            joined(one["walls"]),
            joined(t(f"语音 {voice}", f"voice {voice}") for voice in one["voices"]),
        )
        if words
    )


@node.command(
    "show",
    cls=HallCommand,
    help=t("一台设备的全部情况。NAME 是它的名称。", "All about one Pi. NAME is its name."),
)
@click.argument("name", metavar="NAME")
@pass_session
def show(session: Session, name: str) -> None:
    """Show one Pi."""
    one: Node = session.client.ask("node.show", node=name)
    if session.json:
        write_json(one)
        return
    words, style = _state(one)
    since = since_words(one)
    say((one["node"], "bold"), "  ", (words, style), f"  {since}" if since else "")
    if one["say"] is not None:
        say((chosen(one["say"]), "bold"))
    if one["line"] is not None:
        say(*hub_line(one["line"]))
        for line in alone_lines(one["line"]):
            say(*line)
    elif words := numbers_words(one["numbers"]):
        _line(t("预留号码", "numbers"), words)
    _line(t("角色", "roles"), joined(in_words(role, "role") for role in one["roles"]))
    _line(t("位置", "place"), _places(one))
    _line(t("主机名", "machine"), one["host"])
    wire = t(f"{one['version']}（通信版本 {one['wire']}）", f"{one['version']}, wire {one['wire']}")
    _line(t("版本", "version"), wire if one["version"] else "")
    if (has := one["configuration"]) is not None:
        number = "" if has["number"] is None else f"{has['number']}  "
        _line(t("配置", "files"), number + in_words(has["state"], "configuration"))
        for wrong in has["mistakes"]:
            say("          ", (mistake_words(wrong), "bold red"))
    if one["seq"] is not None:
        behind = one["behind"]
        late = t(f"，落后 {behind} 条", f", {behind} behind") if behind else ""
        _line(t("已跟随到", "follows"), t(f"第 {one['seq']} 条{late}", f"up to {one['seq']}{late}"))
    if one.get("copy") is not None:
        _line(t("账本副本", "copy"), copy_there(one["copy"]))
    if (lease := one.get("lease")) is not None:
        _line(t("投票", "votes"), chosen(lease["say"]))
        _line("", "" if lease["do"] is None else chosen(lease["do"]))
    if one["devices"]:
        columns: list[Column] = [
            (t("设备", "Device"), ""),
            (t("状态", "State"), ""),
            (t("要做的事", "What to do"), "wrap"),
        ]
        rows = [
            [
                device["device"],
                (in_words(device["state"]), state_style(device["state"])),
                chosen(device["say"]),
            ]
            for device in one["devices"]
        ]
        table(columns, rows)


def _line(head: str, words: str) -> None:
    if words:
        # A Chinese character is two columns wide.
        wide = sum(2 if ord(letter) > 0x2E80 else 1 for letter in head)
        say((head + " " * (10 - wide), "dim"), words)


for _command in (
    *node_adopt.COMMANDS,
    node_join.join,
    node_open.open_,
    node_retire.retire,
    *node_numbers.COMMANDS,
):
    node.add_command(_command)
