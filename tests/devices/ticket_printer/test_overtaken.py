"""A printer that reports by itself while it is being asked."""

from __future__ import annotations

from devices.base import HealthState, Status
from tests.devices.ticket_printer.bench import TICKET, Bench

ASK_PAPER = b"\x10\x04\x04"


def test_a_report_that_overtakes_the_answers_is_not_undone_by_them() -> None:
    bench = Bench(state="asb")
    bench.driver.open()
    assert bench.driver.print_slip(TICKET, 1).confirmed
    assert bench.driver.poll() == []

    def paper_runs_low_after_it_was_asked(data: bytes) -> None:
        bench.printer.feed(data)
        if data == ASK_PAPER and "paper-near-end" not in bench.printer.active_faults:
            bench.printer.fault("paper-near-end")

    bench.line.deliver = paper_runs_low_after_it_was_asked
    (status,) = bench.driver.poll()
    assert isinstance(status, Status)
    assert (status.state, status.code) == (HealthState.WARNING, "paper_near_end")
