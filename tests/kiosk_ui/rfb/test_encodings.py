"""Every encoding by its bytes, as the documents lay them out."""

from __future__ import annotations

import numpy as np
import pytest
import simplejpeg

from kiosk_ui.rfb.errors import RfbError
from kiosk_ui.rfb.framebuffer import Limits
from kiosk_ui.rfb.protocol import COPY_RECT, RAW, TIGHT, ZRLE
from tests.kiosk_ui.rfb.wire import Zlib, drawn, rect, session, shown, update

RED_GREEN = ["ff0000 00ff00"]


def with_length(data: bytes) -> bytes:
    """Tight's compact length, then the data."""
    size = len(data)
    if size < 0x80:
        return bytes([size]) + data
    if size < 0x4000:
        return bytes([size & 0x7F | 0x80, size >> 7]) + data
    return bytes([size & 0x7F | 0x80, size >> 7 & 0x7F | 0x80, size >> 14]) + data


def zrle(plain: str) -> bytes:
    data = Zlib()(plain)
    return len(data).to_bytes(4, "big") + data


def test_raw_pixels_are_blue_green_red_and_a_byte_that_means_nothing() -> None:
    assert drawn(2, 1, rect(0, 0, 2, 1, RAW, "0000ff00 00ff0077")) == RED_GREEN


def test_copyrect_copies_even_where_source_and_target_overlap() -> None:
    row = rect(0, 0, 3, 1, RAW, "01000000 02000000 03000000")
    assert drawn(3, 1, row, rect(1, 0, 2, 1, COPY_RECT, "0000 0000")) == ["000001 000001 000002"]


def test_tight_fill_is_one_colour() -> None:
    assert drawn(2, 2, rect(0, 0, 2, 2, TIGHT, "80 112233")) == ["112233 112233"] * 2


def test_tight_fill_is_as_wide_as_two_monitors_and_nothing_else_is() -> None:
    found = session(3840, 1, limits=Limits())
    found.feed(update(rect(0, 0, 3840, 1, TIGHT, "80 112233")))
    assert shown(found) == [" ".join(["112233"] * 3840)]
    with pytest.raises(RfbError, match="2049 pixels wide"):
        found.feed(update(rect(0, 0, 2049, 1, TIGHT, "00 83 30")))


def test_tight_data_below_twelve_bytes_stands_as_it_is() -> None:
    assert drawn(2, 1, rect(0, 0, 2, 1, TIGHT, "00 ff0000 00ff00")) == RED_GREEN


def test_tight_pixels_are_red_green_blue_in_a_zlib_stream() -> None:
    plain = "ff0000 00ff00 0000ff 010203"
    data = bytes.fromhex("00") + with_length(Zlib()(plain))
    assert drawn(2, 2, rect(0, 0, 2, 2, TIGHT, data)) == ["ff0000 00ff00", "0000ff 010203"]


def test_a_tight_stream_goes_on_until_it_is_begun_anew() -> None:
    first, other, anew = Zlib(), Zlib(), Zlib()
    found = session(2, 2)
    for control, stream in ((0x00, first), (0x10, other), (0x00, first), (0x10, other)):
        data = bytes([control]) + with_length(stream("112233" * 4))
        found.feed(update(rect(0, 0, 2, 2, TIGHT, data)))
    # 0x01: stream 0 begins anew, then pixels in stream 0.
    found.feed(update(rect(0, 0, 2, 2, TIGHT, b"\x01" + with_length(anew("445566" * 4)))))
    assert shown(found) == ["445566 445566"] * 2


def test_two_colours_take_a_bit_a_pixel_and_rows_begin_on_a_byte() -> None:
    # 0x40: filter named; 1 palette; 2 colours; ten pixels a row take two bytes.
    data = "40 01 01 000000 ffffff 8040 7f80"
    on, off = " ffffff", " 000000"
    assert drawn(10, 2, rect(0, 0, 10, 2, TIGHT, data)) == [
        f"{on}{off * 8}{on}".lstrip(),
        f"{off}{on * 8}{off}".lstrip(),
    ]


def test_more_colours_take_a_byte_a_pixel_and_one_that_is_not_there_is_black() -> None:
    data = "40 01 02 0000ff 00ff00 ff0000 00 01 02 03"
    assert drawn(4, 1, rect(0, 0, 4, 1, TIGHT, data)) == ["0000ff 00ff00 ff0000 000000"]


