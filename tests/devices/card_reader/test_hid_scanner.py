"""A scanner that types: the serial scanner's rules, and nothing of a code in any trace."""

from __future__ import annotations

from typing import Any

import pytest

from devices.base import HealthState, Report, Status
from devices.card_reader import hid_driver
from devices.card_reader.hid_driver import HidScanner
from devices.card_reader.hid_simulator import HidScannerSimulator
from devices.hid.keys import CODES, TYPED
from devices.hid.keys import typed as types
from devices.registry import convert_options, explain, mask_of
from tests.devices.card_reader.test_scanner import states, told
from tests.devices.hid.keypad import Line, packet, tap, typed

SECOND = 1_000_000
DROPPED = bytes(16) + bytes.fromhex("0000 0300 00000000")
GAP = DROPPED + packet(1, 0, 1)


class Desk:
    """A scanner and its simulator, with a clock that the test moves."""

    def __init__(self, **options: Any) -> None:
        self.now = 100.0
        made: Any = convert_options("card_reader.scanner_hid", options)
        self.driver = HidScanner("codes", made, Line(), clock=lambda: self.now)
        self.device = HidScannerSimulator("codes", made)
        self.stream = bytearray()
        self.device.send = self.stream.extend
        self.driver.open()

    def scan(self, key: str, value: int | None = None, piece: int = 0) -> list[Report]:
        self.device.press(key, value)
        data, reports = bytes(self.stream), []
        self.stream.clear()
        for at in range(0, len(data), piece or len(data)):
            reports += self.driver.feed(data[at : at + (piece or len(data))])
        return reports

    def types(self, text: str) -> list[Report]:
        return self.driver.feed(typed(text)[0])


@pytest.mark.parametrize("piece", [0, 1, 7, 72, 4096])
def test_what_is_typed_is_a_code(piece: int) -> None:
    desk = Desk()
    assert told(desk.scan("appointment", 42, piece)) == [("appointment", "YY-00000042")]
    [(kind, text)] = told(desk.scan("ticket", 7, piece))
    assert (kind, text.partition("/")[2]) == ("ticket", "A007")


def test_every_printable_character_of_a_us_keyboard_is_typed() -> None:
    printable = {chr(code) for code in range(0x20, 0x7F)}
    assert {text for both in TYPED.values() for text in both} == printable
    assert [types(CODES[name], shift=shift) for name, shift in
            (("MINUS", False), ("MINUS", True), ("SEMICOLON", True), ("2", True), ("Q", True),
             ("KP4", True), ("F1", False))] == ["-", "_", ":", "@", "Q", "4", ""]  # fmt: skip


@pytest.mark.parametrize("fault", ["ends-tab", "keypad-digits", "caps", "repeats"])
def test_scanners_of_other_settings_are_understood(fault: str) -> None:
    desk = Desk(prefix="<Q1>", suffix="#")
    desk.device.fault(fault)
    assert told(desk.scan("appointment", 42)) == [("appointment", "YY-00000042")]


def test_another_keyboards_layout_is_no_code_and_after_five_a_warning() -> None:
    desk = Desk(appointment=["YZ[0-9]{8}"], ticket=[])
    desk.device.fault("german")
    assert told(desk.scan("appointment", 42)) == [("refused", "unknown")]
    strange = [desk.scan("chinese") for _ in range(6)]
    assert states([one for reports in strange for one in reports]) == [
        (HealthState.WARNING, "unreadable")
    ]
    status = hid_driver.UNREADABLE.say
    assert "美国英语" in status.zh
    assert "US keyboard" in status.en


@pytest.mark.parametrize("key", ["link", "command", "long", "chinese"])
def test_what_strangers_hold_before_it_is_refused_and_its_text_is_nowhere(key: str) -> None:
    desk = Desk()
    assert [kind for kind, _ in told(desk.scan(key))] == ["refused"]
    held = f"{vars(desk.driver)} {vars(vars(desk.driver)['_lines'])} {vars(desk.driver._keys)}"
    assert "reboot" not in held
    assert "example" not in held


def test_shortcuts_are_no_characters() -> None:
    desk = Desk()
    ctrl = CODES["LEFTCTRL"]
    shortcut = packet(ctrl, 1, 1) + tap(CODES["A"], 10) + packet(ctrl, 0, SECOND)
    desk.driver.feed(shortcut)
    assert told(desk.types("001\n")) == [("refused", "unknown")]
    assert told(desk.types("A001\n")) == [("ticket", "A001")]


def test_a_repeat_by_the_kernel_types_nothing() -> None:
    desk = Desk()
    desk.driver.feed(packet(CODES["1"], 1, 1) + packet(CODES["1"], 2, 300_000) * 40)
    assert told(desk.types("\n")) == [("ticket", "1")]


def test_a_gap_makes_a_code_one_that_came_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    monkeypatch.setattr(hid_driver, "keys_down", lambda _fd: frozenset())
    desk.types("A0")
    desk.driver.feed(GAP)
    assert told(desk.types("01\nA002\n")) == [("refused", "cut_short"), ("ticket", "A002")]
    # Between two codes, too: what was lost may have been the next one's beginning.
    desk.driver.feed(GAP)
    assert told(desk.types("003\n")) == [("refused", "cut_short")]
    assert desk.driver.counters.extra["overruns"] == 2


def test_a_shift_that_came_up_in_the_gap_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    monkeypatch.setattr(hid_driver, "keys_down", lambda _fd: frozenset())
    desk.driver.feed(packet(CODES["LEFTSHIFT"], 1, 1) + GAP)
    desk.types("\n")
    assert told(desk.types("12\n")) == [("ticket", "12")]


def test_a_code_that_does_not_go_on_is_given_up() -> None:
    desk = Desk()
    desk.device.fault("cut-short")
    assert told(desk.scan("appointment", 42)) == []
    desk.now += 0.6
    assert told(desk.driver.poll()) == [("refused", "cut_short")]
    desk.driver.feed(packet(CODES["A"], 1, SECOND)[:10])
    desk.now += 0.6
    desk.driver.poll()
    assert desk.driver.counters.extra["bad_records"] == 1
    assert told(desk.types("A001\n")) == [("ticket", "A001")]


def test_the_same_code_counts_again_when_it_was_away() -> None:
    desk = Desk()
    assert [len(told(desk.types("A001\n"))) for _ in range(3)] == [1, 0, 0]
    desk.now += 3
    assert told(desk.types("A001\n")) == [("ticket", "A001")]


def test_a_trace_has_nothing_of_a_code() -> None:
    make = mask_of("card_reader.scanner_hid")
    assert make is not None
    stream = typed("11010519491231002X\n")[0]
    hidden = make().feed(stream)
    assert hidden == b"*" * len(stream)
    assert explain("card_reader.scanner_hid", hidden, answers=True) == [
        f"{len(stream)} bytes of records (not shown)"
    ]


def test_it_cannot_be_asked_and_its_self_test_takes_one_code() -> None:
    desk = Desk()
    assert desk.driver.open().state is HealthState.UNKNOWN
    desk.driver.self_test()
    reports = desk.types("HTTP://EXAMPLE\n")
    assert [one.code for one in reports if isinstance(one, Status)] == ["test_code_read"]
    assert told(reports) == []
