"""The driver against the simulated printer: state, confirmation, faults, noise."""

from __future__ import annotations

from dataclasses import replace

import pytest

from devices.base import HealthState, Status
from devices.errors import DeviceFault, DeviceTimeout, DeviceUnavailable
from devices.ticket_printer.slip import Printed
from tests.devices.ticket_printer.bench import TICKET, Bench


def opened(**settings: object) -> Bench:
    bench = Bench(**settings)
    assert bench.driver.open().state is HealthState.OK
    return bench


def test_a_printer_is_open_and_ready_and_shows_how_it_confirms() -> None:
    bench = opened()
    assert bench.driver.how == "gs_h"
    assert bench.driver.state() == Status(HealthState.OK, "ok", bench.driver.state().say)


def test_a_ticket_comes_out_and_is_confirmed_by_name() -> None:
    bench = opened()
    sent: list[int] = []
    printed = bench.driver.print_slip(
        TICKET, 15, lambda: sent.append(bench.printer.seen()["slips"])
    )
    assert printed == Printed(confirmed=True, how="gs_h")
    assert sent == [1]
    assert bench.printer.seen()["numbers"] == ["A001"]


def test_a_clone_without_job_ends_is_confirmed_by_its_queued_status() -> None:
    bench = Bench()
    bench.printer.fault("no-gs-h")
    bench.driver.open()
    assert bench.driver.how == "gs_r"
    assert bench.driver.print_slip(TICKET, 1) == Printed(confirmed=True, how="gs_r")


def test_a_clone_without_both_is_confirmed_by_staying_healthy() -> None:
    bench = Bench()
    bench.printer.fault("no-gs-h")
    bench.printer.fault("no-gs-r")
    bench.driver.open()
    assert bench.driver.how == "status"
    before = bench.line.now
    assert bench.driver.print_slip(TICKET, 1) == Printed(confirmed=True, how="status")
    assert bench.line.now - before >= bench.options.settle_s


@pytest.mark.parametrize("how", ["gs_h", "gs_r", "status"])
def test_a_configured_confirmation_is_not_probed(how: str) -> None:
    bench = opened(confirm=how)
    assert bench.driver.how == how
    assert b"\x1d(H" not in bench.line.written
    assert bench.driver.print_slip(TICKET, 1).confirmed


def test_a_configured_job_end_that_never_comes_is_unconfirmed() -> None:
    bench = Bench(confirm="gs_h")
    bench.printer.fault("no-gs-h")
    bench.driver.open()
    assert bench.driver.print_slip(TICKET, 1) == Printed(confirmed=False, how="gs_h")


def test_a_silent_printer_is_never_ok() -> None:
    bench = Bench()
    bench.printer.fault("no-status")
    with pytest.raises(DeviceTimeout):
        bench.driver.open()
    assert bench.driver.state().state is HealthState.STARTING


def test_a_printer_that_falls_silent_prints_nothing_more() -> None:
    bench = opened()
    bench.printer.fault("no-status")
    with pytest.raises(DeviceTimeout):
        bench.driver.poll()
    sent: list[bool] = []
    with pytest.raises(DeviceTimeout):
        bench.driver.print_slip(TICKET, 1, lambda: sent.append(True))
    assert sent == []
    assert bench.printer.seen()["slips"] == 0


def test_a_printer_that_falls_silent_while_printing_is_a_timeout() -> None:
    bench = opened()
    bench.driver.poll()
    bench.printer.fault("no-status")
    sent: list[bool] = []
    with pytest.raises(DeviceTimeout):
        bench.driver.print_slip(TICKET, 1, lambda: sent.append(True))
    assert sent == [True]


FAULTS = [
    ("paper-out", "paper_end"),
    ("cover-open", "cover_open"),
    ("cutter", "cutter"),
    ("error", "unrecoverable"),
    ("offline", "offline"),
]


