from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.led_wall.eq2013 import (
    Answer,
    AnswerFinder,
    Zone,
    clean,
    clear_frame,
    encode_tags,
    encode_text,
    frame,
)
from devices.led_wall.page import UnwritableText, columns

STRIP = Zone(number=1, x=0, y=0, width=48, height=16, font=16)


def test_a_text_on_a_small_strip_is_the_documents_frame() -> None:
    zone = encode_tags(STRIP, "red", "center") + encode_text("DL48")
    assert frame(1, [zone], delete_first=True) == (
        b"!#001%ZD00%ZI01%ZC0000000000480016%ZA01%ZS03%ZH6000%F16%C1%AH2%AV2DL48$$"
    )


def test_clearing_is_the_documents_frame() -> None:
    assert clear_frame(1) == b"!#001%ZD00$$"


def test_a_card_number_has_three_digits() -> None:
    assert clear_frame(27) == b"!#027%ZD00$$"


def test_a_line_of_a_wall_stands_at_its_place_in_its_colour() -> None:
    zone = Zone(number=3, x=0, y=48, width=256, height=24, font=24, effect=49, speed=5, hold=20)
    assert encode_tags(zone, "yellow", "left") == (
        b"%ZI03%ZC0000004802560024%ZA49%ZS05%ZH0020%F24%C3%AH1%AV2"
    )


def test_chinese_goes_out_as_gb2312() -> None:
    assert encode_text("A001→3号窗口") == b"A001\xa1\xfa3\xba\xc5\xb4\xb0\xbf\xda"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("50%折扣", "50％折扣"),
        ("a$$b", "a＄＄b"),
        ("!#001%ZD00$$", "!＃001％ZD00＄＄"),
        ("##0010003@", "＃＃0010003@"),
        ("价格$", "价格＄"),
        ("一行\r\n二行\t末", "一行 二行 末"),
        ("A\x00\x1b\u200b001", "A001"),
        ("  A001\u3000 ", "A001"),
        ("玛丽·居里—甲", "玛丽・居里―甲"),
    ],
)
def test_a_text_is_shown_and_never_obeyed(text: str, shown: str) -> None:
    assert clean(text) == shown
    assert encode_text(text).decode("gb2312") == shown


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("%$#!ZDI01@ \n"))))
def test_whatever_people_write_no_command_reaches_the_wire(text: str) -> None:
    ready = clean(text)
    assert not {"%", "$", "#"} & set(ready)
    assert all(one.isprintable() or not one.isascii() for one in ready)
    assert clean(ready) == ready
    lacking = {one for one in ready if not one.encode("gb2312", "ignore")}
    if lacking:
        with pytest.raises(UnwritableText) as caught:
            encode_text(text)
        assert set(caught.value.characters) == lacking
        return
    wire = encode_text(text)
    assert not {0x25, 0x24, 0x23} & set(wire)
    assert wire.decode("gb2312") == ready
    assert len(wire) == columns(ready)


def test_what_gb2312_lacks_is_refused_by_name_in_both_languages() -> None:
    with pytest.raises(UnwritableText) as caught:
        encode_text("请𠮷先生和喆女士到3号窗口，𠮷")
    error = caught.value
    assert error.characters == ("𠮷", "喆")
    assert error.zh == (
        "LED 屏字库（GB2312）中没有“𠮷”（U+20BB7）、“喆”（U+5586），"
        "无法显示“请𠮷先生和喆女士到3号窗口，𠮷”，请换一个写法。"
    )
    assert error.en == (
        'The LED display\'s character set (GB2312) has no "𠮷" (U+20BB7), "喆" (U+5586): '
        '"请𠮷先生和喆女士到3号窗口，𠮷" cannot be shown; write it differently.'
    )
    assert isinstance(error, ValueError)


def test_a_text_that_is_no_text_is_refused_in_words_that_can_be_logged() -> None:
    with pytest.raises(UnwritableText) as caught:
        encode_text("A\ud800B")
    assert "U+D800" in caught.value.zh
    caught.value.en.encode("utf-8")


@pytest.mark.parametrize("answer", [b"##FOK$$$", b"##KOK$$$"])
def test_both_answers_are_found_byte_by_byte(answer: bytes) -> None:
    finder = AnswerFinder()
    found = [one for byte in answer for one in finder.feed(bytes([byte]))]
    assert found == [Answer.TAKEN]
    assert finder.noise == 0


@pytest.mark.parametrize(
    ("stream", "found"),
    [
        (b"##FOK$$$##KOK$$$", [Answer.TAKEN, Answer.TAKEN]),
        (b"\xff\x00#$#!##FOK$$$\x00", [Answer.TAKEN]),
        (b"####FOK$$$$$", [Answer.TAKEN]),
        (b"##FO##FOK$$$", [Answer.TAKEN]),
        (b"##KERR$$$", [Answer.REFUSED]),
        (b"##FOK$$", []),
        (b"#FOK$$$", []),
        (b"##fok$$$", []),
    ],
)
def test_an_answer_is_found_in_noise(stream: bytes, found: list[Answer]) -> None:
    assert AnswerFinder().feed(stream) == found


@given(
    st.lists(st.binary(max_size=30).filter(lambda noise: b"#" not in noise), max_size=6),
    st.integers(1, 9),
)
def test_each_answer_is_found_once_however_it_is_cut(noises: list[bytes], size: int) -> None:
    stream = b"".join(noise + b"##FOK$$$" for noise in noises)
    finder = AnswerFinder()
    found = []
    for start in range(0, len(stream), size):
        found += finder.feed(stream[start : start + size])
    assert found == [Answer.TAKEN] * len(noises)
    assert finder.noise == sum(map(len, noises))


@given(st.binary(max_size=5000))
def test_noise_is_counted_and_not_kept(noise: bytes) -> None:
    finder = AnswerFinder()
    finder.feed(noise.replace(b"#", b"?"))
    finder.reset()
    assert finder.noise == len(noise)
    assert finder.feed(b"##FOK$$$") == [Answer.TAKEN]
