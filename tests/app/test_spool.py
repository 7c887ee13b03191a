"""Paper: every number gets its slip, and a second one only if marked as a reprint."""

from __future__ import annotations

import random

import pytest

from firmware_py.core import commands as c
from firmware_py.core.model import TicketStatus
from tests.app.desk import number_of
from tests.app.paper import PrintingDesk, Slip

TAKE = c.TakeTicket("D01", "kiosk-1")
SENT, CONFIRMED = "print:p-1:sent", "print:p-1:confirmed"


def hall(printers: int = 1) -> PrintingDesk:
    """Return a hall that is open, its printers well."""
    desk = PrintingDesk(printers)
    desk.open_day()
    return desk.ready()


def test_sent_is_recorded_with_the_ticket_before_a_byte_leaves() -> None:
    desk = hall()
    desk.give(TAKE)
    assert not desk.printer.asked
    desk.disk.step()
    assert len(desk.printer.asked) == 1
    assert desk.journal.kept == {SENT: 2}
    assert desk.journal.commits[-1] == ["test:2"]
    assert not desk.disk.jobs


def test_confirmed_is_recorded_after_the_printer_said_so() -> None:
    desk = hall()
    desk.take()
    desk.printer.prints()
    desk.disk.run()
    assert desk.printer.slips == [Slip("A001", marked=False)]
    assert desk.journal.kept == {SENT: 2, CONFIRMED: 2}
    assert desk.spool.waiting == 0


def test_while_it_prints_the_next_ticket_is_recorded_as_sent_apart_before_its_bytes() -> None:
    desk = hall()
    desk.take()
    desk.take()
    assert desk.journal.kept == {SENT: 2}
    desk.printer.prints()
    assert not desk.printer.asked
    desk.disk.run()
    assert desk.journal.kept[SENT] == 3
    assert len(desk.printer.asked) == 1


def test_tickets_of_commits_in_flight_one_after_the_other_are_each_sent_in_turn() -> None:
    desk = hall()
    desk.give(TAKE)
    desk.give(TAKE)
    desk.give(TAKE)
    desk.disk.step()
    desk.disk.step()
    # A001 is printing: the others have not been sent, and nothing says so.
    assert desk.journal.kept == {SENT: 2}
    desk.start()
    desk.ready()
    desk.disk.run()
    for _ in range(3):
        desk.printer.prints()
        desk.disk.run()
    assert desk.printer.slips == [Slip("A001", True), Slip("A002", False), Slip("A003", False)]


def test_a_crash_between_sent_and_confirmed_prints_again_marked() -> None:
    desk = hall()
    desk.take()
    desk.printer.begin()
    desk.start()
    desk.ready().printer.prints()
    assert desk.printer.slips == [Slip("A001", False), Slip("A001", True)]


def test_a_crash_before_anything_was_sent_prints_plain() -> None:
    desk = hall()
    desk.spool.ready(False)
    desk.take()
    desk.start()
    desk.ready()
    desk.disk.run()
    desk.printer.prints()
    assert desk.printer.slips == [Slip("A001", False)]


def test_a_crash_after_confirmed_prints_nothing_more() -> None:
    desk = hall()
    desk.take()
    desk.printer.prints()
    desk.disk.run()
    desk.start()
    desk.ready()
    desk.disk.run()
    assert not desk.printer.asked


def test_a_cancelled_ticket_is_not_printed_and_the_next_one_is() -> None:
    desk = hall()
    desk.spool.ready(False)
    desk.take()
    desk.take()
    desk.done(c.CancelTicket("A001"))
    desk.ready()
    desk.disk.run()
    desk.printer.prints()
    assert desk.printer.slips == [Slip("A002", False)]


def test_paper_out_waits_and_comes_back_as_the_same_number_in_order() -> None:
    desk = hall()
    for _ in range(3):
        desk.take()
    desk.printer.faults(some_left=False)
    desk.disk.run()
    assert not desk.printer.asked
    assert desk.spool.owes("A001")
    desk.ready()
    desk.disk.run()
    for _ in range(3):
        desk.printer.prints()
        desk.disk.run()
    assert desk.printer.slips == [Slip(f"A00{n}", False) for n in (1, 2, 3)]


def test_a_job_that_may_be_half_on_paper_comes_back_marked() -> None:
    desk = hall()
    desk.take()
    desk.printer.faults(some_left=True, on_paper=True)
    desk.ready()
    desk.disk.run()
    desk.printer.prints()
    assert desk.printer.slips == [Slip("A001", False), Slip("A001", True)]


def test_a_reprint_is_marked_also_for_somebody_in_service_or_missed() -> None:
    desk = hall()
    desk.done(c.OpenWindow("1"))
    desk.take()
    desk.printer.prints()
    desk.done(c.CallNext("1"))
    desk.done(c.StartService("1"))
    desk.done(c.ReprintTicket("A001"))
    desk.printer.prints()
    assert desk.printer.slips == [Slip("A001", False), Slip("A001", True)]


def test_whoever_was_served_before_the_paper_came_back_needs_none() -> None:
    desk = hall()
    desk.spool.ready(False)
    desk.done(c.OpenWindow("1"))
    desk.take()
    desk.done(c.CallNext("1"))
    desk.done(c.FinishService("1"))
    desk.ready()
    desk.disk.run()
    assert not desk.printer.asked
    assert desk.spool.waiting == 0