@pytest.mark.parametrize(("x", "width"), [(0, 24), (0, 16), (3, 13), (8, 16), (4, 7)])
@pytest.mark.parametrize("count", [2, 5])
def test_palettes_wherever_the_rectangle_lies(x: int, width: int, count: int) -> None:
    height = 6
    index = np.random.default_rng(x + width).integers(0, count, (height, width), np.uint8)
    colours = [f"{number}{number}00ff" for number in range(count)]
    plain = np.packbits(index, axis=1).tobytes() if count == 2 else index.tobytes()
    head = bytes([0x40, 1, count - 1]) + bytes.fromhex("".join(colours))
    data = plain if len(plain) < 12 else with_length(Zlib()(plain))
    found = drawn(24, 6, rect(x, 0, width, 6, TIGHT, head + data))
    rows = [[colours[number] for number in row] for row in index.tolist()]
    assert [row.split()[x : x + width] for row in found] == rows
    around = {pixel for row in found for pixel in row.split()[:x] + row.split()[x + width :]}
    assert around <= {"000000"}


def test_the_gradient_filter_adds_to_what_the_neighbours_foretell() -> None:
    # Second row, second pixel: left 20 + above 30 - left above 10 = 40, and 2 more.
    plain = "0a0a0a 1414140a0a0a 020202"
    data = bytes.fromhex("40 02") + with_length(Zlib()(plain))
    assert drawn(2, 2, rect(0, 0, 2, 2, TIGHT, data)) == ["0a0a0a 1e1e1e", "141414 2a2a2a"]


def test_the_gradient_filter_goes_on_from_band_to_band() -> None:
    rows, width = 400, 512
    plain = np.zeros((rows, width, 3), np.uint8)
    plain[0, 0] = 7  # every pixel foretells its neighbours: all of one colour
    data = bytes.fromhex("40 02") + with_length(Zlib()(plain.tobytes()))
    limits = session(1, 1)._limits
    found = session(width, rows, limits=type(limits)(pixels=width * rows))
    found.feed(update(rect(0, 0, width, rows, TIGHT, data)))
    assert found.frame is not None
    assert (found.frame.pixels[..., :3] == 7).all()


def test_a_jpeg_fills_its_rectangle() -> None:
    grey = np.full((16, 24, 3), 120, np.uint8)
    data = b"\x90" + with_length(simplejpeg.encode_jpeg(grey, quality=90))
    assert set(" ".join(drawn(24, 16, rect(0, 0, 24, 16, TIGHT, data))).split()) == {"787878"}


def test_a_rectangle_of_several_bands_and_pieces_is_whole() -> None:
    noise = np.random.default_rng(7).integers(0, 256, (200, 300, 3), np.uint8)
    data = b"\x00" + with_length(Zlib()(noise.tobytes()))
    found = session(300, 200)
    for at in range(0, len(stream := update(rect(0, 0, 300, 200, TIGHT, data))), 4093):
        found.feed(stream[at : at + 4093])
        assert found.held <= 65_536 + 4093
    assert found.frame is not None
    assert (found.frame.pixels[..., 2::-1] == noise).all()


def test_zrle_tiles_of_all_kinds() -> None:
    raw_tile = "00 ff0000 00ff00 0000ff 030201"
    assert drawn(2, 2, rect(0, 0, 2, 2, ZRLE, zrle(raw_tile))) == [
        "0000ff 00ff00",
        "ff0000 010203",
    ]
    assert drawn(2, 1, rect(0, 0, 2, 1, ZRLE, zrle("01 332211"))) == ["112233 112233"]
    # 2 colours, a bit a pixel; 3 colours, two bits; 5 colours, four.
    assert drawn(3, 1, rect(0, 0, 3, 1, ZRLE, zrle("02 000000 ffffff a0"))) == [
        "ffffff 000000 ffffff"
    ]
    three = "03 010000 020000 030000 18"
    assert drawn(3, 1, rect(0, 0, 3, 1, ZRLE, zrle(three))) == ["000001 000002 000003"]
    five = "05 010000 020000 030000 040000 050000 4210"
    assert drawn(3, 1, rect(0, 0, 3, 1, ZRLE, zrle(five))) == ["000005 000003 000002"]


