"""The FF68 frame against the vectors of its document, and other frames by the same engine."""

from __future__ import annotations

import pytest

from devices.pad.codec import FrameCodec, PadFrame
from devices.pad.engine import PadReader
from devices.pad.parts import Address, Checksum, Data, Function
from devices.pad.profile import load_profile
from tests.devices.pad.pad_line import hexed

RATING_1 = hexed("FF 68 03 03 68 01 11 01 13 16")
ACK_RATING_1 = hexed("FF 68 03 03 68 01 01 01 03 16")
TICKET_015 = hexed("FF 68 08 08 68 01 02 0A 0A 0A 00 01 05 27 16")
BEEP = hexed("FF 68 02 02 68 01 03 04 16")
NEXT = hexed("FF 68 03 03 68 01 01 0C 0E 16")


@pytest.fixture
def ff68() -> FrameCodec:
    return FrameCodec(load_profile("ff68").frame.parts)


@pytest.mark.parametrize(
    ("function", "data", "raw"),
    [
        (0x11, b"\x01", RATING_1),
        (0x01, b"\x01", ACK_RATING_1),
        (0x02, b"\x0a\x0a\x0a\x00\x01\x05", TICKET_015),
        (0x03, b"", BEEP),
    ],
)
def test_the_documents_vectors_are_built_and_read(
    ff68: FrameCodec, function: int, data: bytes, raw: bytes
) -> None:
    assert ff68.build(1, function, data) == raw
    assert ff68.match(raw, 0) == PadFrame(raw, 1, function, data)


def test_every_wrong_byte_of_the_rating_is_refused(ff68: FrameCodec) -> None:
    for at in range(len(RATING_1)):
        for value in range(256):
            raw = bytearray(RATING_1)
            if raw[at] == value:
                continue
            raw[at] = value
            assert PadReader(ff68).feed(bytes(raw), 0.0) == []


def test_a_sum_over_256_wraps(ff68: FrameCodec) -> None:
    raw = ff68.build(0xFE, 0x11, b"\x05")
    assert raw == hexed("FF 68 03 03 68 FE 11 05 14 16")
    assert isinstance(ff68.match(raw, 0), PadFrame)


def test_data_that_does_not_fit_is_not_sent(ff68: FrameCodec) -> None:
    with pytest.raises(ValueError, match="33 bytes"):
        ff68.build(1, 2, bytes(33))


def test_a_one_byte_pad_has_frames_of_one_byte() -> None:
    codec = FrameCodec(load_profile("one-byte").frame.parts)
    frames = PadReader(codec).feed(b"N3", 0.0)
    assert [(frame.address, frame.data) for frame in frames] == [(None, b"N"), (None, b"3")]


def test_a_line_pad_ends_its_frames_with_crlf() -> None:
    codec = FrameCodec(load_profile("ascii-line").frame.parts)
    reader = PadReader(codec)
    assert reader.feed(b"xx\r\nP03,RATE", 0.0) == []
    (frame,) = reader.feed(b" 5\r\nP0", 0.0)
    assert frame == PadFrame(b"P03,RATE 5\r\n", 3, None, b"RATE 5")
    assert codec.build(3, None, b"OK") == b"P03,OK\r\n"


def test_a_line_that_never_ends_is_given_up() -> None:
    codec = FrameCodec(load_profile("ascii-line").frame.parts)
    reader = PadReader(codec)
    assert reader.feed(b"P03," + b"x" * 41, 0.0) == []
    assert len(reader.feed(b"\r\nP03,NEXT\r\n", 0.0)) == 1
    assert reader.bad_frames >= 1


def test_a_modbus_like_profile_checks_its_crc() -> None:
    # 01 05 00 00 FF 00 8C 3A: a relay board's "on", address 1, function 5, four bytes of data.
    codec = FrameCodec(
        (
            Address(),
            Function(),
            Data(size=4),
            Checksum(kind="crc16_modbus", covers=("address", "function", "data")),
        )
    )
    raw = hexed("01 05 00 00 FF 00 8C 3A")
    assert codec.build(1, 5, hexed("00 00 FF 00")) == raw
    (frame,) = PadReader(codec).feed(b"\x99" + raw, 0.0)
    assert frame.raw == raw
