"""Pads that are asked, over a recorded line: the bytes are those of config/pads/polled.toml."""

from __future__ import annotations

import pytest

from devices.base import HealthState, Input, Report, Status
from devices.pad.driver import ProfilePad
from devices.pad.options import ProfileOptions
from devices.pad.poll_round import round_of
from tests.devices.pad.pad_line import Clock, RecordingLine, hexed, meant

ASK_1 = hexed("02 01 05 00 04 03")
ASK_2 = hexed("02 02 05 00 07 03")
NOTHING_1 = hexed("02 01 06 00 07 03")
NOTHING_2 = hexed("02 02 06 00 04 03")
KEY_1_NEXT = hexed("02 01 41 01 31 70 03")
KEY_2_NEXT = hexed("02 02 41 01 31 73 03")
KEY_1_RATE_5 = hexed("02 01 52 01 35 67 03")
TAKEN_1 = hexed("02 01 46 00 47 03")
TAKEN_2 = hexed("02 02 46 00 44 03")
BEEP_1 = hexed("02 01 42 00 43 03")
SHOW_1 = hexed("02 01 44 06 20 20 37 30 31 35 40 03")
SHOW_2 = hexed("02 02 44 06 20 20 37 30 31 35 43 03")


class Bus:
    """Two pads on one line and a clock; what the host wrote since the last look."""

    def __init__(self, *addresses: int, **options: object) -> None:
        self.line, self.clock = RecordingLine(), Clock()
        self.waited: list[float] = []
        self.pads = [
            ProfilePad(
                f"pad-{address}",
                ProfileOptions(profile="polled", address=address, **options),  # type: ignore[arg-type]
                self.line,
                clock=self.clock,
            )
            for address in addresses
        ]
        round_of(self.line).pause = self._pause
        self.woken = False
        for pad in self.pads:
            pad.wake = self._wake
            assert pad.open().state is HealthState.UNKNOWN
        self.reports: list[Report] = []

    def _pause(self, seconds: float) -> float:
        self.waited.append(seconds)
        self.clock.now += seconds
        return seconds

    def _wake(self) -> None:
        self.woken = True

    def poll(self, times: int = 3) -> list[bytes]:
        """Poll as the worker does: once more for whoever wants it."""
        self.woken = True
        while self.woken and times:
            self.woken, times = False, times - 1
            for pad in self.pads:
                self.reports += pad.poll()
        written, self.line.written = self.line.written, []
        return written

    def hears(self, data: bytes) -> list[Input]:
        before = len(self.reports)
        for pad in self.pads:
            self.reports += pad.feed(data)
        return meant(self.reports[before:])

    def codes(self) -> list[str]:
        found = [one.code for one in self.reports if isinstance(one, Status)]
        self.reports = []
        return found

    def silence(self) -> list[bytes]:
        self.clock.now += 0.1
        return self.poll()


def test_pads_are_asked_in_the_order_of_their_addresses() -> None:
    bus = Bus(2, 1)
    assert bus.poll() == [ASK_1]
    assert bus.poll() == []  # the line is pad 1's until it has answered
    assert bus.hears(NOTHING_1) == []
    assert bus.poll() == [ASK_2]
    assert bus.hears(NOTHING_2) == []
    assert bus.codes() == ["answers", "answers"]
    assert bus.poll() == [ASK_1]


def test_a_key_is_reported_before_it_is_acknowledged_and_its_pad_asked_again() -> None:
    bus = Bus(1, 2)
    bus.poll()
    assert bus.hears(KEY_1_NEXT) == [Input("call_next")]
    assert bus.line.written == []
    assert bus.poll() == [TAKEN_1, ASK_1]
    assert bus.hears(NOTHING_1) == []
    assert bus.poll() == [ASK_2]


