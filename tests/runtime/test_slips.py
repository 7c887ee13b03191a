"""What a taxpayer reads on the slip, by the hall's own rules and the shipped templates."""

from __future__ import annotations

import pytest

from devices.ticket_printer.compile import compile_here
from devices.ticket_printer.interpreter import Interpreter, Piece
from devices.ticket_printer.options import Options
from devices.ticket_printer.render import render
from devices.ticket_printer.template import load
from firmware_py.app.paper_jobs import Job
from firmware_py.core import commands as c
from firmware_py.core import events as e
from firmware_py.core.rules import Text
from firmware_py.runtime.slips import slip_of, wait_words
from tests.core.hall import Hall, only

NAME = Text("国家税务总局示范市税务局办税服务厅", "Demo Tax Service Hall")
OPTIONS = {80: Options(paper=80), 58: Options(paper=58)}
READY = {mm: compile_here(load(f"ticket-{mm}"), options) for mm, options in OPTIONS.items()}


def taken(hall: Hall) -> Job:
    issued = only(hall.do(c.TakeTicket("D01", "kiosk-1")), e.TicketIssued)
    return Job(1, issued.number, issued, hall.ticket(issued.number).issued_ms)


def on_paper(hall: Hall, job: Job, mm: int = 80) -> list[str]:
    """Return the slip's lines as the printer's side reads them."""
    options = OPTIONS[mm]
    pieces: list[Piece] = []
    engine = Interpreter(options.dots, lambda command, rest: None, pieces.append)
    engine.buffer += render(READY[mm], slip_of(hall.rules, hall.state, NAME, job), options)
    while engine.step():
        pass
    (piece,) = pieces
    return piece.lines


@pytest.mark.parametrize("mm", [80, 58])
def test_whoever_has_nobody_ahead_reads_that_he_is_next(mm: int) -> None:
    hall = Hall().open("1")
    first, second = taken(hall), taken(hall)
    lines = on_paper(hall, first, mm)
    assert "下一位就是您" in lines
    assert "You are next" in lines
    assert not any("前面" in line or "ahead" in line for line in lines)
    lines = on_paper(hall, second, mm)
    assert any(line.startswith("前面1人 约") for line in lines)
    assert any(line.startswith("1 ahead ~") for line in lines)
    assert "下一位就是您" not in lines


def test_a_ticket_printed_again_counts_only_those_before_it() -> None:
    hall = Hall().open("1")
    first, second = taken(hall), taken(hall)
    taken(hall)
    second.again = True
    assert any(line.startswith("前面1人") for line in on_paper(hall, second))
    hall.next()
    assert hall.in_hand("1") == first.number
    assert "下一位就是您" in on_paper(hall, second)


def test_a_ticket_that_waited_for_paper_says_how_it_is_now() -> None:
    hall = Hall().open("1")
    taken(hall)
    second = taken(hall)
    hall.later(300)
    hall.next()
    assert "下一位就是您" in on_paper(hall, second)


@pytest.mark.parametrize("again", [False, True])
def test_a_ticket_that_waits_no_more_says_nothing_of_waiting(again: bool) -> None:
    hall = Hall().open("1")
    job = taken(hall)
    hall.next()
    job.again = again
    lines = on_paper(hall, job)
    assert not any(word in line for line in lines for word in ("前面", "下一位", "请留意", "next"))
    assert job.number in lines


@pytest.mark.parametrize(
    ("wait_s", "sure", "zh", "en"),
    [
        (None, "low", "请留意叫号", "please watch for your call"),
        (59, "high", "马上就到", "very soon"),
        (61, "high", "约2分钟", "~2 min"),
        (61, "low", "约5分钟", "~5 min"),
        (6600, "high", "约110分钟", "~110 min"),
    ],
)
def test_a_wait_is_told_as_exactly_as_it_is_known(
    wait_s: int | None, sure: str, zh: str, en: str
) -> None:
    assert wait_words(wait_s, sure) == Text(zh, en)


def test_the_slip_says_when_the_ticket_was_taken_and_nothing_while_no_clock_is_known() -> None:
    hall = Hall().open("1")
    job = taken(hall)
    ticket = hall.ticket(job.number)
    # 2026-03-02 09:15:59.999 on the hall's wall clock.
    hall.state.wall_offset_ms = 1_772_442_959_999 - ticket.issued_ms
    assert slip_of(hall.rules, hall.state, NAME, job).issued == "2026-03-02 09:15"
    hall.state.wall_offset_ms = 1_772_442_960_000 - ticket.issued_ms
    assert slip_of(hall.rules, hall.state, NAME, job).issued == "2026-03-02 09:16"
    hall.state.wall_offset_ms = None
    assert slip_of(hall.rules, hall.state, NAME, job).issued == ""
