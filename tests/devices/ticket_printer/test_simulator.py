"""The simulated printer speaks the document's bytes."""

from __future__ import annotations

import random

import pytest

from devices.simulator import UnknownFault, UnknownKey
from devices.ticket_printer.options import Options
from devices.ticket_printer.simulator import EscPosPrinterSimulator


class Wire:
    """What the printer said, and its clock."""

    def __init__(self) -> None:
        self.said = bytearray()
        self.printer = EscPosPrinterSimulator("printer", Options())
        self.printer.send = self.said.extend
        self.printer.later = lambda delay_s, call: call()

    def ask(self, request: str) -> str:
        self.said.clear()
        self.printer.feed(bytes.fromhex(request))
        return self.said.hex().upper()


@pytest.mark.parametrize(
    ("fault", "n1", "n2", "n3", "n4"),
    [
        ("", "12", "12", "12", "12"),
        ("paper-out", "1A", "32", "12", "7E"),
        ("paper-near-end", "12", "12", "12", "1E"),
        ("cover-open", "1A", "16", "12", "12"),
        ("cutter", "1A", "52", "1A", "12"),
        ("error", "1A", "52", "32", "12"),
        ("offline", "1A", "12", "12", "12"),
    ],
)
def test_real_time_status_is_the_documents_bytes(
    fault: str, n1: str, n2: str, n3: str, n4: str
) -> None:
    wire = Wire()
    if fault:
        wire.printer.fault(fault)
    assert [wire.ask(f"1004{n:02X}") for n in (1, 2, 3, 4)] == [n1, n2, n3, n4]


def test_real_time_requests_are_answered_byte_by_byte_and_while_stopped() -> None:
    wire = Wire()
    wire.printer.fault("paper-out")
    wire.ask("1B61")
    assert wire.ask("10") == ""
    assert wire.ask("04") == ""
    assert wire.ask("01") == "1A"


def test_queued_status_waits_for_what_stands_before_it() -> None:
    wire = Wire()
    assert wire.ask("1D7201") == "00"
    wire.printer.fault("paper-near-end")
    assert wire.ask("1D7231") == "03"
    wire.printer.fault("cover-open")
    assert wire.ask("1D7201") == ""
    wire.said.clear()
    wire.printer.fault("cover-open", active=False)
    assert wire.said.hex() == "03"


def test_a_job_end_is_answered_with_its_name() -> None:
    assert Wire().ask("1D28480600303030303135") == "37223030313500"


def test_automatic_status_comes_at_once_and_at_each_change() -> None:
    wire = Wire()
    assert wire.ask("1D610E") == "1000000F"
    wire.said.clear()
    wire.printer.fault("cover-open")
    assert wire.said.hex() == "3800000f"
    assert wire.ask("1B40") == ""
    wire.said.clear()
    wire.printer.fault("cover-open", active=False)
    wire.printer.fault("paper-out")
    assert wire.said.hex() == "1000000f"  # ESC @ waited in the buffer until the cover was closed


def test_without_chinese_mode_there_is_no_chinese() -> None:
    wire = Wire()
    wire.ask(
        "1C2E" + "税".encode("gb18030").hex() + "0A 1C26" + "税".encode("gb18030").hex() + "0A"
    )
    assert wire.printer.seen()["hanging"][1] == "税"
    assert wire.printer.seen()["hanging"][0] != "税"


def test_unknown_commands_are_listed() -> None:
    wire = Wire()
    wire.ask("1B7B01")
    assert wire.printer.seen()["unknown_commands"] == ["ESC b'{' 01"]


@pytest.mark.parametrize("name", ["fire", "paper-out-at:x", "paper-out-at", "slow-print:fast"])
def test_faults_that_it_cannot_play_are_refused(name: str) -> None:
    with pytest.raises(UnknownFault):
        Wire().printer.fault(name)


def test_it_has_a_feed_button_and_no_other() -> None:
    wire = Wire()
    wire.printer.press("feed")
    with pytest.raises(UnknownKey):
        wire.printer.press("next")


def test_what_was_seen_counts_bytes_and_time() -> None:
    wire = Wire()
    wire.ask("41 0A")
    assert wire.printer.seen()["total_bytes"] == 2
    assert wire.printer.seen()["last_byte_ns"] > 0


def test_ten_thousand_pieces_of_rubbish_stop_nothing() -> None:
    randomly = random.Random(58)
    commands = [b"\x1d(k\x03\x00", b"\x1dv0\x00", b"\x1b", b"\x1d", b"\x1c&", b"1E", b"1P0", b"\n"]
    for _ in range(200):
        wire = Wire()
        wire.printer.later = lambda delay_s, call: None
        for _ in range(50):
            wire.printer.feed(randomly.choice(commands) + randomly.randbytes(randomly.randrange(6)))
        wire.printer.seen()
