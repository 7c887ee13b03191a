"""The speech chips' frames: bytes out of the data sheets, and what texts become."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.registry import cannot_write, explain
from devices.voice.chips import SYN6288, XFS5152, Command, Reply, explain_syn, explain_xfs, replies
from devices.voice.speech import UnspeakableText


def test_a_syn6288_says_the_sheets_example() -> None:
    assert SYN6288.say("宇音天下") == bytes.fromhex("FD000B0100D3EED2F4CCECCFC2C1")


def test_a_syn6288_says_a_call_at_a_volume() -> None:
    expected = bytes.fromhex("FD001901005B7631305DC7EB41303031BAC5B5BD33BAC5B4B0BFDA92")
    assert SYN6288.say("[v10]请A001号到3号窗口") == expected


@pytest.mark.parametrize(
    ("command", "frame"),
    [
        (Command.STOP, "FD000202FD"),
        (Command.PAUSE, "FD000203FC"),
        (Command.RESUME, "FD000204FB"),
        (Command.STATUS, "FD000221DE"),
    ],
)
def test_a_syn6288s_commands_are_the_sheets(command: Command, frame: str) -> None:
    assert SYN6288.frame(command) == bytes.fromhex(frame)


def test_an_xfs5152_has_no_checksum() -> None:
    assert XFS5152.say("科大讯飞") == bytes.fromhex("FD000A0100BFC6B4F3D1B6B7C9")
    assert XFS5152.frame(Command.STATUS) == bytes.fromhex("FD000121")


def test_an_xfs5152_says_in_unicode_what_gbk_lacks() -> None:
    # The sheet's bytes for 科大讯飞, and one more character.
    assert XFS5152.say("科大讯飞㧑") == bytes.fromhex("FD000C0103D1792759AF8BDE98D139")


def test_what_gb2312_lacks_goes_out_in_gbk() -> None:
    assert SYN6288.say("镕") == bytes.fromhex("FD00050101") + b"\xe9\x46" + bytes([0x57])


def test_the_answers_are_single_bytes_and_the_rest_is_noise() -> None:
    assert replies(bytes.fromhex("4A 00 41 4E 4F 45 FF")) == [
        Reply.READY,
        Reply.ACCEPTED,
        Reply.SPEAKING,
        Reply.IDLE,
        Reply.REJECTED,
    ]


def test_volume_and_speed_become_each_chips_own_tags() -> None:
    assert SYN6288.tags(100, 10) == "[v16][t5]"
    assert XFS5152.tags(80, 5) == "[v8][s5]"
    assert XFS5152.tags(0, 0) == "[v0][s0]"


def test_a_bracket_of_a_persons_text_is_never_a_tag() -> None:
    assert XFS5152.pieces("[v0]请安静", "[v8]") == ["[v8]［v0］请安静"]


def test_a_long_text_is_cut_where_it_pauses() -> None:
    text = "请还没有取号的纳税人先到取号机取号，" * 8 + "谢谢。"
    pieces = SYN6288.pieces(text, "[v10][t4]")
    assert len(pieces) > 1
    assert all(piece.endswith(("，", "。")) for piece in pieces)
    assert all(len(piece.encode("gb2312")) <= 200 for piece in pieces)
    assert "".join(piece.removeprefix("[v10][t4]") for piece in pieces) == text


def test_a_long_text_without_any_pause_is_cut_all_the_same() -> None:
    pieces = SYN6288.pieces("号" * 250)
    assert [len(piece) for piece in pieces] == [100, 100, 50]


@given(st.text(st.sampled_from("请号到，。、 A1窗镕"), max_size=700))
def test_every_piece_fits_a_frame_and_nothing_is_lost(text: str) -> None:
    pieces = SYN6288.pieces(text, "[v16][t5]")
    assert all(SYN6288.say(piece)[:1] == b"\xfd" for piece in pieces)
    said = "".join(piece.removeprefix("[v16][t5]") for piece in pieces)
    assert said.replace(" ", "") == SYN6288.clean(text).replace(" ", "")


def test_a_text_that_is_too_long_for_a_frame_is_refused() -> None:
    with pytest.raises(ValueError, match="202 bytes"):
        SYN6288.say("号" * 101)


def test_a_syn6288_refuses_english_words_but_not_the_letter_of_a_number() -> None:
    assert SYN6288.encode("请A零零一号") == "请A零零一号".encode("gb2312")
    with pytest.raises(UnspeakableText) as caught:
        SYN6288.encode("Ticket A001")
    assert "Ticket" in caught.value.zh
    assert "single letters" in caught.value.en


def test_characters_that_a_chip_does_not_know_are_named() -> None:
    with pytest.raises(UnspeakableText, match="do"):
        SYN6288.encode("请看😀")
    refused = cannot_write("voice.xfs5152", "请看😀")
    assert refused is not None
    assert "😀" in refused.zh
    assert cannot_write("voice.xfs5152", "Ticket A zero zero one") is None


def test_a_trace_is_told_in_words() -> None:
    noise = bytes.fromhex("00FD13")
    frame = bytes.fromhex("FD000B0100D3EED2F4CCECCFC2C1")
    assert explain_syn(noise + frame + bytes.fromhex("FD000221DE")) == [
        "say '宇音天下' (gb2312)",
        "status",
    ]
    assert explain_xfs(bytes.fromhex("FD000A0103D1792759AF8BDE98")) == [
        "say '科大讯飞' (utf-16-le)"
    ]
    assert explain("voice.syn6288", b"\x41\x4e", answers=True) == ["accepted", "speaking"]


@given(st.binary(max_size=300))
def test_no_bytes_break_the_decoders(data: bytes) -> None:
    replies(data)
    explain_syn(data)
    explain_xfs(data)


def test_of_200_000_disturbed_frames_none_is_taken_for_a_good_one() -> None:
    dice = random.Random(6288)
    good = bytes.fromhex("FD001901005B7631305DC7EB41303031BAC5B5BD33BAC5B4B0BFDA92")
    for _ in range(200_000):
        frame = bytearray(good)
        frame[dice.randrange(len(frame))] ^= 1 << dice.randrange(8)
        assert not any(line.startswith("say") for line in explain_syn(bytes(frame)))
