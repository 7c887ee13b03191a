"""The process that works on pages: what it gives, what it refuses, how it ends and comes back."""

from __future__ import annotations

import io
import os
import signal
import struct
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from devices.scanner.base import RawPage
from devices.scanner.pages.errors import FAULTS, PageError
from devices.scanner.pages.page import PageWish
from devices.scanner.pages.pdfa import pdf_a
from devices.scanner.pages.works import PageWorks
from tests.devices.scanner.drawn import form, jpeg, laid

PAGE = form(100)
GREY = PAGE.convert("L")
DEADLINE_S = 60.0


def raw(picture: Image.Image, dpi: int = 100, turn: int = 0) -> RawPage:
    pixels = bytearray(picture.tobytes())
    return RawPage(pixels, *picture.size, len(picture.getbands()), dpi, "raw", turn)


def photo(data: bytes, size: tuple[int, int], dpi: int = 0) -> RawPage:
    return RawPage(bytearray(data), *size, 3, dpi, "jpeg")


@pytest.fixture
def works() -> Iterator[PageWorks]:
    made = PageWorks()
    yield made
    made.close()


def comes(true: Callable[[], bool]) -> bool:
    pause = threading.Event()
    until = time.monotonic() + DEADLINE_S
    while not true() and time.monotonic() < until:
        pause.wait(0.02)
    return true()


def test_a_raw_page_comes_back_finished_and_the_process_stays(works: PageWorks) -> None:
    page = raw(laid(PAGE, (1070, 1340), 5).picture.convert("L"))
    done = works.finish(page)
    first = works.pid
    assert done.cropped
    assert done.skew_deg == pytest.approx(5, abs=0.2)
    assert Image.open(io.BytesIO(done.jpeg)).size == (done.width, done.height)
    page.wipe()
    assert works.finish(raw(GREY)).width == GREY.width
    assert works.pid == first is not None


def test_a_page_that_lies_turned_is_turned_back(works: PageWorks) -> None:
    lying = GREY.rotate(-90, expand=True)
    done = works.finish(raw(lying, turn=90), PageWish(crop=False))
    assert (done.width, done.height, done.turned) == (*GREY.size, 270)


def test_a_photo_is_turned_as_its_camera_says(works: PageWorks) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = jpeg(PAGE.rotate(90, expand=True), exif=exif)
    done = works.finish(photo(data, (PAGE.height, PAGE.width)), PageWish(crop=False))
    assert (done.width, done.height) == PAGE.size


def test_nobody_may_look_into_it_and_it_leaves_no_core(works: PageWorks) -> None:
    works.finish(raw(GREY))
    limits = Path(f"/proc/{works.pid}/limits").read_text(encoding="ascii")
    core = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
    assert core.split()[4:6] == ["0", "0"]
    space = next(line for line in limits.splitlines() if line.startswith("Max address space"))
    assert space.split()[3] != "unlimited"
    # What may not be dumped belongs to root, whoever runs it (proc(5)).
    assert Path(f"/proc/{works.pid}/environ").stat().st_uid == 0


def bomb_jpeg() -> bytes:
    small = jpeg(Image.new("L", (16, 16)))
    at = small.index(b"\xff\xc0")
    return small[: at + 5] + struct.pack(">HH", 60_000, 60_000) + small[at + 9 :]


def test_a_picture_that_says_it_is_60000_pixels_wide_is_refused_undecoded(
    works: PageWorks,
) -> None:
    with pytest.raises(PageError) as caught:
        works.finish(photo(bomb_jpeg(), (100, 100)))
    assert caught.value.code == "page_too_large"
    with pytest.raises(PageError):
        works.finish(RawPage(b"", 60_000, 60_000, 3, 300, "jpeg"))


def test_a4_in_colour_at_600_dpi_is_refused_with_what_to_do(works: PageWorks) -> None:
    with pytest.raises(PageError) as caught:
        works.finish(RawPage(b"", 4961, 7016, 3, 600, "jpeg"), PageWish(grey=False))
    assert "降低扫描分辨率" in caught.value.zh
    # It never got as far as a process.
    assert works.pid is None


def bomb_png() -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        whole = name + data
        return struct.pack(">I", len(data)) + whole + struct.pack(">I", zlib.crc32(whole))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    body = zlib.compress(bytes(1 << 20))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (bomb_png(), "page_too_large"),
        (b"Dear taxpayer", "page_foreign"),
        (b"%PDF-1.7\nnothing", "page_damaged"),
        (b"II*\0" + bytes(40), "page_damaged"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "page_damaged"),
    ],
)
def test_a_file_that_is_none_is_refused_in_both_languages(
    works: PageWorks, data: bytes, code: str
) -> None:
    with pytest.raises(PageError) as caught:
        list(works.unfold(data, 100, grey=True))
    assert caught.value.code == code
    assert (caught.value.zh, caught.value.en) == FAULTS[code]
    # It lives on, and takes the next one.
    assert works.finish(raw(GREY)).height == GREY.height


