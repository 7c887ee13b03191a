"""Several pages in one PDF/A: as large as they were, without another loss, and read by others."""

from __future__ import annotations

import hashlib
import io
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from devices.scanner.pages.colours import srgb_profile
from devices.scanner.pages.errors import PageError
from devices.scanner.pages.pdfa import pdf_a
from tests.devices.scanner.drawn import form, jpeg

A4 = form(100)
COLOUR, GREY = jpeg(A4, 80), jpeg(A4.convert("L"), 80)
TITLE = "A012-1 受理材料 <1>"


def tool(*command: str) -> str:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return done.stdout


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "pages.pdf"
    path.write_bytes(pdf_a([COLOUR, GREY], 100, TITLE))
    return path


def test_qpdf_finds_nothing_wrong(file: Path) -> None:
    assert "No syntax or stream encoding errors found" in tool("qpdf", "--check", str(file))


def test_its_pages_are_a4_and_its_title_is_the_documents(file: Path) -> None:
    told = tool("pdfinfo", str(file))
    assert "Pages:           2" in told
    assert "(A4)" in told
    assert f"Title:           {TITLE}" in told
    assert not re.search("^(Author|Creator|CreationDate|ModDate|Subject)", told, re.MULTILINE)


def test_pages_are_in_it_bit_by_bit(file: Path, tmp_path: Path) -> None:
    tool("pdfimages", "-all", str(file), str(tmp_path / "page"))
    assert (tmp_path / "page-000.jpg").read_bytes() == COLOUR
    assert (tmp_path / "page-001.jpg").read_bytes() == GREY


def test_poppler_draws_what_was_scanned(file: Path) -> None:
    if shutil.which("pdftoppm") is None:
        pytest.skip("pdftoppm is not installed")
    command = ["pdftoppm", "-r", "100", "-f", "1", "-l", "1", "-singlefile", str(file)]
    drawn = subprocess.run(command, capture_output=True, check=True, timeout=120).stdout
    seen = np.asarray(Image.open(io.BytesIO(drawn)).resize(A4.size).reduce(8), dtype=np.int16)
    scanned = np.asarray(Image.open(io.BytesIO(COLOUR)).reduce(8))
    assert np.abs(seen - scanned).mean() < 3


def test_it_says_that_it_is_pdf_a_2b_and_its_colours_are_defined(file: Path) -> None:
    data = file.read_bytes()
    assert data.startswith(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    assert b"<pdfaid:part>2</pdfaid:part>\n<pdfaid:conformance>B</pdfaid:conformance>" in data
    assert "A012-1 受理材料 &lt;1&gt;</rdf:li>".encode() in data
    assert b"/Type/Metadata/Subtype/XML" in data
    assert b"/OutputIntents[<</Type/OutputIntent/S/GTS_PDFA1" in data
    assert srgb_profile() in data
    assert re.search(rb"/ID\[<[0-9a-f]{32}><[0-9a-f]{32}>\]", data)
    for never in (b"/Encrypt", b"/JavaScript", b"/Interpolate true", b"/LZWDecode", b"/AA"):
        assert never not in data


def test_the_same_pages_make_the_same_bytes() -> None:
    first, again = (pdf_a([GREY], 100, TITLE) for _ in range(2))
    assert hashlib.sha256(first).digest() == hashlib.sha256(again).digest()


def test_each_page_may_have_its_own_resolution(tmp_path: Path) -> None:
    path = tmp_path / "pages.pdf"
    path.write_bytes(pdf_a([GREY, GREY], [100, 200], "A012-2"))
    told = tool("pdfinfo", "-l", "2", str(path))
    assert re.search(r"Page +1 size: +595\.\d+ x 841\.\d+", told)
    assert re.search(r"Page +2 size: +297\.\d+ x 420\.\d+", told)


@pytest.mark.parametrize("bad", [b"", b"%PDF-1.4", GREY[:40]])
def test_what_is_no_jpeg_is_refused(bad: bytes) -> None:
    with pytest.raises(PageError) as caught:
        pdf_a([GREY, bad], 100, "A012-1")
    assert caught.value.code == "page_damaged"


def test_a_jpeg_for_print_in_four_colours_is_refused() -> None:
    with pytest.raises(PageError):
        pdf_a([jpeg(Image.new("CMYK", (20, 20)))], 100, "A012-1")


def test_the_profile_means_srgb() -> None:
    ours = ImageCms.ImageCmsProfile(io.BytesIO(srgb_profile()))
    assert srgb_profile()[8:12] == bytes.fromhex("02400000")
    assert int.from_bytes(srgb_profile()[:4], "big") == len(srgb_profile())
    dice = np.random.default_rng(1)
    colours = Image.fromarray(dice.integers(0, 256, (64, 64, 3), dtype=np.uint8))
    theirs = ImageCms.createProfile("sRGB")
    seen = ImageCms.profileToProfile(colours, ours, theirs)
    assert seen is not None
    difference = np.abs(np.asarray(seen, dtype=np.int16) - np.asarray(colours))
    assert int(difference.max()) <= 2