def test_a_frame_waits_for_the_silence_before_it() -> None:
    bus = Bus(1, 2)
    bus.poll()
    bus.clock.now += 0.02
    bus.hears(KEY_1_NEXT)
    bus.poll()
    # 3 ms after the pad's last byte; then the 6 bytes of the acknowledgement at 9600 baud, and 3.
    assert bus.waited == pytest.approx([0.003, 6 * 10 / 9600 + 0.003])


def test_a_key_that_is_told_again_is_acknowledged_again_and_no_second_press() -> None:
    bus = Bus(1, 2)
    bus.poll()
    assert bus.hears(KEY_1_NEXT) == [Input("call_next")]
    bus.poll()
    bus.clock.now += 5.0  # longer than any repeat_window
    assert bus.hears(KEY_1_NEXT) == []
    assert bus.poll() == [TAKEN_1, ASK_2]
    bus.hears(NOTHING_2)
    assert bus.poll() == [ASK_1]
    bus.hears(NOTHING_1)
    bus.poll()
    bus.hears(NOTHING_2)
    assert bus.poll() == [ASK_1]
    # The pad has said "no key" in between: this is another press.
    assert bus.hears(KEY_1_NEXT) == [Input("call_next")]


def test_a_pad_that_never_hears_us_does_not_keep_the_line() -> None:
    bus = Bus(1, 2)
    asked = []
    for _ in range(20):
        asked += bus.poll()
        bus.hears(KEY_1_NEXT if asked[-1] == ASK_1 else NOTHING_2)
    assert asked.count(ASK_2) >= 8
    assert asked.count(TAKEN_1) >= 8
    assert "repeats" in bus.codes()


def test_a_rating_has_its_score() -> None:
    bus = Bus(1)
    bus.poll()
    assert bus.hears(KEY_1_RATE_5) == [Input("rate", 5)]


def test_a_pad_that_misses_five_questions_is_gone_and_seldom_asked() -> None:
    bus = Bus(1, 2)
    asked: list[bytes] = []
    for _ in range(12):
        asked += bus.poll()
        bus.hears(NOTHING_2 if asked[-1] == ASK_2 else b"")
        asked += bus.silence()
        bus.hears(NOTHING_2 if asked[-1] == ASK_2 else b"")
    assert bus.codes() == ["answers", "silent"]
    assert asked.count(ASK_1) == 5 + (1 if ASK_1 in asked[12:] else 0)
    # Each tenth round looks for it; when it is back, it says so.
    for _ in range(30):
        if bus.poll() == [ASK_1]:
            break
        bus.hears(NOTHING_2)
    bus.hears(NOTHING_1)
    assert bus.codes() == ["answers"]


def test_what_stood_on_a_pad_is_shown_when_it_is_back() -> None:
    bus = Bus(1, refresh_s=0)
    bus.poll()
    bus.hears(NOTHING_1)
    bus.pads[0].show(7, "A015")
    assert bus.poll() == [SHOW_1, ASK_1]
    for _ in range(200):
        bus.silence()
    assert "silent" in bus.codes()
    assert bus.line.written == []
    bus.silence()
    for _ in range(30):
        if ASK_1 in bus.silence():
            break
    bus.hears(NOTHING_1)
    bus.poll()
    bus.hears(NOTHING_1)
    assert bus.poll() == [SHOW_1, ASK_1]


def test_a_command_never_meets_an_answer_on_the_wire() -> None:
    bus = Bus(1, 2)
    bus.poll()
    bus.pads[0].beep()
    assert bus.line.written == []  # pad 1 is answering
    bus.hears(NOTHING_1)
    assert bus.poll() == [BEEP_1, ASK_2]


def test_an_answer_that_comes_late_is_its_own_pads_key_and_counted() -> None:
    bus = Bus(1, 2)
    bus.poll()
    assert [bus.silence(), bus.silence()] == [[ASK_1], [ASK_2]]
    assert bus.hears(KEY_1_NEXT) == [Input("call_next")]
    assert bus.pads[0].counters.extra["late_answers"] == 1
    assert bus.poll() == []  # pad 2 may still answer
    bus.hears(NOTHING_2)
    assert bus.poll()[0] == TAKEN_1


