"""``hallctl form signature``: the taxpayer's signature under a form, as the picture that it is."""

from __future__ import annotations

import base64
from pathlib import Path

import click

from firmware_py.cli.base import HallCommand, Session, pass_session
from firmware_py.cli.outcome import only_given
from firmware_py.cli.output import say, write_json
from firmware_py.cli.whole_file import whole_file
from firmware_py.cli.words import t

__all__ = ["signature"]

_READ_S = 30.0


@click.command(
    "signature",
    cls=HallCommand,
    help=t(
        "导出受理单上的签字（PNG）。谁导出了哪张，记入流水。\n\n"
        "默认存为当前文件夹中的 单号.png。文件不加密，请妥善保管，用完删除。",
        "Take a form's signature out as PNG; who did it is recorded. Without --out it is FORM.png "
        "in this folder.\n\nThe file is not encrypted: keep it safe, delete it after use.",
    ),
)
@click.argument("form", metavar=t("单号", "FORM"))
@click.option(
    "-o",
    "--out",
    "--output",
    "output",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help=t("写到这个文件。", "Write this file."),
)
@click.option("--version", metavar="N", type=int, help=t("较早的版本。", "An earlier version."))
@pass_session
def signature(session: Session, form: str, output: Path | None, version: int | None) -> None:
    """Take a signature out."""
    asked = only_given({"form": form, "version": version})
    told = session.client.act("form.signature", _READ_S, **asked)
    data = base64.b64decode(told["png"])
    file = output or Path(f"{told['form']}.png")
    with whole_file(file, private=True) as out:
        out.write(data)
    if session.json:
        kept = {name: told[name] for name in ("form", "version", "at", "sha256")}
        write_json({**kept, "file": str(file), "size": len(data)})
    else:
        number, at = told["version"], told["at"]
        say(
            t(
                f"已导出 {file}（第 {number} 版，{at} 签字）。",
                f"{file}: version {number}, signed {at}.",
            )
        )