def test_yesterdays_job_is_not_printed_for_todays_same_number() -> None:
    desk = hall()
    desk.spool.ready(False)
    desk.take()
    desk.done(c.CloseDay())
    desk.now_ms += 60_000
    desk.done(c.OpenDay("2026-03-03"))
    assert desk.take() == "A001"
    desk.ready()
    desk.disk.run()
    desk.printer.prints()
    desk.disk.run()
    assert desk.printer.slips == [Slip("A001", False)]
    assert desk.spool.waiting == 0


def test_yesterdays_reprint_is_not_printed_for_todays_same_number() -> None:
    desk = hall()
    desk.take()
    desk.printer.prints()
    desk.spool.ready(False)
    desk.done(c.ReprintTicket("A001"))
    desk.done(c.CloseDay())
    desk.now_ms += 60_000
    desk.done(c.OpenDay("2026-03-03"))
    desk.take()
    desk.ready()
    desk.disk.run()
    desk.printer.prints()
    assert desk.printer.slips == [Slip("A001", False), Slip("A001", False)]


def test_two_printers_are_independent() -> None:
    desk = hall(printers=2)
    assert [number_of(desk.done(c.TakeTicket("D01", f"kiosk-{n}"))) for n in (1, 2, 2)] == [
        "A001", "A002", "A003",
    ]  # fmt: skip
    desk.printers["p-1"].faults(some_left=False)
    for _ in range(2):
        desk.printers["p-2"].prints()
        desk.disk.run()
    assert desk.printers["p-2"].slips == [Slip("A002", False), Slip("A003", False)]
    assert desk.spools["p-1"].owes("A001")


def test_a_number_planned_as_sent_in_a_commit_that_failed_is_planned_anew() -> None:
    desk = hall()
    desk.journal.fail = 1
    assert desk.done(TAKE).refusal is not None
    assert SENT not in desk.journal.kept
    desk.spool.ready(False)
    desk.now_ms += 1_000
    desk.take()
    # The same place in the journal, but nothing was recorded as sent this time.
    assert SENT not in desk.journal.kept
    desk.ready()
    assert not desk.printer.asked
    desk.disk.run()
    assert desk.journal.kept == {SENT: 2}
    desk.printer.prints()
    desk.disk.run()
    desk.take()
    assert desk.journal.kept[SENT] == 3


def test_a_free_spool_settles_where_the_journal_is_and_a_busy_one_does_not() -> None:
    desk = hall()
    desk.done(c.OpenWindow("1"))
    assert desk.spool.settle(2) == {SENT: 2, CONFIRMED: 2}
    desk.give(TAKE)
    assert desk.spool.settle(2) == {}
    desk.disk.run()
    assert desk.spool.settle(3) == {}
    desk.printer.prints()
    assert desk.spool.settle(3) == {SENT: 3, CONFIRMED: 3}


def something_happens(desk: PrintingDesk, chance: random.Random) -> None:
    """Do one thing that people, paper, the disk or the power do."""
    what = chance.choices(
        ["take", "disk", "ready", "lost", "cancel", "full", "crash", "printer"],
        [12, 20, 5, 1, 1, 1, 3, 14],
    )[0]
    match what:
        case "take":
            desk.now_ms += chance.choice([0, 400, 1500])
            desk.give(TAKE)
        case "disk":
            desk.disk.step()
        case "ready":
            desk.ready()
        case "lost":
            desk.spool.ready(False)
        case "cancel" if desk.writer.recorded.tickets:
            desk.give(c.CancelTicket(chance.choice(list(desk.writer.recorded.tickets))))
        case "full":
            desk.journal.fail += 1
        case "crash":
            desk.start()
        case "printer" if desk.printer.asked:
            the_printer_does_something(desk, chance)


def the_printer_does_something(desk: PrintingDesk, chance: random.Random) -> None:
    match chance.choices(["prints", "unsure", "crash", "half", "fault"], [8, 1, 2, 1, 2])[0]:
        case "prints":
            desk.printer.prints()
        case "unsure":
            desk.printer.begin()(False, True)
        case "crash":
            desk.printer.begin()
            desk.start()
        case "half":
            desk.printer.faults(some_left=True, on_paper=chance.random() < 0.5)
        case _:
            desk.printer.faults(some_left=False)


@pytest.mark.parametrize("seed", range(100))
def test_wherever_it_crashes_every_number_gets_a_slip_and_every_further_one_is_marked(
    seed: int,
) -> None:
    chance = random.Random(seed)
    desk = hall()
    for _ in range(chance.randrange(20, 120)):
        something_happens(desk, chance)
    desk.journal.fail = 0
    desk.disk.run()
    while desk.spool.waiting:
        desk.ready()
        desk.disk.run()
        if desk.printer.asked:
            desk.printer.prints()
    tickets = desk.writer.recorded.tickets
    waiting = {n for n, t in tickets.items() if t.status is TicketStatus.WAITING}
    held: dict[str, list[bool]] = {}
    for slip in desk.printer.slips:
        held.setdefault(slip.number, []).append(slip.marked)
    assert waiting <= set(held) <= set(tickets)
    assert all(all(marks[1:]) for marks in held.values())
    assert list(held) == sorted(held)
