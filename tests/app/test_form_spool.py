"""Acceptance forms on paper: two copies, each owed by itself, the newest version only."""

from __future__ import annotations

import random

import pytest

from firmware_py.core import commands as c
from firmware_py.core import commands_papers as p
from firmware_py.core.papers import PaperTicked
from tests.app.paper import PrintingDesk, Slip

MAKE = p.MakeForm("1", papers=(PaperTicked(name="合同"),), days=5)
FORM = "F20260302-001"
FIRST, SECOND = "print:p-1:first", "print:p-1:second"
SENT, CONFIRMED = "print:p-1:sent", "print:p-1:confirmed"


def copy(number: int, *, marked: bool = False, version: int = 1, form: str = FORM) -> Slip:
    return Slip(form, marked, number, version)


def at_window(printers: int = 1) -> PrintingDesk:
    """Return a hall whose printers are well, and where A001 is served at window 1."""
    desk = PrintingDesk(printers)
    desk.open_day()
    desk.ready()
    desk.done(c.OpenWindow("1"))
    desk.take()
    desk.printer.prints()
    desk.done(c.CallNext("1"))
    desk.done(c.StartService("1"))
    desk.printer.slips.clear()
    return desk


def print_all(desk: PrintingDesk) -> list[Slip]:
    while desk.spool.waiting:
        desk.ready()
        desk.disk.run()
        if desk.printer.asked:
            desk.printer.prints()
        desk.disk.run()
    return desk.printer.slips


def test_a_form_comes_out_twice_first_the_taxpayers_copy() -> None:
    desk = at_window()
    desk.done(MAKE)
    assert desk.spool.waiting == 2
    assert print_all(desk) == [copy(1), copy(2)]
    assert desk.spool.waiting == 0


def test_sent_and_confirmed_of_each_copy_are_recorded_in_turn() -> None:
    desk = at_window()
    desk.done(MAKE)
    seq = desk.journal.kept[SENT]
    assert seq == desk.journal.last_seq
    assert FIRST not in desk.journal.kept
    desk.printer.prints()
    assert not desk.printer.asked, "the second leaves when it is recorded as sent"
    desk.disk.run()
    assert (desk.journal.kept[FIRST], desk.journal.kept[SECOND]) == (seq, seq)
    assert desk.journal.kept[CONFIRMED] < seq
    desk.printer.prints()
    desk.disk.run()
    assert desk.journal.kept[CONFIRMED] == seq


def test_a_crash_while_the_first_copy_prints_marks_it_alone() -> None:
    desk = at_window()
    desk.done(MAKE)
    desk.printer.begin()
    desk.start()
    assert print_all(desk) == [copy(1), copy(1, marked=True), copy(2)]


def test_paper_that_ends_between_the_copies_leaves_the_second_owed_alone() -> None:
    desk = at_window()
    desk.done(MAKE)
    desk.printer.prints()
    desk.disk.run()
    desk.printer.faults(some_left=False)
    assert desk.spool.waiting == 1
    assert print_all(desk) == [copy(1), copy(2)]


def test_a_crash_before_the_second_copy_was_sent_prints_it_plain_and_nothing_else() -> None:
    desk = at_window()
    desk.done(MAKE)
    done = desk.printer.begin()
    desk.spool.ready(False)
    done(True, True)
    desk.disk.run()
    assert desk.journal.kept[FIRST] == desk.journal.last_seq
    assert SECOND not in desk.journal.kept
    desk.start()
    assert print_all(desk) == [copy(1), copy(2)]


def test_a_crash_while_the_second_copy_prints_marks_that_one() -> None:
    desk = at_window()
    desk.done(MAKE)
    desk.printer.prints()
    desk.disk.run()
    desk.printer.begin()
    desk.start()
    assert print_all(desk) == [copy(1), copy(2), copy(2, marked=True)]


def test_a_form_that_changed_meanwhile_prints_its_newest_version_alone() -> None:
    desk = at_window()
    desk.spool.ready(False)
    desk.done(MAKE)
    desk.done(p.ChangeForm(FORM, asked="加急"))
    desk.done(p.ChangeForm(FORM, days=3))
    assert print_all(desk) == [copy(1, version=3), copy(2, version=3)]


