"""Bytes that were damaged on their way: no exception, no hang, and nobody who is not on a card.

A number's check character shows every single wrong character, and ten of eleven times that there
are two: so nobody is read whose number differs from a card's by one, and hardly anybody else. Such
a block would have to pass the frame's checksum, and the reader's own look at the card, before.
20,000 damaged frames each; `make test-long` tries a million.
"""

from __future__ import annotations

import functools
import operator
import random
import re
from collections.abc import Iterator

import pytest

from devices.card_reader.card import BadCard, decode
from devices.card_reader.codes import CodeBook, Lines
from devices.card_reader.scanner_options import ScannerOptions
from devices.card_reader.sdt import Answers
from tests.devices.card_reader.cards import CARDS
from tests.devices.card_reader.test_sdt import FOUND, NO_CARD, NUMBER, SELECTED, read_answer
from tests.timing import steps

GOOD = (FOUND, SELECTED, NO_CARD, NUMBER, *map(read_answer, CARDS.values()))


def damaged(frame: bytes, dice: random.Random) -> bytes:
    """Return ``frame`` with one to three accidents."""
    data = bytearray(frame)
    for _ in range(dice.randint(1, 3)):
        at = dice.randrange(len(data)) if data else 0
        match dice.randrange(5):
            case 0 if data:
                data[at] ^= 1 << dice.randrange(8)
            case 1:
                data[at : at + 1] = bytes([dice.randrange(256)])
            case 2:
                del data[at : at + dice.randint(1, 4)]
            case 3:
                data[at:at] = dice.randbytes(dice.randint(1, 4))
            case _:
                del data[at:]
    return bytes(data)


def pieces(stream: bytes, dice: random.Random) -> Iterator[bytes]:
    at = 0
    while at < len(stream):
        size = dice.choice((1, 16, 64, 4000))
        yield stream[at : at + size]
        at += size


def try_frames(times: int, seed: int) -> int:
    """Return how many answers were taken of ``times`` damaged ones, each before a good one."""
    dice = random.Random(seed)
    taken = 0
    for _ in range(times // 10):
        stream = b"".join(damaged(dice.choice(GOOD), dice) + dice.choice(GOOD) for _ in range(10))
        splitter = Answers()
        found = [one for piece in pieces(stream, dice) for one in splitter.feed(piece)]
        for one in (*found, *splitter.flush()):
            taken += 1
            # It stands in the stream, from its length to a checksum that is right by arithmetic.
            head = b"\xaa\xaa\xaa\x96\x69" + (one.size + 4).to_bytes(2, "big")
            bodies = [
                stream[at.start() + 5 : at.start() + 11 + one.size]
                for at in re.finditer(re.escape(head), stream)
            ]
            assert any(
                body[4] == one.state
                and one.data in body
                and one.text in body
                and functools.reduce(operator.xor, body) == 0
                for body in bodies
            )
    return taken


def try_cards(times: int, seed: int) -> tuple[int, int]:
    """Return how many of ``times`` damaged cards were somebody's, and how many nobody's."""
    dice = random.Random(seed)
    blocks = list(CARDS.values())
    known = {decode(block).number for block in blocks}
    people = refused = strangers = 0
    for _ in range(times):
        block = damaged(dice.choice(blocks), dice)[:256].ljust(256, b" ")
        try:
            person = decode(block)
        except BadCard:
            refused += 1
            continue
        people += 1
        # A number of three letters and twelve digits has no check that is known.
        if person.number not in known and not person.number[:3].isalpha():
            strangers += 1
            assert min(wrong_characters(person.number, number) for number in known) > 1
    assert strangers <= times // 100_000
    return people, refused


def wrong_characters(number: str, right: str) -> int:
    """Return how many characters differ; all of them in numbers of different lengths."""
    if len(number) != len(right):
        return len(number)
    return sum(one != other for one, other in zip(number, right, strict=True))


def try_codes(times: int, seed: int) -> int:
    """Return how many codes were taken of ``times`` damaged ones, each before a good line."""
    dice = random.Random(seed)
    good = (
        b"2026-11-24/A007\r\n",
        b"A12\r",
        b"YY-00000042\n",
        b"https://example.com/" + b"x" * 200 + b"\r\n",
    )
    book, lines, taken = CodeBook(ScannerOptions()), Lines(128), 0
    for _ in range(times):
        for line in lines.feed(damaged(dice.choice(good), dice) + b"\n" + dice.choice(good)):
            code = book.read(line) if isinstance(line, str) else None
            if code is not None:
                taken += 1
                assert code.text.isascii()
                assert code.text.isprintable()
                assert len(code.text) <= 32
                assert not set(code.text) & set(" $;|&<>`'\"\\(){}*?.%")
    return taken


def test_damaged_answers_are_never_taken_for_good_ones() -> None:
    assert try_frames(20_000, seed=450) > 20_000 * 0.85


def test_damage_has_no_slow_path() -> None:
    assert steps(lambda: try_frames(200, seed=450)) < 200 * 800


def test_a_damaged_card_is_nobody_or_has_the_number_of_its_owner() -> None:
    people, refused = try_cards(20_000, seed=11643)
    assert people > 2000
    assert refused > 5000


def test_damaged_codes_are_codes_or_nothing() -> None:
    assert try_codes(20_000, seed=2) > 15_000


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_a_million_damaged_answers_cards_and_codes() -> None:
    assert try_frames(1_000_000, seed=1) > 850_000
    assert sum(try_cards(1_000_000, seed=1)) == 1_000_000
    assert try_codes(1_000_000, seed=1) > 750_000
