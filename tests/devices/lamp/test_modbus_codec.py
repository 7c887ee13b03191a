"""Modbus frames of relay boards: literal bytes, pieces, noise, damage."""

from __future__ import annotations

import pytest

from devices.lamp import modbus
from devices.lamp.modbus import CoilsRead, CoilsWritten, Refused, Written
from tests.devices.led_wall.test_mutations import Codec, Take, try_damage

#: Of boards' manuals and the standard; the last by libmodbus (mbpoll).
ANSWERS: list[tuple[str, modbus.Answer]] = [
    ("01050000FF008C3A", Written(1, 0, 0xFF00)),
    ("010500000000CDCA", Written(1, 0, 0)),
    ("018502C351", Refused(1, 5, 2)),
    ("01010105918B", CoilsRead(1, (True, False, True, False, False, False, False, False))),
    ("010F00000002D40A", CoilsWritten(1, 0, 2)),
]


def test_requests_are_the_manuals_bytes() -> None:
    assert modbus.encode_write(1, 0, on=True) == bytes.fromhex("01050000FF008C3A")
    assert modbus.encode_write(1, 0, on=False) == bytes.fromhex("010500000000CDCA")
    assert modbus.encode_write(1, 1, on=True) == bytes.fromhex("01050001FF00DDFA")
    assert modbus.encode_read(1, 0, 8) == bytes.fromhex("0101000000083DCC")
    assert modbus.encode_write_run(1, 0, [True] * 8) == bytes.fromhex("010F0000000801FFBED5")
    assert modbus.encode_flash(1, 0, 7) == bytes.fromhex("0105020000078DB0")
    assert modbus.encode_flash(1, 1, 8) == bytes.fromhex("0105020100089C74")


@pytest.mark.parametrize(("frame", "answer"), ANSWERS)
def test_answers_are_read_whatever_the_pieces_and_the_noise(
    frame: str, answer: modbus.Answer
) -> None:
    data = bytes.fromhex(frame)
    assert modbus.answers().feed(data) == [answer]
    whole = modbus.answers()
    assert whole.feed(data + data) == [answer, answer]
    single = modbus.answers()
    assert [a for byte in data for a in single.feed(bytes([byte]))] == [answer]
    noisy = modbus.answers()
    found = noisy.feed(b"\xff\x00\xf8" + data[:4])
    assert found + noisy.feed(data[4:]) == [answer]


def test_a_wrong_checksum_costs_no_good_answer_behind_it() -> None:
    finder = modbus.answers(8)
    wrong, good = bytes.fromhex("01050000FF008C3B"), bytes.fromhex("010500000000CDCA")
    assert finder.feed(wrong + good) == [Written(1, 0, 0)]
    assert finder.bad_frames == 1


def test_an_answer_behind_a_false_beginning_is_found_when_nothing_follows() -> None:
    finder = modbus.answers()
    # Noise that reads as an answer of 200 bytes.
    assert finder.feed(bytes.fromhex("0301C8") + bytes.fromhex("018502C351")) == []
    assert finder.flush() == [Refused(1, 5, 2)]


@pytest.mark.parametrize("value", [(-1, 1), (65536, 1), (0, 0), (0, 2001)])
def test_coils_that_cannot_be_are_not_asked_for(value: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=r"address|count"):
        modbus.encode_read(1, *value)


def test_a_trace_is_told_in_words() -> None:
    asked = "01050000FF008C3A0101000000083DCC010F0000000801FFBED50105020000078DB0"
    assert modbus.explain(bytes.fromhex(asked)) == [
        "unit 1: coil 0 on",
        "unit 1: read 8 coils from 0",
        "unit 1: write 8 coils from 0: 11111111",
        "unit 1: relay 0 on for 0.7 s",
    ]
    answered = bytes.fromhex("".join(frame for frame, _ in ANSWERS))
    assert modbus.explain(answered, answers=True) == [
        "unit 1: coil 0 on",
        "unit 1: coil 0 off",
        "unit 1: function 05 refused, code 2",
        "unit 1: coils 10100000",
        "unit 1: 2 coils from 0 written",
    ]


def crc(data: bytes) -> bytes:
    value = 0xFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ 0xA001 if value & 1 else value >> 1
    return value.to_bytes(2, "little")


def again(answer: modbus.Answer) -> bytes:
    """Return the bytes that an answer must have been, by this file's own arithmetic."""
    match answer:
        case Written(unit, first, second):
            body = bytes([unit, 5]) + first.to_bytes(2, "big") + second.to_bytes(2, "big")
        case CoilsWritten(unit, first, second):
            body = bytes([unit, 15]) + first.to_bytes(2, "big") + second.to_bytes(2, "big")
        case Refused(unit, function, code):
            body = bytes([unit, 0x80 | function, code])
        case CoilsRead(unit, bits):
            packed = sum(bit << n for n, bit in enumerate(bits))
            size = len(bits) // 8
            body = bytes([unit, 1, size]) + packed.to_bytes(size, "little")
        case _:
            raise AssertionError(answer)
    return body + crc(body)


def take() -> Take:
    finder = modbus.answers(8)
    return lambda data: [again(answer) for answer in finder.feed(data)]


CODEC = Codec(
    tuple(bytes.fromhex(frame) for frame, _ in ANSWERS),
    take,
    lambda taken, stream: taken in stream,
)


def test_damaged_answers_are_never_taken_for_good_ones() -> None:
    # A false beginning swallows as much as it asks for, unless its checksum is there to see.
    assert try_damage(CODEC, 20_000, seed=1979) > 20_000 * 0.9


@pytest.mark.long
def test_a_million_damaged_answers_are_never_taken_for_good_ones() -> None:
    assert try_damage(CODEC, 1_000_000, seed=1) > 900_000
