"""One pad's driver: presses, acknowledgements, repeats, the display."""

from __future__ import annotations

import msgspec
import pytest

from devices.base import HealthState, Input, Report, Status
from devices.errors import DeviceUnavailable
from devices.pad.driver import ProfilePad
from devices.pad.options import Ff68Options, ProfileOptions
from tests.devices.pad.pad_line import Clock, RecordingLine, hexed, meant, opened

RATING_1 = hexed("FF 68 03 03 68 01 11 01 13 16")
ACK_RATING_1 = hexed("FF 68 03 03 68 01 01 01 03 16")
TICKET_015 = hexed("FF 68 08 08 68 01 02 0A 0A 0A 00 01 05 27 16")
BEEP = hexed("FF 68 02 02 68 01 03 04 16")
NEXT = hexed("FF 68 03 03 68 01 01 0C 0E 16")
NEXT_OF_2 = hexed("FF 68 03 03 68 02 01 0C 0F 16")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def line() -> RecordingLine:
    return RecordingLine()


@pytest.fixture
def pad(line: RecordingLine, clock: Clock) -> ProfilePad:
    return opened(Ff68Options(address=1), line, clock)


def codes(reports: list[Report]) -> list[str]:
    return [report.code for report in reports if isinstance(report, Status)]


@pytest.mark.parametrize(
    ("raw", "event"),
    [
        ("FF 68 03 03 68 01 01 0C 0E 16", "call_next"),
        ("FF 68 03 03 68 01 01 0D 0F 16", "recall"),
        ("FF 68 03 03 68 01 01 0B 0D 16", "finish"),
        ("FF 68 03 03 68 01 01 0E 10 16", "cancel"),
        ("FF 68 04 04 68 01 01 06 0F 17 16", "no_show"),
        ("FF 68 04 04 68 01 01 00 0F 11 16", "park"),
        ("FF 68 04 04 68 01 01 03 0F 14 16", "call_back"),
        ("FF 68 03 03 68 01 01 11 13 16", "one_metre_line"),
        ("FF 68 03 03 68 01 01 12 14 16", "pause"),
        ("FF 68 03 03 68 01 01 13 15 16", "transfer"),
        # The func of key frames differs from pad to pad.
        ("FF 68 03 03 68 01 22 0C 2F 16", "call_next"),
        # Digits may come before the key: the last data byte is what counts.
        ("FF 68 05 05 68 01 01 01 05 0C 14 16", "call_next"),
    ],
)
def test_each_key_has_its_word_and_is_echoed(
    pad: ProfilePad, line: RecordingLine, raw: str, event: str
) -> None:
    assert meant(pad.feed(hexed(raw))) == [Input(event)]
    assert line.written == [hexed(raw)]


def test_a_rating_is_acknowledged_with_func_01(pad: ProfilePad, line: RecordingLine) -> None:
    assert meant(pad.feed(RATING_1)) == [Input("rate", 1)]
    assert line.written == [ACK_RATING_1]


def test_scores_are_what_the_configuration_says(line: RecordingLine, clock: Clock) -> None:
    pad = opened(Ff68Options(scores={"1": 5, "0x02": 1}), line, clock)
    assert meant(pad.feed(RATING_1)) == [Input("rate", 5)]
    assert meant(pad.feed(hexed("FF 68 03 03 68 01 11 02 14 16"))) == [Input("rate", 1)]


def test_a_score_nobody_configured_is_a_warning_and_no_rating(pad: ProfilePad) -> None:
    reports = pad.feed(hexed("FF 68 03 03 68 01 11 09 1B 16"))
    assert meant(reports) == []
    assert codes(reports) == ["unknown_score"]
    assert codes(pad.feed(NEXT)) == ["heard"]


def test_a_key_without_meaning_is_acknowledged_and_counted(
    pad: ProfilePad, line: RecordingLine
) -> None:
    raw = hexed("FF 68 03 03 68 01 01 10 12 16")
    assert meant(pad.feed(raw)) == []
    assert line.written == [raw]
    assert pad.counters.extra["frames_without_meaning"] == 1


