"""Whatever several sides did, and in whatever order it is told: the hall agrees afterwards."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_py.app.figures import Figures
from firmware_py.app.wire import decode_state, encode_state
from firmware_py.core import commands as c
from firmware_py.core.blocks import next_lent
from firmware_py.core.commands_spread import LendNumbers, MergeRecord
from firmware_py.core.decide import decide
from firmware_py.core.events import TicketIssued
from firmware_py.core.evolve import evolve, initial
from firmware_py.core.model import State, TicketStatus
from firmware_py.core.records import Record
from firmware_py.core.refusals import Refusal
from tests.core.hall import RULES, Hall
from tests.core.two_sides import QuickHall, Side, merge

WINDOWS = ("1", "2", "3")
KIOSKS = ("kiosk-1", "kiosk-2")
ENDED = {TicketStatus.FINISHED, TicketStatus.CANCELLED, TicketStatus.LEFT}
#: What somebody does: (what, who or which).
Deed = tuple[str, int]

deeds = st.lists(
    st.tuples(
        st.sampled_from(
            ["next", "next", "start", "finish", "finish", "missed", "park", "cancel", "take",
             "named", "recall", "rate", "resume", "transfer"]
        ),
        st.integers(0, 8),
    ),
    max_size=12,
)  # fmt: skip
at_window = st.lists(
    st.tuples(st.sampled_from(["start", "finish", "missed", "park", "recall"]), st.just(2)),
    max_size=4,
)


def common_hall() -> QuickHall:
    """The morning: six wait, two windows have somebody, numbers are lent."""
    hall = QuickHall(rules=replace(RULES, next_guard_s=0))
    hall.open()
    for holder in KIOSKS:
        hall.do(LendNumbers(holder, "common", 20))
    for _ in range(6):
        hall.later(7)
        hall.take()
    hall.next("1")
    hall.next("3")
    hall.later(40)
    return hall


def command_of(state: State, deed: Deed) -> c.Command | None:
    what, which = deed
    window = WINDOWS[which % 3]
    numbers = list(state.tickets)
    number = numbers[which % len(numbers)]
    in_hand = state.windows[window].ticket
    match what:
        case "next":
            return c.CallNext(window)
        case "named":
            return c.CallTicket(window, number)
        case "start":
            return c.StartService(window)
        case "finish":
            return c.FinishService(window)
        case "missed":
            return c.MarkMissed(window)
        case "recall":
            return c.Recall(window)
        case "park":
            return c.ParkTicket(in_hand or "", "papers")
        case "cancel":
            return c.CancelTicket(number, "gone")
        case "resume":
            return c.ResumeTicket(number)
        case "transfer":
            return c.TransferTicket(number, item="B01")
        case "rate":
            return c.Rate(which % 5 + 1, window=window)
        case _:
            return None


def play(side: Side, done: list[Deed]) -> Side:
    """Let a side go on; what is refused there does not happen. Kiosks give their own numbers."""
    for step, deed in enumerate(done):
        side.later(3 + step)
        command = command_of(side.hall.state, deed)
        if command is None:
            kiosk = KIOSKS[deed[1] % 2]
            state = side.hall.state
            found = next_lent(RULES.series["common"], state.lent, kiosk, state.tickets)
            assert found is not None
            issued = TicketIssued(
                found[1], "common", found[0], "D01", "invoices", kiosk,
                request=f"{kiosk}:{side.source}:{step}", issued_ms=side.hall.now_ms,
            )  # fmt: skip
            evolve(state, issued, side.hall.now_ms)
            side.hall.history.append((issued, side.hall.now_ms))
            side.tell(issued)
        elif not isinstance(
            decide(side.hall.rules, side.hall.state, command, side.hall.now_ms), Refusal
        ):
            side.do(command)
    return side


def picture(hall: Hall) -> dict[str, tuple[str, str, int]]:
    """What became of each ticket: its end, where it was served, its place in time."""
    return {
        number: (
            ticket.status if ticket.status in ENDED else "open",
            (ticket.window or "") if ticket.status is TicketStatus.FINISHED else "",
            ticket.issued_ms,
        )
        for number, ticket in hall.state.tickets.items()
    }


def sound(hall: Hall) -> None:
    """Say that the state holds together, and comes back from a snapshot and from its journal."""
    state = hall.state
    for window in state.windows.values():
        if window.ticket is not None:
            ticket = state.tickets[window.ticket]
            assert ticket.window == window.id
            assert ticket.status in {TicketStatus.CALLED, TicketStatus.SERVING}
    in_hand = {w.ticket for w in state.windows.values()}
    for number, ticket in state.tickets.items():
        if ticket.status in {TicketStatus.CALLED, TicketStatus.SERVING}:
            assert number in in_hand
    queued = sorted(entry[2] for queue in state.queues.values() for entry in queue)
    waits = [n for n, t in state.tickets.items() if t.status is TicketStatus.WAITING]
    assert queued == sorted(waits)
    assert state.waiting == len(waits)
    finished = [t for t in state.tickets.values() if t.status is TicketStatus.FINISHED]
    assert state.finished == len(finished) == sum(w.served for w in state.windows.values())
    kept = [t for t in state.tickets.values() if t.status is not TicketStatus.CANCELLED]
    assert sum(state.taken_by_item.values()) == len(kept)
    assert decode_state(encode_state(state)) == state
    again, figures = initial(hall.rules), Figures()
    for seq, (event, at_ms) in enumerate(hall.history, 1):
        evolve(again, event, at_ms)
        figures.add(event, seq, at_ms)
    again.now_ms = state.now_ms
    assert again == state
    (day,) = figures.days
    assert (day.taken, day.cancelled) == (len(state.tickets), len(state.tickets) - len(kept))
    assert day.total.served == len(finished)
    assert {w: t.served for w, t in day.by_window.items() if t.served} == {
        w.id: w.served for w in state.windows.values() if w.served
    }


def braided(sides: list[Side], picks: list[int]) -> list[Record]:
    """Return all records in some order, each side's own in theirs."""
    left = [list(side.records) for side in sides]
    told = []
    for pick in [*picks, *range(1000)]:
        some = [one for one in left if one]
        if not some:
            break
        told.append(some[pick % len(some)].pop(0))
    return told


