"""A serial scanner: codes of the hall, bounded and checked; what is none of them is gone."""

from __future__ import annotations

import copy
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.base import HealthState, Reading, Report, Status
from devices.card_reader.codes import CodeHider, Lines, Wrong, explain
from devices.card_reader.patterns import Pattern
from devices.card_reader.reports import CodeRead, CodeRefused
from devices.card_reader.scanner_options import ScannerOptions
from devices.registry import convert_options
from tests.devices.card_reader.desk import CodeDesk
from tests.timing import steps


def told(reports: list[Report]) -> list[tuple[str, str]]:
    """Return (kind, text) of codes, ("refused", why) of what is none."""
    found: list[tuple[str, str]] = []
    for one in reports:
        if isinstance(one, CodeRead):
            found.append((one.kind, one.text))
        elif isinstance(one, CodeRefused):
            found.append(("refused", one.code))
    return found


def states(reports: list[Report]) -> list[tuple[HealthState, str]]:
    return [(one.state, one.code) for one in reports if isinstance(one, Status)]


@pytest.mark.parametrize(
    ("data", "codes"),
    [
        (b"2026-11-24/A007\r\n", [("ticket", "2026-11-24/A007")]),
        (b"A001\r", [("ticket", "A001")]),
        (b"17\n", [("ticket", "17")]),
        (b"YY-00000042\r\n", [("appointment", "YY-00000042")]),
        (b"\r\n\r\nA001\r\n\n\rA002\r", [("ticket", "A001"), ("ticket", "A002")]),
        (b"https://example.com/A001\r\n", [("refused", "unknown")]),
        (b"A001; reboot\r\n", [("refused", "unknown")]),
        (b"$(reboot)\r\n", [("refused", "unknown")]),
        (b"A00\x001\r\n", [("refused", "unknown")]),
        (b"A001\x1b[2J\r\n", [("refused", "unknown")]),
        ("Ａ００１\r\n".encode(), [("refused", "unknown")]),
        (b"X" * 129 + b"\r\nA001\r\n", [("refused", "too_long"), ("ticket", "A001")]),
        (b"X" * 1_000_000 + b"\r\n", [("refused", "too_long")]),
    ],
)
@pytest.mark.parametrize("piece", [0, 1, 5])
def test_lines_are_codes_of_the_hall_or_refused(
    data: bytes, codes: list[tuple[str, str]], piece: int
) -> None:
    desk = CodeDesk()
    if piece and len(data) > 1000:
        piece = 4096
    for at in range(0, len(data), piece or len(data)):
        desk.reports += desk.driver.feed(data[at : at + (piece or len(data))])
    assert told(desk.reports) == codes


def test_a_code_that_does_not_go_on_is_given_up() -> None:
    desk = CodeDesk()
    desk.device.fault("cut-short")
    desk.device.press("appointment", 42)
    assert desk.run(0.4) == []
    assert told(desk.run(0.4)) == [("refused", "cut_short")]
    desk.device.fault("cut-short", active=False)
    desk.device.press("appointment", 42)
    assert told(desk.run(0.2)) == [("appointment", "YY-00000042")]


def test_a_half_code_never_becomes_one_with_the_next() -> None:
    desk = CodeDesk()
    assert desk.driver.feed(b"A0") == []
    desk.now += 0.6
    # The worker hands over the next bytes before it polls.
    assert told(desk.driver.feed(b"01\r\n")) == [("refused", "cut_short"), ("ticket", "01")]


def test_a_code_that_lies_before_the_scanner_is_reported_once() -> None:
    desk = CodeDesk()
    for _ in range(20):
        desk.comes(b"A001\r\n")
        desk.run(1.0)
    assert told(desk.reports) == [("ticket", "A001")]
    assert desk.driver.counters.extra == {"repeated": 19}
    desk.run(2.5)
    desk.comes(b"A001\r\n")
    assert told(desk.run(0.2)) == [("ticket", "A001")]
    # Another one in between is another one at once, and back again too.
    desk.comes(b"A002\r\nA001\r\n")
    assert told(desk.run(0.2)) == [("ticket", "A002"), ("ticket", "A001")]


@pytest.mark.parametrize("fault", ["ends-cr", "ends-lf", "repeats"])
def test_scanners_of_other_settings_are_understood(fault: str) -> None:
    desk = CodeDesk(ScannerOptions(prefix="<Q1>", suffix="#"))
    desk.device.fault(fault)
    desk.device.press("ticket", 7)
    [(kind, text)] = told(desk.run(0.2))
    assert (kind, text.partition("/")[2]) == ("ticket", "A007")


def test_a_code_without_the_marks_of_the_scanner_is_none() -> None:
    desk = CodeDesk(ScannerOptions(prefix="<Q1>", suffix="#"))
    desk.comes(b"A001\r\n<Q1>A001\r\nA001#\r\n<Q1>A001#\r\n<Q1\r\n")
    assert [kind for kind, _ in told(desk.run(0.2))] == ["refused"] * 3 + ["ticket", "refused"]