@pytest.mark.parametrize(("fault", "code"), FAULTS)
@pytest.mark.parametrize("state", ["asb", "ask"])
def test_each_fault_is_noticed_said_once_and_stops_a_ticket_before_it_begins(
    fault: str, code: str, state: str
) -> None:
    bench = opened(state=state)
    bench.printer.fault(fault)
    before = bench.line.now
    (status,) = bench.driver.poll()
    assert bench.line.now - before <= 0.1
    assert isinstance(status, Status)
    assert (status.state, status.code) == (HealthState.FAULT, code)
    assert status.say.zh
    assert status.say.en
    assert bench.driver.poll() == []
    sent: list[bool] = []
    with pytest.raises(DeviceFault) as raised:
        bench.driver.print_slip(TICKET, 1, lambda: sent.append(True))
    assert raised.value.code == code
    assert sent == []
    bench.printer.fault(fault, active=False)
    (status,) = bench.driver.poll()
    assert isinstance(status, Status)
    assert status.state is HealthState.OK
    assert bench.driver.print_slip(TICKET, 2).confirmed
    assert bench.printer.seen()["numbers"] == ["A001"]


@pytest.mark.parametrize(("fault", "code"), FAULTS)
def test_a_fault_that_a_ticket_met_is_said_by_that_and_its_end_is_news(
    fault: str, code: str
) -> None:
    bench = opened(state="ask")
    bench.printer.fault(fault)
    bench.line.pass_time(bench.options.fresh_s + 0.1)
    with pytest.raises(DeviceFault) as raised:
        bench.driver.print_slip(TICKET, 1)
    assert raised.value.code == code
    assert bench.driver.poll() == []
    bench.printer.fault(fault, active=False)
    (status,) = bench.driver.poll()
    assert isinstance(status, Status)
    assert status.state is HealthState.OK
    assert bench.driver.poll() == []


def test_paper_that_ends_within_a_ticket_is_said_once() -> None:
    bench = opened()
    bench.printer.fault("paper-out-at:60")
    with pytest.raises(DeviceFault):
        bench.driver.print_slip(TICKET, 1)
    assert bench.driver.poll() == []
    bench.printer.fault("paper-out", active=False)
    (status,) = bench.driver.poll()
    assert isinstance(status, Status)
    assert status.state is HealthState.OK


def test_paper_near_its_end_warns_and_still_prints() -> None:
    bench = opened()
    bench.printer.fault("paper-near-end")
    (status,) = bench.driver.poll()
    assert isinstance(status, Status)
    assert (status.state, status.code) == (HealthState.WARNING, "paper_near_end")
    assert bench.driver.print_slip(TICKET, 1).confirmed


def test_automatic_status_is_news_without_being_asked() -> None:
    bench = opened()
    bench.driver.poll()
    bench.printer.fault("cover-open")
    (status,) = bench.driver.feed(bench.line.read_available())
    assert isinstance(status, Status)
    assert status.code == "cover_open"


def test_a_fresh_status_is_not_asked_again_before_a_ticket() -> None:
    bench = opened()
    bench.driver.poll()
    already = len(bench.line.written)
    bench.driver.print_slip(TICKET, 1)
    assert b"\x10\x04" not in bench.line.written[already:]
    bench.line.pass_time(bench.options.fresh_s + 0.1)
    already = len(bench.line.written)
    bench.driver.print_slip(TICKET, 2)
    assert bench.line.written[already:].startswith(bytes.fromhex("100404 100401 1C26"))


def test_a_printer_that_opens_without_paper_shows_how_it_confirms_later() -> None:
    bench = Bench()
    bench.printer.fault("paper-out")
    assert bench.driver.open().code == "paper_end"
    assert b"\x1d(H" not in bench.line.written
    bench.printer.fault("paper-out", active=False)
    bench.driver.poll()
    assert bench.driver.how == "gs_h"
    assert bench.driver.print_slip(TICKET, 1).confirmed


@pytest.mark.parametrize("clone", [(), ("no-gs-h",), ("no-gs-h", "no-gs-r")])
def test_paper_that_ends_while_printing_is_told_and_the_reprint_is_marked(
    clone: tuple[str, ...],
) -> None:
    bench = Bench()
    for fault in clone:
        bench.printer.fault(fault)
    bench.driver.open()
    bench.printer.fault("paper-out-at:60")
    with pytest.raises(DeviceFault, match="paper_end"):
        bench.driver.print_slip(TICKET, 7)
    bench.printer.fault("paper-out", active=False)
    printed = bench.driver.print_slip(replace(TICKET, reprint=True), 7)
    assert printed.confirmed
    assert bench.printer.seen()["torn"] == 1
    assert bench.printer.seen()["reprints"] == ["A001"]


