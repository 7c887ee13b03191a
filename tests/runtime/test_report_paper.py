"""The day's report on paper: its words, its lines, and a printer that is away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from devices.base import HealthState, Sentence, Status
from devices.errors import DeviceFault
from devices.ticket_printer.chinese import columns
from devices.ticket_printer.compile import compile_here
from devices.ticket_printer.interpreter import Interpreter, Piece
from devices.ticket_printer.options import Options
from devices.ticket_printer.report import DayReport, load_report
from devices.ticket_printer.sheet import render_sheet
from devices.ticket_printer.slip import Printed
from firmware_py.app.figures import FORM, DayFigures, Tally
from firmware_py.app.period import whole_view
from firmware_py.app.ports import Happened
from firmware_py.core import events as e
from firmware_py.core.rules import Text
from firmware_py.runtime.device_events import Outcome, Result
from firmware_py.runtime.report_paper import ReportPaper, report_of
from tests.core.hall import Hall

NAME = Text("国家税务总局示范市税务局办税服务厅", "Demo Tax Service Hall")
WELL = Status(HealthState.OK, "ok", Sentence("正常", "ok"))
FAULT = Status(HealthState.FAULT, "paper_end", Sentence("缺纸", "no paper"))


def figures() -> Mapping[str, Any]:
    tally = Tally(served=38, service_s=9120, longest_s=700, missed=2, overtime=1)
    tally.services = {240: 38}
    tally.rated, tally.score_sum, tally.bad, tally.scores = 30, 141, 1, {5: 25, 4: 4, 0: 1}
    day = DayFigures("2026-03-02", FORM, taken=41, cancelled=1, called=40)
    day.waits, day.longest_wait_s, day.amber, day.red = {95: 40}, 4011, 3, 1
    day.total = tally
    day.by_item = {"D01": tally, "Z99": Tally(served=1)}
    day.by_window = {"10": Tally(served=5), "2": tally}
    day.by_clerk = {"1023": tally}
    return whole_view(day, {"D01": "invoices"})


def lines(mm: int, report: DayReport) -> list[str]:
    """Return the report as somebody reads it on paper."""
    options = Options(paper=80 if mm == 80 else 58)
    ready = compile_here(load_report(f"report-{mm}"), options)
    pieces: list[Piece] = []
    engine = Interpreter(options.dots, lambda command, rest: None, pieces.append)
    engine.buffer += render_sheet(ready, report, options)
    while engine.step():
        pass
    assert engine.unknown == []
    (piece,) = pieces
    return piece.lines


def words(found: Mapping[str, Any]) -> DayReport:
    return report_of(Hall().rules, NAME, found, "2026-03-02 17:05", ["1", "2", "10"])


@pytest.mark.parametrize("mm", [80, 58])
def test_a_report_says_what_a_duty_manager_signs(mm: int) -> None:
    read = lines(mm, words(figures()))
    assert NAME.zh[:16] in "".join(read)
    assert "2026-03-02" in read
    assert "打印 Printed 2026-03-02 17:05" in read
    told = {line.rsplit(maxsplit=1)[0]: line.split()[-1] for line in read if " " in line}
    assert told["取号 Taken"] == "41"
    assert told["办结 Finished"] == "38"
    assert told["等候中位 Median wait"] == "1:35"
    assert told["最长 Longest"] == "1:06:51"
    assert told["平均分 Mean score"] == "4.70"
    assert told["红色告警 Red alarms"] == "1"
    assert read[-1] == "值班长签字 Duty manager:"


@pytest.mark.parametrize("mm", [80, 58])
def test_windows_stand_in_the_halls_order_and_every_row_fits_its_line(mm: int) -> None:
    read = lines(mm, words(figures()))
    rows = [line for line in read if line.split()[:1] in (["2"], ["10"])]
    assert [row.split()[:2] for row in rows] == [["2", "38"], ["10", "5"]]
    assert any(line.startswith("目录中已没有") for line in read)
    (heading,) = [line for line in read if line.startswith("窗口")]
    assert columns(heading) == columns(rows[0]) == (48 if mm == 80 else 32)
    assert all(columns(line) <= (48 if mm == 80 else 32) for line in read)


def test_an_old_day_says_that_only_sums_were_kept() -> None:
    old = whole_view(DayFigures("2025-01-02", 1, taken=7, called=7), {})
    read = lines(80, words(old))
    assert "此日只留有总数，没有逐次的等候和办理时间。" in read
    assert "红色告警 Red alarms" + " " * 28 + "-" in read


class Bench:
    """A worker's queue: jobs wait until the test runs them."""

    def __init__(self, at_close: str | None = "printer") -> None:
        self.jobs: list[tuple[str, Callable[..., object], Callable[[Result], None]]] = []
        self.asked: list[str | None] = []
        self.paper = ReportPaper(self.figures, words, self.post, at_close)

    async def figures(self, day: str | None) -> Mapping[str, Any] | None:
        self.asked.append(day)
        return None if day == "2020-01-01" else figures()

    def post(
        self,
        device: str,
        job: Callable[..., object],
        *,
        key: str | None = None,
        done: Callable[[Result], None] | None = None,
    ) -> None:
        assert done is not None
        self.jobs.append((device, job, done))

    def run(self, ended: Outcome = Outcome.DONE, error: DeviceFault | None = None) -> DayReport:
        """Let the printer do its first job, or fail at it; return the report."""
        device, job, done = self.jobs.pop(0)
        printer = Printer()
        value = job(printer)
        done(Result(device, ended, value if error is None else None, error))
        return printer.reports[0]