@pytest.mark.parametrize("cut", [200, 5000])
def test_half_a_photo_is_refused(works: PageWorks, cut: int) -> None:
    with pytest.raises(PageError) as caught:
        works.finish(photo(jpeg(PAGE)[:cut], PAGE.size))
    assert caught.value.code == "page_damaged"


def test_garbage_for_pages_never_ends_it(works: PageWorks) -> None:
    import random

    dice = random.Random(9)
    whole = jpeg(PAGE.reduce(4))
    works.warm()
    first, told = works.pid, set()
    for _ in range(60):
        broken = bytearray(whole)
        for _ in range(dice.randint(1, 30)):
            broken[dice.randrange(len(broken))] = dice.randrange(256)
        try:
            works.finish(photo(bytes(broken), (200, 300)))
        except PageError as error:
            told.add(error.code)
    assert told <= {"page_damaged", "page_too_large"}
    assert works.pid == first is not None


def several(kind: str) -> bytes:
    out = io.BytesIO()
    pages = [PAGE, PAGE.rotate(180), GREY.convert("RGB")]
    if kind == "PDF":
        return pdf_a([jpeg(page) for page in pages], 100, "A012-1")
    pages[0].save(out, kind, save_all=True, append_images=pages[1:], dpi=(100, 100))
    return out.getvalue()


@pytest.mark.parametrize("kind", ["PDF", "TIFF"])
def test_a_file_of_pages_is_unfolded_page_by_page(works: PageWorks, kind: str) -> None:
    pages = list(works.unfold(several(kind), 100, grey=True))
    assert [(page.width, page.channels, page.dpi) for page in pages] == [(827, 1, 100)] * 3
    colour = next(iter(works.unfold(several(kind), 100, grey=False)))
    assert colour.channels == 3
    assert works.finish(pages[0]).width == 827


def test_a_pdf_with_a_huge_sheet_is_refused_before_it_is_drawn(works: PageWorks) -> None:
    huge = pdf_a([jpeg(Image.new("L", (900, 900)))], 1, "A012-1")
    with pytest.raises(PageError) as caught:
        list(works.unfold(huge, 300, grey=True))
    assert caught.value.code == "page_too_large"


def test_a_process_that_is_killed_costs_one_start(works: PageWorks) -> None:
    works.finish(raw(GREY))
    first = works.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert comes(lambda: works.pid is None)
    assert works.finish(raw(GREY)).width == GREY.width
    assert works.pid != first


def test_it_ends_by_itself_when_no_page_comes_and_starts_again_for_one() -> None:
    works = PageWorks(idle_s=0.2)
    try:
        works.finish(raw(GREY))
        assert comes(lambda: works.pid is None)
        assert works.finish(raw(GREY)).width == GREY.width
    finally:
        works.close()


def test_one_that_hangs_is_killed() -> None:
    script = "import sys, time; time.sleep(600)"
    works = PageWorks(limit_s=0.5, command=(sys.executable, "-c", script))
    with pytest.raises(PageError) as caught:
        works.finish(raw(GREY))
    assert caught.value.code == "page_slow"
    assert works.pid is None


def test_one_that_ends_at_once_is_told() -> None:
    works = PageWorks(command=(sys.executable, "-c", "raise SystemExit(3)"))
    with pytest.raises(PageError) as caught:
        works.finish(raw(GREY))
    assert caught.value.code == "page_process"
    works.close()


def test_it_ends_with_the_daemon() -> None:
    script = (
        "import os, sys\n"
        "from devices.scanner.pages.works import PageWorks\n"
        "works = PageWorks(); works.warm(); print(works.pid, flush=True)\n"
        "sys.stdin.read(1); os._exit(1)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as daemon:
        assert daemon.stdout is not None
        assert daemon.stdin is not None
        child = int(daemon.stdout.readline())
        daemon.stdin.close()
        daemon.wait(DEADLINE_S)
    assert comes(lambda: not Path(f"/proc/{child}").exists())


def test_nothing_heavy_is_imported_by_the_daemon() -> None:
    script = (
        "import sys\n"
        "import devices.scanner.pages.works, devices.scanner.pages.pdfa\n"
        "import devices.scanner.camera.driver, devices.scanner.folder.driver\n"
        "sys.exit(', '.join({'numpy', 'PIL', 'simplejpeg'} & set(sys.modules)) or None)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False, timeout=120)
    assert done.returncode == 0
