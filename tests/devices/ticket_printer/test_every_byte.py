"""Whatever happens at whatever byte of a ticket: never "confirmed" without the whole of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from devices.errors import DeviceFault, DeviceTimeout, DeviceUnavailable
from devices.ticket_printer.render import render
from tests.devices.ticket_printer.bench import TICKET, Bench, template

SLIP = replace(TICKET, qr="https://hall.example/t/A001?k=9f3c21")
AGAIN = replace(SLIP, reprint=True)
CLONES: dict[str, tuple[str, ...]] = {
    "gs_h": (),
    "gs_r": ("no-gs-h",),
    "status": ("no-gs-h", "no-gs-r"),
}


def opened(how: str) -> Bench:
    bench = Bench()
    for fault in CLONES[how]:
        bench.printer.fault(fault)
    bench.driver.open()
    assert bench.driver.how == how
    bench.driver.poll()
    return bench


def length(how: str) -> int:
    bench = opened(how)
    before = len(bench.line.written)
    bench.driver.print_slip(SLIP, 1)
    job = bench.line.written[before:]
    return (
        len(job) if how != "status" else len(render(template(bench.options), SLIP, bench.options))
    )


def whole_reprint(bench: Bench) -> None:
    """The same number comes out whole, marked, readable, and confirmed."""
    assert bench.driver.print_slip(AGAIN, 1).confirmed
    seen = bench.printer.seen()
    assert seen["last_number"] == "A001"
    assert "重打 REPRINT" in seen["last"][0]
    assert SLIP.hall_zh in seen["last"]
    assert f"[qr {SLIP.qr}]" in seen["last"]


def _marking(sent: list[bool]) -> Callable[[], None]:
    return lambda: sent.append(True)


def _cutting(place: int) -> Callable[[bytes], bytes]:
    return lambda data: data[:place] if data[:1] == b"\x37" else data


@pytest.mark.parametrize("how", CLONES)
def test_paper_that_ends_at_any_byte_is_never_a_confirmed_ticket(how: str) -> None:
    cut_at = len(render(template(Bench().options), SLIP, Bench().options))
    for place in range(1, cut_at):
        bench = opened(how)
        bench.printer.fault(f"paper-out-at:{place}")
        sent: list[bool] = []
        with pytest.raises(DeviceFault) as raised:
            bench.driver.print_slip(SLIP, 1, _marking(sent))
        assert raised.value.code == "paper_end", place
        assert sent == [True]
        with pytest.raises(DeviceFault):
            bench.driver.print_slip(AGAIN, 1)
        bench.printer.fault("paper-out", active=False)
        whole_reprint(bench)


@pytest.mark.parametrize("how", CLONES)
def test_a_plug_pulled_at_any_byte_is_gone_and_the_reprint_is_whole(how: str) -> None:
    for place in range(length(how)):
        bench = opened(how)
        bench.line.cut_after = place
        sent: list[bool] = []
        with pytest.raises(DeviceUnavailable):
            bench.driver.print_slip(SLIP, 1, _marking(sent))
        assert sent == ([True] if place else [])
        # Plugged in again: a new driver on a printer that may hold half a command.
        bench.line.cut_after = None
        bench.driver = bench.new_driver()
        bench.driver.open()
        whole_reprint(bench)
        assert bench.driver.how == how, place


@pytest.mark.parametrize("how", CLONES)
def test_a_write_that_stalls_at_any_byte_is_a_timeout_and_the_reprint_is_whole(how: str) -> None:
    for place in range(length(how)):
        bench = opened(how)
        bench.line.stall_after = place
        sent: list[bool] = []
        with pytest.raises(DeviceTimeout):
            bench.driver.print_slip(SLIP, 1, _marking(sent))
        assert sent == [True]
        with pytest.raises(DeviceTimeout):
            bench.driver.poll()
        bench.line.stall_after = None
        whole_reprint(bench)


def test_a_plug_pulled_inside_a_drawn_line_is_mended_too() -> None:
    drawn = replace(SLIP, item_zh="𬭛业登记")
    job = len(render(template(Bench().options), drawn, Bench().options))
    for place in range(0, job, 37):
        bench = opened("gs_h")
        bench.line.cut_after = place
        with pytest.raises(DeviceUnavailable):
            bench.driver.print_slip(drawn, 1)
        bench.line.cut_after = None
        bench.driver = bench.new_driver()
        bench.driver.open()
        whole_reprint(bench)


def test_an_answer_cut_at_any_byte_confirms_nothing() -> None:
    for place in range(7):
        bench = Bench(confirm="gs_h")
        bench.driver.open()
        bench.line.to_driver = _cutting(place)
        assert not bench.driver.print_slip(SLIP, 1).confirmed