def test_the_echo_of_a_question_is_no_answer() -> None:
    bus = Bus(1)
    for _ in range(40):
        for written in bus.poll():
            bus.hears(written)
        bus.silence()
    assert bus.codes() == ["silent"]


def test_a_pad_that_is_closed_is_asked_no_more() -> None:
    bus = Bus(1, 2)
    bus.poll()
    bus.pads.pop(0).close()
    assert bus.poll() == [ASK_2]
    bus.hears(NOTHING_2)
    assert bus.poll() == [ASK_2]


def test_an_answer_that_was_lost_is_asked_for_once_more_at_once() -> None:
    bus = Bus(1, 2)
    bus.poll()
    bus.hears(hexed("02 01 41 01 31 71 03"))  # one bit of the checksum
    assert bus.silence() == [ASK_1]
    assert bus.hears(KEY_1_NEXT) == [Input("call_next")]
    assert bus.poll() == [TAKEN_1, ASK_1]
    # Once: the second silence is the other pad's turn.
    assert bus.silence() == [ASK_1]
    assert bus.silence() == [ASK_2]


def test_an_answer_that_lies_there_when_the_wait_is_found_over_is_taken() -> None:
    bus = Bus(1, 2)
    bus.poll()
    bus.clock.now += 0.5  # the thread was kept from running, and has not read
    assert bus.poll(times=1) == []
    assert bus.woken
    assert bus.hears(KEY_1_NEXT) == [Input("call_next")]
    assert bus.pads[0].counters.extra.get("missed_polls", 0) == 0
    assert bus.poll() == [TAKEN_1, ASK_1]


def test_an_answer_in_two_pieces_is_one_as_long_as_it_is_waited_for() -> None:
    bus = Bus(1, 2)
    bus.poll()
    bus.clock.now += 0.012
    bus.hears(KEY_1_NEXT[:4])
    bus.clock.now += 0.033  # longer than gap_ms, and not yet answer_ms
    assert bus.poll() == []
    assert bus.hears(KEY_1_NEXT[4:]) == [Input("call_next")]


def test_half_an_answer_does_not_swallow_the_next_pads() -> None:
    bus = Bus(1, 2)
    bus.poll()
    bus.hears(NOTHING_1[:4])
    bus.silence()
    bus.silence()
    assert bus.hears(KEY_2_NEXT) == [Input("call_next")]


def test_halves_of_two_answers_are_no_answer() -> None:
    bus = Bus(1)
    bus.poll()
    bus.clock.now += 0.01
    bus.hears(KEY_1_NEXT[:4])
    bus.clock.now += 0.035
    assert bus.poll() == []  # the rest may still come
    bus.clock.now += 0.005
    assert bus.poll() == [ASK_1]
    bus.clock.now += 0.012  # less than gap_ms since it was last waited for
    assert bus.hears(KEY_1_NEXT[4:]) == []


def test_numbers_for_all_displays_go_out_one_between_two_questions() -> None:
    bus = Bus(1, 2, refresh_s=0)
    bus.poll()
    for pad in bus.pads:
        pad.show(7, "A015")
    bus.hears(NOTHING_1)
    assert bus.poll() == [SHOW_1, ASK_2]
    # An acknowledgement does not wait for them.
    assert bus.hears(KEY_2_NEXT) == [Input("call_next")]
    assert bus.poll() == [TAKEN_2, SHOW_2, ASK_2]


def test_frames_that_follow_each_other_wait_for_the_line_and_no_longer() -> None:
    bus = Bus(1, 2, 3, 4, 5, 6, refresh_s=0)
    for pad in bus.pads:
        pad.show(7, "A015")
    # Each shows at once, for nobody has been asked yet: 12 bytes at 9600 baud, and 3 ms.
    assert bus.waited == pytest.approx([12 * 10 / 9600 + 0.003] * 5)
