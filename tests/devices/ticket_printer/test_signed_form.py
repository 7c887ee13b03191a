"""A signature on a form: beside its label, of its size, black and white; or in words."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import replace

import pytest
from PIL import Image, ImageDraw

from devices.masking import Masks
from devices.ticket_printer import signature as drawing
from devices.ticket_printer.codec import raster_image
from devices.ticket_printer.compile import compile_here
from devices.ticket_printer.form import FORM, FormSheet
from devices.ticket_printer.interpreter import Raster, TextRow
from devices.ticket_printer.masking import PictureData
from devices.ticket_printer.options import Options
from devices.ticket_printer.paper import draw
from devices.ticket_printer.sheet import render_sheet
from devices.ticket_printer.template import TICKET, TemplateError, load, parse
from tests.devices.ticket_printer.sheets import form, piece_of

AT = "2026-11-23 10:02"
OPTIONS = {80: Options(paper=80), 58: Options(paper=58)}
#: Widest and highest, in dots of 1/8 mm, as the shipped templates have it.
PLACE = {80: (48 * 8, 16 * 8), 58: (30 * 8, 12 * 8)}
BOTH = pytest.mark.parametrize("mm", [80, 58])


def scrawl(size: tuple[int, int] = (900, 300), pen: int = 3) -> bytes:
    """Return a made-up hand as the outer screen gives it: black on white."""
    picture = Image.new("L", size, 255)
    ink = ImageDraw.Draw(picture)
    points = [(0.1, 0.7), (0.2, 0.15), (0.3, 0.8), (0.45, 0.3), (0.55, 0.7), (0.7, 0.25),
              (0.8, 0.75), (0.92, 0.4)]  # fmt: skip
    ink.line([(x * size[0], y * size[1]) for x, y in points], fill=0, width=pen, joint="curve")
    return png(picture)


def png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def signed(picture: bytes, *marks: str) -> FormSheet:
    return replace(form("sign", "signed", *marks, signed=AT), signature=picture)


def picture_on(sheet: FormSheet, options: Options) -> Image.Image:
    """Return what the head draws, in rows as they come, without the text."""
    rasters = [row for row in piece_of(sheet, options).rows if isinstance(row, Raster)]
    assert {raster.width_bytes * 8 for raster in rasters} <= {options.dots}
    whole = Image.new("1", (options.dots, sum(raster.height for raster in rasters)))
    y = 0
    for raster in rasters:
        part = Image.frombytes("1", (options.dots, raster.height), raster.data)
        whole.paste(part, (0, y))
        y += raster.height
    return whole


@BOTH
def test_the_halls_copy_has_the_signature_in_place_of_the_pens_line(mm: int) -> None:
    lines = piece_of(signed(scrawl()), OPTIONS[mm]).lines
    assert "第二联 税务机关留存，已签名" in lines
    assert f"已签名 Signed {AT}" in lines
    to_fill = [line.split("_")[0].strip() for line in lines if "___" in line]
    assert to_fill == ["纳税人名称 Name", "经办人签字 Clerk", "日期 Date"]
    assert not any("请签收" in line for line in lines)


@BOTH
def test_it_is_as_large_as_its_place_and_beside_its_label(mm: int) -> None:
    options, (wide, high) = OPTIONS[mm], PLACE[mm]
    whole = picture_on(signed(scrawl()), options)
    # Five Chinese characters and a gap on the left: the label.
    label, right = whole.crop((0, 0, 120, whole.height)), whole.crop((136, 0, *whole.size))
    assert label.getbbox() is not None
    assert whole.crop((120, 0, 136, whole.height)).getbbox() is None
    # Without the line that is signed on.
    bottom = next(
        y for y in range(right.height) if all(right.getpixel((x, y)) for x in range(right.width))
    )
    box = right.crop((0, 0, right.width, bottom)).getbbox()
    assert box is not None
    size = box[2] - box[0], box[3] - box[1]
    assert size[0] <= wide + 1
    assert size[1] <= high + 1
    assert abs(size[0] - wide) <= 2 or abs(size[1] - high) <= 2
    assert whole.height <= high + 12


@BOTH
def test_thin_strokes_keep_the_width_of_a_pen_and_stay_whole(mm: int) -> None:
    ink = drawing._ink_of(scrawl(pen=3), (48, 16) if mm == 80 else (30, 12))
    assert ink is not None
    assert set(ink.tobytes()) == {0, 255}
    columns = [ink.crop((x, 0, x + 1, ink.height)).tobytes() for x in range(ink.width)]
    # No column without ink: nothing of the stroke got lost; and never a single dot.
    assert all(column.count(255) >= 2 for column in columns)


def test_a_small_signature_is_not_blown_up() -> None:
    picture = Image.new("L", (900, 300), 255)
    ImageDraw.Draw(picture).line((400, 140, 440, 160), fill=0, width=3)
    ink = drawing._ink_of(png(picture), (48, 16))
    assert ink is not None
    assert ink.width <= 45


def test_many_greys_become_black_and_white_without_dither() -> None:
    soft = Image.new("L", (400, 200), 255)
    ImageDraw.Draw(soft).rectangle((100, 50, 300, 150), fill=96)
    ink = drawing._ink_of(png(soft), (48, 16))
    assert ink is not None
    assert set(ink.tobytes()) == {255}


@BOTH
@pytest.mark.parametrize(
    "picture", [b"", b"\x89PNG\r\n\x1a\n no", png(Image.new("L", (9, 9), 255))]
)
def test_without_a_picture_words_say_that_it_was_signed_and_when(mm: int, picture: bytes) -> None:
    piece = piece_of(signed(picture), OPTIONS[mm])
    assert not [row for row in piece.rows if isinstance(row, Raster)]
    at = piece.lines.index("纳税人签字 Taxpayer")
    assert piece.lines[at + 1] == f"已签名 Signed {AT}"


@BOTH
def test_a_printer_that_draws_nothing_gets_no_picture_at_all(mm: int) -> None:
    options = Options(paper=80 if mm == 80 else 58, graphics=False)
    sheet = signed(scrawl())
    rare = FormSheet({**sheet.fields, "item_zh": "𬭛业登记"}, sheet.rows, sheet.marks, scrawl())
    piece = piece_of(rare, options)
    assert not [row for row in piece.rows if isinstance(row, Raster)]
    assert f"已签名 Signed {AT}" in piece.lines
    assert any("〓业登记" in line for line in piece.lines)


@BOTH
def test_the_taxpayers_copy_says_so_in_words(mm: int) -> None:
    piece = piece_of(replace(form("keep", signed=AT), signature=b""), OPTIONS[mm])
    assert f"已签名 Signed {AT}" in piece.lines
    assert not any("已签名" in line for line in piece_of(form("keep"), OPTIONS[mm]).lines)


def test_where_the_label_leaves_no_room_the_signature_stands_below_it() -> None:
    text = (
        '[[line]]\ntext = "{number}"\n[[line]]\n'
        'signature = "纳税人（或其代理人）签字 Taxpayer"\nmm = [30, 10]\n'
    )
    template = parse(text, "form.toml", FORM)
    piece = piece_of(signed(scrawl()), OPTIONS[58], template)
    kinds = [type(row) for row in piece.rows if isinstance(row, TextRow | Raster)]
    first = kinds.index(Raster)
    assert kinds[:first].count(TextRow) == 3
    assert piece.lines[-1] == f"已签名 Signed {AT}"


def test_a_label_that_no_font_here_has_is_written_by_the_printer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("devices.ticket_printer.fonts.face_for", lambda character: None)
    lines = piece_of(signed(scrawl()), OPTIONS[80]).lines
    assert lines[lines.index("纳税人签字") + 1] == "Taxpayer"


def test_mistakes_in_a_template_are_named() -> None:
    line = '[[line]]\ntext = "{number}"\n[[line]]\nsignature = "签字"\n'
    for more, what in (
        ("mm = [5, 10]", r"\[10\.\.100"),
        ("mm = 30", "is not list"),
        ("rule = true", "exactly one"),
    ):
        with pytest.raises(TemplateError, match=what):
            parse(line + more, "form.toml", FORM)
    with pytest.raises(TemplateError, match="only in an acceptance form"):
        parse(line, "ticket.toml", TICKET)
    with pytest.raises(TemplateError, match="no fields"):
        parse(line.replace("签字", "{number}"), "form.toml", FORM)


def test_the_paper_as_a_picture_shows_it_whole() -> None:
    piece = piece_of(signed(scrawl()), OPTIONS[80])
    paper = draw(piece, 576, 80).convert("L")
    plain = draw(piece_of(signed(b""), OPTIONS[80]), 576, 80).convert("L")
    black = [sum(shot.histogram()[:64]) for shot in (paper, plain)]
    # A stroke across 48 mm, two dots wide at least, and the line below it.
    assert black[0] - black[1] > 384 * 2


# ---- the trace


def masked(data: bytes, size: int) -> bytes:
    mask = Masks([PictureData])
    return b"".join(mask.feed(data[n : n + size]) for n in range(0, len(data), size))


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 100_000])
def test_no_dot_of_a_picture_stands_in_a_trace_however_it_is_cut(size: int) -> None:
    layout = compile_here(load("form-80", FORM), OPTIONS[80])
    data = render_sheet(layout, signed(scrawl()), OPTIONS[80])
    bare = render_sheet(layout, signed(b""), OPTIONS[80])
    seen = masked(data, size)
    assert len(seen) == len(data)
    rest, dots = data, 0
    while (at := rest.find(b"\x1d\x76\x30")) >= 0:
        wide, high = (int.from_bytes(rest[at + n : at + n + 2], "little") for n in (4, 6))
        count = wide * high
        dots += count
        rest = rest[at + 8 + count :]
    assert dots > 7000
    # All dots, and only they: words and layout can be read.
    assert seen.count(b"*") - data.count(b"*") <= dots
    assert sum(one != other for one, other in zip(seen, data, strict=True)) <= dots
    at = data.index(b"\x1d\x76\x30")
    assert seen[:at] == data[:at] == bare[:at]
    assert seen[at : at + 8] == data[at : at + 8]
    assert seen[at + 8 : at + 8 + 1000] == b"*" * 1000
    assert seen[-40:] == data[-40:]


def test_a_picture_that_breaks_off_and_noise_hide_no_more_than_a_picture() -> None:
    mask = PictureData()
    whole = raster_image(2, 3, b"abcdef")
    assert mask.feed(b"text\n" + whole + b"more") == b"text\n" + whole[:8] + b"******more"
    assert mask.feed(whole[:10]) == whole[:8] + b"**"
    assert mask.feed(b"cdef\x1d") == b"****\x1d"
    assert mask.feed(b"\x56\x42\x00") == b"\x56\x42\x00"
    huge = b"\x1d\x76\x30\x00\xff\xff\xff\xff" + bytes(9000)
    seen = mask.feed(huge)
    assert (seen.count(b"*"), seen[-808:]) == (8192, bytes(808))


def test_a_png_of_one_bit_is_read_as_the_outer_screen_gives_it() -> None:
    rows = b"".join(b"\0" + bytes([0xFF, 0x00, 0x0F, 0xFF]) for _ in range(8))
    header = struct.pack(">IIBBBBB", 32, 8, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )
    ink = drawing._ink_of(data, (48, 16))
    assert ink is not None
    assert ink.size == (12, 8)