@pytest.mark.parametrize("key", ["link", "command", "long", "chinese"])
def test_what_strangers_hold_before_it_is_refused_and_its_text_is_nowhere(key: str) -> None:
    desk = CodeDesk()
    desk.device.press(key)
    [refused] = desk.run(1)
    assert isinstance(refused, CodeRefused)
    assert "reboot" not in f"{refused} {vars(desk.driver)}"
    assert "example" not in f"{refused} {vars(vars(desk.driver)['_lines'])}"


def test_it_stays_unknown_and_a_wrong_baud_rate_is_a_warning() -> None:
    desk = CodeDesk()
    assert desk.driver.open().state is HealthState.UNKNOWN
    desk.device.fault("other-baud")
    for number in range(6):
        desk.device.press("ticket", number)
        desk.run(1)
    assert states(desk.reports) == [(HealthState.WARNING, "unreadable")]
    desk.device.fault("other-baud", active=False)
    desk.device.press("ticket", 9)
    assert states(desk.run(1)) == [(HealthState.UNKNOWN, "never_asked")]


def test_the_self_test_takes_one_code_and_nobody_hears_it() -> None:
    desk = CodeDesk()
    desk.driver.self_test()
    desk.device.press("link")
    assert states(desk.run(1)) == [(HealthState.UNKNOWN, "test_code_read")]
    assert told(desk.reports) == []
    desk.device.press("ticket", 3)
    assert len(told(desk.run(1))) == 1


def test_an_appointment_is_masked_and_a_ticket_shown() -> None:
    assert repr(CodeRead("ticket", "A001")) == "CodeRead('ticket', 'A001')"
    code = CodeRead("appointment", "11010519491231002X")
    assert {repr(code), str(code), f"{code}"} == {"CodeRead('appointment', <18 characters>)"}
    with pytest.raises(TypeError, match="not copied"):
        copy.copy(code)
    assert isinstance(code, Reading)


def test_a_trace_shows_how_long_a_code_was() -> None:
    hidden = CodeHider().feed(b"A001\r\n11010519491231002X\r")
    assert hidden == b"****\r\n" + b"*" * 18 + b"\r"
    assert explain(hidden, answers=True) == [
        "a code of 4 characters (not shown)",
        "a code of 18 characters (not shown)",
    ]
    assert explain(b"A001\r\n") == []


# ---- patterns


@pytest.mark.parametrize(
    ("pattern", "fits", "others"),
    [
        (r"[A-Z]?\d{1,6}", ["A1", "001", "Z123456"], ["", "A", "AA1", "1234567", "a1", "A1 "]),
        ("[A-Z0-9-]{8}", ["YY-00042"], ["YY-0004", "YY-000042", "yy-00042"]),
        ("HALL:[a-f0-9]{2,3}x?", ["HALL:0f", "HALL:0ffx"], ["HALL:0fff", "HALL:", "hall:0f"]),
        ("[a-]{0,2}b", ["b", "-ab"], ["a", "a-ab"]),
    ],
)
def test_patterns_fit_whole_codes(pattern: str, fits: list[str], others: list[str]) -> None:
    read = Pattern.of(pattern)
    assert [one for one in fits + others if read.fits(one)] == fits


@pytest.mark.parametrize(
    "pattern",
    ["", "a?", "(a)", "a*", "a+", "x|b", "[^a]", "[z-a]", r"\w", "a{2,1}", "a{0}", "a{999}",
     "[\x00]", "[税]", "^a$", "a{,3}", "(a+)+b"],
)  # fmt: skip
def test_what_is_no_pattern_is_refused_when_the_configuration_is_read(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        Pattern.of(pattern)
    with pytest.raises(msgspec.ValidationError):
        convert_options("card_reader.scanner_serial", {"ticket": [pattern]})


@pytest.mark.parametrize(
    "wrong",
    [{"prefix": "123456789"}, {"suffix": "\r"}, {"longest": 129}, {"gap_s": 0},
     {"ticket": [], "appointment": []}],
)  # fmt: skip
def test_settings_that_cannot_be_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        convert_options("card_reader.scanner_serial", wrong)


@given(
    st.text(alphabet="[]{}?,-\\dAZaz09() ", max_size=24), st.text(alphabet="AZ09-a", max_size=20)
)
def test_no_pattern_is_slow_or_breaks(pattern: str, code: str) -> None:
    try:
        read = Pattern.of(pattern)
    except ValueError:
        return
    read.fits(code)


def test_the_worst_pattern_and_the_worst_code_take_no_time() -> None:
    read = Pattern.of("a?" * 127 + "b")
    assert steps(lambda: read.fits("a" * 128)) < 3_000
    assert not read.fits("a" * 128)


@given(st.lists(st.binary(max_size=20), max_size=20))
def test_lines_are_the_same_however_the_bytes_are_cut(chunks: list[bytes]) -> None:
    whole, cut = Lines(16), Lines(16)
    expected = whole.feed(b"".join(chunks))
    assert [line for chunk in chunks for line in cut.feed(chunk)] == expected
    assert all(isinstance(line, Wrong) or 0 < len(line) <= 16 for line in expected)