class Printer:
    def __init__(self) -> None:
        self.reports: list[DayReport] = []

    def print_sheet(self, report: DayReport, job: int) -> Printed:
        self.reports.append(report)
        return Printed(confirmed=True, how="gs_h")


def closed() -> Happened:
    return Happened(7, 0, "day.closed", "", "", e.DayClosed("2026-03-02", "command"), b"{}")


async def _close(bench: Bench) -> None:
    bench.paper.recorded([closed()])
    await asyncio.gather(*(task for task in asyncio.all_tasks() if task is not _me()))


def _me() -> asyncio.Task[Any] | None:
    return asyncio.current_task()


def test_the_close_of_a_day_prints_its_report() -> None:
    bench = Bench()
    asyncio.run(_close(bench))
    assert bench.run().fields["taken"] == "41"
    assert bench.jobs == []


def test_a_hall_without_a_report_printer_prints_none_at_the_close() -> None:
    bench = Bench(at_close=None)
    asyncio.run(_close(bench))
    assert bench.asked == []


def test_a_report_that_met_a_fault_prints_once_when_the_printer_is_well() -> None:
    bench = Bench()
    asyncio.run(bench.paper.print(None, "printer"))
    bench.run(Outcome.FAILED, DeviceFault("paper_end", "缺纸", "no paper"))
    bench.paper.opened("printer", FAULT)
    bench.paper.opened("printer-2", WELL)
    assert bench.jobs == []
    bench.paper.opened("printer", WELL)
    assert bench.run().fields["day"] == "2026-03-02"
    bench.paper.opened("printer", WELL)
    assert bench.jobs == []


def test_a_report_asked_for_twice_waits_once() -> None:
    bench = Bench()
    for _ in range(2):
        asyncio.run(bench.paper.print(None, "printer"))
        bench.run(Outcome.NOT_OPEN, DeviceFault("paper_end", "缺纸", "no paper"))
    bench.paper.opened("printer", WELL)
    assert len(bench.jobs) == 1


def test_a_day_without_records_prints_nothing() -> None:
    bench = Bench()
    assert asyncio.run(bench.paper.print("2020-01-01", "printer")) is None
    assert bench.jobs == []
