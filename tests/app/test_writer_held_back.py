"""A hub that has not the lease decides nothing; what was on its way to the disk is not lost."""

from __future__ import annotations

from firmware_py.app.held_back import NO_LEASE, NOT_SURE
from firmware_py.core import commands as c
from firmware_py.core.refusals import Refusal
from tests.app.desk import DISK_FULL, Desk, number_of

TAKE = c.TakeTicket("D01", "kiosk-1")


class Held:
    """Whether the desk's writer is held back."""

    def __init__(self, desk: Desk) -> None:
        self.why: Refusal | None = None
        desk.writer.held_back = lambda: self.why


def test_without_the_lease_nothing_is_decided_or_written() -> None:
    desk = Desk().open_day()
    held, before = Held(desk), desk.journal.last_seq
    held.why = NO_LEASE
    answer = desk.give(TAKE, "k:1")
    assert [one.refusal for one in answer] == [NO_LEASE]
    assert not desk.disk.jobs
    # Nor is what was decided before told again: nobody knows whether it still holds.
    held.why = None
    first = desk.done(TAKE, "k:2")
    held.why = NO_LEASE
    assert desk.give(TAKE, "k:2")[0].refusal == NO_LEASE
    held.why = None
    assert desk.done(TAKE, "k:2").happened == first.happened
    assert number_of(desk.done(TAKE, "k:1")) == "A002"
    assert desk.journal.last_seq == before + 2


def test_what_waits_for_the_disk_when_the_lease_ends_is_not_written() -> None:
    desk = Desk().open_day()
    held = Held(desk)
    first, second = desk.give(TAKE, "k:1"), desk.give(TAKE, "k:2")
    desk.told.clear()
    held.why = NO_LEASE
    desk.disk.run()
    # The first was with the disk already: it is written, and told nobody.
    assert [one.refusal for one in first] == [NOT_SURE]
    assert [one.refusal for one in second] == [NO_LEASE]
    assert desk.journal.commits[-1] == ["k:1"]
    assert not desk.writer.recorded.tickets
    assert desk.writer.last_seq == desk.journal.last_seq - 1
    assert not [one for one in desk.told if one.startswith("react")]


def test_what_was_withheld_is_told_once_when_the_lease_is_had_again() -> None:
    desk = Desk().open_day()
    held = Held(desk)
    answer = desk.give(TAKE, "k:1")
    held.why = NO_LEASE
    desk.disk.run()
    desk.writer.release()
    assert not desk.writer.recorded.tickets
    held.why = None
    desk.told.clear()
    desk.writer.release()
    assert desk.told == ["react 2 ticket.issued"]
    desk.writer.release()
    assert desk.told == ["react 2 ticket.issued"]
    assert len(answer) == 1
    # Pressed again with the same id: the same number. Another person: the next one.
    again = desk.done(TAKE, "k:1")
    assert (number_of(again), again.repeated) == ("A001", True)
    assert number_of(desk.done(TAKE, "k:2")) == "A002"
    assert [record.seq for record in desk.journal.records] == [1, 2, 3]


def test_the_next_command_tells_what_was_withheld_before_it_is_decided() -> None:
    desk = Desk().open_day()
    held = Held(desk)
    desk.give(TAKE, "k:1")
    held.why = NO_LEASE
    desk.disk.run()
    held.why = None
    desk.told.clear()
    assert number_of(desk.done(TAKE, "k:2")) == "A002"
    assert desk.told == ["react 2 ticket.issued", "react 3 ticket.issued", "reply k:2"]


def test_a_disk_that_fails_as_the_lease_ends_leaves_nothing_behind() -> None:
    desk = Desk().open_day()
    held = Held(desk)
    desk.journal.fail_after(0, 1)
    answer = desk.give(TAKE, "k:1")
    held.why = NO_LEASE
    desk.disk.run()
    assert [one.refusal for one in answer] == [DISK_FULL]
    held.why = None
    desk.now_ms += 2_000
    assert number_of(desk.done(TAKE, "k:1")) == "A001"