def test_zrle_runs_have_the_lengths_of_the_documents_examples() -> None:
    # Length 1 is [0], 255 is [254], 256 is [255, 0], 511 is [255, 255, 0] (RFC 6143 7.7.6).
    for length, coded in ((1, "00"), (255, "fe"), (256, "ff00"), (511, "ffff00")):
        rest = 4096 - length
        others = "ff" * ((rest - 1) // 255) + f"{(rest - 1) % 255:02x}"
        plain = f"80 0000ff {coded} 00ff00 {others}"
        rows = " ".join(drawn(64, 64, rect(0, 0, 64, 64, ZRLE, zrle(plain)))).split()
        assert rows == ["ff0000"] * length + ["00ff00"] * rest


def test_zrle_palette_runs_tell_single_pixels_by_their_top_bit() -> None:
    # Palette of 2: index 1 once; index 0 three times: 0x80, length 3 = [2].
    assert drawn(4, 1, rect(0, 0, 4, 1, ZRLE, zrle("82 0000ff 00ff00 01 80 02"))) == [
        "00ff00 ff0000 ff0000 ff0000"
    ]


def test_zrle_tiles_go_left_to_right_then_down_and_the_stream_goes_on() -> None:
    stream, found = Zlib(), session(70, 66)
    for first in ("01", "05"):
        plain = f"01 {first}0000 01 020000 01 030000 01 040000"
        data = stream(plain)
        found.feed(update(rect(0, 0, 70, 66, ZRLE, len(data).to_bytes(4, "big") + data)))
    rows = [row.split() for row in shown(found)]
    corners = rows[0][0], rows[0][64], rows[64][0], rows[65][69]
    assert corners == ("000005", "000002", "000003", "000004")
    assert (rows[63][63], rows[63][69]) == ("000005", "000002")


LIES = {
    "a rectangle beyond the desktop": rect(1, 0, 2, 1, RAW, "00" * 8),
    "an encoding nobody asked for": rect(0, 0, 2, 1, 5, "00"),
    "a copy from beyond the desktop": rect(0, 0, 2, 1, COPY_RECT, "0001 0000"),
    "Tight: PNG": rect(0, 0, 2, 1, TIGHT, "a0 00"),
    "Tight: filter 3": rect(0, 0, 2, 1, TIGHT, "40 03"),
    "Tight: one colour as palette": rect(0, 0, 2, 1, TIGHT, "40 01 00 000000"),
    "Tight: not zlib": rect(0, 0, 2, 2, TIGHT, "00 03 ffffff"),
    "Tight: too few bytes": rect(0, 0, 2, 2, TIGHT, b"\0" + with_length(Zlib()("00" * 11))),
    "Tight: too many bytes": rect(0, 0, 2, 2, TIGHT, b"\0" + with_length(Zlib()("00" * 13))),
    "Tight: no bytes": rect(0, 0, 2, 2, TIGHT, "00 00"),
    "Tight: not a JPEG": rect(0, 0, 2, 2, TIGHT, "90 03 ffffff"),
    "ZRLE: longer than it can be": rect(0, 0, 2, 1, ZRLE, "7fffffff"),
    "ZRLE: subencoding 17": rect(0, 0, 2, 1, ZRLE, zrle("11" + "00" * 60)),
    "ZRLE: subencoding 129": rect(0, 0, 2, 1, ZRLE, zrle("81" + "00" * 60)),
    "ZRLE: ends early": rect(0, 0, 2, 1, ZRLE, zrle("00 000000 0000")),
    "ZRLE: goes on": rect(0, 0, 2, 1, ZRLE, zrle("01 000000 00")),
    "ZRLE: a run beyond its tile": rect(0, 0, 2, 1, ZRLE, zrle("80 000000 02")),
    "ZRLE: a run without end": rect(0, 0, 2, 1, ZRLE, zrle("80 000000" + "ff" * 60)),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=list(LIES))
def test_a_lie_is_one_error_with_a_sentence_and_ends_the_session(lie: bytes) -> None:
    found = session(2, 2)
    with pytest.raises(RfbError) as caught:
        found.feed(update(lie))
    assert caught.value.code == "lies"
    assert caught.value.zh
    assert caught.value.en
    with pytest.raises(RfbError):
        found.feed(b"")


def test_a_jpeg_of_another_size_is_refused_before_it_is_decoded() -> None:
    data = b"\x90" + with_length(simplejpeg.encode_jpeg(np.zeros((8, 8, 3), np.uint8)))
    with pytest.raises(RfbError, match="8x8"):
        drawn(16, 8, rect(0, 0, 16, 8, TIGHT, data))


def test_a_desktop_beyond_the_limits_is_refused_before_memory_is_taken() -> None:
    with pytest.raises(RfbError) as caught:
        session(512, 512)
    assert caught.value.code == "too-large"
    found = session(4, 4)
    with pytest.raises(RfbError) as caught:
        found.feed(update(rect(0, 0, 65_535, 65_535, -223)))
    assert caught.value.code == "too-large"
