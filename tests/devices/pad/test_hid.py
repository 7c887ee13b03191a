"""A USB keypad as a pad: each press once, whatever its contacts, its NumLock and the kernel do."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from devices.base import HealthState, Input, Report, Status
from devices.hid.keys import CODES
from devices.pad import hid_driver
from devices.pad.hid_driver import HidPad
from devices.pad.hid_options import HidPadOptions
from devices.pad.hid_simulator import HidPadSimulator
from devices.registry import convert_options, explain
from devices.simulator import UnknownKey
from tests.devices.hid.keypad import Line, packet, tap
from tests.devices.pad.pad_line import meant

SECOND = 1_000_000
DROPPED = bytes(16) + bytes.fromhex("0000 0300 00000000")


class Counter:
    """A driver and its simulator, with a clock that the test moves."""

    def __init__(self, **options: Any) -> None:
        self.now = 100.0
        made: Any = convert_options("pad.hid", options)
        self.line = Line()
        self.driver = HidPad("pad", made, self.line, clock=lambda: self.now)
        self.device = HidPadSimulator("pad", made)
        self.stream = bytearray()
        self.device.send = self.stream.extend
        self.driver.open()

    def run(self, piece: int = 0) -> list[Report]:
        """Hand over what the simulator sent."""
        data, reports = bytes(self.stream), []
        self.stream.clear()
        for at in range(0, len(data), piece or len(data) or 1):
            reports += self.driver.feed(data[at : at + (piece or len(data))])
        return reports

    def press(self, key: str, value: int | None = None) -> list[Input]:
        self.device.press(key, value)
        return meant(self.run())


def states(reports: list[Report]) -> list[tuple[HealthState, str]]:
    return [(one.state, one.code) for one in reports if isinstance(one, Status)]


def test_the_first_key_shows_that_it_works() -> None:
    pad = Counter()
    assert pad.driver.open().state is HealthState.UNKNOWN
    pad.device.press("next")
    reports = pad.run()
    assert meant(reports) == [Input("call_next")]
    assert states(reports) == [(HealthState.OK, "heard")]


@pytest.mark.parametrize("piece", [0, 1, 7, 24])
def test_the_keys_of_a_number_pad_are_a_clerks(piece: int) -> None:
    pad = Counter()
    for key in ("next", "recall", "start", "finish", "no-show", "park", "call-back", "pause",
                "transfer", "help"):  # fmt: skip
        pad.device.press(key)
    assert [one.event for one in meant(pad.run(piece))] == [
        "call_next", "recall", "start", "finish", "no_show", "park", "call_back", "pause",
        "transfer", "help",
    ]  # fmt: skip


def test_a_clerks_keys_rate_nobody_and_a_taxpayers_call_nobody() -> None:
    clerk, taxpayer = Counter(), Counter(layout="rating")
    assert clerk.press("kp1") == []
    assert [taxpayer.press("rating", score) for score in range(1, 6)] == [
        [Input("rate", score)] for score in range(1, 6)
    ]
    assert taxpayer.press("reason", 4) == taxpayer.press("kp9") == [Input("reason", 4)]
    assert taxpayer.press("kpenter") == []
    assert taxpayer.driver.counters.extra == {"keys_without_meaning": 1}


def test_a_halls_own_keys_change_the_layout() -> None:
    pad = Counter(keys={"KPENTER": "nothing", "F1": "call_next", "#240": "rate 5"})
    assert [pad.press(key) for key in ("kpenter", "f1", "#240", "kpplus")] == [
        [],
        [Input("call_next")],
        [Input("rate", 5)],
        [Input("recall")],
    ]


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"KP11": "recall"}, "'KP11' is no key"),
        ({"#768": "recall"}, "'#768' is no key"),
        ({"KP1": "recal"}, "'recal' is not one of call_back, call_next"),
        ({"KP1": "rate 6"}, "'rate 6' is not one of"),
        ({"KP1": "rate"}, "rate 1 to rate 5"),
        ({"KP1": "reason"}, "reason 1 and so on"),
        ({"KP1": "reason 0"}, "'reason 0'"),
        ({"KP1": "recall 3"}, "'recall 3'"),
    ],
)
def test_keys_and_words_that_do_not_exist_are_refused(keys: dict[str, str], words: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=words):
        convert_options("pad.hid", {"keys": keys})


def test_a_keypad_without_any_meaning_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="no key means anything"):
        convert_options("pad.hid", {"layout": "none"})


@pytest.mark.parametrize("fault", ["bounce", "repeat-storm", "garbage", "half-record"])
def test_a_press_is_one_press_whatever_comes_with_it(fault: str) -> None:
    pad = Counter()
    pad.device.fault(fault)
    for _ in range(3):
        assert pad.press("next") == [Input("call_next")]


def test_what_was_no_press_is_counted() -> None:
    pad = Counter()
    for fault in ("bounce", "repeat-storm", "garbage"):
        pad.device.fault(fault)
        pad.press("next")
        pad.device.fault(fault, active=False)
    assert pad.driver.counters.extra == {"bounces": 6, "repeats": 400}
    assert pad.driver.counters.bad_frames == 1


def test_two_presses_a_tenth_of_a_second_apart_are_two_even_when_they_come_together() -> None:
    pad = Counter()
    enter = CODES["KPENTER"]
    stream = tap(enter, SECOND) + tap(enter, SECOND + 100_000)
    assert meant(pad.driver.feed(stream)) == [Input("call_next")] * 2


@pytest.mark.parametrize("fault", ["numlock-off"])
def test_a_keypad_that_sends_end_for_1_is_understood(fault: str) -> None:
    pad = Counter(layout="rating")
    pad.device.fault(fault)
    assert [pad.press("rating", score) for score in (1, 2, 3, 4)] == [
        [Input("rate", score)] for score in (1, 2, 3, 4)
    ]
    assert pad.driver.counters.extra == {}


def test_the_digits_above_the_letters_count_too_and_with_shift_are_the_signs_on_them() -> None:
    pad = Counter(keys={"KP8": "help"})
    above, shift = CODES["8"], CODES["LEFTSHIFT"]
    assert meant(pad.driver.feed(tap(above, SECOND))) == [Input("help")]
    with_shift = packet(shift, 1, 2 * SECOND) + tap(above, 2 * SECOND + 10)
    # Shift and 8 is *, never 8.
    assert meant(pad.driver.feed(with_shift)) == [Input("park")]


def test_a_gap_makes_no_press_and_the_next_key_counts() -> None:
    pad = Counter()
    pad.device.fault("overrun")
    assert pad.press("next") == [Input("call_next")]
    assert pad.driver.counters.extra == {"overruns": 1}
    pad.device.fault("overrun", active=False)
    assert pad.press("next") == [Input("call_next")]
    assert meant(pad.driver.feed(DROPPED + packet(CODES["KPENTER"], 1, 5))) == []


def test_what_is_down_after_a_gap_was_not_pressed(monkeypatch: pytest.MonkeyPatch) -> None:
    pad = Counter()
    enter = CODES["KPENTER"]
    monkeypatch.setattr(hid_driver, "keys_down", lambda _fd: frozenset({enter}))
    lost = packet(1, 1, SECOND)[-24:]
    assert meant(pad.driver.feed(DROPPED + lost + packet(enter, 1, 2 * SECOND))) == []
    assert meant(pad.driver.feed(packet(enter, 0, 3 * SECOND))) == []
    assert meant(pad.driver.feed(tap(enter, 4 * SECOND))) == [Input("call_next")]


def test_a_key_that_is_down_when_it_opens_was_not_pressed_and_is_stuck_if_it_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pad = Counter()
    monkeypatch.setattr(hid_driver, "keys_down", lambda _fd: frozenset({CODES["KPENTER"]}))
    pad.driver.open()
    assert pad.driver.feed(packet(CODES["KPENTER"], 2, SECOND)) == []
    pad.now += 20
    assert states(pad.driver.poll()) == [(HealthState.WARNING, "stuck")]
    up = pad.driver.feed(packet(CODES["KPENTER"], 0, 20 * SECOND))
    assert states(up) == [(HealthState.UNKNOWN, "not_heard")]


def test_a_stuck_key_is_one_press_and_a_warning_until_it_is_mended() -> None:
    pad = Counter()
    pad.device.fault("stuck")
    assert pad.press("next") == [Input("call_next")]
    pad.now += 19
    assert pad.driver.poll() == []
    pad.now += 1
    assert states(pad.driver.poll()) == [(HealthState.WARNING, "stuck")]
    assert pad.driver.poll() == []
    pad.device.fault("stuck", active=False)
    assert states(pad.run()) == [(HealthState.OK, "heard")]


def test_half_a_record_is_forgotten_when_it_does_not_go_on() -> None:
    pad = Counter()
    pad.driver.feed(packet(CODES["KPENTER"], 1, SECOND)[:30])
    pad.driver.poll()
    pad.driver.poll()
    assert pad.driver.counters.bad_frames == 1
    assert meant(pad.driver.feed(tap(CODES["KPENTER"], 2 * SECOND))) == [Input("call_next")]


def lamp(number: int, *, on: bool) -> bytes:
    value = "01" if on else "00"
    return bytes(16) + bytes.fromhex(f"1100 {number:02x}00 {value}000000") + bytes(24)


@pytest.fixture
def lit(monkeypatch: pytest.MonkeyPatch) -> Counter:
    """A keypad with the lamps of NumLock and CapsLock."""
    monkeypatch.setattr(hid_driver, "lamps", lambda _fd: frozenset({0, 1}))
    pad = Counter(layout="rating")
    pad.line.written = b""
    return pad


def test_a_lamp_is_lit_while_a_rating_is_asked_for(lit: Counter) -> None:
    lit.driver.show(3, "A007")
    lit.line.written = b""
    lit.driver.ask_rating()
    assert lit.line.written == lamp(0, on=True)
    lit.driver.show(3, "")
    lit.driver.show(2, "A007")
    assert lit.line.written == lamp(0, on=True)
    lit.driver.thank(5)
    assert lit.line.written == lamp(0, on=True) + lamp(0, on=False)


def test_the_next_number_and_a_long_time_put_the_lamp_out(lit: Counter) -> None:
    lit.driver.show(3, "A007")
    lit.driver.ask_rating()
    lit.driver.show(2, "A008")
    assert lit.line.written.endswith(lamp(0, on=False))
    lit.driver.ask_rating()
    lit.now += 120
    lit.driver.poll()
    assert lit.line.written.endswith(lamp(0, on=False))


def test_a_keypad_without_that_lamp_is_sent_nothing() -> None:
    pad = Counter(layout="rating")
    pad.driver.ask_rating()
    pad.driver.beep()
    pad.driver.thank(3)
    assert "没有可控制的指示灯" in pad.driver.self_test().zh
    assert pad.line.written == b""


def test_a_trace_says_the_keys_by_name() -> None:
    stream = tap(CODES["KP1"], SECOND) + packet(CODES["KP1"], 2, 2 * SECOND)
    assert explain("pad.hid", stream, answers=True) == ["KP1 down", "KP1 up", "KP1 still down"]
    assert explain("pad.hid", lamp(0, on=True)) == ["lamp 0 on"]


def test_the_simulator_knows_its_keys() -> None:
    with pytest.raises(UnknownKey, match="call_next"):
        Counter().device.press("rating", 9)
    assert HidPadOptions().meanings()[CODES["KPENTER"]] == ("call_next", None)
