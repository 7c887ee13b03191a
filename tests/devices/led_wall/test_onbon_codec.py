from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.led_wall.onbon import (
    Area,
    Frame,
    FrameFinder,
    area_data,
    areas_data,
    areas_of,
    brightness_data,
    coloured,
    crc,
    encode,
    explain,
)

START = bytes.fromhex("A5" * 8)
HEADER = bytes.fromhex("0100 0080 000000000000 FE02")
PING = START + HEADER + bytes.fromhex("0500 A200010000 68F8 5A")
CLEAR = START + HEADER + bytes.fromhex("0500 A310010000 51F8 5A")
TEXT = (
    START
    + HEADER
    + bytes.fromhex("3200 A306012D00 00 01 2900 00 0000 0000 1800 2000 00 00 00 0200 000000")
    + bytes.fromhex("02 02 03 00 04 05 0E000000 3031323334355152535454562742 A87D 5A")
)
#: A card's answer: taken. Its CRC was computed bit by bit, apart from the codec.
TAKEN = START + bytes.fromhex("0080 0100 000000000000 FE02 0500 A000000000 64DC 5A")


def test_a_ping_is_the_documents_frame() -> None:
    assert encode(Frame(1, 0x8000, 0xA2, 0x00, 1)) == PING


def test_clearing_is_the_documents_frame() -> None:
    assert encode(Frame(1, 0x8000, 0xA3, 0x10, 1)) == CLEAR


def test_a_text_is_the_documents_frame() -> None:
    area = Area(0, 0, 0, 192, 32, b"012345QRSTTV'B", effect=3, single_line=False, wrap=True)
    payload = areas_data([area_data(area)])
    assert encode(Frame(1, 0x8000, 0xA3, 0x06, 1, payload, more=b"\x2d\x00")) == TEXT


@pytest.mark.parametrize(
    ("frame", "told"),
    [(PING, 0xF868), (CLEAR, 0xF851), (TEXT, 0x7DA8)],
)
def test_the_checksum_is_the_documents(frame: bytes, told: int) -> None:
    assert crc(frame[8:-3]) == told


def test_what_frames_are_made_of_is_escaped_inside_them() -> None:
    # Z and [ are 5A and 5B; these two characters have A5 and A6 in GB2312.
    text = "Z[".encode("gb2312") + "ァΑ".encode("gb2312")
    assert text == bytes.fromhex("5A5B A5A1 A6A1")
    wire = encode(Frame(1, 0x8000, 0xA3, 0x06, 1, text))
    assert bytes.fromhex("5B02 5B01 A602 A1 A601 A1") in wire
    assert wire.count(b"\xa5") == 8
    assert wire.count(b"\x5a") == 1
    (back,) = FrameFinder().feed(wire)
    assert back.payload == text


@pytest.mark.parametrize(
    ("dots", "told"),
    [(0, "0000"), (8, "0100"), (192, "1800"), (4, "0480"), (100, "6480")],
)
def test_places_across_count_eight_dots_or_with_the_high_bit_dots(dots: int, told: str) -> None:
    data = area_data(Area(0, dots, 0, 192, 16, b"A"))
    assert data[3:5].hex() == told
    assert [area.x for area in areas_of(areas_data([data])) or ()] == [dots]


def test_colours_are_prefixes() -> None:
    assert coloured("red", b"A") == b"\\C1A"
    assert coloured("green", b"A") == b"\\C2A"
    assert coloured("yellow", b"A") == b"\\C3A"


def test_brightness_is_set_by_hand_and_for_all_the_day() -> None:
    assert brightness_data(9) == bytes([1, 9]) + bytes([9] * 48)


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_frames_are_found_in_whatever_pieces_they_come(size: int) -> None:
    stream = PING + b"\x00noise\xff" + TEXT + CLEAR[3:] + PING
    finder = FrameFinder()
    found = []
    for at in range(0, len(stream), size):
        found += finder.feed(stream[at : at + size])
    assert [(one.group, one.command) for one in found] == [
        (0xA2, 0x00),
        (0xA3, 0x06),
        (0xA3, 0x10),
        (0xA2, 0x00),
    ]
    assert finder.bad_frames == 0
    assert finder.noise == 7


@pytest.mark.parametrize("cut", range(1, 30))
def test_a_frame_cut_short_does_not_cost_the_next_one(cut: int) -> None:
    finder = FrameFinder()
    found = finder.feed(PING[:-cut] + TAKEN)
    assert [(one.group, one.flag) for one in found] == [(0xA0, 0)]


@pytest.mark.parametrize(
    "broken",
    [
        PING[:-3] + b"\x69\xf8\x5a",
        PING.replace(b"\xa2\x00", b"\xa2\x01"),
        TEXT.replace(b"0123", b"0124"),
        # A length that is not the data's, with a right checksum.
        START + bytes.fromhex("01000080000000000000FE020600A2000100005B01F85A"),
        # Escapes that mean nothing.
        PING[:-3] + b"\xa6\x03\x5a",
        PING[:-1] + b"\xa6\x5a",
    ],
)
def test_a_broken_frame_is_none_and_the_next_one_is_found(broken: bytes) -> None:
    finder = FrameFinder()
    (found,) = finder.feed(broken + TAKEN)
    assert (found.destination, found.source, found.group) == (0x8000, 1, 0xA0)
    assert finder.bad_frames >= 1


@given(
    st.integers(0, 0xFFFF),
    st.binary(max_size=200),
    st.lists(st.binary(max_size=20), min_size=1, max_size=4),
    st.integers(1, 9),
)
def test_every_payload_comes_back_from_any_noise(
    to: int, payload: bytes, noises: list[bytes], size: int
) -> None:
    frame = Frame(to, 0x8000, 0xA3, 0x06, 1, payload)
    # Noise may begin a frame, never end one: 5A ends a frame that was never sent.
    stream = b"".join(noise.replace(b"\x5a", b"?") + encode(frame) for noise in noises)
    finder = FrameFinder()
    found = []
    for at in range(0, len(stream), size):
        found += finder.feed(stream[at : at + size])
    assert found == [frame] * len(noises)


@given(st.binary(max_size=9000))
def test_noise_is_not_kept(noise: bytes) -> None:
    finder = FrameFinder()
    finder.feed(noise)
    finder.reset()
    assert [one.group for one in finder.feed(TAKEN)] == [0xA0]


@given(st.binary(max_size=120))
def test_areas_that_are_not_well_formed_are_none(payload: bytes) -> None:
    areas = areas_of(payload)
    assert areas is None or areas_of(areas_data([area_data(one) for one in areas])) == areas


def test_a_trace_reads_as_words() -> None:
    area = Area(2, 0, 16, 192, 16, coloured("green", "A001→3号".encode("gb2312")))
    sent = encode(Frame(1, 0x8000, 0xA3, 0x06, 1, areas_data([area_data(area)])))
    assert explain(PING + sent) == [
        "to card 1 A200 ping",
        "to card 1 A306 areas; area 2 192x16+0+16 green 'A001→3号'",
    ]
    refused = encode(Frame(0x8000, 1, 0xA0, 0x01, 0x0D))
    assert explain(TAKEN + refused, answers=True) == [
        "card 1 answers A000: status 00 (done)",
        "card 1 answers A001: status 0D (wrong kind of card)",
    ]
