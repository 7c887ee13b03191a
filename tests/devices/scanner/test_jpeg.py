"""What a JPEG says of itself, and JPEGs cut out of a stream of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from devices.scanner.jpeg import FrameCutter, NoJpeg, jpeg_head
from tests.devices.scanner.drawn import jpeg

#: SOI; APP0 JFIF 1.1, 300 dots an inch; SOF0 8 bits, 2 lines of 3, one component; SOS; data; EOI.
SMALL = bytes.fromhex(
    "FFD8"
    "FFE000104A46494600010101012C012C0000"
    "FFC0000B080002000301011100"
    "FFDA0008010100003F00"
    "1234FF0056"
    "FFD9"
)


def test_a_head_says_size_components_and_resolution() -> None:
    assert jpeg_head(SMALL) == (3, 2, 1, 300, 33)


def test_dots_a_centimetre_are_told_in_inches() -> None:
    in_centimetres = SMALL.replace(bytes.fromhex("01012C012C"), bytes.fromhex("0200760076"))
    assert jpeg_head(in_centimetres).dpi == 300


@pytest.mark.parametrize("length", range(0, 33, 4))
def test_half_a_head_is_none(length: int) -> None:
    with pytest.raises(NoJpeg):
        jpeg_head(SMALL[:length])


@given(st.binary(max_size=300))
def test_no_bytes_break_it(data: bytes) -> None:
    for one in (data, b"\xff\xd8\xff" + data, SMALL[:20] + data):
        try:
            head = jpeg_head(one)
        except NoJpeg:
            continue
        assert head.width > 0
        assert head.height > 0


@given(st.lists(st.integers(1, 9), min_size=1, max_size=60), st.binary(max_size=12))
def test_frames_are_cut_whatever_the_pieces_and_the_noise_before(
    pieces: list[int], noise: bytes
) -> None:
    stream = noise.replace(b"\xff", b"") + SMALL + b"\0\0" + SMALL + SMALL
    cutter, found, at = FrameCutter(), [], 0
    turn = 0
    while at < len(stream):
        step = pieces[turn % len(pieces)]
        found += cutter.feed(stream[at : at + step])
        at, turn = at + step, turn + 1
    assert found == [SMALL, SMALL, SMALL]


def test_a_frame_that_was_cut_off_is_dropped_and_the_next_one_kept() -> None:
    assert FrameCutter().feed(SMALL[:38] + SMALL) == [SMALL]


def test_what_never_ends_is_not_kept() -> None:
    cutter = FrameCutter(limit=1000)
    cutter.feed(SMALL[:38])
    for _ in range(20):
        assert cutter.feed(bytes(100)) == []
    assert cutter.feed(SMALL) == [SMALL]


def test_a_thumbnail_within_a_header_is_no_frame() -> None:
    inside = b"\xff\xe1" + (len(SMALL) + 2).to_bytes(2, "big") + SMALL
    photo = SMALL[:2] + inside + SMALL[2:]
    assert FrameCutter().feed(photo * 2) == [photo, photo]


def test_it_reads_what_pillow_writes() -> None:
    written = jpeg(Image.new("RGB", (64, 48), (200, 10, 10)), dpi=(200, 200))
    head = jpeg_head(written)
    assert (head.width, head.height, head.components, head.dpi) == (64, 48, 3, 200)
    assert FrameCutter().feed(written + written) == [written, written]
