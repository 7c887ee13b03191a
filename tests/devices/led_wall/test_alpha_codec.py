from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.led_wall.alpha import (
    CHARSET,
    Answer,
    AnswerFinder,
    PacketFinder,
    call,
    coloured,
    dim,
    explain,
    memory,
    packet,
    run_sequence,
    write_string,
    write_text,
)
from devices.led_wall.page import UnwritableText

TEXT = bytes.fromhex("0000000000015A3030024141 1B2662 41303031 03 30314643 04")
STRING = bytes.fromhex("0000000000015A3030024731 41303031 03 30313446 04")
PRIORITY = bytes.fromhex("0000000000015A3030024130 1B2662 41303031 04")


def test_a_text_is_the_documents_packet() -> None:
    assert packet("Z", 0, [write_text("A", 0x26, "b", b"A001")]) == TEXT


def test_a_string_is_the_documents_packet() -> None:
    assert packet("Z", 0, [write_string("1", b"A001")]) == STRING


def test_a_priority_text_without_a_checksum_is_the_documents_packet() -> None:
    command = write_text("0", 0x26, "b", b"A001")
    assert packet("Z", 0, [command], checksum=False) == PRIORITY


def test_a_sign_has_an_address_of_two_hexadecimal_digits() -> None:
    assert packet("f", 0x1B, [b"AA"], checksum=False) == b"\0\0\0\0\0\x01f1B\x02AA\x04"


def test_several_commands_in_a_packet_end_each_with_etx() -> None:
    sent = packet("Z", 0, [b"Ga1", b"Gb2"], checksum=False)
    assert sent == b"\0\0\0\0\0\x01Z00\x02Ga1\x03\x02Gb2\x03\x04"
    (back,) = PacketFinder().feed(sent)
    assert back.commands == (b"Ga1", b"Gb2")
    assert not back.checked


def test_a_string_is_called_by_its_label_and_coloured() -> None:
    assert call("a") == b"\x10a"
    assert coloured("red", b"A") == b"\x1c1A"
    assert coloured("green", b"A") == b"\x1c2A"
    assert coloured("yellow", b"A") == b"\x1c3A"


def test_special_functions_are_spelled_out() -> None:
    assert memory("A", 64, "ab") == b"E$AAU0040FFFFaBL007D0000bBL007D0000"
    assert run_sequence("A") == b"E.SUA"
    assert [dim(0, percent) for percent in (0, 50, 60, 80, 100)] == [
        b"E/0004",
        b"E/0004",
        b"E/0003",
        b"E/0001",
        b"E/0000",
    ]


def test_a_string_beyond_its_file_is_refused() -> None:
    assert len(write_string("a", b"8" * 125)) == 127
    with pytest.raises(ValueError, match="holds 125"):
        write_string("a", b"8" * 126)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("A001→3", b"A001>3"),
        ("ＡＢＣ　１２３", b"ABC 123"),
        ("PLEASE\r\nWAIT\x04\x01", b"PLEASE WAIT"),
        ("“OK” … —", b'"OK" ... -'),
        ("100%", b"100%"),
    ],
)
def test_letters_go_out_and_nothing_that_the_sign_would_obey(text: str, shown: bytes) -> None:
    assert CHARSET.encode(text) == shown


@given(st.text())
def test_whatever_people_write_no_control_reaches_the_wire(text: str) -> None:
    lacking = CHARSET.lacking(text)
    if lacking:
        with pytest.raises(UnwritableText) as caught:
            CHARSET.encode(text)
        assert caught.value.characters == lacking
        return
    assert all(0x20 <= byte < 0x7F for byte in CHARSET.encode(text))


def test_chinese_is_refused_by_name_and_never_sent_as_question_marks() -> None:
    with pytest.raises(UnwritableText) as caught:
        CHARSET.encode("3号窗口")
    assert caught.value.characters == ("号", "窗", "口")
    assert "ASCII" in caught.value.zh
    assert "“窗”（U+7A97）" in caught.value.zh


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_packets_are_found_in_whatever_pieces_they_come(size: int) -> None:
    stream = b"\x04\xff" + TEXT + b"noise" + STRING + PRIORITY + TEXT[:12] + TEXT
    finder = PacketFinder()
    found = []
    for at in range(0, len(stream), size):
        found += finder.feed(stream[at : at + size])
    assert [one.commands[0][:2] for one in found] == [b"AA", b"G1", b"A0", b"AA"]
    assert [one.checked for one in found] == [True, True, False, True]
    assert finder.bad_frames == 0


@pytest.mark.parametrize(
    "broken",
    [
        TEXT.replace(b"01FC", b"01FD"),
        TEXT.replace(b"01FC", b"01fc"),
        TEXT.replace(b"A001", b"A002"),
        TEXT.replace(b"A001", b"A\xb001"),
        TEXT.replace(b"Z00", b"Z0g"),
        TEXT[:-1],
    ],
)
def test_a_broken_packet_is_none_and_the_next_one_is_found(broken: bytes) -> None:
    assert [one.commands[0] for one in PacketFinder().feed(broken + STRING)] == [b"G1A001"]


def test_answers_are_single_bytes_in_noise() -> None:
    finder = AnswerFinder()
    assert finder.feed(b"\x00\xff") == []
    assert finder.feed(b"\x06x\x15\x06") == [Answer.TAKEN, Answer.REFUSED, Answer.TAKEN]
    assert finder.noise == 3


def test_a_trace_reads_as_words() -> None:
    assert explain(STRING + PRIORITY) == [
        "to Z00: string 1 'A001'",
        "to Z00: text 0 '\\x1b&bA001' (no checksum)",
    ]
    assert explain(b"\x06\x15", answers=True) == ["taken", "refused"]
