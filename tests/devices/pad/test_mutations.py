"""Frames that were damaged on their way: no exception, no hang, and nothing wrong is taken.

What a reader takes must stand in the stream byte by byte, in the form of its protocol by arithmetic
of this file's own. A frame whose damage its own checksum does not show is beyond any reader: one in
256 of them, for a checksum of a byte. A pad that sends one byte a key has none, so any byte is a
frame; of those only the bytes in its profile are keys. 20,000 damaged frames a profile;
`make test-long` tries a million.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from devices.pad.codec import FrameCodec
from devices.pad.engine import KeyMeaning, PadReader, codec_for
from devices.pad.parts import Address, Checksum, Constant, Data, Field, Function, Trailer
from devices.pad.profile import load_profile
from tests.devices.led_wall.test_mutations import damaged, pieces
from tests.timing import steps

HEX = bytes.fromhex


@dataclass(frozen=True, slots=True)
class Form:
    good: tuple[bytes, ...]
    codec: Callable[[], FrameCodec]
    right: Callable[[bytes], bool]


def ff68_right(raw: bytes) -> bool:
    body = raw[5:-2]
    return (
        raw[:2] == b"\xff\x68"
        and raw[2] == raw[3] == len(body)
        and raw[4] == 0x68
        and raw[-2:] == bytes([sum(body) % 256, 0x16])
    )


def polled_right(raw: bytes) -> bool:
    value = 0
    for byte in raw[1:-2]:
        value ^= byte
    return raw[0] == 2 and raw[3] == len(raw) - 6 and raw[-2:] == bytes([value, 3])


def modbus_right(raw: bytes) -> bool:
    value = 0xFFFF
    for byte in raw[:-2]:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ 0xA001 if value & 1 else value >> 1
    return len(raw) == 8 and value.to_bytes(2, "little") == raw[-2:]


def ppp_right(raw: bytes) -> bool:
    body = raw[1:-1].replace(b"\x7d\x5e", b"\x7e").replace(b"\x7d\x5d", b"\x7d")
    inside = re.fullmatch(rb"(?:[^\x7d\x7e]|\x7d[\x5d\x5e])*", raw[1:-1], re.DOTALL)
    return inside is not None and sum(body) % 256 == 0


def line_right(raw: bytes) -> bool:
    return re.fullmatch(rb"P[0-9][0-9],(?:(?!\r\n).){0,40}\r\n", raw, re.DOTALL) is not None


def modbus() -> FrameCodec:
    return FrameCodec((Address(), Function(), Data(size=4), Checksum("crc16_modbus", first=0)))


def ppp() -> FrameCodec:
    """Flags 7E, escapes as in RFC 1662, a counter, and Modbus ASCII's LRC."""
    return FrameCodec(
        (
            Constant("7E"),
            Address(),
            Field(1),
            Data(max=8),
            Checksum("lrc", first=1),
            Trailer("7E"),
        ),
        {0x7E: b"\x7d\x5e", 0x7D: b"\x7d\x5d"},
    )


FORMS = {
    "ff68": Form(
        (
            HEX("FF 68 03 03 68 01 11 01 13 16"),
            HEX("FF 68 03 03 68 01 01 0C 0E 16"),
            HEX("FF 68 08 08 68 01 02 0A 0A 0A 00 01 05 27 16"),
        ),
        lambda: codec_for(load_profile("ff68")),
        ff68_right,
    ),
    "polled": Form(
        (
            HEX("02 01 06 00 07 03"),
            HEX("02 01 41 01 31 70 03"),
            HEX("02 02 52 01 35 64 03"),
        ),
        lambda: codec_for(load_profile("polled")),
        polled_right,
    ),
    "one-byte": Form(
        (b"N", b"R", b"5"), lambda: codec_for(load_profile("one-byte")), lambda raw: len(raw) == 1
    ),
    "ascii-line": Form(
        (b"P03,NEXT\r\n", b"P12,RATE 5\r\n"),
        lambda: codec_for(load_profile("ascii-line")),
        line_right,
    ),
    "modbus form": Form((HEX("01 05 00 00 FF 00 8C 3A"),), modbus, modbus_right),
    "escaped form": Form(
        (
            # 05 + 01 + 41 + B9 = 100; 7E and 7D inside, each as two.
            HEX("7E 05 01 41 B9 7E"),
            HEX("7E 7D 5E 02 7D 5D 03 7E"),
        ),
        ppp,
        ppp_right,
    ),
}


def try_damage(form: Form, times: int, seed: int) -> int:
    """Return how many frames were taken of ``times`` damaged ones, each before a good one."""
    dice = random.Random(seed)
    taken, batch = 0, 20
    for _ in range(times // batch):
        stream = b"".join(
            damaged(dice.choice(form.good), dice) + dice.choice(form.good) for _ in range(batch)
        )
        reader = PadReader(form.codec())
        for piece in pieces(stream, dice):
            for frame in reader.feed(piece, 0.0):
                assert form.right(frame.raw), (frame.raw.hex(), stream.hex())
                assert frame.raw in stream
                taken += 1
    return taken


@pytest.mark.parametrize("name", FORMS)
def test_damaged_frames_are_never_taken_for_good_ones(name: str) -> None:
    # Nearly every good one in between is found; a damaged one may swallow its neighbour.
    assert try_damage(FORMS[name], 20_000, seed=485) > 20_000 * 0.75


@pytest.mark.long
@pytest.mark.parametrize("name", FORMS)
def test_a_million_damaged_frames_are_never_taken_for_good_ones(name: str) -> None:
    assert try_damage(FORMS[name], 1_000_000, seed=2) > 750_000


def test_of_all_bytes_only_those_in_the_table_are_keys_of_a_one_byte_pad() -> None:
    profile = load_profile("one-byte")
    reader, meaning = PadReader(codec_for(profile)), KeyMeaning(profile)
    keys = {
        (frame.raw, event.event)
        for byte in range(256)
        for frame in reader.feed(bytes([byte]), 0.0)
        if (event := meaning.of(frame, 0.0)) is not None
    }
    rates = {(str(score).encode(), "rate") for score in range(10)}
    clerks = {
        "N": "call_next", "R": "recall", "S": "start", "F": "finish", "M": "no_show", "P": "park",
        "K": "call_back", "T": "transfer", "W": "pause", "C": "close",
        # After "transfer" alone.
        "E": "figures", "B": "figures",
    }  # fmt: skip
    assert keys == {*((key.encode(), event) for key, event in clerks.items()), *rates}


@pytest.mark.parametrize("name", FORMS)
def test_good_frames_are_read_faster_than_any_line_brings_them(name: str) -> None:
    form = FORMS[name]
    stream = b"".join(form.good) * 100
    reader, read = PadReader(form.codec()), 0

    def feed() -> None:
        nonlocal read
        for at in range(0, len(stream), 64):
            read += len(reader.feed(stream[at : at + 64], 0.0))

    taken = steps(feed)
    assert read == 100 * len(form.good)
    # The fastest line brings 3,000 a second; a Pi runs millions of lines of Python in it.
    assert taken / read < 200


@pytest.mark.parametrize("name", FORMS)
def test_damage_has_no_slow_path(name: str) -> None:
    assert steps(lambda: try_damage(FORMS[name], 200, seed=485)) < 200 * 1500
