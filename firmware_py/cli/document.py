"""``hallctl document``: what a clerk scans of the papers that people hand in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from firmware_py.cli.base import HallCommand, HallGroup, Session, pass_session
from firmware_py.cli.document_preview import preview
from firmware_py.cli.document_scan import rescan, scan
from firmware_py.cli.output import say, table, write_json
from firmware_py.cli.words import t

__all__ = ["document"]

#: A slow card reads a hundred pages of it.
_READ_S = 60.0
_KIB = 1024
_FORM = re.compile(r"[Ff][0-9]{8}-.*")


@click.group(
    "document",
    HallGroup,
    help=t(
        "资料扫描。WINDOW 是窗口号，DOCUMENT 是资料编号，例如 A012-1。\n\n\b\n"
        "hallctl document scan 1 --kind 2 --feeder   扫描清单第 2 项，用输稿器\n"
        "hallctl document list A012                  A012 的全部资料\n"
        "hallctl document rescan A012-1              重新扫描\n"
        "hallctl document pdf A012-1 -o a.pdf        导出为 PDF/A",
        "Scanned documents. WINDOW is a window's id, DOCUMENT such as A012-1.\n\n\b\n"
        "hallctl document scan 1 --kind 2 --feeder   paper 2 of the list, by the feeder\n"
        "hallctl document list A012                  all documents of A012\n"
        "hallctl document rescan A012-1              scan it again\n"
        "hallctl document pdf A012-1 -o a.pdf        take it out as PDF/A",
    ),
)
def document() -> None:
    """Documents."""


document.add_command(scan)
document.add_command(rescan)
document.add_command(preview)

_document = click.argument("document", metavar=t("资料编号", "DOCUMENT"))


@document.command(
    "list",
    cls=HallCommand,
    help=t(
        "一个号票或受理单的资料，并逐份检查能否读取。\n\n--window 查看该窗口正在办理的号票。",
        "The documents of a ticket or form, each looked at: can it be read?\n\n"
        "--window is for the ticket in hand there.",
    ),
)
@click.argument("what", metavar=t("号码|受理单号", "NUMBER|FORM"), required=False)
@click.option("--window", metavar="ID", help=t("窗口。", "The window."))
@click.pass_context
def list_all(ctx: click.Context, what: str | None, window: str | None) -> None:
    """List the documents."""
    session = ctx.ensure_object(Session)
    if (what is None) == (window is None):
        raise click.UsageError(t("请写号码，或 --window。", "Give a number, or --window."), ctx)
    if window is not None:
        params = {"window": window}
    elif _FORM.fullmatch(what or ""):
        params = {"form": what or ""}
    else:
        params = {"number": what or ""}
    found = session.client.ask("document.list", _READ_S, **params)
    if session.json:
        write_json(found)
        return
    if not found["documents"]:
        say(t(f"{found['number']} 没有扫描的资料。", f"{found['number']} has no documents."))
        return
    columns = (
        (t("资料", "Document"), ""),
        (t("种类", "Kind"), "wrap"),
        (t("页数", "Pages"), "right"),
        (t("大小", "Size"), "right"),
        (t("版本", "Version"), "right"),
        (t("状态", "State"), "wrap"),
    )
    table(columns, [_row(one) for one in found["documents"]])


def _row(one: Mapping[str, Any]) -> list[str | tuple[str, str]]:
    kind, size, version = one["kind_words"], one["size"], one["version"]
    fine = one["kept"] == "whole"
    state = t("完好", "whole") if fine else t(one["say"]["zh"], one["say"]["en"])
    return [
        one["document"],
        "" if kind is None else t(kind["zh"], kind["en"]),
        str(one["pages"]),
        "" if size is None else f"{size / _KIB:,.0f} KiB",
        "" if version is None else str(version),
        (state, "green" if fine else "red"),
    ]


@document.command(
    "remove",
    cls=HallCommand,
    help=t(
        "取消一份扫错的资料，并删除它的扫描件。",
        "Take out a document that was scanned by mistake; its pages are deleted.",
    ),
)
@_document
@click.option("--reason", metavar=t("原因", "WORDS"), help=t("为什么。", "Why."))
@pass_session
def remove(session: Session, document: str, reason: str | None) -> None:
    """Take a document out."""
    answer = session.client.act("document.remove", _READ_S, document=document, reason=reason or "")
    if session.json:
        write_json(answer)
    else:
        name = answer["document"]
        say(t(f"资料 {name} 已取消，扫描件已删除。", f"{name} is taken out, its pages deleted."))


@document.command(
    "cancel",
    cls=HallCommand,
    help=t(
        "中止窗口正在进行的扫描；已扫描的页不保存。",
        "End the scan that goes on at a window; nothing of it is kept.",
    ),
)
@click.argument("window", metavar=t("窗口", "WINDOW"))
@pass_session
def cancel(session: Session, window: str) -> None:
    """End a scan."""
    answer = session.client.ask("document.cancel", window=window)
    if session.json:
        write_json(answer)
    else:
        number = answer["number"]
        say(t(f"正在中止 {number} 的扫描。", f"The scan for {number} is being ended."))


@document.command(
    "pdf",
    cls=HallCommand,
    help=t(
        "把一份资料，或一张受理单的全部资料，导出为 PDF/A。谁导出了什么，记入流水。\n\n"
        "文件不加密，请妥善保管，用完删除。",
        "Take a document, or all of a form's, out as PDF/A. Who did it is recorded.\n\n"
        "The file is not encrypted: keep it safe, delete it after use.",
    ),
)
@click.argument("what", metavar=t("资料|受理单号", "DOCUMENT|FORM"))
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help=t("写到这个文件；默认为当前文件夹中的 编号.pdf。", "This file; else NAME.pdf here."),
)
@pass_session
def pdf(session: Session, what: str, output: Path | None) -> None:
    """Take pages out."""
    # Here: nobody else pays for the library.
    from firmware_py.cli.document_pdf import take_out

    title, pages, size, file = take_out(session, what, output)
    if session.json:
        write_json({"title": title, "pages": pages, "size": size, "file": str(file)})
    else:
        say(t(f"已导出 {file}（{pages} 页）。", f"{file}: {pages} pages."))
