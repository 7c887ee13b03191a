"""The reader's frames, literal bytes out of the protocol."""

from __future__ import annotations

import functools
import operator
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.card_reader.sdt import Answer, Answers, Command, encode, sam_id, xor
from devices.card_reader.sdt_words import CardHeads, explain
from devices.masking import Masks, spans
from devices.registry import mask_of
from firmware_py.runtime.tracing import LineTap
from tests.devices.card_reader.cards import CARDS, CITIZEN, PRIVATE
from tests.timing import steps

HEX = bytes.fromhex
FOUND = HEX("AAAAAA9669000800009F0000000097")
SELECTED = HEX("AAAAAA9669000C00009000000000000000009C")
NO_CARD = HEX("AAAAAA9669000400008084")
SELECT_FAILED = HEX("AAAAAA9669000400008185")
READ_FAILED = HEX("AAAAAA9669000400004145")
#: 05.03-20240101-0000000042-0123456789; the checksum by hand.
NUMBER = HEX("AAAAAA96690014 000090 0500 0300 E5D63401 2A000000 15CD5B07")
NUMBER += bytes((functools.reduce(operator.xor, NUMBER[5:]),))


def read_answer(text: bytes, photo: bytes = b"WLf" + b"\x7e" * 1021) -> bytes:
    body = HEX("0508 000090 0100 0400") + text + photo
    return HEX("AAAAAA9669") + body + bytes((functools.reduce(operator.xor, body),))


def of(answer: Answer) -> tuple[int, int, bytes, bytes]:
    return answer.state, answer.size, answer.data, answer.text


@pytest.mark.parametrize(
    ("command", "frame"),
    [
        (Command.RESET, "AAAAAA9669000310FFEC"),
        (Command.STATUS, "AAAAAA9669000311FFED"),
        (Command.SAM_ID, "AAAAAA9669000312FFEE"),
        (Command.FIND, "AAAAAA96690003200122"),
        (Command.SELECT, "AAAAAA96690003200221"),
        (Command.READ, "AAAAAA96690003300132"),
        (Command.ADDITION, "AAAAAA96690003300330"),
    ],
)
def test_questions_are_those_of_the_document(command: Command, frame: str) -> None:
    assert encode(command) == HEX(frame)


@pytest.mark.parametrize(
    ("frame", "state", "size"),
    [
        (FOUND, 0x9F, 4),
        (SELECTED, 0x90, 8),
        (NO_CARD, 0x80, 0),
        (SELECT_FAILED, 0x81, 0),
        (READ_FAILED, 0x41, 0),
        (NUMBER, 0x90, 16),
    ],
)
def test_answers_are_read(frame: bytes, state: int, size: int) -> None:
    [answer] = Answers().feed(frame)
    assert (answer.state, answer.size, answer.text) == (state, size, b"")


def test_a_card_is_found_whole_and_its_photo_goes_no_further() -> None:
    frame = read_answer(CITIZEN)
    assert len(frame) == 1295
    splitter = Answers()
    [answer] = splitter.feed(frame)
    assert of(answer) == (0x90, 1284, b"", CITIZEN)
    assert b"WLf" not in b"".join((answer.data, answer.text))
    assert splitter.pending == 0


def test_the_number_of_a_sam_as_it_stands_on_the_reader() -> None:
    [answer] = Answers().feed(NUMBER)
    assert sam_id(answer.data) == "05.03-20240101-0000000042-0123456789"
    with pytest.raises(ValueError, match="15 bytes"):
        sam_id(answer.data[:15])


STREAM = b"\xaa\xaa\x00" + FOUND + SELECTED + b"\xaa" + read_answer(CITIZEN) + NO_CARD


@given(st.lists(st.integers(0, len(STREAM)), max_size=40))
def test_answers_are_found_however_they_are_cut(cuts: list[int]) -> None:
    splitter, found, last = Answers(), [], 0
    for cut in [*sorted(cuts), len(STREAM)]:
        found += splitter.feed(STREAM[last:cut])
        last = cut
    assert [one.state for one in found] == [0x9F, 0x90, 0x90, 0x80]
    assert found[2].text == CITIZEN


