"""``hallctl people``: the centre's lists of grades and appointments in this hall."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from pathlib import Path
from typing import Any

import click

from firmware_py.cli.base import HallCommand, HallGroup, Session, pass_session
from firmware_py.cli.errors import Refused, WrongUse
from firmware_py.cli.output import say, table, write_json
from firmware_py.cli.words import chosen, t

__all__ = ["people"]

#: Bytes of a part: 60,000 characters of base64 stand in a line of the socket.
_PART = 45_000


@click.group(
    "people",
    HallGroup,
    help=t(
        "市局下发的名单：信用等级、预约。名单里只有密钥散列，没有身份证号。",
        "The centre's lists: grades and appointments, by keyed hash; no ID number is in them.",
    ),
)
def people() -> None:
    """Lists of people."""


@people.command(
    "status", cls=HallCommand, help=t("正在使用的名单和问题。", "The lists in use, and problems.")
)
@pass_session
def status(session: Session) -> None:
    """Show the lists."""
    found = session.client.ask("people.status")
    if session.json:
        write_json(found)
        return
    _say_status(found)


def _say_status(found: dict[str, Any]) -> None:
    if found["folder"] is None:
        say(t("没有设置名单文件夹（people.lists）。", "No folder for lists (people.lists)."))
    elif not found["lists"]:
        say(t(f"{found['folder']}：没有名单。", f"{found['folder']}: no lists."))
    else:
        columns = ((t("名单", "List"), ""), (t("行数", "Rows"), "right"), ("SHA-256", ""))
        rows = [(one["name"], str(one["rows"]), one["sha256"][:16]) for one in found["lists"]]
        table(columns, rows)
    if not found["key"]:
        say(
            (
                t(
                    "没有可用的密钥，按证件的名单不起作用。",
                    "No key: lists by card have no effect.",
                ),
                "yellow",
            )
        )
    if found["day"] is None:
        say(
            (
                t("时钟尚未校准，预约不起作用。", "The clock is not set: no appointment counts."),
                "yellow",
            )
        )
    for problem in found["problems"]:
        say((chosen(problem), "red"))


@people.command(
    "import",
    cls=HallCommand,
    help=t(
        "导入名单 FILE：grades.csv 或 appointments-2026-11-23.csv。逐行检查，有错则全部不用。",
        "Bring a list: FILE is grades.csv or appointments-2026-11-23.csv. Every line is checked; "
        "with one mistake nothing of it is used.",
    ),
)
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--name", metavar="NAME", help=t("名单名称，默认同文件名。", "Its name; else the file's.")
)
@pass_session
def bring(session: Session, file: Path, name: str | None) -> None:
    """Bring a list."""
    try:
        data = file.read_bytes()
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise WrongUse(
            "no_file", f"无法读取 {file}：{why}。", f"{file} cannot be read: {why}."
        ) from error
    sha256 = hashlib.sha256(data).hexdigest()
    pieces = [data[at : at + _PART] for at in range(0, len(data), _PART)] or [b""]
    if len(pieces) > 1000:
        raise Refused("list_too_large", "名单太大。", "The list is too large.")
    answer: dict[str, Any] = {}
    for n, piece in enumerate(pieces, 1):
        answer = session.client.ask(
            "people.import",
            name=name or file.name,
            sha256=sha256,
            part=n,
            parts=len(pieces),
            data=b64encode(piece).decode("ascii"),
        )
    if session.json:
        write_json(answer)
    elif answer["changed"]:
        say(
            t(
                f"{answer['name']}：{answer['rows']} 行，已采用。",
                f"{answer['name']}: {answer['rows']} rows, in use.",
            )
        )
    else:
        say(
            t(
                f"{answer['name']}：与现有名单相同。",
                f"{answer['name']}: the list that is there already.",
            )
        )
