from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.base import HealthState
from devices.errors import DeviceFault
from devices.led_wall.page import LedLine, LedPage
from devices.led_wall.weilipu import LineText, encode, explain, finder
from devices.led_wall.weilipu_driver import WeilipuDisplay
from devices.led_wall.weilipu_options import WeilipuOptions
from devices.led_wall.weilipu_simulator import WeilipuSimulator
from tests.devices.led_wall.wire import MemoryLine

FRAME = bytes.fromhex("F001D00101010500413030319B")


def strip_of(options: WeilipuOptions, **wire: Any) -> tuple[WeilipuDisplay, WeilipuSimulator]:
    card = WeilipuSimulator("strip", options)
    return WeilipuDisplay("strip", options, MemoryLine([card], **wire)), card


def test_a_line_is_the_documents_frame() -> None:
    assert encode(LineText(1, b"A001")) == FRAME


def test_the_sum_is_of_all_bytes_before_it_and_keeps_its_low_byte() -> None:
    assert encode(LineText(3, b"", 2, moves=True, speed=250)) == bytes.fromhex(
        "F001D0 03 02 FA 01 02 C3"
    )


def test_a_line_beyond_its_length_byte_is_refused() -> None:
    assert len(encode(LineText(1, b"8" * 254))) == 263
    with pytest.raises(ValueError, match="takes 254"):
        encode(LineText(1, b"8" * 255))


@pytest.mark.parametrize("size", [1, 2, 5, 1000])
def test_frames_are_found_in_whatever_pieces_they_come(size: int) -> None:
    stream = b"\x00\xf0\x01" + FRAME + b"noise" + FRAME[:7] + FRAME + FRAME
    splitter = finder()
    found = []
    for at in range(0, len(stream), size):
        found += splitter.feed(stream[at : at + size])
    assert found == [LineText(1, b"A001")] * 3


@given(st.integers(0, 12), st.integers(1, 255))
def test_a_changed_byte_is_never_taken_for_a_line(at: int, change: int) -> None:
    broken = bytearray(FRAME)
    broken[at] ^= change
    splitter = finder()
    found = splitter.feed(bytes(broken) + FRAME) + splitter.flush()
    assert found == [LineText(1, b"A001")]


def test_a_trace_reads_as_words() -> None:
    sent = encode(LineText(2, "3号窗口".encode("gb2312"), 1, moves=True))
    assert explain(FRAME + sent) == ["line 1 red still 'A001'", "line 2 green moving '3号窗口'"]
    assert explain(FRAME, answers=True) == []


def test_a_strip_is_unknown_because_it_never_answers() -> None:
    strip, card = strip_of(WeilipuOptions())
    assert strip.open().state is HealthState.UNKNOWN
    strip.show(LedPage((LedLine("A001", align="left"),)))
    assert card.seen()["lines"] == ["A001"]
    line = strip.line
    assert isinstance(line, MemoryLine)
    assert line.taken()[-1] == FRAME


def test_a_strip_that_is_said_to_answer_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="ack"):
        msgspec.convert({"ack": True}, WeilipuOptions)


def test_yellow_is_what_the_hall_chose_for_it() -> None:
    options = WeilipuOptions(colours=("red", "yellow"), yellow="green")
    strip, card = strip_of(options)
    strip.open()
    strip.show(LedPage((LedLine("请稍候", "yellow"),)))
    assert card.seen()["colours"] == ["green"]
    strip.show(LedPage((LedLine("请稍候", "green"),)))
    assert card.seen()["colours"] == ["red"]


def test_a_line_that_is_too_wide_moves() -> None:
    strip, card = strip_of(WeilipuOptions(rows=2, height=32))
    strip.open()
    strip.show(LedPage((LedLine("请携带身份证原件和复印件"), LedLine("A001"))))
    assert card.seen()["effects"] == [2, 1]


def test_a_notice_that_no_line_takes_is_a_fault_and_nothing_is_sent() -> None:
    strip, card = strip_of(WeilipuOptions())
    strip.open()
    strip.show(LedPage((LedLine("A001"),)))
    with pytest.raises(DeviceFault) as caught:
        strip.show(LedPage((LedLine("办税" * 80),)))
    assert caught.value.code == "too_long"
    assert card.seen()["lines"] == ["A001"]


def test_a_deaf_strip_shows_nothing_new_and_nobody_can_know() -> None:
    strip, card = strip_of(WeilipuOptions())
    strip.open()
    strip.show(LedPage((LedLine("A001"),)))
    card.fault("deaf")
    strip.show(LedPage((LedLine("A002"),)))
    assert card.seen()["lines"] == ["A001"]


def test_what_a_strip_does_not_understand_changes_nothing() -> None:
    _, card = strip_of(WeilipuOptions())
    card.feed(FRAME)
    # A second line that it has not, no character set's bytes, a wrong sum; each then a good one.
    for broken in (
        encode(LineText(2, b"X")),
        encode(LineText(1, b"\xff\xff")),
        FRAME[:-1] + b"\x9c",
    ):
        card.feed(broken + FRAME)
        assert card.seen()["lines"] == ["A001"]
    assert card.seen()["bad_frames"] == 3
    assert card.seen()["frames"] == 4
