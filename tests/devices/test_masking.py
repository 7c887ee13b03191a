"""No ID number gets into a trace, wherever the bytes are cut."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.base import Kind
from devices.masking import FrameHeads, IdNumbers, Masks, spans
from devices.registry import mask_of

#: Made up; its check character is right.
ID = "11010519491231002X"
TEXTS = ("ascii", "gb18030", "utf-8", "utf-16-le", "utf-16-be")

numbers = st.from_regex(r"[1-9][0-9]{16}[0-9Xx]", fullmatch=True)
#: What stands around a number: nothing that lengthens its run of digits.
around = st.text(alphabet="姓名 Aé,;\r\n号", max_size=12)


def masked(data: bytes, cuts: list[int]) -> bytes:
    mask, found, last = IdNumbers(), b"", 0
    for cut in sorted({c % (len(data) + 1) for c in cuts} | {len(data)}):
        piece = mask.feed(data[last:cut])
        assert len(piece) == cut - last
        found += piece
        last = cut
    return found


@pytest.mark.parametrize("coding", TEXTS)
@given(number=numbers, before=around, after=around, cuts=st.lists(st.integers(0, 200)))
def test_of_an_id_number_six_digits_are_seen_however_it_is_cut(
    coding: str, number: str, before: str, after: str, cuts: list[int]
) -> None:
    before, after = (s.encode("gbk", "ignore").decode("gbk") for s in (before, after))
    shown = masked(f"{before}{number}{after}".encode(coding.replace("ascii", "gb18030")), cuts)
    # Zeros of UTF-16 aside, no more than the region's six digits follow each other.
    assert max(map(len, re.findall(rb"[0-9]+", shown.replace(b"\0", b""))), default=0) <= 6
    assert number[6:].encode() not in shown.replace(b"\0", b"")


def test_the_region_is_seen_and_the_length_stays() -> None:
    data = b"\x02" + ID.encode() + b"\x03"
    assert IdNumbers().feed(data) == b"\x02110105************\x03"
    assert spans(data, IdNumbers().feed(data)) == ((7, 12),)


@pytest.mark.parametrize(
    "text", ["A001 2026-03-02 09:15", "12345678901234567", "1234567890123456X", "888 888", ""]
)
def test_what_is_no_id_number_stays(text: str) -> None:
    data = text.encode() + b"\r\n"
    assert IdNumbers().feed(data) == data


@given(st.lists(st.binary(max_size=64)))
def test_bytes_without_long_runs_of_digits_stay(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    if re.search(rb"[0-9](\x00?[0-9]){6}", data):
        return
    mask = IdNumbers()
    assert b"".join(mask.feed(piece) for piece in pieces) == data


def test_a_number_after_another_is_masked_too() -> None:
    data = f"{ID},{ID[:-1]}5\n".encode()
    assert IdNumbers().feed(data) == b"110105************,110105************\n"


# SDT card readers (GA 450): AA AA AA 96 69, two bytes of length, three of state, then the card.
CARD = bytes.fromhex("AAAAAA9669 0508 000090") + "张三".encode("utf-16-le") + ID.encode("utf-16-le")


@given(st.lists(st.integers(0, 100)))
def test_of_a_card_readers_frames_only_the_heads_are_seen(cuts: list[int]) -> None:
    mask, found, last = FrameHeads(bytes.fromhex("AAAAAA9669"), 10), b"", 0
    data = b"\x00" + CARD + CARD
    for cut in sorted({c % (len(data) + 1) for c in cuts} | {len(data)}):
        found += mask.feed(data[last:cut])
        last = cut
    rest = b"*" * (len(CARD) - 10)
    assert found == b"*" + CARD[:10] + rest + CARD[:10] + rest


def test_a_start_that_begins_within_itself_is_found() -> None:
    mask = FrameHeads(bytes.fromhex("AAAAAA9669"), 6)
    assert mask.feed(bytes.fromhex("AAAAAAAA966901 77")) == bytes.fromhex("AAAAAAAA966901") + b"*"


def test_a_head_is_at_least_its_start() -> None:
    with pytest.raises(ValueError, match="a head of 2 bytes"):
        FrameHeads(b"\xaa\xaa\xaa", 2)


def card_mask() -> FrameHeads:
    return FrameHeads(b"\xaa\xaa\xaa\x96\x69", 10)


def test_a_kind_names_its_own_mask() -> None:
    entry = Kind("x.y", "", "", "", mask=f"{__name__}:card_mask")
    maker = mask_of(entry)
    assert maker is not None
    assert Masks([IdNumbers, maker]).feed(CARD)[10:] == b"*" * (len(CARD) - 10)
    assert mask_of("pad.ff68") is None
