"""What we print is what a decoder reads that nobody here wrote, and its printer is ours to drive.

emupos knows no Chinese: it counts each byte as one cell, which is the two-byte mode's width too.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from devices.ticket_printer.chinese import decode
from devices.ticket_printer.compile import compile_here
from devices.ticket_printer.form import FormSheet, load_form
from devices.ticket_printer.interpreter import Feed, Interpreter, Piece, Qr, Raster, Row, TextRow
from devices.ticket_printer.options import Options
from devices.ticket_printer.render import render
from devices.ticket_printer.report import REPORT, DayReport, load_report
from devices.ticket_printer.self_test import probe_slip
from devices.ticket_printer.sheet import render_sheet
from tests.devices.ticket_printer.bench import TICKET, template
from tests.devices.ticket_printer.emupos import conversation, printed
from tests.devices.ticket_printer.sheets import changed, form

SLIPS = {
    "first": replace(TICKET, qr="2026-03-02/A001"),
    "next, English": replace(TICKET, ahead=0, lang="en", title_zh="重点", title_en="Important"),
    "reprint": replace(TICKET, reprint=True, qr="x", item_zh="很长的事项名称" * 5),
    "probe": probe_slip(),
    "drawn": replace(TICKET, item_zh="𬭛业登记", title_zh="䶮"),
}
ALIGN = ("left", "center", "right")


def ours(data: bytes, dots: int) -> list[Piece]:
    """Return the pieces of paper by our own simulator."""
    pieces: list[Piece] = []
    engine = Interpreter(dots, lambda command, rest: None, pieces.append)
    engine.buffer += data
    while engine.step():
        pass
    assert not engine.buffer
    return pieces


def as_told(row: Row) -> list[Any]:
    """Return a row of ours in emupos' words."""
    match row:
        case TextRow(runs=runs, align=align):
            # Joined by style: emupos has a text for each run of bytes.
            told = [[r.text, [r.width, r.height, r.bold, r.invert]] for r in runs]
            return ["line", ALIGN[align], told]
        case Raster():
            return ["raster", ALIGN[row.align], row.width_bytes * 8, row.height, row.data.hex()]
        case Qr():
            return ["qr", ALIGN[row.align], row.text, row.module, row.level]
        case Feed():
            return ["feed", row.height // 30]
    raise TypeError(row)


def theirs(rows: list[list[Any]]) -> list[list[Any]]:
    """Return emupos' rows with its bytes read as the printer's Chinese."""
    for row in rows:
        if row[0] == "line":
            joined: list[Any] = []
            for data, style in row[2]:
                if joined and joined[-1][1] == style:
                    joined[-1][0] += bytes.fromhex(data)
                else:
                    joined.append([bytes.fromhex(data), style])
            row[2] = [[decode(data), style] for data, style in joined]
    return rows


def both(data: bytes, options: Options, folder: Path, piece: int) -> None:
    """Hold our reading of what we print against emupos'."""
    file = folder / "slip.hex"
    file.write_text(data.hex())
    found = printed(str(file), options.dots, piece)
    assert (found["wrong"], found["rest"]) == ([], "")
    rows = theirs(found["rows"])
    expected = []
    for one in ours(data, options.dots):
        expected += [as_told(row) for row in one.rows]
        expected.append(["cut", {"partial": "1d564200", "full": "1d5600"}[one.ended]])
    assert rows == expected


@pytest.mark.parametrize("mm", [80, 58])
@pytest.mark.parametrize("slip", SLIPS)
def test_every_ticket_is_read_alike(mm: int, slip: str, tmp_path: Path) -> None:
    options = Options(paper=80 if mm == 80 else 58, cut="full" if slip == "probe" else "partial")
    data = render(template(options), SLIPS[slip], options)
    both(data, options, tmp_path, 7 if slip == "first" else 100_000)


@pytest.mark.parametrize("mm", [80, 58])
def test_a_report_is_read_alike(mm: int, tmp_path: Path) -> None:
    options = Options(paper=80 if mm == 80 else 58)
    rows = {
        each: ({**dict.fromkeys(fields, "88"), "category_zh": "增值税一般纳税人登记管理"},) * 2
        for each, fields in REPORT.rows.items()
    }
    report = DayReport({**dict.fromkeys(REPORT.fields, "7"), "hall_zh": "示范税务局"}, rows)
    ready = compile_here(load_report(options.report_template_name), options)
    both(render_sheet(ready, report, options), options, tmp_path, 100_000)


@pytest.mark.parametrize("mm", [80, 58])
@pytest.mark.parametrize("sheet", [form(), changed("sign", "reprint")], ids=["keep", "sign"])
def test_a_form_is_read_alike(mm: int, sheet: FormSheet, tmp_path: Path) -> None:
    options = Options(paper=80 if mm == 80 else 58)
    ready = compile_here(load_form(sheet.template(options)), options)
    both(render_sheet(ready, sheet, options), options, tmp_path, 100_000)


def test_copies_and_a_logo_are_read_alike(tmp_path: Path) -> None:
    logo = Image.new("RGB", (200, 90), "white")
    logo.paste((128, 128, 128), (20, 20, 180, 70))
    logo.save(tmp_path / "logo.png")
    options = Options(copies=3, logo=str(tmp_path / "logo.png"))
    data = render(template(options), SLIPS["first"], options)
    assert len(ours(data, options.dots)) == 3
    both(data, options, tmp_path, 100_000)


@pytest.mark.parametrize(
    ("settings", "name", "raw"),
    [
        ({"buzzer": "esc_a_48"}, "ESC (", "1b28410400 30010202"),
        ({"buzzer": "esc_a_97", "beeps": 3}, "ESC (", "1b28410500 6164030202"),
        ({"logo_number": 1}, "FS p", "1c700100"),
        ({"logo_key": "G1"}, "GS ( L", "1d284c0600 304547310101"),
    ],
)
def test_buzzer_and_stored_logo_are_whole_commands(
    settings: dict[str, Any], name: str, raw: str, tmp_path: Path
) -> None:
    options = Options(**settings)
    file = tmp_path / "slip.hex"
    file.write_text(render(template(options), SLIPS["first"], options).hex())
    found = printed(str(file), options.dots, 100_000)
    assert (found["wrong"], found["rest"]) == ([], "")
    assert [row for row in found["rows"] if row[0] == name] == [[name, raw.replace(" ", "")]]


@pytest.mark.parametrize("confirm", ["auto", "gs_r", "status"])
def test_our_driver_prints_on_emupos_and_knows_each_of_its_faults(confirm: str) -> None:
    opened, slip, *faults, end = conversation(confirm=confirm)
    # It does not know GS ( H, as many clones: the queued status is what remains.
    how = "status" if confirm == "status" else "gs_r"
    assert opened == ["open", "ok", "EPSON TM-T20III", how]
    assert slip == ["printed", True, how, 1]
    by_itself = how == "status"  # where reports cannot be mistaken for GS r's answers
    for (name, alone, asked, code, printing, after), wanted in zip(
        faults, ("paper_near_end", "paper_end", "cover_open", "offline"), strict=True
    ):
        told = [wanted] if by_itself else []
        assert (name, alone, asked, code) == (name, told, [] if told else [wanted], wanted)
        assert printing == (how if wanted == "paper_near_end" else wanted)
        assert after == "ok"
    assert end == ["end", True, 0]
