from __future__ import annotations

import logging
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import pygame
import pytest

from firmware_py.core.pictures import MOST_PIXELS
from kiosk_ui.draft import Draft
from kiosk_ui.images import picture_size, read_picture
from kiosk_ui.ink import Ink
from kiosk_ui.ops import Fill, Image, Modules, Op, Picture, Rect, RoundRect, Text
from kiosk_ui.painter import Painter, changed
from kiosk_ui.panel import Panel, Turn
from kiosk_ui.shell import Shell
from tests.kiosk_ui.looks import look

SIZE = (200, 100)
FACES = look().faces
GROUND = Fill(Rect(0, 0, 200, 100), (10, 20, 30))
RED, WHITE = (255, 0, 0), (255, 255, 255)


def picture(*ops: Op) -> Picture:
    return Picture(SIZE, (GROUND, *ops))


@pytest.fixture
def painter() -> Iterator[Painter]:
    painter = Painter(pygame.Surface(SIZE), FACES)
    yield painter
    painter.close()


def test_the_same_picture_is_not_drawn_again(painter: Painter) -> None:
    shown = picture(Fill(Rect(10, 10, 20, 20), RED))
    assert painter.show(shown) == [Rect(0, 0, 200, 100)]
    assert painter.show(picture(Fill(Rect(10, 10, 20, 20), RED))) == []


def test_only_what_changed_is_drawn(painter: Painter) -> None:
    painter.show(picture(Fill(Rect(10, 10, 20, 20), RED), Fill(Rect(150, 60, 20, 20), RED)))
    # Somebody draws over a place that does not change: it must stay as it is.
    painter.surface.set_at((155, 65), (1, 2, 3))
    places = painter.show(
        picture(Fill(Rect(12, 10, 20, 20), RED), Fill(Rect(150, 60, 20, 20), RED))
    )
    assert len(places) == 1
    assert places[0].contains(Rect(10, 10, 22, 20))
    assert not places[0].meets(Rect(150, 60, 20, 20))
    assert painter.surface.get_at((155, 65))[:3] == (1, 2, 3)
    assert painter.surface.get_at((11, 15))[:3] == (10, 20, 30)
    assert painter.surface.get_at((31, 15))[:3] == RED


def test_another_order_of_the_same_operations_is_another_picture() -> None:
    one, two = Fill(Rect(0, 0, 50, 50), RED), Fill(Rect(20, 20, 50, 50), WHITE)
    assert changed(picture(one, two), picture(two, one)) == [Rect(0, 0, 200, 100)]


def test_what_was_drawn_twice_and_is_drawn_once_is_drawn_anew() -> None:
    once, over = Fill(Rect(0, 0, 40, 40), RED), Fill(Rect(20, 20, 40, 40), WHITE)
    # The first of the two went, for what comes behind it stayed.
    (place,) = changed(picture(once, over, once), picture(over, once))
    assert place.contains(once.rect)
    assert changed(picture(over, once), picture(once, over, once)) == [place]
    # Here nobody can say which of the two it was.
    line = Fill(Rect(0, 90, 200, 1), WHITE)
    before, after = picture(once, over, once, line), picture(line, over, once)
    assert changed(before, after) == [Rect(0, 0, 200, 100)]


def test_what_stayed_at_the_beginning_and_at_the_end_does_not_count_twice() -> None:
    one, two = Fill(Rect(0, 0, 20, 20), RED), Fill(Rect(50, 50, 20, 20), WHITE)
    for before, after in (((one, two), (one, two, two)), ((one,), ()), ((one, one), (one,))):
        places = changed(picture(*before), picture(*after))
        gone = [op for op in (*before, *after) if before.count(op) != after.count(op)]
        assert all(any(place.contains(op.rect) for place in places) for op in gone)
        assert places


def test_another_page_is_drawn_as_a_whole_without_looking_for_what_stayed() -> None:
    before = picture(*(Fill(Rect(n * 10, 0, 8, 8), RED) for n in range(9)))
    after = picture(*(Fill(Rect(n * 10, 50, 8, 8), RED) for n in range(9)))
    assert changed(before, after) == [Rect(0, 0, 200, 100)]


