"""The form as a PDF: read with other eyes (qpdf, poppler), whose words must be found in it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import segno
from PIL import Image

from firmware_py.cli.form_pdf import FormPdfError, form_pdf, template_file
from tests.devices.ticket_printer.sheets import FIELDS, PAPERS

needs_poppler = pytest.mark.skipif(
    shutil.which("pdftotext") is None or shutil.which("qpdf") is None,
    reason="needs Debian's poppler-utils and qpdf",
)


def paper(*marks: str, times: int = 1, **fields: str) -> dict[str, Any]:
    """Return what the daemon answers; its papers ``times`` over."""
    rows = [{**row, "n": str(n)} for n, row in enumerate(PAPERS * times, 1)]
    return {"fields": {**FIELDS, **fields}, "papers": rows, "marks": list(marks)}


def ran(program: str, *arguments: str | Path) -> str:
    done = subprocess.run(
        [program, *map(str, arguments)], capture_output=True, check=True, timeout=60, text=True
    )
    return done.stdout


def written(folder: Path, answer: dict[str, Any]) -> Path:
    file = folder / "form.pdf"
    file.write_bytes(form_pdf(answer))
    return file


def pages_of(file: Path) -> list[str]:
    """Return each page's words as poppler finds them, without blanks."""
    text = ran("pdftotext", "-layout", file, "-")
    return ["".join(page.split()) for page in text.split("\f")[:-1]]


@needs_poppler
def test_both_copies_are_sound_pages_whose_words_can_be_found(tmp_path: Path) -> None:
    file = written(tmp_path, paper())
    assert "No syntax or stream encoding errors" in ran("qpdf", "--check", file)
    keep, sign = pages_of(file)
    for page in (keep, sign):
        for field in ("hall_zh", "number", "item_zh", "asked", "due", "come_zh", "qr"):
            assert FIELDS[field] in page, field
        assert FIELDS["come_en"].replace(" ", "") in page
        assert "文书受理单" in page
        assert "授权委托书" in page
        assert "第1页" not in page
    assert "第一联纳税人留存" in keep
    assert "签字" not in keep
    assert "第二联税务机关留存，请签收" in sign
    assert "纳税人签字" in sign
    assert "经办人签字" in sign
    assert "更正" not in keep


@needs_poppler
def test_its_fonts_are_the_simplified_chinese_face_embedded_in_part(tmp_path: Path) -> None:
    rows = ran("pdffonts", written(tmp_path, paper())).splitlines()[2:]
    assert rows
    for row in rows:
        assert "+NotoSansCJKsc-" in row
        # emb sub uni: embedded, a subset, with what its glyphs mean.
        assert row.split()[-5:-2] == ["yes", "yes", "yes"]


@needs_poppler
def test_a_long_form_numbers_its_pages_and_says_at_each_what_its_columns_are(
    tmp_path: Path,
) -> None:
    pages = pages_of(written(tmp_path, paper("changed", times=12, version="2", replaces="1")))
    assert len(pages) == 6
    for copy in (pages[:3], pages[3:]):
        for n, page in enumerate(copy, 1):
            assert f"第{n}页共3页" in page
            assert "收到材料" in page
        assert "更正件第2版，替代第1版" in copy[0]
        assert "36" in copy[2]
    found = "".join(pages[:3])
    assert found.count("营业执照副本") == 12


@needs_poppler
def test_a_form_that_is_void_says_so_on_every_page(tmp_path: Path) -> None:
    for page in pages_of(written(tmp_path, paper("withdrawn"))):
        assert "已作废WITHDRAWN" in page


@needs_poppler
def test_typed_words_are_words_and_never_commands(tmp_path: Path) -> None:
    typed = '#panic("x") *粗* $x$ \\ "引号" #image("/etc/passwd") @label <a> \' -- //'
    (page, _) = pages_of(written(tmp_path, paper(asked=typed)))
    assert '#panic("x")*粗*$x$\\"引号"#image("/etc/passwd")@label<a>\'--//' in page


@needs_poppler
def test_the_code_is_drawn_square_by_square_and_is_no_picture_of_dots(tmp_path: Path) -> None:
    file = written(tmp_path, paper())
    assert ran("pdfimages", "-list", file).splitlines()[2:] == []
    ran("pdftoppm", "-r", "300", "-gray", "-l", "1", file, tmp_path / "page")
    page = Image.open(next(tmp_path.glob("page*.pgm"))).point(lambda v: 255 if v < 128 else 0)
    code = segno.make(FIELDS["qr"], error="m", micro=False)
    squares = int(code.symbol_size(border=0)[0])
    # 27 mm wide, two empty squares on each side; the first dark dot right of the words is its.
    square = 27 / 25.4 * 300 / (squares + 4)
    beside = page.crop((int(page.width * 0.75), 0, page.width, page.height // 5))
    _, top, _, _ = beside.getbbox() or (0, 0, 0, 0)
    symbol = beside.crop((0, top, beside.width, top + int(squares * square)))
    left, _, _, _ = symbol.getbbox() or (0, 0, 0, 0)
    seen = [
        [
            bool(symbol.getpixel((left + int((x + 0.5) * square), int((y + 0.5) * square))))
            for x in range(squares)
        ]
        for y in range(squares)
    ]
    assert seen == [[bool(dark) for dark in row] for row in code.matrix]


def test_a_halls_own_layout_comes_first_and_one_that_is_wrong_names_its_file(
    tmp_path: Path,
) -> None:
    assert template_file(tmp_path).parent.name == "templates"
    own = tmp_path / "form-a4.typ"
    own.write_text("#let x = \n#nothing_of_that_name", encoding="utf-8")
    assert template_file(tmp_path) == own
    with pytest.raises(FormPdfError) as raised:
        form_pdf(paper(), own)
    assert str(own) in raised.value.en
    assert str(own) in raised.value.zh


def test_the_same_form_makes_the_same_file() -> None:
    assert form_pdf(paper()) == form_pdf(paper())


@needs_poppler
def test_one_that_was_signed_on_the_screen_says_so_and_when(tmp_path: Path) -> None:
    answer = paper()
    answer["fields"] = {**answer["fields"], "signed": "2026-11-23 10:02"}
    keep, sign = pages_of(written(tmp_path, answer))
    assert "第二联税务机关留存，已签名" in sign
    assert "已签名2026-11-2310:02" in sign
    assert "请签收" not in sign
    assert "签名" not in keep