def test_the_late_answer_of_a_first_try_does_not_confirm_the_second() -> None:
    bench = Bench(confirm="gs_h")
    bench.driver.open()
    bench.printer.fault("paper-out-at:60")
    with pytest.raises(DeviceFault):
        bench.driver.print_slip(TICKET, 7)
    bench.printer.fault("no-gs-h", active=False)
    bench.printer.fault("paper-out", active=False)  # the first try ends and is answered now
    late = bench.line.read_available()
    assert b"\x37\x22" in late
    bench.printer.fault("no-gs-h")
    bench.driver.feed(late)
    bench.line.from_printer(late)
    assert not bench.driver.print_slip(TICKET, 7).confirmed


def test_the_late_fences_of_a_first_try_do_not_confirm_the_second() -> None:
    bench = Bench(confirm="gs_r", print_timeout_s=1.0)
    bench.driver.open()
    bench.printer.fault("slow-print:10")
    assert not bench.driver.print_slip(TICKET, 1).confirmed
    sent: list[float] = []
    with pytest.raises(DeviceTimeout):
        bench.driver.print_slip(TICKET, 1, lambda: sent.append(bench.line.now))
    assert sent == []
    bench.line.pass_time(60)
    bench.printer.fault("slow-print", active=False)
    assert bench.driver.print_slip(replace(TICKET, reprint=True), 1).confirmed
    assert bench.printer.seen()["numbers"] == ["A001", "A001"]


def test_fences_that_came_in_the_last_moment_before_a_ticket_do_not_confirm_it() -> None:
    bench = Bench(confirm="gs_r", print_timeout_s=1.0)
    bench.driver.open()
    assert bench.driver.print_slip(TICKET, 1).confirmed
    bench.printer.fault("slow-print:10")
    bench.line.from_printer(b"\x00\x00")  # the state is fresh: nothing is asked before the ticket
    assert not bench.driver.print_slip(replace(TICKET, number="A002"), 2).confirmed


def test_a_slow_printer_is_waited_for() -> None:
    bench = opened()
    bench.printer.fault("slow-print:20")
    before = bench.line.now
    assert bench.driver.print_slip(TICKET, 1).confirmed
    assert 1.0 < bench.line.now - before < 8.0


def test_a_printer_that_takes_everything_and_does_nothing_is_a_timeout() -> None:
    bench = opened()
    bench.printer.fault("stall")
    sent: list[bool] = []
    with pytest.raises(DeviceTimeout):
        bench.driver.print_slip(TICKET, 1, lambda: sent.append(True))
    assert sent == [True]


@pytest.mark.parametrize("confirm", ["gs_h", "gs_r"])
@pytest.mark.parametrize("stray", range(256))
def test_no_single_stray_byte_ever_confirms_a_ticket(confirm: str, stray: int) -> None:
    bench = Bench(confirm=confirm, print_timeout_s=0.3)
    bench.driver.open()
    bench.printer.fault("no-gs-h")
    bench.printer.fault("no-gs-r")
    try:
        printed = bench.driver.print_slip(
            TICKET, 1, lambda: bench.line.from_printer(bytes((stray,)))
        )
    except (DeviceFault, DeviceTimeout):
        return
    assert not printed.confirmed


def test_noise_between_answers_does_not_hide_a_confirmation() -> None:
    bench = opened()
    bench.line.to_driver = lambda data: b"\xff\x80" + data + b"\x95"
    assert bench.driver.print_slip(TICKET, 1).confirmed
    assert bench.driver.counters.bad_frames > 0


def test_an_unplugged_printer_is_gone() -> None:
    bench = opened()
    bench.line.cut_after = 0
    with pytest.raises(DeviceUnavailable):
        bench.driver.poll()


def test_the_self_test_prints_rare_characters_and_a_qr_code() -> None:
    bench = opened()
    say = bench.driver.self_test()
    assert "䶮" in say.zh
    assert "𬭛" in say.en
    lines = bench.printer.seen()["last"]
    assert any("䶮" in line for line in lines)
    assert any(line.startswith("[image") for line in lines)
    assert "[qr SELF-TEST]" in lines
    assert bench.printer.seen()["unknown_commands"] == []