def test_keys_that_come_one_by_one_are_put_together(pad: ProfilePad, clock: Clock) -> None:
    six, enter = hexed("FF 68 03 03 68 01 01 06 08 16"), hexed("FF 68 03 03 68 01 01 0F 11 16")
    assert meant(pad.feed(six)) == []
    clock.now += 1.0
    assert meant(pad.feed(enter)) == [Input("no_show")]
    clock.now += 1.0
    assert meant(pad.feed(six)) == []
    clock.now += 6.0  # too late: that six was another thought
    assert meant(pad.feed(enter)) == []


def test_the_same_frame_at_once_again_is_acknowledged_but_no_second_press(
    pad: ProfilePad, line: RecordingLine, clock: Clock
) -> None:
    assert meant(pad.feed(NEXT)) == [Input("call_next")]
    for _ in range(3):
        clock.now += 0.1
        assert pad.feed(NEXT) == []
    assert line.written == [NEXT] * 4
    assert pad.counters.retries == 3
    clock.now += 0.31
    assert meant(pad.feed(NEXT)) == [Input("call_next")]


def test_a_contact_that_bounces_is_one_press(line: RecordingLine, clock: Clock) -> None:
    pad = opened(ProfileOptions(profile="one-byte"), line, clock)
    assert meant(pad.feed(b"N")) == [Input("call_next")]
    clock.now += 0.02
    assert pad.feed(b"N") == []
    clock.now += 0.1
    assert meant(pad.feed(b"N")) == [Input("call_next")]


def test_another_key_in_between_makes_the_first_a_new_press(pad: ProfilePad) -> None:
    recall = hexed("FF 68 03 03 68 01 01 0D 0F 16")
    pressed = meant(pad.feed(NEXT + recall + NEXT))
    assert [press.event for press in pressed] == ["call_next", "recall", "call_next"]


def test_a_line_that_feeds_itself_is_not_answered_for_ever(
    pad: ProfilePad, line: RecordingLine, clock: Clock
) -> None:
    reports = pad.feed(NEXT)
    for _ in range(50):
        clock.now += 0.01
        reports += pad.feed(line.written[-1])
    assert meant(reports) == [Input("call_next")]
    assert codes(reports) == ["heard", "repeats"]
    assert len(line.written) == 6


def test_an_adapter_that_hears_itself_is_configured(line: RecordingLine, clock: Clock) -> None:
    pad = opened(Ff68Options(local_echo=True), line, clock)
    assert meant(pad.feed(NEXT)) == [Input("call_next")]
    assert pad.feed(line.written[-1]) == []
    pad.ask_rating()
    assert line.written[-1] == hexed("FF 68 03 03 68 01 01 0B 0D 16")
    # Without local_echo this would be the key "start rating".
    assert pad.feed(line.written[-1]) == []
    clock.now += 1.0
    assert meant(pad.feed(NEXT)) == [Input("call_next")]


def test_two_pads_on_one_line_each_take_their_own(line: RecordingLine, clock: Clock) -> None:
    first = opened(Ff68Options(address=1), line, clock)
    second = opened(Ff68Options(address=2), line, clock)
    stream = NEXT + b"\x00\xff" + NEXT_OF_2 + RATING_1
    heard: dict[str, list[Input]] = {"first": [], "second": []}
    for at in range(0, len(stream), 3):
        heard["first"] += meant(first.feed(stream[at : at + 3]))
        heard["second"] += meant(second.feed(stream[at : at + 3]))
    assert heard["first"] == [Input("call_next"), Input("rate", 1)]
    assert heard["second"] == [Input("call_next")]
    assert sorted(line.written) == sorted([NEXT, NEXT_OF_2, ACK_RATING_1])


def test_a_press_is_not_lost_when_its_acknowledgement_fails(
    pad: ProfilePad, line: RecordingLine, clock: Clock
) -> None:
    line.broken = True
    assert meant(pad.feed(NEXT)) == [Input("call_next")]
    with pytest.raises(DeviceUnavailable):
        pad.poll()
    line.broken = False
    pad.open()
    clock.now += 0.1
    assert meant(pad.feed(NEXT)) == []  # the pad asks again: still the same press
    assert line.written == [NEXT]


def test_the_number_goes_out_once_until_it_changes(pad: ProfilePad, line: RecordingLine) -> None:
    pad.show(None, "A015")
    pad.show(None, "B015")
    assert line.written == [TICKET_015]
    pad.show(7, "A015")
    assert line.written[-1] == hexed("FF 68 08 08 68 01 02 0A 0A 07 00 01 05 24 16")


