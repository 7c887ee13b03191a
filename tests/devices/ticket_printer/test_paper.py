"""The picture of a slip, as a person sees it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from devices.errors import DeviceFault
from devices.ticket_printer.fonts import face_for, faces
from devices.ticket_printer.interpreter import Piece, Qr, Run, TextRow
from devices.ticket_printer.paper import draw
from devices.ticket_printer.raster import picture_of
from tests.devices.ticket_printer.bench import TICKET, Bench


def test_the_simplified_chinese_face_is_taken_by_name() -> None:
    assert [face.family for face in faces()][:2] == ["Noto Sans Mono CJK SC", "Noto Sans CJK SC"]
    assert all(face.index != 0 for face in faces() if face.file.endswith(".ttc"))


def test_characters_that_differ_in_japan_are_drawn_as_in_china() -> None:
    from PIL import ImageDraw, ImageFont

    for character in "门直骨返令":
        japanese = Image.new("L", (48, 48), 0)
        font = ImageFont.truetype(faces()[0].file, 48, index=0)
        ImageDraw.Draw(japanese).text((0, 41), character, font=font, fill=255, anchor="ls")
        ours = picture_of(character, 2, 2).convert("L")
        differing = sum(
            (a > 110) != (b > 110) for a, b in zip(ours.tobytes(), japanese.tobytes(), strict=True)
        )
        assert differing > 40, character


@pytest.mark.parametrize("character", ["税", "䶮", "𬭛", "𠮷", "A"])
def test_the_cmap_knows_what_a_face_has(character: str) -> None:
    face = face_for(character)
    assert face is not None
    assert face.has(character)


def test_what_nobody_can_draw_is_a_crossed_box_and_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    nobody = "\U000e0fff"
    assert face_for(nobody) is None
    picture = picture_of(nobody)
    assert picture.getbbox() == (2, 2, 22, 22)
    assert "U+E0FFF" in caplog.text


def test_a_drawn_line_fills_the_printers_own_cells() -> None:
    assert picture_of("税A𬭛").size == (60, 24)
    assert picture_of("税", 2, 3).size == (48, 72)


@pytest.mark.parametrize(("paper", "dots"), [(80, 576), (58, 384)])
def test_a_slip_has_its_real_size_and_nothing_is_clipped(
    tmp_path: Path, paper: int, dots: int
) -> None:
    bench = Bench(paper=paper)
    bench.driver.open()
    slip = replace(TICKET, number="A1234", qr="https://hall.example/t/A1234", reprint=True)
    assert bench.driver.print_slip(slip, 1).confirmed
    (file,) = bench.printer.save_pictures(tmp_path)
    assert file.name == "printer-0001-A1234.png"
    assert bench.printer.save_pictures(tmp_path) == []
    image = Image.open(file).convert("L")
    assert image.width == paper * 8 + 48
    ink = image.crop((24, 24, image.width - 24, image.height - 36)).point(
        lambda value: 255 if value < 100 else 0
    )
    box = ink.getbbox()
    assert box is not None
    margin = (paper * 8 - dots) // 2
    assert box[0] >= margin
    assert box[2] <= paper * 8 - margin


def test_the_qr_code_on_the_slip_is_the_one_that_was_sent() -> None:
    import segno

    text = "https://hall.example/t/A001"
    piece = Piece([Qr(text, 6, "M", 1)], "partial")
    image = draw(piece, 576, 80).convert("L")
    code = segno.make(text, error="M", micro=False, boost_error=False)
    size = len(code.matrix)
    left, top = 24 + (640 - size * 6) // 2, 24 + 36
    for y, line in enumerate(code.matrix):
        for x, dark in enumerate(line):
            value = image.getpixel((left + x * 6 + 3, top + y * 6 + 3))
            assert isinstance(value, int | float)
            assert (value < 128) == bool(dark)


@pytest.mark.parametrize("ended", ["partial", "full", "torn"])
def test_the_edge_shows_how_the_slip_came_off(ended: str) -> None:
    piece = Piece([TextRow((Run("A001", 6, 6),), 1)], ended)
    image = draw(piece, 576, 80).convert("L")
    edge = image.crop((24, image.height - 26, 24 + 640, image.height - 25))
    bridge = edge.crop((312, 0, 328, 1))
    assert edge.getextrema() != (253, 253)
    assert (bridge.getextrema() == (253, 253)) == (ended == "partial")


def test_half_a_ticket_is_torn_off_with_the_old_roll(tmp_path: Path) -> None:
    bench = Bench()
    bench.driver.open()
    bench.printer.fault("paper-out-at:60")
    with pytest.raises(DeviceFault, match="paper_end"):
        bench.driver.print_slip(TICKET, 1)
    assert bench.printer.seen()["hanging"] == [TICKET.hall_zh, "A001"]
    bench.printer.fault("paper-out", active=False)
    files = bench.printer.save_pictures(tmp_path)
    assert [file.name for file in files] == [
        "printer-0001-A001-torn.png",
        "printer-0002-slip.png",
    ]
