"""What a kiosk's Pi owes on paper: counted and kept here, and printed once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import pytest

from firmware_py.app.paper_jobs import jobs_of
from firmware_py.app.ports import Happened
from firmware_py.app.spool import PrinterSpool
from firmware_py.app.wire import encode
from firmware_py.core import events as e
from firmware_py.core.events import EVENT_NAMES
from firmware_py.runtime.positions_file import PositionsFile
from tests.app.paper import Printer
from tests.core.hall import Hall


def issued(number: str, at_ms: int, *, seq: int = 0, own: bool = False) -> Happened:
    """Return a ticket's event, of the hub's or of this Pi's own."""
    event = e.TicketIssued(
        number, "common", 1, "D01", "invoices", "kiosk-1", issued_ms=at_ms if own else None
    )
    return Happened(seq, at_ms, EVENT_NAMES[e.TicketIssued], "screen", "p", event, encode(event))


def printer_of(event: e.Event) -> str | None:
    return "printer-1" if isinstance(event, e.TicketIssued) else None


def nothing(happened: Sequence[Happened]) -> Mapping[str, int]:
    return {}


def take(file: PositionsFile, *happened: Happened) -> list[tuple[int, str]]:
    """Return what is printed now: this Pi's number of the paper, and the ticket's."""
    found = list[tuple[int, str]]()
    for one in file.take(happened, printer_of, nothing):
        assert isinstance(one.event, e.TicketIssued)
        found.append((one.seq, one.event.number))
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "printed.json"


def test_papers_are_counted_here_whoever_decided_them(path: Path) -> None:
    file = PositionsFile(path)
    assert take(file, issued("A001", 10, seq=700)) == [(1, "A001")]
    # A hub that begins anew, and a ticket of our own: the count goes on.
    assert take(file, issued("A002", 20, seq=3)) == [(2, "A002")]
    assert take(file, issued("A980", 30, own=True)) == [(3, "A980")]


def test_a_ticket_told_again_or_merged_prints_no_second_slip(path: Path) -> None:
    file = PositionsFile(path)
    take(file, issued("A980", 30, own=True), issued("A001", 40, seq=7))
    assert take(file, issued("A980", 30, seq=9, own=True), issued("A001", 40, seq=8)) == []
    again = PositionsFile(path)
    assert take(again, issued("A980", 30, own=True)) == []
    # The same number another day is another ticket.
    opened = e.DayOpened("2026-03-03")
    day = Happened(9, 90, "day.opened", "hub", "", opened, encode(opened))
    assert take(again, day, issued("A001", 95)) == [(3, "A001")]


def test_what_is_not_confirmed_is_there_after_a_restart_with_all_it_needs(path: Path) -> None:
    file = PositionsFile(path)
    first, second = issued("A980", 30, own=True), issued("A981", 40, own=True)
    take(file, first, second)
    file.keep({"print:printer-1:confirmed": 1}, None)
    (owed,) = PositionsFile(path).owed()
    assert (owed.seq, owed.time_ms, owed.event) == (2, 40, second.event)


def test_killed_at_any_step_each_slip_comes_out_and_a_second_one_is_marked(path: Path) -> None:
    hall = Hall()
    number = hall.take()
    ticket = issued(number, hall.now_ms)
    slips = Printer()

    def start() -> tuple[PositionsFile, PrinterSpool]:
        file = PositionsFile(path)
        spool = PrinterSpool("printer-1", file.of, slips, file.keep, lambda: hall.state)
        for one in file.owed():
            spool.add(one)
        return file, spool

    file, spool = start()
    (wanted,) = file.take([ticket], printer_of, nothing)
    # Killed before the printer was told anything: on the disk, and nowhere else.
    del spool, wanted
    _, spool = start()
    spool.ready(True)
    assert [job.number for job, _ in slips.asked] == [number]
    # Killed while it prints: whether it came out nobody knows, so the next is marked.
    slips.asked.clear()
    _, spool = start()
    spool.ready(True)
    job, done = slips.asked.popleft()
    assert job.again
    done(True, True)
    _, spool = start()
    spool.ready(True)
    assert not slips.asked


def test_what_an_older_copy_may_not_know_to_be_on_paper_is_wanted_as_a_reprint(path: Path) -> None:
    file = PositionsFile(path)
    take(file, issued("A001", 10))
    (again,) = file.perhaps_printed([issued("A001", 10), issued("A002", 20)])
    assert again.event == e.ReprintRequested("A002", "kiosk-1")
    (job,) = jobs_of(again)
    assert job.again
    # Told once more, by the event itself, it prints nothing.
    assert take(file, issued("A002", 20)) == []


def test_positions_of_an_earlier_version_go_on(path: Path) -> None:
    path.write_bytes(
        msgspec.json.encode({"print:printer-1:sent": 41, "print:printer-1:confirmed": 41})
    )
    file = PositionsFile(path)
    assert take(file, issued("A005", 10, seq=42)) == [(42, "A005")]


def test_a_file_that_cannot_be_read_is_kept_aside(path: Path) -> None:
    path.write_bytes(b"{half")
    assert PositionsFile(path).owed() == []
    assert path.with_suffix(".unreadable").read_bytes() == b"{half"
