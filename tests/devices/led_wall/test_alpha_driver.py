from __future__ import annotations

from typing import Any

import msgspec
import pytest

from devices.base import HealthState
from devices.errors import DeviceFault
from devices.led_wall.alpha_driver import AlphaDisplay
from devices.led_wall.alpha_options import AlphaOptions
from devices.led_wall.alpha_simulator import AlphaSimulator
from devices.led_wall.page import LedLine, LedPage, UnwritableText
from devices.registry import KINDS
from devices.transport import LineSettings
from tests.devices.led_wall.wire import MemoryLine

SIGN = AlphaOptions(rows=2, height=32, ack=True, ack_timeout_s=0.05)
WAKE = b"\0\0\0\0\0\x01Z00\x02"


class Hall:
    """A sign on a wire; the driver's pauses are written down among what it writes."""

    def __init__(self, options: AlphaOptions = SIGN, **wire: Any) -> None:
        self.sign = AlphaSimulator("sign", options)
        self.line = MemoryLine([self.sign], **wire)
        self.now = 1000.0
        self.wall = AlphaDisplay("sign", options, self.line)
        self.wall.clock = lambda: self.now
        self.wall.pause = lambda seconds: self.line.written.append(b"%g s" % seconds)
        self.woken = 0
        self.wall.wake = self._wake

    def _wake(self) -> None:
        self.woken += 1

    def settle(self) -> None:
        while self.woken:
            self.woken -= 1
            self.wall.poll()

    def commands(self) -> list[bytes]:
        """Return and forget the commands that were written, without what is around them."""
        sent = [part for part in self.line.taken() if part != WAKE and not part.endswith(b" s")]
        return [part.partition(b"\x03")[0] for part in sent]


def page(*texts: str) -> LedPage:
    return LedPage(tuple(LedLine(text) for text in texts))


def test_the_sign_is_left_alone_after_each_stx() -> None:
    hall = Hall()
    assert hall.wall.open().state is HealthState.OK
    assert hall.line.taken() == [WAKE, b"0.1 s", b"AA\x1b0b\x030134\x04"]
    assert hall.sign.seen()["hasty"] == 0


def test_a_sign_that_is_not_left_alone_is_noticed() -> None:
    hall = Hall()
    hall.sign.feed(WAKE + b"AA\x1b0b\x030134\x04")
    assert hall.sign.seen()["hasty"] == 1


def test_lines_are_strings_and_the_text_that_calls_them_comes_last_and_once() -> None:
    hall = Hall()
    hall.wall.open()
    hall.line.taken()
    hall.wall.show(page("A002", "A001"))
    hall.settle()
    assert hall.commands() == [
        b"E$AAU0040FFFFaBL007D0000bBL007D0000",
        b"E.SUA",
        b"Ga\x1c1A002",
        b"Gb\x1c1A001",
        b"AA\x1b0b\x10a\r\x10b",
    ]
    hall.wall.show(page("A002", "A003"))
    hall.settle()
    assert hall.commands() == [b"Gb\x1c1A003"]
    assert hall.sign.seen()["lines"] == ["A002", "A003"]


def test_a_job_sends_one_line_and_the_neighbours_have_their_turn() -> None:
    hall = Hall()
    hall.wall.open()
    hall.wall.show(page("A002", "A001"))
    hall.settle()
    hall.line.taken()
    hall.wall.show(page("A004", "A003"))
    assert hall.commands() == [b"Ga\x1c1A004"]
    assert hall.woken == 1
    # A page that comes meanwhile counts: what it does not change goes out, and nothing twice.
    hall.wall.show(page("A004", "A005"))
    hall.settle()
    assert hall.commands() == [b"Gb\x1c1A005"]
    assert hall.sign.seen()["lines"] == ["A004", "A005"]


def test_an_unchanged_page_goes_out_again_without_dividing_the_memory() -> None:
    hall = Hall()
    hall.wall.open()
    hall.wall.show(page("A002", "A001"))
    hall.settle()
    hall.line.taken()
    hall.now += 61
    hall.wall.poll()
    hall.settle()
    assert hall.commands() == [b"Ga\x1c1A002", b"Gb\x1c1A001"]


def test_a_sign_that_lost_its_files_is_told_everything() -> None:
    hall = Hall()
    hall.wall.open()
    hall.wall.show(page("A002", "A001"))
    hall.settle()
    hall.sign.fault("power-cycle")
    with pytest.raises(DeviceFault):
        hall.wall.show(page("A003", "A001"))
    hall.line.taken()
    hall.wall.show(page("A003", "A001"))
    hall.settle()
    assert hall.commands()[0].startswith(b"E$")
    assert hall.sign.seen()["lines"] == ["A003", "A001"]


def test_a_sign_whose_memory_something_else_divides_is_not_divided() -> None:
    hall = Hall(AlphaOptions(rows=2, height=32, divide_memory=False))
    hall.wall.open()
    hall.wall.show(page("A002"))
    hall.settle()
    assert not [one for one in hall.commands() if one.startswith(b"E")]