def test_a_part_drawn_anew_is_the_same_as_a_whole_picture(painter: Painter) -> None:
    def page(number: str) -> Picture:
        draft = Draft(look(Panel(200, 100, 200, 100)))
        draft.fill(draft.rect, (10, 20, 30))
        draft.card(Rect(5, 5, 190, 60), (200, 180, 20), radius=9)
        draft.text(Rect(10, 8, 180, 50), number, (0, 0, 0), cap=25, bold=True, figures=True)
        draft.text(Rect(10, 70, 180, 28), "等候12人 jgy", WHITE, cap=10)
        return draft.picture()

    for number in ("A001", "A099", "B120", "A001"):
        painter.show(page(number))
        fresh = Painter(pygame.Surface(SIZE), FACES)
        fresh.show(page(number))
        assert painter.surface.get_buffer().raw == fresh.surface.get_buffer().raw, number
        fresh.close()


def test_text_is_drawn_as_wide_as_it_was_measured() -> None:
    surface = pygame.Surface((900, 120))
    ink = Ink(FACES)
    for text, size in (("A108请到12号窗口", 61), ("Ticket, please", 47), ("WWWiii...", 33)):
        surface.fill((0, 0, 0))
        ink.draw(surface, 0, 90, text, size, WHITE, bold=True)
        mask = pygame.mask.from_threshold(surface, WHITE, (200, 200, 200))
        rects = mask.get_bounding_rects()
        right = max(rect.right for rect in rects)
        assert abs(right - FACES.width(text, size, bold=True)) <= size // 6, text
    ink.close()


def test_the_simplified_chinese_forms_are_drawn() -> None:
    """骨 in the Japanese face has another shape: the pixels of the two faces differ."""
    pygame.freetype.init()
    ink, surface = Ink(FACES), pygame.Surface((120, 120))
    ink.draw(surface, 5, 95, "骨", 100, WHITE)
    drawn = pygame.mask.from_threshold(surface, WHITE, (120, 120, 120))

    def by_face(index: int) -> pygame.mask.Mask:
        font = pygame.freetype.Font(str(FACES.chains[False][0].path), 100, font_index=index)
        font.origin = True
        other = pygame.Surface((120, 120))
        glyph, box = font.render("骨", WHITE)
        other.blit(glyph, (5 + box.x, 95 - box.y))
        return pygame.mask.from_threshold(other, WHITE, (120, 120, 120))

    chinese, japanese = by_face(FACES.chains[False][0].index), by_face(0)
    assert drawn.overlap_area(chinese, (0, 0)) == chinese.count() == drawn.count()
    assert drawn.overlap_area(japanese, (0, 0)) < 0.95 * japanese.count()
    ink.close()


def test_what_no_font_has_is_drawn_as_a_box() -> None:
    ink, surface = Ink(FACES), pygame.Surface((120, 120))
    ink.draw(surface, 10, 100, "\ue456", 80, WHITE)
    mask = pygame.mask.from_threshold(surface, WHITE, (60, 60, 60))
    (box, *_) = sorted(mask.get_bounding_rects(), key=lambda rect: -rect.w)
    assert box.w >= 70
    assert box.h >= 70
    ink.close()


def test_rendered_text_is_kept_within_bounds() -> None:
    ink, surface = Ink(FACES, kept_bytes=200_000), pygame.Surface((400, 100))
    for n in range(300):
        ink.draw(surface, 0, 80, f"A{n:03}", 60, WHITE)
        assert ink.kept_bytes <= 200_000
    ink.close()


