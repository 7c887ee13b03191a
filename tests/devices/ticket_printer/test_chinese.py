"""Chinese text as the printer's two-byte mode takes it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.ticket_printer.chinese import REMAPPED_2022, columns, decode, encode, printable, wrap


def test_common_rare_and_four_byte_characters_go_their_ways() -> None:
    assert encode("税务") == bytes.fromhex("CBB0 CEF1")
    assert encode("䶮") == bytes.fromhex("FE9F")
    assert "𬭛".encode("gb18030") == bytes.fromhex("9933AA35")
    assert encode("𬭛") is None
    assert encode("张𬭛") is None
    assert printable("䶮")
    assert not printable("𬭛")


def test_a_colon_alone_is_chinese_too() -> None:
    assert encode("：") == bytes.fromhex("A3BA")


@pytest.mark.parametrize(("code", "character"), [("A8BC", "ḿ"), ("A6D9", "︐"), ("FE59", "\u9fb4")])
def test_the_2022_standard_is_followed_where_the_codec_is_older(code: str, character: str) -> None:
    raw = bytes.fromhex(code)
    assert 0xE000 <= ord(raw.decode("gb18030")) <= 0xF8FF, "the codec was mended: drop the table"
    assert encode(character) == raw
    assert decode(raw) == character


def test_all_nineteen_changed_codes_map_both_ways() -> None:
    assert len(REMAPPED_2022) == 19
    for code, character in REMAPPED_2022.items():
        assert encode(character) == code
        assert decode(code) == character


def test_private_use_has_no_place_on_paper() -> None:
    assert encode("\ue7c7") is None
    assert encode("\ue000") is None


def test_gb2312_printers_leave_more_to_be_drawn() -> None:
    assert encode("税务", "gb2312") == bytes.fromhex("CBB0 CEF1")
    assert encode("䶮", "gb2312") is None
    assert encode("镕", "gb2312") is None


def test_control_codes_in_a_text_never_become_commands() -> None:
    assert encode("A\x1b@\x10\x04\x01B\x7f") == b"A @   B "
    assert encode("税\x1d务") == bytes.fromhex("CBB0 20 CEF1")


def test_runs_switch_chinese_on_and_off_around_each_run() -> None:
    assert encode("A税务B", "gb18030", True) == b"A\x1c\x26\xcb\xb0\xce\xf1\x1c\x2eB"
    assert encode("AB", "gb18030", True) == b"AB"


@given(st.text(max_size=60))
def test_what_is_encoded_decodes_to_itself(text: str) -> None:
    data = encode(text)
    if data is not None:
        plain = "".join(c if c >= " " and c != "\x7f" else " " for c in text)
        assert decode(data) == plain
        assert len(data) == columns(plain)


def test_long_text_is_broken_into_even_lines() -> None:
    assert wrap("国家税务总局示范市税务局办税服务厅", 32) == (
        "国家税务总局示范市",
        "税务局办税服务厅",
    )


def test_a_line_never_begins_with_a_closing_mark() -> None:
    for width in range(8, 24):
        for line in wrap("营业执照副本、身份证件（原件），授权委托书。", width):
            assert line[0] not in "、，。）"


@given(st.text(st.characters(exclude_categories=["C", "Z"]), max_size=80), st.integers(4, 48))
def test_wrapping_loses_nothing_and_fits(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(columns(line) <= width for line in lines)


def test_english_breaks_between_words() -> None:
    assert wrap("power of attorney and licence", 16) == ("power of", "attorney", "and licence") or (
        all(" " in line or line.isalpha() for line in wrap("power of attorney and licence", 16))
    )
