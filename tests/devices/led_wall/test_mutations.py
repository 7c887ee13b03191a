"""Frames that were damaged on their way: no exception, no hang, and nothing wrong is taken.

What a codec takes must stand in the stream byte by byte, with a checksum that is right by
arithmetic of this file's own. 20,000 damaged frames each; `make test-long` tries a million.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from devices.led_wall import alpha, eq2013, onbon, weilipu
from tests.timing import steps

#: Frames of one codec, what a finder of it takes, and whether that is really in the stream.
Take = Callable[[bytes], list[bytes]]


@dataclass(frozen=True, slots=True)
class Codec:
    good: tuple[bytes, ...]
    finder: Callable[[], Take]
    right: Callable[[bytes, bytes], bool]


def onbon_take() -> Take:
    finder = onbon.FrameFinder()
    return lambda data: [onbon.encode(frame) for frame in finder.feed(data)]


def onbon_right(taken: bytes, stream: bytes) -> bool:
    body = taken[8:-1].replace(b"\xa6\x02", b"\xa5").replace(b"\xa6\x01", b"\xa6")
    body = body.replace(b"\x5b\x02", b"\x5a").replace(b"\x5b\x01", b"\x5b")
    value = 0
    for byte in body[:-2]:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ 0xA001 if value & 1 else value >> 1
    return value.to_bytes(2, "little") == body[-2:] and taken[8:] in stream


def alpha_take() -> Take:
    finder = alpha.PacketFinder()
    return lambda data: [
        alpha.packet(one.sign_type, int(one.address, 16), one.commands, checksum=one.checked)
        for one in finder.feed(data)
        if "?" not in one.address
    ]


def alpha_right(taken: bytes, stream: bytes) -> bool:
    for part in taken[9:-1].split(b"\x02")[1:]:
        command, etx, told = part.partition(b"\x03")
        if told and told != b"%04X" % (5 + sum(command)):
            return False
        if any(byte < 5 or byte > 0x7F for byte in command) or (told and not etx):
            return False
    # Without checksums an ETX at the end is as good as none.
    bare = taken[5:]
    return bare in stream or bare[:-1] + b"\x03\x04" in stream or _mixed(bare, stream)


def _mixed(bare: bytes, stream: bytes) -> bool:
    commands = [part.partition(b"\x03")[0] for part in bare[4:-1].split(b"\x02")[1:]]
    return bare[:4] in stream and all(b"\x02" + command in stream for command in commands)


def weilipu_take() -> Take:
    splitter = weilipu.finder()
    return lambda data: [weilipu.encode(line) for line in splitter.feed(data)]


def weilipu_right(taken: bytes, stream: bytes) -> bool:
    return sum(taken[:-1]) & 0xFF == taken[-1] and taken in stream


def eq2013_take() -> Take:
    finder = eq2013.AnswerFinder()
    return lambda data: [
        b"##FOK$$$" if one is eq2013.Answer.TAKEN else b"##" for one in finder.feed(data)
    ]


def eq2013_right(taken: bytes, stream: bytes) -> bool:
    return taken in stream or b"##KOK$$$" in stream


CODECS = {
    "onbon": Codec(
        (
            bytes.fromhex("A5A5A5A5A5A5A5A501000080000000000000FE020500A20001000068F85A"),
            bytes.fromhex(
                "A5A5A5A5A5A5A5A501000080000000000000FE023200A306012D0000012900000000000018002000"
                "0000000200000000020203000405"
                "0E0000003031323334355152535454562742A87D5A"
            ),
            bytes.fromhex("A5A5A5A5A5A5A5A500800100000000000000FE020500A00000000064DC5A"),
        ),
        onbon_take,
        onbon_right,
    ),
    "alpha": Codec(
        (
            bytes.fromhex("0000000000015A30300241411B266241303031033031464304"),
            bytes.fromhex("0000000000015A303002473141303031033031344604"),
            bytes.fromhex("0000000000015A30300241301B26624130303104"),
        ),
        alpha_take,
        alpha_right,
    ),
    "weilipu": Codec(
        (bytes.fromhex("F001D00101010500413030319B"), bytes.fromhex("F001D00302FA0102C3")),
        weilipu_take,
        weilipu_right,
    ),
    "eq2013": Codec((b"##FOK$$$", b"##KOK$$$", b"##KERR$$$"), eq2013_take, eq2013_right),
}


def damaged(frame: bytes, dice: random.Random) -> bytes:
    """Return ``frame`` with one to three accidents."""
    data = bytearray(frame)
    for _ in range(dice.randint(1, 3)):
        at = dice.randrange(len(data)) if data else 0
        match dice.randrange(6):
            case 0:
                data[at : at + 1] = bytes([dice.randrange(256)])
            case 1 if data:
                data[at] ^= 1 << dice.randrange(8)
            case 2:
                del data[at : at + dice.randint(1, 4)]
            case 3:
                data[at:at] = dice.randbytes(dice.randint(1, 4))
            case 4:
                data[at:at] = data[at : at + dice.randint(1, 9)]
            case _:
                del data[at:]
    return bytes(data)


def pieces(stream: bytes, dice: random.Random) -> Iterator[bytes]:
    at = 0
    while at < len(stream):
        size = dice.choice((1, 3, 17, 400))
        yield stream[at : at + size]
        at += size


def try_damage(codec: Codec, times: int, seed: int) -> int:
    """Return how many frames were taken out of ``times`` damaged ones, each before a good one."""
    dice = random.Random(seed)
    taken = 0
    batch = 20
    for _ in range(times // batch):
        stream = b"".join(
            damaged(dice.choice(codec.good), dice) + dice.choice(codec.good) for _ in range(batch)
        )
        take = codec.finder()
        for piece in pieces(stream, dice):
            for one in take(piece):
                assert codec.right(one, stream), (one.hex(), stream.hex())
                taken += 1
    return taken


@pytest.mark.parametrize("name", sorted(CODECS))
def test_damaged_frames_are_never_taken_for_good_ones(name: str) -> None:
    taken = try_damage(CODECS[name], 20_000, seed=2013)
    # Nearly every good one in between is found; a damaged one may swallow its neighbour.
    assert taken > 20_000 * 0.9


@pytest.mark.parametrize("name", sorted(CODECS))
def test_damage_has_no_slow_path(name: str) -> None:
    assert steps(lambda: try_damage(CODECS[name], 200, seed=2013)) < 200 * 4000


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(CODECS))
def test_a_million_damaged_frames_are_never_taken_for_good_ones(name: str) -> None:
    assert try_damage(CODECS[name], 1_000_000, seed=1) > 900_000
