"""Frames to a speech chip, and its answers, damaged on their way.

A SYN6288's frame has an exclusive or over all that stands before it; an XFS5152CE's has nothing
but its length, so of that chip only what really stands in the stream may be taken. The answers are
single bytes: what is no answer is noise, and every answer counts once.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import reduce
from operator import xor

import pytest

from devices.framing import Splitter
from devices.voice.chips import SYN6288, XFS5152, Reply, finder, replies
from tests.devices.led_wall.test_mutations import Codec, Take, try_damage

SYN = (
    bytes.fromhex("FD001901005B7631305DC7EB41303031BAC5B5BD33BAC5B4B0BFDA92"),
    bytes.fromhex("FD000221DE"),
)
XFS = (
    bytes.fromhex("FD000A0100C7EB3130BAC5C8CB"),
    bytes.fromhex("FD000121"),
)


def checked(taken: bytes, stream: bytes) -> bool:
    return taken in stream and reduce(xor, taken) == 0


def there(taken: bytes, stream: bytes) -> bool:
    return taken in stream and int.from_bytes(taken[1:3], "big") == len(taken) - 3


def taking(make: Callable[[], Splitter[bytes]]) -> Callable[[], Take]:
    return lambda: make().feed


CODECS = {
    "syn6288": Codec(SYN, taking(lambda: finder(SYN6288)), checked),
    "xfs5152": Codec(XFS, taking(lambda: finder(XFS5152)), there),
}
#: A length that was damaged asks for more than a whole frame of a call: its neighbours go with it,
#: and without a checksum they are lost.
FOUND = {"syn6288": 0.9, "xfs5152": 0.2}


@pytest.mark.parametrize("name", sorted(CODECS))
def test_damaged_frames_are_never_taken_for_good_ones(name: str) -> None:
    assert try_damage(CODECS[name], 20_000, seed=2013) > 20_000 * FOUND[name]


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(CODECS))
def test_a_million_damaged_frames_are_never_taken_for_good_ones(name: str) -> None:
    assert try_damage(CODECS[name], 1_000_000, seed=1) > 1_000_000 * FOUND[name]


def try_answers(times: int) -> None:
    dice = random.Random(5152)
    known = {int(one) for one in Reply}
    for _ in range(times):
        data = bytearray(b"\x41\x4e\x4f\x41\x4f\x4a")
        for _ in range(dice.randint(1, 4)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        assert [int(one) for one in replies(bytes(data))] == [b for b in data if b in known]


def test_damaged_answers_are_what_they_are_byte_by_byte() -> None:
    try_answers(20_000)


@pytest.mark.long
def test_a_million_damaged_answers_are_what_they_are_byte_by_byte() -> None:
    try_answers(1_000_000)
