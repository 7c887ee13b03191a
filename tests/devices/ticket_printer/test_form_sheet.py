"""An acceptance form on paper: what stands on each copy, on both widths."""

from __future__ import annotations

import pytest

from devices.ticket_printer.chinese import columns, wrap
from devices.ticket_printer.form import FORM, load_form
from devices.ticket_printer.interpreter import Raster, TextRow
from devices.ticket_printer.options import Options
from devices.ticket_printer.template import TICKET, TemplateError, parse
from tests.devices.ticket_printer.sheets import FIELDS, LONG, PAPERS, changed, form, piece_of

OPTIONS = {80: Options(paper=80), 58: Options(paper=58)}
BOTH = pytest.mark.parametrize("mm", [80, 58])


def read(mm: int, *marks: str) -> list[str]:
    return piece_of(form(*marks), OPTIONS[mm]).lines


@BOTH
def test_a_form_says_all_that_a_taxpayer_must_know(mm: int) -> None:
    lines = read(mm)
    whole = "".join(line.strip() for line in lines)
    words = whole.replace(" ", "")
    for field in ("hall_zh", "number", "item_zh", "asked", "due", "come_zh"):
        assert FIELDS[field] in whole, field
    for field in ("hall_en", "item_en", "come_en"):
        assert FIELDS[field].replace(" ", "") in words, field
    told = [line.split() for line in lines]
    assert ["受理", "Date", "2026-11-23", "09:15"] in told
    assert ["窗口", "Window", "3"] in told
    assert ["经办", "Clerk", "1023"] in told
    assert ["票号", "Ticket", "A012"] in told
    assert ["合计", "Total", "5"] in told
    assert ["扫描页数", "Pages", "scanned", "6"] in told
    assert "5个工作日" in whole
    assert "5 working day(s)" in whole or "5个工作日 working day(s)" in whole
    assert "[qr F20261123-003-K]" in lines
    assert piece_of(form(), OPTIONS[mm]).number == "F20261123-003"


@BOTH
def test_every_paper_stands_with_its_count_and_its_english_below_it(mm: int) -> None:
    lines = read(mm)
    first = next(n for n, line in enumerate(lines) if "营业执照副本" in line)
    assert lines[first].split() == ["1", "营业执照副本", "1"]
    assert lines[first + 1].strip() == "Business licence (copy)"
    assert lines[first + 2].split()[0] == "2"
    assert lines[first + 2].split()[-1] == "2"
    (last,) = [line.split() for line in lines if "授权委托书" in line]
    assert last == ["3", "授权委托书", "2"]


@BOTH
def test_a_long_name_goes_on_in_its_own_columns_and_every_line_fits_the_paper(mm: int) -> None:
    # The lines as printed, blanks at their beginning included.
    rows = [
        "".join(run.text for run in row.runs)
        for row in piece_of(form(), OPTIONS[mm]).rows
        if isinstance(row, TextRow)
    ]
    at = next(n for n, row in enumerate(rows) if row.startswith(" 2 "))
    name, below = rows[at][3:-5].strip(), []
    for row in rows[at + 1 :]:
        if not row.startswith("   ") or row.strip().isascii():
            break
        below.append(row.strip())
    assert name + "".join(below) == LONG
    assert below
    assert all(columns(row) <= (48 if mm == 80 else 32) for row in rows)


@BOTH
def test_only_the_halls_copy_is_signed(mm: int) -> None:
    keep, sign = read(mm), read(mm, "sign")
    assert "第一联 纳税人留存" in keep
    assert "第二联 税务机关留存，请签收" in sign
    assert not any("签字" in line or "第二联" in line for line in keep)
    assert [line.split("_")[0].strip() for line in sign if "___" in line] == [
        "纳税人名称 Name",
        "纳税人签字 Taxpayer",
        "经办人签字 Clerk",
        "日期 Date",
    ]


@BOTH
def test_a_changed_form_says_what_it_replaces_and_a_reprint_says_so(mm: int) -> None:
    plain = "\n".join(read(mm))
    assert not any(word in plain for word in ("更正", "替代", "重打", "周末"))
    lines = piece_of(changed("reprint"), OPTIONS[mm]).lines
    assert "重打 REPRINT" in lines[0]
    assert any("更正件 第2版，替代第1版" in line for line in lines)
    assert "Version 2 replaces version 1" in lines
    assert any(line.split() == ["更正", "Edited", "2026-11-23", "10:02"] for line in lines)
    assert "只按周末推算，" in "".join(lines)


@BOTH
def test_what_is_not_known_leaves_no_empty_label(mm: int) -> None:
    bare = form(pages="", asked="", come_zh="", come_en="", item_en="")
    text = "\n".join(piece_of(bare, OPTIONS[mm]).lines)
    assert not any(label in text for label in ("扫描页数", "申请 Asked", "取件 Result"))


def test_a_character_that_the_printer_has_not_got_is_drawn_in_its_place() -> None:
    rows = ({**PAPERS[0], "paper_zh": "𬭛业合同"},)
    sheet = form()
    drawn = type(sheet)(sheet.fields, {"papers": rows}, sheet.marks)
    rasters = [r for r in piece_of(drawn, OPTIONS[80]).rows if isinstance(r, Raster)]
    # One line of characters and the gap below it.
    assert [raster.height for raster in rasters] == [24, 6]


def test_lines_of_the_same_each_repeat_together() -> None:
    text = """[[line]]
text = "{number}"
[[line]]
text = "{n}"
each = "papers"
[[line]]
text = "{count}"
each = "papers"
"""
    lines = piece_of(form(), OPTIONS[80], parse(text, "form.toml", FORM)).lines
    assert lines == ["F20261123-003", "1", "1", "2", "2", "3", "2"]


def test_going_on_below_is_for_sheets_and_for_words() -> None:
    assert load_form("form-80").lines
    wrong = '[[line]]\ntext = "{number}"\n[[line]]\ntext = "{hall:8+}"\n'
    with pytest.raises(TemplateError, match=r"columns, 1\.\.99"):
        parse(wrong, "ticket.toml", TICKET)
    with pytest.raises(TemplateError, match=r"columns, 1\.\.99"):
        parse(wrong.replace("hall:8+", "total:>8+"), "form.toml", FORM)


def test_no_line_ends_with_an_opening_mark() -> None:
    assert wrap("附列资料（一般纳税人）", 10) == ("附列资料", "（一般纳", "税人）")
