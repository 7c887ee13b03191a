"""``hallctl document scan`` and ``rescan``: pages of one document, seen as they come."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import click

from firmware_py.cli.base import HallCommand, Session, pass_session
from firmware_py.cli.client import Client
from firmware_py.cli.errors import CliError
from firmware_py.cli.output import say, write_json
from firmware_py.cli.words import t

__all__ = ["rescan", "scan"]

#: A feeder with fifty pages and a slow scanner; whoever waits can press Ctrl-C.
_SCAN_S = 1800.0


def _how(command: Callable[..., None]) -> Callable[..., None]:
    """Add what a scan may be asked for."""
    options = (
        click.option(
            "--flatbed", "source", flag_value="flatbed", help=t("玻璃板（默认）。", "The glass.")
        ),
        click.option("--feeder", "source", flag_value="feeder", help=t("输稿器。", "The feeder.")),
        click.option(
            "--duplex",
            "source",
            flag_value="duplex",
            help=t("输稿器，双面。", "The feeder, both sides."),
        ),
        click.option(
            "--colour",
            "mode",
            flag_value="colour",
            help=t("彩色：有公章的材料。", "In colour: papers with a seal."),
        ),
        click.option(
            "--lineart", "mode", flag_value="lineart", help=t("黑白。", "Black and white.")
        ),
        click.option(
            "--dpi",
            type=click.IntRange(50, 1200),
            help=t("分辨率，默认 300。", "The resolution; 300 if not given."),
        ),
        click.option(
            "--turn",
            type=click.Choice(["0", "90", "180", "270"]),
            help=t("纸放转了多少度（顺时针）。", "How far the paper lies turned, clockwise."),
        ),
        click.option(
            "--pages",
            type=click.IntRange(1, 500),
            help=t("最多几页，默认 50。", "How many pages at most; 50 if not given."),
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


_kind = click.option(
    "--kind",
    metavar=t("序号|名称", "N|WORD"),
    help=t("资料清单第几项，或名称。", "Which paper of the item's list, or what it is."),
)


@click.command(
    "scan",
    cls=HallCommand,
    help=t(
        "为窗口正在办理的号票扫描一份资料；没有时为刚办结的那个。按 Ctrl-C 取消。\n\n"
        "中途出错时已扫描的页不保存，请整份重扫。",
        "Scan a document for the ticket in hand at a window, or else for its last one. "
        "Ctrl-C cancels.\n\nWhat fails half-way is not kept: scan the whole document again.",
    ),
)
@click.argument("window", metavar=t("窗口", "WINDOW"))
@_kind
@click.option("--ticket", metavar=t("号码", "NUMBER"), help=t("另一个号票。", "Another ticket."))
@_how
@pass_session
def scan(session: Session, /, window: str, ticket: str | None, **how: Any) -> None:
    """Scan a document."""
    _scan(session, window, {"number": ticket}, **how)


@click.command(
    "rescan",
    cls=HallCommand,
    help=t(
        "重新扫描一份资料：编号不变，旧的扫描件删除。", "Scan a document again, in place of before."
    ),
)
@click.argument("document", metavar=t("资料编号", "DOCUMENT"))
@click.option("--window", metavar="ID", help=t("窗口；默认办理窗口。", "The window; else its own."))
@_kind
@_how
@pass_session
def rescan(session: Session, /, document: str, window: str | None, **how: Any) -> None:
    """Scan a document again."""
    if window is None:
        number = document.rpartition("-")[0] or document
        ticket = session.client.ask("ticket.show", number=number)
        window = str(ticket["window"] or "")
    _scan(session, window, {"document": document}, **how)


def _scan(
    session: Session,
    window: str,
    of: dict[str, str | None],
    *,
    kind: str | None,
    source: str | None,
    mode: str | None,
    dpi: int | None,
    turn: str | None,
    pages: int | None,
) -> None:
    listed = kind is not None and kind.isascii() and kind.isdigit()
    wanted: dict[str, Any] = {
        **of,
        "kind": f"paper:{int(kind)}" if listed and kind is not None else kind,
        "source": source,
        "mode": mode,
        "resolution_dpi": dpi,
        "turn": None if turn is None else int(turn),
        "most_pages": pages,
    }
    given = {name: value for name, value in wanted.items() if value is not None}
    session.client.ask("document.progress", window=window)
    shows = sys.stderr.isatty() and not session.json
    try:
        answer = session.client.act(
            "document.scan", _SCAN_S, _show if shows else _quiet, window=window, **given
        )
    except KeyboardInterrupt:
        # Another connection: this one waits for the scan's answer.
        with suppress(CliError):
            Client(session.path).ask("document.cancel", window=window)
        raise
    finally:
        if shows:
            click.echo("\r\x1b[K", nl=False, err=True)
    if session.json:
        write_json(answer)
    else:
        _say(answer)


def _quiet(method: str, told: Mapping[str, Any]) -> None:
    pass


def _show(method: str, told: Mapping[str, Any]) -> None:
    if method == "document.progress" and told["state"] == "scanning":
        count = told["pages"]
        words = t(f"{told['document']}：已扫描 {count} 页", f"{told['document']}: {count} pages")
        click.echo(f"\r\x1b[K{words}", nl=False, err=True)


def _say(answer: Mapping[str, Any]) -> None:
    name, count = answer["document"], answer["pages"]
    again = answer["version"] > 1
    pages = "1 page" if count == 1 else f"{count} pages"
    say(
        t(
            f"资料 {name} 已{'重新' if again else ''}扫描，{count} 页。",
            f"Document {name} is scanned{' again' if again else ''}: {pages}.",
        )
    )
    if (where := answer.get("say")) is not None:
        # At a window that is cut off: what is to be done with it, or rather not.
        say((t(where["zh"], where["en"]), "yellow"))
    if answer["blank"]:
        which = "、".join(str(page) for page in answer["blank"])
        listed = ", ".join(str(page) for page in answer["blank"])
        say(
            (
                t(
                    f"第 {which} 页是空白，请核对是否放反。",
                    f"Blank: page {listed}. Check that no paper lay the wrong way up.",
                ),
                "yellow",
            )
        )
