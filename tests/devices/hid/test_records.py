"""Input records: literal bytes of both sizes, whatever cuts, damages or leaves some of them out."""

from __future__ import annotations

import random

import pytest

from devices.hid.keyboard import Edge, Keyboard
from devices.hid.records import LOST, Longs, Lost, Packet, Record, RecordReader

HEX = bytes.fromhex

#: struct input_event of a 64-bit program: 1,767,225,600.250000 s; MSC_SCAN 0x70059 (HID usage:
#: keypad 1), KEY_KP1 (79) down, SYN_REPORT.
KP1_DOWN = HEX(
    "00B95569 00000000 90D00300 00000000 0400 0400 59000700"
    "00B95569 00000000 90D00300 00000000 0100 4F00 01000000"
    "00B95569 00000000 90D00300 00000000 0000 0000 00000000"
)
#: 80 ms later it is up.
KP1_UP = HEX(
    "00B95569 00000000 10090500 00000000 0400 0400 59000700"
    "00B95569 00000000 10090500 00000000 0100 4F00 00000000"
    "00B95569 00000000 10090500 00000000 0000 0000 00000000"
)
#: The kernel's own repeat has no MSC_SCAN, and SYN_REPORT 1.
KP1_REPEAT = HEX(
    "00B95569 00000000 E0E40400 00000000 0100 4F00 02000000"
    "00B95569 00000000 E0E40400 00000000 0000 0000 01000000"
)
#: Of a 32-bit program, with 32- or 64-bit time: two longs of four bytes.
KP1_DOWN_32 = HEX(
    "00B95569 90D00300 0400 0400 59000700"
    "00B95569 90D00300 0100 4F00 01000000"
    "00B95569 90D00300 0000 0000 00000000"
)
#: After 19 January 2038 a 32-bit program's seconds go on, unsigned.
IN_2040 = HEX("00DCBE83 00000000 0100 4F00 0100000000DCBE83 00000000 0000 0000 00000000")
DROPPED = HEX("00B95569 00000000 A0D00300 00000000 0000 0300 00000000")
#: What is left of a packet behind the gap.
REST = HEX(
    "00B95569 00000000 A0D00300 00000000 0100 5000 01000000"
    "00B95569 00000000 A0D00300 00000000 0000 0000 00000000"
)

DOWN = Packet(1_767_225_600_250_000, (Record(4, 4, 0x70059), Record(1, 79, 1)))
UP = Packet(1_767_225_600_330_000, (Record(4, 4, 0x70059), Record(1, 79, 0)))


def read(stream: bytes, piece: int = 0, longs: Longs = 8) -> list[Packet | Lost]:
    reader = RecordReader(longs)
    size = piece or len(stream)
    pieces = (stream[at : at + size] for at in range(0, len(stream), size))
    return [packet for part in pieces for packet in reader.feed(part)]


@pytest.mark.parametrize("piece", [0, 1, 5, 24, 100])
def test_packets_are_read_however_the_bytes_are_cut(piece: int) -> None:
    assert read(KP1_DOWN + KP1_UP, piece) == [DOWN, UP]


def test_a_32_bit_programs_records_are_shorter_and_last_beyond_2038() -> None:
    assert read(KP1_DOWN_32, longs=4) == [DOWN]
    [packet] = read(IN_2040, longs=4)
    assert packet == Packet(2_210_323_456_000_000, (Record(1, 79, 1),))


def test_a_lamps_record_is_written_as_the_kernel_reads_it() -> None:
    assert Record(0x11, 0, 1).to_bytes(8) == HEX("00" * 16 + "1100 0000 01000000")
    assert Record(0x11, 0, 1).to_bytes(4) == HEX("00" * 8 + "1100 0000 01000000")


@pytest.mark.parametrize(
    "garbage",
    [
        HEX("5A A5 FF 01 7F"),
        KP1_DOWN[:11],
        KP1_DOWN[:24],
        KP1_DOWN[:48],
        KP1_DOWN[37:],
        b"\xff" * 240,
        # A type, a code, a value, a microsecond that none has.
        KP1_DOWN[:16] + HEX("0900 4F00 01000000"),
        KP1_DOWN[:16] + HEX("0100 0003 01000000"),
        KP1_DOWN[:16] + HEX("0100 4F00 03000000"),
        KP1_DOWN[:8] + HEX("40420F00 00000000 0100 4F00 01000000"),
    ],
)
def test_what_is_no_packet_is_passed_over_and_stands_as_a_gap(garbage: bytes) -> None:
    assert read(garbage + KP1_UP + garbage + KP1_UP) == [LOST, UP, LOST, UP]
    reader = RecordReader(8)
    reader.feed(garbage + KP1_UP)
    assert reader.bad == 1


def test_behind_a_gap_the_rest_of_a_packet_is_passed_over() -> None:
    assert read(KP1_DOWN + DROPPED + REST + KP1_UP) == [DOWN, LOST, UP]


def test_a_packet_that_does_not_go_on_is_forgotten() -> None:
    reader = RecordReader(8)
    assert reader.feed(KP1_DOWN[:30]) == []
    assert reader.unfinished
    reader.give_up()
    assert reader.feed(KP1_UP) == [UP]
    assert reader.bad == 1


def test_a_packet_without_end_is_none() -> None:
    reader = RecordReader(8)
    assert set(reader.feed(KP1_DOWN[:24] * 100_000)) == {LOST}
    assert reader.feed(KP1_UP) == [UP]


def edges(*stream: bytes, down: tuple[int, ...] = ()) -> list[Edge | Lost]:
    return list(Keyboard(down, 8).feed(b"".join(stream)))


def test_both_edges_of_a_key_are_told_once_and_repeats_never() -> None:
    went = edges(KP1_DOWN, KP1_REPEAT * 50, KP1_DOWN, KP1_UP, KP1_UP)
    assert went == [
        Edge(79, down=True, at_s=1_767_225_600.25),
        Edge(79, down=False, at_s=1_767_225_600.33),
    ]


def test_a_key_that_was_down_before_is_not_pressed_and_a_repeat_makes_none() -> None:
    assert edges(KP1_REPEAT * 3) == []
    assert edges(KP1_DOWN, KP1_REPEAT, down=(79,)) == []


def test_after_a_gap_what_is_down_counts_and_no_press_follows() -> None:
    keyboard = Keyboard((), 8)
    assert list(keyboard.feed(DROPPED + REST)) == [LOST]
    keyboard.now_down({79})
    assert list(keyboard.feed(KP1_DOWN)) == []
    assert [edge.down for edge in keyboard.feed(KP1_UP) if isinstance(edge, Edge)] == [False]


def test_what_is_down_is_told_as_it_was_at_each_edge() -> None:
    keyboard = Keyboard((), 8)
    seen = [set(keyboard.down) for _ in keyboard.feed(KP1_DOWN + KP1_UP)]
    assert seen == [{79}, set()]


def test_the_worst_bytes_take_no_time() -> None:
    dice = random.Random(3)
    # Records that could begin a packet, and never end one.
    likely = KP1_DOWN[:24] * 60 + dice.randbytes(7)
    assert LOST in read(likely * 20, piece=4096)