def test_a_page_in_the_priority_file_is_one_packet() -> None:
    options = AlphaOptions(rows=2, height=32, files="priority", checksum=False, position=0x26)
    hall = Hall(options)
    hall.wall.open()
    hall.line.taken()
    hall.wall.show(page("A002", "A001"))
    assert hall.line.taken() == [WAKE, b"0.1 s", b"A0\x1b&b\x1c1A002\r\x1c1A001\x04"]
    assert hall.sign.seen()["lines"] == ["A002", "A001"]


def test_chinese_is_refused_and_never_a_question_mark() -> None:
    hall = Hall()
    hall.wall.open()
    hall.line.taken()
    with pytest.raises(UnwritableText, match="ASCII"):
        hall.wall.show(page("暂停服务"))
    assert hall.line.taken() == []


def test_its_words_are_letters() -> None:
    words = Hall().wall.words
    assert words.closed == "CLOSED"
    assert words.window.format(window=3) == "WINDOW 3"
    assert words.calls[0].format(number="A001", window=3) == "A001 TO WINDOW 3"


def test_a_line_that_no_file_takes_is_a_fault() -> None:
    hall = Hall()
    hall.wall.open()
    with pytest.raises(DeviceFault) as caught:
        hall.wall.show(page("X" * 124))
    assert caught.value.code == "too_long"
    hall.wall.show(page("X" * 123))


def test_a_sign_that_never_answers_is_unknown() -> None:
    hall = Hall(AlphaOptions())
    assert hall.wall.open().state is HealthState.UNKNOWN


def test_it_dims_only_when_the_hall_says_how() -> None:
    assert not Hall().wall.brightness(50)
    hall = Hall(msgspec.structs.replace(SIGN, dim_mode=2))
    hall.wall.open()
    hall.line.taken()
    assert hall.wall.brightness(60)
    assert hall.commands() == [b"E/0203"]
    assert hall.sign.seen()["dimmed"] == 3


def test_signs_on_one_line_take_their_own_packets() -> None:
    options = [
        AlphaOptions(address=one, ack=True, ack_timeout_s=0.05, pause_s=0.0) for one in (1, 2)
    ]
    signs = [AlphaSimulator(f"sign-{one.address}", one) for one in options]
    line = MemoryLine(signs)
    walls = [AlphaDisplay(f"sign-{one.address}", one, line) for one in options]
    for number, wall in enumerate(walls, 1):
        wall.pause = lambda _: None
        assert wall.open().state is HealthState.OK
        wall.show(page(f"A00{number}"))
    assert [sign.seen()["lines"] for sign in signs] == [["A001"], ["A002"]]


def test_a_string_without_room_is_refused_and_one_that_is_too_long_emptied() -> None:
    sign = AlphaSimulator("sign", SIGN)
    said: list[bytes] = []
    sign.send = said.append
    sign.feed(WAKE + b"GaX\x04")
    sign.feed(WAKE + b"E$AAU0040FFFFaBL00020000\x04")
    sign.feed(WAKE + b"AA\x1b0b\x10a\x04")
    sign.feed(WAKE + b"GaXY\x04")
    assert sign.seen()["lines"] == ["XY"]
    sign.feed(WAKE + b"GaXYZ\x04")
    assert sign.seen()["lines"] == [""]
    assert said == [b"\x15", b"\x06", b"\x06", b"\x06", b"\x06"]


@pytest.mark.parametrize(
    "broken",
    [b"GaX\x030000\x04", b"Ga\x8fX\x04", b"Z?\x04", b"\x04", b"A\x04", b"E$AAU00\x04"],
)
def test_what_a_sign_does_not_take_changes_nothing(broken: bytes) -> None:
    sign = AlphaSimulator("sign", SIGN)
    said: list[bytes] = []
    sign.send = said.append
    sign.feed(WAKE + b"AA\x1b0bA001\x04" + WAKE + broken)
    assert sign.seen()["lines"] == ["A001"]
    assert said == [b"\x06", b"\x15"]


def test_a_line_of_its_own_speaks_seven_bits_with_parity() -> None:
    settings = msgspec.convert(dict(KINDS["led_wall.alpha"].line), LineSettings)
    assert (settings.baud, settings.bytesize, settings.parity, settings.stopbits) == (
        9600,
        7,
        "E",
        1,
    )


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ({"string_labels": "a", "rows": 2, "height": 32}, "2 rows need a label each"),
        ({"string_labels": "A"}, "none of them A"),
        ({"string_labels": "1"}, "the sign's own labels"),
        ({"files": "priority", "rows": 4, "height": 64, "characters": 40}, "holds 125"),
        ({"sign_type": "ZZ"}, "sign_type"),
        ({"mode": "bb"}, "mode"),
        ({"position": 7}, "position"),
    ],
)
def test_options_that_cannot_be_are_refused_by_name(raw: dict[str, object], why: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=why):
        msgspec.convert(raw, AlphaOptions)