@settings(max_examples=40, deadline=None)
@given(deeds, deeds, at_window, st.lists(st.integers(0, 2), max_size=20))
def test_records_come_to_the_same_in_every_order(
    ours: list[Deed], theirs: list[Deed], windows: list[Deed], picks: list[int]
) -> None:
    hall = common_hall()
    hub = play(Side("hub", hall.again()), theirs)
    window = play(Side("window-3", hall.again()), windows)
    start = play(Side("standby", hall), ours).hall
    pictures = []
    for order in (hub.records + window.records, window.records + hub.records,
                  braided([hub, window], picks)):  # fmt: skip
        merged = start.again()
        merge(merged, order)
        sound(merged)
        pictures.append(picture(merged))
    assert pictures[0] == pictures[1] == pictures[2]


@settings(max_examples=40, deadline=None)
@given(deeds, deeds)
def test_either_hub_comes_to_the_same_when_it_takes_the_others_records(
    ours: list[Deed], theirs: list[Deed]
) -> None:
    hall = common_hall()
    one = play(Side("hub", hall.again()), [d for d in ours if d[0] != "take"])
    other = play(Side("standby", hall.again()), [d for d in theirs if d[0] != "take"])
    pictures = []
    for taker, giver in ((one, other), (other, one)):
        merged = taker.hall.again()
        merge(merged, giver.records)
        sound(merged)
        pictures.append(picture(merged))
    assert pictures[0] == pictures[1]


@settings(max_examples=30, deadline=None)
@given(deeds, st.integers(0, 30))
def test_a_record_that_comes_twice_or_late_changes_nothing(theirs: list[Deed], at: int) -> None:
    hall = common_hall()
    hub = play(Side("hub", hall.again()), theirs)
    merge(hall, hub.records)
    before = copy.deepcopy(hall.state)
    for record in [*hub.records[at:], *hub.records[:at]]:
        assert hall.do(MergeRecord(record)) == []
    assert hall.state == before


@settings(max_examples=40, deadline=None)
@given(deeds, deeds)
def test_every_record_leaves_its_trace_and_nobody_served_is_forgotten(
    ours: list[Deed], theirs: list[Deed]
) -> None:
    hall = common_hall()
    hub = play(Side("hub", hall.again()), theirs)
    play(Side("standby", hall), ours)
    served = {
        number
        for side in (hub.hall, hall)
        for number, ticket in side.state.tickets.items()
        if ticket.status is TicketStatus.FINISHED
    }
    merge(hall, hub.records)
    traces = [event for event, _ in hall.history if type(event).__name__ == "RecordMerged"]
    assert len(traces) == len(hub.records)
    assert {
        number
        for number, ticket in hall.state.tickets.items()
        if ticket.status is TicketStatus.FINISHED
    } == served


@pytest.mark.long
@settings(max_examples=500, deadline=None)
@given(deeds, deeds, at_window, st.lists(st.integers(0, 2), max_size=20))
def test_records_come_to_the_same_in_every_order_long(
    ours: list[Deed], theirs: list[Deed], windows: list[Deed], picks: list[int]
) -> None:
    test_records_come_to_the_same_in_every_order.hypothesis.inner_test(  # type: ignore[attr-defined]
        ours, theirs, windows, picks
    )
