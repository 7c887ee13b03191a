"""``hallctl form print`` and ``form pdf``: a form's paper again, and as a file."""

from __future__ import annotations

from pathlib import Path

import click

from firmware_py.cli.base import HallCommand, Session, pass_session
from firmware_py.cli.errors import Refused
from firmware_py.cli.outcome import give, only_given
from firmware_py.cli.output import say, write_json
from firmware_py.cli.whole_file import whole_file
from firmware_py.cli.words import t

__all__ = ["pdf", "print_again"]

_form = click.argument("form", metavar=t("单号", "FORM"))


@click.command(
    "print",
    cls=HallCommand,
    help=t(
        "重新打印受理单的两联，标明“重打”。\n\n"
        "已在屏上签名的，第二联印有签名。缺纸时先记下，换纸后自动打印。",
        "Print both copies of a form again, marked as a reprint.\n\n"
        "One that was signed on the screen has the signature on its second copy. While the printer "
        "is out of paper it waits, and prints by itself afterwards.",
    ),
)
@_form
@click.option("--window", metavar="ID", help=t("在哪个窗口打印。", "At which window."))
@pass_session
def print_again(session: Session, form: str, window: str | None) -> None:
    """Print a form again."""
    give(session, "form.reprint", form=form, window=window)


@click.command(
    "pdf",
    cls=HallCommand,
    help=t(
        "把受理单存为 PDF（A4，两联），可打印、可检索。默认存为当前文件夹中的 单号.pdf。",
        "Write a form as PDF (A4, both copies) to print or to keep. "
        "Without -o it is FORM.pdf in this folder.",
    ),
)
@_form
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help=t("写到这个文件。", "Write this file."),
)
@click.option("--version", metavar="N", type=int, help=t("较早的版本。", "An earlier version."))
@pass_session
def pdf(session: Session, form: str, output: Path | None, version: int | None) -> None:
    """Write a form as PDF."""
    paper = session.client.ask("form.paper", **only_given({"form": form, "version": version}))
    # Here: the command that prints needs no library of pages.
    from firmware_py.cli.form_pdf import FormPdfError, form_pdf

    try:
        data = form_pdf(paper)
    except FormPdfError as error:
        raise Refused("no_pdf", error.zh, error.en) from error
    file = output or Path(f"{paper['fields']['number']}.pdf")
    with whole_file(file) as out:
        out.write(data)
    if session.json:
        write_json({"form": paper["fields"]["number"], "file": str(file), "size": len(data)})
    else:
        say(t(f"已保存 {file}", f"Written: {file}"))