@pytest.mark.parametrize(
    ("waiting", "number", "digits"),
    [
        (0, "", "0A 0A 00 0A 0A 0A"),
        (12, "A7", "0A 01 02 0A 0A 07"),
        (1450, "A1234", "09 09 09 02 03 04"),
        (-1, "窗口12", "0A 0A 00 0A 01 02"),
    ],
)
def test_six_digits_hold_what_they_can(
    pad: ProfilePad, line: RecordingLine, waiting: int, number: str, digits: str
) -> None:
    pad.show(waiting, number)
    assert line.written[0][7:13] == hexed(digits)


def test_a_number_that_did_not_go_out_is_sent_the_next_time(
    pad: ProfilePad, line: RecordingLine
) -> None:
    line.broken = True
    with pytest.raises(DeviceUnavailable):
        pad.show(None, "A015")
    line.broken = False
    pad.show(None, "A015")
    assert line.written == [TICKET_015]


def test_the_number_is_shown_again_after_a_minute_and_after_the_stars(
    pad: ProfilePad, line: RecordingLine, clock: Clock
) -> None:
    pad.show(None, "A015")
    clock.now += 59
    pad.poll()
    assert line.written == [TICKET_015]
    clock.now += 1
    pad.poll()
    assert line.written == [TICKET_015] * 2
    pad.thank(5)
    pad.show(None, "A015")
    assert line.written[2:] == [hexed("FF 68 03 03 68 01 02 05 08 16"), TICKET_015]


def test_beeping_and_asking_are_the_documents_frames(pad: ProfilePad, line: RecordingLine) -> None:
    pad.beep()
    pad.ask_rating()
    assert line.written == [BEEP, hexed("FF 68 03 03 68 01 01 0B 0D 16")]


def test_the_self_test_says_what_a_person_should_notice(
    pad: ProfilePad, line: RecordingLine, clock: Clock
) -> None:
    assert "888 888" in pad.self_test().zh
    assert line.written == [BEEP, hexed("FF 68 08 08 68 01 02 08 08 08 08 08 08 33 16")]
    bare = opened(Ff68Options(profile="one-byte"), line, clock)
    assert "press a key" in bare.self_test().en


def test_silence_is_never_ok(pad: ProfilePad, clock: Clock) -> None:
    assert pad.open().state is HealthState.UNKNOWN
    assert pad.silent_for_s() is None
    reports = pad.feed(NEXT)
    assert [r.state for r in reports if isinstance(r, Status)] == [HealthState.OK]
    clock.now += 30
    assert pad.silent_for_s() == 30


def test_a_pad_of_lines_is_only_another_profile(line: RecordingLine, clock: Clock) -> None:
    pad = opened(Ff68Options(address=3, profile="ascii-line"), line, clock)
    assert meant(pad.feed(b"P03,NEXT\r\nP04,NEXT\r\n")) == [Input("call_next")]
    assert meant(pad.feed(b"P03,RATE 5\r\n")) == [Input("rate", 5)]
    pad.show(12, "A007")
    pad.thank(4)
    assert line.written == [
        b"P03,OK\r\n",
        b"P03,OK\r\n",
        b"P03,SHOW  12 007\r\n",
        b"P03,THANKS 4\r\n",
    ]


def test_a_pad_of_single_bytes_shows_nothing_and_repeats_nothing(
    line: RecordingLine, clock: Clock
) -> None:
    pad = opened(Ff68Options(profile="one-byte"), line, clock)
    pressed = meant(pad.feed(b"N"))
    clock.now += 0.2
    pressed += meant(pad.feed(b"N5?"))
    assert pressed == [Input("call_next"), Input("call_next"), Input("rate", 5)]
    pad.show(1, "A001")
    pad.beep()
    assert line.written == []


def test_options_are_checked() -> None:
    for wrong in ({"address": 0}, {"address": 256}, {"scores": {"x": 1}}, {"scores": {"1": 6}}):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(wrong, Ff68Options)
    with pytest.raises(msgspec.ValidationError, match="adress"):
        msgspec.convert({"adress": 1}, Ff68Options)
