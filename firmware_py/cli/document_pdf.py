"""Pages of a document, fetched from the daemon a piece at a time, as one PDF/A of the caller's.

Made here and not in the daemon: a document of fifty pages would take it as much memory as all else.
"""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

from devices.memory import never_dumped
from devices.scanner.jpeg import jpeg_head
from devices.scanner.pages.errors import PageError
from devices.scanner.pages.pdfa import pdf_a
from firmware_py.cli.base import Session
from firmware_py.cli.errors import Refused
from firmware_py.cli.whole_file import whole_file

__all__ = ["take_out"]

_PAGE_S = 30.0
_FORM = re.compile(r"[Ff][0-9]{8}-.*")
_USUAL_DPI = 300


def take_out(session: Session, what: str, output: Path | None) -> tuple[str, int, int, Path]:
    """Write the PDF/A of a document or of a form's; return title, pages, bytes and file.

    Nobody but its owner may read the file. Raises ``CliError``.
    """
    never_dumped()
    asked: dict[str, Any] = {"form": what} if _FORM.fullmatch(what) else {"document": what}
    opened = session.client.act("document.export", _PAGE_S, **asked)
    title, count = opened["title"], opened["pages"]
    pages = [_page(session, opened["export"], page) for page in range(1, count + 1)]
    try:
        data = pdf_a(pages, [jpeg_head(page).dpi or _USUAL_DPI for page in pages], title)
    except PageError as error:
        raise Refused(error.code, error.zh, error.en) from error
    file = output or Path(f"{title}.pdf")
    with whole_file(file, private=True) as out:
        out.write(data)
    return title, count, len(data), file


def _page(session: Session, export: str, page: int) -> bytes:
    whole = bytearray()
    part = parts = 1
    while part <= parts:
        told = session.client.ask("document.part", _PAGE_S, export=export, page=page, part=part)
        parts = told["parts"]
        whole += base64.b64decode(told["data"])
        part += 1
    return bytes(whole)
