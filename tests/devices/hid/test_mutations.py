"""Records that were damaged on their way: no exception, no hang, no key that nobody pressed.

A packet that is taken stands in the stream byte by byte, by arithmetic of this file's own. 20,000
damaged ones; `make test-long` tries a million.
"""

from __future__ import annotations

import random
import struct

import pytest

from devices.card_reader.hid_driver import HidScanner
from devices.card_reader.reports import CodeRead
from devices.card_reader.scanner_options import ScannerOptions
from devices.hid.records import Packet, RecordReader
from tests.devices.hid.keypad import Line, packet, typed
from tests.devices.led_wall.test_mutations import damaged, pieces
from tests.timing import steps

#: Keys of a keypad, down and up, a repeat, a modifier with a letter.
GOOD = (
    packet(79, 1, 1_000_001),
    packet(79, 0, 1_080_002),
    packet(79, 2, 1_330_003),
    packet(42, 1, 2_000_004),
    packet(96, 1, 3_999_999),
)


def stands_in(taken: Packet, stream: bytes) -> bool:
    seconds, micros = divmod(taken.at_us, 1_000_000)
    records = [(one.type, one.code, one.value) for one in taken.records]
    forms = [
        b"".join(struct.pack("@llHHi", seconds, micros, *one) for one in (*records, (0, 0, end)))
        for end in (0, 1)
    ]
    keys = [(code, value) for type_, code, value in records if type_ == 1]
    return any(form in stream for form in forms) and all(
        code <= 0x2FF and value in {0, 1, 2} for code, value in keys
    )


def try_damage(times: int, seed: int) -> int:
    """Return how many packets were taken of ``times`` damaged ones, each before a good one."""
    dice = random.Random(seed)
    taken, batch = 0, 20
    for _ in range(times // batch):
        stream = b"".join(
            damaged(dice.choice(GOOD), dice) + dice.choice(GOOD) for _ in range(batch)
        )
        reader = RecordReader()
        for piece in pieces(stream, dice):
            for one in reader.feed(piece):
                if isinstance(one, Packet):
                    assert stands_in(one, stream), (one, stream.hex())
                    taken += 1
    return taken


def holed(stream: bytes, dice: random.Random) -> bytes:
    """Return a stream that lost some bytes, or has some too many; never just a whole record."""
    at, size = dice.randrange(len(stream)), dice.choice((1, 7, 23, 25, 50, 100))
    return stream[:at] + dice.choice((b"", dice.randbytes(size))) + stream[at + size :]


def try_codes(times: int, seed: int) -> int:
    """Return how many codes were read of ``times`` that were damaged while they were typed."""
    dice = random.Random(seed)
    read = 0
    scanner = HidScanner("codes", ScannerOptions(repeat_s=0), Line())
    scanner.open()
    at_us = 0
    for _ in range(times):
        code = f"YY-{dice.randrange(10**8):08}"
        stream, at_us = typed(f"{code}\n", at_us)
        for report in scanner.feed(holed(stream, dice) if dice.random() < 0.5 else stream):
            if isinstance(report, CodeRead):
                read += 1
                assert report.text == code
        scanner.feed(typed("\n\n", at_us)[0])
    return read


def test_damaged_records_are_never_taken_for_keys() -> None:
    assert try_damage(20_000, seed=24) > 20_000 * 0.75


def test_damage_has_no_slow_path() -> None:
    assert steps(lambda: try_damage(200, seed=24)) < 200 * 2500


def test_a_code_with_a_hole_is_read_in_part_and_refused() -> None:
    assert try_codes(1_000, seed=24) > 500


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_a_million_damaged_records_are_never_taken_for_keys() -> None:
    assert try_damage(1_000_000, seed=1) > 750_000
