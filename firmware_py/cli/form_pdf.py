"""An acceptance form as a PDF of A4 pages: both copies, text that can be found, fonts embedded.

Set by Typst (imported here alone: 6 ms, its library is loaded when the first form is set), from
``config/templates/form-a4.typ`` or a hall's own. It runs in ``hallctl``, never in the daemon.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["FormPdfError", "form_pdf", "template_file"]

_NAME = "form-a4.typ"
_FONTS = ("/usr/share/fonts/opentype/noto", "/usr/share/fonts/truetype/hanazono")
#: A Latin face that would be taken for Chinese tells nobody that the font is missing.
_FAMILY = "Noto Sans CJK SC"


class FormPdfError(Exception):
    """No PDF can be made here; ``zh`` and ``en`` say what to do."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


def template_file(own: Path = Path("/etc/hall/templates")) -> Path:
    """Return the form's page layout: the hall's own, else the shipped one."""
    folders = (
        own,
        Path(__file__).parents[2] / "config" / "templates",
        Path(sys.prefix) / "share" / "hall-controller" / "config" / "templates",
    )
    for folder in folders:
        if (folder / _NAME).is_file():
            return folder / _NAME
    looked = "、".join(str(folder) for folder in folders)
    raise FormPdfError(
        f"找不到版式文件 {_NAME}（{looked}），请重新安装。",
        f"There is no {_NAME} in {looked}; install the program again.",
    )


def form_pdf(paper: Mapping[str, Any], template: Path | None = None) -> bytes:
    """Return the PDF (PDF/A-2, tagged) of what ``form.paper`` answered.

    ``paper`` has ``fields`` and ``papers`` (as ``devices.ticket_printer.form.FORM``) and
    ``marks``. Raises ``FormPdfError``.
    """
    try:
        import segno
        import typst
    except ImportError as error:
        raise FormPdfError(
            f"没有安装 {error.name}，请安装附加项 forms 后再试。",
            f"{error.name} is not installed; install the extra forms and try again.",
        ) from error
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=_there(_FONTS)
    )
    if _FAMILY not in fonts.families():
        raise FormPdfError(
            "本机没有思源黑体，请先安装：sudo apt install fonts-noto-cjk",
            "The Chinese font is missing here: sudo apt install fonts-noto-cjk",
        )
    code = io.BytesIO()
    segno.make(paper["fields"]["qr"], error="m", micro=False).save(code, kind="svg", border=2)
    words = {"data": json.dumps(paper, ensure_ascii=False), "qr": code.getvalue().decode()}
    file = template or template_file()
    try:
        # It may read what lies beside it (a hall's logo), and nothing else.
        made = typst.Compiler(file, root=file.parent, font_paths=fonts).compile(
            format="pdf", sys_inputs=words, pdf_standards=["a-2a"]
        )
    except (RuntimeError, OSError) as error:
        raise FormPdfError(
            f"版式文件 {file} 有误：{error}", f"The layout {file} is wrong: {error}"
        ) from error
    if not isinstance(made, bytes):
        raise TypeError(f"{len(made or ())} files instead of one")
    return made


def _there(folders: tuple[str, ...]) -> list[str]:
    return [folder for folder in folders if Path(folder).is_dir()]
