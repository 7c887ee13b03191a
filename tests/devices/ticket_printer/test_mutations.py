"""Answers that were damaged on their way: no exception, no hang, and nothing wrong is taken.

What the decoder takes must stand in the stream byte by byte, by arithmetic of this file's own. A
single byte of status has no checksum: what looks right is right there, so a printer's state is
asked again each second, and a job's end needs seven bytes with its own name or two fences.
20,000 damaged answers; ``make test-long`` tries a million.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from devices.ticket_printer import codec
from devices.ticket_printer.condition import Condition
from tests.devices.led_wall.test_mutations import damaged, pieces
from tests.timing import steps

#: DLE EOT 1, 2, 4; ASB, Epson's own example; GS r; GS ( H, Epson's own example; GS I.
GOOD = (
    bytes.fromhex("12"),
    bytes.fromhex("32"),
    bytes.fromhex("7E"),
    bytes.fromhex("3800630F"),
    bytes.fromhex("1000000F"),
    bytes.fromhex("0F"),
    bytes.fromhex("37223030313500"),
    b"_EPSON\0",
)


def is_in(reply: codec.Reply, stream: bytes) -> bool:
    """Say whether a reply stands in the stream, real-time bytes within it left out."""
    # DLE EOT is answered at once, within whatever is being sent: 0xx1xx10.
    without = bytes(byte for byte in stream if byte & 0x93 != 0x12)
    match reply:
        case codec.RealTimeStatus(value):
            return value & 0x93 == 0x12 and value in stream
        case codec.AutomaticStatus(value):
            fixed = value[0] & 0x93 == 0x10 and not any(byte & 0x90 for byte in value[1:])
            return fixed and (value in stream or value in without)
        case codec.PaperStatus(value):
            return value in {0x00, 0x03, 0x0C, 0x0F, *(b for b in stream if b & 0x90 == 0)}
        case codec.ProcessEnd(identifier):
            whole = b"\x37\x22" + identifier + b"\x00"
            return all(0x20 <= b <= 0x7E for b in identifier) and (
                whole in stream or whole.translate(None, _REAL_TIME) in without
            )
        case codec.Information(text):
            return b"_" + text.encode() + b"\0" in stream


_REAL_TIME = bytes(byte for byte in range(256) if byte & 0x93 == 0x12)


def streams(times: int, seed: int) -> Iterator[tuple[random.Random, bytes]]:
    dice, batch = random.Random(seed), 20
    for _ in range(times // batch):
        yield (
            dice,
            b"".join(damaged(dice.choice(GOOD), dice) + dice.choice(GOOD) for _ in range(batch)),
        )


def try_damage(times: int, seed: int) -> int:
    """Return how many replies were taken out of ``times`` damaged ones, each before a good one."""
    taken = 0
    for dice, stream in streams(times, seed):
        decoder = codec.ReplyDecoder(automatic=dice.random() < 0.5, information=dice.random() < 0.5)
        for piece in pieces(stream, dice):
            for reply in decoder.feed(piece):
                taken += 1
                assert is_in(reply, stream), (reply, stream.hex())
                match reply:
                    case codec.AutomaticStatus(value):
                        assert decoder.automatic
                        assert Condition.from_automatic(value).status.say.zh
                    case codec.RealTimeStatus(value):
                        assert Condition.from_real_time(value, value, value, value).status.say.en
                    case codec.Information():
                        assert decoder.information
    return taken


def test_damaged_answers_are_never_taken_for_others() -> None:
    assert try_damage(20_000, seed=1284) > 20_000


def test_damage_has_no_slow_path() -> None:
    assert steps(lambda: try_damage(200, seed=1284)) < 200 * 1500


@pytest.mark.long
def test_a_million_damaged_answers_are_never_taken_for_others() -> None:
    assert try_damage(1_000_000, seed=9100) > 1_000_000


def test_a_job_end_needs_all_its_seven_bytes() -> None:
    whole = bytes.fromhex("37223030313500")
    dice = random.Random(7)
    for _ in range(20_000):
        mutant = damaged(whole, dice)
        if whole in mutant:
            continue
        ended = [
            reply.process_id
            for reply in codec.ReplyDecoder().feed(mutant)
            if isinstance(reply, codec.ProcessEnd)
        ]
        # Another job's name may come of it; this one's only with a status byte between.
        if b"0015" in ended:
            assert whole in bytes(byte for byte in mutant if byte & 0x93 != 0x12), mutant.hex()


@pytest.mark.parametrize("length", [1, 4, 7])
def test_each_answer_is_decoded_fifty_thousand_times_a_second(length: int) -> None:
    one = {1: b"\x12", 4: bytes.fromhex("3800630F"), 7: bytes.fromhex("37223030313500")}[length]
    decoder, found = codec.ReplyDecoder(), list[codec.Reply]()

    def feed() -> None:
        for _ in range(20):
            found.extend(decoder.feed(one * 50))

    taken = steps(feed)
    assert len(found) == 1000
    # A Pi runs some five million lines of Python in a second.
    assert taken / len(found) < 100
