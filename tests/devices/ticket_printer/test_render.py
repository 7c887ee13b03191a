"""Tickets as bytes: short, complete, and readable by an independent decoder."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from devices.ticket_printer.compile import compile_here
from devices.ticket_printer.interpreter import Interpreter, Piece, Qr, Raster, TextRow
from devices.ticket_printer.options import Options
from devices.ticket_printer.render import render
from devices.ticket_printer.slip import Slip
from devices.ticket_printer.template import parse
from tests.devices.ticket_printer.bench import TICKET, template

GS_H_BYTES = 11


def printed(slip: Slip, **settings: Any) -> Piece:
    """Return the one piece of paper that comes out for a slip."""
    options = Options(**settings)
    return carried_out(render(template(options), slip, options), options.dots)


def carried_out(data: bytes, dots: int, *, late_chinese: bool = False) -> Piece:
    pieces: list[Piece] = []
    engine = Interpreter(dots, lambda command, rest: None, pieces.append)
    engine.chinese_from_next_line = late_chinese
    engine.buffer += data
    while engine.step():
        pass
    assert engine.unknown == []
    assert not engine.buffer
    if not pieces:
        pieces.append(engine.piece)
    assert len(pieces) == 1
    return pieces[0]


def test_a_ticket_without_its_qr_is_at_most_160_bytes_with_its_confirmation() -> None:
    options = Options()
    data = render(template(options), TICKET, options)
    assert len(data) + GS_H_BYTES == 155
    busy = replace(TICKET, number="A1024", ahead=28, wait_zh="约110分钟", wait_en="~110 min")
    for slip in (busy, replace(busy, ahead=0)):
        assert len(render(template(options), slip, options)) + GS_H_BYTES <= 160


def test_the_whole_ticket_is_these_bytes() -> None:
    options = Options()
    assert render(template(options), TICKET, options) == b"".join((
        bytes.fromhex("1C26 1B6101"),
        "国家税务总局示范市税务局办税服务厅\n".encode("gb18030"),
        bytes.fromhex("1D2155") + b"A001\n" + bytes.fromhex("1D2100"),
        "增值税一般纳税人资格登记\n".encode("gb18030"),
        b"2026-03-02 09:15\n",
        "前面3人 约15分钟\n".encode("gb18030"),
        b"3 ahead ~15 min\n",
        "请备 身份证件\n".encode("gb18030"),
        bytes.fromhex("1D564200"),
    ))  # fmt: skip


@pytest.mark.parametrize("paper", [80, 58])
def test_whoever_has_nobody_ahead_is_next_and_nothing_is_said_where_nobody_knows(
    paper: int,
) -> None:
    lines = printed(replace(TICKET, ahead=0), paper=paper).lines
    after_the_time = lines.index(TICKET.issued) + 1
    assert lines[after_the_time : after_the_time + 2] == ["下一位就是您", "You are next"]
    lines = printed(replace(TICKET, ahead=None), paper=paper).lines
    assert not any(word in line for line in lines for word in ("前面", "下一位", "next", "ahead"))


@pytest.mark.parametrize("paper", [80, 58])
def test_the_printers_side_reads_every_line_back(paper: int) -> None:
    piece = printed(replace(TICKET, qr="https://hall.example/t/A001"), paper=paper)
    text = "".join(piece.lines)
    for line in (TICKET.hall_zh, TICKET.item_zh, TICKET.issued, "前面3人 约15分钟", "3 ahead",
                 "请备 身份证件", "[qr https://hall.example/t/A001]"):  # fmt: skip
        assert line in text
    assert piece.number == "A001"
    assert piece.ended == "partial"


@pytest.mark.parametrize("chinese", ["each_ticket", "own_line", "runs", "never"])
def test_chinese_comes_out_in_every_way_of_switching_it_on(chinese: str) -> None:
    options = Options(chinese=chinese)  # type: ignore[arg-type]
    data = render(template(options), TICKET, options)
    start = b"\x1c\x26" if chinese == "never" else b""
    piece = carried_out(start + data, options.dots)
    assert TICKET.hall_zh in piece.lines
    assert "前面3人 约15分钟" in piece.lines


def test_a_model_where_chinese_begins_with_the_next_line_gets_a_line_for_it() -> None:
    options = Options(chinese="own_line")
    data = render(template(options), TICKET, options)
    assert TICKET.hall_zh in carried_out(data, options.dots, late_chinese=True).lines


def test_a_reprint_is_marked_large_and_white_on_black() -> None:
    piece = printed(replace(TICKET, reprint=True))
    row = next(row for row in piece.rows if isinstance(row, TextRow) and row.runs)
    assert row.runs[0].text.strip() == "重打 REPRINT"
    assert row.runs[0].invert
    assert row.runs[0].height == 2
    assert not any("重打" in line for line in printed(TICKET).lines)
    assert piece.lines[1 : len(printed(TICKET).lines) + 1] == printed(TICKET).lines
    assert piece.lines[-1].startswith("号码不变，请以此票为准")


def test_english_lines_are_added_for_those_who_asked() -> None:
    lines = printed(replace(TICKET, lang="en")).lines
    assert "Taxpayer Service Hall" in lines
    assert "VAT general taxpayer registration" in lines
    assert "Bring: ID document" in lines


def test_a_line_with_a_four_byte_character_is_drawn_and_the_others_are_not() -> None:
    piece = printed(replace(TICKET, item_zh="𬭛业登记"))
    rasters = [row for row in piece.rows if isinstance(row, Raster)]
    assert sum(row.height for row in rasters) == 30
    assert {row.width_bytes for row in rasters} == {72}
    black = sum(byte.bit_count() for row in rasters for byte in row.data)
    assert 500 < black < 2500
    assert TICKET.hall_zh in piece.lines
    assert not any(isinstance(row, Raster) for row in printed(replace(TICKET, item_zh="䶮")).rows)


def test_every_drawn_command_is_shorter_than_what_fills_up_a_broken_one() -> None:
    from devices.ticket_printer.codec import UNSTICK

    for dots in (384, 576, 832):
        options = Options(width_dots=dots)
        big = parse('[[line]]\ntext = "{number}"\nsize = 8\n')
        data = render(compile_here(big, options), replace(TICKET, number="𬭛"), options)
        rasters = [row for row in carried_out(data, dots).rows if isinstance(row, Raster)]
        assert sum(row.height for row in rasters) == 192
        assert all(len(row.data) + 8 <= len(UNSTICK) for row in rasters)


@pytest.mark.parametrize("paper", [80, 58])
def test_nothing_is_wider_than_the_paper(paper: int) -> None:
    slip = replace(
        TICKET,
        number="A1234",
        item_zh="跨区域涉税事项报告及反馈、增值税留抵退税与企业所得税优惠备案（综合办理）",
        papers_zh=("营业执照副本", "法定代表人身份证件原件及复印件", "授权委托书"),
        lang="en",
        reprint=True,
    )
    piece = printed(slip, paper=paper)
    dots = Options(paper=paper).dots  # type: ignore[arg-type]
    for row in piece.rows:
        if isinstance(row, TextRow):
            assert sum(run.dots for run in row.runs) <= dots
    assert slip.item_zh not in piece.lines
    joined = "".join(printed(replace(slip, lang="zh"), paper=paper).lines)
    assert slip.item_zh in joined
    assert "、".join(slip.papers_zh) in joined


def test_lines_without_content_are_left_out_and_styles_do_not_leak() -> None:
    bare = Slip(number="A001", hall_zh="大厅", item_zh="", issued="09:15")
    piece = printed(bare)
    assert piece.lines == ["大厅", "A001", "", "09:15"]
    rows = [row for row in piece.rows if isinstance(row, TextRow)]
    assert [run.height for row in rows for run in row.runs] == [1, 6, 1]
    assert {row.align for row in rows} == {1}


def test_styles_return_after_each_line_that_may_be_missing() -> None:
    text = (
        '[[line]]\nwhen = "reprint"\ntext = "R"\nalign = "right"\nsize = 3\nbold = true\n'
        '[[line]]\ntext = "{number}"\nsize = 2\n[[line]]\ntext = "{title}"\ninvert = true\n'
        '[[line]]\ntext = "{time}"\nalign = "center"\n[[line]]\nrule = true\n[[line]]\nfeed = 2\n'
    )
    options = Options(cut="full")
    ready = compile_here(parse(text), options)
    for reprint in (False, True):
        for title in ("", "T"):
            slip = replace(TICKET, reprint=reprint, title_zh=title)
            piece = carried_out(render(ready, slip, options), options.dots)
            rows = {
                run.text: (row.align, run.height, run.bold, run.invert)
                for row in piece.rows
                if isinstance(row, TextRow)
                for run in row.runs
            }
            assert rows["A001"] == (0, 2, False, False)
            assert rows[TICKET.issued] == (1, 1, False, False)
            assert rows["-" * 48] == (0, 1, False, False)
            assert rows.get("T") == (None if not title else (0, 1, False, True))
            assert rows.get("R") == (None if not reprint else (2, 3, True, False))
            assert piece.ended == "full"


def test_the_cut_is_the_one_that_is_set() -> None:
    assert printed(TICKET, cut="full").ended == "full"
    assert printed(TICKET, cut="none").ended == ""


def test_no_qr_where_the_printer_has_none() -> None:
    slip = replace(TICKET, qr="A001")
    assert any(isinstance(row, Qr) for row in printed(slip).rows)
    assert not any(isinstance(row, Qr) for row in printed(slip, qr=False).rows)


def test_commands_in_a_text_print_as_spaces() -> None:
    piece = printed(replace(TICKET, item_zh="登记\x1b@\x1dV\x00\x10\x04\x01"))
    assert "登记 @ V" in piece.lines
    assert piece.ended == "partial"


def test_a_ticket_needs_neither_python_escpos_nor_pillow_in_the_daemon() -> None:
    program = (
        "import sys\n"
        "from devices.ticket_printer import driver, simulator\n"
        "from devices.ticket_printer.compile import compiled\n"
        "from devices.ticket_printer.template import load\n"
        "from devices.ticket_printer.render import render\n"
        "from devices.ticket_printer.slip import Slip\n"
        "options = driver.Options()\n"
        "ready = compiled(load('ticket-80'), options)\n"
        "slip = Slip(number='A001', hall_zh='大厅', item_zh='登记', issued='09:15', qr='A001')\n"
        "assert render(ready, slip, options)\n"
        "assert not {'escpos', 'PIL', 'segno', 'qrcode'} & set(sys.modules)\n"
    )
    root = Path(__file__).parents[3]
    subprocess.run([sys.executable, "-c", program], check=True, cwd=root, timeout=120)


@pytest.mark.parametrize(
    "wrong", [{"paper": 76}, {"width_dots": 575}, {"confirm": "maybe"}, {"papier": 80}]
)
def test_wrong_options_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(wrong, Options)