def test_a_broken_answer_never_costs_the_next_good_one() -> None:
    broken = FOUND[:-1] + b"\x96"
    assert [one.state for one in Answers().feed(broken + NO_CARD)] == [0x80]
    # A length that lies hides what follows until the line falls silent.
    splitter = Answers()
    assert splitter.feed(HEX("AAAAAA96690508") + NO_CARD) == []
    assert [one.state for one in splitter.flush()] == [0x80]


def test_an_answer_of_another_question_does_not_fit() -> None:
    frames = (FOUND, SELECTED, NO_CARD, READ_FAILED, NUMBER, read_answer(CITIZEN))
    fits = {
        command.name: [
            n for n, frame in enumerate(frames) if Answers().feed(frame)[0].fits(command)
        ]
        for command in Command
    }
    assert fits == {
        "RESET": [],
        "STATUS": [],
        "SAM_ID": [4],
        "FIND": [0, 2],
        "SELECT": [1, 3],
        "READ": [3, 5],
        "ADDITION": [1, 2, 3, 4],
    }


@given(st.binary(max_size=1400))
def test_the_checksum_is_each_byte_xored(data: bytes) -> None:
    assert xor(data) == functools.reduce(operator.xor, data, 0)


def test_an_answers_repr_shows_nothing_of_a_card() -> None:
    [answer] = Answers().feed(read_answer(CITIZEN))
    assert repr(answer) == "Answer(state=144, size=1284)"


# ---- traces


def hidden(data: bytes, *, cut: int = 0) -> bytes:
    maker = mask_of("card_reader.sdt")
    assert maker is not None
    mask = Masks([maker])
    step = cut or len(data)
    return b"".join(mask.feed(data[at : at + step]) for at in range(0, len(data), step))


@pytest.mark.parametrize("cut", [0, 1, 2, 7, 64])
@pytest.mark.parametrize("name", sorted(CARDS))
def test_of_a_card_only_the_head_is_in_a_trace(name: str, cut: int) -> None:
    frame = read_answer(CARDS[name])
    shown = hidden(frame, cut=cut)
    assert shown == frame[:10] + b"*" * 1285


def test_a_frame_that_lost_bytes_shows_no_letter_of_a_name() -> None:
    frame = read_answer(CITIZEN)
    for lost in range(1, 12):
        for at in range(3, 12):
            torn = frame[:at] + frame[at + lost :]
            shown = spans(torn, hidden(torn))
            head = torn[: shown[0][0]]
            # The name begins with 37 68: no byte of it is shown in a head's place.
            assert not head.endswith((b"\x37", b"\x68")), (lost, at)


def test_traces_of_a_line_hold_nothing_of_the_card() -> None:
    maker = mask_of("card_reader.sdt")
    assert maker is not None
    tap = LineTap([maker])
    for name in CARDS:
        tap.sent(encode(Command.READ), 0)
        for at in range(0, 1295, 100):
            tap.heard(read_answer(CARDS[name])[at : at + 100])
    kept = b"".join(chunk.data for chunk in tap.kept())
    assert kept.count(b"*") > 5 * 1280
    for private in PRIVATE:
        assert private.encode("utf-16-le") not in kept
    assert encode(Command.READ) in kept


def test_a_trace_says_what_was_asked_and_answered() -> None:
    asked = b"".join(encode(command) for command in (Command.FIND, Command.READ))
    assert explain(asked) == ["find a card", "read text and photo"]
    heard = hidden(FOUND + read_answer(CITIZEN) + READ_FAILED)
    assert explain(heard, answers=True) == [
        "9F card found, 4 bytes (not shown)",
        "90 done, 1284 bytes (not shown)",
        "41 read failed",
    ]


def test_the_mask_takes_any_bytes() -> None:
    dice = random.Random(7)
    mask = CardHeads()
    for _ in range(2000):
        piece = dice.randbytes(dice.randint(0, 20))
        assert len(mask.feed(piece)) == len(piece)


def test_the_codec_finds_50_000_answers_a_second_and_a_thousand_cards_besides() -> None:
    day = FOUND + SELECTED + NO_CARD + READ_FAILED + NO_CARD * 16
    splitter, found = Answers(), 0

    def feed() -> None:
        nonlocal found
        for _ in range(50):
            found += len(splitter.feed(day))

    taken = steps(feed)
    assert found == 1000
    # A Pi runs some five million lines of Python in a second.
    assert taken / found < 100