def test_large_text_looks_the_same_is_cut_off_by_the_clip_and_is_not_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each ticket has another number, 1.5 MB of pixels: it is put together from its glyphs."""

    def drawn(text: str, clip: pygame.Rect | None) -> tuple[bytes, int]:
        ink, surface = Ink(FACES), pygame.Surface((500, 300), depth=32)
        surface.fill((16, 36, 58))
        surface.set_clip(clip)
        inside = surface.get_clip()
        ink.draw(surface, -20, 260, text, 240, (255, 211, 77), bold=True)
        kept = ink.kept_bytes
        assert surface.get_clip() == inside
        ink.close()
        return surface.get_buffer().raw, kept

    clips = (None, pygame.Rect(40, 60, 90, 150), pygame.Rect(300, 200, 900, 900))
    texts = ("A061", "3号窗口", "门\ue456B")
    direct = [drawn(text, clip) for text in texts for clip in clips]
    assert {kept for _, kept in direct} == {0}
    monkeypatch.setattr("kiosk_ui.ink._LARGE_PX", 10**9)
    by_runs = [drawn(text, clip) for text in texts for clip in clips]
    assert all(kept for _, kept in by_runs)
    assert [pixels for pixels, _ in direct] == [pixels for pixels, _ in by_runs]
    assert len({pixels for pixels, _ in direct}) == len(direct)


def test_a_qr_code_has_modules_of_one_size(painter: Painter) -> None:
    rows = tuple(tuple((x + y) % 2 == 0 for x in range(21)) for y in range(21))
    painter.show(picture(Modules(Rect(0, 0, 100, 100), rows)))
    # 4 pixels a module, 84 in all, in the middle of 100.
    assert painter.surface.get_at((9, 9))[:3] == (0, 0, 0)
    assert painter.surface.get_at((13, 9))[:3] == WHITE
    assert painter.surface.get_at((3, 3))[:3] == WHITE


def test_a_border_leaves_its_inside(painter: Painter) -> None:
    painter.show(picture(RoundRect(Rect(10, 10, 80, 80), RED, 4, 3)))
    assert painter.surface.get_at((50, 11))[:3] == RED
    assert painter.surface.get_at((50, 50))[:3] == (10, 20, 30)


def png(width: int, height: int) -> bytes:
    """Return a PNG whose header says so many pixels; the rest is not of that size."""

    def chunk(name: bytes, data: bytes) -> bytes:
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\xff\0\0" * 8) * 8)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


def test_a_picture_file_is_shown_undistorted(painter: Painter, tmp_path: Path) -> None:
    path = tmp_path / "red.png"
    path.write_bytes(png(8, 8))
    painter.show(picture(Image(Rect(0, 0, 200, 100), str(path))))
    assert painter.surface.get_at((100, 50))[:3] == RED
    assert painter.surface.get_at((20, 50))[:3] == (10, 20, 30)


@pytest.mark.parametrize(
    "content", [png(60_000, 60_000), png(8, 8)[:50], b"", b"GIF89a", b"\xff\xd8\xff\xe0\0\x10"]
)
def test_a_broken_or_huge_picture_file_leaves_a_gap_and_a_line_in_the_log(
    painter: Painter, tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "bad.png"
    path.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        painter.show(picture(Image(Rect(0, 0, 100, 100), str(path))))
        painter.show(picture(Image(Rect(0, 0, 100, 100), str(path)), Fill(Rect(0, 0, 9, 9), RED)))
    assert painter.surface.get_at((50, 50))[:3] == (10, 20, 30)
    assert len([r for r in caplog.records if "bad.png" in r.getMessage()]) == 1


def test_a_picture_that_unpacks_to_too_much_is_refused_by_its_header(tmp_path: Path) -> None:
    assert picture_size(png(6000, 4200)) == (6000, 4200)
    path = tmp_path / "large.png"
    path.write_bytes(png(6000, 4200))
    with pytest.raises(ValueError, match=str(MOST_PIXELS)):
        read_picture(path)


def test_the_size_of_a_jpeg_stands_in_its_frame_header() -> None:
    # SOI, APP0 of 4 bytes, SOF0: length 17, 8 bits, height 0x0258, width 0x0320, 3 components.
    head = bytes.fromhex("ffd8 ffe0 0004 4a46 ffc0 0011 08 0258 0320 03")
    assert picture_size(head + bytes(20)) == (800, 600)


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_a_turned_panel_shows_each_part_where_it_belongs(turned: Turn) -> None:
    panel = Panel(80, 60, 80, 60, turned)
    shell = Shell(panel, FACES, position=(0, 0))
    width, height = panel.size
    for x in (10, 30):
        ops = (Fill(Rect(0, 0, width, height), (0, 0, 0)), Fill(Rect(x, 5, 8, 4), RED))
        assert shell.show(Picture(panel.size, ops))
    on = panel.on_panel(Rect(30, 5, 8, 4))
    surface = shell.window_surface
    found = pygame.mask.from_threshold(surface, RED, (1, 1, 1)).get_bounding_rects()
    assert found == [pygame.Rect(on)]
    shell.close()


def test_text_beyond_a_place_is_not_left_over() -> None:
    before = picture(Text(Rect(20, 20, 60, 40), 55, "gjp", 40, WHITE))
    places = changed(before, picture())
    assert all(place.contains(Rect(20, 20, 60, 40)) for place in places)


def test_a_panel_of_another_size_than_was_told_keeps_its_millimetres() -> None:
    # A screen that fills the desktop takes what the desktop has.
    shell = Shell(Panel(777, 555, 400, 300), FACES)
    assert shell.panel.size == shell.window_surface.get_size()
    assert (shell.panel.width_mm, shell.panel.height_mm) == (400, 300)
    shell.show(Picture(shell.panel.size, (Fill(shell.panel.rect, RED),)))
    width, height = shell.panel.size
    assert shell.window_surface.get_at((width - 1, height - 1))[:3] == RED
    shell.close()
