"""``hallctl config nodes``: which configuration each Pi has; and who must say yes to a change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import click

from firmware_py.cli.base import HallCommand, Session, pass_session
from firmware_py.cli.output import Column, say, table, write_json
from firmware_py.cli.words import in_words, joined, t

__all__ = ["configuration_lines", "mistake_words", "nodes", "say_nodes", "where_options"]

_Line = tuple[str | tuple[str, str], ...]
Command = TypeVar("Command", bound=Callable[..., Any])

_STYLES = {"same": "green", "behind": "yellow", "refused": "bold red", "unknown": "yellow"}


def where_options(command: Command) -> Command:
    """Add which Pis must say yes first."""
    for option in (
        click.option(
            "--without",
            metavar="NODE",
            multiple=True,
            help=t(
                "不等这台设备同意（可重复）；它能用时自动采用。",
                "Do not ask this Pi for its yes (repeat for more); it follows when it can.",
            ),
        ),
        click.option(
            "--all-nodes",
            is_flag=True,
            help=t(
                "有一台设备没有应答就不改。", "Change nothing unless every Pi is there and agrees."
            ),
        ),
    ):
        command = option(command)
    return command


def say_nodes(rows: Sequence[Mapping[str, Any]]) -> None:
    """Say at which Pis a change is, and at which not yet."""
    if not rows:
        return
    by = {says: [one["node"] for one in rows if one["says"] == says] for says in _SAYS}
    if by["yes"]:
        count = len(by["yes"])
        say(t(f"{count} 台设备已检查并采用。", f"Checked and taken up at {count} other Pis."))
    for says, words in _SAYS.items():
        if words is not None and by[says]:
            say((joined(by[says]), "yellow"), "  ", (t(*words), "yellow"))


#: What a Pi said -> what follows from it.
_SAYS: Mapping[str, tuple[str, str] | None] = {
    "yes": None,
    "away": ("不在线，上线后自动取得。", "away: it gets this when it is back."),
    "silent": (
        "没有应答（程序太旧？），见 hallctl config nodes。",
        "gave no answer (an older program?): see hallctl config nodes.",
    ),
    "no": (
        "不能使用，仍用原来的配置：hallctl node list。",
        "cannot use it and goes on with what it had: hallctl node list.",
    ),
}


@click.command(
    "nodes",
    HallCommand,
    help=t(
        "各台设备现用第几版配置；不能使用的，错在哪里。",
        "Which configuration each Pi has; of one that cannot use it, its mistakes.",
    ),
)
@pass_session
def nodes(session: Session) -> None:
    """List the Pis with their configurations."""
    found: list[dict[str, Any]] = session.client.ask("config.nodes")
    if session.json:
        write_json(found)
        return
    columns: list[Column] = [
        (t("名称", "Name"), ""),
        (t("状态", "State"), ""),
        (t("配置版本", "Configuration"), "right"),
        ("", ""),
    ]
    table(columns, [_row(one) for one in found])
    for one in found:
        for wrong in (one["configuration"] or {}).get("mistakes", ()):
            say((one["node"], "bold"), "  ", mistake_words(wrong))


def _row(one: Mapping[str, Any]) -> list[str | tuple[str, str]]:
    has = one["configuration"]
    if has is None:
        return [one["node"], in_words(one["state"], "node"), "", ""]
    number = "-" if has["number"] is None else str(has["number"])
    state = has["state"]
    return [
        one["node"],
        in_words(one["state"], "node"),
        number,
        (in_words(state, "configuration"), _STYLES[state]),
    ]


def configuration_lines(has: Mapping[str, Any] | None) -> Iterator[_Line]:
    """Yield that this Pi cannot use the configuration in force, and why; nothing when it can."""
    if has is None or has["state"] != "refused":
        return
    number = has["number"] or "-"
    words = t(
        f"不能使用现行配置，仍用第 {number} 版：",
        f"this Pi cannot use the one in force and goes on with {number}:",
    )
    yield (t("配置  ", "Configuration  "), "dim"), (words, "bold red")
    for wrong in has["mistakes"]:
        yield "  ", (mistake_words(wrong), "bold red")


def mistake_words(wrong: Mapping[str, Any]) -> str:
    """Return a Pi's mistake as a line: file, line, path, and what."""
    where = f"{wrong['file']}:{wrong['line']}" if wrong["line"] else str(wrong["file"])
    at = f"{where}: {wrong['path']}" if wrong["path"] else where
    return t(f"{at}：{wrong['zh']}", f"{at}: {wrong['en']}")
