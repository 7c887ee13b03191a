"""Picture files come to a screen from a process of their own, whatever is in them."""

from __future__ import annotations

import io
import os
import stat
import struct
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pygame
import pytest
from PIL import Image as Pillow

from kiosk_ui.images import turned
from kiosk_ui.ops import Fill, Image, Picture, Rect
from kiosk_ui.painter import Painter
from kiosk_ui.pictures import Pictures
from tests.kiosk_ui.looks import look

RED, BLUE = (200, 30, 40), (20, 40, 220)
PLACE = Rect(0, 0, 200, 100)


@pytest.fixture
def pictures() -> Iterator[Pictures]:
    made = Pictures()
    yield made
    made.close()


def saved(path: Path, size: tuple[int, int], **options: Any) -> Path:
    """Write a picture: red, its upper left quarter blue."""
    made = Pillow.new("RGB", size, RED)
    made.paste(BLUE, (0, 0, size[0] // 2, size[1] // 2))
    made.save(path, quality=95, **options)
    return path


def turns(pictures: Pictures) -> Iterator[None]:
    """Give a turn after the other, as a calm loop has them, until nothing is being unpacked."""
    pause, end_s = threading.Event(), time.monotonic() + 60
    while pictures.busy:
        assert time.monotonic() < end_s, "still being unpacked"
        yield
        pause.wait(0.005)


def settled(pictures: Pictures) -> tuple[list[Image], list[Image]]:
    """Turn until nothing is being unpacked; return what became ready and what failed."""
    ready, failed = list[Image](), list[Image]()
    for _ in turns(pictures):
        more, worse = pictures.turn()
        ready, failed = ready + more, failed + worse
    return ready, failed


def near(colour: pygame.Color, wanted: tuple[int, int, int]) -> bool:
    return all(abs(colour[n] - wanted[n]) < 12 for n in range(3))


@pytest.mark.parametrize("name", ["a.png", "b.jpg"])
def test_a_picture_is_ordered_and_then_ready_as_large_as_its_place(
    pictures: Pictures, tmp_path: Path, name: str
) -> None:
    op = Image(PLACE, str(saved(tmp_path / name, (80, 80))), 1)
    assert pictures.get(op) is None
    ready, failed = settled(pictures)
    assert [(one.path, one.stamp, one.rect[2:]) for one in ready] == [(op.path, 1, (200, 100))]
    assert failed == []
    surface = pictures.get(op)
    assert surface is not None
    assert surface.get_size() == (100, 100)
    assert near(surface.get_at((10, 10)), BLUE)
    assert near(surface.get_at((90, 90)), RED)


def test_a_picture_appears_where_it_belongs_when_it_is_ready(
    pictures: Pictures, tmp_path: Path
) -> None:
    painter = Painter(pygame.Surface((200, 100), depth=32), look().faces, pictures)
    op = Image(PLACE, str(saved(tmp_path / "a.png", (80, 80))))
    page = Picture((200, 100), (Fill(PLACE, (9, 9, 9)), op))
    painter.show(page)
    assert painter.surface.get_at((60, 10))[:3] == (9, 9, 9)
    for _ in turns(pictures):
        painter.show(page)
    assert near(painter.surface.get_at((60, 10)), BLUE)
    assert painter.show(page) == []


def test_a_picture_of_the_next_page_is_ready_before_it_is_shown(
    pictures: Pictures, tmp_path: Path
) -> None:
    painter = Painter(pygame.Surface((200, 100), depth=32), look().faces, pictures)
    op = Image(PLACE, str(saved(tmp_path / "a.png", (80, 80))))
    painter.show(Picture((200, 100), (Fill(PLACE, (9, 9, 9)),), soon=(op,)))
    settled(pictures)
    painter.show(Picture((200, 100), (op,)))
    assert near(painter.surface.get_at((60, 10)), BLUE)


@pytest.mark.parametrize(
    ("orientation", "blue_at"), [(1, (0, 0)), (3, (1, 1)), (6, (1, 0)), (8, (0, 1)), (2, (1, 0))]
)
def test_a_photo_is_set_upright_as_its_camera_was_held(
    pictures: Pictures, tmp_path: Path, orientation: int, blue_at: tuple[int, int]
) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    op = Image(Rect(0, 0, 90, 90), str(saved(tmp_path / "p.jpg", (300, 200), exif=exif)))
    pictures.get(op)
    settled(pictures)
    surface = pictures.get(op)
    assert surface is not None
    width, height = surface.get_size()
    assert (width < height) is (orientation in {6, 8})
    x, y = (
        side // 4 + half * (side // 2) for side, half in zip((width, height), blue_at, strict=True)
    )
    assert near(surface.get_at((x, y)), BLUE)


@pytest.mark.parametrize(
    "data", [b"\xff\xd8\xff\xe1\0\x08Exif\0\0", b"\xff\xd8\xff\xe1", b"", b"\x89PNG"]
)
def test_nonsense_about_how_a_camera_was_held_turns_nothing(data: bytes) -> None:
    assert turned(data) == (0, False)


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


#: A PNG of 20,500 x 2,000 pixels begins so.
HUGE_HEAD = b"\x89PNG\r\n\x1a\n" + chunk(
    b"IHDR", struct.pack(">IIBBBBB", 20_500, 2_000, 8, 2, 0, 0, 0)
)


def huge_png() -> bytes:
    """Return 41 million pixels in 40 kB."""
    rows = zlib.compress(bytes(1 + 20_500 * 3) * 2_000, 9)
    return HUGE_HEAD + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def whole_jpeg() -> bytes:
    data = io.BytesIO()
    Pillow.effect_noise((640, 480), 60).convert("RGB").save(data, "JPEG")
    return data.getvalue()


def print_jpeg() -> bytes:
    data = io.BytesIO()
    Pillow.new("CMYK", (20, 20)).save(data, "JPEG")
    return data.getvalue()


BAD: dict[str, Callable[[], bytes]] = {
    "zero": bytes,
    "text": "请带身份证".encode,
    "huge": huge_png,
    "header": lambda: HUGE_HEAD + bytes(7),
    "print": print_jpeg,
    "gif": lambda: b"GIF89a" + bytes(40),
    "fat": lambda: whole_jpeg() + bytes(20_000_000),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_is_no_picture_is_told_once_and_left_alone_for_a_while(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    path, now_s = tmp_path / "bad.png", 100.0
    path.write_bytes(BAD[kind]())
    pictures = Pictures(clock=lambda: now_s)
    op = Image(PLACE, str(path), 7)
    for _ in range(3):
        assert pictures.get(op) is None
        _, failed = settled(pictures)
        now_s += 50.0
    assert pictures.get(op) is None
    assert pictures.busy
    _, failed = settled(pictures)
    assert [(one.path, one.stamp) for one in failed] == [(str(path), 7)]
    assert [r.getMessage() for r in caplog.records if "bad.png cannot be shown" in r.getMessage()]
    assert len([r for r in caplog.records if "bad.png" in r.getMessage()]) == 1
    pictures.close()


def test_a_file_that_vanished_and_a_pipe_without_a_writer_hold_up_nobody(
    pictures: Pictures, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    assert stat.S_ISFIFO((tmp_path / "pipe.png").stat().st_mode)
    for name in ("gone.png", "pipe.png"):
        pictures.get(Image(PLACE, str(tmp_path / name)))
    _, failed = settled(pictures)
    assert len(failed) == 2


@pytest.mark.parametrize("code", ["import os; os.abort()", "import time; time.sleep(600)"])
def test_a_process_that_crashes_or_never_ends_is_given_up(tmp_path: Path, code: str) -> None:
    now_s = 100.0
    pictures = Pictures(command=(sys.executable, "-c", code), clock=lambda: now_s)
    pictures.get(Image(PLACE, str(tmp_path / "x.png")))
    pictures.turn()
    now_s += 61.0
    _, failed = settled(pictures)
    assert len(failed) == 1
    pictures.close()


def test_a_screen_that_ends_leaves_no_process_and_blames_no_file(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    pictures = Pictures(command=(sys.executable, "-c", "import time; time.sleep(600)"))
    pictures.get(Image(PLACE, str(tmp_path / "x.png")))
    pictures.turn()
    work = pictures._work
    assert work is not None
    pictures.close()
    assert work.process.returncode is not None
    assert "x.png" not in caplog.text


def test_only_so_many_bytes_are_kept_and_what_is_on_show_is_among_them(tmp_path: Path) -> None:
    pictures = Pictures(kept_bytes=200 * 100 * 4 * 3)
    ops = [Image(PLACE, str(saved(tmp_path / f"{n}.png", (100, 50)))) for n in range(5)]
    for op in ops:
        pictures.get(op)
        settled(pictures)
        pictures.get(ops[0])
    assert pictures.kept_bytes <= 200 * 100 * 4 * 3
    assert pictures.get(ops[0]) is not None
    assert pictures.get(ops[-1]) is not None
    pictures.close()


def test_a_photo_of_12_megapixels_neither_stalls_a_screen_nor_stays_in_it(
    pictures: Pictures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "photo.jpg"
    Pillow.effect_noise((4000, 3000), 60).convert("RGB").save(path, quality=90)
    op = Image(Rect(0, 0, 900, 400), str(path))
    pictures.get(op)
    # Unpacking it takes 0.4 s: never here, where the screen is drawn.
    for call in ("PIL.Image.open", "pygame.image.load", "pygame.transform.smoothscale"):
        monkeypatch.delattr(call)
    for _ in turns(pictures):
        pictures.turn()
    assert pictures.get(op) is not None
    assert pictures.kept_bytes == 533 * 400 * 4


def test_pictures_made_for_another_page_are_forgotten_with_it(
    pictures: Pictures, tmp_path: Path
) -> None:
    painter = Painter(pygame.Surface((200, 100), depth=32), look().faces, pictures)
    path = str(saved(tmp_path / "a.png", (80, 80)))
    small, large = Image(Rect(0, 0, 50, 50), path), Image(PLACE, path)
    for op, ground in ((small, RED), (large, BLUE)):
        page = Picture((200, 100), (Fill(PLACE, ground), op))
        painter.show(page)
        for _ in turns(pictures):
            painter.show(page)
    painter.show(Picture((200, 100), (Fill(PLACE, RED),)))
    assert pictures.kept_bytes == 100 * 100 * 4