def test_a_form_that_changed_between_the_copies_prints_both_of_the_new_version() -> None:
    desk = at_window()
    desk.done(MAKE)
    desk.printer.prints()
    desk.spool.ready(False)
    desk.printer.asked.clear()
    desk.start()
    desk.done(p.ChangeForm(FORM, asked="加急"))
    assert print_all(desk) == [copy(1), copy(1, version=2), copy(2, version=2)]


@pytest.mark.parametrize("over", [p.FormDone(FORM), p.WithdrawForm(FORM, "取回")])
def test_a_form_that_is_over_needs_no_paper(over: p.FormDone | p.WithdrawForm) -> None:
    desk = at_window()
    desk.spool.ready(False)
    desk.done(MAKE)
    desk.done(over)
    assert print_all(desk) == []


def test_a_form_is_still_owed_on_the_next_day() -> None:
    desk = at_window()
    desk.spool.ready(False)
    desk.done(MAKE)
    desk.done(c.CloseDay())
    desk.now_ms += 60_000
    desk.done(c.OpenDay("2026-03-03"))
    desk.start()
    assert print_all(desk) == [copy(1), copy(2)]


def test_a_reprint_is_marked_on_both_copies() -> None:
    desk = at_window()
    desk.done(MAKE)
    print_all(desk)
    desk.printer.slips.clear()
    desk.done(p.ReprintForm(FORM))
    assert print_all(desk) == [copy(1, marked=True), copy(2, marked=True)]


def test_tickets_and_forms_of_one_printer_come_out_in_their_order() -> None:
    desk = at_window()
    desk.take()
    desk.done(MAKE)
    desk.take()
    assert print_all(desk) == [Slip("A002", False), copy(1), copy(2), Slip("A003", False)]
    desk.start()
    assert print_all(desk)[4:] == []


def test_a_settled_spool_keeps_no_old_position_that_would_hold_the_journal_back() -> None:
    desk = at_window()
    desk.done(MAKE)
    print_all(desk)
    desk.done(c.RecordAction("journal.backup"))
    last = desk.journal.last_seq
    assert desk.spool.settle(last) == {SENT: last, CONFIRMED: last, FIRST: last, SECOND: last}


def something_happens(desk: PrintingDesk, chance: random.Random) -> None:
    """Do one thing that people, paper, the disk or the power do."""
    forms = list(desk.writer.recorded.forms)
    what = chance.choices(
        ["make", "change", "take", "disk", "ready", "lost", "full", "crash", "printer"],
        [6, 2, 3, 30, 8, 1, 1, 3, 18],
    )[0]
    match what:
        case "make":
            desk.give(MAKE)
        case "change" if forms:
            desk.give(p.ChangeForm(chance.choice(forms), asked=str(chance.random())))
        case "take":
            desk.now_ms += 2_000
            desk.give(c.TakeTicket("D01", "kiosk-1"))
        case "disk":
            desk.disk.step()
        case "ready":
            desk.ready()
        case "lost":
            desk.spool.ready(False)
        case "full":
            desk.journal.fail += 1
        case "crash":
            desk.start()
        case "printer" if desk.printer.asked:
            the_printer_does_something(desk, chance)


def the_printer_does_something(desk: PrintingDesk, chance: random.Random) -> None:
    match chance.choices(["prints", "begun", "half", "fault"], [12, 2, 2, 2])[0]:
        case "prints":
            desk.printer.prints()
        case "begun":
            desk.printer.begin()
            desk.start()
        case "half":
            desk.printer.faults(some_left=True, on_paper=chance.random() < 0.5)
        case _:
            desk.printer.faults(some_left=False)


@pytest.mark.parametrize("seed", range(100))
def test_wherever_it_crashes_both_copies_of_the_newest_version_come_out_and_more_are_marked(
    seed: int,
) -> None:
    chance = random.Random(seed)
    desk = at_window()
    for _ in range(chance.randrange(20, 150)):
        something_happens(desk, chance)
    desk.journal.fail = 0
    desk.disk.run()
    slips = print_all(desk)
    held: dict[tuple[str, int, int], list[bool]] = {}
    for slip in slips:
        held.setdefault((slip.number, slip.version, slip.copy), []).append(slip.marked)
    for form in desk.writer.recorded.forms.values():
        assert (form.form, form.version, 1) in held
        assert (form.form, form.version, 2) in held
    assert all(all(marks[1:]) for marks in held.values())
